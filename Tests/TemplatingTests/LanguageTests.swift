import Templating
import Testing

/// What the vectors leave open; each result follows from Go's own sources.
@Suite("Go's template language")
struct LanguageTests {
    struct Row: CustomTestStringConvertible {
        let template: String
        /// The output, or `parse` or `exec` where Go refuses.
        let result: String
        var testDescription: String { template }
        init(_ template: String, _ result: String) {
            self.template = template
            self.result = result
        }
    }

    static let data = #"""
        {"s": "abc", "n": 3, "f": 2.5, "b": true, "z": null, "l": [1, "x", null], "m": {"k": "v"}}
        """#

    static let rows = [
        Row(#"{{($x := 5)}}{{$x}}"#, "55"),
        Row(#"{{range $x := .e}}{{else}}{{$x}}{{end}}"#, "<no value>"),
        Row(#"{{if .b}}{{$y := 1}}{{else}}{{$y}}{{end}}"#, ""),
        Row(#"{{if .gone}}{{$y := 1}}{{else}}{{$y}}{{end}}"#, "exec"),
        Row(#"{{$x := $x}}"#, "exec"),
        Row(#"{{$x := 1}}{{$x := add $x 1}}{{$x}}"#, "2"),
        Row(
            #"{{-0x1e}}|{{0x1E}}|{{08.5}}|{{.5}}|{{5.}}|{{-.5}}|{{+5}}"#,
            "-30|30|8.5|0.5|5|-0.5|5"
        ),
        Row("{{08}}", "parse"),
        Row("{{9223372036854775808}}", "exec"),
        Row(#"{{printf "%99999999d|x" 1}}"#, "%!(NOVERB)%!(EXTRA int=1)"),
        Row(#"{{printf "%[2]*[1]d|%[1]*d" 2 5}}"#, "    2| 5"),
        Row(#"{{printf "%x % x %#x % #x" "hi" "hi" "hi" "hi"}}"#, "6869 68 69 0x6869 0x68 0x69"),
        Row(
            #"{{printf "%v %d %s" .l .l .l}}"#,
            "[1 x <nil>] [1 %!d(string=x) <nil>] [%!s(int64=1) x <nil>]"
        ),
        Row(
            #"{{printf "%t|%5t|%v|%q|%T|%T|%T" true false .m .l .m .l .z}}"#,
            #"true|false|map[k:v]|['\x01' "x" <nil>]|map[string]interface {}|[]interface {}|<nil>"#
        ),
        Row(#"{{printf "%U %#U %c %q" 9731 9731 9731 9731}}"#, "U+2603 U+2603 '☃' ☃ '☃'"),
        Row(
            #"{{printf "%08.3f|%+d|%x|%X|%o|%b|%e|%g|%G" 3.14159 5 -255 255 8 5 123456.789 1e-7 1e21}}"#,
            "0003.142|+5|-ff|FF|10|101|1.234568e+05|1e-07|1E+21"
        ),
        Row(#"{{printf "%s %v" (index "abc" 0) (index "abc" 0)}}"#, "%!s(uint8=97) 97"),
        Row(
            #"{{printf "%5s|%-5s|%05d|% d|%+.2e" "é" "é" -42 7 12345.678}}"#,
            "    é|é    |-0042| 7|+1.23e+04"
        ),
        Row(
            #"{{printf "%d%%" 5}} {{printf "%z" 1}} {{printf "%"}} {{printf "%d"}}"#,
            "5% %!z(int=1) %!(NOVERB) %!d(MISSING)"
        ),
        Row(
            #"{{define "a"}}{{end}}{{define "a"}}x{{end}}{{define "a"}} {{end}}{{template "a"}}"#,
            "x"
        ),
        Row(#"{{define "t"}}{{.}}{{end}}{{template "t"}}"#, "<no value>"),
        Row(#"{{(.z).x}}"#, "<no value>"),
        Row(#"{{.z.x}}"#, "exec"),
        Row(#"{{with .z}}a{{else}}b{{end}}"#, "b"),
        Row(#"{{range .l}}{{.}};{{end}}"#, "1;x;<no value>;"),
        Row(#"{{range $i, $v := .l}}{{$i}}={{$v}};{{end}}"#, "0=1;1=x;2=<no value>;"),
        Row(#"{{range .l}}{{.x}}{{end}}"#, "exec"),
        Row(#"{{eq .l .l}}"#, "exec"),
        Row(#"{{eq .z .gone nil}}"#, "true"),
        Row(#"{{eq "a" "b" "a"}}"#, "true"),
        Row(#"{{lt .n 3.5}}"#, "exec"),
        Row(
            #"{{and 1 0 2}}|{{or 0 "" "x"}}|{{and true .m}}|{{or .gone .z}}|{{0 | or 0}}"#,
            "0|x|map[k:v]|<no value>|0"
        ),
        Row(
            #"{{html "<a href='x'>&\"" }} {{js "it's <b> \"q\" \n é"}} {{urlquery "a b&c=é"}}"#,
            #"&lt;a href=&#39;x&#39;&gt;&amp;&#34; it\'s \u003Cb\u003E \"q\" \u000A é a+b%26c%3D%C3%A9"#
        ),
        Row(#"{{len .s}}{{len .l}}{{len .m}}{{len "é"}}"#, "3312"),
        Row(#"{{len 3}}"#, "exec"),
        Row(#"{{len .z}}"#, "exec"),
        Row(#"{{index .m "gone"}}|{{index .l 1}}"#, "<no value>|x"),
        Row(#"{{index .l 3}}"#, "exec"),
        Row(#"{{index .s 1}}"#, "98"),
        Row(#"{{.s.x}}"#, "exec"),
        Row(#"{{.s "a"}}"#, "exec"),
        Row(#"{{.gone "a"}}"#, "exec"),
        Row(#"{{"a" | .gone.b}}"#, "<no value>"),
        Row(#"{{print 1 2 "a" 3 true nil}}"#, "1 2a3 true <nil>"),
        Row(#"{{println 1 "a"}}"#, "1 a\n"),
        Row(#"a{{- /* c */ -}} b"#, "ab"),
        Row(#"a {{/* }} */}} b"#, "a  b"),
        Row(#"{{ /* x */ }}"#, "parse"),
        Row("{{- -}}", "parse"),
        Row("{{.x-}}", "parse"),
        Row("{{$x=1}}", "parse"),
        Row("{{print(1)}}", "parse"),
        Row("{{(1)(2)}}", "parse"),
        Row("{{..}}", "parse"),
        Row("{{\"a\".x}}", "parse"),
        Row("{{nil}}", "exec"),
        Row("{{print nil}}", "<nil>"),
        Row("{{1 2}}", "exec"),
        Row("{{1 | .m}}", "exec"),
        Row("{{template \"gone\"}}", "exec"),
        Row("{{range .l}}{{else range .m}}{{end}}", "parse"),
        Row("{{define \"template\"}}x{{end}}y", "parse"),
        Row("{{define \"template\"}}x{{end}}", "x"),
        Row("{{range 3}}{{.}}{{end}}{{range $i := .n}}{{$i}}{{end}}", "012012"),
        Row("{{range $i, $x := 3}}{{end}}", "exec"),
        Row("{{range .f}}{{end}}", "exec"),
        Row("{{break 1}}", "parse"),
        Row(
            "{{range .l}}{{with .}}{{if eq (print .) \"x\"}}{{break}}{{end}}{{.}}{{end}}{{end}}",
            "1"
        ),
        Row("{{block \"b\" .m}}{{.k}}{{end}}{{template \"b\" .m}}", "vv"),
        Row("{{`a\r\nb`}}", "a\nb"),
        Row("{{\"\\u00e9\\x41\\101\\t\"}}", "éAA\t"),
        Row("{{\"\\'\"}}", "parse"),
        Row("{{'\\\"'}}", "parse"),
        Row("{{'é'}} {{'\\n'}}", "233 10"),
        Row("{{\"\\ud800\"}}", "parse"),
        Row("{{.é}}{{$é := 1}}{{$é}}", "<no value>1"),
        Row("{{true.x}}", "parse"),
        Row("{{.x.1}}", "parse"),
        Row("{{$.s}}{{$.m.k}}", "abcv"),
        Row("{{with .m}}{{$.s}}{{.k}}{{end}}", "abcv"),
        Row("{{if and .b (gt .n 2)}}y{{end}}{{if or (not .b) (eq .s \"abc\")}}z{{end}}", "yz"),
        Row("{{.n | printf \"%d-%d\" 1}}", "1-3"),
        Row("{{.x |}}", "<no value>"),
        Row("{{.x | | print}}", "parse"),
        Row("{{not 1 2}}", "exec"),
        Row("{{upper nil}}", "exec"),
        Row("{{upper .z}}", "exec"),
        Row("{{keys nil}}", "[]"),
        Row("{{keys .z}}", "exec"),
        Row("{{keys (.z)}}", "[]"),
        Row("{{len (list nil .gone)}}", "2"),
        Row(
            "{{.f}} {{1e6}} {{1e20}} {{100000.0}} {{1e-5}} {{123456789.0}}",
            "2.5 1e+06 1e+20 100000 1e-05 1.23456789e+08"
        ),
    ]

    @Test("a template gives what Go's engine gives", arguments: rows)
    func same(row: Row) throws {
        switch try Sample.render(row.template, Self.data) {
        case .text(let text): #expect(text == row.result)
        case .refused(let errors): #expect(row.result == "parse", "\(errors)")
        case .failed(let error): #expect(row.result == "exec", "\(error)")
        }
    }
}
