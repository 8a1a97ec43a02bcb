import Glibc
import POSIX

/// A process of its own for the cases, so that one which ends it, or never ends, can be named.
struct FuzzChild {
    private let process: pid_t

    /// Starts this program again with `arguments`; its output is ours.
    init(_ arguments: [String]) throws(SystemError) {
        var words = (["relay-bench"] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process = pid_t()
        let code = posix_spawn(&process, "/proc/self/exe", nil, nil, words, &environment)
        guard code == 0 else { throw SystemError("posix_spawn", code: code) }
        self.process = process
    }

    /// How it ended; nil while it runs.
    ///
    /// A status of waitpid(2): 0 for a good end, a code from 256 up, a signal below.
    func status() -> Int32? {
        var status: Int32 = 0
        return waitpid(process, &status, WNOHANG) == process ? status : nil
    }

    func kill() { Glibc.kill(process, SIGKILL) }

    /// Bounds the address space of this process, so that memory growth ends it.
    static func limitMemory(bytes: UInt) {
        var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
}
