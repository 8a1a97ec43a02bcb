import GitLab

/// Which GitLab deployment belongs to which operation: the identity map.
struct RowBook: Sendable {
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

    private var table = RowTable()
    /// Operations in the order in which their rows were put, the oldest first.
    private var order = Ring<Identity>()
    /// How many rows are kept; beyond it those that are over and whose Application has moved on are
    /// forgotten, the oldest first.
    var limit: Int
    /// Whose rows were under an endpoint's former address, until those at the present one are shown.
    private var claims: [RowTable.Key: Identity] = [:]
    /// The newest operation of an Application whose success stands in an environment.
    private var standing: [StandingKey: Standing] = [:]

    /// Each Application's newest operation that has a row.
    private var newest: [Identity: Standing] = [:]

    init(limit: Int) { self.limit = limit }

    var count: Int { table.count }

    func row(of operation: Identity) -> Row? { table[operation] }

    func owner(of deployment: Int, at endpoint: String) -> Identity? {
        table.owner(of: RowTable.Key(endpoint: endpoint, deployment: deployment))
    }

    /// Whose a row is that GitLab shows in a lane, as far as can be told.
    ///
    /// What an operation had under a former address counts where project and environment are the
    /// same too: most likely it is the same GitLab, and that operation's row, not another's.
    func holder(of deployment: Int, in place: LanePlace) -> Identity? {
        let key = RowTable.Key(endpoint: place.endpoint, deployment: deployment)
        if let owner = table.owner(of: key) { return owner }
        guard let claimant = claims[key], let row = table[claimant], row.deployment == deployment,
            row.project == place.project, row.environment == place.environment
        else { return nil }
        return claimant
    }

    /// Takes a row that the log has.
    mutating func restore(_ row: Row) {
        put(row)
        guard row.isUnproven else { return }
        claims[RowTable.Key(row)] = row.operation
    }

    mutating func put(_ row: Row) {
        if table.put(row) { order.append(row.operation) }
        if !row.isUnproven { claims[RowTable.Key(row)] = nil }
        if newest[row.application].map({ $0.order <= row.order }) ?? true {
            newest[row.application] = Standing(order: row.order, operation: row.operation)
        }
        let place = StandingKey(row)
        if row.status == .success {
            if standing[place].map({ $0.order <= row.order }) ?? true {
                standing[place] = Standing(order: row.order, operation: row.operation)
            }
        } else if standing[place]?.operation == row.operation {
            standing[place] = newestSuccess(at: place)
        }
        makeRoom()
    }

    /// What stands once the newest success there is none any more.
    ///
    /// GitLab then shows the one before. That is rare, so looking through all rows is cheaper
    /// than keeping them sorted.
    private func newestSuccess(at place: StandingKey) -> Standing? {
        table.rows.filter { $0.status == .success && StandingKey($0) == place }
            .max { $0.order < $1.order }
            .map { Standing(order: $0.order, operation: $0.operation) }
    }

    /// Forgets the oldest rows that nothing can ask for again.
    private mutating func makeRoom() {
        var looks = 0
        while count > limit, looks < 8, let oldest = order.popFirst() {
            looks += 1
            guard let row = table[oldest] else { continue }
            if isNeeded(row) { order.append(oldest) } else { remove(row) }
        }
    }

    private func isNeeded(_ row: Row) -> Bool {
        !row.status.isEnd || standing[StandingKey(row)]?.operation == row.operation
    }

    /// Whether a row on disk is the present one of its operation, and one that must stay known.
    func needs(_ row: Row) -> Bool {
        guard table[row.operation] == row else { return false }
        return isNeeded(row) || newest[row.application]?.operation == row.operation
    }

    /// Forgets a row that GitLab no longer has.
    mutating func remove(_ row: Row) {
        table.remove(row.operation)
        if newest[row.application]?.operation == row.operation { newest[row.application] = nil }
        let key = RowTable.Key(row)
        if claims[key] == row.operation { claims[key] = nil }
        let place = StandingKey(row)
        if standing[place]?.operation == row.operation {
            standing[place] = newestSuccess(at: place)
        }
    }

    /// Whether a newer operation's success of the same Application stands in that environment.
    func isOvertaken(
        _ entry: Waiting,
        of application: Identity,
        at endpoint: String,
        in key: Lane.Key
    ) -> Bool {
        let place = StandingKey(
            application: application,
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
