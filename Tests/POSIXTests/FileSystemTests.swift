import Foundation
import POSIX
import Testing

@Suite("Files")
struct FileSystemTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("what is written at a place is read from there, and short only at the end")
    func positions() throws {
        let file = try FileSystem.openForAppending("\(folder.path)/a")
        try FileSystem.write(Array("world".utf8), to: file.number, at: 6)
        try FileSystem.write(Array("hello ".utf8), to: file.number, at: 0)
        try FileSystem.write([], to: file.number, at: 100)
        try FileSystem.flush(file.number)
        try FileSystem.flushFolder(folder.path)
        #expect(try FileSystem.size(of: file.number) == 11)
        #expect(try FileSystem.read(5, from: file.number, at: 6) == Array("world".utf8))
        #expect(try FileSystem.read(50, from: file.number, at: 6) == Array("world".utf8))
        #expect(try FileSystem.read(5, from: file.number, at: 11) == [])
        #expect(try FileSystem.read(5, from: file.number, at: 1000) == [])
        #expect(FileSystem.read("\(folder.path)/a") == .success(Array("hello world".utf8)))
        #expect(try folder.mode("a") == 0o600)
        // Opening again keeps what is there.
        let again = try FileSystem.openForAppending("\(folder.path)/a")
        #expect(try FileSystem.size(of: again.number) == 11)
    }

    @Test("room is reserved without changing the size, and a cut gives it back")
    func reserve() throws {
        let file = try FileSystem.openForAppending("\(folder.path)/a")
        try FileSystem.write([1, 2, 3], to: file.number, at: 0)
        try FileSystem.reserve(file.number, from: 3, count: 1 << 20)
        #expect(try FileSystem.size(of: file.number) == 3)
        try FileSystem.cut(file.number, to: 2)
        #expect(FileSystem.read("\(folder.path)/a") == .success([1, 2]))
        let error = #expect(throws: SystemError.self) {
            try FileSystem.reserve(-1, from: 0, count: 1)
        }
        #expect(error?.call == "fallocate")
    }

    @Test("a file larger than the limit is not read")
    func limit() throws {
        try Data(repeating: 7, count: 100_000).write(to: URL(filePath: "\(folder.path)/a"))
        #expect(
            FileSystem.read("\(folder.path)/a", limit: 100_000).map(\.count) == .success(100_000)
        )
        guard case .failure(let error) = FileSystem.read("\(folder.path)/a", limit: 99_999) else {
            throw Unexpected("read beyond the limit")
        }
        #expect(error.description.contains("too large"))
    }

    @Test("a missing file, a folder and a name in a file are errors that say so")
    func errors() throws {
        guard case .failure(let missing) = FileSystem.read("\(folder.path)/none") else {
            throw Unexpected("read a missing file")
        }
        #expect(missing.isNoSuchFile)
        #expect("\(missing)" == "open: No such file or directory")
        guard case .failure(let isFolder) = FileSystem.read(folder.path) else {
            throw Unexpected("read a folder")
        }
        #expect(!isFolder.isNoSuchFile)
        #expect(throws: SystemError.self) { try FileSystem.list("\(folder.path)/none") }
        #expect(throws: SystemError.self) { try FileSystem.remove("\(folder.path)/none") }
        #expect(throws: SystemError.self) { try FileSystem.flushFolder("\(folder.path)/none") }
    }

    @Test("folders are made with those above them, for their owner only, and left as they are")
    func folders() throws {
        try FileSystem.makeFolder("\(folder.path)/a/b/c")
        try FileSystem.makeFolder("\(folder.path)/a/b/c")
        #expect(try folder.mode("a/b/c") == 0o700)
        _ = try FileSystem.openForAppending("\(folder.path)/a/z")
        #expect(try FileSystem.list("\(folder.path)/a") == ["b", "z"])
        try FileSystem.remove("\(folder.path)/a/z")
        #expect(try FileSystem.list("\(folder.path)/a") == ["b"])
    }

    @Test("a stamp changes when the file does, also when it is replaced by one of equal size")
    func stamp() throws {
        let path = "\(folder.path)/a"
        #expect(FileSystem.stamp(path) == nil)
        #expect(FileSystem.modified(path) == nil)
        try Data([1]).write(to: URL(filePath: path))
        let first = try #require(FileSystem.stamp(path))
        #expect(FileSystem.stamp(path) == first)
        try Data([2]).write(to: URL(filePath: path), options: .atomic)
        #expect(FileSystem.stamp(path) != first)
        let modified = try #require(FileSystem.modified(path))
        #expect(abs(Clock.now() - modified) < 3_600_000)
    }

    @Test("a file for everybody is told from one for its owner and group")
    func readable() throws {
        let path = "\(folder.path)/a"
        try Data([1]).write(to: URL(filePath: path))
        for (mode, isWide) in [(0o600, false), (0o440, false), (0o644, true), (0o602, true)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(FileSystem.isReadableByOthers(path) == isWide, "\(String(mode, radix: 8))")
        }
    }

    @Test("a lock has one holder, and is free once that one has closed the file")
    func lock() throws {
        let first = try FileSystem.openForAppending("\(folder.path)/lock")
        let second = try FileSystem.openForAppending("\(folder.path)/lock")
        #expect(try FileSystem.lock(first.number))
        #expect(try !FileSystem.lock(second.number))
        try first.close()
        #expect(try FileSystem.lock(second.number))
    }

    @Test("an open file is here, away, deleted, or another has its place")
    func place() throws {
        let path = "\(folder.path)/a"
        let file = try FileSystem.openForAppending(path)
        let manager = FileManager.default
        #expect(FileSystem.place(of: file.number, at: path) == .here)
        try manager.moveItem(atPath: path, toPath: "\(folder.path)/b")
        #expect(FileSystem.place(of: file.number, at: path) == .away)
        #expect(FileSystem.place(of: file.number, at: "\(folder.path)/b") == .here)
        try Data([1]).write(to: URL(filePath: path))
        #expect(FileSystem.place(of: file.number, at: path) == .taken)
        try manager.removeItem(atPath: path)
        try manager.removeItem(atPath: "\(folder.path)/b")
        #expect(FileSystem.place(of: file.number, at: path) == .deleted)
        // A path that cannot be followed names nothing, either.
        #expect(FileSystem.place(of: file.number, at: "/dev/null/a") == .deleted)
    }
}
