/// How far a number literal reaches (text/template/parse/lex.go, scanNumber).
struct NumberScanner {
    private let text: [UInt8]
    private(set) var at: Int

    init(_ text: [UInt8], _ start: Int) {
        self.text = text
        at = start
    }

    private mutating func accept(_ set: StaticString) -> Bool {
        guard at < text.count else { return false }
        for offset in 0..<set.utf8CodeUnitCount where text[at] == set.utf8Start[offset] {
            at += 1
            return true
        }
        return false
    }

    private mutating func run(_ set: StaticString) { while accept(set) {} }

    /// - Returns: Whether anything was there.
    mutating func scan() -> Bool {
        let start = at
        _ = accept("+-")
        var digits: StaticString = "0123456789_"
        var exponent: StaticString = "eE"
        if accept("0") {
            if accept("xX") {
                digits = "0123456789abcdefABCDEF_"
                exponent = "pP"
            } else if accept("oO") {
                digits = "01234567_"
                exponent = ""
            } else if accept("bB") {
                digits = "01_"
                exponent = ""
            }
        }
        run(digits)
        if accept(".") { run(digits) }
        if accept(exponent) {
            _ = accept("+-")
            run("0123456789_")
        }
        _ = accept("i")
        return at > start
    }
}
