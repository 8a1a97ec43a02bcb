import POSIX

/// Keeps a second process out of the data folder: flock(2) on a file that names the holder.
///
/// The kernel lets go when the process ends, however it does.
package struct FolderLock: ~Copyable {
    private let file: OwnedDescriptor

    /// Waits up to `seconds` for the holder to end.
    ///
    /// - Throws: `.locked` naming the holder's host and pid; `.unreadable`.
    package init(folder: String, waitingSeconds seconds: Int) throws(StorageError) {
        let path = "\(folder)/lock"
        let holder: [UInt8]
        do throws(SystemError) {
            try FileSystem.makeFolder(folder)
            let file = try FileSystem.openForAppending(path)
            if try Self.wait(for: file.number, seconds: seconds) {
                Self.sign(file.number)
                self.file = file
                return
            }
            holder = try FileSystem.read(256, from: file.number, at: 0)
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
        let words = String(decoding: holder.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        throw .locked(folder: folder, by: words.isEmpty ? "another process" : words)
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
    ///
    /// Over what stands there, so that it needs no room; where it fails all the same (a full
    /// disk) the lock holds without a name, which is no reason not to start.
    private static func sign(_ file: Int32) {
        var words = Array("host \(Host.name), pid \(Host.processID)\n".utf8)
        words += [UInt8](repeating: UInt8(ascii: " "), count: max(0, 255 - words.count))
        do { try FileSystem.write(words, to: file, at: 0) } catch {}
    }
}
