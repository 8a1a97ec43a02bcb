import Formats
import GitLab

/// The queue after a restart: what the log says first, then the open deliveries by `add`.
extension DeliveryQueue {
    /// Takes over what was settled before; call before the first `add`.
    package mutating func restore(_ summary: SettledSummary) {
        precondition(count == 0)
        for row in summary.rows.values {
            book.put(row)
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
        highWaters[key] = max(highWaters[key] ?? 0, deployment)
    }
}
