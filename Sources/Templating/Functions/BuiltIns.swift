/// Go's own functions (text/template/funcs.go).
enum BuiltIns {
    static let family = FunctionFamily(title: "Go", functions: [])
}
