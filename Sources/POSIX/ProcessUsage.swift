import Glibc

/// What this process uses, as /proc tells it (proc(5)).
package struct ProcessUsage: Sendable {
    package var cpuSeconds = 0.0
    package var residentBytes = 0
    package var anonymousBytes = 0
    package var virtualBytes = 0
    package var openDescriptors = 0
    package var maximumDescriptors = 0
    /// Unix time in seconds.
    package var startTime = 0.0

    package static func now() -> ProcessUsage {
        var usage = ProcessUsage()
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let stat = fields(of: "/proc/self/stat")
        // Field numbers of proc(5), counted behind the command in parentheses.
        if stat.count > 21 {
            usage.cpuSeconds = ((Double(stat[11]) ?? 0) + (Double(stat[12]) ?? 0)) / ticks
            usage.virtualBytes = Int(stat[20]) ?? 0
            usage.startTime = bootTime() + (Double(stat[19]) ?? 0) / ticks
        }
        let memory = text(of: "/proc/self/statm").split(separator: " ").compactMap { Int($0) }
        if memory.count > 2 {
            usage.residentBytes = memory[1] * page
            usage.anonymousBytes = (memory[1] - memory[2]) * page
        }
        usage.openDescriptors = (try? FileSystem.list("/proc/self/fd").count) ?? 0
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            usage.maximumDescriptors = Int(clamping: limit.rlim_cur)
        }
        return usage
    }

    private static func text(of path: String) -> String {
        guard case .success(let bytes) = FileSystem.read(path, limit: 1 << 16) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func fields(of path: String) -> [Substring] {
        let text = text(of: path)
        guard let end = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func bootTime() -> Double {
        for line in text(of: "/proc/stat").split(separator: "\n") where line.hasPrefix("btime ") {
            return Double(line.dropFirst(6)) ?? 0
        }
        return 0
    }
}
