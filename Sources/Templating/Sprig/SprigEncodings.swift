import Formats

/// Encodings and digests: sprig's functions of encoding/base64, base32 and crypto.
enum SprigEncodings {
    static let family = FunctionFamily(
        title: "Encodings",
        functions: [
            Function("b64enc", [.string], summary: "in base64") { a, _ in
                .string(Base64.encode(a.text(0)))
            },
            Function("b64dec", [.string], summary: "the error's text for what is none") { a, _ in
                .string(Base64Text.decoded(a.text(0)))
            },
            Function("b32enc", [.string], summary: "in base32") { a, _ in
                .string(Base32Text.encoded(a.text(0)))
            },
            Function("b32dec", [.string], summary: "the error's text for what is none") { a, _ in
                .string(Base32Text.decoded(a.text(0)))
            },
            Function("sha1sum", [.string], summary: "the digest in hexadecimal") { a, _ in
                .string(Hex.encode(SHA1.digest(a.text(0))))
            },
            Function("sha256sum", [.string], summary: "the digest in hexadecimal") { a, _ in
                .string(Hex.encode(SHA256.digest(a.text(0))))
            },
            Function("sha512sum", [.string], summary: "the digest in hexadecimal") { a, _ in
                .string(Hex.encode(SHA512.digest(a.text(0))))
            },
            Function("adler32sum", [.string], summary: "the checksum in decimal") { a, _ in
                .string(String(adler32(a.text(0))))
            },
        ]
    )

    /// RFC 1950 §8.2.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (a, b): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return b << 16 | a
    }
}

/// Base64 as Go's decoder reads it: line ends count for nothing, spare bits neither.
enum Base64Text {
    /// The bytes, or the text of Go's error, which is what sprig gives.
    static func decoded(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var group: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if let value = value(byte) {
                group.append(value)
                if group.count == 4 { flush(&group, to: &output) }
            } else if byte == UInt8(ascii: "=") {
                if let trouble = endOfPadding(text, index, after: group.count) {
                    return failure(at: trouble)
                }
                flush(&group, to: &output)
                return output
            } else if byte != 0x0A && byte != 0x0D {
                return failure(at: index - 1)
            }
        }
        return group.isEmpty ? output : failure(at: text.count - group.count)
    }

    /// Where the padding or what follows it is wrong; nil when it is right.
    private static func endOfPadding(_ text: [UInt8], _ next: Int, after count: Int) -> Int? {
        guard count >= 2 else { return next - 1 }
        var index = next
        func skipLineEnds() {
            while index < text.count, text[index] == 0x0A || text[index] == 0x0D { index += 1 }
        }
        if count == 2 {
            skipLineEnds()
            guard index < text.count else { return text.count }
            guard text[index] == UInt8(ascii: "=") else { return index }
            index += 1
        }
        skipLineEnds()
        return index < text.count ? index : nil
    }

    /// Two, three or four digits are one, two or three bytes.
    private static func flush(_ group: inout [UInt8], to output: inout [UInt8]) {
        let word = group.reduce(UInt32(0)) { $0 << 6 | UInt32($1) } << UInt32(6 * (4 - group.count))
        for place in 0..<(group.count - 1) {
            output.append(UInt8(truncatingIfNeeded: word >> UInt32(16 - 8 * place)))
        }
        group = []
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func failure(at index: Int) -> [UInt8] {
        Array("illegal base64 data at input byte \(index)".utf8)
    }
}

/// Base32 (RFC 4648 §6), as Go reads and writes it.
enum Base32Text {
    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 5) {
            let group = bytes[start..<min(start + 5, bytes.count)]
            let word =
                group.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << UInt64(8 * (5 - group.count))
            let digits = (group.count * 8 + 4) / 5
            for place in 0..<8 {
                let digit = UInt8(word >> UInt64(35 - 5 * place) & 31)
                output.append(
                    place >= digits
                        ? UInt8(ascii: "=") : digit < 26 ? digit + 0x41 : digit - 26 + 0x32
                )
            }
        }
        return output
    }

    /// The bytes, or the text of Go's error.
    static func decoded(_ text: [UInt8]) -> [UInt8] {
        let text = text.filter { $0 != 0x0A && $0 != 0x0D }
        var output: [UInt8] = []
        var group: [UInt8] = []
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: "="), group.count >= 2, text.count - index - 1 < 8 {
                if let trouble = padding(text, index, after: group.count) {
                    return failure(at: trouble)
                }
                flush(group, to: &output)
                return output
            }
            guard let value = value(byte) else { return failure(at: index) }
            group.append(value)
            if group.count == 8 {
                flush(group, to: &output)
                group = []
            }
        }
        return group.isEmpty ? output : failure(at: text.count - group.count)
    }

    /// Where the padding that begins at `index` is wrong; nil when it is right.
    private static func padding(_ text: [UInt8], _ index: Int, after count: Int) -> Int? {
        let rest = text[(index + 1)...]
        if rest.count + count < 7 { return text.count }
        if let wrong = rest.prefix(7 - count).firstIndex(where: { $0 != UInt8(ascii: "=") }) {
            return wrong
        }
        // 1, 3 and 6 digits hold no whole bytes.
        return count == 3 || count == 6 ? index : nil
    }

    private static func flush(_ group: [UInt8], to output: inout [UInt8]) {
        let word = group.reduce(UInt64(0)) { $0 << 5 | UInt64($1) } << UInt64(5 * (8 - group.count))
        for place in 0..<(group.count * 5 / 8) {
            output.append(UInt8(truncatingIfNeeded: word >> UInt64(32 - 8 * place)))
        }
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x32...0x37: byte - 0x32 + 26
        default: nil
        }
    }

    private static func failure(at index: Int) -> [UInt8] {
        Array("illegal base32 data at input byte \(index)".utf8)
    }
}
