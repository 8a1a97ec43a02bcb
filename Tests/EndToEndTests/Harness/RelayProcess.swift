import Foundation
import JSON
import POSIX

/// `deployment-relay serve`, as a user starts it: the real binary, on ports that are free.
final class RelayProcess {
    private let log: String
    let hooks: HTTPPeer
    let admin: HTTPPeer

    /// Starts it and waits until both addresses listen.
    ///
    /// The same `data` folder again is a restart; `environment` stands beside the addresses and that
    /// folder; `wrapper` is a command that becomes the relay (exec); `stage` is what must live as
    /// long as the process.
    static func start(
        data: String,
        environment: [String: String],
        arguments: [String] = [],
        under wrapper: [String] = [],
        keeping stage: Stage? = nil
    ) async throws -> RelayProcess {
        let scratch = "\(data)-\(UUID().uuidString).log"
        let process = Process()
        let words = wrapper + [Programs.relay, "serve"] + arguments
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = [
            "RELAY_LISTEN": "127.0.0.1:0", "RELAY_ADMIN_LISTEN": "127.0.0.1:0",
            "RELAY_DATA": data, "RELAY_LOG": "json", "PATH": "/usr/bin:/bin",
        ].merging(environment) { $1 }.merging(Programs.sanitizers) { given, _ in given }
        _ = FileManager.default.createFile(atPath: scratch, contents: nil)
        let output = FileHandle(forWritingAtPath: scratch)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let addresses = try await eventually("both addresses listen") {
            guard process.isRunning else {
                let words = try String(contentsOfFile: scratch, encoding: .utf8)
                throw TimedOut(description: "the relay ended: \(words)")
            }
            return try listening(scratch)
        }
        let relay = RelayProcess(process, scratch, hooks: addresses.hooks, admin: addresses.admin)
        relay.stage = stage
        return relay
    }

    private init(
        _ process: Process,
        _ log: String,
        hooks: SocketAddress,
        admin: SocketAddress
    ) {
        started = process
        self.log = log
        self.hooks = HTTPPeer(address: hooks)
        self.admin = HTTPPeer(address: admin)
    }

    private let started: Process
    /// Held so that its folder and its GitLab live as long as the relay.
    private var stage: Stage?

    deinit { if started.isRunning { kill(started.processIdentifier, SIGKILL) } }

    private static func listening(
        _ log: String
    ) throws -> (hooks: SocketAddress, admin: SocketAddress)? {
        var found: [String: SocketAddress] = [:]
        for line in try lines(log) where line["msg"]?.string == "listening" {
            guard let role = line["role"]?.string, let address = line["address"]?.string else {
                continue
            }
            found[role] = try SocketAddress(address)
        }
        guard let hooks = found["hooks"], let admin = found["admin"] else { return nil }
        return (hooks, admin)
    }

    private static func lines(_ log: String) throws -> [JSONValue] {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap {
            try? JSONDocument(parsing: Array($0.utf8)).root
        }
    }

    /// The log's lines that are JSON.
    func logLines() throws -> [JSONValue] { try Self.lines(log) }

    /// All that it has written.
    func logText() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }

    // MARK: - Ends

    func kill9() {
        kill(started.processIdentifier, SIGKILL)
        started.waitUntilExit()
    }

    /// SIGTERM; the exit code.
    func stop() -> Int32 {
        kill(started.processIdentifier, SIGTERM)
        started.waitUntilExit()
        return started.terminationStatus
    }

    var id: Int32 { started.processIdentifier }

    /// Waits for it to end by itself; the exit code.
    func end() async throws -> Int32 {
        _ = try await eventually("the relay ends by itself") {
            started.isRunning ? nil : true
        }
        return started.terminationStatus
    }

    func signal(_ number: Int32) { kill(started.processIdentifier, number) }

    /// Sends a flat body and waits until it is known what became of it.
    func deliver(_ body: FlatBody) throws {
        _ = try hooks.post("/hooks/deployment", body.bytes, fields: ["Prefer": "wait=20"])
    }

    // MARK: - Looking

    /// Where a browser of this machine finds the console, also when all addresses are listened on.
    var console: String {
        "http://127.0.0.1:" + ("\(admin.address)".split(separator: ":").last ?? "")
    }

    /// The ledger, newest first.
    func deliveries(_ query: String = "") throws -> [JSONValue] {
        let answer = try admin.get("/api/deliveries\(query)")
        let list = try JSONDocument(parsing: answer.body).root["deliveries"]
        return list.map { Array($0.elements) } ?? []
    }

    /// Waits until nothing waits for GitLab any more.
    func settle() async throws {
        _ = try await eventually("every delivery is over") {
            try isSettled ? true : nil
        }
    }

    /// Whether nothing waits for GitLab; of one page, for what is held may go on at any moment.
    var isSettled: Bool {
        get throws {
            let page = try admin.get("/metrics").text
            return ["accepted", "held"].allSatisfy { state in
                page.contains("\ndeployment_relay_deliveries{state=\"\(state)\"} 0\n")
            }
        }
    }

    /// One sample of `/metrics`.
    func metric(_ name: String) throws -> Double? {
        let page = try admin.get("/metrics").text
        return page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }
}
