import Foundation
import GitLabSandbox
import HTTP
import POSIX
import Relay
import RelayServer

/// A relay in this process, beside a sandbox: for what needs no process of its own.
final class RunningServer {
    private var server: Server?
    let sandbox: SandboxServer
    private let folder: TemporaryFolder
    private let variables: [String: String]
    private let files: [String: String]
    let hooks: SocketAddress
    let admin: SocketAddress

    /// `text` is the configuration's file.
    ///
    /// `environment`: variables besides; `files`: secrets by their paths.
    init(
        _ text: String = "{}",
        environment: [String: String] = [:],
        files: [String: String] = [:]
    ) throws {
        var settings = SandboxSettings()
        settings.tokens = [SandboxToken("glpat-test")]
        sandbox = try SandboxServer(settings)
        folder = try TemporaryFolder(prefix: "relay-server-tests")
        self.files = files
        variables = [
            "RELAY_LISTEN": "127.0.0.1:0", "RELAY_ADMIN_LISTEN": "127.0.0.1:0",
            "RELAY_DATA": "\(folder.path)/data", "GITLAB_URL": sandbox.url,
            "GITLAB_TOKEN": "glpat-test", "GITLAB_PROJECT": "42", "RELAY_CONFIG": "relay.jsonc",
        ].merging(environment) { $1 }
        let log = Log(form: .json, level: .error, descriptor: 2)
        let started = try Server.start(Self.running(text, variables, files), log: log)
        hooks = started.hooksAddress
        admin = started.adminAddress
        server = consume started
    }

    deinit { stop() }

    func stop() { server.take()?.stop() }

    /// Another configuration takes the place of the one that runs.
    func configure(_ text: String) throws {
        server?.configure(try Self.running(text, variables, files))
    }

    private static func running(
        _ text: String,
        _ variables: [String: String],
        _ files: [String: String]
    ) throws -> Running {
        let read: @Sendable (String) -> Result<[UInt8], FileProblem> = { path in
            let found = path == "relay.jsonc" ? text : files[path]
            return found.map { .success(Array($0.utf8)) } ?? .failure(FileProblem("no such file"))
        }
        let inputs = ConfigurationInputs(environment: variables, readFile: read)
        return try Running(ConfigurationReader.read(inputs), reading: read)
    }
}

/// A raw connection: bytes out, bytes in.
struct RawPeer: ~Copyable {
    private let socket: OwnedDescriptor

    init(_ address: SocketAddress) throws {
        socket = try Socket.connect(to: address, timeoutSeconds: 20)
    }

    /// Gives how many bytes could be sent.
    @discardableResult
    func send(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes {
                Socket.send(socket.number, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            guard case .bytes(let count) = result else { break }
            sent += count
        }
        return sent
    }

    /// Tells the relay that nothing more comes; its answers can still be read.
    func endSending() { Socket.endWriting(socket.number) }

    /// Reads until `condition` holds of all that came, or until the relay has closed.
    func read(until condition: (String) -> Bool = { _ in false }) -> String {
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: seen, as: UTF8.self)
            if condition(text) { return text }
            let got = buffer.withUnsafeMutableBytes { Socket.receive(socket.number, into: $0) }
            guard case .bytes(let count) = got else { return text }
            seen += buffer[..<count]
        }
    }
}

/// A request as text.
func request(
    _ method: String = "POST",
    _ path: String = "/hooks/deployment",
    _ fields: String = "",
    body: String = ""
) -> String {
    let length = method == "POST" ? "Content-Length: \(body.utf8.count)\r\n" : ""
    return "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(fields)\(length)\r\n\(body)"
}

func flat(_ environment: String, _ status: String = "success") -> String {
    """
    {"status":"\(status)","environment":"\(environment)","ref":"main",
    "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}
    """
}
