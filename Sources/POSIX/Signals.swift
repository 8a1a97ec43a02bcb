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

    package func next() -> Signal? {
        switch linux_signalfd_read(descriptor.number) {
        case SIGTERM, SIGINT: .stop
        case SIGHUP: .reload
        default: nil
        }
    }
}
