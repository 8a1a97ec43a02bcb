/// Writes JSON (RFC 8259) from front to back; commas come by themselves.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Whether the next value or member stands behind another one.
    private var needsComma = false

    /// - Parameter count: Bytes that are likely to come.
    package init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

    // MARK: - Values

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        begin()
        bytes.append(0x7B)
        needsComma = false
        body(&self)
        bytes.append(0x7D)
        needsComma = true
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        begin()
        bytes.append(0x5B)
        needsComma = false
        body(&self)
        bytes.append(0x5D)
        needsComma = true
    }

    package mutating func string(_ text: String) {
        begin()
        var text = text
        text.withUTF8 { quote($0) }
    }

    /// Invalid UTF-8 becomes U+FFFD.
    package mutating func string(utf8: [UInt8]) {
        begin()
        utf8.withUnsafeBufferPointer { quote($0) }
    }

    package mutating func number(_ value: some BinaryInteger) {
        begin()
        bytes += String(value).utf8
    }

    /// The shortest text that reads back as the same; NaN and infinities become null.
    package mutating func number(_ value: Double) {
        begin()
        guard value.isFinite else {
            bytes += "null".utf8
            return
        }
        let isWhole = value == value.rounded() && abs(value) < 1e15
        bytes += (isWhole ? String(Int64(value)) : "\(value)").utf8
    }

    package mutating func bool(_ value: Bool) {
        begin()
        bytes += (value ? "true" : "false").utf8
    }

    package mutating func null() {
        begin()
        bytes += "null".utf8
    }

    /// A value that is JSON text already.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        begin()
        bytes += json
    }

    // MARK: - Members

    /// `body` writes the one value.
    package mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
        string(name)
        bytes.append(0x3A)
        needsComma = false
        body(&self)
    }

    package mutating func member(_ name: String, _ value: String) {
        member(name) { $0.string(value) }
    }

    package mutating func member(_ name: String, _ value: String?) {
        member(name) { writer in
            if let value { writer.string(value) } else { writer.null() }
        }
    }

    package mutating func member(_ name: String, _ value: Int) { member(name) { $0.number(value) } }
    package mutating func member(_ name: String, _ value: Int64) {
        member(name) { $0.number(value) }
    }

    package mutating func member(_ name: String, _ value: Int?) {
        member(name) { writer in
            if let value { writer.number(value) } else { writer.null() }
        }
    }

    package mutating func member(_ name: String, _ value: Bool) { member(name) { $0.bool(value) } }
    package mutating func member(_ name: String, _ value: Double) {
        member(name) { $0.number(value) }
    }

    package mutating func memberRaw(_ name: String, json: some Sequence<UInt8>) {
        member(name) { $0.raw(json) }
    }

    // MARK: - Bytes

    /// A line feed behind a whole text.
    package mutating func endLine() { bytes.append(0x0A) }

    private mutating func begin() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func quote(_ utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(0x22)
        // Most texts stand as they are.
        if let base = utf8.baseAddress, PlainText.end(base, utf8.count, from: 0) == utf8.count {
            bytes += utf8
        } else {
            JSONEscape.append(utf8, to: &bytes, style: .minimal)
        }
        bytes.append(0x22)
    }
}
