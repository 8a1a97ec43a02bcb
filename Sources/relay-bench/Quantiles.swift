/// Times of many events: kept one by one, sorted once.
struct Quantiles {
    private var nanoseconds: [Int64] = []

    var count: Int { nanoseconds.count }

    mutating func add(_ time: Int64) { nanoseconds.append(time) }

    /// Milliseconds below which the given shares of all events stayed; the last is the longest.
    mutating func milliseconds(_ shares: [Double]) -> [Double] {
        nanoseconds.sort()
        return shares.map { share in
            guard !nanoseconds.isEmpty else { return 0 }
            let index = min(nanoseconds.count - 1, Int(Double(nanoseconds.count) * share))
            return Double(nanoseconds[index]) / 1e6
        }
    }
}

/// Numbers under names, for people or as one JSON object.
struct Figures {
    private var rows: [(name: String, value: Double)] = []

    mutating func add(_ name: String, _ value: Double) { rows.append((name, value)) }

    var text: String {
        let width = rows.map { $0.name.count }.max() ?? 0
        return rows.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + Self.shown(value)
        }.joined(separator: "\n")
    }

    var json: String {
        "{" + rows.map { "\"\($0.name)\": \(Self.shown($0.value))" }.joined(separator: ", ") + "}"
    }

    private static func shown(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return String((value * 1000).rounded() / 1000)
    }
}
