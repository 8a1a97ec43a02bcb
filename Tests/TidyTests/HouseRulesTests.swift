import Testing

/// Each rule can fail: a bad text is caught, and the good one beside it is not.
@Suite("House rules")
struct HouseRulesTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var rule: String
        var bad: String
        var good: String
        var check: @Sendable (SourceText) -> [String]

        var testDescription: String { "\(rule): \(bad)" }
    }

    static let rows: [Row] = [
        Row(rule: "imports", bad: "import POSIX", good: "import Formats") {
            HouseRules.imports($0, room: "HTTP")
        },
        Row(rule: "imports", bad: "package import Relay", good: "package import POSIX") {
            HouseRules.imports($0, room: "Storage")
        },
        Row(rule: "imports", bad: "import Dispatch", good: "import Synchronization") {
            HouseRules.imports($0, room: "POSIX")
        },
        Row(rule: "pure", bad: "import Glibc", good: "// import Glibc") {
            HouseRules.imports($0, room: "Formats")
        },
        Row(
            rule: "pure",
            bad: "import struct Foundation.Date",
            good: "let a = \"import Foundation\""
        ) {
            HouseRules.imports($0, room: "Relay")
        },
        Row(rule: "pure", bad: "@preconcurrency import Dispatch", good: "import JSON") {
            HouseRules.imports($0, room: "Webhooks")
        },
        Row(
            rule: "rooms",
            bad: "import JSON",
            good: "",
            check: { text in
                text.code.isEmpty ? [] : HouseRules.imports(text, room: "Utils")
            }
        ),
        Row(
            rule: "escapes",
            bad: "class A: @unchecked Sendable {}",
            good: "class A: Sendable {}",
            check: HouseRules.escapes
        ),
        Row(
            rule: "escapes",
            bad: "nonisolated(unsafe) var a = 1",
            good: "/* nonisolated(unsafe) */",
            check: HouseRules.escapes
        ),
        Row(
            rule: "escapes",
            bad: "let a = try! b()",
            good: "let a = try b() // not try! b()",
            check: HouseRules.escapes
        ),
        Row(
            rule: "escapes",
            bad: "\"a \\(try! b(\"c\")) d\"",
            good: "\"a try! b\"",
            check: HouseRules.escapes
        ),
        Row(
            rule: "public",
            bad: "public struct A {}",
            good: "package struct A {}",
            check: HouseRules.publicDeclarations
        ),
        Row(
            rule: "public",
            bad: "public static func a() {}",
            good: "let a = \"public func\"",
            check: HouseRules.publicDeclarations
        ),
        Row(
            rule: "log lines",
            bad: "print(\"hello\")",
            good: "Output.escape(1)",
            check: { HouseRules.logLines($0) }
        ),
        Row(
            rule: "log lines",
            bad: "Output.complain(words)",
            good: "// print(words)",
            check: { HouseRules.logLines($0) }
        ),
        Row(
            rule: "log lines",
            bad: "fputs(words, stderr)",
            good: "blueprint(words)",
            check: { HouseRules.logLines($0) }
        ),
        Row(
            rule: "threads",
            bad: "let t = try LoopThread(named: \"x\") {}",
            good: "t.join()",
            check: HouseRules.threads
        ),
        Row(
            rule: "threads",
            bad: "Task { await a() }",
            good: "struct TaskList {}",
            check: HouseRules.threads
        ),
        Row(
            rule: "threads",
            bad: "DispatchQueue.global().async {}",
            good: "/// DispatchQueue",
            check: HouseRules.threads
        ),
    ]

    @Test("a rule catches what it forbids and lets its neighbour pass", arguments: rows)
    func catches(row: Row) {
        #expect(!row.check(SourceText(row.bad)).isEmpty, "lets \(row.bad) pass")
        #expect(row.check(SourceText(row.good)).isEmpty, "catches \(row.good)")
    }

    @Test("a room's own print is not the standard library's")
    func ownPrint() {
        let text = SourceText("    mutating func print(_ value: Value) {}\nprint(value)")
        #expect(HouseRules.definesPrint(text))
        #expect(!HouseRules.definesPrint(SourceText("// func print()")))
        #expect(HouseRules.logLines(SourceText("print(value)"), hasOwnPrint: true).isEmpty)
        #expect(!HouseRules.logLines(SourceText("Swift.print(value)"), hasOwnPrint: true).isEmpty)
        #expect(!HouseRules.logLines(SourceText("Output.print(value)"), hasOwnPrint: true).isEmpty)
    }

    @Test("comments and strings are no code, interpolations are")
    func blanks() {
        let text = SourceText(
            """
            a /* b /* c */ d */ e // f
            let g = "h \\(i("j")) k" + #"l \\(m) \\#(n)"# + "\\"o"
            """
        )
        #expect(!text.code.contains { "bcdfhjkmo".contains($0) })
        #expect(text.code.contains { $0 == "i" })
        #expect("aegin".allSatisfy { text.code.contains($0) })
        #expect(text.codeLines.count == 2)
    }

    @Test("a path of one machine is caught, a path in a URL or a template is not")
    func machinePaths() {
        for home in ["work", "home", "Users"] {
            #expect(!HouseRules.machinePaths("see /" + home + "/me/notes").isEmpty)
            #expect(HouseRules.machinePaths("https://example.com/" + home + "/me").isEmpty)
        }
        #expect(HouseRules.machinePaths("/etc/ssl/certs and /tmp and /run/relay.sock").isEmpty)
    }

    @Test("a stranger at the top level is named; what .gitignore lists is not looked at")
    func topLevel() {
        let names = ["Package.swift", "Sources", "Makefile", ".ci", "relay-data", "docs"]
        let strangers = HouseRules.strangersAtTop(names, ignored: ["relay-data/", "*.swp"])
        #expect(strangers == ["Makefile", "docs"])
    }
}
