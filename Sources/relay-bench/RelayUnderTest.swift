import HTTP
import JSON
import POSIX
import RelayServer

/// What the options of several instruments have in common.
enum BenchOptions {
    struct BadOption: Error, CustomStringConvertible {
        let description: String
    }

    static func number(_ arguments: Arguments, _ option: String, _ usual: Int) throws -> Int {
        guard let text = arguments[option] else { return usual }
        guard let number = Int(text), number > 0 else {
            throw BadOption(description: "\(option) takes a whole number above 0, not \(text)")
        }
        return number
    }

    /// The relay's own program: `--program`, else the one beside this.
    static func program(_ arguments: Arguments) -> String {
        arguments["--program"] ?? "\(Host.programFolder)/deployment-relay"
    }
}

/// `deployment-relay serve` as a process of its own, on ports that are free.
final class RelayUnderTest {
    let process: ChildProcess
    let hooks: SocketAddress
    let admin: SocketAddress

    struct DidNotStart: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts it and waits until both addresses listen; its log is appended to the file at `log`.
    init(
        _ program: String,
        log: String,
        arguments: [String] = [],
        environment: [String: String]
    ) throws {
        let before = FileSystem.stamp(log)?[2] ?? 0
        process = try ChildProcess(
            program,
            ["serve"] + arguments,
            environment: [
                "RELAY_LISTEN": "127.0.0.1:0", "RELAY_ADMIN_LISTEN": "127.0.0.1:0",
                "RELAY_LOG": "json", "PATH": "/usr/bin:/bin",
            ].merging(environment) { $1 },
            output: log
        )
        let deadline = Clock.monotonic() + 60_000
        while true {
            let found = Self.addresses(Self.lines(log, from: before))
            if let hooks = found["hooks"], let admin = found["admin"] {
                (self.hooks, self.admin) = (hooks, admin)
                return
            }
            guard Clock.monotonic() < deadline, !process.hasEnded() else {
                process.send(.kill)
                let words = Self.lines(log, from: before).joined(separator: "\n")
                throw DidNotStart(description: "\(program) did not start: \(words)")
            }
            Host.sleep(milliseconds: 1)
        }
    }

    /// Starts it on a folder of its own: data, log and `settings`, its configuration, lie there.
    convenience init(
        _ program: String,
        in folder: String,
        gitlab url: String,
        settings: String = "{}"
    ) throws {
        let configuration = "\(folder)/relay.jsonc"
        let file = try FileSystem.openForAppending(configuration)
        try FileSystem.write(Array(settings.utf8), to: file.number, at: 0)
        try self.init(
            program,
            log: "\(folder)/log",
            arguments: ["--config", configuration],
            environment: [
                "RELAY_DATA": "\(folder)/data", "GITLAB_URL": url, "GITLAB_TOKEN": Self.token,
            ]
        )
    }

    /// The token that it has for GitLab.
    static let token = "glpat-bench"
    /// A GitLab that refuses every connection.
    static let noGitLab = "http://127.0.0.1:9"

    /// What was written behind that offset: a soak's log is larger than can be read whole.
    private static func lines(_ log: String, from offset: Int64) -> [String] {
        do {
            let file = try FileSystem.openForReading(log)
            let bytes = try FileSystem.read(1 << 20, from: file.number, at: offset)
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        } catch {
            // It is not there yet.
            return []
        }
    }

    private static func addresses(_ lines: some Sequence<String>) -> [String: SocketAddress] {
        var found: [String: SocketAddress] = [:]
        for line in lines where line.contains("\"listening\"") {
            guard let value = try? JSONDocument(parsing: Array(line.utf8)).root,
                let role = value["role"]?.string, let text = value["address"]?.string
            else { continue }
            found[role] = try? SocketAddress(text)
        }
        return found
    }

    /// kill -9, and waits for the end.
    func kill() {
        process.send(.kill)
        process.wait()
    }

    /// One sample of `/metrics`.
    func metric(_ name: String) throws -> Double? {
        Self.sample(name, of: try metrics())
    }

    private func metrics() throws -> String {
        String(decoding: try get("/metrics", from: admin).body, as: UTF8.self)
    }

    private static func sample(_ name: String, of page: String) -> Double? {
        page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    /// Deliveries that wait, held ones included: of one page, for what is held may go on between
    /// two.
    func waiting() throws -> Double {
        let page = try metrics()
        return try ["accepted", "held"].reduce(0) { sum, state in
            let name = "deployment_relay_deliveries{state=\"\(state)\"}"
            guard let count = Self.sample(name, of: page) else { throw NoAnswer() }
            return sum + count
        }
    }

    func isSettled() throws -> Bool { try waiting() == 0 }

    struct Answer {
        let status: Int
        let body: [UInt8]
    }

    struct NoAnswer: Error, CustomStringConvertible {
        let description = "the connection was cut before the answer was whole"
    }

    func get(_ path: String, from address: SocketAddress) throws -> Answer {
        try Self.send("GET", path, [], to: address)
    }

    /// One request on a connection of its own.
    static func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        to address: SocketAddress
    ) throws -> Answer {
        try OpenRequest(method, path, body, to: address).answer()
    }
}

/// A request that was sent on a connection of its own and is still to be answered.
final class OpenRequest {
    private let socket: OwnedDescriptor

    init(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        to address: SocketAddress
    ) throws {
        socket = try Socket.connect(to: address, timeoutSeconds: 10)
        let head = "\(method) \(path) HTTP/1.1\r\nHost: relay\r\nContent-Length: \(body.count)\r\n"
        let request = Array((head + "Connection: close\r\n\r\n").utf8) + body
        var sent = 0
        while sent < request.count {
            let result = request.withUnsafeBytes {
                Socket.send(socket.number, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            guard case .bytes(let count) = result else { throw RelayUnderTest.NoAnswer() }
            sent += count
        }
    }

    /// Waits for it; one that had come before the relay ended is there afterwards, too.
    func answer() throws -> RelayUnderTest.Answer {
        var parser = HTTPResponseParser()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            var isEnd = false
            switch Socket.receive(socket.number, into: buffer) {
            case .bytes(let count):
                parser.feed(Array(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
            case .ended: isEnd = true
            case .wouldBlock, .failed: throw RelayUnderTest.NoAnswer()
            }
            if let found = parser.response(isEnd: isEnd) {
                return RelayUnderTest.Answer(status: found.status, body: found.body)
            }
            if isEnd { throw RelayUnderTest.NoAnswer() }
        }
    }
}
