import Formats
import GitLab
import Relay
import Storage

/// What one turn of delivery has decided: records to write, and what may happen once they are.
struct DeliveryBatch: Sendable {
    private var records: [SettledRecord] = []
    /// In order; the locators of records are known once they are written.
    private(set) var news: [DeliveryNews] = []
    private(set) var calls: [(id: UInt64, endpoint: String, call: GitLabCall)] = []
    private var holds: [DeliveryNews] = []
    private var replies: [DeliveryNews] = []

    var isEmpty: Bool {
        records.isEmpty && calls.isEmpty && holds.isEmpty && replies.isEmpty
    }
    /// Whether the disk was full when it was to be written: it waits as it is.
    private(set) var isHeldUp = false
    var hasRecords: Bool { !records.isEmpty }

    /// `withCalls`: whether calls may still be begun.
    mutating func take(_ outputs: [QueueOutput], withCalls: Bool) {
        for output in outputs {
            switch output {
            case .record(let record): records.append(record)
            case .call(let id, let endpoint, let call):
                if withCalls { calls.append((id, endpoint, call)) }
            case .held(let scope, let hold): holds.append(.held(scope, hold))
            case .released(let scope): holds.append(.released(scope))
            }
        }
    }

    /// Answers a request of the admin address, once the records are on disk.
    mutating func reply(_ reply: DeliveryNews) { replies.append(reply) }

    /// Ends a dead letter, which has no place in a lane.
    mutating func settle(
        _ id: UInt64,
        _ generation: UInt32,
        _ state: FinalState,
        _ reason: String,
        at now: Timestamp
    ) {
        let end = Settlement(
            of: id,
            generation: generation,
            as: state,
            reason: reason,
            at: now
        )
        records.append(.settled(end))
    }

    /// Makes the records durable with one flush; all of them or none.
    mutating func write(to log: inout RecordLog) throws(StorageError) {
        var written: [DeliveryNews] = []
        for record in records {
            let position = log.stage(kind: record.kind, record.bytes)
            written.append(.record(record, locator: position.locator))
        }
        isHeldUp = true
        try log.commit()
        isHeldUp = false
        news = written + holds + replies
    }

    /// There is nothing to write before the rest may happen.
    mutating func tellWithoutRecords() { news = holds + replies }
}
