import GitLab

extension FieldWriter {
    mutating func put(_ row: Row) {
        put(row.application)
        put(row.operation)
        put(row.order)
        put(row.endpoint)
        put(Int64(row.project))
        put(row.environment)
        put(Int64(row.deployment))
        put(row.status.rawValue)
        put(row.flags)
    }

    mutating func put(_ sending: Sending) {
        put(sending.delivery)
        put(sending.generation)
        put(sending.attempt)
        put(sending.sentAt)
        put(sending.endpoint)
        put(Int64(sending.project))
        put(sending.environment)
        put(sending.deployment)
        put(sending.status.rawValue)
        put(sending.payload)
        put(sending.user)
        put(sending.highWater)
        put(sending.gitlabTime)
    }

    mutating func put(_ attempt: Attempt) {
        put(attempt.delivery)
        put(attempt.generation)
        put(attempt.number)
        put(attempt.finishedAt)
        put(attempt.call)
        put(attempt.outcome.rawValue)
        put(attempt.httpStatus)
        put(attempt.reason)
        put(attempt.milliseconds)
    }

    mutating func put(_ settlement: Settlement) {
        put(settlement.delivery)
        put(settlement.generation)
        put(settlement.state.rawValue)
        put(settlement.settledAt)
        put(settlement.reason)
        put(settlement.attempts)
        put(settlement.httpStatus)
        put(settlement.row) { $0.put($1) }
        put(settlement.madeRow)
        put(settlement.answer)
    }

    mutating func put(_ project: ResolvedProject) {
        put(project.endpoint)
        put(project.text)
        put(Int64(project.id))
        put(project.path)
        put(project.defaultBranch)
    }

    mutating func put(_ environment: EnvironmentRecord) {
        put(environment.endpoint)
        put(Int64(environment.project))
        put(environment.environment)
        put(Int64(environment.known.id))
        put(environment.known.tier?.rawValue)
        put(environment.known.externalURL)
    }

    mutating func put(_ mark: LaneMark) {
        put(mark.endpoint)
        put(Int64(mark.project))
        put(mark.environment)
        put(Int64(mark.deployment))
    }
}

extension FieldReader {
    mutating func row() throws(RecordError) -> Row {
        var row = Row(
            application: try identity(),
            operation: try identity(),
            order: try number(),
            endpoint: try text(),
            project: Int(try number(Int64.self)),
            environment: try text(),
            deployment: Int(try number(Int64.self)),
            status: try choice(DeploymentStatus.self),
            isShared: false
        )
        try row.take(flags: number())
        return row
    }

    mutating func sending() throws(RecordError) -> Sending {
        Sending(
            delivery: try number(),
            generation: try number(),
            attempt: try number(),
            sentAt: try moment(),
            endpoint: try text(),
            project: Int(try number(Int64.self)),
            environment: try text(),
            deployment: try optionalInt(),
            status: try choice(DeploymentStatus.self),
            payload: try run(),
            user: try optionalInt(),
            highWater: try optionalInt(),
            gitlabTime: try optionalMoment()
        )
    }

    mutating func attempt() throws(RecordError) -> Attempt {
        Attempt(
            delivery: try number(),
            generation: try number(),
            number: try number(),
            finishedAt: try moment(),
            call: try text(),
            outcome: try choice(AttemptOutcome.self),
            httpStatus: try number(),
            reason: try text(),
            milliseconds: try number()
        )
    }

    mutating func settlement() throws(RecordError) -> Settlement {
        Settlement(
            delivery: try number(),
            generation: try number(),
            state: try choice(FinalState.self),
            settledAt: try moment(),
            reason: try text(),
            attempts: try number(),
            httpStatus: try number(),
            row: try flag() ? try row() : nil,
            madeRow: try flag(),
            answer: try run()
        )
    }

    mutating func project() throws(RecordError) -> ResolvedProject {
        ResolvedProject(
            endpoint: try text(),
            text: try text(),
            id: Int(try number(Int64.self)),
            path: try optionalText(),
            defaultBranch: try optionalText()
        )
    }

    mutating func environment() throws(RecordError) -> EnvironmentRecord {
        EnvironmentRecord(
            endpoint: try text(),
            project: Int(try number(Int64.self)),
            environment: try text(),
            known: KnownEnvironment(
                id: Int(try number(Int64.self)),
                tier: try optionalText().flatMap { EnvironmentTier(rawValue: $0) },
                externalURL: try optionalText()
            )
        )
    }

    mutating func mark() throws(RecordError) -> LaneMark {
        LaneMark(
            endpoint: try text(),
            project: Int(try number(Int64.self)),
            environment: try text(),
            deployment: Int(try number(Int64.self))
        )
    }
}

extension Row {
    /// A byte: 1 for shared, 2 for unproven.
    var flags: UInt8 { (isShared ? 1 : 0) | (isUnproven ? 2 : 0) }

    mutating func take(flags: UInt8) throws(RecordError) {
        guard flags <= 3 else { throw RecordError(kind: 5, offset: 0) }
        (isShared, isUnproven) = (flags & 1 != 0, flags & 2 != 0)
    }
}
