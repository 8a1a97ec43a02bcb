import Formats
import GitLab
import JSON
import Relay
import RelayServer

/// The ledger of a running relay, page after page, through its admin address.
struct LedgerPages {
    let client: RelayClient

    /// Why the ledger cannot be read, in words.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// The deliveries' objects that fit `query`, newest first, `limit` of them at most.
    func deliveries(
        _ query: [(name: String, value: String)],
        limit: Int = .max
    ) throws -> [JSONValue] {
        var found: [JSONValue] = []
        var before: String?
        repeat {
            var items = query.map { "\($0.name)=\(PercentEncoding.encodeSegment($0.value))" }
            items.append("limit=\(min(500, limit - found.count))")
            if let before { items.append("before=\(before)") }
            let answer = try client.send("GET", "/api/deliveries?" + items.joined(separator: "&"))
            guard answer.status == 200, let page = answer.json else {
                throw Unreadable(description: Self.words(answer))
            }
            found += page["deliveries"]?.elements.map(\.self) ?? []
            before = page["next"]?.string
        } while before != nil && found.count < limit
        return found
    }

    /// What the relay answered instead, and its hint.
    static func words(_ answer: RelayClient.Answer) -> String {
        let words = answer.json?["error"]?.string ?? answer.text.withoutTrailingBlanks
        let hint = answer.json?["hint"]?.string.map { "\nhint: \($0)" } ?? ""
        return "the relay answered \(answer.status): \(words)\(hint)"
    }
}

extension AuditedDelivery {
    /// - Returns: nil for what is no deployment's delivery: dead letters, environments.
    init?(_ entry: JSONValue) {
        guard let id = entry["id"]?.string.flatMap({ UInt64($0) }),
            let state = entry["state"]?.string.flatMap({ DeliveryState(name: $0) }),
            let status = entry["status"]?.string.flatMap({ DeploymentStatus(name: $0) }),
            let environment = entry["environment"]?.string, let sha = entry["sha"]?.string,
            let receivedAt = entry["receivedAt"]?.string.flatMap({ Timestamp(rfc3339: $0) })
        else { return nil }
        self.init(
            id: id,
            state: state,
            status: status,
            environment: environment,
            sha: sha,
            application: entry["application"]?.string ?? "",
            operation: entry["operation"]?.string ?? "",
            cause: entry["cause"]?.string,
            receivedAt: receivedAt,
            deployment: entry["gitlabDeployment"]?.number?.int64.flatMap { Int(exactly: $0) },
            written: entry["gitlabStatus"]?.string.flatMap { DeploymentStatus(name: $0) }
        )
    }
}
