package import POSIX

/// The calls by which a log changes the world, one by one, so that a test can fail or stop at any.
package struct LogFiles: Sendable {
    /// Opens for reading and writing; makes the file when it is not there.
    package var open: @Sendable (_ path: String) throws(SystemError) -> OwnedDescriptor
    package var write:
        @Sendable (_ bytes: [UInt8], _ file: Int32, _ offset: Int64)
            throws(SystemError) -> Void
    /// fdatasync(2).
    package var flush: @Sendable (_ file: Int32) throws(SystemError) -> Void
    package var reserve:
        @Sendable (_ file: Int32, _ offset: Int64, _ count: Int64) throws(SystemError) -> Void
    package var cut: @Sendable (_ file: Int32, _ size: Int64) throws(SystemError) -> Void
    package var remove: @Sendable (_ path: String) throws(SystemError) -> Void
    /// fsync(2) of a folder: makes the names in it durable.
    package var flushFolder: @Sendable (_ path: String) throws(SystemError) -> Void
    /// Whether the path still names the open file; changes nothing.
    package var place: @Sendable (_ file: Int32, _ path: String) -> FileSystem.Place
    /// Milliseconds since 1970; written down when a segment is closed, decides nothing here.
    package var now: @Sendable () -> Int64
    /// A segment's seed, unknown to senders.
    package var seed: @Sendable () -> UInt32

    /// The kernel's own.
    package static let live = LogFiles(
        open: { path throws(SystemError) in try FileSystem.openForAppending(path) },
        write: { bytes, file, offset throws(SystemError) in
            try FileSystem.write(bytes, to: file, at: offset)
        },
        flush: { file throws(SystemError) in try FileSystem.flush(file) },
        reserve: { file, offset, count throws(SystemError) in
            try FileSystem.reserve(file, from: offset, count: count)
        },
        cut: { file, size throws(SystemError) in try FileSystem.cut(file, to: size) },
        remove: { path throws(SystemError) in try FileSystem.remove(path) },
        flushFolder: { path throws(SystemError) in try FileSystem.flushFolder(path) },
        place: { file, path in FileSystem.place(of: file, at: path) },
        now: { Clock.now() },
        seed: { UInt32(truncatingIfNeeded: Host.random()) }
    )
}
