import Formats
import GitLab

/// What a start needs of a record of the `settled` log: its front, as the log's index has it.
///
/// Payloads, GitLab's words and what was said of each attempt stay on disk.
enum SettledHead {
    case sending(delivery: UInt64, generation: UInt32, attempt: UInt32, LanePlace)
    case attempt(
        delivery: UInt64,
        generation: UInt32,
        number: UInt32,
        outcome: AttemptOutcome,
        isOfWrite: Bool
    )
    case settled(
        delivery: UInt64,
        generation: UInt32,
        state: FinalState,
        settledAt: Int64,
        attempts: UInt32,
        row: Row?
    )
    /// Small ones, whole.
    case other(SettledRecord)

    init(kind: UInt8, _ bytes: UnsafeRawBufferPointer) throws(RecordError) {
        var reader = HeadReader(bytes, kind: kind)
        switch kind {
        case 1: self = try reader.sending()
        case 2: self = try reader.attempt()
        case 3: self = try reader.settlement()
        default: self = .other(try SettledRecord(kind: kind, bytes: Array(bytes)))
        }
    }

    /// The delivery it is about; nil for what concerns projects, rows and environments alone.
    var delivery: UInt64? {
        switch self {
        case .sending(let delivery, _, _, _), .attempt(let delivery, _, _, _, _),
            .settled(let delivery, _, _, _, _, _):
            delivery
        case .other(let record): record.delivery
        }
    }
}

/// A lane, in the words of records.
struct LanePlace: Hashable, Sendable {
    var endpoint: String
    /// GitLab's numeric id.
    var project: Int
    var environment: String
}

extension SettledRecord {
    /// How many of a record's first bytes a start needs; all of one that cannot be read.
    package static func headLength(_ kind: UInt8, _ bytes: UnsafeRawBufferPointer) -> Int {
        var reader = HeadReader(bytes, kind: kind)
        do throws(RecordError) {
            switch kind {
            case 1: _ = try reader.sending()
            case 2: _ = try reader.attempt()
            case 3: _ = try reader.settlement()
            default: return bytes.count
            }
        } catch {
            return bytes.count
        }
        return reader.offset
    }
}

extension HeadReader {
    fileprivate mutating func sending() throws(RecordError) -> SettledHead {
        let (delivery, generation) = (try number(UInt64.self), try number(UInt32.self))
        let attempt = try number(UInt32.self)
        _ = try number(Int64.self)
        let endpoint = String(try run())
        let project = Int(try number(Int64.self))
        let environment = String(try run())
        return .sending(
            delivery: delivery,
            generation: generation,
            attempt: attempt,
            LanePlace(endpoint: endpoint, project: project, environment: environment)
        )
    }

    fileprivate mutating func attempt() throws(RecordError) -> SettledHead {
        let (delivery, generation) = (try number(UInt64.self), try number(UInt32.self))
        let number = try number(UInt32.self)
        _ = try self.number(Int64.self)
        let call = String(try run())
        guard let outcome = AttemptOutcome(rawValue: try self.number()) else {
            throw RecordError(kind: 2, offset: offset)
        }
        return .attempt(
            delivery: delivery,
            generation: generation,
            number: number,
            outcome: outcome,
            isOfWrite: Attempt.isOfWrite(call)
        )
    }

    fileprivate mutating func settlement() throws(RecordError) -> SettledHead {
        let (delivery, generation) = (try number(UInt64.self), try number(UInt32.self))
        guard let state = FinalState(rawValue: try number()) else {
            throw RecordError(kind: 3, offset: offset)
        }
        let settledAt = try number(Int64.self)
        _ = try run()
        let attempts = try number(UInt32.self)
        _ = try number(UInt16.self)
        return .settled(
            delivery: delivery,
            generation: generation,
            state: state,
            settledAt: settledAt,
            attempts: attempts,
            row: try flag() ? try row() : nil
        )
    }

    private mutating func row() throws(RecordError) -> Row {
        let (application, operation) = (try identity(), try identity())
        let order = try number(Int64.self)
        let endpoint = String(try run())
        let project = Int(try number(Int64.self))
        let environment = String(try run())
        let deployment = Int(try number(Int64.self))
        guard let status = DeploymentStatus(rawValue: try number()) else {
            throw RecordError(kind: 3, offset: offset)
        }
        var found = Row(
            application: application,
            operation: operation,
            order: order,
            endpoint: endpoint,
            project: project,
            environment: environment,
            deployment: deployment,
            status: status,
            isShared: false
        )
        try found.take(flags: number())
        return found
    }
}
