import Formats

/// Which characters are percent-encoded where, as Go's net/url has it.
enum URLEscaping {
    case path, host, zone, userPassword, fragment

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private func mustEscape(_ byte: UInt8) -> Bool {
        if Self.isAlphanumeric(byte) || "-_.~".utf8.contains(byte) { return false }
        let isInHost = self == .host || self == .zone
        if isInHost && "!$&'()*+,;=:[]<>\"".utf8.contains(byte) { return false }
        if "$&+,/:;=?@".utf8.contains(byte) {
            return switch self {
            case .path: byte == UInt8(ascii: "?")
            case .userPassword: "@/?:".utf8.contains(byte)
            case .fragment: false
            case .host, .zone: true
            }
        }
        return !(self == .fragment && "!()*".utf8.contains(byte))
    }

    static func escape(_ bytes: [UInt8], _ mode: URLEscaping) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.flatMap { byte in
            mode.mustEscape(byte)
                ? [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] : [byte]
        }
    }

    func unescape(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "%") {
                output.append(try unescaped(rest.prefix(3)))
                rest = rest.dropFirst(3)
                continue
            }
            if self == .host || self == .zone, byte < 0x80, mustEscape(byte) {
                let character = Character(UnicodeScalar(byte))
                throw Failure(description: "invalid character \"\(character)\" in host name")
            }
            output.append(byte)
            rest.removeFirst()
        }
        return output
    }

    private func unescaped(_ code: ArraySlice<UInt8>) throws(Failure) -> UInt8 {
        let text = String(decoding: code, as: UTF8.self)
        let failure = Failure(description: "invalid URL escape \"\(text)\"")
        guard code.count == 3, let high = Hex.value(code[code.startIndex + 1]),
            let low = Hex.value(code[code.startIndex + 2])
        else { throw failure }
        let byte = high << 4 | low
        // In a host only bytes beyond ASCII may be encoded, and the zone's percent sign.
        if self == .host && high < 8 && text != "%25" { throw failure }
        if self == .zone && text != "%25" && byte != 0x20 && URLEscaping.host.mustEscape(byte) {
            throw failure
        }
        return byte
    }
}
