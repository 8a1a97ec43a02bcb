/// Which deliveries came with a `traceparent`, so that the line about their end can tell it.
///
/// Of fixed size: of what came beyond it, or before this start, the record is read instead.
struct Traces {
    private static let limit = 16_384

    private var open: [UInt64: String] = [:]
    /// Whether some were too many to keep.
    private(set) var isPartial = false

    mutating func add(_ id: UInt64, _ traceparent: String) {
        guard open.count < Self.limit || open[id] != nil else { return isPartial = true }
        open[id] = traceparent
    }

    mutating func take(_ id: UInt64) -> String? {
        open.isEmpty ? nil : open.removeValue(forKey: id)
    }
}
