/// Values written as Go's fmt package writes them (fmt/print.go).
struct GoPrinter {
    var format = GoFormat()
    private let run: Run

    init(_ run: Run) { self.run = run }

    /// `%v`: what an action prints, but for missing and null.
    static func text(of value: Value, _ run: Run) throws(FunctionError) -> [UInt8] {
        switch value {
        case .string(let bytes): return bytes
        case .integer(let value, let kind) where kind != .uint64: return Array(String(value).utf8)
        default:
            var printer = GoPrinter(run)
            try printer.print(value, "v")
            return printer.format.out
        }
    }

    /// Go's Sprint: a blank between operands when neither is a string.
    static func sprint(_ values: [Value], _ run: Run) throws(FunctionError) -> [UInt8] {
        var printer = GoPrinter(run)
        var wasString = true
        for value in values {
            let isString = value.bytes != nil
            if !isString, !wasString { printer.format.out.append(0x20) }
            try printer.print(value, "v")
            wasString = isString
        }
        return printer.format.out
    }

    /// Go's Sprintln: blanks between all, and a line end.
    static func sprintln(_ values: [Value], _ run: Run) throws(FunctionError) -> [UInt8] {
        var printer = GoPrinter(run)
        for (index, value) in values.enumerated() {
            if index > 0 { printer.format.out.append(0x20) }
            try printer.print(value, "v")
        }
        return printer.format.out + [0x0A]
    }

    /// One value under one verb.
    mutating func print(_ value: Value, _ verb: Character) throws(FunctionError) {
        guard format.out.count <= run.limits.valueBytes else {
            return try run.allow(bytes: format.out.count)
        }
        if verb == "T" { return format.string(Array(value.typeName.utf8)) }
        if verb == "p" { return try refuse(value, verb) }
        switch value {
        case .missing, .null:
            if verb == "v" { format.pad("<nil>") } else { try refuse(value, verb) }
        case .bool(let isTrue):
            guard verb == "t" || verb == "v" else { return try refuse(value, verb) }
            format.pad(isTrue ? "true" : "false")
        case .integer(let number, let kind):
            try run.spend(1)
            try print(value, number, kind, verb)
        case .float(let number):
            try run.spend(Run.floatSteps)
            try print(value, number, verb)
        case .string(let bytes):
            try run.spend(bytes.count >> 5)
            try print(value, bytes, verb)
        case .list(let list): try print(list, verb)
        case .map(let map): try print(map, verb)
        case .opaque(let opaque):
            try run.spend(Run.opaqueSteps)
            if let number = opaque.integer, !"vsxXq".contains(verb) {
                try print(value, number, .int64, verb)
            } else {
                try print(value, opaque.printed, verb)
            }
        }
    }

    /// `%!d(string=x)`.
    private mutating func refuse(_ value: Value, _ verb: Character) throws(FunctionError) {
        format.out += "%!\(verb)(".utf8
        if value.isNil {
            format.out += "<nil>".utf8
        } else {
            format.out += "\(value.typeName)=".utf8
            try print(value, "v")
        }
        format.out.append(0x29)
    }

    private mutating func print(
        _ value: Value,
        _ number: Int64,
        _ kind: IntegerKind,
        _ verb: Character
    ) throws(FunctionError) {
        let isSigned = !kind.isUnsigned
        switch verb {
        case "v" where format.flags.sharpV && !isSigned:
            format.flags.sharp = true
            format.integer(number, isSigned: false, base: 16, verb: "x")
            format.flags.sharp = false
        case "v", "d": format.integer(number, isSigned: isSigned, base: 10, verb: "d")
        case "b": format.integer(number, isSigned: isSigned, base: 2, verb: verb)
        case "o", "O": format.integer(number, isSigned: isSigned, base: 8, verb: verb)
        case "x", "X": format.integer(number, isSigned: isSigned, base: 16, verb: verb)
        case "c": format.character(number)
        case "q": format.quotedCharacter(number)
        case "U": format.unicode(number)
        default: try refuse(value, verb)
        }
    }

    private mutating func print(
        _ value: Value,
        _ number: Double,
        _ verb: Character
    ) throws(FunctionError) {
        switch verb {
        case "v": format.float(number, "g", precision: nil)
        case "b", "g", "G", "x", "X": format.float(number, verb, precision: nil)
        case "e", "E", "f", "F": format.float(number, verb, precision: 6)
        default: try refuse(value, verb)
        }
    }

    private mutating func print(
        _ value: Value,
        _ bytes: [UInt8],
        _ verb: Character
    ) throws(FunctionError) {
        switch verb {
        case "v" where format.flags.sharpV, "q":
            try run.spend(bytes.count >> 2)
            format.quoted(bytes)
        case "v", "s": format.string(bytes)
        case "x", "X": format.hexadecimal(bytes, isUpper: verb == "X")
        default: try refuse(value, verb)
        }
    }

    // MARK: - Lists and maps

    private mutating func print(_ list: GoList, _ verb: Character) throws(FunctionError) {
        let isGo = format.flags.sharpV
        if isGo {
            format.out += Value.list(list).typeName.utf8
            if list.isNil { return format.out += "(nil)".utf8 }
        }
        try run.enter(list.count)
        format.out.append(isGo ? 0x7B : 0x5B)
        for (index, value) in list.values.enumerated() {
            if index > 0 { separate() }
            try inside(value, verb)
        }
        format.out.append(isGo ? 0x7D : 0x5D)
        run.leave()
    }

    private mutating func print(_ map: GoMap, _ verb: Character) throws(FunctionError) {
        let isGo = format.flags.sharpV
        if isGo {
            format.out += Value.map(map).typeName.utf8
            if map.isNil { return format.out += "(nil)".utf8 }
        }
        let members = map.sorted
        try run.enter(members.count)
        format.out += (isGo ? "{" : "map[").utf8
        for (index, member) in members.enumerated() {
            if index > 0 { separate() }
            try print(.string(member.key), verb)
            format.out.append(0x3A)
            try inside(member.value, verb)
        }
        format.out.append(isGo ? 0x7D : 0x5D)
        run.leave()
    }

    private mutating func separate() {
        if format.flags.sharpV { format.out.append(0x2C) }
        format.out.append(0x20)
    }

    /// A nil inside prints the same under every verb.
    private mutating func inside(_ value: Value, _ verb: Character) throws(FunctionError) {
        guard value.isNil else { return try print(value, verb) }
        format.out += (format.flags.sharpV ? "interface {}(nil)" : "<nil>").utf8
    }
}
