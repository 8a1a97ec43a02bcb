import Formats
import GitLab
import HTTPClient
import POSIX
import Relay
import Storage

/// Tells GitLab, on one thread (DESIGN §3.1).
///
/// A turn gathers answers and mail, lets the queue decide, commits what it says once, and only
/// then lets the calls leave: no write is under way that is not on disk as `sending`.
struct DeliveryLoop: ~Copyable {
    let mailbox: Mailbox<DeliveryMail>
    let shared: Shared
    var running: Running
    var requests: HTTPRequests
    var settled: RecordLog
    let accepted: RecordReader
    var queue: DeliveryQueue
    var reporter: DeliveryReporter
    /// What this turn has decided; stays while the disk is full.
    private var batch = DeliveryBatch()
    /// To the admin address, once what was done is on disk.
    private var replies: [DeliveryNews] = []
    /// A call ended as it began, so the queue has something to decide at once.
    private var hasNews = false
    /// Calls under way, for their endpoints and kinds.
    private var underWay: [UInt64: (endpoint: String, call: GitLabCall)] = [:]
    private var isStopping = false
    var letGo: SettledLettingGo
    private var stopsAt: Int64 = .max
    /// How long other answers are waited for once one is there, in milliseconds: less than what
    /// the flush that they would have to themselves takes on a slow disk.
    private var gathering: Int64 = 0

    /// How long what is under way may still come in when the process stops, in milliseconds.
    ///
    /// Not for GitLab's sake: what is cut off counts as uncertain and is looked up at the start.
    private static var graceMilliseconds: Int64 { 500 }

    private static var longestGathering: Int64 { 5 }

    init(
        mailbox: Mailbox<DeliveryMail>,
        ingress: Mailbox<IngressMail>,
        shared: Shared,
        running: Running,
        settled: consuming RecordLog,
        oldestEnd: Timestamp?,
        queue: DeliveryQueue,
        firstRecords: [SettledRecord]
    ) {
        self.mailbox = mailbox
        self.shared = shared
        self.running = running
        self.settled = settled
        self.queue = queue
        letGo = SettledLettingGo(running.configuration, oldestEnd)
        batch.take(firstRecords.map(QueueOutput.record), withCalls: false)
        hasNews = !firstRecords.isEmpty
        reporter = DeliveryReporter(ingress: ingress, shared: shared)
        accepted = RecordReader(folder: running.configuration.data, name: "accepted")
        requests = HTTPRequests(
            connectionsPerHost: running.configuration.endpoints.map(\.connections).max() ?? 8,
            userAgent: "deployment-relay/\(Version.text)"
        )
    }

    /// Runs until `stop` comes.
    ///
    /// - Throws: A failed flush: what is on disk is then unknown, and only a restart can tell.
    consuming func run() throws(StorageError) {
        try write { log throws(StorageError) in try log.makeRoom() }
        while !isStopping || !underWay.isEmpty && Clock.monotonic() < stopsAt {
            try turn()
        }
        requests.close()
    }

    private mutating func turn() throws(StorageError) {
        var results: [(UInt64, Result<HTTPClientAnswer, HTTPClientFailure>)] = []
        requests.wait(milliseconds: timeout(), doorbell: mailbox.doorbell.number) { id, result in
            results.append((id, result))
        }
        if !results.isEmpty {
            let bell = mailbox.doorbell.number
            requests.gather(milliseconds: gathering, doorbell: bell) { id, result in
                results.append((id, result))
            }
        }
        hasNews = false
        for (id, result) in results { finish(id, result) }
        for mail in mailbox.takeAll() { take(mail) }
        decide()
        if try commit() { leave() }
        try recover()
        if canLetGo { try letGoOfOldest() }
        reporter.publish(queue, logBytes: settled.byteCount, at: now())
    }

    /// Takes what the queue has decided into the batch, unless a full disk holds an earlier one up.
    private mutating func decide() {
        guard !batch.isHeldUp else { return }
        if isStopping {
            // What came in is written down; nothing new is begun.
            batch.take(queue.takeOutput(), withCalls: false)
        } else {
            var log = RecordGlance(accepted)
            var unreadable: String?
            let outputs = queue.run(at: now()) { locator in
                let loaded = log.delivery(at: locator)
                if case .unreadable(let reason) = loaded { unreadable = reason }
                return loaded
            }
            batch.take(outputs, withCalls: true)
            if let unreadable { reporter.cannotRead(unreadable, at: Clock.monotonic()) }
        }
        for reply in replies { batch.reply(reply) }
        replies = []
    }

    /// Nothing else is to be written, and it can be.
    private var canLetGo: Bool {
        batch.isEmpty && reporter.trouble.words == nil && !isStopping
    }

    func now() -> Moment {
        Moment(steady: Clock.monotonic(), wall: Timestamp(milliseconds: Clock.now()))
    }

    /// Milliseconds until something falls due; -1: only an answer or mail matters.
    private func timeout() -> Int32 {
        if hasNews || canLetGo && letGo.isBusy { return 0 }
        let present = now()
        var due: Int64?
        if isStopping { due = stopsAt }
        if reporter.trouble.words != nil { due = min(due ?? .max, reporter.trouble.nextTry) }
        if batch.isEmpty, !isStopping, let next = queue.nextDue(at: present) {
            due = min(due ?? .max, next)
        }
        if reporter.hasUntoldNews { due = min(due ?? .max, present.steady + 5) }
        return due.map { Int32(clamping: max(0, $0 - present.steady)) } ?? -1
    }

    // MARK: - In

    private mutating func finish(
        _ id: UInt64,
        _ result: Result<HTTPClientAnswer, HTTPClientFailure>
    ) {
        guard let (endpoint, call) = underWay.removeValue(forKey: id) else { return }
        let present = now()
        let told = CallResult(result)
        let outcome = queue.finish(id, told, at: present)
        reporter.note(endpoint, call, told, outcome)
    }

    private mutating func take(_ mail: DeliveryMail) {
        let present = now()
        switch mail {
        case .accepted(let entries):
            for entry in entries { queue.add(entry, at: present) }
        case .settleLetter(let id, let generation, let state, let reason, let ticket):
            batch.settle(id, generation, state, reason, at: present.wall)
            if let ticket { reply(ticket, isDone: true, state.name) }
        case .adopt(let row): queue.adopt(row)
        case .moved(let moved, let segment):
            queue.move(moved)
            reporter.add(.moved(segment: segment))
        case .gone(let gone): letGo.learn(gone)
        case .drop(let id, let reason, let ticket):
            let isDone = queue.drop(id, reason: reason, at: present)
            let obstacle =
                queue.isBeingSent(id)
                ? "delivery \(id) is being sent at this moment"
                : "whether GitLab has got delivery \(id) is found out first"
            reply(ticket, isDone: isDone, isDone ? "dropped" : obstacle)
        case .retryNow(let id, let ticket) where queue.isBeingSent(id):
            reply(ticket, isDone: false, "delivery \(id) is being sent at this moment")
        case .retryNow(let id, let ticket):
            let isDone = queue.retryNow(id, at: present)
            let words = isDone ? "tried at once" : "delivery \(id) is over, or not known here"
            reply(ticket, isDone: isDone, words)
        case .configure(let new):
            running = new
            letGo.rule = RetentionRule(new.configuration)
            queue.configure(new.queueSettings, at: present)
            for endpoint in new.configuration.endpoints { queue.mended(endpoint.name, at: present) }
        case .stop:
            isStopping = true
            stopsAt = present.steady + Self.graceMilliseconds
        }
    }

    private mutating func reply(_ ticket: UInt64, isDone: Bool, _ words: String) {
        replies.append(.reply(ticket: ticket, done: isDone, words: words))
    }

    // MARK: - Out

    /// Writes the batch's records down; false while the log cannot be written.
    private mutating func commit() throws(StorageError) -> Bool {
        guard batch.hasRecords else {
            batch.tellWithoutRecords()
            return true
        }
        guard !mustWait else { return false }
        let start = Clock.monotonicNanoseconds()
        var written = batch
        let isDone = try write { log throws(StorageError) in try written.write(to: &log) }
        batch = written
        if isDone {
            let nanoseconds = Clock.monotonicNanoseconds() - start
            gathering = min(nanoseconds / 2_000_000, Self.longestGathering)
            reporter.flushed(seconds: Double(nanoseconds) / 1e9)
        }
        return isDone
    }

    /// Whether the log cannot be written, and it is too early to try again.
    private var mustWait: Bool {
        reporter.trouble.words != nil && Clock.monotonic() < reporter.trouble.nextTry
    }

    /// Each second while the log cannot be written and nothing waits to be: it goes on by itself.
    private mutating func recover() throws(StorageError) {
        guard reporter.trouble.words != nil, batch.isEmpty, !mustWait else { return }
        try write { log throws(StorageError) in try log.makeRoom() }
    }

    /// - Returns: Whether it could be written.
    @discardableResult
    mutating func write(
        _ body: (inout RecordLog) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        do {
            try body(&settled)
        } catch {
            reporter.flushFailed()
            guard error.isRecoverable else { throw error }
            reporter.cannotWrite("\(error)", at: Clock.monotonic())
            return false
        }
        reporter.canWrite()
        return true
    }

    /// Lets the calls of the written batch leave, and tells what it settled.
    private mutating func leave() {
        for news in batch.news { reporter.add(news) }
        for (id, endpoint, call) in batch.calls {
            guard let request = running.request(id, call, at: endpoint) else {
                // A reload has taken the endpoint away since the queue decided.
                let words = "gitlab.\(endpoint) is not in the configuration"
                let result = CallResult.failure(isUncertain: false, message: words, milliseconds: 0)
                queue.finish(id, result, at: now())
                hasNews = true
                continue
            }
            underWay[id] = (endpoint, call)
            requests.start(request)
        }
        batch = DeliveryBatch()
    }
}

extension RecordGlance {
    /// The accepted delivery behind a locator.
    ///
    /// What waits is never dropped with its segment, so a file that is not there counts as one
    /// that cannot be read now: its volume may come back.
    fileprivate mutating func delivery(at locator: UInt64) -> LoadedDelivery {
        do throws(StorageError) {
            let record = try read(RecordPosition(locator: locator))
            guard
                case .delivery(let delivery) = try? AcceptedRecord(
                    kind: record.kind,
                    bytes: record.bytes
                )
            else { return .damaged(reason: "its record in the accepted log is no delivery") }
            return .delivery(delivery)
        } catch {
            guard case .damaged = error else { return .unreadable(reason: "\(error)") }
            return .damaged(
                reason: "\(error); the next start sets it aside in a quarantine file beside it: "
                    + "send the event again, or mend the disk"
            )
        }
    }
}
