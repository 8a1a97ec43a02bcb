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
    /// Held so that its descriptor stays open as long as the relay may write to it.
    private let logFile: FileHandle
    let hooks: SocketAddress
    let admin: SocketAddress

    /// `text` is the configuration's file.
    ///
    /// `environment`: variables besides; `files`: secrets by their paths.
    init(
        _ text: String = "{}",
        environment: [String: String] = [:],
        files: [String: String] = ["token": "sesame"]
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
        _ = FileManager.default.createFile(atPath: "\(folder.path)/log", contents: nil)
        logFile = try FileHandle(forWritingTo: URL(filePath: "\(folder.path)/log"))
        let log = Log(form: .json, level: .info, descriptor: logFile.fileDescriptor)
        let started = try Server.start(Self.running(text, variables, files), log: log)
        hooks = started.hooksAddress
        admin = started.adminAddress
        server = consume started
    }

    deinit { stop() }

    func stop() { server.take()?.stop() }

    /// All lines of the log that have this message.
    func logLines(_ message: String) throws -> [String] {
        try String(contentsOfFile: "\(folder.path)/log", encoding: .utf8).split(separator: "\n")
            .map(String.init).filter { $0.contains("\"msg\":\"\(message)\"") }
    }

    /// One sample of `/metrics`; nil when it is not there.
    func metric(_ sample: String) throws -> Double? {
        let peer = try RawPeer(admin)
        peer.send(request("GET", "/metrics", "Connection: close\r\n"))
        return peer.read().split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
            .flatMap { Double($0.dropFirst(sample.utf8.count + 1)) }
    }

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

    /// `source`: the peer's own address, such as 127.0.0.2.
    init(_ address: SocketAddress, from source: String? = nil) throws {
        socket = try Socket.connect(
            to: address,
            timeoutSeconds: 20,
            from: source.map { try SocketAddress("\($0):0") }
        )
    }

    /// Makes the end of this a cut (RST).
    func cutAtEnd() { Socket.cutOnClose(socket.number) }

    /// Gives how many bytes could be sent.
    @discardableResult
    func send(_ text: String) -> Int {
        send(Array(text.utf8))
    }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Int {
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

    /// Whether the relay has closed, or does within `milliseconds`; what comes is thrown away.
    func hasEnded(within milliseconds: Int32) -> Bool {
        guard Readable.wait(for: socket.number, milliseconds: milliseconds) else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        switch buffer.withUnsafeMutableBytes({ Socket.receive(socket.number, into: $0) }) {
        case .ended, .failed: return true
        case .bytes, .wouldBlock: return false
        }
    }

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

extension String {
    /// How often `part` stands in it.
    func count(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}

func flat(_ environment: String, _ status: String = "success") -> String {
    """
    {"status":"\(status)","environment":"\(environment)","ref":"main",
    "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}
    """
}
