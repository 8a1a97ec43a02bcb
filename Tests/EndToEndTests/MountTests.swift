import Foundation
import GitLabSandbox
import JSON
import Testing

/// The same with real file systems: full, without inodes, read-only, unmounted.
@Suite(
    "A small disk of its own",
    .serialized,
    .enabled(if: Mounts.areAllowed, "mounting needs root or user namespaces")
)
struct MountTests {
    private let mounts: Mounts

    init() throws { mounts = try Mounts() }

    /// A stage whose data folder is a tmpfs.
    private func stage(_ options: String, token: String = Stage.token) throws -> Stage {
        var stage = try Stage(["GITLAB_TOKEN": nil])
        stage.environment["GITLAB_TOKEN_FILE"] = try stage.folder.write(token, to: "token")
        try mounts.run(
            "mkdir \(stage.data) && mount -t tmpfs -o \(options) tmpfs \(stage.data)"
        )
        return stage
    }

    private func isRefused(_ relay: RelayProcess) throws {
        #expect(try relay.hooks.get("/readyz").status == 503)
        let answer = try relay.hooks.post("/hooks/deployment", FullDiskTests.large(500))
        #expect(answer.status == 503)
    }

    private func isTaken(_ relay: RelayProcess) async throws {
        try await FullDiskTests.waitUntilReady(relay)
        let answer = try relay.hooks.post("/hooks/deployment", FullDiskTests.large(500))
        #expect(answer.status == 202, "\(answer.text)")
        try await relay.settle()
        #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(try FullDiskTests.lines("log-not-writable", relay) <= 2, "one a log")
    }

    @Test("full, then with room again")
    func full() async throws {
        let stage = try stage("size=4m")
        let relay = try await stage.start(under: mounts.wrapper)
        #expect(try relay.hooks.get("/readyz").status == 200)
        try mounts.run("cat /dev/zero > \(stage.data)/filler || true")
        let accepted = try FullDiskTests.fill(relay)
        #expect(accepted < 200)
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == accepted)
        #expect(try relay.hooks.get("/readyz").status == 503)
        try mounts.run("rm \(stage.data)/filler")
        try await isTaken(relay)
        #expect(stage.sandbox.deployments.count == accepted + 1)
        #expect(relay.stop() == 0)
    }

    @Test("full at the start: what waits is delivered as far as there is room to write it down")
    func fullAtStart() async throws {
        let stage = try stage("size=4m", token: "glpat-old")
        let first = try await stage.start(under: mounts.wrapper)
        let answer = try first.hooks.post("/hooks/deployment", FullDiskTests.large(1))
        #expect(answer.status == 202)
        _ = try await eventually("it is held") { try first.deliveries("?state=held").first }
        first.kill9()
        _ = try stage.folder.write(Stage.token, to: "token")
        // What the killed process had reserved or filled is still the files' own: taken away.
        try mounts.run(
            "cd \(stage.data) && for f in *.log; do truncate -s +0 $f; fallocate -d $f; done; "
                + "cat /dev/zero > filler || true"
        )
        let relay = try await stage.start(under: mounts.wrapper)
        #expect(try relay.hooks.get("/readyz").status == 503)
        try mounts.run("rm \(stage.data)/filler")
        try await isTaken(relay)
        #expect(stage.sandbox.deployments.count == 2)
        #expect(relay.stop() == 0)
    }

    @Test("an empty folder without a single inode left")
    func noInodes() async throws {
        let stage = try stage("size=8m,nr_inodes=1")
        let relay = try await stage.start(under: mounts.wrapper)
        try isRefused(relay)
        // Its folder is locked all the same.
        let second = try CommandRun.relay(
            ["serve"],
            environment: stage.environment.merging(
                [
                    "RELAY_DATA": stage.data, "RELAY_LISTEN": "127.0.0.1:0",
                    "RELAY_ADMIN_LISTEN": "127.0.0.1:0",
                    "RELAY_CONFIG": stage.folder.write(
                        "{\"limits\": {\"lockSeconds\": 0}}",
                        to: "relay.jsonc"
                    ),
                ]
            ) { $1 },
            under: mounts.wrapper
        )
        #expect(second.code == 1)
        #expect(second.errors.contains("is used by"), "\(second.errors)")
        try mounts.run("mount -o remount,nr_inodes=100 \(stage.data)")
        try await isTaken(relay)
        #expect(stage.sandbox.deployments.count == 1)
        #expect(relay.stop() == 0)
    }

    @Test("read-only while it runs, and at the start with something that waits")
    func readOnly() async throws {
        let stage = try stage("size=8m", token: "glpat-old")
        let first = try await stage.start(under: mounts.wrapper)
        let answer = try first.hooks.post("/hooks/deployment", FullDiskTests.large(1))
        #expect(answer.status == 202)
        _ = try await eventually("it is held") { try first.deliveries("?state=held").first }
        first.kill9()
        _ = try stage.folder.write(Stage.token, to: "token")
        try mounts.run("mount -o remount,ro \(stage.data)")
        let relay = try await stage.start(under: mounts.wrapper)
        try isRefused(relay)
        #expect(try relay.deliveries().count == 1)
        #expect(stage.sandbox.deployments.isEmpty)
        try mounts.run("mount -o remount,rw \(stage.data)")
        try await isTaken(relay)
        #expect(stage.sandbox.deployments.count == 2)
        #expect(relay.stop() == 0)
        let next = try await stage.start(under: mounts.wrapper)
        #expect(try next.deliveries().count == 2)
        #expect(next.stop() == 0)
    }

    @Test("unmounted under the process, and mounted again")
    func unmounted() async throws {
        let stage = try Stage()
        let disk = "\(stage.folder.path)/disk"
        try mounts.run("mkdir \(disk) \(stage.data) && mount --bind \(disk) \(stage.data)")
        let relay = try await stage.start(under: mounts.wrapper)
        let first = try relay.hooks.post("/hooks/deployment", FullDiskTests.large(1))
        #expect(first.status == 202)
        try await relay.settle()
        try mounts.run("umount -l \(stage.data)")
        try isRefused(relay)
        try mounts.run("mount --bind \(disk) \(stage.data)")
        try await isTaken(relay)
        #expect(stage.sandbox.deployments.count == 2)
        #expect(relay.stop() == 0)
    }
}
