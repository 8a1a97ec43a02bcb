import Formats
import GitLab
import Relay
import Simulation
import Webhooks

/// An Argo CD event with the parts a test is about.
struct ArgoEvent {
    static let shas = (0..<10).map { String(repeating: String($0), count: 40) }

    var uid = "u-1"
    var name = "parcel"
    var startedAt = "2026-04-17T10:20:30Z"
    var finishedAt = "2026-04-17T10:21:00Z"
    var phase = "Running"
    var health = "Healthy"
    var sha = shas[1]
    var annotations = ""
    /// Starts of operations that are done.
    var history: [String] = []
    /// Further members of the operation's `sync`, each with a comma before it.
    var sync = ""
    /// Further members of `metadata`, each with a comma before it.
    var metadata = ""
    var target = "main"

    static func running(_ number: Int, at start: String) -> ArgoEvent {
        ArgoEvent(startedAt: start, sha: shas[number])
    }

    func ended(_ phase: String, _ health: String = "Healthy") -> ArgoEvent {
        var event = self
        (event.phase, event.health) = (phase, health)
        return event
    }

    func changed(_ change: (inout ArgoEvent) -> Void) -> ArgoEvent {
        var event = self
        change(&event)
        return event
    }

    var body: [UInt8] {
        let done = history.map { #"{"deployStartedAt":"\#($0)"}"# }.joined(separator: ",")
        return Array(
            """
            {"app":{"metadata":{"name":"\(name)","uid":"\(uid)","annotations":{\(annotations)}\
            \(metadata)},"spec":{"source":{"repoURL":"https://elsewhere.example/a/b",\
            "targetRevision":"\(target)"}},"status":{"health":{"status":"\(health)"},\
            "history":[\(done)],"operationState":{"phase":"\(phase)","message":"",\
            "startedAt":"\(startedAt)","finishedAt":"\(finishedAt)","operation":{"sync":\
            {"revision":"\(sha)"\(sync)}}}}}}
            """.utf8
        )
    }
}

/// An intake and the log it writes, whose turns succeed unless told otherwise.
struct IntakeBench {
    private(set) var intake: Intake
    private(set) var log: [AcceptedRecord] = []
    private(set) var superseded: [UInt64] = []
    var now: Timestamp
    private let limits: Limits

    init(
        _ hooks: [Hook]? = nil,
        limits: Limits = Limits(),
        at now: String = "2026-04-17T10:30:00Z"
    ) throws {
        self.limits = limits
        intake = Intake(hooks: try hooks ?? RelayProcess.hooks(), limits: limits)
        self.now = Timestamp(rfc3339: now) ?? Timestamp(milliseconds: 0)
    }

    @discardableResult
    mutating func post(_ hook: String, _ body: [UInt8], project: String? = nil) -> Reception {
        let webhook = Webhook(hook: hook, pathProject: project, body: body, receivedAt: now)
        let reception = intake.take(webhook)
        keep(reception)
        return reception
    }

    @discardableResult
    mutating func post(_ event: ArgoEvent) -> Reception { post("argocd", event.body) }

    @discardableResult
    mutating func post(_ hook: String, _ text: String) -> Reception {
        post(hook, Array(text.utf8))
    }

    /// A turn whose commit fails.
    mutating func postInVain(_ event: ArgoEvent) -> Reception {
        let reception = intake.take(Webhook(hook: "argocd", body: event.body, receivedAt: now))
        intake.rollBack()
        return reception
    }

    mutating func retake(_ id: UInt64, generation: UInt32 = 1) -> Reception? {
        guard let record = log.last(where: { $0.id == id }) else { return nil }
        let webhook: Webhook
        switch record {
        case .delivery(let delivery):
            webhook = Webhook(hook: delivery.hook, body: delivery.body, receivedAt: now)
        case .deadLetter(let letter):
            webhook = Webhook(
                hook: letter.hook,
                pathProject: letter.pathProject,
                body: letter.body,
                receivedAt: now
            )
        }
        let reception = intake.retake(webhook, id: id, generation: generation)
        if let reception { keep(reception) }
        return reception
    }

    mutating func forget(_ delivery: AcceptedDelivery) { intake.forget(delivery) }
    mutating func replace(_ hooks: [Hook]) { intake.replaceHooks(hooks) }

    mutating func expire() -> [AcceptedDelivery] {
        let records = intake.expire(at: now)
        log += records
        intake.confirm()
        return records.compactMap(\.delivery)
    }

    mutating func expireInVain() -> Int {
        let count = intake.expire(at: now).count
        intake.rollBack()
        return count
    }

    private mutating func keep(_ reception: Reception) {
        log += reception.records
        superseded += reception.supersededLetters
        intake.confirm()
    }

    /// The process starts again with its log.
    mutating func restart(_ hooks: [Hook]? = nil, forgotten: Set<UInt64> = []) throws {
        intake = Intake(hooks: try hooks ?? RelayProcess.hooks(), limits: limits)
        for record in log {
            intake.replay(record, isForgotten: forgotten.contains(record.id))
        }
    }

    /// Accepted statuses, closings marked, in their order.
    var story: [String] {
        log.compactMap(\.delivery).map { delivery in
            let sha = delivery.place.sha.prefix(1)
            let mark = delivery.cause == .event ? "" : " (closing)"
            return "\(sha) \(delivery.status.name)\(mark)"
        }
    }

    var letters: Int {
        Set(log.filter { if case .deadLetter = $0 { true } else { false } }.map(\.id)).count
    }
}

extension AcceptedRecord {
    var delivery: AcceptedDelivery? {
        if case .delivery(let delivery) = self { delivery } else { nil }
    }
}
