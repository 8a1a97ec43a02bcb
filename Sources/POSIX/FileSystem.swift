import CLinux
import Glibc

/// Files and folders: each call names itself in its error.
package enum FileSystem {
    /// Reads a file whole; one larger than `limit` bytes fails with EFBIG.
    package static func read(_ path: String, limit: Int = 1 << 26) -> Result<[UInt8], SystemError> {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        do throws(SystemError) {
            let file = try OwnedDescriptor("open", number)
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = Glibc.read(file.number, &buffer, buffer.count)
                if count == 0 { return .success(bytes) }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw SystemError("read")
                }
                bytes += buffer[..<count]
                if bytes.count > limit { throw SystemError("read", code: EFBIG) }
            }
        } catch {
            return .failure(error)
        }
    }

    /// Standard input to its end.
    package static func readInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// The names in a folder, sorted, without `.` and `..`.
    package static func list(_ folder: String) throws(SystemError) -> [String] {
        guard let directory = opendir(folder) else { throw SystemError("opendir \(folder)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder and those above it; one that is there is left as it is.
    package static func makeFolder(_ path: String) throws(SystemError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw SystemError("mkdir \(path)")
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir \(path)") }
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Why nothing can be made in this folder, as far as access(2) knows; nil: it can.
    package static func refusalToMake(in folder: String) -> SystemError? {
        access(folder, W_OK | X_OK) == 0 ? nil : SystemError("access")
    }

    /// Opens for reading and writing; makes the file, for its owner only, when it is not there.
    package static func openForAppending(_ path: String) throws(SystemError) -> OwnedDescriptor {
        try OwnedDescriptor("open \(path)", open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600))
    }

    package static func openForReading(_ path: String) throws(SystemError) -> OwnedDescriptor {
        try OwnedDescriptor("open \(path)", open(path, O_RDONLY | O_CLOEXEC))
    }

    package static func size(of file: Int32) throws(SystemError) -> Int64 {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw SystemError("fstat") }
        return Int64(status.st_size)
    }

    /// Something that changes when a file does: device, inode, time, size; nil when it is missing.
    package static func stamp(_ path: String) -> [Int64]? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return [
            Int64(status.st_dev), Int64(status.st_ino), Int64(status.st_size),
            Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
        ]
    }

    /// What has become of the name of an open file.
    package enum Place: Equatable, Sendable {
        /// The path names this very file.
        case here
        /// The path names nothing, and the file lives: it was moved, or its volume is away.
        case away
        /// The path names nothing, and neither does any other: when it is closed it is gone.
        case deleted
        /// The path names another file.
        case taken
    }

    /// Whether `path` still names the open `file`: fstat(2) and stat(2), a few microseconds.
    package static func place(of file: Int32, at path: String) -> Place {
        var mine = stat()
        var named = stat()
        guard fstat(file, &mine) == 0 else { return .away }
        guard stat(path, &named) != 0 else {
            return mine.st_dev == named.st_dev && mine.st_ino == named.st_ino ? .here : .taken
        }
        let isMissing = errno == ENOENT || errno == ENOTDIR
        return isMissing && mine.st_nlink == 0 ? .deleted : .away
    }

    /// When the file was last written, in milliseconds since 1970; nil when it is missing.
    package static func modified(_ path: String) -> Int64? {
        stamp(path).map { $0[3] * 1000 + $0[4] / 1_000_000 }
    }

    /// Whether everybody may use it; a group may (Kubernetes gives mounted secrets to one).
    package static func isReadableByOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o007 != 0
    }

    /// pwrite(2) until all is written.
    package static func write(
        _ bytes: [UInt8],
        to file: Int32,
        at offset: Int64
    ) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                pwrite(file, all.baseAddress! + done, all.count - done, Int(offset) + done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("pwrite")
            }
            if count == 0 { throw SystemError("pwrite", code: ENOSPC) }
            done += count
        }
    }

    /// pread(2) of up to `count` bytes; fewer only at the end of the file.
    package static func read(
        _ count: Int,
        from file: Int32,
        at offset: Int64
    ) throws(SystemError) -> [UInt8] {
        // Else the standard library would write 0 to the count of the one empty array that all
        // threads share.
        guard count > 0 else { return [] }
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    file,
                    buffer.baseAddress! + filled,
                    count - filled,
                    Int(offset) + filled
                )
                if got == 0 { return }
                if got < 0 {
                    if errno == EINTR { continue }
                    failure = SystemError("pread")
                    return
                }
                filled += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    package static func flush(_ file: Int32) throws(SystemError) {
        guard fdatasync(file) == 0 else { throw SystemError("fdatasync") }
    }

    /// Makes the names in a folder durable.
    package static func flushFolder(_ path: String) throws(SystemError) {
        let folder = try OwnedDescriptor(
            "open \(path)",
            open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        )
        guard fsync(folder.number) == 0 else { throw SystemError("fsync \(path)") }
    }

    package static func cut(_ file: Int32, to size: Int64) throws(SystemError) {
        guard ftruncate(file, Int(size)) == 0 else { throw SystemError("ftruncate") }
    }

    /// Reserves room without changing the size; file systems that cannot are left as they are.
    package static func reserve(
        _ file: Int32,
        from offset: Int64,
        count: Int64
    ) throws(SystemError) {
        guard linux_reserve(file, offset, count) != 0 else { return }
        if errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR { return }
        throw SystemError("fallocate")
    }

    package static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 else { throw SystemError("unlink \(path)") }
    }

    /// flock(2); false when another process holds it.
    package static func lock(_ file: Int32) throws(SystemError) -> Bool {
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw SystemError("flock") }
        return false
    }
}
