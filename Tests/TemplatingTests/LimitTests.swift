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

    private static func ranging(_ action: String, before: String = "") -> String {
        before + "{{range 10000}}{{$x := \(action)}}{{end}}"
    }

    /// Each does far more than its few nodes: it must pay for that.
    static let heavy = [
        ranging("$.m.k999"), ranging(#"index $.m "k999""#), ranging(#"hasKey $.m "k999""#),
        ranging("index $.l 999"), ranging("len $.m"), ranging("keys $.m"), ranging("last $.l"),
        ranging("deepCopy $.m"), ranging("toJson $.l"), ranging("print $.l"),
        "{{range 10000}}{{range $.m}}{{break}}{{end}}{{end}}",
        ranging("upper $s", before: #"{{$s := repeat 1000 "x"}}"#),
        ranging("upper $s", before: #"{{$s := repeat 100 "я"}}"#),
        ranging("sortAlpha $l", before: "{{$l := until 100}}"),
        ranging("uniq $l", before: "{{$l := until 100}}"),
        ranging("has -1 $l", before: "{{$l := until 100}}"),
        ranging(#"regexMatch "(a*)*b" $s"#, before: #"{{$s := repeat 100 "a"}}"#),
        ranging(#"regexReplaceAll "a" $s "b""#, before: #"{{$s := repeat 100 "a"}}"#),
        ranging("fromJson $s", before: "{{$s := toJson .}}"),
        ranging("eq $s $t", before: #"{{$s := repeat 9999 "x"}}{{$t := print $s ""}}"#),
        ranging("lt $s $t", before: #"{{$s := repeat 9999 "x"}}{{$t := print $s ""}}"#),
        ranging("deepEqual $s $t", before: #"{{$s := repeat 9999 "x"}}{{$t := print $s ""}}"#),
        ranging("sha256sum $s", before: #"{{$s := repeat 999 "x"}}"#),
        ranging(#"semverCompare ">=1.2 <2 || ^3" "1.2.3-beta""#),
        ranging(#"dateInZone "2006" now (print "Zone" .)"#),
        #"{{range 10000}}{{$x := regexMatch (print "a{9}" .) "a"}}{{end}}"#,
    ]

    @Test("what a function or a look-up does is counted as steps", arguments: heavy)
    func steps(template: String) throws {
        let members = (0..<1000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let elements = (0..<1000).map { "\($0).5" }.joined(separator: ",")
        let data = "{\"m\":{\(members)},\"l\":[\(elements)]}"
        let rendering = try Sample.render(template, data) { $0.limits.steps = 100_000 }
        #expect(rendering.kind == .limit)
        #expect(rendering.errors.contains("limit steps"), "\(rendering.errors.prefix(300))")
    }

    @Test("a long part is searched in a text where it nearly stands everywhere")
    func search() throws {
        let template =
            #"{{$s := repeat 100000 "ab"}}{{$p := repeat 50000 "ab"}}"#
            + #"{{contains (print $p "c") $s}} {{contains (print "c" $p) $s}} {{contains $p $s}} "#
            + #"{{len (splitList $p $s)}} {{replace $p "-" (print $s "ab")}}"#
        #expect(try Sample.render(template).text == "false false true 3 --ab")
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
