import POSIX

/// Keeps a second process out of the data folder: flock(2) on a file that names the holder.
///
/// The kernel lets go when the process ends, however it does.
package struct FolderLock: ~Copyable {
    private let file: OwnedDescriptor

    /// Waits up to `seconds` for the holder to end.
    ///
    /// - Throws: `.locked` naming the holder's host and pid.
    package init(folder: String, waitingSeconds seconds: Int) throws(StorageError) {
        let path = "\(folder)/lock"
        do {
            try FileSystem.makeFolder(folder)
            let file = try FileSystem.openForAppending(path)
            let isMine = try Self.wait(for: file.number, seconds: seconds)
            if isMine { try Self.sign(file.number) }
            let holder = try FileSystem.read(256, from: file.number, at: 0)
            guard isMine else {
                let words = String(decoding: holder, as: UTF8.self)
                throw StorageError.locked(folder: folder, by: words.isEmpty ? "another" : words)
            }
            self.file = file
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError.unreadable(file: path, reason: "\(error)")
        }
    }

    private static func wait(for file: Int32, seconds: Int) throws(SystemError) -> Bool {
        let deadline = Clock.monotonic() + Int64(seconds) * 1000
        while try !FileSystem.lock(file) {
            guard Clock.monotonic() < deadline else { return false }
            Host.sleep(milliseconds: 50)
        }
        return true
    }

    /// Writes down who holds the folder, for the one who finds it locked.
    private static func sign(_ file: Int32) throws(SystemError) {
        let words = Array("host \(Host.name), pid \(Host.processID)".utf8)
        try FileSystem.cut(file, to: 0)
        try FileSystem.write(words, to: file, at: 0)
    }
}
