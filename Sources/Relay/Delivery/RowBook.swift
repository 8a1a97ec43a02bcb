import GitLab

/// Which GitLab deployment belongs to which operation: the identity map.
struct RowBook: Sendable {
    private struct RowKey: Hashable, Sendable {
        var endpoint: String
        var deployment: Int
    }

    private struct Standing: Sendable {
        var order: Int64
        var operation: Identity
    }

    fileprivate struct StandingKey: Hashable, Sendable {
        var application: Identity
        var endpoint: String
        var project: Int
        var environment: String
    }

    private var rows: [Identity: Row] = [:]
    private var owners: [RowKey: Identity] = [:]
    /// The newest operation of an Application whose success stands in an environment.
    private var standing: [StandingKey: Standing] = [:]

    var count: Int { rows.count }

    func row(of operation: Identity) -> Row? { rows[operation] }

    func owner(of deployment: Int, at endpoint: String) -> Identity? {
        owners[RowKey(endpoint: endpoint, deployment: deployment)]
    }

    mutating func put(_ row: Row) {
        rows[row.operation] = row
        let key = RowKey(endpoint: row.endpoint, deployment: row.deployment)
        if owners[key] == nil { owners[key] = row.operation }
        let place = StandingKey(row)
        if row.status == .success {
            if standing[place].map({ $0.order <= row.order }) ?? true {
                standing[place] = Standing(order: row.order, operation: row.operation)
            }
        } else if standing[place]?.operation == row.operation {
            standing[place] = nil
        }
    }

    /// Forgets a row that GitLab no longer has.
    mutating func remove(_ row: Row) {
        rows[row.operation] = nil
        owners[RowKey(endpoint: row.endpoint, deployment: row.deployment)] = nil
        if standing[StandingKey(row)]?.operation == row.operation {
            standing[StandingKey(row)] = nil
        }
    }

    /// Whether a newer operation's success of the same Application stands in that environment.
    func isOvertaken(_ entry: Waiting, at endpoint: String, in key: Lane.Key) -> Bool {
        let place = StandingKey(
            application: entry.application,
            endpoint: endpoint,
            project: key.project,
            environment: key.environment
        )
        guard let newest = standing[place] else { return false }
        return newest.order > entry.order && newest.operation != entry.operation
    }
}

extension RowBook.StandingKey {
    fileprivate init(_ row: Row) {
        application = row.application
        endpoint = row.endpoint
        project = row.project
        environment = row.environment
    }
}
