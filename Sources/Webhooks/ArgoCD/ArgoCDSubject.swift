import Formats
import JSON

/// An Application in one state of one operation.
struct ArgoCDSubject {
    let app: JSONValue
    let state: JSONValue
    let object: String
    let name: String
    let objectName: String
    let phase: String
    let startedAt: Timestamp

    var health: String? { app["status"]?["health"]?["status"]?.string }
    private var operation: JSONValue? { state["operation"] }
    var sync: JSONValue? { operation?["sync"] }
    /// What was really applied; nil before the comparison, at each retry anew.
    var result: JSONValue? { state["syncResult"].flatMap { $0.kind == .object ? $0 : nil } }
    /// What the last comparison saw: no evidence of a deployment.
    var compared: JSONValue? { app["status"]?["sync"] }
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
        if app["status"]?["summary"]?["isAppOfApps"]?.bool == true { return true }
        guard let resources = app["status"]?["resources"] else { return false }
        return resources.elements.contains { resource in
            resource["kind"]?.string == "Application" && resource["group"]?.string == "argoproj.io"
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
        guard let history = app["status"]?["history"] else { return [] }
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
        guard !applied.isEmpty, let history = app["status"]?["history"] else { return false }
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
