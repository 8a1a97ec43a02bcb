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
    /// Calls under way, for their endpoints and kinds.
    private var underWay: [UInt64: (endpoint: String, call: GitLabCall)] = [:]
    /// Steady milliseconds before which a full disk is not tried again.
    private var nextCommit: Int64 = 0
    private var isStopping = false
    private var stopsAt: Int64 = .max

    /// How long what is under way may still come in when the process stops, in milliseconds.
    ///
    /// Not for GitLab's sake: what is cut off counts as uncertain and is looked up at the start.
    private static var graceMilliseconds: Int64 { 500 }
    /// How often a full disk is tried again, in milliseconds.
    private static var fullDiskMilliseconds: Int64 { 1000 }

    init(
        mailbox: Mailbox<DeliveryMail>,
        ingress: Mailbox<IngressMail>,
        shared: Shared,
        running: Running,
        settled: consuming RecordLog,
        queue: DeliveryQueue
    ) {
        self.mailbox = mailbox
        self.shared = shared
        self.running = running
        self.settled = settled
        self.queue = queue
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
        for (id, result) in results { finish(id, result) }
        for mail in mailbox.takeAll() { take(mail) }
        if !isStopping, batch.isEmpty {
            let log = accepted
            batch.take(queue.run(at: now()) { log.delivery(at: $0) })
        }
        if try commit() { leave() }
        reporter.publish(queue, logBytes: settled.byteCount, at: now())
    }

    private func now() -> Moment {
        Moment(steady: Clock.monotonic(), wall: Timestamp(milliseconds: Clock.now()))
    }

    /// Milliseconds until something falls due; -1: only an answer or mail matters.
    private func timeout() -> Int32 {
        let present = now()
        var due: Int64?
        if isStopping { due = stopsAt }
        if !batch.isEmpty {
            due = min(due ?? .max, nextCommit)
        } else if !isStopping, let next = queue.nextDue(at: present) {
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
        reporter.note(endpoint, call, told, at: present)
        queue.finish(id, told, at: present)
    }

    private mutating func take(_ mail: DeliveryMail) {
        let present = now()
        switch mail {
        case .accepted(let entries):
            for entry in entries { queue.add(entry, at: present) }
        case .settleLetter(let id, let generation, let state, let reason):
            batch.settle(id, generation, state, reason, at: present.wall)
        case .drop(let id, let reason, let ticket):
            let isDone = queue.drop(id, reason: reason, at: present)
            let words = isDone ? "dropped" : "delivery \(id) is being sent at this moment"
            reporter.add(.reply(ticket: ticket, done: isDone, words: words))
        case .retryNow(let id, let ticket):
            let isDone = queue.retryNow(id, at: present)
            let words = isDone ? "tried at once" : "delivery \(id) is over, or not known here"
            reporter.add(.reply(ticket: ticket, done: isDone, words: words))
        case .configure(let new):
            running = new
            queue.configure(new.queueSettings, at: present)
            for endpoint in new.configuration.endpoints { queue.mended(endpoint.name, at: present) }
        case .stop:
            isStopping = true
            stopsAt = present.steady + Self.graceMilliseconds
        }
    }

    // MARK: - Out

    /// Writes the batch's records down; false while the disk is full.
    private mutating func commit() throws(StorageError) -> Bool {
        guard !batch.isEmpty else { return true }
        guard nextCommit <= Clock.monotonic() else { return false }
        let start = Clock.monotonicNanoseconds()
        do {
            try batch.write(to: &settled)
        } catch {
            reporter.flushFailed()
            guard error.isRecoverable else { throw error }
            reporter.cannotWrite("\(error)", at: Clock.monotonic())
            nextCommit = Clock.monotonic() + Self.fullDiskMilliseconds
            return false
        }
        if batch.hasRecords {
            reporter.flushed(seconds: Double(Clock.monotonicNanoseconds() - start) / 1e9)
        }
        return true
    }

    /// Lets the calls of the written batch leave, and tells what it settled.
    private mutating func leave() {
        for news in batch.news { reporter.add(news) }
        for (id, endpoint, call) in batch.calls {
            underWay[id] = (endpoint, call)
            requests.start(running.request(id, call, at: endpoint))
        }
        batch = DeliveryBatch()
    }
}

extension RecordReader {
    /// The accepted delivery behind a locator; nil when its record is damaged.
    fileprivate func delivery(at locator: UInt64) -> AcceptedDelivery? {
        guard let record = try? read(RecordPosition(locator: locator)),
            case .delivery(let delivery) = try? AcceptedRecord(
                kind: record.kind,
                bytes: record.bytes
            )
        else { return nil }
        return delivery
    }
}
