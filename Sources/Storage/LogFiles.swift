package import POSIX

/// The system calls under a log, one by one, so that a test can fail or stop at any of them.
package struct LogFiles: Sendable {
    package var open: @Sendable (_ path: String) throws(SystemError) -> OwnedDescriptor
    package var write:
        @Sendable (_ bytes: [UInt8], _ file: Int32, _ offset: Int64)
            throws(SystemError) -> Void
    package var flush: @Sendable (_ file: Int32) throws(SystemError) -> Void
    package var reserve:
        @Sendable (_ file: Int32, _ offset: Int64, _ count: Int64) throws(SystemError) -> Void
    package var cut: @Sendable (_ file: Int32, _ size: Int64) throws(SystemError) -> Void
    package var flushFolder: @Sendable (_ path: String) throws(SystemError) -> Void

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
        flushFolder: { path throws(SystemError) in try FileSystem.flushFolder(path) }
    )
}
