import Templating
import Testing

@Suite("What template errors say")
struct ErrorTextTests {
    struct Row: CustomTestStringConvertible {
        let template: String
        let error: String
        var testDescription: String { template }
        init(_ template: String, _ error: String) {
            self.template = template
            self.error = error
        }
    }

    static let rows = [
        Row(
            "{{uper .s}}",
            #"1:3: function "uper" is not defined in {{uper .s}}; did you mean upper?"#
        ),
        Row(
            "{{metadata}}",
            #"1:3: function "metadata" is not defined in {{metadata}}; a field is written with a dot: .metadata"#
        ),
        Row(
            "a\nb {{ .s | trunk 3 }}",
            #"2:11: function "trunk" is not defined in {{ .s | trunk 3 }}; did you mean trunc?"#
        ),
        Row(
            "{{$commit}}",
            "1:3: undefined variable $commit in {{$commit}}; declare it before: {{$commit := …}}"
        ),
        Row(
            "{{$sha := 1}}{{$shaa}}",
            "1:16: undefined variable $shaa in {{$shaa}}; did you mean $sha?"
        ),
        Row(
            "{{.a-b}}",
            #"1:5: unexpected - behind .a in {{.a-b}}; a key that is no plain word needs index: index .a "b-c""#
        ),
        Row("{{if .s}}x", "1:1: the {{if}} that begins here has no {{end}} in {{if .s}}"),
        Row("{{.s", "1:1: the action that begins here has no \"}}\""),
        Row("x{{end}}", "1:2: unexpected {{end}} in {{end}}"),
        Row(#"{{"abc}}"#, "1:3: the string that begins here has no closing quote in {{\"abc}}"),
        Row(
            "{{'abc'}}",
            "1:3: a character constant holds one character in {{'abc'}}; a string is written in double quotes"
        ),
        Row("{{1.5i}}", "1:3: complex numbers are not supported in {{1.5i}}"),
        Row("{{.n | \"x\"}}", #"1:8: what stands behind | must be a function in {{.n | "x"}}"#),
        Row("{{upper}}", "1:3: upper wants 1 argument, found 0 in {{upper}}; upper string"),
        Row(
            "{{.n | upper}}",
            "1:8: expected string, got int64 in {{.n | upper}}; toString converts"
        ),
        Row(
            "{{.gone | upper}}",
            "1:11: expected string, got a missing value in {{.gone | upper}}; default says what stands in for what is missing"
        ),
        Row("{{index .l 5}}", "1:3: index: index out of range: 5 in {{index .l 5}}"),
        Row("{{.s.x}}", "1:5: can't evaluate .x in a value of type string in {{.s.x}}"),
        Row("{{.z.x}}", "1:5: can't evaluate .x of null in {{.z.x}}; with and if pass over null"),
        Row(
            "{{range .s}}{{end}}",
            "1:9: range can't iterate over a value of type string in {{range .s}}"
        ),
        Row(
            "{{eq .n .s}}",
            "1:3: eq: incompatible types for comparison: int64 and string in {{eq .n .s}}; int, float64 and toString convert"
        ),
        Row(
            #"{{define "pay"}}{{end}}{{template "payy" .}}"#,
            #"1:24: template "payy" is not defined in {{template "payy" .}}; did you mean "pay"?"#
        ),
        Row("{{call .s}}", "1:3: call: a value of type string is no function in {{call .s}}"),
        Row(#"{{fail "no revision"}}"#, #"1:3: fail: no revision in {{fail "no revision"}}"#),
    ]

    @Test("an error says where, what and what to do", arguments: rows)
    func text(row: Row) throws {
        let data = #"{"s":"text","n":5,"l":[1],"z":null}"#
        let rendering = try Sample.render(row.template, data)
        #expect(rendering.errors == "template:\(row.error)")
    }

    @Test("one pass finds several mistakes, in their order")
    func several() throws {
        let template = """
            {{uper .a}}
            {{if}}x{{end}}
            {{.a-b}} {{.ok}}
            {{range .l}}{{lenn .}}{{end}}
            {{.open
            """
        let lines = try Sample.render(template).errors.split(separator: "\n").map {
            $0.prefix { $0 != " " }
        }
        #expect(
            lines == [
                "template:1:3:", "template:2:5:", "template:3:5:", "template:4:15:",
                "template:5:1:",
            ]
        )
    }

    @Test("an error in a defined text names that text")
    func definedElsewhere() throws {
        let rendering = try Sample.render(#"{{template "lib" .}}"#) {
            $0.name = "main"
            $0.defines = [("lib", Array("a\n{{.x.y.z | upper}}".utf8))]
        }
        #expect(rendering.errors.hasPrefix("lib:2:12: expected string, got a missing value"))
    }

    @Test("a column counts characters, not bytes")
    func column() throws {
        #expect(try Sample.render("ü😀{{uper}}").errors.hasPrefix("template:1:5:"))
    }

    @Test(
        "a name of sprig's that we refuse says why",
        arguments: ["env", "expandenv", "getHostByName"]
    )
    func refused(name: String) throws {
        let rendering = try Sample.render("{{\(name) \"x\"}}")
        #expect(rendering.isRefused)
        #expect(!rendering.errors.contains("did you mean"))
        #expect(!rendering.errors.contains("written with a dot"))
    }

    @Test("a missing key is an error where missingkey says so, with the nearest name")
    func missingKey() throws {
        let rendering = try Sample.render("{{.app.nmae}}", #"{"app":{"name":"x"}}"#) {
            $0.missingKey = .error
        }
        #expect(
            rendering.errors
                == "template:1:7: .app.nmae is missing in {{.app.nmae}}; did you mean .app.name?"
        )
    }
}
