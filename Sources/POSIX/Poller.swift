import CLinux
import Glibc

/// Tells which descriptors can move bytes now: epoll(7), level-triggered, one thread's.
package struct Poller: ~Copyable {
    /// What became possible on a descriptor.
    package struct Readiness: Equatable, Sendable {
        /// Under which it is watched.
        package let token: UInt64
        package let readable: Bool
        package let writable: Bool
        /// An error or a hang-up: reading tells which.
        package let closed: Bool
    }

    private let epoll: OwnedDescriptor
    private var found = [linux_readiness](repeating: linux_readiness(), count: 256)

    package init() throws(SystemError) {
        epoll = try OwnedDescriptor("epoll_create1", linux_epoll_create())
    }

    /// Begins or changes watching; errors and hang-ups are always told.
    package func watch(
        _ descriptor: Int32,
        token: UInt64,
        read: Bool,
        write: Bool
    ) throws(SystemError) {
        guard linux_epoll_watch(epoll.number, descriptor, token, read, write) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Begins watching a descriptor that is not watched yet, for reading.
    package func add(_ descriptor: Int32, token: UInt64) throws(SystemError) {
        guard linux_epoll_add(epoll.number, descriptor, token) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Ends watching; nothing happens to one that is not watched.
    ///
    /// A descriptor that is closed is forgotten by itself.
    package func forget(_ descriptor: Int32) {
        _ = linux_epoll_forget(epoll.number, descriptor)
    }

    /// Sleeps until something is ready, for at most `milliseconds`; -1 waits for ever.
    package mutating func wait(milliseconds: Int32) throws(SystemError) -> [Readiness] {
        let count = linux_epoll_wait(epoll.number, &found, Int32(found.count), milliseconds)
        if count < 0 {
            guard errno == EINTR else { throw SystemError("epoll_wait") }
            return []
        }
        return found.prefix(Int(count)).map {
            Readiness(
                token: $0.token,
                readable: $0.readable,
                writable: $0.writable,
                closed: $0.closed
            )
        }
    }
}
