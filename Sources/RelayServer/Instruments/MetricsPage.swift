/// Prometheus' text format (version 0.0.4), family by family.
struct MetricsPage {
    private(set) var text = ""
    private static let prefix = "deployment_relay_"

    /// One sample of a family: its labels and its value.
    typealias Sample = (labels: [(String, String)], value: Double)

    mutating func counter(_ name: String, _ help: String, _ samples: [Sample]) {
        family(name, help, "counter", samples)
    }

    mutating func gauge(_ name: String, _ help: String, _ samples: [Sample]) {
        family(name, help, "gauge", samples)
    }

    private mutating func family(
        _ name: String,
        _ help: String,
        _ kind: String,
        _ samples: [Sample]
    ) {
        let full = name.hasPrefix("process_") ? name : Self.prefix + name
        head(full, help, kind)
        for sample in samples { line(full, sample.labels, sample.value) }
    }

    mutating func histogram(
        _ name: String,
        _ help: String,
        _ members: [(labels: [(String, String)], histogram: Histogram)]
    ) {
        let full = Self.prefix + name
        head(full, help, "histogram")
        for (labels, histogram) in members {
            var total: UInt64 = 0
            for (bound, count) in zip(histogram.bounds, histogram.counts) {
                total += count
                line(full + "_bucket", labels + [("le", number(bound))], Double(total))
            }
            line(full + "_bucket", labels + [("le", "+Inf")], Double(histogram.count))
            line(full + "_sum", labels, histogram.sum)
            line(full + "_count", labels, Double(histogram.count))
        }
    }

    private mutating func head(_ name: String, _ help: String, _ kind: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0)=\"\(escaped($1))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " \(number(value))\n"
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }
}
