import Formats
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
    var hooks: [String: Hook]
    let limits: Limits
    var book: OperationBook
    var letters: DeadLetters
    var expiries = Expiries()
    /// The id of the next delivery; ids of a turn that failed are not used again.
    package internal(set) var nextID: UInt64 = 1

    package init(hooks: [Hook], limits: Limits) {
        self.hooks = Dictionary(uniqueKeysWithValues: hooks.map { ($0.name, $0) })
        self.limits = limits
        book = OperationBook(limits: limits)
        letters = DeadLetters(limit: limits.ledgerEntries)
    }

    /// Whether a hook has this name.
    package func knows(_ hook: String) -> Bool { hooks[hook] != nil }

    /// Takes over a new configuration's hooks; what was accepted stays known.
    package mutating func replaceHooks(_ hooks: [Hook]) {
        self.hooks = Dictionary(uniqueKeysWithValues: hooks.map { ($0.name, $0) })
        scheduleExpiries()
    }

    // MARK: - Turns

    /// The turn's records are on disk.
    package mutating func confirm() {
        book.confirm()
        letters.confirm()
        expiries.confirm()
    }

    /// The turn's records are not on disk: as if its webhooks had never come.
    package mutating func rollBack() {
        book.rollBack()
        letters.rollBack()
        expiries.rollBack()
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
            let remedy = taking.remedy(for: error, in: limits)
            return bury(taking, status: 400, reason: "\(error)\(remedy)")
        }
        guard body.kind == .object else {
            let reason = "line 1, column 1: the body is a JSON \(body.kind), not an object"
            return bury(taking, status: 400, reason: reason)
        }
        do {
            return try understand(&taking, body)
        } catch {
            return bury(taking, status: 422, reason: error.reason)
        }
    }

    private mutating func understand(
        _ taking: inout Taking,
        _ body: JSONValue
    ) throws(Refusal) -> Reception {
        switch try read(&taking, body) {
        case .report(let report):
            let subject = Subject(report, hook: taking.hook)
            book.recall(subject.application)
            return try decide(&taking, body, report, subject)
        case .ignored(let aside):
            book.recall(application(of: aside, taking))
            if let report = aside.report {
                let subject = Subject(report, hook: taking.hook)
                book.recall(subject.application)
                if isKnown(report, subject) {
                    return try decide(&taking, body, report, subject)
                }
            }
            var reception = Reception(outcome: .ignored(reason: aside.reason))
            reception.application = aside.objectName
            reception.records = tellEnds(aside, taking)
            return reception
        case .deleted(let aside):
            book.recall(application(of: aside, taking))
            var reception = Reception(outcome: .ignored(reason: aside.reason))
            reception.application = aside.objectName
            reception.records = closeAll(of: aside, taking) + leave(aside, taking)
            return reception
        case .unusable(let flaw):
            taking.note(flaw)
            throw Refusal(reason: flaw.description)
        }
    }

    /// Whether an event of the same operation was recorded.
    private func isKnown(_ report: Report, _ subject: Subject) -> Bool {
        let application = book[subject.application]
        return report.operation.flatMap { application?.operation(named: $0) } != nil
    }

    /// Reads the body once; a second time with the hook's own choices, where it has any.
    private func read(_ taking: inout Taking, _ body: JSONValue) throws(Refusal) -> Reading {
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
            taking.note(report, Subject(report, hook: hook))
            data = maker.data(report, nil, status: report.status)
        case .unusable(let flaw) where flaw.isMisdirected && hook.settings.sender != .flat:
            // The hook's templates were made for other bodies, and would fail with other words.
            return reading
        case .unusable(let flaw):
            taking.note(flaw)
            data = TemplateData(body, adding: maker.surroundings)
        case .ignored, .deleted:
            // No choice of the hook's makes a deployment of these.
            return reading
        }
        do {
            return hook.reader.read(body, request, choices: try hook.choose(data, maker.world))
        } catch {
            throw Refusal(reason: "the hook's template failed: \(error)")
        }
    }

    mutating func takeID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }
}

/// One webhook on its way through, and whom it is about as far as that is known by now.
struct Taking {
    let webhook: Webhook
    let hook: Hook
    /// By hand once more: the delivery it is.
    let again: (id: UInt64, generation: UInt32)?
    /// The sender's object, for people.
    private(set) var application: String?
    /// The sender's object, for telling one from another.
    private(set) var object: String?
    private(set) var operation: String?
    private(set) var phase: String?
    var operationIdentity: Identity?

    init(webhook: Webhook, hook: Hook, again: (id: UInt64, generation: UInt32)?) {
        self.webhook = webhook
        self.hook = hook
        self.again = again
    }

    var now: Timestamp { webhook.receivedAt }

    mutating func note(_ report: Report, _ subject: Subject) {
        application = report.objectName
        object = subject.object
        operation = report.operation
        phase = "\(report.statement)"
        operationIdentity = subject.operation
    }

    mutating func note(_ flaw: Flaw) {
        (object, operation, phase) = (flaw.object, flaw.operation, flaw.phase)
    }

    /// What to do about a body that cannot be read; templates are where broken JSON comes from.
    func remedy(for error: JSONError, in limits: Limits) -> String {
        if webhook.body.isEmpty { return "; the body is empty: send a JSON object" }
        if error.problem.contains("deeper") { return "" }
        switch hook.settings.sender {
        case .argocd, .flat:
            return "; in Argo CD let the template write it: {\"app\": {{toJson .app}}, …}"
        case .heroku, .flux:
            return ""
        }
    }
}
