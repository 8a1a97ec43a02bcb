import Formats
import RelayServer
import JSON
import POSIX
import Relay

enum DeliveriesCommand: Command {
    static let name = "deliveries"
    static let summary = "shows what became of each event, and acts on it by hand"
    static let usage = """
        deployment-relay deliveries [list] [--state S] [--project P] [--environment E] [--since T]
            [--limit N] [--before ID] [--json]
        deployment-relay deliveries show ID
        deployment-relay deliveries redeliver [--dry-run] ID…
        deployment-relay deliveries drop ID…
        """
    static let details = """
        Reads the ledger of a running relay through its admin address (--url, else
        RELAY_ADMIN_LISTEN and RELAY_ADMIN_TOKEN, else the configuration, --config).

          --state        accepted, held, delivered, superseded, dead or dropped
          --since        90m, 24h, 7d, or a time such as 2026-04-17T10:20:30Z
          --project      as it was chosen: the number or the path
          --limit N      how many, 50 if not said, 500 at most
          --before ID    only older ones, for the next page
          --json         as the admin address answers; of redeliver and drop an object a line

        redeliver takes the kept body in again under the present configuration, or tries a waiting
        delivery at once; it says what it will do before it does it (--dry-run: instead). Both need
        the admin token (RELAY_ADMIN_TOKEN).

        Exit codes: 0, or 1 when the relay cannot be asked, says no, or keeps one as dead.

        examples:
          deployment-relay deliveries --state held
          deployment-relay deliveries list --environment production --since 24h
          deployment-relay deliveries show 1
          deployment-relay deliveries redeliver --dry-run 3
        """
    private static let filters = [
        "--state", "--project", "--environment", "--since", "--limit", "--before",
    ]
    static let form = Arguments.Form(
        options: Arguments.Form.relayOptions.union(filters),
        flags: ["--json", "--dry-run"],
        words: 0...1000,
        hints: Arguments.Form.relayHints.merging([
            "--state": .words(DeliveryState.allCases.map(\.name))
        ]) { $1 },
        wordHint: .words(["list", "show", "redeliver", "drop"])
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        do {
            let client = try RelayClient(.admin, arguments)
            let ids = Array(arguments.words.dropFirst())
            switch arguments.words.first ?? "list" {
            case "list": return try list(client, arguments)
            case "show" where ids.count == 1: return try show(ids[0], client, arguments)
            case "redeliver" where !ids.isEmpty:
                return try redeliver(ids, client, arguments)
            case "drop" where !ids.isEmpty: return try act("drop", ids, client, arguments)
            case "show", "redeliver", "drop":
                Output.complain("deployment-relay deliveries: an ID is missing")
                Output.complain("hint: deployment-relay deliveries list shows them")
                return .usage
            case let word:
                Output.complain("deployment-relay deliveries: \"\(word)\" is not known")
                Output.complain("hint: use list, show ID, redeliver ID or drop ID")
                return .usage
            }
        } catch {
            Output.complain("deployment-relay deliveries: \(error)")
            return .failure
        }
    }

    private static func list(
        _ client: RelayClient,
        _ arguments: Arguments
    ) throws(RelayClient.Unreachable) -> ExitCode {
        let query = filters.compactMap { option in
            arguments[option].map {
                "\(option.dropFirst(2))=\(PercentEncoding.encodeSegment($0))"
            }
        }
        let path = "/api/deliveries" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        let answer = try client.send("GET", path)
        guard answer.status == 200 else { return refused(answer) }
        if arguments.has("--json") {
            Output.write(answer.body, to: 1)
            return .success
        }
        var table = TextTable([
            "ID", "STATE", "STATUS", "PROJECT", "ENVIRONMENT", "SHA", "RECEIVED", "REASON",
        ])
        for entry in answer.json?["deliveries"]?.elements.map(\.self) ?? [] {
            let names = ["id", "state", "status", "project", "environment"]
            let sha = entry["sha"]?.string?.prefix(8) ?? ""
            table.add(
                names.map { entry[$0]?.string ?? "" }
                    + [
                        String(sha), entry["receivedAt"]?.string ?? "",
                        entry["reason"]?.string ?? "",
                    ]
            )
        }
        let paint = Paint()
        let text = table.text(painting: 1) { padded, word in paint(word: word, padded: padded) }
        let none = query.isEmpty ? "no deliveries" : "no delivery is like that"
        Output.print(table.isEmpty ? none : text)
        // They have none of what is filtered by.
        if query.isEmpty { tellPassedOver(answer.json?["passedOver"]) }
        if let next = answer.json?["next"]?.string {
            Output.print("more: --before \(next)")
        }
        return .success
    }

    /// The newest events that made no delivery, and why: ignored ones and duplicates.
    private static func tellPassedOver(_ events: JSONValue?) {
        let newest = events.map { Array($0.elements.prefix(10)) } ?? []
        guard !newest.isEmpty else { return }
        Output.print("\nevents that made no delivery (the newest; --json has more)")
        for event in newest {
            let words = ["receivedAt", "state", "hook", "application", "reason"]
                .compactMap { event[$0]?.string }
            Output.print("  " + words.joined(separator: "  "))
        }
    }

    private static func show(
        _ id: String,
        _ client: RelayClient,
        _ arguments: Arguments
    ) throws(RelayClient.Unreachable) -> ExitCode {
        let answer = try client.send("GET", "/api/deliveries/\(PercentEncoding.encodeSegment(id))")
        guard answer.status == 200, let delivery = answer.json else { return refused(answer) }
        if arguments.has("--json") {
            Output.write(answer.body, to: 1)
        } else {
            Output.print(DeliveryStory(delivery).text)
        }
        return .success
    }

    /// Says for each what will be done, then does it.
    private static func redeliver(
        _ ids: [String],
        _ client: RelayClient,
        _ arguments: Arguments
    ) throws(RelayClient.Unreachable) -> ExitCode {
        var code = ExitCode.success
        for id in ids {
            let path = "/api/deliveries/\(PercentEncoding.encodeSegment(id))/redeliver"
            let answer = try client.send("GET", path)
            guard answer.status == 200 else {
                code = refused(answer)
                continue
            }
            let isDryRun = arguments.has("--dry-run")
            if arguments.has("--json") {
                if isDryRun { Output.print(answer.text.withoutTrailingBlanks) }
            } else {
                tellWill(id, answer)
            }
            guard !isDryRun else { continue }
            let end = try act("redeliver", [id], client, arguments)
            if end != .success { code = end }
        }
        return code
    }

    private static func tellWill(_ id: String, _ answer: RelayClient.Answer) {
        for words in answer.json?["will"]?.elements.compactMap(\.string) ?? [] {
            Output.print("\(id): will \(words)")
        }
    }

    private static func act(
        _ action: String,
        _ ids: [String],
        _ client: RelayClient,
        _ arguments: Arguments
    ) throws(RelayClient.Unreachable) -> ExitCode {
        var code = ExitCode.success
        for id in ids {
            let path = "/api/deliveries/\(PercentEncoding.encodeSegment(id))/\(action)"
            let answer = try client.send("POST", path)
            if answer.status == 200, arguments.has("--json") {
                Output.print(answer.text.withoutTrailingBlanks)
            } else if answer.status == 200 {
                let reason = answer.json?["reason"]?.string.map { ": \($0)" } ?? ""
                Output.print("\(id): \(answer.json?["state"]?.string ?? "done")\(reason)")
            } else {
                code = refused(answer)
            }
            // Taken in anew, and refused for the same reason as before.
            if answer.json?["state"]?.string == "dead" { code = .failure }
        }
        return code
    }

    private static func refused(_ answer: RelayClient.Answer) -> ExitCode {
        let words = answer.json?["error"]?.string ?? answer.text.withoutTrailingBlanks
        Output.complain("the relay answered \(answer.status): \(words)")
        if let hint = answer.json?["hint"]?.string { Output.complain("hint: \(hint)") }
        return .failure
    }
}
