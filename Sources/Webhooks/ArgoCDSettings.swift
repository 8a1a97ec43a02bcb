/// Where Argo CD leaves a choice (DESIGN §2.2, `hooks.NAME.argocd`).
package struct ArgoCDSettings: Equatable, Sendable {
    package enum Policy: String, Sendable, CaseIterable { case ignore, record }
    package enum Suspended: String, Sendable, CaseIterable { case success, running }
    package enum Degraded: String, Sendable, CaseIterable { case keep, failed }
    package enum Deletion: String, Sendable, CaseIterable { case ignore, stop }

    /// Which of several sources the deployment is of; nil: chosen by rule.
    package var sourceIndex: Int?
    package var selfHeal = Policy.ignore
    package var selectiveSync = Policy.ignore
    package var appOfApps = Policy.ignore
    package var suspended = Suspended.success
    package var degradedAfterSuccess = Degraded.keep
    package var settleSeconds = 0
    package var maximumAgeHours = 24
    package var onDelete = Deletion.ignore

    package init() {}
}
