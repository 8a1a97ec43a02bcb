import CLinux
import Glibc

/// SIGTERM, SIGINT and SIGHUP as messages: signalfd(2).
package struct Signals: ~Copyable {
    package enum Signal: Equatable, Sendable { case stop, reload }

    private let descriptor: OwnedDescriptor

    /// Blocks the signals for this thread and all that it makes; call before any other thread is.
    package init() throws(SystemError) {
        linux_ignore_write_signals()
        descriptor = try OwnedDescriptor("signalfd", linux_signalfd())
    }

    /// Readable when a signal waits.
    package var number: Int32 { descriptor.number }

    package func next() -> Signal? { Self.next(of: descriptor.number) }

    /// The same for who has only the number.
    package static func next(of number: Int32) -> Signal? {
        switch linux_signalfd_read(number) {
        case SIGTERM, SIGINT: .stop
        case SIGHUP: .reload
        default: nil
        }
    }
}
