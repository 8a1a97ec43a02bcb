import Formats
import GitLab
import Relay

/// The console's page: is all well, and if not, what to do; then the newest deliveries.
///
/// Plain HTML, no script, nothing from outside.
struct ConsolePage {
    private let ledger: Ledger

    init(_ ledger: Ledger) { self.ledger = ledger }

    var html: [UInt8] {
        var page = """
            <!doctype html><html lang="en"><meta charset="utf-8">
            <meta name="viewport" content="width=device-width"><title>Deployment Relay</title>
            <h1>Deployment Relay</h1>

            """
        page += state + held + deliveries
        page += "</html>\n"
        return Array(page.utf8)
    }

    private var state: String {
        let totals = ledger.totals()
        let items = DeliveryState.allCases.map { "<li>\($0.name): \(totals[$0] ?? 0)</li>" }
        let words = ledger.held.isEmpty ? "All is well." : "Somebody must mend something:"
        return "<p>\(words)</p><ul>\(items.joined())</ul>\n"
    }

    private var held: String {
        let items = ledger.held.map { scope, note in
            "<li><b>\(Self.escaped(scope.words))</b> is held since "
                + "<time>\(note.since.rfc3339)</time>: \(Self.escaped(note.reason)). "
                + "To mend it: \(Self.escaped(note.remedy)).</li>"
        }
        return items.isEmpty ? "" : "<ul>\(items.joined())</ul>\n"
    }

    private var deliveries: String {
        let rows = ledger.list(Ledger.Filter()).entries.map { entry in
            let cells = [
                "<a href=\"/api/deliveries/\(entry.id)\">\(entry.id)</a>",
                ledger.state(of: entry).name, Self.escaped(entry.project ?? ""),
                Self.escaped(entry.environment ?? ""), entry.status?.name ?? "",
                String((entry.sha ?? "").prefix(8)), Self.escaped(entry.application ?? ""),
                "<time>\(entry.receivedAt.rfc3339)</time>", Self.escaped(entry.reason ?? ""),
            ]
            return "<tr><td>" + cells.joined(separator: "</td><td>") + "</td></tr>"
        }
        let heads = [
            "id", "state", "project", "environment", "status", "sha", "application", "received",
            "reason",
        ]
        return "<table><thead><tr><th>" + heads.joined(separator: "</th><th>")
            + "</th></tr></thead><tbody>" + rows.joined(separator: "\n") + "</tbody></table>\n"
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "&": out += "&amp;"
            case "\"": out += "&quot;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }
}
