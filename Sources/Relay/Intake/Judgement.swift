import Formats
import GitLab
import Webhooks

/// What an event's statement means beside what is known of its operation (DESIGN §2.6).
enum Judgement: Equatable {
    /// News of an operation not seen before.
    case begins
    /// News of a known operation.
    case goesOn
    /// The same operation now applies another commit (`retry.refresh`): a row of its own.
    case changesRevision
    case duplicate(reason: String)
    case ignored(reason: String)
}

/// The rules, apart from where what is known is kept.
struct Judge {
    let now: Timestamp
    let settings: ArgoCDSettings

    /// An operation that is not known; `newest` is its Application's newest known one.
    func unseen(_ report: Report, newest: KnownOperation?) -> Judgement {
        if case .between(let words) = report.statement {
            return .ignored(reason: "waiting for its end: \(words)")
        }
        if let reason = tooOld(report) ?? report.beginsNothing { return .ignored(reason: reason) }
        if let newest, let began = report.startedAt, let other = newest.name.startedAt,
            began < other
        {
            return .ignored(
                reason: "began at \(began.rfc3339), before this Application's newest known "
                    + "operation (\(other.rfc3339))"
            )
        }
        return .begins
    }

    private func tooOld(_ report: Report) -> String? {
        guard report.sender == .argocd else { return nil }
        let moment =
            report.statement == .running
            ? report.startedAt : report.finishedAt ?? report.startedAt
        guard let moment else { return nil }
        let limit = Int64(settings.maximumAgeHours) * 3_600_000
        guard now.milliseconds - moment.milliseconds > limit else { return nil }
        return "is of \(moment.rfc3339), older than maximumAgeHours "
            + "(\(settings.maximumAgeHours)), and was not known"
    }

    /// An operation that is known.
    func known(_ report: Report, _ operation: KnownOperation) -> Judgement {
        if operation.isOpen, report.isShaFromRevision, operation.isShaFromRevision,
            report.sourceKey == operation.sourceKey, let sha = report.sha?.value,
            sha != operation.place.sha
        {
            guard case .between = report.statement else { return .changesRevision }
        }
        switch report.statement {
        case .between(let words):
            return .duplicate(reason: "known already; \(words)")
        case .running:
            return .duplicate(reason: "known already as \(operation.status.name)")
        case .success:
            return operation.status == .success
                ? .duplicate(reason: "known already as success") : .goesOn
        case .degraded:
            return degraded(operation)
        case .failed:
            return ended(.failed, report, operation)
        case .canceled:
            return ended(.canceled, report, operation)
        }
    }

    private func degraded(_ operation: KnownOperation) -> Judgement {
        if operation.hasSucceeded(at: now), settings.degradedAfterSuccess == .keep {
            return .ignored(
                reason: "degraded after its success was recorded (degradedAfterSuccess is keep)"
            )
        }
        return operation.status == .failed
            ? .duplicate(reason: "known already as failed") : .goesOn
    }

    private func ended(
        _ status: DeploymentStatus,
        _ report: Report,
        _ operation: KnownOperation
    ) -> Judgement {
        if operation.status == status, !operation.last.isClosing || status == .failed {
            return .duplicate(reason: "known already as \(status.name)")
        }
        if operation.isOpen || operation.last.isClosing { return .goesOn }
        if operation.status == .success, !operation.hasSucceeded(at: now) { return .goesOn }
        guard report.endsStand else { return .goesOn }
        return .ignored(reason: "it has ended already as \(operation.status.name)")
    }
}
