import Formats
import HTTPClient
import JSON
import POSIX
import Relay
import RelayServer

/// Asks a running relay, one request at a time.
struct RelayClient {
    /// `http://127.0.0.1:8081`, without a slash at the end.
    let base: String
    private let token: Credential?
    /// Where it listens instead of on a port.
    private let socketPath: String?

    struct Answer {
        let status: Int
        let body: [UInt8]

        var json: JSONValue? { (try? JSONDocument(parsing: body))?.root }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Nobody answered, in words.
    struct Unreachable: Error, CustomStringConvertible {
        let description: String
    }

    /// Which of the two addresses is asked.
    enum Role { case hooks, admin }

    /// Finds the relay: `--url`, else the environment, else the configuration.
    ///
    /// The configuration is read only for what the two before do not say, so that a mistake in it
    /// does not make a healthy relay look ill. `hook`: whose own credentials are wanted.
    ///
    /// Throws what is wrong with the configuration.
    init(
        _ role: Role,
        _ arguments: Arguments,
        hook: String? = nil
    ) throws(ConfigurationErrors) {
        let settings = Settings(arguments)
        let (address, secret) =
            switch role {
            case .hooks: ("RELAY_LISTEN", "RELAY_TOKEN")
            case .admin: ("RELAY_ADMIN_LISTEN", "RELAY_ADMIN_TOKEN")
            }
        let url = arguments["--url"]
        let known = settings.variable(address)
        var token =
            settings.variable(secret).map { Credential($0) }
            ?? settings.variable("\(secret)_FILE").flatMap(Self.read)
        var configuration: Configuration?
        if url == nil, known == nil || token == nil, settings.variable("RELAY_CONFIG") != nil {
            configuration = try settings.configuration()
        }
        if token == nil { token = Self.token(of: configuration, role, hook) }
        self.token = token
        let usual = Configuration()
        let listen =
            switch role {
            case .hooks: known ?? configuration?.listen ?? usual.listen
            case .admin: known ?? configuration?.adminListen ?? usual.adminListen
            }
        if url == nil, listen.hasPrefix("unix:") {
            base = "http://localhost"
            // Behind the path may stand the mode of the socket's file.
            socketPath = String(listen.dropFirst(5).prefix { $0 != "?" })
        } else {
            base = url.map(Self.trimmed) ?? "http://\(Self.reachable(listen))"
            socketPath = nil
        }
    }

    init(base: String, token: Credential?) {
        self.base = Self.trimmed(base)
        self.token = token
        socketPath = nil
    }

    private static func token(
        of configuration: Configuration?,
        _ role: Role,
        _ hook: String?
    ) -> Credential? {
        let own = configuration?.hooks.first { $0.name == hook }?.credentials.first
        let source =
            switch role {
            case .hooks: own ?? configuration?.credentials.first
            case .admin: configuration?.adminToken
            }
        switch source {
        case .value(let credential, _): return credential
        case .file(let path, _): return read(path)
        case nil: return nil
        }
    }

    /// A secret's file; the first line counts.
    private static func read(_ path: String) -> Credential? {
        guard case .success(let bytes) = FileSystem.read(path) else { return nil }
        return Credential.lines(of: bytes).first
    }

    private static func trimmed(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// Where "every address" can be reached from here.
    private static func reachable(_ listen: String) -> String {
        for everywhere in ["0.0.0.0:", "[::]:", "*:", ":"] where listen.hasPrefix(everywhere) {
            return "127.0.0.1:" + listen.dropFirst(everywhere.count)
        }
        return listen
    }

    /// Sends one request and waits for its answer.
    ///
    /// `seconds`: from the start to the last byte.
    func send(
        _ method: String,
        _ path: String,
        fields: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        seconds: Int = 30
    ) throws(Unreachable) -> Answer {
        var all = fields.map { (name: $0.name, value: Array($0.value.utf8)) }
        if let token {
            all.append(
                (name: "Authorization", value: Array("Bearer ".utf8) + token.withSecret { $0 })
            )
        }
        var requests = HTTPRequests(
            connectionsPerHost: 1,
            userAgent: "deployment-relay/\(Version.text)"
        )
        let result = requests.answer(
            to: HTTPClientRequest(
                id: 1,
                method: method,
                url: base + path,
                fields: all,
                body: body,
                timeoutMilliseconds: seconds * 1000,
                unixSocket: socketPath
            )
        )
        requests.close()
        switch result {
        case .success(let answer): return Answer(status: answer.status, body: answer.body)
        case .failure(let failure):
            throw Unreachable(
                description: """
                    \(base) cannot be reached: \(failure)
                    hint: look whether the relay runs there; \
                    --url, else the environment, else the configuration say where it is asked
                    """
            )
        }
    }
}

extension Arguments.Form {
    /// The options by which a command finds a running relay.
    static let relayOptions: Set<String> = ["--url", "--config"]
    /// What shells complete them with.
    static let relayHints: [String: Arguments.Hint] = ["--config": .file]
}
