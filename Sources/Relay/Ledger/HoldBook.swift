package import Formats

/// Why something stands still, and what mends it.
package struct HoldNote: Sendable {
    package var reason: String
    package var remedy: String
    package var since: Timestamp
}

/// What stands still now, and over which places.
struct HoldBook: Sendable {
    private struct ProjectText: Hashable {
        var endpoint: String
        var text: String
    }

    private var holds: [HoldScope: HoldNote] = [:]
    /// Projects that are named by their paths: holds may name them by number.
    private var numbers: [ProjectText: Int] = [:]

    var isEmpty: Bool { holds.isEmpty }

    /// In a steady order.
    var all: [(scope: HoldScope, note: HoldNote)] {
        holds.map { ($0.key, $0.value) }.sorted { $0.scope.words < $1.scope.words }
    }

    mutating func hold(_ scope: HoldScope, _ note: HoldNote) { holds[scope] = note }
    mutating func release(_ scope: HoldScope) { holds[scope] = nil }

    mutating func note(_ project: ResolvedProject) {
        numbers[ProjectText(endpoint: project.endpoint, text: project.text)] = project.id
    }

    /// What holds this place: its GitLab, its project or its lane; nil: nothing does.
    func over(_ place: PlaceName) -> HoldNote? {
        guard !holds.isEmpty else { return nil }
        if let hold = holds[.endpoint(place.endpoint)] { return hold }
        let byName = HoldScope.project(endpoint: place.endpoint, name: place.project)
        if let hold = holds[byName] { return hold }
        let text = ProjectText(endpoint: place.endpoint, text: place.project)
        guard let number = Int(place.project) ?? numbers[text] else { return nil }
        let byNumber = HoldScope.project(endpoint: place.endpoint, name: String(number))
        let lane = HoldScope.lane(
            endpoint: place.endpoint,
            project: number,
            environment: place.environment
        )
        return holds[byNumber] ?? holds[lane]
    }
}
