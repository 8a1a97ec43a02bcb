import GitLab
import Webhooks

/// `onDelete: stop`: the environment goes with its Application (DESIGN §2.6).
extension Intake {
    /// Stops the environment of an Application that is being deleted, once; or writes down that it
    /// stays because another one uses it: so that the last one to go stops it.
    mutating func leave(_ aside: Aside, _ taking: Taking) -> [AcceptedRecord] {
        guard taking.hook.settings.argocd.onDelete == .stop else { return [] }
        let identity = application(of: aside, taking)
        guard let application = book[identity], !application.isGone,
            let newest = application.newest
        else { return [] }
        let place = newest.place
        book.recallAll { name in
            place.mayBeSameEnvironment(
                as: Place(
                    endpoint: name.endpoint,
                    project: name.project,
                    environment: name.environment,
                    sha: "",
                    ref: nil,
                    tag: false
                )
            )
        }
        let other = otherUser(of: newest.place, than: identity)
        let why =
            other.map { "its Application is deleted; the environment stays, for \($0) uses it" }
            ?? "its Application is deleted (argocd.onDelete is stop)"
        let delivery = AcceptedDelivery(
            id: takeID(),
            receivedAt: taking.now,
            cause: .deletion(why, stops: other == nil),
            hook: newest.hook,
            operation: deletion(of: newest.name),
            place: newest.place,
            status: .canceled,
            payload: Array("null".utf8),
            choices: [why]
        )
        book.leave(identity, by: delivery.id)
        return [.delivery(delivery)]
    }

    /// An operation of its own, after all others of its Application.
    private func deletion(of newest: OperationName) -> OperationName {
        var name = newest
        name.name = "deletion"
        name.identity = Identity(
            of: [String(newest.application.high), String(newest.application.low), "deletion"]
                + [String(nextID)]
        )
        (name.startedAt, name.finishedAt) = (nil, nil)
        return name
    }

    /// Another Application that is there and, as far as is known, in this environment.
    private func otherUser(of place: Place, than gone: Identity) -> String? {
        let others = book.applications.filter { $0.key != gone && !$0.value.isGone }
        let operations = others.values.compactMap(\.newest) + others.values.flatMap(\.open)
        return operations.first { $0.place.mayBeSameEnvironment(as: place) }?.name.applicationName
    }
}

extension Place {
    /// Whether both may be one environment: a number and a path may name the same project.
    fileprivate func mayBeSameEnvironment(as other: Place) -> Bool {
        guard endpoint == other.endpoint, environment == other.environment else { return false }
        let isUnclear = (Int(project) == nil) != (Int(other.project) == nil)
        return isUnclear || project.lowercased() == other.project.lowercased()
    }
}
