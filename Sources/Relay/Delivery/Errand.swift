/// What a call under way is for.
enum Errand: Sendable {
    /// Tells GitLab of a lane's first entry.
    case write(lane: Int, slot: WaitingPool.Slot, Sending)
    /// Reads a page of the environment's list: was the uncertain write done.
    case lookUp(lane: Int)
    /// Reads the row an uncertain or refused change was about.
    case show(lane: Int)
    /// Reads a row that was learnt of under another address of this GitLab; `sha` is its commit.
    case prove(lane: Int, sha: String)
    /// Whose token is it: rows of others are never adopted.
    case user(lane: Int)
    /// Which branch is the project's default.
    case defaultBranch(lane: Int)
    /// Why was a write forbidden: archived, CI/CD switched off, or only this environment.
    case diagnosis(lane: Int)
    /// Finds, makes or changes the environment before the lane's first entry is written.
    case environment(lane: Int)
    /// Finds or stops the environment, which is what the lane's first entry is about.
    case stop(lane: Int)
    /// Which number has this project path.
    case resolve(DeliveryQueue.ProjectName)
    /// Is what holds this mended.
    case probe(HoldScope)

    /// The lane that waits for this call.
    var lane: Int? {
        switch self {
        case .write(let lane, _, _), .lookUp(let lane), .show(let lane), .prove(let lane, _),
            .user(let lane),
            .defaultBranch(let lane), .diagnosis(let lane), .environment(let lane),
            .stop(let lane):
            lane
        case .resolve, .probe: nil
        }
    }
}
