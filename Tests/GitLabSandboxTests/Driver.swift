import Formats
import GitLabSandbox
import HTTP
import JSON

/// Drives a sandbox by hand, with a clock that moves only when it is told to.
struct Driver {
    var sandbox: Sandbox
    /// Milliseconds since 1970.
    var now: Int64 = 1_776_421_230_123
    var token: String? = "glpat-sandbox"

    static let sha = "4f1c2d3e4f5061728394a5b6c7d8e9f001122334"
    static let otherSHA = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"
    static let deployments = "/api/v4/projects/42/deployments"

    init(_ change: (inout SandboxSettings) -> Void = { _ in }) {
        var settings = SandboxSettings()
        change(&settings)
        sandbox = Sandbox(settings)
    }

    // MARK: - Requests

    mutating func send(
        _ method: String,
        _ target: String,
        json: String? = nil,
        fields: [(name: String, value: String)] = []
    ) -> Answer {
        var all = fields + [("Host", "gitlab.test")]
        if let token { all.append(("PRIVATE-TOKEN", token)) }
        if json != nil, !fields.contains(where: { $0.name == "Content-Type" }) {
            all.append(("Content-Type", "application/json"))
        }
        let request = SandboxRequest(method, target, fields: all, body: Array((json ?? "").utf8))
        return Answer(sandbox.respond(to: request, at: Timestamp(milliseconds: now)))
    }

    mutating func get(_ target: String) -> Answer { send("GET", target) }

    /// Posts a deployment that is in order, but for what is said.
    mutating func post(
        _ status: String = "success",
        sha: String = Driver.sha,
        ref: String = "main",
        tag: String = "false",
        environment: String = "production",
        to target: String = Driver.deployments
    ) -> Answer {
        let json = """
            {"environment": "\(environment)", "sha": "\(sha)", "ref": "\(ref)", "tag": \(tag),
             "status": "\(status)"}
            """
        return send("POST", target, json: json)
    }

    mutating func put(_ status: String, _ id: Int) -> Answer {
        send("PUT", "\(Self.deployments)/\(id)", json: #"{"status": "\#(status)"}"#)
    }

    var time: Timestamp { Timestamp(milliseconds: now) }
}

/// An answer, ready to be asked; status 0 stands for none at all.
struct Answer: CustomStringConvertible {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    init(_ response: HTTPResponse?) {
        status = response?.status ?? 0
        fields = response?.fields ?? []
        body = response?.body ?? []
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue? { try? JSONDocument(parsing: body).root }
    var id: Int? { json?["id"]?.number?.int64.map { Int($0) } }

    subscript(_ field: String) -> String? {
        fields.first { $0.name.lowercased() == field.lowercased() }?.value
    }

    /// The ids of a list, in its order.
    var ids: [Int] {
        json?.elements.compactMap { $0["id"]?.number?.int64.map { Int($0) } } ?? []
    }

    /// Status and body in one line, as tables write them.
    var description: String { "\(status) \(text)" }
}
