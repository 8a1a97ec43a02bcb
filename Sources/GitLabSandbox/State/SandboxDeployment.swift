package import Formats

/// A deployment as it lies in the database, with what the API does not show.
package struct SandboxDeployment: Sendable {
    /// Counts for the whole instance.
    package let id: Int
    /// Counts in the project.
    package let iid: Int
    package let project: Int
    /// The environment's id.
    package let environment: Int
    package let environmentName: String
    /// As it was sent.
    package let sha: String
    package let ref: String
    /// Not in any answer of the API.
    package let tag: Bool
    package internal(set) var status: SandboxStatus
    package let user: SandboxUser
    /// Made by a CI job: `deployable` is not null, and the API may not update it.
    package let isFromCI: Bool
    package let createdAt: Timestamp
    package internal(set) var updatedAt: Timestamp
    /// Not in any answer of the API; nil until the first finished status.
    package internal(set) var finishedAt: Timestamp?
}

/// What a deployment can be, and the moves between (facts §3).
package enum SandboxStatus: String, Sendable, CaseIterable {
    case created, running, success, failed, canceled, skipped, blocked

    /// The four that the API takes.
    static let writable = [SandboxStatus.running, .success, .failed, .canceled].map(\.rawValue)

    var isFinished: Bool { self == .success || self == .failed || self == .canceled }

    /// The name of the event that leads here, as refusals tell it.
    var event: String {
        switch self {
        case .running: "run"
        case .success: "succeed"
        case .failed: "drop"
        case .canceled: "cancel"
        case .skipped: "skip"
        case .created, .blocked: "block"
        }
    }

    /// Whether the state machine lets a deployment move from here to there.
    func canBecome(_ next: SandboxStatus) -> Bool {
        switch next {
        case .running: self == .created || self == .blocked
        case .success, .failed, .canceled: self != next
        case .created, .skipped, .blocked: false
        }
    }
}
