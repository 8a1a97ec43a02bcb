import Glibc

/// A measured point.
struct CurvePoint {
    let at: Double
    let value: Double
}

struct Curve {
    let name: String
    let points: [CurvePoint]
}

/// Curves over logarithmic axes as SVG, readable on light and on dark pages.
struct GrowthChart {
    let title: String
    let axis: String
    let curves: [Curve]

    private static let width = 760.0
    private static let height = 420.0
    private static let left = 70.0
    private static let right = 20.0
    private static let top = 44.0
    private static let bottom = 130.0
    private static let colours = ["#2f7ed8", "#d9822b", "#2e9e5b", "#b55ad4"]

    private var all: [CurvePoint] { curves.flatMap(\.points) }

    /// Powers of ten that hold all values.
    private static func range(_ values: [Double]) -> (low: Int, high: Int) {
        var (low, high) = (99, -99)
        for value in values where value > 0 {
            var power = 0
            while value >= 10.0.raised(to: power + 1) { power += 1 }
            while value < 10.0.raised(to: power) { power -= 1 }
            low = min(low, power)
            high = max(high, value > 10.0.raised(to: power) ? power + 1 : power)
        }
        return high < low ? (0, 1) : (low, max(high, low + 1))
    }

    var svg: String {
        let across = Self.range(all.map(\.at))
        let up = Self.range(all.map(\.value))
        func x(_ value: Double) -> Double {
            let share = (value.tens - Double(across.low)) / Double(across.high - across.low)
            return Self.left + share * (Self.width - Self.left - Self.right)
        }
        func y(_ value: Double) -> Double {
            let share = (value.tens - Double(up.low)) / Double(up.high - up.low)
            return Self.height - Self.bottom - share * (Self.height - Self.bottom - Self.top)
        }
        var lines = head
        for power in across.low...across.high {
            let at = Self.shown(x(10.0.raised(to: power)))
            let base = Self.height - Self.bottom
            lines.append(
                "<line class=\"g\" x1=\"\(at)\" y1=\"\(Self.top)\" x2=\"\(at)\" y2=\"\(base)\"/>"
            )
            lines.append(text(at, base + 18, "middle", Self.number(power)))
        }
        for power in up.low...up.high {
            let at = Self.shown(y(10.0.raised(to: power)))
            let end = Self.width - Self.right
            lines.append(
                "<line class=\"g\" x1=\"\(Self.left)\" y1=\"\(at)\" x2=\"\(end)\" y2=\"\(at)\"/>"
            )
            lines.append(text(Self.left - 8, at + 4, "end", Self.number(power)))
        }
        lines.append(text(Self.width / 2, Self.height - Self.bottom + 38, "middle", axis))
        lines.append(text(Self.left, Self.top - 10, "start", "microseconds"))
        for (number, curve) in curves.enumerated() {
            let colour = Self.colours[number % Self.colours.count]
            let path = curve.points.map { "\(Self.shown(x($0.at))),\(Self.shown(y($0.value)))" }
            lines.append(
                "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" "
                    + "points=\"\(path.joined(separator: " "))\"/>"
            )
            for point in curve.points {
                lines.append(
                    "<circle fill=\"\(colour)\" r=\"3\" cx=\"\(Self.shown(x(point.at)))\" "
                        + "cy=\"\(Self.shown(y(point.value)))\"/>"
                )
            }
            let at = Self.height - Self.bottom + 60 + Double(number) * 18
            lines.append(
                "<line stroke=\"\(colour)\" stroke-width=\"2\" x1=\"\(Self.left)\" y1=\"\(at - 4)\" "
                    + "x2=\"\(Self.left + 24)\" y2=\"\(at - 4)\"/>"
            )
            lines.append(text(Self.left + 32, at, "start", curve.name))
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.width)) "
                + "\(Int(Self.height))\" role=\"img\" aria-label=\"\(title)\">",
            "<style>text { font: 13px system-ui, sans-serif; fill: #333 } .g { stroke: #8884 } "
                + "@media (prefers-color-scheme: dark) { text { fill: #ddd } }</style>",
            "<text x=\"\(Self.width / 2)\" y=\"18\" text-anchor=\"middle\" font-weight=\"bold\">"
                + "\(title)</text>",
        ]
    }

    private func text(_ x: Double, _ y: Double, _ anchor: String, _ words: String) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(words)</text>"
    }

    /// To a tenth of a unit.
    private static func shown(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func number(_ power: Int) -> String {
        switch power {
        case ..<0: "0." + String(repeating: "0", count: -power - 1) + "1"
        case 0...3: "1" + String(repeating: "0", count: power)
        case 4...5: "1" + String(repeating: "0", count: power - 3) + "k"
        default: "1" + String(repeating: "0", count: power - 6) + "M"
        }
    }
}

extension Double {
    /// Its logarithm to the base 10.
    fileprivate var tens: Double { log10(self) }

    fileprivate func raised(to power: Int) -> Double {
        (0..<abs(power)).reduce(1.0) { result, _ in power < 0 ? result / self : result * self }
    }
}
