import POSIX
import Storage
import Testing

@Suite("Folder lock")
struct FolderLockTests {
    @Test("a second holder is refused with the first one's host and pid")
    func refused() throws {
        let folder = try LogFolder()
        let path = "\(folder.path)/new/data"
        let first = try FolderLock(folder: path, waitingSeconds: 0)
        let error = #expect(throws: StorageError.self) {
            _ = try FolderLock(folder: path, waitingSeconds: 0)
        }
        #expect(
            error == .locked(folder: path, by: "host \(Host.name), pid \(Host.processID)")
        )
        _ = consume first
        _ = try FolderLock(folder: path, waitingSeconds: 0)
    }

    @Test("who waits gets the folder as soon as the holder lets go")
    func waits() throws {
        let folder = try LogFolder()
        let results = try Mailbox<String>(capacity: 1)
        let path = folder.path
        let first = try FolderLock(folder: path, waitingSeconds: 0)
        let waiting = try LoopThread(named: "second") {
            do {
                _ = try FolderLock(folder: path, waitingSeconds: 60)
                _ = results.put("locked")
            } catch {
                _ = results.put("\(error)")
            }
        }
        _ = consume first
        waiting.join()
        #expect(results.takeAll() == ["locked"])
    }
}
