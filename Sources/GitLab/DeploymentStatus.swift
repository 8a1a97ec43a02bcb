/// The four statuses that GitLab's Deployments API takes.
///
/// The raw values stand in records on disk: never change one.
package enum DeploymentStatus: UInt8, Sendable, CaseIterable {
    case running = 1
    case success = 2
    case failed = 3
    case canceled = 4

    /// GitLab's own word, as it stands in requests and answers.
    package var name: String {
        switch self {
        case .running: "running"
        case .success: "success"
        case .failed: "failed"
        case .canceled: "canceled"
        }
    }

    /// Takes exactly GitLab's spelling: `canceled` with one l, in lower case.
    package init?(name: String) {
        guard let status = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = status
    }

    /// Whether a deployment with this status is over.
    package var isEnd: Bool { self != .running }
}
