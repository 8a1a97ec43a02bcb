import JSON
import POSIX
import RelayServer

/// How events of the past compare, for people or for programs.
struct PastEventsReport {
    let comparisons: [PastEvents.Comparison]

    /// Prints it; fails when an event that was taken would be refused.
    func tell(asJSON isJSON: Bool) -> ExitCode {
        if isJSON {
            Output.write(json, to: 1)
        } else {
            Output.print(text)
        }
        return count(.fails) == 0 ? .success : .data
    }

    private func count(_ result: PastEvents.Comparison.Result) -> Int {
        comparisons.filter { $0.result == result }.count
    }

    private var text: String {
        let paint = Paint()
        var lines: [String] = []
        for event in comparisons where event.result != .same || event.reason != nil {
            let name = event.result.rawValue
            let padded = name + String(repeating: " ", count: 8 - name.count)
            let place = [event.hook, event.application, event.environment]
                .filter { !$0.isEmpty }.joined(separator: "  ")
            let reason = event.reason.map { ": \($0)" } ?? ""
            lines.append(
                "\(paint(word: name, padded: padded))delivery \(event.id)  \(place)\(reason)"
            )
            for line in event.difference {
                let colour: Paint.Colour? =
                    line.hasPrefix("-") ? .red : line.hasPrefix("+") ? .green : nil
                lines.append("    " + paint(colour, line))
            }
        }
        guard !comparisons.isEmpty else { return "no events in that time" }
        let sums = [
            (PastEvents.Comparison.Result.same, "the same"), (.differs, "different"),
            (.fails, "would fail"), (.gone, "no longer in the log"),
        ]
        let words = sums.compactMap { result, words in
            count(result) == 0 ? nil : "\(count(result)) \(words)"
        }
        if !lines.isEmpty { lines.append("") }
        return (lines + [words.joined(separator: ", ")]).joined(separator: "\n")
    }

    private var json: [UInt8] {
        var writer = JSONWriter()
        writer.array { writer in
            for event in comparisons {
                writer.object { writer in
                    writer.member("id", event.id)
                    writer.member("hook", event.hook)
                    writer.member("application", event.application)
                    writer.member("environment", event.environment)
                    writer.member("result", event.result.rawValue)
                    writer.member("reason", event.reason)
                    writer.member("difference") { writer in
                        writer.array { writer in
                            for line in event.difference { writer.string(line) }
                        }
                    }
                }
            }
        }
        return writer.bytes + [0x0A]
    }
}
