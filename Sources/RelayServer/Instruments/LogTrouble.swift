import POSIX

/// Why a record log cannot be written now; told once a minute at most, and once when it is over.
struct LogTrouble {
    /// The log's name.
    let name: String
    /// What it means to senders or to GitLab.
    let hint: String
    /// nil: it can be written, as far as is known.
    private(set) var words: String?
    /// Steady milliseconds from which it is worth finding out whether it can be written again.
    private(set) var nextTry: Int64 = 0
    private var toldAt: Int64?
    private var isTold = false

    /// How often a log that cannot be written is tried, in milliseconds.
    private static var pauseMilliseconds: Int64 { 1000 }
    private static var tellMilliseconds: Int64 { 60_000 }

    init(name: String, hint: String) { (self.name, self.hint) = (name, hint) }

    mutating func begin(_ words: String, at now: Int64, _ log: Log) {
        self.words = words
        nextTry = now + Self.pauseMilliseconds
        guard toldAt.map({ now - $0 >= Self.tellMilliseconds }) ?? true else { return }
        (toldAt, isTold) = (now, true)
        log.error(
            "log-not-writable",
            [("log", .text(name)), ("reason", .text(words)), ("hint", .text(hint))]
        )
    }

    mutating func end(_ log: Log) {
        guard words != nil else { return }
        words = nil
        // Trouble that was not told need not be told to be over.
        guard isTold else { return }
        isTold = false
        log.info("log-writable", [("log", .text(name))])
    }
}
