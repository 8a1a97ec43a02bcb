import Formats
import JSON

/// An Application in one state of one operation.
struct ArgoCDSubject {
    let app: JSONValue
    let state: JSONValue
    /// The Application's `status`; it and what follows are asked for again and again.
    private let status: JSONValue?
    private let operation: JSONValue?
    let sync: JSONValue?
    /// What was really applied; nil before the comparison, at each retry anew.
    let result: JSONValue?
    private let history: JSONValue?
    let object: String
    let name: String
    let objectName: String
    let phase: String
    let startedAt: Timestamp
    let health: String?

    init(
        app: JSONValue,
        state: JSONValue,
        object: String,
        name: String,
        objectName: String,
        phase: String,
        startedAt: Timestamp
    ) {
        (self.app, self.state) = (app, state)
        status = app["status"]
        operation = state["operation"]
        sync = operation?["sync"]
        result = state["syncResult"].flatMap { $0.kind == .object ? $0 : nil }
        history = status?["history"]
        health = status?["health"]?["status"]?.string
        (self.object, self.name, self.objectName) = (object, name, objectName)
        (self.phase, self.startedAt) = (phase, startedAt)
    }

    /// What the last comparison saw: no evidence of a deployment.
    var compared: JSONValue? { status?["sync"] }
    var hasFailed: Bool { phase == "Failed" || phase == "Error" }
    private var isAutomated: Bool { operation?["initiatedBy"]?["automated"]?.bool ?? false }

    var initiatedBy: String? {
        Words.present(operation?["initiatedBy"]?["username"]?.string)
            ?? (isAutomated ? "automated" : nil)
    }

    // MARK: - What it says

    /// nil for a phase that is not known.
    func statement(_ settings: ArgoCDSettings) -> Statement? {
        switch phase {
        case "Running": return .running
        case "Terminating": return .between("it is being terminated")
        case "Error": return .failed
        case "Failed":
            let message = state["message"]?.string ?? ""
            return message.hasPrefix("Operation terminated") ? .canceled : .failed
        case "Succeeded":
            switch health {
            case "Healthy": return .success
            case "Suspended": return settings.suspended == .success ? .success : .running
            case "Degraded": return .degraded
            default: return .between("synced, and \(health ?? "its health is not known") yet")
            }
        default: return nil
        }
    }

    /// Never a deployment, whatever the settings say.
    var isDryRun: Bool { sync?["dryRun"]?.bool == true }

    /// Self-heal, selective syncs and apps of apps, unless the settings say otherwise.
    func reasonNotToRecord(_ settings: ArgoCDSettings) -> String? {
        let isSelfHeal = (sync?["autoHealAttemptsCount"]?.number?.int64 ?? 0) > 0
        let isPartial = sync?["resources"]?.count ?? 0 > 0
        if isSelfHeal || isPartial && isAutomated {
            if settings.selfHeal == .ignore {
                return "self-heal brings back what was deployed (argocd.selfHeal is ignore)"
            }
        } else if isPartial, settings.selectiveSync == .ignore {
            return "only some resources were synced (argocd.selectiveSync is ignore)"
        }
        if settings.appOfApps == .ignore, isAppOfApps {
            return "its resources are Applications, which report for themselves "
                + "(argocd.appOfApps is ignore)"
        }
        return nil
    }

    private var isAppOfApps: Bool {
        if status?["summary"]?["isAppOfApps"]?.bool == true { return true }
        guard let resources = status?["resources"] else { return false }
        return resources.elements.contains { resource in
            resource["kind"]?.says("Application") ?? false
                && resource["group"]?.says("argoproj.io") ?? false
        }
    }

    func aside(_ reason: String) -> Aside {
        Aside(
            reason,
            object: object,
            objectName: objectName,
            startedAt: startedAt,
            finishedStarts: finishedStarts,
            isHealthy: health == "Healthy"
        )
    }

    // MARK: - History

    var finishedStarts: [Timestamp] {
        guard let history else { return [] }
        return history.elements.compactMap { Words.moment($0["deployStartedAt"]) }
    }

    /// A revision of the history that is not its newest; or a person's sync with `apply`.
    var isRollback: Bool {
        if let username = operation?["initiatedBy"]?["username"]?.string, !username.isEmpty,
            sync?["syncStrategy"]?["apply"]?.kind == .object
        {
            return true
        }
        let applied = Self.revisions(result)
        guard !applied.isEmpty, let history else { return false }
        let before = history.elements
            .filter { Words.moment($0["deployStartedAt"]) != startedAt }
            .map { Self.revisions($0) }
        return before.last != applied && before.contains(applied)
    }

    /// One revision, or one for each of several sources.
    private static func revisions(_ value: JSONValue?) -> [String] {
        let many = value?["revisions"].map { $0.elements.compactMap(\.string) } ?? []
        return many.isEmpty ? [Words.present(value?["revision"]?.string)].compactMap { $0 } : many
    }
}
