import POSIX

/// Keeps a second process out of the data folder: flock(2) on a file that names the holder, and on
/// the folder itself.
///
/// Either alone keeps others out. Where the file cannot be made (no inodes, a read-only folder)
/// the folder's own lock serves; where a file system locks no folders (NFS), the file's does. The
/// kernel lets go when the process ends, however it does.
package struct FolderLock: ~Copyable {
    private let folder: OwnedDescriptor?
    private let file: OwnedDescriptor?

    /// Waits up to `seconds` for the holder to end.
    ///
    /// - Throws: `.locked` naming the holder's host and pid; `.unreadable`.
    package init(folder: String, waitingSeconds seconds: Int) throws(StorageError) {
        let path = "\(folder)/lock"
        let holder: [UInt8]
        do throws(SystemError) {
            try FileSystem.makeFolder(folder)
            let inside = try Self.folder(folder)
            let file = try Self.file(path, isNeeded: Self.isNone(inside))
            let deadline = Clock.monotonic() + Int64(seconds) * 1000
            if try Self.wait(for: inside, until: deadline),
                try Self.wait(for: file, until: deadline)
            {
                Self.sign(file)
                self.folder = consume inside
                self.file = consume file
                return
            }
            holder = Self.words(file)
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
        let words = String(decoding: holder.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        throw .locked(folder: folder, by: words.isEmpty ? "another process" : words)
    }

    /// nil: it can neither be made nor be opened.
    private static func file(
        _ path: String,
        isNeeded: Bool
    ) throws(SystemError) -> OwnedDescriptor? {
        do {
            return try FileSystem.openForAppending(path)
        } catch {
            // One that is there can be locked without being written.
            do { return try FileSystem.openForReading(path) } catch {}
            guard !isNeeded else { throw error }
            return nil
        }
    }

    private static func isNone(_ file: borrowing OwnedDescriptor?) -> Bool {
        switch file {
        case .some: false
        case .none: true
        }
    }

    /// nil: file systems may lock no folders, and then the file's lock must do.
    private static func folder(_ path: String) throws(SystemError) -> OwnedDescriptor? {
        let folder = try FileSystem.openForReading(path)
        do {
            _ = try FileSystem.lock(folder.number)
            return folder
        } catch {
            return nil
        }
    }

    private static func wait(
        for file: borrowing OwnedDescriptor?,
        until deadline: Int64
    ) throws(SystemError) -> Bool {
        switch file {
        case .none: return true
        case .some(let file):
            while try !FileSystem.lock(file.number) {
                guard Clock.monotonic() < deadline else { return false }
                Host.sleep(milliseconds: 50)
            }
            return true
        }
    }

    private static func words(_ file: borrowing OwnedDescriptor?) -> [UInt8] {
        switch file {
        case .none: return []
        case .some(let file):
            do { return try FileSystem.read(256, from: file.number, at: 0) } catch { return [] }
        }
    }

    /// Writes down who holds the folder, for the one who finds it locked.
    ///
    /// Over what stands there, so that it needs no room; where it fails all the same (a full
    /// disk) the lock holds without a name, which is no reason not to start.
    private static func sign(_ file: borrowing OwnedDescriptor?) {
        var words = Array("host \(Host.name), pid \(Host.processID)\n".utf8)
        words += [UInt8](repeating: UInt8(ascii: " "), count: max(0, 255 - words.count))
        switch file {
        case .none: return
        case .some(let file):
            do { try FileSystem.write(words, to: file.number, at: 0) } catch {}
        }
    }
}
