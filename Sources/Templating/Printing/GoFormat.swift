/// The flags of one directive: `%+-#08.3d` (fmt, "Printing").
struct FormatFlags {
    var plus = false
    var minus = false
    var sharp = false
    var space = false
    var zero = false
    /// `%+v` and `%#v`.
    var plusV = false
    var sharpV = false
    /// In characters.
    var width: Int?
    var precision: Int?
}

/// One operand written under one directive, as Go's fmt/format.go does.
///
/// Here are the pieces for strings and numbers; `GoPrinter` takes values apart.
struct GoFormat {
    var flags = FormatFlags()
    var out: [UInt8] = []

    // MARK: - Padding

    /// Zeros pad only to the left.
    private mutating func padding(_ count: Int) {
        guard count > 0 else { return }
        let byte: UInt8 = flags.zero && !flags.minus ? 0x30 : 0x20
        out += repeatElement(byte, count: count)
    }

    mutating func pad(_ text: some Collection<UInt8>) {
        guard let width = flags.width, width > 0 else {
            out += text
            return
        }
        let missing = width - Self.characters(text)
        if !flags.minus { padding(missing) }
        out += text
        if flags.minus { padding(missing) }
    }

    mutating func pad(_ text: String) { pad(text.utf8) }

    private mutating func padWithoutZeros(_ text: [UInt8]) {
        let zero = flags.zero
        flags.zero = false
        pad(text)
        flags.zero = zero
    }

    private static func characters(_ text: some Collection<UInt8>) -> Int {
        text.allSatisfy { $0 < 0x80 } ? text.count : CodePoint.all(of: Array(text)).count
    }

    // MARK: - Strings

    private func cut(_ bytes: [UInt8]) -> [UInt8] {
        guard let precision = flags.precision else { return bytes }
        var at = 0
        for _ in 0..<precision where at < bytes.count {
            at += CodePoint.decode(bytes, at: at).width
        }
        return Array(bytes[..<at])
    }

    mutating func string(_ bytes: [UInt8]) { pad(cut(bytes)) }

    mutating func quoted(_ bytes: [UInt8]) {
        let bytes = cut(bytes)
        if flags.sharp, Self.canBackquote(bytes) {
            pad(Array("`".utf8) + bytes + Array("`".utf8))
        } else {
            pad(GoQuote.quoted(bytes, onlyASCII: flags.plus))
        }
    }

    private static func canBackquote(_ bytes: [UInt8]) -> Bool {
        CodePoint.all(of: bytes).allSatisfy {
            $0 != 0xFFFD && $0 != 0xFEFF && $0 != 0x60 && $0 != 0x7F && ($0 >= 0x20 || $0 == 9)
        }
    }

    mutating func hexadecimal(_ bytes: [UInt8], isUpper: Bool) {
        let count = min(bytes.count, flags.precision ?? bytes.count)
        guard count > 0 else { return padding(flags.width ?? 0) }
        let digits = Array((isUpper ? "0123456789ABCDEF" : "0123456789abcdef").utf8)
        let prefix = Array((flags.sharp ? isUpper ? "0X" : "0x" : "").utf8)
        var text = prefix
        for (index, byte) in bytes.prefix(count).enumerated() {
            if flags.space, index > 0 {
                text.append(0x20)
                text += prefix
            }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        pad(text)
    }

    // MARK: - Integers

    /// An integer by one of the verbs `b d o O x X`; `isSigned` says how to read its bits.
    mutating func integer(_ bits: Int64, isSigned: Bool, base: Int, verb: Character) {
        let isNegative = isSigned && bits < 0
        let magnitude = isNegative ? bits.magnitude : UInt64(bitPattern: bits)
        var places = 0
        if let precision = flags.precision {
            places = precision
            if precision == 0, magnitude == 0 {
                let zero = flags.zero
                flags.zero = false
                padding(flags.width ?? 0)
                flags.zero = zero
                return
            }
        } else if flags.zero, !flags.minus, let width = flags.width {
            places = width - (isNegative || flags.plus || flags.space ? 1 : 0)
        }
        let digits = Array(String(magnitude, radix: base, uppercase: verb == "X").utf8)
        var text = Array((isNegative ? "-" : flags.plus ? "+" : flags.space ? " " : "").utf8)
        let zeros = max(0, places - digits.count)
        if verb == "O" { text += Array("0o".utf8) }
        if flags.sharp {
            switch base {
            case 2: text += Array("0b".utf8)
            case 8: if zeros == 0, digits[0] != 0x30 { text.append(0x30) }
            case 16: text += (verb == "X" ? "0X" : "0x").utf8
            default: break
            }
        }
        text += repeatElement(0x30, count: zeros)
        padWithoutZeros(text + digits)
    }

    mutating func character(_ bits: Int64) { pad(CodePoint.encoded(Self.code(bits))) }

    mutating func quotedCharacter(_ bits: Int64) {
        pad(GoQuote.quoted(character: Self.code(bits), onlyASCII: flags.plus))
    }

    /// `U+0041`, with `#` `U+0041 'A'`.
    mutating func unicode(_ bits: Int64) {
        let magnitude = UInt64(bitPattern: bits)
        let digits = String(magnitude, radix: 16, uppercase: true)
        let places = max(flags.precision ?? 4, 4)
        var text = "U+" + String(repeating: "0", count: max(0, places - digits.count)) + digits
        if flags.sharp, let code = UInt32(exactly: magnitude), GoQuote.isPrintable(code) {
            text += " '" + String(decoding: CodePoint.encoded(code), as: UTF8.self) + "'"
        }
        padWithoutZeros(Array(text.utf8))
    }

    private static func code(_ bits: Int64) -> UInt32 { UInt32(exactly: bits) ?? 0xFFFD }

    // MARK: - Floats

    /// A number by one of the verbs `b e E f F g G x X`.
    ///
    /// The precision counts when the directive has none; nil is the shortest form.
    mutating func float(_ value: Double, _ verb: Character, precision: Int?) {
        let precision = flags.precision ?? precision
        var number: [UInt8] =
            switch verb {
            case "b": GoFloat.binary(value)
            case "x", "X":
                GoFloat.hexadecimal(value, precision: precision, isUpper: verb == "X")
            default: GoFloat.format(value, verb, precision: precision)
            }
        if number[0] != 0x2D, number[0] != 0x2B { number.insert(0x2B, at: 0) }
        if flags.space, number[0] == 0x2B, !flags.plus { number[0] = 0x20 }
        if !value.isFinite {
            if value.isNaN, !flags.space, !flags.plus { number.removeFirst() }
            return padWithoutZeros(number)
        }
        if flags.sharp, verb != "b" { keepPoint(&number, verb, precision) }
        guard flags.plus || number[0] != 0x2B else { return pad(number.dropFirst()) }
        if flags.zero, !flags.minus, let width = flags.width, width > number.count {
            out.append(number[0])
            padding(width - number.count)
            out += number.dropFirst()
        } else {
            pad(number)
        }
    }

    /// The flag `#`: a decimal point always, and the trailing zeros of `%g`.
    private func keepPoint(_ number: inout [UInt8], _ verb: Character, _ precision: Int?) {
        var missing = "gGxX".contains(verb) ? precision ?? 6 : 0
        let isHex = verb == "x" || verb == "X"
        var hasPoint = false
        var seenDigit = false
        var end = number.count
        for index in number.indices.dropFirst() {
            let byte = number[index]
            if byte == 0x2E {
                hasPoint = true
            } else if byte | 0x20 == 0x70 || !isHex && byte | 0x20 == 0x65 {
                end = index
                break
            } else {
                if byte != 0x30 { seenDigit = true }
                if seenDigit { missing -= 1 }
            }
        }
        let tail = number[end...]
        number.removeLast(tail.count)
        if !hasPoint {
            if number.count == 2, number[1] == 0x30 { missing -= 1 }
            number.append(0x2E)
        }
        number += repeatElement(0x30, count: max(0, missing))
        number += tail
    }
}
