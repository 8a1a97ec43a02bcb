package import Storage

/// What goes wrong with single calls of a simulated disk.
package struct DiskTrouble: Sendable {
    /// The logs' calls, with what goes wrong before them.
    let before: @Sendable (LogFiles) -> LogFiles
    /// Whether the process ended in one of them, and no other has begun.
    let hasEnded: @Sendable () -> Bool
    /// Another process begins on what the disk holds.
    let begin: @Sendable () -> Void

    package init(
        before: @escaping @Sendable (LogFiles) -> LogFiles,
        hasEnded: @escaping @Sendable () -> Bool,
        begin: @escaping @Sendable () -> Void
    ) {
        (self.before, self.hasEnded, self.begin) = (before, hasEnded, begin)
    }

    /// Nothing does.
    package static let none = DiskTrouble(before: { $0 }, hasEnded: { false }, begin: {})
}
