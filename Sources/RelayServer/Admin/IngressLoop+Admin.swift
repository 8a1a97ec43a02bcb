import Synchronization
import Formats
import GitLab
import HTTP
import JSON
import POSIX
import Relay
import Storage

/// What the admin address answers (DESIGN §2.4).
extension IngressLoop {
    mutating func serveAdmin(_ body: [UInt8], _ exchange: Exchange, _ connection: Connection) {
        let now = Timestamp(milliseconds: Clock.now())
        switch exchange.route {
        case .console: finish(Self.page("text/html", ConsoleMarkup.text), exchange, connection)
        case .consoleStyle: finish(Self.page("text/css", ConsoleStyle.text), exchange, connection)
        case .consoleScript:
            finish(Self.page("text/javascript", ConsoleScript.text), exchange, connection)
        case .overview: finish(overview(now), exchange, connection)
        case .history:
            finish(
                Answers.json(200) { history.write(at: now.milliseconds, &$0) },
                exchange,
                connection
            )
        case .stream: beginStream(exchange, connection)
        case .metrics: finish(metricsPage(now), exchange, connection)
        case .deliveries: finish(list(exchange.head, now), exchange, connection)
        case .delivery(let id): finish(show(id), exchange, connection)
        case .endpoints: finish(Answers.json(200) { endpoints(&$0) }, exchange, connection)
        case .deployments: finish(deployments(), exchange, connection)
        case .dryRun(let id): finish(dryRun(id), exchange, connection)
        case .close: closeRow(body, exchange, connection)
        case .act(let id, let action): act(id, action, exchange, connection)
        case .render(let hook): finish(render(hook, body, exchange.head, now), exchange, connection)
        case .reload:
            guard mayChange(exchange, connection) else { return }
            shared.requestReload(ticket: errand(exchange, connection))
        case .hook, .recipe, .live, .ready, .server, .unknown:
            preconditionFailure("answered before")
        }
    }

    /// What changes something needs the admin token, wherever the request comes from.
    mutating func mayChange(_ exchange: Exchange, _ connection: Connection) -> Bool {
        guard running.adminGate == nil else { return true }
        let response = Answers.mistake(
            403,
            "this address only reads: no admin token is configured",
            hint: "set RELAY_ADMIN_TOKEN and send it as Authorization: Bearer"
        )
        finish(response, exchange, connection)
        return false
    }

    // MARK: - Reading

    private mutating func list(_ head: HTTPRequestHead, _ now: Timestamp) -> HTTPResponse {
        let query: AdminQuery
        do {
            query = try AdminQuery(head, now: now)
        } catch {
            return Answers.mistake(400, error.problem, hint: error.hint)
        }
        let (entries, next) = list(query.filter)
        return Answers.json(200) { writer in
            writer.member("deliveries") { writer in
                writer.array { writer in
                    for entry in entries {
                        let words = words(entry)
                        writer.object { DeliveryPage.summary(entry, words, ledger, intake, &$0) }
                    }
                }
            }
            writer.member("next", next.map { String($0) })
            writer.member("passedOver") { writer in
                writer.array { writer in
                    for event in ledger.passedOver.suffix(query.filter.limit).reversed() {
                        writer.object { DeliveryPage.passedOver(event, &$0) }
                    }
                }
            }
        }
    }

    private mutating func show(_ text: String) -> HTTPResponse {
        guard let entry = entry(text) else { return unknown(text) }
        let accepted = acceptedRecord(entry)
        let records = entry.settledLocators.compactMap { settledRecord($0) }
        return Answers.json(200) { writer in
            DeliveryPage.summary(
                entry,
                LedgerWords(accepted, last: records.last),
                ledger,
                intake,
                &writer
            )
            DeliveryPage.details(accepted, records, &writer)
        }
    }

    private mutating func entry(_ text: String) -> LedgerEntry? {
        UInt64(text).flatMap { entry($0) }
    }

    private func unknown(_ id: String) -> HTTPResponse {
        if let number = UInt64(id), (1..<intake.nextID).contains(number) {
            return Answers.mistake(
                404,
                "delivery \(id) is older than the retention",
                hint: "limits.retentionDays and limits.retentionBytes say what is kept"
            )
        }
        return Answers.mistake(
            404,
            "no delivery has the id \(id)",
            hint: "deployment-relay deliveries, or GET /api/deliveries, lists the newest ones"
        )
    }

    private func endpoints(_ writer: inout JSONWriter) {
        let delivery = shared.deliveryMetrics.withLock { $0 }
        writer.member("endpoints") { writer in
            writer.array { writer in
                for endpoint in running.configuration.endpoints {
                    writer.object { writer in
                        writer.member("name", endpoint.name)
                        writer.member("url", endpoint.url)
                        writer.member("web", running.addresses[endpoint.name]?.web)
                        writer.member("state", delivery.states[endpoint.name] ?? "ok")
                        writer.member("rateLimitRemaining", delivery.remaining[endpoint.name])
                        writer.member("trouble", delivery.troubles[endpoint.name])
                        holds(at: endpoint.name, &writer)
                    }
                }
            }
        }
    }

    private func holds(at endpoint: String, _ writer: inout JSONWriter) {
        writer.member("held") { writer in
            writer.array { writer in
                for (scope, note) in ledger.held where scope.endpoint == endpoint {
                    writer.object { writer in
                        writer.member("what", scope.words)
                        writer.member("reason", note.reason)
                        writer.member("hint", note.remedy)
                        writer.member("since", note.since.rfc3339)
                    }
                }
            }
        }
    }

    /// Made of the whole ledger.
    private mutating func deployments() -> HTTPResponse {
        let start = Clock.monotonicNanoseconds()
        if let kept = keptDeployments.answer(at: start) { return kept }
        let places = DeploymentsPage(ledger)
        let response = Answers.json(200) { writer in places.write(&writer) { words($0) } }
        keptDeployments.keep(response, madeFrom: start, to: Clock.monotonicNanoseconds())
        return response
    }

    /// A piece of the console.
    private static func page(_ type: String, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            fields: [("Content-Type", "\(type); charset=utf-8"), AdminFields.console],
            body: Array(text.utf8)
        )
    }

    /// The console's first screen: is all well, and if not, what to do.
    private mutating func overview(_ now: Timestamp) -> HTTPResponse {
        let totals = ledger.totals()
        let reload = shared.lastReload.withLock { $0 }
        let hooks = hooksListener?.address
        let oldest = ledger.oldestWaiting.map { now.milliseconds - $0.milliseconds } ?? 0
        return Answers.json(200) { writer in
            writer.member("version", Version.text)
            writer.member("now", now.rfc3339)
            writer.member("hooksAddress", hooks.map { "\($0)" })
            writer.member("canChange", running.adminGate != nil)
            writer.member("trouble", logTrouble)
            writer.member("reloadMistakes", reload.mistakes)
            writer.member("warnings") { writer in
                writer.array { writer in for words in running.warnings { writer.string(words) } }
            }
            writer.member("recentlyDead", history.dead(at: now.milliseconds))
            writer.member("oldestPendingSeconds", Double(max(0, oldest)) / 1000)
            writer.member("totals") { writer in
                writer.object { writer in
                    for state in DeliveryState.allCases {
                        writer.member(state.name, totals[state] ?? 0)
                    }
                }
            }
            endpoints(&writer)
        }
    }

    /// What a kept body would become now, as if nothing had come before it.
    private mutating func dryRun(_ text: String) -> HTTPResponse {
        guard let entry = entry(text) else { return unknown(text) }
        return rehearseAnew(entry)
    }

    private func render(
        _ hook: String,
        _ body: [UInt8],
        _ head: HTTPRequestHead,
        _ now: Timestamp
    ) -> HTTPResponse {
        guard intake.knows(hook) else {
            return Answers.mistake(
                404,
                "no hook has the name \(hook)",
                hint: "see the configuration"
            )
        }
        let webhook = Webhook(hook: hook, body: body, receivedAt: now)
        var trial = intake
        return Rehearsal(trial.take(webhook)).response
    }

    // MARK: - Acting

    private mutating func act(
        _ text: String,
        _ action: Route.Action,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        let isRehearsal = exchange.head.method != "POST"
        guard isRehearsal || mayChange(exchange, connection) else { return }
        guard let entry = entry(text) else { return finish(unknown(text), exchange, connection) }
        switch action {
        case .redeliver where isRehearsal:
            finish(rehearseRedelivery(entry), exchange, connection)
        case .retell where isRehearsal:
            finish(rehearseRetelling(entry), exchange, connection)
        case .retell: retell(entry, exchange, connection)
        case .drop: drop(entry, exchange, connection)
        case .redeliver: redeliver(entry, exchange, connection)
        }
    }

    private mutating func drop(
        _ entry: LedgerEntry,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        switch entry.state {
        case .accepted, .held:
            let ticket = errand(exchange, connection)
            send(.drop(id: entry.id, reason: "dropped by hand", ticket: ticket))
        case .dead:
            send(
                .settleLetter(
                    id: entry.id,
                    generation: entry.generation,
                    .dropped,
                    reason: "dropped by hand",
                    ticket: errand(exchange, connection)
                )
            )
        case .delivered, .superseded, .dropped:
            let response = Answers.mistake(
                409,
                "delivery \(entry.id) is \(entry.state.name) already",
                hint: "only waiting and dead deliveries can be dropped"
            )
            finish(response, exchange, connection)
        }
    }

    /// A connection that waits for delivery to carry something out.
    mutating func errand(_ exchange: Exchange, _ connection: Connection) -> UInt64 {
        let ticket = UInt64(1) << 63 | nextErrand
        nextErrand += 1
        errands[ticket] = connection.id
        connection.waitingExchange = exchange
        owes(.waiting(ticket: ticket), connection)
        return ticket
    }

    mutating func reply(_ ticket: UInt64, done isDone: Bool, words: String) {
        let hint = "look at it with GET /api/deliveries/ID, and try again"
        reply(
            ticket,
            isDone
                ? Answers.json(200) { $0.member("state", words) }
                : Answers.mistake(409, words, hint: hint)
        )
    }

    mutating func replyReloaded(_ ticket: UInt64, mistakes: String?) {
        let hint = "the configuration that runs is unchanged; mend the file and reload again"
        reply(
            ticket,
            mistakes.map { Answers.mistake(422, $0, hint: hint) }
                ?? Answers.json(200) { $0.member("state", "reloaded") }
        )
    }

    private mutating func reply(_ ticket: UInt64, _ response: HTTPResponse) {
        guard let id = errands.removeValue(forKey: ticket), let connection = connections[id] else {
            return
        }
        connection.answerWait(ticket, response)
        if let exchange = connection.waitingExchange { note(exchange, response.status) }
        owing.append(id)
    }
}
