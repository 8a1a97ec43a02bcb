package import Formats
import GitLab
import Webhooks

/// Ends that were never told (DESIGN §2.6): closings are deliveries of the relay's own.
extension Intake {
    mutating func closeOlder(
        than report: Report,
        _ application: Identity,
        _ replaced: KnownOperation?,
        _ taking: Taking
    ) -> [AcceptedRecord] {
        let open = book[application]?.open ?? []
        return open.map { operation in
            if operation.name.identity == replaced?.name.identity {
                let why = "the same operation goes on with another commit"
                return close(operation, as: .canceled, why, at: taking.now)
            }
            let isTold = operation.name.startedAt.map(report.finishedStarts.contains) ?? false
            let why =
                isTold
                ? "its end was never told; the history of the next operation has it"
                : "its end was never told, and a newer operation has begun"
            return close(operation, as: isTold ? .success : .canceled, why, at: taking.now)
        }
    }

    /// An event that is not recorded itself may still tell that an older operation succeeded.
    mutating func tellEnds(_ aside: Aside, _ taking: Taking) -> [AcceptedRecord] {
        guard aside.isHealthy else { return [] }
        return tellEnds(
            aside.finishedStarts,
            before: aside.startedAt,
            of: application(of: aside, taking),
            at: taking.now
        )
    }

    mutating func tellEnds(
        _ finished: [Timestamp],
        before start: Timestamp?,
        of application: Identity,
        at now: Timestamp
    ) -> [AcceptedRecord] {
        guard !finished.isEmpty else { return [] }
        let open = book[application]?.open ?? []
        return open.compactMap { operation in
            guard let began = operation.name.startedAt, finished.contains(began),
                start.map({ began < $0 }) ?? true
            else { return nil }
            let why =
                "its end was never told; the history of a later event has it, and it is healthy"
            return close(operation, as: .success, why, at: now)
        }
    }

    mutating func closeAll(of aside: Aside, _ taking: Taking) -> [AcceptedRecord] {
        let open = book[application(of: aside, taking)]?.open ?? []
        return open.map {
            close($0, as: .canceled, "its Application is being deleted", at: taking.now)
        }
    }

    func application(of aside: Aside, _ taking: Taking) -> Identity {
        Subject.application(
            hook: taking.hook,
            sender: taking.hook.settings.sender,
            object: aside.object
        )
    }

    private mutating func close(
        _ operation: KnownOperation,
        as status: DeploymentStatus,
        _ why: String,
        at now: Timestamp
    ) -> AcceptedRecord {
        let payload = DeploymentPayload(
            environment: operation.place.environment,
            sha: operation.place.sha,
            ref: operation.place.ref ?? DefaultBranch.mark,
            tag: operation.place.tag,
            status: status
        )
        let delivery = AcceptedDelivery(
            id: takeID(),
            receivedAt: now,
            cause: .closing(why),
            hook: operation.hook,
            operation: operation.name,
            place: operation.place,
            status: status,
            payload: payload.json,
            choices: [why]
        )
        book.tell(operation.name.identity, of: operation.name.application, .init(delivery))
        return .delivery(delivery)
    }

    /// The closing of a row that no operation owns; the queue gets the row itself by `adopt`.
    package mutating func close(
        _ row: Row,
        sha: String,
        _ why: String,
        at now: Timestamp
    ) -> AcceptedDelivery {
        let payload = DeploymentPayload(
            environment: row.environment,
            sha: sha,
            ref: DefaultBranch.mark,
            tag: false,
            status: .canceled
        )
        return AcceptedDelivery(
            id: takeID(),
            receivedAt: now,
            cause: .closing(why),
            hook: "",
            operation: OperationName(
                application: row.application,
                applicationName: "audit",
                identity: row.operation,
                name: "deployment \(row.deployment)",
                order: row.order,
                startedAt: nil,
                finishedAt: nil
            ),
            place: Place(
                endpoint: row.endpoint,
                project: String(row.project),
                environment: row.environment,
                sha: sha,
                ref: nil,
                tag: false
            ),
            status: .canceled,
            payload: payload.json,
            choices: [why]
        )
    }

    // MARK: - By age

    /// Closes what has been running for longer than `maximumAgeHours`.
    ///
    /// - Returns: The records to write; they become deliveries like any other.
    package mutating func expire(at now: Timestamp) -> [AcceptedRecord] {
        var records: [AcceptedRecord] = []
        while let key = expiries.popDue(at: now) {
            book.recall(key.application)
            guard let operation = book[key.application]?.operation(key.operation),
                operation.isOpen
            else { continue }
            guard expiry(of: operation) <= now else {
                schedule(operation)
                continue
            }
            let why = "it ran for maximumAgeHours without an end"
            records.append(close(operation, as: .canceled, why, at: now))
        }
        return records
    }

    /// When `expire` next may have something to do.
    package func nextExpiry() -> Timestamp? { expiries.next }

    mutating func add(_ operation: KnownOperation) {
        book.add(operation)
        if operation.isOpen { schedule(operation) }
    }

    mutating func schedule(_ operation: KnownOperation) {
        expiries.add(Expiries.Key(operation), due: expiry(of: operation))
        if expiries.isCrowded { scheduleExpiries() }
    }

    /// All anew: for another `maximumAgeHours`, and without those that have ended.
    mutating func scheduleExpiries() {
        let open = book.applications.values.flatMap(\.open)
        expiries.replace(with: open.map { (Expiries.Key($0), expiry(of: $0)) })
        for (operation, found) in book.past.open {
            let key = Expiries.Key(application: found.application, operation: operation)
            let due = expiry(hook: found.hook, startedAt: found.startedAt, found.acceptedAt)
            expiries.add(key, due: due)
        }
    }

    /// Only Argo CD's operations are judged by their own start: other senders' first events may
    /// be told late, and count from then.
    private func expiry(of operation: KnownOperation) -> Timestamp {
        expiry(
            hook: operation.hook,
            startedAt: operation.name.startedAt,
            operation.acceptedAt
        )
    }

    private func expiry(hook: String, startedAt: Timestamp?, _ acceptedAt: Timestamp) -> Timestamp {
        let settings = hooks[hook]?.settings
        let hours = settings?.argocd.maximumAgeHours ?? 24
        let start = settings?.sender == .argocd ? startedAt : nil
        return (start ?? acceptedAt).adding(seconds: Double(hours) * 3600)
    }
}

/// Which open operations grow too old, and when.
struct Expiries: Sendable {
    struct Key: Sendable {
        var application: Identity
        var operation: Identity

        init(application: Identity, operation: Identity) {
            (self.application, self.operation) = (application, operation)
        }

        init(_ operation: KnownOperation) {
            (application, self.operation) = (operation.name.application, operation.name.identity)
        }
    }

    /// By wall-clock milliseconds; what has ended meanwhile is passed over when it falls due.
    private var timers = Timers<Key>()
    /// Taken out in the present turn, whose commit may fail.
    private var taken: [(key: Key, due: Int64)] = []
    /// How many may gather before those that have ended are swept out.
    private var capacity = 1024

    var next: Timestamp? { timers.nextDue.map { Timestamp(milliseconds: $0) } }
    var isCrowded: Bool { timers.count > capacity }

    mutating func add(_ key: Key, due: Timestamp) {
        timers.add(key, due: due.milliseconds)
    }

    mutating func popDue(at now: Timestamp) -> Key? {
        guard let key = timers.popDue(at: now.milliseconds) else { return nil }
        taken.append((key, now.milliseconds))
        return key
    }

    mutating func replace(with operations: [(Key, Timestamp)]) {
        timers = Timers()
        taken = []
        for (key, due) in operations { add(key, due: due) }
        capacity = max(1024, timers.count * 2)
    }

    mutating func confirm() { taken.removeAll(keepingCapacity: true) }

    mutating func rollBack() {
        // A little later: the disk that was full will hardly have room at once.
        for (key, due) in taken { timers.add(key, due: due + 1000) }
        confirm()
    }
}
