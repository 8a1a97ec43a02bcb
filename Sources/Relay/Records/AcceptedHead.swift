import Formats
import GitLab

/// What a start needs of an accepted delivery: the front of its record, as the log's index has it.
///
/// Texts are bytes of the index, there only while the closure runs that got them: of a million
/// deliveries hardly any text is ever asked for.
struct AcceptedHead {
    let id: UInt64
    let generation: UInt32
    /// Milliseconds since 1970.
    let receivedAt: Int64
    let hook: UnsafeRawBufferPointer
    let application: Identity
    let applicationName: UnsafeRawBufferPointer
    let operation: Identity
    let order: Int64
    let startedAt: Int64?
    /// Endpoint, project and environment, each led by its length: what tells one lane from another.
    let place: UnsafeRawBufferPointer
    let status: DeploymentStatus
    let notBefore: Int64?
    let task: DeliveryTask
    let hasWish: Bool
    /// Length of the head.
    let byteCount: Int
    /// Where the payload lies in the head of the earlier form.
    private let payload: Range<Int>

    /// It waits for nothing and is in no ledger: what it says must stay known all the same.
    let isMemo: Bool

    /// Whether records of this kind are deliveries.
    static func isDelivery(_ kind: UInt8) -> Bool { kind != 2 && kind != 6 && (1...11) ~= kind }

    init(kind: UInt8, _ bytes: UnsafeRawBufferPointer) throws(RecordError) {
        var reader = HeadReader(bytes, kind: kind)
        id = try reader.number()
        generation = try reader.number()
        receivedAt = try reader.number()
        let isClosing = try reader.optionalRun() != nil
        hook = try reader.run()
        application = try reader.identity()
        applicationName = try reader.run()
        operation = try reader.identity()
        _ = try reader.run()
        order = try reader.number()
        startedAt = try reader.optionalNumber()
        _ = try reader.optionalNumber()
        let start = reader.offset
        for _ in 0..<3 { _ = try reader.run() }
        place = reader.since(start)
        _ = try reader.run()
        _ = try reader.optionalRun()
        _ = try reader.flag()
        guard let status = DeploymentStatus(rawValue: try reader.number()) else {
            throw RecordError(kind: kind, offset: reader.offset)
        }
        self.status = status
        notBefore = try reader.optionalNumber()
        _ = try reader.flag()
        _ = try reader.run()
        // The form of the kinds up to 4 has the payload before them.
        let payloadStart = reader.offset
        if kind <= 4 { _ = try reader.run() }
        payload = payloadStart..<reader.offset
        let tier = try reader.optionalRun()
        let url = try reader.optionalRun()
        switch kind {
        case 3, 7, 10: task = .stop
        case 4, 8, 11: task = .stay
        default: task = isClosing ? .close : .tell
        }
        let isTier = tier.map { EnvironmentTier(rawValue: String($0)) != nil } ?? false
        hasWish = task == .tell && (isTier || url != nil)
        isMemo = kind >= 9
        byteCount = reader.offset
    }
}

extension AcceptedHead {
    /// As `AcceptedDelivery.memo`, from the head alone.
    var memoKind: UInt8 {
        switch task {
        case .tell, .close: 9
        case .stop: 10
        case .stay: 11
        }
    }

    /// `bytes`: the head's own.
    func memo(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        // Payload, choices, traceparent and body are empty.
        Array(bytes[..<payload.lowerBound]) + bytes[payload.upperBound..<byteCount]
            + [UInt8](repeating: 0, count: 13)
    }
}

extension AcceptedRecord {
    /// Nothing but the highest id that was given: what keeps ids from being used twice when all
    /// else is gone.
    package static let lastIDKind: UInt8 = 12

    static func bytes(ofLastID id: UInt64) -> [UInt8] {
        var writer = FieldWriter()
        writer.put(id)
        return writer.bytes
    }

    static func lastID(_ bytes: UnsafeRawBufferPointer) throws(RecordError) -> UInt64 {
        var reader = HeadReader(bytes, kind: lastIDKind)
        return try reader.number()
    }
}

/// What a start needs of a dead letter.
struct LetterHead {
    let id: UInt64
    let generation: UInt32
    let receivedAt: Int64
    let hook: String
    let key: Identity
    let operation: Identity?
    let body: Identity
    let byteCount: Int

    init(kind: UInt8, _ bytes: UnsafeRawBufferPointer) throws(RecordError) {
        var reader = HeadReader(bytes, kind: kind)
        id = try reader.number()
        generation = try reader.number()
        receivedAt = try reader.number()
        hook = String(try reader.run())
        key = try reader.identity()
        operation = try reader.flag() ? try reader.identity() : nil
        _ = try reader.optionalRun()
        _ = try reader.number(UInt16.self)
        _ = try reader.run()
        _ = try reader.optionalRun()
        if kind == 6 {
            body = try reader.identity()
        } else {
            body = DeadLetter.identity(of: Array(try reader.run()), at: hook)
        }
        byteCount = reader.offset
    }
}

extension AcceptedRecord {
    /// How many of a record's first bytes a start needs; all of one that cannot be read.
    package static func headLength(_ kind: UInt8, _ bytes: UnsafeRawBufferPointer) -> Int {
        if kind == lastIDKind { return bytes.count }
        do throws(RecordError) {
            return AcceptedHead.isDelivery(kind)
                ? try AcceptedHead(kind: kind, bytes).byteCount
                : try LetterHead(kind: kind, bytes).byteCount
        } catch {
            return bytes.count
        }
    }
}
