/// A duration among a template's values: Go's `time.Duration`, an int64 of nanoseconds.
final class DurationValue: OpaqueValue {
    let duration: GoDuration

    init(_ duration: GoDuration) { self.duration = duration }

    var typeName: String { "time.Duration" }
    var kindName: String { "int64" }
    var printed: [UInt8] { Array(duration.description.utf8) }
    var json: [UInt8]? { Array(String(duration.nanoseconds).utf8) }
    var integer: Int64? { duration.nanoseconds }

    func isEqual(to other: any OpaqueValue) -> Bool {
        (other as? DurationValue)?.duration == duration
    }

    func method(_ name: String) -> Function? {
        let duration = duration
        let nanoseconds = duration.nanoseconds
        switch name {
        case "Hours": return real(name, of: 3_600 * GoDuration.second)
        case "Minutes": return real(name, of: 60 * GoDuration.second)
        case "Seconds": return real(name, of: GoDuration.second)
        case "Milliseconds": return Function(name, []) { _, _ in .int64(nanoseconds / 1_000_000) }
        case "Microseconds": return Function(name, []) { _, _ in .int64(nanoseconds / 1000) }
        case "Nanoseconds": return Function(name, []) { _, _ in .int64(nanoseconds) }
        case "String": return Function(name, []) { _, _ in .string(duration.description) }
        case "Abs":
            let magnitude = nanoseconds == .min ? .max : abs(nanoseconds)
            return Function(name, []) { _, _ in
                .opaque(DurationValue(GoDuration(nanoseconds: magnitude)))
            }
        case "Round":
            return Function(name, [.any]) { a, _ throws(FunctionError) in
                .opaque(DurationValue(duration.rounded(to: try a.duration(0))))
            }
        case "Truncate":
            return Function(name, [.any]) { a, _ throws(FunctionError) in
                .opaque(DurationValue(duration.truncated(to: try a.duration(0))))
            }
        default: return nil
        }
    }

    /// The duration in a unit; the whole part and the rest are divided apart, as Go does.
    private func real(_ name: String, of unit: Int64) -> Function {
        let (whole, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: unit)
        return Function(name, []) { _, _ in .float(Double(whole) + Double(rest) / Double(unit)) }
    }
}
