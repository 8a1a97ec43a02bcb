import Formats
import GitLab
import JSON
import Webhooks

/// What a body that was understood means beside what is known.
extension Intake {
    mutating func decide(
        _ taking: inout Taking,
        _ body: JSONValue,
        _ report: Report,
        _ subject: Subject
    ) throws(Refusal) -> Reception {
        taking.note(report, subject)
        let application = book[subject.application]
        let maker = EventMaker(hook: taking.hook, webhook: taking.webhook, body: body)
        // What names no operation is told from the newest event by what would be sent.
        let isUnnamed = report.operation == nil && report.sha != nil
        let unnamed = isUnnamed ? try maker.event(report, fixed: nil) : nil
        let known = subject.find(in: application, report, unnamed)
        if let known { taking.operationIdentity = known.name.identity }
        let repeated = unnamed.flatMap { subject.repeats(application, $0) }
        let judge = Judge(now: taking.now, settings: taking.hook.settings.argocd)
        let judgement: Judgement =
            if repeated != nil {
                .duplicate(reason: "equal to the newest event of its environment")
            } else if let known {
                judge.known(report, known)
            } else {
                judge.unseen(report, newest: application?.newest)
            }
        var reception: Reception
        switch judgement {
        case .duplicate(let reason):
            let id = repeated ?? known?.last.delivery
            reception = Reception(outcome: .duplicate(of: id, reason: reason))
        case .ignored(let reason):
            reception = passOver(report, subject, reason, isKnown: known != nil, taking)
        case .begins where report.sha == nil:
            let reason = report.shaMissing ?? "no commit is named"
            reception = passOver(report, subject, reason, isKnown: false, taking)
        case .begins, .changesRevision:
            let event = if let unnamed { unnamed } else { try maker.event(report, fixed: nil) }
            reception = begin(taking, event, report, subject, replacing: known)
        case .goesOn:
            guard let known else { preconditionFailure("an unknown operation cannot go on") }
            let event = try maker.event(report, fixed: known.place)
            reception = goOn(taking, event, report, known)
        }
        reception.application = report.objectName
        return reception
    }

    /// Not recorded; yet its history may tell how an older operation ended.
    private mutating func passOver(
        _ report: Report,
        _ subject: Subject,
        _ reason: String,
        isKnown: Bool,
        _ taking: Taking
    ) -> Reception {
        var reception = Reception(outcome: .ignored(reason: reason))
        if !isKnown, report.isHealthy {
            reception.records = tellEnds(
                report.finishedStarts,
                before: report.startedAt,
                of: subject.application,
                at: taking.now
            )
        }
        return reception
    }

    /// The first event of an operation: older open ones of its Application are closed before.
    private mutating func begin(
        _ taking: Taking,
        _ event: Event,
        _ report: Report,
        _ subject: Subject,
        replacing older: KnownOperation?
    ) -> Reception {
        var records: [AcceptedRecord] = []
        if !report.closesNothing {
            records = closeOlder(than: report, subject.application, older, taking)
        }
        let id = taking.again?.id ?? takeID()
        let name = subject.name(report, id: id, in: book[subject.application])
        let delivery = delivery(taking, id, event, name, report)
        add(KnownOperation(beginningWith: delivery))
        records.append(.delivery(delivery))
        return accepted(delivery, records, about: taking.operationIdentity)
    }

    /// A later event of a known operation: what its first event fixed stays fixed.
    private mutating func goOn(
        _ taking: Taking,
        _ event: Event,
        _ report: Report,
        _ known: KnownOperation
    ) -> Reception {
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
            let old = letters.letters(about: operation)
            if !old.isEmpty {
                reception.supersededLetters = old.filter { $0 != delivery.id }.sorted()
            }
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
            tier: report.tier?.value,
            externalURL: report.externalURL?.value,
            choices: event.choices,
            traceparent: taking.webhook.traceparent,
            body: taking.webhook.body
        )
    }
}
