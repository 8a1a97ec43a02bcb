import Formats
import GitLab
import JSON
import Relay

/// Per project and environment: what is current, what is in progress, what was.
struct DeploymentsPage {
    fileprivate struct Place {
        var project: String
        var environment: String
        var current: LedgerEntry?
        var inProgress: LedgerEntry?
        /// What stopped the environment, where nothing has come to it since.
        var stop: LedgerEntry?
        var history: [LedgerEntry] = []
    }

    private var places: [Place] = []
    /// Reads what the ledger's index does not have.
    typealias Words = (LedgerEntry) -> LedgerWords

    init(_ ledger: Ledger) {
        var filter = Ledger.Filter()
        filter.limit = .max
        var indexes: [String: Int] = [:]
        var told: Set<String> = []
        for entry in ledger.list(filter).entries {
            guard let project = entry.project, let environment = entry.environment,
                entry.state == .delivered || entry.state == .accepted
            else { continue }
            let key = "\(entry.endpoint)\n\(project)\n\(environment)"
            let index = indexes[key] ?? places.count
            if index == places.count {
                indexes[key] = index
                places.append(Place(project: project, environment: environment))
            }
            guard entry.status != nil else {
                places[index].take(stop: entry)
                continue
            }
            // Newest first: the first word on an operation is its last.
            guard
                told.insert("\(key)\n\(entry.application ?? "")\n\(entry.operationKey)").inserted
            else { continue }
            places[index].take(entry)
        }
    }

    func write(_ writer: inout JSONWriter, words: Words) {
        writer.member("environments") { writer in
            writer.array { writer in
                for place in places { writer.object { Self.write(place, &$0, words) } }
            }
        }
    }

    private static func write(_ place: Place, _ writer: inout JSONWriter, _ words: Words) {
        writer.member("project", place.project)
        writer.member("environment", place.environment)
        write("current", place.current, &writer, words)
        write("inProgress", place.inProgress, &writer, words)
        let stop = place.current == nil && place.inProgress == nil ? place.stop : nil
        writer.member("stoppedAt", stop?.settledAt?.rfc3339)
        writer.member("history") { writer in
            writer.array { writer in
                for entry in place.history { writer.object { write(entry, &$0, words) } }
            }
        }
    }

    private static func write(
        _ name: String,
        _ entry: LedgerEntry?,
        _ writer: inout JSONWriter,
        _ words: Words
    ) {
        guard let entry else { return writer.member(name, nil as String?) }
        writer.member(name) { writer in writer.object { write(entry, &$0, words) } }
    }

    private static func write(_ entry: LedgerEntry, _ writer: inout JSONWriter, _ words: Words) {
        let words = words(entry)
        writer.member("id", String(entry.id))
        writer.member("status", entry.confirmed?.name)
        writer.member("sha", words.sha)
        writer.member("application", entry.application)
        writer.member("operation", words.operation)
        writer.member("state", entry.state.name)
        writer.member("gitlab", entry.endpoint)
        writer.member("gitlabDeployment", entry.deployment)
        writer.member("receivedAt", entry.receivedAt.rfc3339)
    }
}

extension DeploymentsPage.Place {
    fileprivate mutating func take(_ entry: LedgerEntry) {
        if entry.confirmed == .running {
            // Older than what another Application brought here since, it may still go on; a stopped
            // environment has nothing going on.
            let isOlder = current.map { $0.application == entry.application } ?? (stop != nil)
            if inProgress == nil, !isOlder { inProgress = entry }
            return
        }
        if entry.confirmed == .success, entry.state == .delivered, current == nil, stop == nil {
            current = entry
        }
        if history.count < 10 { history.append(entry) }
    }

    /// Stopped by the relay; what was there before is there no more.
    fileprivate mutating func take(stop entry: LedgerEntry) {
        if entry.state == .delivered, stop == nil { stop = entry }
    }
}

extension LedgerEntry {
    /// What GitLab has confirmed, or what it is still to be told.
    fileprivate var confirmed: DeploymentStatus? { written ?? status }
}
