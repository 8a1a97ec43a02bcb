import POSIX
import Storage
import Synchronization

/// A record log whose files are damaged: flipped, cut, spliced, mixed up.
///
/// What must still be found is told by `PlainSegments`, which knows the bytes of every record that
/// was written, and shares nothing with the log's own search.
struct RecordTrial: FuzzTrial {
    private let files: [String: [UInt8]]
    private let segments: PlainSegments
    private let deeds: [String]
    /// The log could not be made: what stood in the way.
    private let trouble: String?

    init(_ chance: Chance) {
        var chance = chance
        do {
            let written = try Self.written(&chance)
            segments = PlainSegments(of: written)
            var damaged = written
            deeds = (0...chance.below(3)).map { _ in FileDamage.deed(on: &damaged, &chance) }
            files = damaged
            trouble = nil
        } catch {
            (files, segments, deeds) = ([:], PlainSegments(of: [:]), [])
            trouble = "the log cannot be made: \(error)"
        }
    }

    var shown: String {
        let lines = files.sorted { $0.key < $1.key }.map { name, bytes in
            "\(name) (\(bytes.count)): "
                + bytes.map { String($0, radix: 16) }.joined(separator: " ")
        }
        return "a record log, damaged: \(deeds.joined(separator: "; "))\n"
            + lines.joined(separator: "\n")
    }

    func complaint() -> String? {
        if let trouble { return trouble }
        do {
            return try tried()
        } catch {
            return "the log does not open: \(error)"
        }
    }

    private func tried() throws -> String? {
        let folder = try Self.folder()
        for (name, bytes) in files { try Self.write(bytes, "\(folder.path)/\(name)") }
        var wanted = segments.records(in: files)
        for round in 0..<2 {
            var log = try RecordLog(folder: folder.path, name: "fuzz", options: Self.options)
            var found: [PlainSegments.Found] = []
            try log.replay { found.append(PlainSegments.Found(kind: $0.kind, bytes: $0.bytes)) }
            guard found == wanted else {
                return "opened \(round == 0 ? "first" : "again"), it gives \(found)\n"
                    + "instead of \(wanted); it says \(log.damage)"
            }
            try log.replayHeads { _ in }
            let more = PlainSegments.Found(kind: 7, bytes: Array("more".utf8))
            let position = log.stage(kind: more.kind, more.bytes)
            try log.commit()
            guard try log.read(position).bytes == more.bytes else {
                return "what was added cannot be read"
            }
            wanted.append(more)
        }
        return nil
    }

    // MARK: - Making

    /// In memory where there is a file system for that: thousands a second would wear a disk out.
    private static func folder() throws(SystemError) -> TemporaryFolder {
        let memory = "/dev/shm"
        return try TemporaryFolder(
            prefix: "relay-fuzz",
            in: FileSystem.stamp(memory) == nil ? nil : memory
        )
    }

    private static func written(_ chance: inout Chance) throws -> [String: [UInt8]] {
        let folder = try folder()
        let seeds = Mutex(chance)
        _ = chance.next()
        var options = options
        options.segmentBytes = chance.pick([60, 120, 300, 4000])
        options.files.seed = { seeds.withLock { UInt32(truncatingIfNeeded: $0.next()) } }
        do {
            var log = try RecordLog(folder: folder.path, name: "fuzz", options: options)
            var last: [UInt8] = []
            for _ in 0...chance.below(6) {
                for _ in 0...chance.below(3) {
                    last = content(&chance, last)
                    _ = log.stage(kind: UInt8(chance.below(4)), last)
                }
                try log.commit()
            }
        }
        var files: [String: [UInt8]] = [:]
        for name in try FileSystem.list(folder.path) {
            files[name] = try FileSystem.read("\(folder.path)/\(name)").get()
        }
        return files
    }

    /// Also what looks like the log's own frames and headers.
    private static func content(_ chance: inout Chance, _ last: [UInt8]) -> [UInt8] {
        switch chance.below(6) {
        case 0: []
        case 1: [UInt8](repeating: 0, count: chance.below(50))
        case 2: last
        case 3: [UInt8(2 + chance.below(20)), 0, 0, 0, 1, 2, 3, 4, 1, 7] + last.prefix(30)
        case 4: Array("DRLOG".utf8) + [1, 0, 0, 5, 6, 7, 8, 1, 2, 3, 4]
        default: (0..<chance.below(80)).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
        }
    }

    /// No flush and no reserved room: what a crash leaves is another proof's.
    private static let options: RecordLog.Options = {
        var options = RecordLog.Options()
        options.headLength = { _, bytes in min(4, bytes.count) }
        options.files.flush = { _ throws(SystemError) in }
        options.files.flushFolder = { _ throws(SystemError) in }
        options.files.reserve = { _, _, _ throws(SystemError) in }
        return options
    }()

    private static func write(_ bytes: [UInt8], _ path: String) throws(SystemError) {
        let file = try FileSystem.openForAppending(path)
        try FileSystem.write(bytes, to: file.number, at: 0)
    }
}
