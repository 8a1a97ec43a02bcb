import JSON

/// JSON as Go's encoding/json writes it.
struct GoJSON {
    private let style: JSONEscape.Style
    /// What a level is indented by; nil writes one line.
    private let indent: [UInt8]?
    private let run: Run
    private var out: [UInt8] = []
    private var depth = 0

    /// The JSON text of a value: keys in byte order, no blanks unless `indent` is given.
    ///
    /// - Throws: For NaN and infinities, which JSON cannot say, and at the limits.
    static func text(
        of value: Value,
        style: JSONEscape.Style = .go,
        indent: String? = nil,
        _ run: Run
    ) throws(FunctionError) -> [UInt8] {
        let depth = run.depth
        defer { run.depth = depth }
        var writer = GoJSON(style: style, indent: indent.map { Array($0.utf8) }, run: run)
        try writer.write(value)
        try run.allow(bytes: writer.out.count)
        return writer.out
    }

    private init(style: JSONEscape.Style, indent: [UInt8]?, run: Run) {
        self.style = style
        self.indent = indent
        self.run = run
    }

    private mutating func write(_ value: Value) throws(FunctionError) {
        switch value {
        case .missing, .null: word("null")
        case .bool(let value): word(value ? "true" : "false")
        case .integer(let value, let kind):
            out += (kind == .uint64 ? String(UInt64(bitPattern: value)) : String(value)).utf8
        case .float(let value):
            try run.spend(Run.floatSteps)
            out += try Self.number(value)
        case .string(let bytes):
            try run.spend(bytes.count >> 4)
            // Many times the same text makes a long one without many elements.
            guard out.count + bytes.count <= run.limits.valueBytes else {
                return try run.allow(bytes: out.count + bytes.count)
            }
            string(bytes)
        case .opaque(let value):
            try run.spend(Run.opaqueSteps)
            if let json = value.json { out += json } else { string(value.printed) }
        case .list(let list): try write(list)
        case .map(let map): try write(map)
        }
    }

    private mutating func write(_ list: GoList) throws(FunctionError) {
        guard !list.isNil else { return word("null") }
        let values = list.values
        try open(0x5B, values.count)
        for (index, value) in values.enumerated() {
            line(isFirst: index == 0)
            try write(value)
        }
        close(0x5D, isEmpty: values.isEmpty)
    }

    private mutating func write(_ map: GoMap) throws(FunctionError) {
        guard !map.isNil else { return word("null") }
        let members = map.sorted
        try open(0x7B, members.count)
        for (index, member) in members.enumerated() {
            line(isFirst: index == 0)
            string(member.key)
            out.append(0x3A)
            if indent != nil { out.append(0x20) }
            try write(member.value)
        }
        close(0x7D, isEmpty: members.isEmpty)
    }

    private mutating func open(_ bracket: UInt8, _ count: Int) throws(FunctionError) {
        guard out.count <= run.limits.valueBytes else { return try run.allow(bytes: out.count) }
        try run.enter(count)
        depth += 1
        out.append(bracket)
    }

    private mutating func close(_ bracket: UInt8, isEmpty: Bool) {
        depth -= 1
        run.leave()
        if !isEmpty { newLine() }
        out.append(bracket)
    }

    private mutating func line(isFirst: Bool) {
        if !isFirst { out.append(0x2C) }
        newLine()
    }

    private mutating func newLine() {
        guard let indent else { return }
        out.append(0x0A)
        for _ in 0..<depth { out += indent }
    }

    private mutating func word(_ word: StaticString) {
        out += UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    private mutating func string(_ bytes: [UInt8]) {
        out.append(0x22)
        JSONEscape.append(bytes, to: &out, style: style)
        out.append(0x22)
    }

    /// A float as encoding/json writes it: an exponent below 1e-6 and from 1e21 up only.
    static func number(_ value: Double) throws(FunctionError) -> [UInt8] {
        guard value.isFinite else {
            let name = String(decoding: GoFloat.shortest(value), as: UTF8.self)
            throw .failed("json: unsupported value: \(name)")
        }
        let magnitude = value.magnitude
        guard magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 else {
            return GoFloat.format(value, "f", precision: nil)
        }
        var text = GoFloat.format(value, "e", precision: nil)
        // e-09 is written e-9.
        let count = text.count
        if count >= 4, text[count - 4] == 0x65, text[count - 3] == 0x2D, text[count - 2] == 0x30 {
            text.remove(at: count - 2)
        }
        return text
    }
}
