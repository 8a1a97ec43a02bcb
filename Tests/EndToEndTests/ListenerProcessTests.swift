import Foundation
import JSON
import POSIX
import Testing

/// The listener where only a process of its own can show it: descriptors, unix sockets, systemd's.
@Suite("The listener of a process", .serialized)
struct ListenerProcessTests {
    @Test("without descriptors accepting pauses, says so once, and goes on by itself")
    func descriptors() async throws {
        let stage = try Stage()
        let relay = try await stage.start(under: Shell.wrapper("ulimit -n 30"))
        let lines = try relay.logLines()
        #expect(lines.contains { $0["msg"]?.string == "connections-limited" })
        // More than there are descriptors, on both addresses; each address has its own limit.
        var held: [OpenRequest] = []
        for _ in 0..<20 {
            for peer in [relay.hooks, relay.admin] { held.append(try OpenRequest(peer)) }
        }
        for request in held { request.send("GET /livez HTTP/1.1\r\nHost: a\r\n") }
        _ = try await eventually("it says that it is out of descriptors") {
            try relay.logLines().contains { $0["msg"]?.string == "accept-failed" } ? true : nil
        }
        held = []
        let answer = try relay.hooks.post("/hooks/deployment", FlatBody().bytes)
        #expect(answer.status == 202)
        let told = try relay.logLines().count { $0["msg"]?.string == "accept-failed" }
        #expect(told == 1)
        try await relay.settle()
        #expect(relay.stop() == 0)
    }

    @Test("a unix socket has the mode asked for, and is taken over from a process that is gone")
    func unixSocket() async throws {
        let stage = try Stage()
        let path = "\(stage.folder.path)/relay.sock"
        var environment = stage.environment
        environment["RELAY_LISTEN"] = "unix:\(path)?mode=0606"
        let first = try await RelayProcess.start(data: stage.data, environment: environment)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o606)
        #expect(try first.hooks.get("/livez").status == 200)
        // Somebody lives there.
        environment["RELAY_DATA"] = "\(stage.folder.path)/other"
        environment["RELAY_ADMIN_LISTEN"] = "127.0.0.1:0"
        let other = try CommandRun.relay(["serve"], environment: environment)
        #expect(other.code == 1)
        #expect(other.errors.contains("a process listens there"), "\(other.errors)")
        #expect(try first.hooks.get("/livez").status == 200)
        first.kill9()
        #expect(FileManager.default.fileExists(atPath: path))
        environment["RELAY_DATA"] = stage.data
        let second = try await RelayProcess.start(data: stage.data, environment: environment)
        #expect(try second.hooks.get("/livez").status == 200)
        #expect(second.stop() == 0)
    }

    // MARK: - systemd

    /// Starts the relay as systemd does: sockets from descriptor 3 on, and variables about them.
    private func activated(
        _ sockets: [Int32],
        names: String? = nil,
        _ stage: Stage,
        _ environment: [String: String] = [:]
    ) throws -> ChildProcess {
        var variables = stage.environment.merging(environment) { $1 }
        variables["RELAY_DATA"] = stage.data
        variables["RELAY_LOG"] = "json"
        variables["LISTEN_FDS"] = String(sockets.count)
        variables["LISTEN_FDNAMES"] = names
        // Wrong on purpose: the sockets count.
        variables["RELAY_LISTEN"] = "127.0.0.1:1"
        if sockets.count > 1 { variables["RELAY_ADMIN_LISTEN"] = "127.0.0.1:1" }
        return try ChildProcess(
            "/bin/sh",
            ["-c", "LISTEN_PID=$$ exec \"$@\"", "sh", Programs.relay, "serve"],
            environment: variables,
            output: "\(stage.folder.path)/log",
            passing: sockets
        )
    }

    @Test(
        "listening sockets that systemd passes are used, by order or by name",
        arguments: [nil, "admin:hooks"]
    )
    func activation(names: String?) async throws {
        let stage = try Stage()
        let first = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let second = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let (hooks, admin) =
            names == nil ? (first.address, second.address) : (second.address, first.address)
        let relay = try activated([first.descriptor, second.descriptor], names: names, stage)
        defer { relay.send(.kill) }
        // Whoever comes before it is ready waits in the kernel's queue.
        let answer = try HTTPPeer(address: hooks).post("/hooks/deployment", FlatBody().bytes)
        #expect(answer.status == 202)
        #expect(try HTTPPeer(address: admin).get("/metrics").status == 200)
        relay.send(.terminate)
        #expect(relay.wait() == 0)
        // The sockets were lent: they are still open here.
        #expect(try Socket.connect(to: hooks, timeoutSeconds: 5).number >= 0)
        _ = consume first
        _ = consume second
    }

    @Test("a passed socket that other machines reach asks for a token as any other")
    func activationBeyondLoopback() throws {
        let stage = try Stage()
        let socket = try ListeningSocket(SocketAddress("0.0.0.0:0"))
        let relay = try activated([socket.descriptor], stage)
        #expect(relay.wait() == 78)
        let log = try String(contentsOfFile: "\(stage.folder.path)/log", encoding: .utf8)
        #expect(log.contains("can be reached from other machines"), "\(log)")
        _ = consume socket
    }

    @Test("what is passed and is no listening socket is an error that says so")
    func activationOfNothing() throws {
        let stage = try Stage()
        let socket = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let client = try Socket.connect(to: socket.address, timeoutSeconds: 5)
        let relay = try activated([client.number], stage)
        #expect(relay.wait() == 1)
        let log = try String(contentsOfFile: "\(stage.folder.path)/log", encoding: .utf8)
        #expect(log.contains("descriptor 3: is no listening socket"), "\(log)")
        _ = consume socket
        _ = consume client
    }

    // MARK: - The log

    @Test("a log that nobody reads holds up nobody, and is read to its end later")
    func stuckLog() async throws {
        let stage = try Stage()
        let pipe = "\(stage.folder.path)/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDWR | O_NONBLOCK)
        defer { close(reader) }
        var variables = stage.environment
        variables["RELAY_DATA"] = stage.data
        variables["RELAY_LOG"] = "json"
        variables["RELAY_LISTEN"] = "unix:\(stage.folder.path)/hooks"
        variables["RELAY_ADMIN_LISTEN"] = "unix:\(stage.folder.path)/admin"
        let relay = try ChildProcess(
            Programs.relay,
            ["serve"],
            environment: variables,
            output: pipe
        )
        defer { relay.send(.kill) }
        let address = try SocketAddress("unix:\(stage.folder.path)/hooks")
        let peer = HTTPPeer(address: address)
        _ = try await eventually("it listens") {
            (try? Socket.connect(to: address, timeoutSeconds: 5).number) == nil ? nil : true
        }
        // Far more lines than a pipe holds; each is of a request that is not a deployment.
        let rounds = 1500
        let request = "POST /hooks/deployment HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
        let sender = try OpenRequest(peer)
        for _ in 0..<rounds / 100 {
            sender.send(String(repeating: request, count: 100))
            _ = sender.read { $0.components(separatedBy: "HTTP/1.1 422").count > 100 }
        }
        #expect(try peer.get("/livez").status == 200)
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = try await eventually("all lines come") {
            let count = read(reader, &buffer, buffer.count)
            if count > 0 { seen += buffer[..<count] }
            let text = String(decoding: seen, as: UTF8.self)
            return text.split(separator: "\n").count { $0.contains("event-dead") } >= rounds
                ? true : nil
        }
        relay.send(.terminate)
        #expect(relay.wait() == 0)
    }
}
