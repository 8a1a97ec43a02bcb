import CLinux
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

/// The process and its surroundings.
package enum Host {
    package static var processID: Int32 { getpid() }

    package static var name: String {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    package static func random() -> UInt64 { linux_random() }

    /// No core file and no debugger shows our memory, in which tokens lie.
    package static func hideMemory() { linux_set_not_dumpable() }

    /// As many descriptors as the platform allows.
    package static func raiseDescriptorLimit() { _ = linux_raise_descriptors() }

    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    package static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let text = String(cString: pointer)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return variables
    }

    package static func sleep(milliseconds: Int) { usleep(UInt32(milliseconds) * 1000) }
}

/// Writing whole texts to a descriptor that may block: logs and command output.
package enum Output {
    package static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    package static func print(_ text: String) { write(Array((text + "\n").utf8), to: 1) }
    package static func complain(_ text: String) { write(Array((text + "\n").utf8), to: 2) }
}
