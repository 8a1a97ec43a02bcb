import GitLab
import Formats
import HTTP
import POSIX
import Relay
import Storage
import Webhooks

/// What a request to the hook address becomes.
extension IngressLoop {
    /// A head is whole: is there such an address, and may this peer use it.
    mutating func begin(_ head: HTTPRequestHead, _ connection: Connection) {
        let route = Route(head, role: connection.role)
        var exchange = Exchange(
            head: head,
            route: route,
            startedAt: Clock.monotonicNanoseconds(),
            needsSignature: false
        )
        if isDraining || !head.keepsAlive || closes(head, route) {
            connection.closesAfterAnswer = true
        }
        if let refusal = refusal(of: route, head, connection.role) {
            return turnAway(connection, exchange, refusal)
        }
        if let refusal = elsewhere(route, head, connection) {
            return turnAway(connection, exchange, refusal)
        }
        switch admission(route, head, connection.role) {
        case .admitted: break
        case .needsBody:
            exchange = Exchange(
                head: head,
                route: route,
                startedAt: exchange.startedAt,
                needsSignature: true
            )
        case .refused(let reason):
            return turnAway(connection, exchange, unauthorized(reason, route, connection))
        }
        if let refusal = overload(exchange) { return turnAway(connection, exchange, refusal) }
        connection.current = exchange
        // Behind what is owed already, or it would be taken for an earlier request's.
        if head.wantsContinue { owes(.ready(HTTPResponse(status: 100)), connection) }
    }

    /// Argo CD's sender never closes a connection, so we do (facts: one leak per webhook).
    private func closes(_ head: HTTPRequestHead, _ route: Route) -> Bool {
        guard !running.configuration.keepAlive else { return false }
        return head.fields["User-Agent"]?.hasPrefix("Go-http-client") ?? false
    }

    private func refusal(
        of route: Route,
        _ head: HTTPRequestHead,
        _ role: Connection.Role
    ) -> HTTPResponse? {
        if case .hook(let name) = route, !intake.knows(name) {
            return .text(404, Self.noSuchHook)
        }
        if case .unknown = route {
            return .text(
                404,
                role == .admin
                    ? "nothing is here; webhooks go to the relay's other address"
                    : "nothing is here; webhooks go to /hooks/argocd"
            )
        }
        guard Self.knownMethods.contains(head.method) else {
            return .text(501, "the method is none that is known here")
        }
        guard !route.methods.contains(head.method) else { return unreadable(route, head) }
        let isHook =
            if case .hook = route { true } else if case .recipe = route { true } else { false }
        let words =
            isHook && head.method == "GET"
            ? "set method: POST in the template"
            : "use \(route.methods.joined(separator: " or "))"
        var response = HTTPResponse.text(405, words)
        response.fields.append(("Allow", route.methods.joined(separator: ", ")))
        return response
    }

    /// RFC 9110 §9.1: what is not allowed is 405, what is not known 501.
    private static let knownMethods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ]

    /// A body that is needed and is none, or is packed.
    private func unreadable(_ route: Route, _ head: HTTPRequestHead) -> HTTPResponse? {
        if route.takesBody, head.lacksLength {
            return .text(
                411,
                "a body is needed: send Content-Length, or Transfer-Encoding: chunked"
            )
        }
        let codings = head.fields.tokens("Content-Encoding")
        guard codings.allSatisfy({ $0 == "identity" }) else {
            var response = HTTPResponse.text(415, "send the body without Content-Encoding")
            response.fields.append(("Accept-Encoding", "identity"))
            return response
        }
        return nil
    }

    private func admission(
        _ route: Route,
        _ head: HTTPRequestHead,
        _ role: Connection.Role
    ) -> Authenticator.Verdict {
        gate(for: route, role)?.judge(head.fields.list) ?? .admitted
    }

    private func gate(for route: Route, _ role: Connection.Role) -> Authenticator? {
        // The page holds nothing but itself, and asks for the token when what it wants is refused.
        route.isOfConsole ? nil : dataGate(for: route, role)
    }

    private func dataGate(for route: Route, _ role: Connection.Role) -> Authenticator? {
        switch route {
        case .hook(let name): running.gates[name]
        case .recipe: running.hooks.first { $0.name == Self.recipeHook }.flatMap(running.recipeGate)
        case .live, .ready, .server: nil
        case .act, .reload: running.adminGate
        default: role == .admin && !running.isAdminLocal ? running.adminGate : nil
        }
    }

    /// A browser's request for somebody else's page, at the admin address.
    private func elsewhere(
        _ route: Route,
        _ head: HTTPRequestHead,
        _ connection: Connection
    ) -> HTTPResponse? {
        // No browser speaks to a unix socket.
        guard connection.role == .admin, connection.peer != "unix" else { return nil }
        return AdminDoor(hosts: running.configuration.adminHosts)
            .refusal(head, route, isGuarded: dataGate(for: route, connection.role) != nil)
    }

    private mutating func unauthorized(
        _ reason: String,
        _ route: Route,
        _ connection: Connection
    ) -> HTTPResponse {
        tellRefusal(connection.peer, status: 401, reason, as: "request-unauthorized")
        var response = HTTPResponse.text(401, reason)
        // Not Basic, which is taken as well: a browser's dialog would stand in the way of the
        // console's own.
        response.fields.append(("WWW-Authenticate", "Bearer realm=\"deployment-relay\""))
        return response
    }

    /// 503 at the head, before any memory is spent on a body that could not be kept.
    private func overload(_ exchange: Exchange) -> HTTPResponse? {
        let length = exchange.head.contentLength ?? 0
        if let refusal = lackOfMemory(for: exchange, more: length) { return refusal }
        switch exchange.route {
        case .hook, .recipe: break
        default: return nil
        }
        if isDraining { return .text(503, "the relay is stopping; try again") }
        if ledger.waiting >= limits.backlogEvents {
            return .text(503, "limits.backlogEvents deliveries wait already; try again later")
        }
        if ledger.waitingBytes + length > limits.backlogBytes {
            return .text(503, "what waits already reaches limits.backlogBytes; try again later")
        }
        return nil
    }

    /// Whoever may sign anything and has shown nothing yet gets at most half of the room, so that
    /// strangers cannot shut out those who have a token.
    func lackOfMemory(for exchange: Exchange, more: Int) -> HTTPResponse? {
        if bodyBytes + more > limits.bodyMemoryBytes {
            return .text(503, "bodies being read reach limits.bodyMemoryBytes; try again")
        }
        if exchange.needsSignature, unprovenBytes + more > limits.bodyMemoryBytes / 2 {
            return .text(
                503,
                "bodies whose signature is not checked yet reach half of limits.bodyMemoryBytes; "
                    + "try again"
            )
        }
        return nil
    }

    private static var noSuchHook: String {
        "no hook has this name; argocd, heroku, flux, deployment and the configuration's are there"
    }

    /// Answers without reading the body.
    mutating func turnAway(
        _ connection: Connection,
        _ exchange: Exchange,
        _ response: HTTPResponse
    ) {
        note(exchange, response.status)
        if response.status != 401 { tell(refused: response, exchange.head, connection) }
        var response = connection.shown(response)
        response.isHeadOnly = exchange.head.method == "HEAD"
        owes(.ready(response), connection)
        if exchange.head.announcesBody {
            connection.closesAfterAnswer = true
            connection.current = nil
            connection.isDiscarding = true
        } else {
            connection.current = nil
            connection.isRefusing = true
        }
    }

    /// The commonest mistakes of a template's author end here.
    private mutating func tell(
        refused response: HTTPResponse,
        _ head: HTTPRequestHead,
        _ connection: Connection
    ) {
        let words = String(decoding: response.body, as: UTF8.self)
        tellRefusal(
            connection.peer,
            status: response.status,
            words.withoutTrailingBlanks,
            [
                ("method", .text(String(head.method.prefix(32)))),
                ("path", .text(String(head.path.prefix(200)))),
            ]
        )
    }

    /// A request is whole.
    mutating func finish(_ body: [UInt8], _ connection: Connection) {
        if connection.isRefusing {
            connection.isRefusing = false
            return
        }
        guard let exchange = connection.current else {
            preconditionFailure("a body without a head")
        }
        connection.current = nil
        if exchange.needsSignature, !isSigned(body, exchange, connection.role) {
            let words = "the signature does not fit the body"
            let response = unauthorized(words, exchange.route, connection)
            return finish(connection.shown(response), exchange, connection)
        }
        // A reload may have taken the hook away since its head was read.
        if case .hook(let name) = exchange.route, !intake.knows(name) {
            return finish(.text(404, Self.noSuchHook), exchange, connection)
        }
        switch exchange.route {
        case .hook(let name): take(body, hook: name, project: nil, exchange, connection)
        case .recipe where !intake.knows(Self.recipeHook):
            finish(.text(404, Self.noSuchHook), exchange, connection)
        case .recipe(let project):
            take(body, hook: Self.recipeHook, project: project, exchange, connection)
        case .live: finish(.text(200, "ok"), exchange, connection)
        case .ready: finish(readiness(), exchange, connection)
        case .server:
            var response = HTTPResponse(status: 204)
            response.fields.append(("Allow", "GET, HEAD, POST, OPTIONS"))
            finish(response, exchange, connection)
        default: serveAdmin(body, exchange, connection)
        }
    }

    /// The hook that takes GitLab's own path: flat bodies, as `/hooks/deployment` does.
    private static var recipeHook: String { "deployment" }

    private func isSigned(_ body: [UInt8], _ exchange: Exchange, _ role: Connection.Role) -> Bool {
        let now = Timestamp(milliseconds: Clock.now())
        return gate(for: exchange.route, role)?
            .verify(exchange.head.fields.list, body: body, now: now) ?? true
    }

    mutating func finish(_ response: HTTPResponse, _ exchange: Exchange, _ connection: Connection) {
        var response = response
        if exchange.head.method == "HEAD" { response.isHeadOnly = true }
        note(exchange, response.status)
        owes(.ready(response), connection)
    }

    mutating func readiness() -> HTTPResponse {
        if isDraining { return .text(503, "stopping") }
        lookAfterLog()
        if let words = logTrouble { return .text(503, "the log cannot be written: \(words)") }
        return .text(200, "ready")
    }

    /// A request that is answered so if this turn's records reach the disk.
    mutating func noteAfterCommit(_ exchange: Exchange, _ status: Int) {
        unnoted.append((exchange, status))
    }

    mutating func note(_ exchange: Exchange, _ status: Int) {
        let seconds = Double(Clock.monotonicNanoseconds() - exchange.startedAt) / 1e9
        metrics.request(exchange.route.label, status, seconds: seconds)
    }

    // MARK: - Events

    private mutating func take(
        _ body: [UInt8],
        hook: String,
        project: String?,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        let webhook = Webhook(
            hook: hook,
            pathProject: project,
            fields: exchange.head.fields.list { !Authenticator.isSecret(field: $0) },
            body: body,
            receivedAt: Timestamp(milliseconds: Clock.now()),
            traceparent: exchange.head.fields["traceparent"].flatMap(TraceParent.checked)
        )
        let reception = intake.take(webhook)
        stage(reception.records)
        for id in reception.supersededLetters {
            letterEnds.append((id, "its operation was accepted after all"))
        }
        untold.append(Untold(reception, webhook, connection.peer, since: exchange.startedAt))
        answer(reception, exchange, connection)
    }

    private mutating func answer(
        _ reception: Reception,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        let full = Answers.cannotWrite
        switch reception.outcome {
        case .accepted(let delivery):
            if let ticket = wait(for: delivery, on: delivery.id, exchange, connection) {
                owes(.waiting(ticket: ticket), connection)
                connection.unlessWritten = full
            } else {
                noteAfterCommit(exchange, 202)
                owes(.afterCommit(Answers.accepted(delivery), otherwise: full), connection)
            }
        case .duplicate(let id, let reason):
            answerDuplicate(of: id, reason, exchange, connection)
        case .ignored(let reason):
            noteAfterCommit(exchange, 200)
            let response = Answers.passed("ignored", id: nil, reason: reason)
            owes(.afterCommit(response, otherwise: full), connection)
        case .dead(let id, let status, let reason):
            noteAfterCommit(exchange, status)
            let response = Answers.dead(id, status: status, reason: reason)
            owes(.afterCommit(response, otherwise: full), connection)
        }
    }

    /// The commit is over: what became of the turn's webhooks goes to the log and the metrics; not
    /// of those that are as if they had never come.
    mutating func tellTaken(_ wasWritten: Bool) {
        guard !untold.isEmpty || !unnoted.isEmpty else { return }
        log.beginGathering()
        for one in untold where wasWritten || one.reception.records.isEmpty {
            tell(one)
        }
        log.endGathering()
        untold.removeAll(keepingCapacity: true)
        for (exchange, status) in unnoted { note(exchange, wasWritten ? status : 503) }
        unnoted.removeAll(keepingCapacity: true)
    }

    private mutating func tell(_ one: Untold) {
        let (reception, webhook) = (one.reception, one.webhook)
        func fields(_ more: [(String, Log.Value?)]) -> [(String, Log.Value?)] {
            let time = (Clock.monotonicNanoseconds() - one.startedAt) / 1_000_000
            return [
                ("hook", .text(webhook.hook)),
                ("application", reception.application.map(Log.Value.text)),
                ("milliseconds", .number(time)),
                ("traceparent", webhook.traceparent.map(Log.Value.text)),
            ] + more
        }
        switch reception.outcome {
        case .accepted(let delivery):
            metrics.event(webhook.hook, "accepted")
            log.info(
                "event-accepted",
                fields([
                    ("id", .text(String(delivery.id))), ("project", .text(delivery.place.project)),
                    ("environment", .text(delivery.place.environment)),
                    ("status", .text(delivery.status.name)), ("sha", .text(delivery.place.sha)),
                ])
            )
        case .duplicate(_, let reason):
            pass("duplicate", reason, reception, webhook)
            log.info("event-duplicate", fields([("reason", .text(reason))]))
        case .ignored(let reason):
            pass("ignored", reason, reception, webhook)
            log.info("event-ignored", fields([("reason", .text(reason))]))
        case .dead(let id, let status, let reason):
            metrics.event(webhook.hook, "dead")
            log.warn(
                "event-dead",
                fields([
                    ("id", .text(String(id))), ("status", .number(Int64(status))),
                    ("peer", .text(one.peer)), ("reason", .text(reason)),
                ])
            )
        }
    }

    private mutating func pass(
        _ state: String,
        _ reason: String,
        _ reception: Reception,
        _ webhook: Webhook
    ) {
        metrics.event(webhook.hook, state)
        ledger.add(
            PassedOver(
                receivedAt: webhook.receivedAt,
                hook: webhook.hook,
                state: state,
                application: reception.application,
                reason: reason
            )
        )
    }
}

/// What a webhook became, before it is known whether it could be written down.
struct Untold {
    let reception: Reception
    let webhook: Webhook
    let peer: String
    /// Steady nanoseconds at which its request began.
    let startedAt: Int64

    init(_ reception: Reception, _ webhook: Webhook, _ peer: String, since startedAt: Int64) {
        (self.reception, self.webhook, self.peer) = (reception, webhook, peer)
        self.startedAt = startedAt
    }
}
