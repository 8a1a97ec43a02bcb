/// Functions of paths: Go's path package, and its path/filepath as Linux has it, which is the same.
enum SprigPaths {
    static let family = FunctionFamily(
        title: "Paths",
        functions: [Function].named("base", "osBase", taking: [.string], summary: "the last part") {
            a,
            _ in
            .string(base(a.text(0)))
        }
            + .named("dir", "osDir", taking: [.string], summary: "all but the last part") { a, _ in
                let end = a.text(0).lastIndex(of: slash).map { $0 + 1 } ?? 0
                return .string(clean(Array(a.text(0)[..<end])))
            }
            + .named(
                "clean",
                "osClean",
                taking: [.string],
                summary: "the shortest of the same meaning"
            ) { a, _ in .string(clean(a.text(0))) }
            + .named("ext", "osExt", taking: [.string], summary: "with its dot") { a, _ in
                let name = a.text(0).suffix(
                    from: a.text(0).lastIndex(of: slash).map { $0 + 1 } ?? 0
                )
                return .string(
                    name.lastIndex(of: UInt8(ascii: ".")).map { Array(name[$0...]) } ?? []
                )
            }
            + .named("isAbs", "osIsAbs", taking: [.string], summary: "begins with a slash") {
                a,
                _ in
                .bool(a.text(0).first == slash)
            }
    )

    private static let slash = UInt8(ascii: "/")

    private static func base(_ path: [UInt8]) -> [UInt8] {
        if path.isEmpty { return [UInt8(ascii: ".")] }
        var name = path[...]
        while name.last == slash { name.removeLast() }
        if let index = name.lastIndex(of: slash) { name = name[(index + 1)...] }
        return name.isEmpty ? [slash] : Array(name)
    }

    /// The shortest path of the same meaning, by its text alone.
    private static func clean(_ path: [UInt8]) -> [UInt8] {
        let isRooted = path.first == slash
        var parts: [ArraySlice<UInt8>] = []
        for part in path.split(separator: slash) {
            if part.elementsEqual(".".utf8) { continue }
            guard part.elementsEqual("..".utf8) else {
                parts.append(part)
                continue
            }
            if let last = parts.last, !last.elementsEqual("..".utf8) {
                parts.removeLast()
            } else if !isRooted {
                parts.append(part)
            }
        }
        let cleaned = (isRooted ? [slash] : []) + parts.joined(separator: [slash])
        return cleaned.isEmpty ? [UInt8(ascii: ".")] : cleaned
    }
}
