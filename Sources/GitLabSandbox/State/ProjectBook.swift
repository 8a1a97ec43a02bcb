/// What belongs to a project and is not its owner's to change, so it stays when the project is
/// replaced.
struct ProjectBook: Sendable {
    /// The ids of its environments by exact name.
    var environments: [String: Int] = [:]
    /// The ids of its deployments, smallest first.
    var deployments: [Int] = []
    var lastIID = 0
}
