import Foundation
import GitLabSandbox
import JSON
import Testing

/// Every shared body through the real program, up to GitLab's rows.
@Suite("Fixtures through the real program", .serialized)
struct FixtureTests {
    @Test("one body, to a relay that has seen nothing", arguments: ExpectedFixtures.cases)
    func oneBody(_ row: ExpectedFixtures.Row) async throws {
        let changes = Dictionary(
            uniqueKeysWithValues: (row.value["env"]?.members ?? []).map {
                ($0.key, $0.value.string)
            }
        )
        let stage = try Stage(changes)
        let relay = try await stage.start()
        let step = ExpectedFixtures.Step(
            value: row.value,
            at: ExpectedFixtures.moment(row.value)
        )
        let answer = try relay.hooks.send(step.method, step.path, step.body(), fields: step.fields)
        let expect = try #require(step.expect)
        check(answer, expect, row.name)
        // Where the case leads the relay to a GitLab of its own, only the answer counts.
        guard changes["GITLAB_URL"] == nil else { return }
        try await relay.settle()
        try checkRows(expect, stage, row.name)
        #expect(relay.stop() == 0)
    }

    @Test("several bodies, one after the other", arguments: ExpectedFixtures.sequences)
    func sequence(_ row: ExpectedFixtures.Row) async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        let at = ExpectedFixtures.moment(row.value)
        let isSettled = row.value["pace"]?.string == "settled"
        // One amount for all: the bodies of a sequence belong together.
        let moved = MovedTimes(by: at.map { Date().timeIntervalSince($0) } ?? 0)
        for (index, value) in try #require(row.value["steps"]).elements.enumerated() {
            let step = ExpectedFixtures.Step(value: value, at: nil)
            let body = try step.body()
            let answer = try relay.hooks.send(
                step.method,
                step.path,
                at == nil ? body : moved.move(body),
                fields: step.fields
            )
            if let expect = step.expect { check(answer, expect, "\(row.name), step \(index)") }
            if isSettled { try await relay.settle() }
        }
        try await relay.settle()
        try checkFinal(try #require(row.value["final"]), stage, relay, row.name)
    }

    // MARK: - Answers

    private func check(_ answer: HTTPPeer.Answer, _ expect: JSONValue, _ name: String) {
        let codes = oneOf(expect["http"]) { $0.number?.int64.map(Int.init) }
        #expect(codes.contains(answer.status), "\(name): \(answer.status) \(answer.text)")
        let states = oneOf(expect["state"], \.string)
        guard !states.isEmpty else { return }
        let told = try? JSONDocument(parsing: answer.body).root
        #expect(states.contains(told?["state"]?.string ?? ""), "\(name): \(answer.text)")
        guard let wanted = expect["deployment"], !wanted.isNull else { return }
        for (member, value) in wanted.members {
            guard let shown = told?["deployment"]?[member]?.string else { continue }
            if member == "project" {
                #expect(Self.same(shown, value.string ?? ""), "\(name): project \(shown)")
            } else {
                #expect(shown == value.string, "\(name): \(member) \(shown)")
            }
        }
    }

    /// A value, or a list of which one must be met.
    private func oneOf<Found>(_ value: JSONValue?, _ read: (JSONValue) -> Found?) -> [Found] {
        guard let value else { return [] }
        return value.kind == .array
            ? value.elements.compactMap(read) : [read(value)].compactMap { $0 }
    }

    private static let projects = [
        "42": "fleet/deploy/parcel-config", "43": "fleet/services/parcel-api",
    ]

    /// Whether two texts name the same project of the fixtures.
    private static func same(_ a: String, _ b: String) -> Bool {
        (projects[a] ?? a) == (projects[b] ?? b)
    }

    // MARK: - Rows

    private func checkRows(_ expect: JSONValue, _ stage: Stage, _ name: String) throws {
        let rows = stage.sandbox.deployments
        if let wanted = expect["deployment"] {
            if wanted.isNull {
                #expect(rows.isEmpty, "\(name): \(rows)")
            } else {
                #expect(rows.count == 1, "\(name): \(rows)")
                let row = try #require(rows.first)
                #expect(fits(row, wanted), "\(name): \(row)")
            }
        }
        if let call = expect["gitlab_call"] {
            let writes = stage.writes()
            #expect(writes == [call.string].compactMap { $0 }, "\(name): \(writes)")
        }
    }

    private func fits(_ row: SandboxDeployment, _ wanted: JSONValue) -> Bool {
        wanted.members.allSatisfy { member, value in
            switch member {
            case "status": row.status.rawValue == value.string
            case "environment": row.environmentName == value.string
            case "sha": row.sha == value.string
            case "ref": row.ref == value.string
            case "tag": row.tag == value.bool
            case "project": Self.same(String(row.project), value.string ?? "")
            default: false
            }
        }
    }

    private func checkFinal(
        _ final: JSONValue,
        _ stage: Stage,
        _ relay: RelayProcess,
        _ name: String
    ) throws {
        let rows = stage.sandbox.deployments
        if let wanted = final["deployments"] {
            #expect(rows.count == wanted.count, "\(name): \(rows)")
            var left = rows
            for value in wanted.elements {
                let found = left.firstIndex { fits($0, value) }
                #expect(
                    found != nil,
                    "\(name): no row is \(String(decoding: value.text, as: UTF8.self))"
                )
                if let found { left.remove(at: found) }
            }
        }
        for (method, count) in final["calls"]?.members ?? [] {
            let calls = stage.writes().filter { $0 == method }.count
            #expect(calls == count.number?.int64.map(Int.init), "\(name): \(method) \(calls)")
        }
        if let current = final["current"] {
            let shown = Dictionary(
                rows.filter { $0.status == .success }.map { ($0.environmentName, $0) }
            ) { $0.finishedAt ?? $0.createdAt > $1.finishedAt ?? $1.createdAt ? $0 : $1 }
            let wanted = Dictionary(
                uniqueKeysWithValues: current.members.map { ($0.key, $0.value.string) }
            )
            #expect(shown.mapValues(\.sha) == wanted.compactMapValues { $0 }, "\(name): \(rows)")
        }
        if final["noRunning"]?.bool == true {
            #expect(!rows.contains { $0.status == .running }, "\(name): \(rows)")
        }
        if let count = final["deadLetters"]?.number?.int64 {
            let dead = try relay.deliveries("?state=dead").count
            #expect(dead == Int(count), "\(name): \(dead) dead letters")
        }
    }
}
