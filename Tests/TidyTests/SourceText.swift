/// A Swift file split into what the compiler reads and what only people and programs read.
///
/// A lexer of the few forms that matter, not of the language: comments (nested too), strings in
/// all their forms (`"`, `"""`, `#"`), and code inside interpolations, which stays code.
struct SourceText {
    private let bytes: [UInt8]
    /// The bytes with comments and string contents blanked.
    private var blanked: [UInt8]
    private var at = 0

    private static let newline = UInt8(ascii: "\n")

    /// What the compiler reads; lines stay where they are.
    private(set) var code = ""
    private(set) var codeLines: [Substring] = []

    init(_ text: String) {
        bytes = Array(text.utf8)
        blanked = bytes
        readCode(untilParenthesis: false)
        code = String(decoding: blanked, as: UTF8.self)
        codeLines = code.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func stands(_ text: StaticString) -> Bool {
        stands(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func stands(_ text: some Collection<UInt8>) -> Bool {
        bytes[at...].starts(with: text)
    }

    private mutating func blank(_ count: Int) {
        for index in at..<min(at + count, bytes.count) where bytes[index] != Self.newline {
            blanked[index] = UInt8(ascii: " ")
        }
        at += count
    }

    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "/") where stands("//"):
                while at < bytes.count, bytes[at] != Self.newline { blank(1) }
                continue
            case UInt8(ascii: "/") where stands("/*"):
                blankComment()
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "#"):
                if let quote = openingQuote() {
                    readString(quote)
                    continue
                }
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            default: break
            }
            at += 1
            if untilParenthesis, depth == 0 { return }
        }
    }

    private mutating func blankComment() {
        var depth = 0
        repeat {
            let isOpening = stands("/*")
            let isClosing = stands("*/")
            depth += isOpening ? 1 : isClosing ? -1 : 0
            blank(isOpening || isClosing ? 2 : 1)
        } while depth > 0 && at < bytes.count
    }

    /// The quote that opens here: any number of `#`, then one or three `"`.
    private func openingQuote() -> (hashes: Int, marks: Int)? {
        let hashes = bytes[at...].prefix { $0 == UInt8(ascii: "#") }.count
        let marks = bytes[(at + hashes)...].prefix { $0 == UInt8(ascii: "\"") }.count
        return marks == 0 ? nil : (hashes, marks >= 3 ? 3 : 1)
    }

    private mutating func readString(_ quote: (hashes: Int, marks: Int)) {
        let hashes = [UInt8](repeating: UInt8(ascii: "#"), count: quote.hashes)
        let end = [UInt8](repeating: UInt8(ascii: "\""), count: quote.marks) + hashes
        let interpolation = [UInt8(ascii: "\\")] + hashes + [UInt8(ascii: "(")]
        at += quote.hashes + quote.marks
        while at < bytes.count {
            if stands(end) {
                at += end.count
                return
            }
            if stands(interpolation) {
                blank(1 + quote.hashes)
                readCode(untilParenthesis: true)
            } else {
                blank(quote.hashes == 0 && bytes[at] == UInt8(ascii: "\\") ? 2 : 1)
            }
        }
    }
}
