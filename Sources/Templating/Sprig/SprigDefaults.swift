/// Functions that choose: sprig's defaults.go.
enum SprigDefaults {
    static let family = FunctionFamily(
        title: "Defaults",
        functions: [
            Function("default", [.any], rest: .any, summary: "the second unless empty") { a, _ in
                a.count > 1 && !a[1].isEmpty ? a[1] : a[0]
            },
            Function("empty", [.any], summary: "zero, false, \"\", nothing in it, null") { a, _ in
                .bool(a[0].isEmpty)
            },
            Function("coalesce", [], rest: .any, summary: "the first that is not empty") { a, _ in
                a.first { !$0.isEmpty } ?? .null
            },
            Function("all", [], rest: .any, summary: "none is empty") { a, _ in
                .bool(a.allSatisfy { !$0.isEmpty })
            },
            Function("any", [], rest: .any, summary: "one is not empty") { a, _ in
                .bool(a.contains { !$0.isEmpty })
            },
            Function("ternary", [.any, .any, .bool], summary: "if true, if false, which") { a, _ in
                a.bool(2) ? a[0] : a[1]
            },
            Function("fail", [.string], summary: "ends the rendering with that error") {
                a,
                _ throws(FunctionError) in throw .failed(a.string(0))
            },
            Function("hello", [], summary: "Hello!") { _, _ in .string("Hello!") },
        ]
    )
}
