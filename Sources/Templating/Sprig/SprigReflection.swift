/// Functions that tell types: sprig's reflect.go, with Go's names.
enum SprigReflection {
    static let family = FunctionFamily(
        title: "Types",
        functions: [
            Function("typeOf", [.any], summary: "Go's name of the type") { a, _ in
                .string(a[0].typeName)
            },
            Function("typeIs", [.string, .any], summary: "type, value") { a, _ in
                .bool(a.string(0) == a[1].typeName)
            },
            Function("typeIsLike", [.string, .any], summary: "pointers count too") { a, _ in
                .bool(a.string(0) == a[1].typeName || "*" + a.string(0) == a[1].typeName)
            },
            Function("kindOf", [.any], summary: "Go's name of the kind") { a, _ in
                .string(a[0].kindName)
            },
            Function("kindIs", [.string, .any], summary: "kind, value") { a, _ in
                .bool(a.string(0) == a[1].kindName)
            },
            Function("deepEqual", [.any, .any], summary: "same type and content") {
                a,
                run throws(FunctionError) in
                .bool(try a[0].isDeeplyEqual(to: a[1], run))
            },
        ]
    )
}
