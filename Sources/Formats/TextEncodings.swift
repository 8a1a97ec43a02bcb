/// Base64 (RFC 4648 §4 and §5).
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, standard, pads: true) }

    /// The URL-safe alphabet, padded.
    package static func encodeURLSafe(_ bytes: [UInt8]) -> String {
        encode(bytes, urlSafe, pads: true)
    }

    /// Strict: right length, right padding, no bits left over, nothing else in between.
    package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8), standard) }

    package static func decodeURLSafe(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8), urlSafe)
    }

    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8
    )
    private static let standard = letters + Array("+/".utf8)
    private static let urlSafe = letters + Array("-_".utf8)

    private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8], pads: Bool) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                if place <= group.count {
                    out.append(alphabet[word >> (18 - 6 * place) & 63])
                } else if pads {
                    out.append(0x3D)
                }
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func decode(_ text: [UInt8], _ alphabet: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.reversed().prefix { $0 == 0x3D }.count
        guard padding <= 2 else { return nil }
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        var out: [UInt8] = []
        var word = 0
        var bits = 0
        for letter in text.dropLast(padding) {
            let value = values[Int(letter)]
            guard value != 255 else { return nil }
            word = (word << 6 | Int(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(word >> bits & 0xFF))
            }
        }
        guard word & ((1 << bits) - 1) == 0, [0: 0, 1: 2, 2: 4][padding] == bits else { return nil }
        return out
    }
}

/// Base16 (RFC 4648 §8); written in lower case, read in both.
package enum Hex {
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    package static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var out: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[start]), let low = value(digits[start + 1]) else {
                return nil
            }
            out.append(high << 4 | low)
        }
        return out
    }

    package static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}

/// Percent-encoding (RFC 3986 §2.1).
package enum PercentEncoding {
    /// One path segment or query value: all but the unreserved characters is encoded, `/` too.
    package static func encodeSegment(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            default: out += Array("%\(Hex.encode([byte]).uppercased())".utf8)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// - Returns: nil when a `%` is not followed by two hex digits.
    package static func decode(_ bytes: some Sequence<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                out.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Hex.value),
                let low = rest.popFirst().flatMap(Hex.value)
            else { return nil }
            out.append(high << 4 | low)
        }
        return out
    }
}
