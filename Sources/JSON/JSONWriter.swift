/// Writes JSON (RFC 8259) from front to back; commas come by themselves.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Whether the next value or member stands behind another one.
    private var needsComma = false

    package init() {}

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
        bytes += Array(String(value).utf8)
    }

    /// The shortest text that reads back as the same; NaN and infinities become null.
    package mutating func number(_ value: Double) {
        begin()
        guard value.isFinite else {
            bytes += Array("null".utf8)
            return
        }
        let isWhole = value == value.rounded() && abs(value) < 1e15
        bytes += Array((isWhole ? String(Int64(value)) : "\(value)").utf8)
    }

    package mutating func bool(_ value: Bool) {
        begin()
        bytes += Array((value ? "true" : "false").utf8)
    }

    package mutating func null() {
        begin()
        bytes += Array("null".utf8)
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

    private mutating func begin() {
        if needsComma { bytes.append(0x2C) }
        needsComma = true
    }

    private mutating func quote(_ utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(0x22)
        JSONEscape.append(utf8, to: &bytes, style: .minimal)
        bytes.append(0x22)
    }
}

/// What stands between a JSON string's quotes.
package enum JSONEscape {
    package enum Style: Sendable {
        /// Only what RFC 8259 §7 demands.
        case minimal
        /// As Go's encoding/json: `<`, `>`, `&`, U+2028 and U+2029 too.
        case go
        /// As Go's without HTML escapes: U+2028 and U+2029 only.
        case goRaw
    }

    package static func append(_ utf8: [UInt8], to out: inout [UInt8], style: Style) {
        utf8.withUnsafeBufferPointer { append($0, to: &out, style: style) }
    }

    package static func append(
        _ utf8: UnsafeBufferPointer<UInt8>,
        to out: inout [UInt8],
        style: Style
    ) {
        var plain = 0
        var at = 0
        while at < utf8.count {
            let byte = utf8[at]
            if byte < 0x80 {
                let isSpecial = byte < 0x20 || byte == 0x22 || byte == 0x5C
                let isHTML = style == .go && (byte == 0x3C || byte == 0x3E || byte == 0x26)
                if isSpecial || isHTML {
                    out += utf8[plain..<at]
                    escape(byte, &out)
                    plain = at + 1
                }
                at += 1
                continue
            }
            let rest = UnsafeBufferPointer(rebasing: utf8[at..<min(at + 4, utf8.count)])
            let length = UTF8Text.lengthOfValid(Array(rest)[...], at: 0)
            if length == 0 {
                out += utf8[plain..<at]
                out += style == .minimal ? [0xEF, 0xBF, 0xBD] : Array("\\ufffd".utf8)
                at += 1
                plain = at
            } else if style != .minimal, length == 3, byte == 0xE2, rest[1] == 0x80,
                rest[2] & 0xFE == 0xA8
            {
                out += utf8[plain..<at]
                out += Array((rest[2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                at += 3
                plain = at
            } else {
                at += length
            }
        }
        out += utf8[plain..<utf8.count]
    }

    private static func escape(_ byte: UInt8, _ out: inout [UInt8]) {
        out.append(0x5C)
        switch byte {
        case 0x22, 0x5C: out.append(byte)
        case 0x08: out.append(0x62)
        case 0x0C: out.append(0x66)
        case 0x0A: out.append(0x6E)
        case 0x0D: out.append(0x72)
        case 0x09: out.append(0x74)
        default:
            let digits = Array("0123456789abcdef".utf8)
            out += [0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
