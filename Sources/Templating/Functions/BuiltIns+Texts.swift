extension BuiltIns {
    static let texts = [
        Function("print", [], rest: .any, summary: "writes all, blanks between non-strings") {
            (arguments, run) throws(FunctionError) in
            try text(try GoPrinter.sprint(arguments, run), run)
        },
        Function(
            "printf",
            [.string],
            rest: .any,
            summary: "writes by a format with Go's verbs and flags"
        ) { (arguments, run) throws(FunctionError) in
            let format = arguments[0].bytes ?? []
            return try text(try Printf.text(format, Array(arguments.dropFirst()), run), run)
        },
        Function("println", [], rest: .any, summary: "writes all, blanks between, a line end") {
            (arguments, run) throws(FunctionError) in
            try text(try GoPrinter.sprintln(arguments, run), run)
        },
        Function("html", [], rest: .any, summary: "escapes for HTML") {
            (arguments, run) throws(FunctionError) in
            try text(html(try printable(arguments, run)), run)
        },
        Function("js", [], rest: .any, summary: "escapes for a JavaScript string") {
            (arguments, run) throws(FunctionError) in
            try text(js(try printable(arguments, run)), run)
        },
        Function("urlquery", [], rest: .any, summary: "escapes for a URL's query") {
            (arguments, run) throws(FunctionError) in
            try text(query(try printable(arguments, run)), run)
        },
    ]

    private static func text(_ bytes: [UInt8], _ run: Run) throws(FunctionError) -> Value {
        try run.allow(bytes: bytes.count)
        return .string(bytes)
    }

    /// As an action would print them: nil is `<no value>`.
    private static func printable(
        _ arguments: [Value],
        _ run: Run
    ) throws(FunctionError) -> [UInt8] {
        let text = try GoPrinter.sprint(
            arguments.map { $0.isNil ? .string("<no value>") : $0 },
            run
        )
        // Escaping looks at each character.
        try run.spend(text.count >> 1)
        return text
    }

    private static func html(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x22: out += "&#34;".utf8
            case 0x27: out += "&#39;".utf8
            case 0x26: out += "&amp;".utf8
            case 0x3C: out += "&lt;".utf8
            case 0x3E: out += "&gt;".utf8
            case 0: out += "\u{FFFD}".utf8
            default: out.append(byte)
            }
        }
        return out
    }

    private static func js(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            let (code, length) = CodePoint.decode(bytes, at: at)
            defer { at += length }
            if byte >= 0x80 {
                if GoQuote.isPrintable(code) {
                    out += bytes[at..<at + length]
                } else {
                    out += "\\u\(hex(code, 4))".utf8
                }
                continue
            }
            switch byte {
            case 0x5C, 0x27, 0x22: out += [0x5C, byte]
            case 0x3C, 0x3E, 0x26, 0x3D, 0..<0x20: out += "\\u\(hex(UInt32(byte), 4))".utf8
            default: out.append(byte)
            }
        }
        return out
    }

    private static func hex(_ code: UInt32, _ width: Int) -> String {
        let digits = String(code, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Go's url.QueryEscape.
    private static func query(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            case 0x20: out.append(0x2B)
            default: out += "%\(hex(UInt32(byte), 2))".utf8
            }
        }
        return out
    }
}
