import Foundation
import GitLabSandbox
import JSON
import Testing

/// The data folder goes away under the running process, whose open files would still take bytes.
@Suite("A data folder that is moved, deleted or replaced", .serialized)
struct LostFolderTests {
    private let files = FileManager.default

    /// A relay that has accepted and delivered one event.
    private func begin() async throws -> (Stage, RelayProcess) {
        let stage = try Stage()
        let relay = try await stage.start()
        let body = FlatBody(environment: "before").bytes
        #expect(try relay.hooks.post("/hooks/deployment", body).status == 202)
        try await relay.settle()
        return (stage, relay)
    }

    private func post(_ environment: String, _ relay: RelayProcess) -> Int? {
        let body = FlatBody(environment: environment).bytes
        // No answer at all is as good as 503: the sender tries again.
        return (try? relay.hooks.post("/hooks/deployment", body))?.status
    }

    private func reason(_ relay: RelayProcess) throws -> String {
        let line = try relay.logLines().last { $0["msg"]?.string == "stopped" }
        return line?["reason"]?.string ?? ""
    }

    @Test("moved away: 503, nothing is promised; moved back: it goes on, without a webhook")
    func moved() async throws {
        let (stage, relay) = try await begin()
        let away = "\(stage.folder.path)/away"
        try files.moveItem(atPath: stage.data, toPath: away)
        let ready = try relay.hooks.get("/readyz")
        #expect(ready.status == 503)
        #expect(ready.text.contains("is not in its place"), "\(ready.text)")
        for _ in 0..<3 { #expect(post("meanwhile", relay) == 503) }
        #expect(try FullDiskTests.lines("log-not-writable", relay) == 1)
        try files.moveItem(atPath: away, toPath: stage.data)
        try await FullDiskTests.waitUntilReady(relay)
        #expect(post("after", relay) == 202)
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.environmentName) == ["before", "after"])
        relay.kill9()
        let next = try await stage.start()
        #expect(try next.deliveries().count == 2)
        #expect(try FullDiskTests.lines("record-damaged", next) == 0)
    }

    @Test("an event that comes first after the move is not promised either")
    func noticedByTheEvent() async throws {
        let (stage, relay) = try await begin()
        try files.moveItem(atPath: stage.data, toPath: "\(stage.folder.path)/away")
        #expect(post("meanwhile", relay) == 503)
        #expect(try relay.hooks.get("/readyz").status == 503)
    }

    @Test("deleted: nothing is promised, the process says so and ends; a restart begins anew")
    func deleted() async throws {
        let (stage, relay) = try await begin()
        try files.removeItem(atPath: stage.data)
        #expect(post("meanwhile", relay) != 202)
        let code = try await relay.end()
        #expect(code == 1)
        #expect(try reason(relay).contains("was deleted while the relay ran"))
        let next = try await stage.start()
        #expect(post("after", next) == 202)
        try await next.settle()
        #expect(stage.sandbox.deployments.map(\.environmentName) == ["before", "after"])
        #expect(next.stop() == 0)
    }

    @Test("deleted while nothing comes: a probe notices")
    func deletedIdle() async throws {
        let (stage, relay) = try await begin()
        try files.removeItem(atPath: stage.data)
        #expect(try relay.hooks.get("/readyz").status == 503)
        let code = try await relay.end()
        #expect(code == 1)
    }

    @Test("replaced by a copy: the process ends, and a restart reads the copy")
    func replaced() async throws {
        let (stage, relay) = try await begin()
        let away = "\(stage.folder.path)/away"
        try files.moveItem(atPath: stage.data, toPath: away)
        try files.copyItem(atPath: away, toPath: stage.data)
        #expect(post("meanwhile", relay) != 202)
        let code = try await relay.end()
        #expect(code == 1)
        #expect(try reason(relay).contains("is another file than the one the relay had opened"))
        let next = try await stage.start()
        #expect(try next.deliveries().count == 1)
        #expect(post("after", next) == 202)
        try await next.settle()
        #expect(stage.sandbox.deployments.map(\.environmentName) == ["before", "after"])
        #expect(next.stop() == 0)
    }

    @Test("the log settled alone is deleted: nothing is made twice")
    func settledDeleted() async throws {
        let (stage, relay) = try await begin()
        relay.kill9()
        try files.removeItem(atPath: "\(stage.data)/settled-00000001.log")
        let next = try await stage.start()
        #expect(try FullDiskTests.lines("log-missing", next) == 1)
        try await next.settle()
        #expect(stage.sandbox.deployments.count == 1, "\(stage.history)")
        #expect(next.stop() == 0)
    }

    @Test(
        "the log accepted alone is deleted: what is accepted then is delivered, over a restart too"
    )
    func acceptedDeleted() async throws {
        let (stage, relay) = try await begin()
        relay.kill9()
        try files.removeItem(atPath: "\(stage.data)/accepted-00000001.log")
        stage.sandbox.add(SandboxFault(.unauthorized, count: nil))
        let next = try await stage.start()
        #expect(post("after", next) == 202)
        _ = try await eventually("it is held") { try next.deliveries("?state=held").first }
        next.kill9()
        stage.sandbox.withSandbox { $0.faults.removeAll() }
        let last = try await stage.start()
        try await last.settle()
        #expect(stage.sandbox.deployments.map(\.environmentName) == ["before", "after"])
        #expect(last.stop() == 0)
    }
}
