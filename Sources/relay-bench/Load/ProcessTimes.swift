import Glibc
import POSIX

/// Processor time of this process's threads.
enum ThreadTimes {
    /// Seconds that the calling thread has run.
    static func own() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// What another process has used so far, as /proc tells it (proc(5)).
struct ProcessTimes {
    /// Seconds of processor by the threads' names.
    private(set) var threads: [String: Double] = [:]
    /// How often threads went to sleep by themselves: wake-ups, seen from their other end.
    private(set) var sleeps: [String: Int] = [:]
    /// Bytes that it caused to be written to the disk.
    private(set) var writtenBytes = 0

    init(of process: Int32) {
        let folder = "/proc/\(process)/task"
        for task in (try? FileSystem.list(folder)) ?? [] {
            let name = Self.text("\(folder)/\(task)/comm").split(separator: "\n").first
            let nanoseconds = Self.text("\(folder)/\(task)/schedstat").split(separator: " ").first
            let key = name.map(String.init) ?? "?"
            threads[key, default: 0] += (nanoseconds.flatMap { Double($0) } ?? 0) / 1e9
            let status = Self.text("\(folder)/\(task)/status")
            sleeps[key, default: 0] += Self.number("voluntary_ctxt_switches", in: status) ?? 0
        }
        writtenBytes = Self.number("write_bytes", in: Self.text("/proc/\(process)/io")) ?? 0
    }

    var seconds: Double { threads.values.reduce(0, +) }

    /// What was used since `earlier`, by threads that still live.
    func since(_ earlier: ProcessTimes) -> ProcessTimes {
        var rest = self
        for (name, seconds) in earlier.threads { rest.threads[name, default: 0] -= seconds }
        for (name, count) in earlier.sleeps { rest.sleeps[name, default: 0] -= count }
        rest.writtenBytes -= earlier.writtenBytes
        return rest
    }

    private static func number(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line?.dropFirst(name.count + 1).split { $0 == " " || $0 == "\t" }.first
            .flatMap { Int($0) }
    }

    private static func text(_ path: String) -> String {
        guard case .success(let bytes) = FileSystem.read(path, limit: 1 << 16) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
