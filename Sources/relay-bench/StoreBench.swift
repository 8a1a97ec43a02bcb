import Formats
import POSIX
import RelayServer
import Storage

/// The record log by sizes of records and of groups, beside a bare write and fdatasync(2) of the
/// same bytes in turn with it.
enum StoreBench {
    static let form = Arguments.Form(
        options: ["--rounds", "--commits", "--folder"],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let rounds = try BenchOptions.number(arguments, "--rounds", 3)
        let commits = try BenchOptions.number(arguments, "--commits", 200)
        let folder = try TemporaryFolder(prefix: "relay-store", in: arguments["--folder"])
        var rows: [StoreRow] = []
        for recordBytes in [256, 1024, 5120, 65_536] {
            for group in [1, 8, 64] {
                let path = "\(folder.path)/\(recordBytes)-\(group)"
                try FileSystem.makeFolder(path)
                rows.append(try StoreRow(path, recordBytes, group, commits, rounds))
            }
        }
        if arguments.has("--json") {
            Output.print("[" + rows.map(\.figures.json).joined(separator: ",\n ") + "]")
            return .success
        }
        var table = TextTable(StoreRow.columns)
        for row in rows { table.add(row.cells) }
        Output.print(table.text)
        return .success
    }
}

/// One size of records in one size of groups.
private struct StoreRow {
    let recordBytes: Int
    let group: Int
    /// The least and the median time of a commit, and of the bare calls, in seconds.
    private var log: [Double] = []
    private var bare: [Double] = []
    private var cpu = 0.0
    private var writtenBytes: Int64 = 0
    private var records = 0
    private var replaySeconds = 0.0
    private var readSeconds = 0.0

    init(_ folder: String, _ recordBytes: Int, _ group: Int, _ commits: Int, _ rounds: Int) throws {
        (self.recordBytes, self.group) = (recordBytes, group)
        var log = try RecordLog(folder: folder, name: "log")
        let bare = try FileSystem.openForAppending("\(folder)/bare")
        var offset: Int64 = 0
        var reserved: Int64 = 0
        var positions: [RecordPosition] = []
        let record = (0..<recordBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let batch = [UInt8](repeating: 7, count: (recordBytes + 10) * group)
        let room = RecordLog.Options().reserveBytes
        let before = log.byteCount
        // As many bytes as would take long are not needed for a median.
        let commits = max(20, min(commits, (32 << 20) / batch.count))
        for _ in 0..<rounds * commits {
            let own = ThreadTimes.own()
            var start = Clock.monotonicNanoseconds()
            for _ in 0..<group { positions.append(log.stage(kind: 1, record)) }
            try log.commit()
            self.log.append(Double(Clock.monotonicNanoseconds() - start) / 1e9)
            cpu += ThreadTimes.own() - own
            start = Clock.monotonicNanoseconds()
            if offset + Int64(batch.count) > reserved {
                try FileSystem.reserve(bare.number, from: offset, count: Int64(batch.count) + room)
                reserved = offset + Int64(batch.count) + room
            }
            try FileSystem.write(batch, to: bare.number, at: offset)
            try FileSystem.flush(bare.number)
            offset += Int64(batch.count)
            self.bare.append(Double(Clock.monotonicNanoseconds() - start) / 1e9)
        }
        records = positions.count
        writtenBytes = log.byteCount - before
        try read(&log, positions)
    }

    private mutating func read(_ log: inout RecordLog, _ positions: [RecordPosition]) throws {
        var start = Clock.monotonicNanoseconds()
        var count = 0
        try log.replay { count += $0.bytes.count }
        replaySeconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        start = Clock.monotonicNanoseconds()
        for position in positions { count += try log.read(position).bytes.count }
        readSeconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        precondition(count == 2 * records * recordBytes)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static let columns = [
        "record B", "group", "commit ms", "bare ms", "ratio", "records/s", "MB/s", "CPU us",
        "B written", "replay MB/s", "reads/s",
    ]

    private var values: [Double] {
        let (commit, plain) = (Self.median(log), Self.median(bare))
        let bytes = Double(records * recordBytes)
        return [
            Double(recordBytes), Double(group), commit * 1000, plain * 1000, plain / commit,
            Double(group) / commit, Double(group * recordBytes) / commit / 1e6,
            cpu / Double(records) * 1e6, Double(writtenBytes) / Double(records),
            bytes / replaySeconds / 1e6, Double(records) / readSeconds,
        ]
    }

    var cells: [String] {
        values.map { value in
            value < 100 && value != value.rounded()
                ? String((value * 100).rounded() / 100) : String(Int(value.rounded()))
        }
    }

    var figures: Figures {
        var figures = Figures()
        let names = [
            "recordBytes", "group", "commitMilliseconds", "bareMilliseconds", "bareToLog",
            "recordsPerSecond", "megabytesPerSecond", "cpuMicrosecondsPerRecord",
            "writtenBytesPerRecord", "replayMegabytesPerSecond", "readsPerSecond",
        ]
        for (name, value) in zip(names, values) { figures.add(name, value) }
        return figures
    }
}
