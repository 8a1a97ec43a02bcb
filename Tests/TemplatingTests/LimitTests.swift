import Templating
import Testing

@Suite("Limits of templates")
struct LimitTests {
    struct Greedy: CustomTestStringConvertible {
        let template: String
        let limit: String
        var testDescription: String { String(template.prefix(60)) }
        init(_ template: String, _ limit: String) {
            self.template = template
            self.limit = limit
        }
    }

    private static func deep(_ count: Int) -> String {
        "{{" + String(repeating: "(", count: count) + "1" + String(repeating: ")", count: count)
            + "}}"
    }

    private static func ifs(_ count: Int, _ inside: String = "x") -> String {
        String(repeating: "{{if true}}", count: count) + inside
            + String(repeating: "{{end}}", count: count)
    }

    static let greedy = [
        Greedy(#"{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}"#, "includeDepth"),
        Greedy(#"{{template "template" .}}"#, "includeDepth"),
        Greedy(
            #"{{define "t"}}"# + ifs(150, #"{{template "t" .}}"#) + #"{{end}}{{template "t" .}}"#,
            "nesting and includeDepth"
        ),
        Greedy(deep(5000), "nesting"), Greedy(ifs(5000), "nesting"),
        Greedy(String(repeating: "{{if true}}", count: 100_000), "nesting"),
        Greedy("{{range 9000000000000}}{{end}}", "steps"),
        Greedy("{{range 9000000000000}}xxxxxxxxxxxxxxxxxxxx{{end}}", "outputBytes"),
        Greedy(#"{{$s := "xxxxxxxx"}}{{range 100}}{{$s = print $s $s}}{{end}}"#, "valueBytes"),
        Greedy(#"{{repeat 1000000000 "x"}}"#, "valueBytes"),
        Greedy("{{until 1000000000}}", "valueBytes"),
        Greedy("{{range until 1000000000}}{{end}}", "valueBytes"),
        Greedy("{{untilStep 0 1000000000 1}}", "valueBytes"),
        Greedy(#"{{seq 1 1000000000}}"#, "valueBytes"),
        Greedy(#"{{indent 1000000000 "x"}}"#, "valueBytes"),
        Greedy(
            "{{$a := list 1}}{{range 100}}{{$a = list $a $a}}{{end}}{{len (print $a)}}",
            "steps"
        ),
        Greedy(
            "{{$a := list 1}}{{range 100}}{{$a = list $a $a}}{{end}}{{len (toJson $a)}}",
            "steps"
        ),
        Greedy(
            """
            {{$a := dict}}{{$b := dict}}{{range 60}}{{$a = dict "a" $a "b" $a}}\
            {{$b = dict "a" $b "b" $b}}{{end}}{{deepEqual $a $b}}
            """,
            "steps"
        ),
    ]

    @Test("a greedy template ends at a limit, which the error names", arguments: greedy)
    func limits(row: Greedy) throws {
        let rendering = try Sample.render(row.template, "{}") {
            $0.limits.steps = 200_000
            $0.limits.outputBytes = 1 << 20
            $0.limits.valueBytes = 1 << 20
        }
        #expect(rendering.kind == .limit)
        #expect(rendering.errors.contains(row.limit), "\(rendering.errors.prefix(300))")
    }

    @Test("what stays within the limits runs", arguments: [deep(199), ifs(200)])
    func within(template: String) throws {
        #expect(try Sample.render(template).text?.count == 1)
    }

    @Test("templates may include each other as deep as the limit says")
    func includeDepth() throws {
        let template = """
            {{define "t"}}{{if gt . 0}}{{template "t" (sub . 1)}}{{end}}{{end}}{{template "t" N}}
            """
        let inside = template.replacing("N", with: "249")
        let outside = template.replacing("N", with: "250")
        #expect(try Sample.render(inside).text == "")
        #expect(try Sample.render(outside).kind == .limit)
    }

    @Test(
        "a value of any depth is let go without trouble",
        arguments: [
            #"{{$a := dict}}{{range 100000}}{{$a = dict "a" $a}}{{end}}ok"#,
            "{{$a := list}}{{range 100000}}{{$a = list $a}}{{end}}ok",
            """
            {{$r := dict}}{{$c := $r}}{{range 100000}}{{$n := dict}}{{$_ := set $c "n" $n}}\
            {{$c = $n}}{{end}}ok
            """,
        ]
    )
    func depth(template: String) throws {
        #expect(try Sample.render(template).text == "ok")
    }

    @Test(
        "a dict that holds itself is an error to print, not a hang",
        arguments: ["{{$d}}", "{{mustToJson $d}}", #"{{printf "%v" $d}}"#, "{{deepCopy $d}}"]
    )
    func cycle(action: String) throws {
        let rendering = try Sample.render(#"{{$d := dict}}{{$_ := set $d "d" $d}}"# + action)
        #expect(rendering.kind == .execution || rendering.kind == .limit)
    }
}
