import GitLabSandbox
import JSON
import POSIX
import RelayServer

/// What goes wrong in the demo, and how it ends well: a repetition, an outage, a lost answer, an
/// expired token.
struct DemoTrouble {
    let hooks: String
    let admin: String
    let playground: Playground
    /// The operation that was told last, and the two that follow.
    let last: DemoOperation
    let next: DemoOperation
    let final: DemoOperation

    /// - Returns: Whether everything happened as it was told.
    func tell() throws -> Bool {
        Output.print("\nNow what usually loses deployments:")
        let steps = [tellTwice, failForAWhile, loseAnAnswer, expireTheToken]
        return try steps.allSatisfy { try $0() }
    }

    private func tellTwice() throws -> Bool {
        Output.print("\n7  Argo CD sends that last webhook once more: it never heard the answer.")
        let answer = try post(last.body(.healthy))
        let id = answer.json?["id"]?.string ?? "?"
        let reason = answer.json?["reason"]?.string ?? ""
        Output.print("   relay:   a duplicate of delivery \(id) (\(reason)); GitLab hears nothing")
        return answer.json?["state"]?.string == "duplicate"
    }

    private func failForAWhile() throws -> Bool {
        Output.print(
            "\n8  GitLab is taken down for an upgrade, and commit \(next.revision.prefix(8)) is synced."
        )
        playground.sandbox.add(PreparedFault.maintenance.endless)
        let answer = try post(next.body(.running))
        guard let id = accepted(answer) else { return false }
        Output.print("   relay:   on disk as delivery \(id), answered at once")
        let waits = try follow(id, for: 3000) { attempts($0) > 1 }
        let tried = waits.map(attempts) ?? 0
        Output.print("   GitLab:  \(reason(waits)); tried \(tried) times so far")
        playground.sandbox.withSandbox { $0.faults.removeAll() }
        Output.print("   GitLab is back.")
        return try finish(id)
    }

    private func loseAnAnswer() throws -> Bool {
        Output.print("\n9  That sync ends well; GitLab writes it down, and its answer is lost.")
        playground.sandbox.add(PreparedFault.cutAfter.once(for: "PUT"))
        let answer = try post(next.body(.healthy))
        guard let id = accepted(answer) else { return false }
        Output.print("   relay:   on disk as delivery \(id); it looks before it writes again")
        return try finish(id)
    }

    private func expireTheToken() throws -> Bool {
        Output.print(
            "\n10 The relay's token expires, and commit \(final.revision.prefix(8)) is synced."
        )
        playground.sandbox.withSandbox { $0.changeToken(Playground.token) { $0.state = .expired } }
        let answer = try post(final.body(.running), wait: 20)
        guard answer.json?["state"]?.string == "held", let id = answer.json?["id"]?.string else {
            return fail(answer)
        }
        Output.print("   relay:   delivery \(id) is held: \(answer.json?["reason"]?.string ?? "")")
        Output.print("   to do:   \(answer.json?["hint"]?.string ?? "")")
        playground.sandbox.withSandbox { $0.changeToken(Playground.token) { $0.state = .active } }
        Output.print("   Somebody renews it; nobody touches the relay.")
        guard try finish(id) else { return false }
        let end = try post(final.body(.healthy), wait: 20)
        return end.json?["gitlab"]?["status"]?.string == "success" || fail(end)
    }

    // MARK: - Telling and looking

    private func post(_ body: [UInt8], wait seconds: Int? = nil) throws -> RelayClient.Answer {
        let wait = seconds.map { [(name: "Prefer", value: "wait=\($0)")] } ?? []
        return try RelayClient(base: hooks, token: nil).send(
            "POST",
            "/hooks/argocd",
            fields: [(name: "Content-Type", value: "application/json")] + wait,
            body: body
        )
    }

    private func accepted(_ answer: RelayClient.Answer) -> String? {
        guard answer.status == 202, let id = answer.json?["id"]?.string else {
            _ = fail(answer)
            return nil
        }
        return id
    }

    private func fail(_ answer: RelayClient.Answer) -> Bool {
        Output.print("   relay:   \(answer.status) \(answer.text.withoutTrailingBlanks)")
        return false
    }

    private func reason(_ delivery: JSONValue?) -> String {
        delivery?["reason"]?.string ?? "no answer yet"
    }

    private func attempts(_ delivery: JSONValue) -> Int64 {
        delivery["attempts"]?.number?.int64 ?? 0
    }

    /// Waits until the delivery is over, and tells how it ended.
    private func finish(_ id: String) throws -> Bool {
        let end = try follow(id, for: 30_000) { $0["state"]?.string == "delivered" }
        Output.print("   GitLab:  \(reason(end))")
        return end?["state"]?.string == "delivered"
    }

    /// Looks at a delivery until it is as wanted, or for so many milliseconds.
    private func follow(
        _ id: String,
        for milliseconds: Int64,
        until isDone: (JSONValue) -> Bool
    ) throws -> JSONValue? {
        let client = RelayClient(base: admin, token: nil)
        let end = Clock.monotonic() + milliseconds
        while true {
            let delivery = try client.send("GET", "/api/deliveries/\(id)").json
            if let delivery, isDone(delivery) { return delivery }
            guard Clock.monotonic() < end else { return delivery }
            Host.sleep(milliseconds: 100)
        }
    }
}

extension PreparedFault {
    /// Until it is removed.
    fileprivate var endless: SandboxFault { SandboxFault(self, count: nil) }

    fileprivate func once(for method: String) -> SandboxFault {
        var fault = SandboxFault(self, count: 1)
        fault.match = SandboxFault.Match(methods: [method])
        return fault
    }
}
