/// What an audit found that is not as the ledger has it.
package struct AuditFinding: Equatable, Sendable {
    /// In the order in which people are told.
    package enum Kind: String, Sendable, CaseIterable {
        /// The ledger has a deployment that GitLab has not.
        case missing
        /// Two rows for what was told once.
        case doubled
        /// Its end is known, and GitLab shows it running.
        case leftRunning = "left running"
        /// Its end is another in GitLab than was told.
        case changed
        /// Made with the relay's token and by no delivery of this ledger.
        case unknown
    }

    /// What would put it right, through the relay's queue.
    package enum Repair: Equatable, Sendable {
        /// Tell a delivered delivery again: GitLab is asked first.
        case retell(UInt64)
        /// Take a dead delivery in again.
        case redeliver(UInt64)
        /// Close a row that no operation owns.
        case close(deployment: Int)
        /// Nothing that the relay may do; why, and what a person can.
        case none(String)
    }

    package var kind: Kind
    package var deployment: Int?
    package var environment: String
    package var sha: String
    /// The newest delivery of the operation it belongs to.
    package var delivery: UInt64?
    /// What is so, in words.
    package var words: String
    package var repair: Repair

    package init(
        kind: Kind,
        deployment: Int?,
        environment: String,
        sha: String,
        delivery: UInt64?,
        words: String,
        repair: Repair
    ) {
        self.kind = kind
        self.deployment = deployment
        self.environment = environment
        self.sha = sha
        self.delivery = delivery
        self.words = words
        self.repair = repair
    }

    /// By environment, then by what is wrong, the oldest deployment first.
    var order: (environment: String, kind: Int, deployment: Int) {
        (environment, Kind.allCases.firstIndex(of: kind) ?? 0, deployment ?? 0)
    }

    /// What the repair does, in words; nil when there is none.
    package var will: String? {
        switch repair {
        case .retell(let id) where kind == .missing:
            "tell delivery \(id) again: GitLab is asked, and the deployment made anew"
        case .retell(let id):
            "tell delivery \(id) again: GitLab is asked, and the deployment ended"
        case .redeliver(let id): "redeliver delivery \(id), which tells its end"
        case .close(let deployment): "close deployment \(deployment) as canceled"
        case .none: nil
        }
    }

    /// Why nothing is done about it, and what a person can do; nil when something is.
    package var refusal: String? { if case .none(let words) = repair { words } else { nil } }
}
