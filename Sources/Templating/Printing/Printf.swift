/// Go's Sprintf: a format's directives, one after the other (fmt/print.go, doPrintf).
struct Printf {
    private let format: [UInt8]
    private let arguments: [Value]
    private let run: Run
    private var printer: GoPrinter
    private var at = 0
    private var next = 0
    /// Whether an explicit index (`%[2]d`) was met: then nothing counts as extra.
    private var isReordered = false
    private var isIndexGood = true
    private var isBehindIndex = false

    /// Go's own bound for widths and precisions.
    private static let largestNumber = 1_000_000

    static func text(
        _ format: [UInt8],
        _ arguments: [Value],
        _ run: Run
    ) throws(FunctionError) -> [UInt8] {
        var printf = Printf(format, arguments, run)
        return try printf.text()
    }

    private init(_ format: [UInt8], _ arguments: [Value], _ run: Run) {
        self.format = format
        self.arguments = arguments
        self.run = run
        printer = GoPrinter(run)
    }

    private mutating func text() throws(FunctionError) -> [UInt8] {
        while at < format.count {
            let start = at
            while at < format.count, format[at] != 0x25 { at += 1 }
            printer.format.out += format[start..<at]
            guard at < format.count else { break }
            at += 1
            try directive()
            if printer.format.out.count > run.limits.valueBytes {
                try run.allow(bytes: printer.format.out.count)
            }
        }
        if !isReordered, next < arguments.count { try extra() }
        return printer.format.out
    }

    private mutating func write(_ text: String) { printer.format.out += text.utf8 }

    private mutating func directive() throws(FunctionError) {
        printer.format.flags = FormatFlags()
        isIndexGood = true
        isBehindIndex = false
        readFlags()
        readIndex()
        readWidth()
        if at < format.count, format[at] == 0x2E { readPrecision() }
        if !isBehindIndex { readIndex() }
        guard at < format.count else { return write("%!(NOVERB)") }
        let length = CodePoint.decode(format, at: at).width
        let verb = String(decoding: format[at..<at + length], as: UTF8.self).first ?? "%"
        at += length
        if verb == "%" { return printer.format.out.append(0x25) }
        guard isIndexGood else { return write("%!\(verb)(BADINDEX)") }
        guard next < arguments.count else { return write("%!\(verb)(MISSING)") }
        if verb == "v" {
            printer.format.flags.sharpV = printer.format.flags.sharp
            printer.format.flags.plusV = printer.format.flags.plus
            printer.format.flags.sharp = false
            printer.format.flags.plus = false
        }
        try printer.print(arguments[next], verb)
        next += 1
    }

    private mutating func extra() throws(FunctionError) {
        printer.format.flags = FormatFlags()
        write("%!(EXTRA ")
        for (index, value) in arguments[next...].enumerated() {
            if index > 0 { write(", ") }
            if !value.isNil { write("\(value.typeName)=") }
            try printer.print(value, "v")
        }
        write(")")
    }

    // MARK: - Parts of a directive

    private mutating func readFlags() {
        while at < format.count {
            switch format[at] {
            case 0x23: printer.format.flags.sharp = true
            case 0x30: printer.format.flags.zero = true
            case 0x2B: printer.format.flags.plus = true
            case 0x2D: printer.format.flags.minus = true
            case 0x20: printer.format.flags.space = true
            default: return
            }
            at += 1
        }
    }

    /// `[2]`, counted from 1.
    private mutating func readIndex() {
        isBehindIndex = false
        guard at < format.count, format[at] == 0x5B else { return }
        isReordered = true
        guard let end = format[at...].firstIndex(of: 0x5D), format.count - at >= 3 else {
            isIndexGood = false
            at += 1
            return
        }
        at += 1
        let index = readNumber()
        let isWhole = index != nil && at == end
        at = end + 1
        isBehindIndex = isWhole
        if isWhole, let index, (1...max(arguments.count, 1)).contains(index), !arguments.isEmpty {
            next = index - 1
        } else {
            isIndexGood = false
        }
    }

    private mutating func readWidth() {
        if at < format.count, format[at] == 0x2A {
            at += 1
            printer.format.flags.width = numberFromArgument()
            guard let width = printer.format.flags.width else { return write("%!(BADWIDTH)") }
            if width < 0 {
                printer.format.flags.width = -width
                printer.format.flags.minus = true
                printer.format.flags.zero = false
            }
            isBehindIndex = false
        } else {
            printer.format.flags.width = readNumber()
            if isBehindIndex, printer.format.flags.width != nil { isIndexGood = false }
        }
    }

    private mutating func readPrecision() {
        at += 1
        if isBehindIndex { isIndexGood = false }
        readIndex()
        if at < format.count, format[at] == 0x2A {
            at += 1
            let precision = numberFromArgument()
            printer.format.flags.precision = precision.flatMap { $0 < 0 ? nil : $0 }
            if printer.format.flags.precision == nil { write("%!(BADPREC)") }
            isBehindIndex = false
        } else {
            printer.format.flags.precision = readNumber() ?? 0
        }
    }

    private mutating func readNumber() -> Int? {
        var number: Int?
        while at < format.count, (0x30...0x39).contains(format[at]) {
            let value = (number ?? 0) * 10 + Int(format[at] - 0x30)
            guard value <= Self.largestNumber else {
                // As Go: the rest of the format is lost.
                at = format.count
                return nil
            }
            number = value
            at += 1
        }
        return number
    }

    /// `*`: an argument of any integer type.
    private mutating func numberFromArgument() -> Int? {
        guard next < arguments.count else { return nil }
        defer { next += 1 }
        guard case .integer(let number, _) = arguments[next],
            number.magnitude <= UInt64(Self.largestNumber)
        else { return nil }
        return Int(number)
    }
}
