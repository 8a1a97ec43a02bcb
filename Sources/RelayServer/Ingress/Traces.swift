/// Which deliveries came with a `traceparent`, so that the line about their end can tell it.
///
/// Of fixed size: of what came beyond it, or before this start, the record is read instead.
struct Traces {
    private static let limit = 16_384

    private var open: [UInt64: String] = [:]
    /// The highest id whose trace was one too many; 0: all were kept.
    private var highestLeftOut: UInt64 = 0

    mutating func add(_ id: UInt64, _ traceparent: String) {
        guard open.count < Self.limit || open[id] != nil else {
            return highestLeftOut = max(highestLeftOut, id)
        }
        open[id] = traceparent
    }

    /// Whether it may have had one that was not kept.
    func mayLack(_ id: UInt64) -> Bool { id <= highestLeftOut }

    mutating func take(_ id: UInt64) -> String? {
        open.isEmpty ? nil : open.removeValue(forKey: id)
    }
}
