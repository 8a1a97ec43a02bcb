import CLinux
import Glibc

/// The process and its surroundings.
package enum Host {
    package static var processID: Int32 { getpid() }

    /// By which the kernel decides what the process may.
    package static var userID: UInt32 { geteuid() }

    package static var name: String {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    package static func random() -> UInt64 { linux_random() }

    /// No core file and no debugger shows our memory, in which tokens lie; nor does
    /// `/proc/PID/environ`, to others than root.
    package static func hideMemory() { linux_set_not_dumpable() }

    package static var isMemoryHidden: Bool { !linux_is_dumpable() }

    /// Has pieces of 1 MiB or more given back to the platform when they are freed.
    ///
    /// glibc by itself keeps such ones once a large one was freed, and small ones then lie between
    /// them: the process holds two or three times what it needs.
    package static func returnLargeMemory() { linux_return_large_memory() }

    /// Lets go of the pages of the program's and its libraries' files that this process has mapped.
    ///
    /// Those in use are mapped again, from the platform's file cache, when they are touched. After
    /// a start some 6 of 20 MiB are what only the start ran, and stay away.
    package static func releaseCodePages() { linux_release_code_pages() }

    /// Allows as many descriptors as the platform does.
    ///
    /// - Returns: How many that is; nil when it cannot be told.
    @discardableResult
    package static func raiseDescriptorLimit() -> Int? {
        let limit = Int(linux_raise_descriptors())
        return limit > 0 ? limit : nil
    }

    /// The folder in which the running program lies.
    package static var programFolder: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(
            decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

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
