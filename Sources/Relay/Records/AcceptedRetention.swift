/// What becomes of a record when its segment goes (DESIGN §3.3).
package enum RecordFate: Equatable, Sendable {
    /// Nothing needs it any more.
    case goes
    /// It is needed as it is.
    case stays
    /// Only this of it is needed.
    case becomes(kind: UInt8, [UInt8])
}

/// Where a record was, and where it is.
package struct RecordMove: Equatable, Sendable {
    package var from: UInt64
    package var to: UInt64

    package init(from: UInt64, to: UInt64) { (self.from, self.to) = (from, to) }
}

/// Which records of the `accepted` log are needed though the segment they lie in goes, and what is
/// to be told once it is gone.
package struct AcceptedRetention: Sendable {
    /// Deliveries that wait, by where they lay.
    private var waiting: [UInt64: UInt64] = [:]
    /// Applications of which something must stay known, by where it lay.
    private var known: [UInt64: Identity] = [:]
    private var letters: [UInt64] = []

    /// Milliseconds since 1970; see `RetentionRule.recent`.
    private let recent: Int64

    package init(recent: Int64) { self.recent = recent }

    /// What becomes of a record; to be asked once for each of a segment, in their order.
    package mutating func fate(
        kind: UInt8,
        head bytes: UnsafeRawBufferPointer,
        locator: UInt64,
        _ intake: Intake,
        _ ledger: Ledger
    ) -> RecordFate {
        do throws(RecordError) {
            if kind == AcceptedRecord.lastIDKind {
                return try AcceptedRecord.lastID(bytes) + 1 == intake.nextID ? .stays : .goes
            }
            guard AcceptedHead.isDelivery(kind) else {
                let letter = try LetterHead(kind: kind, bytes)
                letters.append(letter.id)
                return Self.last(letter.id, intake)
            }
            let head = try AcceptedHead(kind: kind, bytes)
            if !head.isMemo, ledger.waits(head.id), ledger.locator(of: head.id) == locator {
                waiting[locator] = head.id
                known[locator] = head.application
                return .stays
            }
            let isRecent = max(head.receivedAt, head.startedAt ?? 0) >= recent
            if intake.needs(head, locator: locator, isRecent: isRecent) {
                known[locator] = head.application
                return head.isMemo ? .stays : .becomes(kind: head.memoKind, head.memo(of: bytes))
            }
            return Self.last(head.id, intake)
        } catch {
            // A newer version wrote it, and will want it again.
            return .stays
        }
    }

    /// Ids are never used twice: the highest one stays known.
    private static func last(_ id: UInt64, _ intake: Intake) -> RecordFate {
        guard id + 1 == intake.nextID else { return .goes }
        return .becomes(kind: AcceptedRecord.lastIDKind, AcceptedRecord.bytes(ofLastID: id))
    }

    /// Deliveries that wait and whose records were not moved: those are damaged.
    package func unmoved(_ moves: [RecordMove], _ ledger: Ledger) -> [UInt64] {
        let moved = Set(moves.map(\.from))
        return waiting.filter { !moved.contains($0.key) && ledger.waits($0.value) }.values.sorted()
    }

    /// Deliveries that wait, and where their records lie once the segment is gone.
    package func waiting(_ moves: [RecordMove]) -> [(id: UInt64, locator: UInt64)] {
        moves.compactMap { move in waiting[move.from].map { ($0, move.to) } }
    }

    /// The segment is gone.
    package func finish(
        _ segment: UInt32,
        _ moves: [RecordMove],
        _ intake: inout Intake,
        _ ledger: inout Ledger,
        _ extent: inout AcceptedExtent
    ) {
        for move in moves {
            if let id = waiting[move.from] {
                ledger.move(id, from: move.from, to: move.to)
            }
            if let application = known[move.from] {
                intake.move(application, from: move.from, to: move.to)
            }
        }
        for letter in letters where ledger.locator(of: letter).map({ $0 >> 32 }) == UInt64(segment)
        {
            intake.forgetLetter(letter)
        }
        ledger.forget(segment: segment)
        extent.drop(segment, moved: waiting(moves))
    }
}
