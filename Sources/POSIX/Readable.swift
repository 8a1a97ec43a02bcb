import Glibc

/// Waits for few descriptors: poll(2).
package enum Readable {
    /// Returns when `descriptor` has something to read, or after `milliseconds`; -1 waits for
    /// ever.
    ///
    /// - Returns: Whether there is something to read.
    @discardableResult
    package static func wait(for descriptor: Int32, milliseconds: Int32) -> Bool {
        wait(forAny: [descriptor], milliseconds: milliseconds)
    }

    /// The same for the first of several.
    @discardableResult
    package static func wait(forAny descriptors: [Int32], milliseconds: Int32) -> Bool {
        let deadline = Clock.monotonic() + Int64(milliseconds)
        var left = milliseconds
        while true {
            var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&entries, nfds_t(entries.count), left)
            if count >= 0 || errno != EINTR { return count > 0 }
            if milliseconds >= 0 { left = Int32(max(0, deadline - Clock.monotonic())) }
        }
    }
}
