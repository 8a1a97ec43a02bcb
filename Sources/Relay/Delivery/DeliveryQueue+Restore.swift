package import Formats
import GitLab

/// The queue after a restart: what the log says first, then the open deliveries by `add`.
extension DeliveryQueue {
    /// Takes over what was settled before; call before the first `add`.
    ///
    /// - Parameters:
    ///   - summary: The `settled` log, read whole.
    ///   - damagedAt: The present, when a record in the log's middle could not be read: what was
    ///     accepted before may have been sent although no record says so, and is looked up first
    ///     (DESIGN §3.3).
    package mutating func restore(_ summary: SettledSummary, damagedAt: Timestamp? = nil) {
        precondition(count == 0)
        suspectUntil = damagedAt
        for row in summary.rows.values.sorted(by: { $0.deployment < $1.deployment }) {
            book.restore(row)
            guard !row.isUnproven else { continue }
            raise(row.deployment, endpoint: row.endpoint, row.project, row.environment)
        }
        for project in summary.projects {
            guard let endpoint = endpointIndex[project.endpoint] else { continue }
            let index = self.project(project.id, at: endpoint)
            projects[index].path = project.path
            projects[index].defaultBranch = project.defaultBranch
            guard Int(project.text) == nil else { continue }
            let name = ProjectName(endpoint: endpoint, text: project.text)
            names[name] = NameState(endpoint: endpoint, text: project.text, number: project.id)
        }
        for record in summary.environments {
            guard let endpoint = endpointIndex[record.endpoint] else { continue }
            environments[
                Lane.Key(
                    endpoint: endpoint,
                    project: record.project,
                    environment: record.environment
                )
            ] = record.known
        }
        for mark in summary.marks {
            raise(mark.deployment, endpoint: mark.endpoint, mark.project, mark.environment)
        }
        interrupted = summary.interrupted
        for found in summary.interrupted.values {
            guard let seen = found.last.highWater else { continue }
            raise(seen, endpoint: found.last.endpoint, found.last.project, found.last.environment)
        }
    }

    private mutating func raise(
        _ deployment: Int,
        endpoint: String,
        _ project: Int,
        _ environment: String
    ) {
        guard let endpoint = endpointIndex[endpoint] else { return }
        let key = Lane.Key(endpoint: endpoint, project: project, environment: environment)
        highWaters.raise(key, to: deployment)
    }
}
