import Formats
package import GitLab
import HTTPClient
import POSIX
package import Relay

/// Asks one GitLab what a command wants to know, one question at a time.
///
/// Reads only. Blocks the calling thread until GitLab has answered.
package struct GitLabQuestions: ~Copyable {
    private let running: Running
    let endpoint: EndpointSettings
    private var requests: HTTPRequests
    private var nextID: UInt64 = 1

    package init(_ running: Running, endpoint: EndpointSettings) {
        self.running = running
        self.endpoint = endpoint
        requests = HTTPRequests(
            connectionsPerHost: 1,
            userAgent: "deployment-relay/\(Version.text)"
        )
    }

    package mutating func ask(_ call: GitLabCall) -> Meaning {
        let id = nextID
        nextID += 1
        guard let request = running.request(id, call, at: endpoint.name) else {
            preconditionFailure("only configured endpoints are looked at")
        }
        switch CallResult(requests.answer(to: request)) {
        case .failure(_, let message, _):
            return .deferred(reason: message)
        case .answer(let answer, _):
            let now = Timestamp(milliseconds: Clock.now())
            return AnswerTable.meaning(of: answer, to: call, now: now)
        }
    }

    /// Ends the connections.
    package consuming func close() { requests.close() }
}

extension Meaning {
    /// Why the question has no answer, and what to do about it where that is known.
    package var trouble: (words: String, remedy: String?) {
        switch self {
        case .held(_, let reason, let remedy): (reason, remedy)
        case .uncertain(let reason, _), .deferred(let reason), .throttled(let reason, _),
            .rejected(let reason), .gone(let reason), .again(let reason):
            (reason, nil)
        default: ("an answer that fits no question", nil)
        }
    }
}
