import Foundation
import POSIX
import Storage
import Synchronization

/// A temporary folder with a log named `events` in it; gone with the test.
final class LogFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func log(_ change: (inout RecordLog.Options) -> Void = { _ in }) throws -> RecordLog {
        var options = RecordLog.Options()
        options.headLength = { _, bytes in min(4, bytes.count) }
        change(&options)
        return try RecordLog(folder: path, name: "events", options: options)
    }

    /// Names of the segments' files, oldest first.
    var segments: [String] { names { $0.hasSuffix(".log") } }
    var quarantine: [String] { names { $0.hasSuffix(".damaged") } }

    private func names(_ isWanted: (String) -> Bool) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return all.filter(isWanted).sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)")))
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    /// Takes all files back to what `files` says, and removes others.
    func restore(_ files: [String: [UInt8]]) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        for (name, bytes) in files { try write(bytes, name) }
    }

    func snapshot() throws -> [String: [UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        return Dictionary(uniqueKeysWithValues: try names.map { ($0, try bytes($0)) })
    }
}

/// A record's text, its kind being 1.
func text(_ record: Record) -> String { String(decoding: record.bytes, as: UTF8.self) }

/// Replays everything as texts.
func texts(_ log: inout RecordLog) throws -> [String] {
    var found: [String] = []
    try log.replay { found.append(text($0)) }
    return found
}

extension RecordLog {
    /// Stages each text as a record of its own and commits them together.
    mutating func put(_ texts: String...) throws {
        for text in texts { _ = stage(kind: 1, Array(text.utf8)) }
        try commit()
    }
}

/// A disk that fails when it is told to.
final class FaultyDisk: Sendable {
    enum Fault: Sendable {
        /// This one call fails, later ones do not.
        case once
        /// This call and all later ones fail: what the disk holds is what a crash leaves.
        case forever
    }

    private struct State {
        var calls: [String] = []
        var plan: (call: Int, fault: Fault)?
        var failing: Set<String> = []
        var place: FileSystem.Place?
    }

    private let state = Mutex(State())

    /// Calls so far, by name.
    var calls: [String] { state.withLock { $0.calls } }

    func fail(at call: Int, _ fault: Fault) {
        state.withLock { $0.plan = (call, fault) }
    }

    /// Where the open files seem to be; nil: where they are.
    func put(_ place: FileSystem.Place?) { state.withLock { $0.place = place } }

    /// All calls of these names fail until told otherwise.
    func fail(_ names: Set<String>) { state.withLock { $0.failing = names } }

    private func check(_ name: String) throws(SystemError) {
        let fails = state.withLock { state in
            defer { state.calls.append(name) }
            if state.failing.contains(name) { return true }
            guard let plan = state.plan else { return false }
            let number = state.calls.count
            return number == plan.call || plan.fault == .forever && number > plan.call
        }
        // ENOSPC
        if fails { throw SystemError(name, code: 28) }
    }

    /// The kernel's calls behind this disk; a failing write leaves half of its bytes.
    var files: LogFiles {
        var files = LogFiles.live
        let live = LogFiles.live
        files.open = { path throws(SystemError) in
            try self.check("open")
            return try live.open(path)
        }
        files.write = { bytes, file, offset throws(SystemError) in
            do throws(SystemError) {
                try self.check("write")
            } catch {
                try live.write(Array(bytes.prefix(bytes.count / 2)), file, offset)
                throw error
            }
            try live.write(bytes, file, offset)
        }
        files.flush = { file throws(SystemError) in
            try self.check("flush")
            try live.flush(file)
        }
        files.reserve = { file, offset, count throws(SystemError) in
            try self.check("reserve")
            try live.reserve(file, offset, count)
        }
        files.cut = { file, size throws(SystemError) in
            try self.check("cut")
            try live.cut(file, size)
        }
        files.remove = { path throws(SystemError) in
            try self.check("remove")
            try live.remove(path)
        }
        files.flushFolder = { path throws(SystemError) in
            try self.check("flushFolder")
            try live.flushFolder(path)
        }
        files.place = { file, path in
            self.state.withLock { $0.place } ?? live.place(file, path)
        }
        return files
    }
}
