/// Header fields in the order they came; names compare without case (RFC 9110 §5.1).
package struct HTTPFields: Sendable {
    private let bytes: [UInt8]
    private let lines: [Line]

    struct Line: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    init(bytes: [UInt8], lines: [Line]) {
        self.bytes = bytes
        self.lines = lines
    }

    package var count: Int { lines.count }

    /// The first value of this name.
    package subscript(_ name: String) -> String? {
        lines.first { matches($0, name) }.map { text($0.value) }
    }

    /// Every value of this name, in order.
    package func all(_ name: String) -> [String] {
        lines.lazy.filter { matches($0, name) }.map { text($0.value) }
    }

    package func has(_ name: String) -> Bool { lines.contains { matches($0, name) } }

    package var list: [(name: String, value: String)] { list { _ in true } }

    /// Those whose names `isWanted`.
    package func list(
        where isWanted: (_ name: String) -> Bool
    ) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        list.reserveCapacity(lines.count)
        for line in lines {
            let name = text(line.name)
            if isWanted(name) { list.append((name, text(line.value))) }
        }
        return list
    }

    /// The elements of comma-separated lists under this name, lower case (RFC 9110 §5.6.1).
    package func tokens(_ name: String) -> [String] {
        var tokens: [String] = []
        for line in lines where matches(line, name) {
            for element in bytes[line.value].split(separator: 0x2C) {
                let words = element.split { $0 == 0x20 || $0 == 0x09 }
                if let first = words.first { tokens.append(ASCII.lowercased(first)) }
            }
        }
        return tokens
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private func matches(_ line: Line, _ name: String) -> Bool {
        guard line.name.count == name.utf8.count else { return false }
        var name = name
        return name.withUTF8 { wanted in
            for offset in 0..<wanted.count {
                let (byte, other) = (wanted[offset], bytes[line.name.lowerBound + offset])
                guard byte == other || ASCII.lowercased(byte) == ASCII.lowercased(other) else {
                    return false
                }
            }
            return true
        }
    }
}

/// Case as HTTP knows it: `A` to `Z` and nothing else.
///
/// Unicode's own rules make a `k` of the Kelvin sign, and so `chunked` of something that another
/// server does not read so.
enum ASCII {
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    static func lowercased(_ text: some StringProtocol) -> String { lowercased(text.utf8) }

    static func lowercased(_ text: some Sequence<UInt8>) -> String {
        String(decoding: text.map { lowercased($0) }, as: UTF8.self)
    }
}
