import GitLab
import Relay

/// How many calls a history may cost.
///
/// While all goes well: one write for each delivery that changes anything, and one question for
/// each project that is named by its path or whose default branch is wanted (one for each lane
/// that wants it at the same moment). An environment that
/// events want to be something costs one look and at most one write, and one look more when its
/// Application goes. Nothing else.
struct Budget {
    private(set) var complaints: [String] = []

    /// Calls that one fault may cost: its repetition, and looks (1 s doubling, full jitter) while
    /// `doubtSeconds` pass.
    private static let callsAfterFault = 40
    /// Calls that one start may cost beside those.
    private static let callsAfterStart = 40
    /// What is held asks after 5 s, then every 60 s; each of its lanes once more when it resumes.
    private static let callsOfHold = 60

    init(_ history: History, answered ends: some Sequence<Settlement>) {
        let world = history.world
        let writes = world.calls["POST", default: 0] + world.calls["PUT", default: 0]
        let reads = world.calls["GET", default: 0]
        let needed = ends.count { $0.state == .delivered && $0.httpStatus != 0 }
        let names = Set(history.sender.applications.map(\.project))
        let questions =
            names.count + history.sender.applications.count { $0.target == "HEAD" }
        let places = world.gitlab.environments.count
        // A deletion is told twice; what came late between the two is left once more.
        let looks = places + 2 * history.sender.applications.count
        guard history.hasTrouble else {
            let about = world.gitlab.processed.filter { $0.contains("/environments") }
            let made = about.count { !$0.hasPrefix("GET ") && !$0.hasSuffix("/stop") }
            let looked = about.count { $0.hasPrefix("GET ") }
            if made > places { complaints.append("\(made) writes about \(places) environments") }
            if looked > looks { complaints.append("\(looked) looks, \(looks) allowed") }
            let writes = writes - made
            let reads = reads - looked
            if writes != needed { complaints.append("\(writes) writes for \(needed) changes") }
            if reads > questions { complaints.append("\(reads) reads, \(questions) allowed") }
            return
        }
        let allowed =
            needed + questions + places + looks + Self.callsAfterFault * history.struck
            + Self.callsAfterStart * world.life + Self.callsOfHold * 20
        if writes + reads > allowed {
            complaints.append("\(writes + reads) calls, \(allowed) allowed")
        }
    }
}
