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

    /// What is told again by hand and stands in GitLab by our own records: GitLab is asked before
    /// that is believed, for somebody has found it otherwise.
    ///
    /// - Returns: Whether this was the entry's step.
    mutating func tellsAgain(
        _ slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) -> Bool {
        let entry = pool[slot]
        guard let row = book.row(of: entry.operation),
            row.status == entry.status || row.status == wanted(entry),
            lanes[Int(entry.lane)].doubt == nil
        else { return false }
        guard tries[slot]?.isShown == true else {
            prove(row, for: slot, at: now, load: load)
            return true
        }
        let words = "GitLab shows deployment \(row.deployment) as \(row.status.name)"
        settle(slot, .delivered, words, row: row, at: now)
        return true
    }

    /// Takes over a row of GitLab's that no operation owns, so that a closing can close it.
    ///
    /// It is believed only once GitLab has shown it with the closing's environment and commit.
    package mutating func adopt(_ row: Row) {
        guard book.row(of: row.operation) == nil,
            book.owner(of: row.deployment, at: row.endpoint) == nil
        else { return }
        var row = row
        row.isUnproven = true
        book.put(row)
        output.append(.record(.row(row)))
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
            tries[slot, default: Tries()].isShown = true
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
