package import Formats
import GitLab
import JSON
import Templating
import Webhooks

/// Decides what a webhook becomes: a delivery, nothing new, nothing to record, or a dead letter.
///
/// Knows what was accepted (and only that; DESIGN §2.6 "Who knows"). Belongs to the ingress
/// thread. A turn's changes stand once `confirm` is called after the commit, or are taken back by
/// `rollBack` when the commit failed.
package struct Intake: Sendable {
    private var hooks: [String: Hook]
    private let limits: Limits
    private var book: OperationBook
    private var letters = DeadLetters()
    /// The id of the next delivery; ids of a turn that failed are not used again.
    package private(set) var nextID: UInt64 = 1

    package init(hooks: [Hook], limits: Limits) {
        self.hooks = Dictionary(uniqueKeysWithValues: hooks.map { ($0.name, $0) })
        self.limits = limits
        book = OperationBook(limits: limits)
    }

    /// Whether a hook has this name.
    package func knows(_ hook: String) -> Bool { hooks[hook] != nil }

    /// Takes over a new configuration's hooks; what was accepted stays known.
    package mutating func replaceHooks(_ hooks: [Hook]) {
        self.hooks = Dictionary(uniqueKeysWithValues: hooks.map { ($0.name, $0) })
    }

    // MARK: - Turns

    /// The turn's records are on disk.
    package mutating func confirm() {
        book.confirm()
        letters.confirm()
    }

    /// The turn's records are not on disk: as if its webhooks had never come.
    package mutating func rollBack() {
        book.rollBack()
        letters.rollBack()
    }

    // MARK: - Events

    /// What `webhook` becomes.
    ///
    /// - Precondition: its hook is known.
    package mutating func take(_ webhook: Webhook) -> Reception {
        receive(webhook, again: nil)
    }

    /// The same body once more by hand, under the present configuration; keeps the id.
    ///
    /// - Returns: nil when its hook is no longer configured.
    package mutating func retake(
        _ webhook: Webhook,
        id: UInt64,
        generation: UInt32
    ) -> Reception? {
        guard hooks[webhook.hook] != nil else { return nil }
        return receive(webhook, again: (id, generation))
    }

    private mutating func receive(
        _ webhook: Webhook,
        again: (id: UInt64, generation: UInt32)?
    ) -> Reception {
        guard let hook = hooks[webhook.hook] else {
            preconditionFailure("hook \(webhook.hook) was not checked")
        }
        var taking = Taking(webhook: webhook, hook: hook, again: again)
        let body: JSONValue
        do {
            var depth = JSONLimits()
            depth.depth = limits.jsonDepth
            body = try JSONDocument(parsing: webhook.body, limits: depth).root
        } catch {
            return bury(taking, status: 400, reason: "\(error)")
        }
        guard body.kind == .object else {
            return bury(
                taking,
                status: 400,
                reason: "line 1, column 1: the body is a JSON \(body.kind), not an object"
            )
        }
        taking.body = body
        do {
            return try understand(taking, body)
        } catch {
            return bury(taking, status: 422, reason: error.reason)
        }
    }

    /// One webhook on its way through.
    private struct Taking {
        let webhook: Webhook
        let hook: Hook
        let again: (id: UInt64, generation: UInt32)?
        var body: JSONValue?
        var application: String?
        var operation: String?
        var phase: String?
        var operationIdentity: Identity?

        var now: Timestamp { webhook.receivedAt }
    }

    private mutating func understand(
        _ taking: Taking,
        _ body: JSONValue
    ) throws(Refusal) -> Reception {
        switch try read(taking, body) {
        case .report(let report):
            return try decide(taking, body, report)
        case .ignored(let aside):
            var reception = Reception(outcome: .ignored(reason: aside.reason))
            reception.application = aside.objectName
            reception.records = tellEnds(aside, taking)
            return reception
        case .deleted(let aside, _):
            var reception = Reception(outcome: .ignored(reason: aside.reason))
            reception.application = aside.objectName
            reception.records = closeAll(of: aside, taking)
            return reception
        case .unusable(let flaw):
            var taking = taking
            taking.application = flaw.object
            taking.operation = flaw.operation
            return bury(taking, status: 422, reason: "\(flaw.member): \(flaw.problem); \(flaw.hint)")
        }
    }

    /// Reads the body once; a second time with the hook's own choices, where it has any.
    private func read(_ taking: Taking, _ body: JSONValue) throws(Refusal) -> Reading {
        let hook = taking.hook
        let request = WebhookRequest(
            pathProject: taking.webhook.pathProject,
            fields: taking.webhook.fields
        )
        let reading = hook.reader.read(body, request)
        guard hook.hasChoices else { return reading }
        let maker = EventMaker(hook: hook, webhook: taking.webhook, body: body)
        let data: TemplateData
        switch reading {
        case .report(let report):
            data = maker.data(report, nil, status: report.status)
        case .unusable:
            data = TemplateData(body, adding: maker.surroundings)
        case .ignored, .deleted:
            data = TemplateData(body, adding: maker.surroundings)
        }
        do {
            return hook.reader.read(body, request, choices: try hook.choose(data, maker.world))
        } catch {
            throw Refusal(reason: "the hook's template failed: \(error)")
        }
    }

    private mutating func decide(
        _ taking: Taking,
        _ body: JSONValue,
        _ report: Report
    ) throws(Refusal) -> Reception {
        var taking = taking
        let hook = taking.hook
        let subject = Subject(report, hook: hook)
        taking.application = report.objectName
        taking.operation = report.operation
        taking.phase = "\(report.statement)"
        let application = book[subject.application]
        let known = subject.find(in: application, report)
        taking.operationIdentity = known?.name.identity ?? subject.operation(report.operation)
        let judge = Judge(now: taking.now, settings: hook.settings.argocd)
        let repeated = subject.repeats(application, report)
        let judgement: Judgement =
            if let repeated {
                .duplicate(reason: "equal to the newest event of its environment (\(repeated))")
            } else if let known {
                judge.known(report, known)
            } else {
                judge.unseen(report, newest: application?.newest)
            }
        var reception: Reception
        switch judgement {
        case .duplicate(let reason):
            reception = Reception(
                outcome: .duplicate(of: known?.last.delivery ?? repeated, reason: reason)
            )
        case .ignored(let reason):
            reception = Reception(outcome: .ignored(reason: reason))
        case .begins, .changesRevision:
            if report.sha == nil {
                reception = Reception(
                    outcome: .ignored(reason: report.shaMissing ?? "no commit is named")
                )
            } else {
                reception = try begin(taking, body, report, subject, replacing: known)
            }
        case .goesOn:
            guard let known else { preconditionFailure("an unknown operation cannot go on") }
            reception = try goOn(taking, body, report, known)
        }
        reception.application = report.objectName
        return reception
    }

    /// The first event of an operation: older open ones of its Application are closed before.
    private mutating func begin(
        _ taking: Taking,
        _ body: JSONValue,
        _ report: Report,
        _ subject: Subject,
        replacing older: KnownOperation?
    ) throws(Refusal) -> Reception {
        let maker = EventMaker(hook: taking.hook, webhook: taking.webhook, body: body)
        let event = try maker.event(report, fixed: nil)
        var records: [AcceptedRecord] = []
        if !report.closesNothing {
            records = closeOlder(than: report, subject.application, older, taking)
        }
        let id = taking.again?.id ?? takeID()
        let name = subject.name(report, id: id, in: book[subject.application])
        let delivery = delivery(taking, id, event, name, report)
        book.add(
            KnownOperation(
                name: name,
                place: event.place,
                hook: taking.hook.name,
                isShaFromRevision: report.isShaFromRevision,
                sourceKey: report.sourceKey,
                first: .init(delivery)
            )
        )
        records.append(.delivery(delivery))
        return accepted(delivery, records, about: taking.operationIdentity)
    }

    /// A later event of a known operation: what its first event fixed stays fixed.
    private mutating func goOn(
        _ taking: Taking,
        _ body: JSONValue,
        _ report: Report,
        _ known: KnownOperation
    ) throws(Refusal) -> Reception {
        let maker = EventMaker(hook: taking.hook, webhook: taking.webhook, body: body)
        let event = try maker.event(report, fixed: known.place)
        var name = known.name
        name.finishedAt = report.finishedAt ?? name.finishedAt
        let delivery = delivery(taking, taking.again?.id ?? takeID(), event, name, report)
        book.tell(name.identity, of: name.application, .init(delivery))
        return accepted(delivery, [.delivery(delivery)], about: name.identity)
    }

    private mutating func accepted(
        _ delivery: AcceptedDelivery,
        _ records: [AcceptedRecord],
        about operation: Identity?
    ) -> Reception {
        var reception = Reception(outcome: .accepted(delivery), records: records)
        reception.environment = delivery.place.environment
        reception.project = delivery.place.project
        if let operation {
            reception.supersededLetters = letters.letters(about: operation)
                .filter { $0 != delivery.id }.sorted()
            for id in reception.supersededLetters { letters.remove(id) }
        }
        letters.remove(delivery.id)
        return reception
    }

    private func delivery(
        _ taking: Taking,
        _ id: UInt64,
        _ event: Event,
        _ name: OperationName,
        _ report: Report
    ) -> AcceptedDelivery {
        let settle = taking.hook.settings.argocd.settleSeconds
        let settles = report.sender == .argocd && event.status == .success && settle > 0
        return AcceptedDelivery(
            id: id,
            generation: taking.again?.generation ?? 0,
            receivedAt: taking.now,
            cause: .event,
            hook: taking.hook.name,
            operation: name,
            place: event.place,
            status: event.status,
            notBefore: settles ? taking.now.adding(seconds: Double(settle)) : nil,
            isShaFromRevision: report.isShaFromRevision,
            sourceKey: report.sourceKey,
            payload: event.payload,
            tier: report.tier,
            externalURL: report.externalURL,
            choices: event.choices,
            traceparent: taking.webhook.traceparent,
            body: taking.webhook.body
        )
    }

    // MARK: - Ends that were never told

    private mutating func closeOlder(
        than report: Report,
        _ application: Identity,
        _ replaced: KnownOperation?,
        _ taking: Taking
    ) -> [AcceptedRecord] {
        let open = book[application]?.open ?? []
        return open.map { operation in
            let began = operation.name.startedAt
            let isTold = began.map(report.finishedStarts.contains) ?? false
            if operation.name.identity == replaced?.name.identity {
                return close(
                    operation,
                    as: .canceled,
                    "the same operation goes on with another commit",
                    at: taking.now
                )
            }
            return close(
                operation,
                as: isTold ? .success : .canceled,
                isTold
                    ? "its end was never told; the history of the next operation has it"
                    : "its end was never told, and a newer operation has begun",
                at: taking.now
            )
        }
    }

    /// An operation that is not recorded itself may still tell that an older one succeeded.
    private mutating func tellEnds(_ aside: Aside, _ taking: Taking) -> [AcceptedRecord] {
        guard aside.isHealthy, !aside.finishedStarts.isEmpty else { return [] }
        let application = Subject.application(
            hook: taking.hook,
            sender: taking.hook.settings.sender,
            object: aside.object
        )
        let open = book[application]?.open ?? []
        return open.compactMap { operation in
            guard let began = operation.name.startedAt, aside.finishedStarts.contains(began),
                aside.startedAt.map({ began < $0 }) ?? true
            else { return nil }
            return close(
                operation,
                as: .success,
                "its end was never told; the history of a later event has it, and it is healthy",
                at: taking.now
            )
        }
    }

    private mutating func closeAll(of aside: Aside, _ taking: Taking) -> [AcceptedRecord] {
        let application = Subject.application(
            hook: taking.hook,
            sender: taking.hook.settings.sender,
            object: aside.object
        )
        let open = book[application]?.open ?? []
        return open.map {
            close($0, as: .canceled, "its Application is being deleted", at: taking.now)
        }
    }

    /// Closes what has been running for longer than `maximumAgeHours`.
    ///
    /// - Returns: The records to write; they become deliveries like any other.
    package mutating func expire(at now: Timestamp) -> [AcceptedRecord] {
        var records: [AcceptedRecord] = []
        for application in book.applications.values {
            for operation in application.open {
                guard let limit = expiry(of: operation), limit <= now else { continue }
                records.append(
                    close(
                        operation,
                        as: .canceled,
                        "it ran for maximumAgeHours without an end",
                        at: now
                    )
                )
            }
        }
        return records
    }

    /// When `expire` next has something to do.
    package func nextExpiry() -> Timestamp? {
        book.applications.values.lazy.flatMap(\.open).compactMap(expiry).min()
    }

    private func expiry(of operation: KnownOperation) -> Timestamp? {
        guard let began = operation.name.startedAt else { return nil }
        let hours = hooks[operation.hook]?.settings.argocd.maximumAgeHours ?? 24
        return began.adding(seconds: Double(hours) * 3600)
    }

    private mutating func close(
        _ operation: KnownOperation,
        as status: DeploymentStatus,
        _ why: String,
        at now: Timestamp
    ) -> AcceptedRecord {
        let payload = DeploymentPayload(
            environment: operation.place.environment,
            sha: operation.place.sha,
            ref: operation.place.ref ?? DefaultBranch.mark,
            tag: operation.place.tag,
            status: status
        )
        let delivery = AcceptedDelivery(
            id: takeID(),
            receivedAt: now,
            cause: .closing(why),
            hook: operation.hook,
            operation: operation.name,
            place: operation.place,
            status: status,
            payload: payload.json,
            choices: [why]
        )
        book.tell(operation.name.identity, of: operation.name.application, .init(delivery))
        return .delivery(delivery)
    }

    // MARK: - Dead letters

    private mutating func bury(_ taking: Taking, status: Int, reason: String) -> Reception {
        let hash = Identity(of: [
            taking.webhook.hook, Hex.encode(SHA256.digest(taking.webhook.body)),
        ])
        let key =
            status == 400
            ? hash
            : Identity(
                of: [
                    taking.webhook.hook, taking.application ?? "", taking.operation ?? "",
                    taking.phase ?? "", reason,
                ]
            )
        let known = letters[key]
        let id = taking.again?.id ?? known?.id ?? takeID()
        let generation = taking.again?.generation ?? known?.generation ?? 0
        if let again = taking.again { letters.remove(again.id) }
        letters.put(
            .init(
                id: id,
                generation: generation,
                body: hash,
                count: (known?.count ?? 0) + 1,
                operation: taking.operationIdentity
            ),
            at: key
        )
        var reception = Reception(outcome: .dead(id: id, status: status, reason: reason))
        reception.application = taking.application
        // The same body again is only counted; a newer one takes the older one's place.
        guard known?.body != hash || taking.again != nil else { return reception }
        reception.records = [
            .deadLetter(
                DeadLetter(
                    id: id,
                    generation: generation,
                    receivedAt: taking.now,
                    hook: taking.webhook.hook,
                    key: key,
                    operation: taking.operationIdentity,
                    operationName: taking.operation,
                    httpStatus: UInt16(status),
                    reason: reason,
                    pathProject: taking.webhook.pathProject,
                    body: taking.webhook.body
                )
            )
        ]
        return reception
    }

    /// How often this dead letter has come; nil when it is none.
    package func repeats(of letter: UInt64) -> Int? {
        letters.key(of: letter).flatMap { letters[$0]?.count }
    }

    /// The newest delivery of an operation.
    package func latestDelivery(of operation: Identity, in application: Identity) -> UInt64? {
        book[application]?.operation(operation)?.last.delivery
    }

    // MARK: - What delivery reports, and restarts

    /// A delivery is dead or dropped: what it said may be accepted again.
    package mutating func forget(_ delivery: AcceptedDelivery) {
        book.forget(
            delivery.id,
            of: delivery.operation.identity,
            in: delivery.operation.application
        )
        book.confirm()
    }

    /// A dead letter is over.
    package mutating func forgetLetter(_ id: UInt64) {
        letters.remove(id)
        letters.confirm()
    }

    /// Takes a record of the log at a start, in the log's order.
    ///
    /// - Parameter isForgotten: Whether it ended as dead or dropped.
    package mutating func replay(_ record: AcceptedRecord, isForgotten: Bool) {
        nextID = max(nextID, record.id + 1)
        switch record {
        case .delivery(let delivery):
            letters.remove(delivery.id)
            if !isForgotten { replay(delivery) }
        case .deadLetter(let letter):
            letters.remove(letter.id)
            guard !isForgotten else { break }
            let hash = Identity(of: [letter.hook, Hex.encode(SHA256.digest(letter.body))])
            letters.put(
                .init(
                    id: letter.id,
                    generation: letter.generation,
                    body: hash,
                    count: (letters[letter.key]?.count ?? 0) + 1,
                    operation: letter.operation
                ),
                at: letter.key
            )
        }
        confirm()
    }

    private mutating func replay(_ delivery: AcceptedDelivery) {
        let name = delivery.operation
        let told = KnownOperation.Told(delivery)
        if book[name.application]?.operation(name.identity) != nil {
            book.tell(name.identity, of: name.application, told)
            return
        }
        book.add(
            KnownOperation(
                name: name,
                place: delivery.place,
                hook: delivery.hook,
                isShaFromRevision: delivery.isShaFromRevision,
                sourceKey: delivery.sourceKey,
                first: told
            )
        )
    }

    private mutating func takeID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }
}

extension KnownOperation.Told {
    init(_ delivery: AcceptedDelivery) {
        self.init(
            status: delivery.status,
            delivery: delivery.id,
            isClosing: delivery.cause != .event,
            settlesAt: delivery.notBefore
        )
    }
}
