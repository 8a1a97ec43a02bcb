import CLinux
import Glibc

/// A program that this one has started.
package final class ChildProcess: Sendable {
    package let id: Int32

    /// Starts `program`; its output and errors go to the end of the file at `output`.
    ///
    /// `environment` is all that it sees; `passing` are descriptors that it gets as 3 and so on, and
    /// must have higher numbers here.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        output: String,
        passing descriptors: [Int32] = []
    ) throws(SystemError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for (offset, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(3 + offset))
        }
        let words = Self.words([program] + arguments)
        let settings = Self.words(environment.map { "\($0)=\($1)" })
        defer { for word in words + settings { free(word) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, program, &actions, nil, words, settings)
        guard code == 0 else { throw SystemError("posix_spawn \(program)", code: code) }
        self.id = id
    }

    /// As C wants a list of texts: ended by a null pointer.
    private static func words(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    package enum Signal: Int32 {
        case kill = 9
        case terminate = 15
    }

    package func send(_ signal: Signal) { _ = Glibc.kill(id, signal.rawValue) }

    /// Waits for its end.
    ///
    /// - Returns: Its exit code; 128 and the signal's number when one ended it.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    /// Whether it has ended; takes its exit code away.
    package func hasEnded() -> Bool {
        var status: Int32 = 0
        return waitpid(id, &status, WNOHANG) != 0
    }

    /// Its resident memory now and at most so far, in bytes; nil when it has ended.
    package func memory() -> (now: Int, peak: Int)? {
        guard case .success(let bytes) = FileSystem.read("/proc/\(id)/status") else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        func kibibytes(_ name: String) -> Int? {
            let line = lines.first { $0.hasPrefix(name) }
            return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
                .flatMap { Int($0) }
        }
        guard let now = kibibytes("VmRSS:"), let peak = kibibytes("VmHWM:") else { return nil }
        return (now * 1024, peak * 1024)
    }
}
