import Formats
import GitLab
import Webhooks

/// Whom an event is about: the Application within its hook, and how its operations are named.
struct Subject {
    let application: Identity
    /// The sender's object, for telling one from another.
    let object: String
    /// The operation that the report names.
    let operation: Identity?

    init(_ report: Report, hook: Hook) {
        object = Self.object(report, hook)
        let application = Self.application(hook: hook, sender: report.sender, object: object)
        self.application = application
        operation = report.operation.map { Self.operation($0, revision: nil, of: application) }
    }

    /// The sender's object; for flat bodies project and environment.
    private static func object(_ report: Report, _ hook: Hook) -> String {
        guard report.object.isEmpty else { return report.object }
        let project = report.project?.value ?? hook.fallbackProject ?? ""
        return "\(project)\n\(report.environment?.value ?? "")"
    }

    static func application(hook: Hook, sender: Sender, object: String) -> Identity {
        Identity(of: [hook.settings.endpoint, hook.name, sender.rawValue, object])
    }

    private static func operation(
        _ name: String,
        revision: String?,
        of application: Identity
    ) -> Identity {
        Identity(
            of: [String(application.high), String(application.low), name, revision ?? ""]
        )
    }

    /// The name of an operation that begins; a name that was there before gets the id beside it.
    func name(_ report: Report, id: UInt64, in known: Application?) -> OperationName {
        let name = report.operation ?? "event \(id)"
        let revision = known?.operation(named: name).map { _ in String(id) }
        let fresh = revision == nil ? operation : nil
        return OperationName(
            application: application,
            applicationName: report.objectName,
            identity: fresh ?? Self.operation(name, revision: revision, of: application),
            name: name,
            order: report.startedAt?.milliseconds ?? Int64(id),
            startedAt: report.startedAt,
            finishedAt: report.finishedAt
        )
    }

    /// The known operation that this event goes on with.
    ///
    /// A flat body that names none joins the open `running` that says the same of the same place:
    /// `unnamed` is what would be sent of it.
    func find(
        in application: Application?,
        _ report: Report,
        _ unnamed: Event?
    ) -> KnownOperation? {
        if let name = report.operation {
            let known = application?.operation(named: name)
            // Flux names a revision, not an operation: A, B, A is a rollback.
            guard report.sender == .flux else { return known }
            return known?.name.identity == application?.newestEvent?.name.identity ? known : nil
        }
        guard let unnamed, unnamed.status.isEnd else { return nil }
        return application?.open.last { isSame($0, unnamed) && !$0.last.isClosing }
    }

    /// The delivery of the newest event of its environment, if this unnamed one equals it.
    func repeats(_ application: Application?, _ unnamed: Event) -> UInt64? {
        guard let last = application?.newestEvent, last.status == unnamed.status,
            !last.last.isClosing, isSame(last, unnamed)
        else { return nil }
        return last.last.delivery
    }

    private func isSame(_ operation: KnownOperation, _ event: Event) -> Bool {
        operation.place.sha == event.place.sha && operation.place.ref == event.place.ref
            && operation.place.tag == event.place.tag
    }
}
