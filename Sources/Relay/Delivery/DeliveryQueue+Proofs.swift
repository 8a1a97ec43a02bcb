import Formats
import GitLab

/// Rows that were learnt of before an endpoint's address changed: the GitLab that is there now may
/// be the same one under another name, or another one in which the id means something else.
extension DeliveryQueue {
    /// Asks for the row before anything is believed of it.
    mutating func prove(
        _ row: Row,
        for slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) {
        let lane = Int(pool[slot].lane)
        let key = lanes[lane].key
        guard row.project == key.project, row.environment == key.environment else {
            return forgetRow(slot, Self.elsewhere, at: now)
        }
        guard let delivery = loaded(slot, at: now, load: load) else { return }
        let call = GitLabCall.show(project: row.project, deployment: row.deployment)
        lanes[lane].call = start(
            call,
            at: key.endpoint,
            for: .prove(lane: lane, sha: delivery.place.sha),
            now: now
        )
    }

    mutating func finishProof(
        _ lane: Int,
        _ sha: String,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let slot = lanes[lane].line.first
        switch meaning {
        case .deployment(let shown):
            guard var row = book.row(of: pool[slot].operation),
                shown.environment == row.environment, shown.sha.lowercased() == sha,
                !shown.hasDeployable
            else { return forgetRow(slot, Self.elsewhere, at: now) }
            row.isUnproven = false
            row.status = shown.knownStatus ?? row.status
            book.put(row)
            output.append(.record(.row(row)))
            goOn(lane, at: now)
        case .gone:
            continueTrial(lane, at: now)
            forgetRow(slot, Self.elsewhere, at: now)
        default:
            lookAgain(lane, call, result, meaning, at: now)
        }
    }

    private static var elsewhere: String {
        "the GitLab at this address does not have the operation's deployment"
    }
}
