/// Base64 (RFC 4648 §4 and §5).
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, standard) }

    /// The URL-safe alphabet, padded.
    package static func encodeURLSafe(_ bytes: [UInt8]) -> String { encode(bytes, urlSafe) }

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

    private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                let isPadding = place > group.count
                out.append(isPadding ? 0x3D : alphabet[word >> (18 - 6 * place) & 63])
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
