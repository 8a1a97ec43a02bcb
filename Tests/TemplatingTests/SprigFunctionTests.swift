import Templating
import Testing

/// What the vectors do not name, and what they cannot: chance, the clock, limits.
@Suite("Sprig's functions")
struct SprigFunctionTests {
    struct Row: CustomTestStringConvertible {
        let template: String
        let output: String

        init(_ template: String, _ output: String) {
            (self.template, self.output) = (template, output)
        }

        var testDescription: String { template }
    }

    static let texts = [
        Row(
            #"{{abbrevboth 5 10 "1234 5678 9123"}} {{abbrevboth 0 6 "abcdefgh"}}"#,
            "...5678... abc..."
        ),
        Row(
            #"{{snakecase "Bld4Floor3rd"}} {{snakecase "HTTP20xOK"}}"#,
            "bld4_floor_3rd http_20x_ok"
        ),
        Row(#"{{kebabcase "a.b c_D"}} {{camelcase "_complex__case_"}}"#, "a.b-c-d _Complex_Case_"),
        Row(#"{{initials "été là"}} {{nospace "a b"}}"#, "Ãl ab"),
        Row(#"{{title "straße ǆ 'x"}} {{upper "ŉ ǆ ᾳ"}}"#, "Straße ǅ 'X ŉ Ǆ ᾼ"),
        Row(#"{{lower "İI"}} {{swapcase "aB ǅ"}}"#, "ii Ab ǆ"),
        Row(#"{{replace "" "-" "日本"}} {{replace "aa" "b" "aaa"}}"#, "-日-本- ba"),
        Row(#"{{splitn "$" 2 "a$b$c"}} {{split "" "ab"}}"#, "map[_0:a _1:b$c] map[_0:a _1:b]"),
        Row(#"{{trimAll "é" "éaé"}} {{trim "\u2003x\u00a0"}}"#, "a x"),
        Row(#"{{wrapWith 3 "|" "a bb cccc d"}}"#, "a|bb|ccc|c d"),
        Row(#"{{quote 1 nil "a\"b"}} {{squote 2.5 nil}}"#, #""1" "a\"b" '2.5'"#),
    ]

    static let json = [
        Row(#"{{fromJson "[1e400,2]" | toJson}} {{fromJson "-1e999" | toJson}}"#, "[null,2] null"),
        Row(
            #"{{fromJson `{"a":{"b":[1e999]},"c":1e-999}` | toJson}}"#,
            #"{"a":{"b":[null]},"c":0}"#
        ),
    ]

    /// More keys than are searched one by one.
    static let dicts = [
        Row(
            #"{{$d := dict}}{{range until 20}}{{$_ := set $d (print .) .}}{{end}}"#
                + #"{{range until 20}}{{if mod . 3}}{{$_ := unset $d (print .)}}{{end}}{{end}}"#
                + "{{$d}} {{len $d}} {{hasKey $d \"18\"}} {{hasKey $d \"19\"}}",
            "map[0:0 12:12 15:15 18:18 3:3 6:6 9:9] 7 true false"
        ),
        Row(
            #"{{$d := dict "a" 1 "b" 2 "c" 3}}{{$_ := unset $d "a"}}{{$_ := set $d "c" 4}}{{$d}}"#,
            "map[b:2 c:4]"
        ),
    ]

    static let numbers = [
        Row(
            #"{{int "1_000"}} {{int "0b11"}} {{int "0o17"}} {{int "08"}} {{int "1__0"}}"#,
            "1000 3 15 0 0"
        ),
        Row(#"{{int "7.00"}} {{int64 1e30}} {{int true}}"#, "7 -9223372036854775808 1"),
        Row(
            #"{{float64 ".5"}} {{float64 "5."}} {{float64 "0x1p3"}} {{float64 "1e999"}}"#,
            "0.5 5 8 0"
        ),
        Row(
            #"{{atoi "+7"}} {{atoi "99999999999999999999"}} {{atoi "1_0"}}"#,
            "7 9223372036854775807 0"
        ),
        Row(
            #"{{add 9223372036854775807 1}} {{mul 4611686018427387904 2}}"#,
            "-9223372036854775808 -9223372036854775808"
        ),
        Row(#"{{div -9223372036854775808 -1}} {{mod -7 3}}"#, "-9223372036854775808 -1"),
        Row(#"{{addf 0.1 0.2 0.3}} {{subf 0.3 0.1}} {{mulf 1.1 1.1 1.1}}"#, "0.6 0.2 1.331"),
        Row(
            #"{{divf 2 3}} {{divf 1 -8}} {{addf 1e300 1e-300}} {{divf 1 1e17}}"#,
            "0.6666666666666667 -0.125 1e+300 0"
        ),
        Row(#"{{mulf 1e300 1e300}} {{mulf -1e300 1e300}}"#, "+Inf -Inf"),
        Row(#"{{round -2.4 0}} {{round 123.456 -1}} {{round "3.14159" 2}}"#, "-3 120 3.14"),
        Row(#"{{max 1 "5" 2.9}} {{min 3 -1}} {{maxf 1 2.5}} {{minf 1 "x"}}"#, "5 -1 2.5 0"),
        Row(
            #"{{seq 1 3 10}}|{{seq 10 -4 1}}|{{seq 3 1 0}}|{{seq 0 5}}"#,
            "1 4 7 10|10 6 2||0 1 2 3 4 5"
        ),
    ]

    static let lists = [
        Row(
            #"{{chunk 2 (list 1 2 3)}} {{kindOf (chunk 2 list)}} {{typeOf (chunk 1 list)}}"#,
            "[[1 2] [3]] slice [][]interface {}"
        ),
        Row(
            #"{{rest list | toJson}} {{initial (list 1) | toJson}} {{concat | toJson}}"#,
            "null [] null"
        ),
        Row(#"{{slice (until 5) 1 3 | typeOf}} {{slice list 0 5}}"#, "[]int <no value>"),
        Row(
            #"{{uniq (list 1 1 "1" (list 1) (list 1))}} {{without (list 1 nil 2) nil}}"#,
            "[1 1 [1]] [1 2]"
        ),
        Row(#"{{$l := list 1}}{{$_ := append $l 2}}{{$l}}"#, "[1]"),
    ]

    static let dictionaries = [
        Row(#"{{merge (dict "a" (dict)) (dict "a" (dict "x" 1))}}"#, "map[a:map[x:1]]"),
        Row(#"{{mergeOverwrite (dict "a" 1) (dict "a" (dict "x" 1))}}"#, "map[a:1]"),
        Row(#"{{mergeOverwrite (dict "a" 0) (dict "a" (dict "x" 1))}}"#, "map[a:map[x:1]]"),
        Row(
            #"{{mergeOverwrite (dict "a" (list 1)) (dict "a" list "b" nil)}}"#,
            "map[a:[] b:<nil>]"
        ),
        Row(#"{{merge (dict "a" "") (dict "a" (list 1) "b" nil)}}"#, "map[a:[1]]"),
        Row(
            #"{{$d := dict "a" (dict)}}{{$c := deepCopy $d}}{{$_ := set $c.a "x" 1}}{{$d}} {{$c}}"#,
            "map[a:map[]] map[a:map[x:1]]"
        ),
        Row(
            #"{{$s := dict "m" (dict "x" 1)}}{{$d := merge (dict) $s}}{{$_ := set $d.m "x" 2}}{{$s}}"#,
            "map[m:map[x:2]]"
        ),
        Row(
            #"{{keys (dict "b" 1 "a" 2) (dict "c" 3)}} {{values (dict "b" 1 "a" 2)}}"#,
            "[a b c] [2 1]"
        ),
    ]

    static let others = [
        Row(
            #"{{b32enc "hello"}} {{b32dec "NBSWY3DP"}} {{b32dec "NBSWY3D"}}"#,
            "NBSWY3DP hello illegal base32 data at input byte 0"
        ),
        Row(
            #"{{b64dec "aGVs\nbG8="}} {{b64dec "aGVsbG8=x"}} {{b64dec "aG=s"}}"#,
            "hello illegal base64 data at input byte 8 illegal base64 data at input byte 3"
        ),
        Row(
            #"{{sha512sum "abc" | trunc 16}} {{adler32sum "Wikipedia"}}"#,
            "ddaf35a193617aba 300286872"
        ),
        Row(
            #"{{clean "/../a/./b/.."}} {{clean "../a/../.."}} {{dir "a"}} {{osBase "/a/b/"}}"#,
            "/a ../.. . b"
        ),
        Row(#"{{ext "a.tar.gz"}} {{ext "a.b/c"}}| {{isAbs "/x"}} {{base "///"}}"#, ".gz | true /"),
        Row(
            #"{{urlJoin (urlParse "http://[::1]:80/a b?x#f g")}}"#,
            "http://[::1]:80/a%20b?x#f%20g"
        ),
        Row(
            #"{{(urlParse "http://[fe80::1%25en0]/").hostname}} {{(urlParse "//h/p").host}}"#,
            "fe80::1%en0 h"
        ),
        Row(
            #"{{urlJoin (dict "path" "a:b")}} {{urlJoin (urlParse "file:/x?")}}"#,
            "./a:b file:///x"
        ),
        Row(
            #"{{(semver "1.2.3-a").IncPatch}} {{(semver "1.2.3").Compare (semver "1.2.4")}}"#,
            "1.2.3 -1"
        ),
        Row(
            #"{{regexFindAll "z" "a" -1 | toJson}} {{regexSplit "," "" -1 | toJson}}"#,
            #"null [""]"#
        ),
        Row(#"{{regexMatch "(" "x"}} {{regexQuoteMeta "1+1"}}"#, #"false 1\+1"#),
    ]

    static let dates = [
        Row(
            #"{{now}} {{date "15:04" "yesterday"}} {{htmlDate nil}}"#,
            "2023-11-14 22:13:20 +0000 UTC 22:13 2023-11-14"
        ),
        Row(
            #"{{ago (int64 1699999900)}} {{ago (toDate "2006" "x")}}"#,
            "1m40s 2562047h47m16.854775807s"
        ),
        Row(#"{{duration "95"}} {{duration (int64 3600)}} {{duration 95}}"#, "1m35s 1h0m0s 0s"),
        Row(
            #"{{durationRound (toDate "2006" "2020")}} {{durationRound "-90s"}} {{durationRound 5}}"#,
            "3y 1m 0s"
        ),
        Row(
            #"{{(now.AddDate 0 3 17).Format "Jan 2"}} {{now.Weekday}} {{now.Month}} {{now.YearDay}}"#,
            "Mar 2 Tuesday November 318"
        ),
        Row(#"{{dateInZone "15:04 MST" (int64 4102444800) "America/New_York"}}"#, "19:00 EST"),
        Row(#"{{(now.Sub (now.AddDate 0 0 -1)).Hours}} {{(now.Add 1500000000).Second}}"#, "24 21"),
        Row(
            #"{{toJson now}} {{toJson (dict "t" now.Month)}}"#,
            #""2023-11-14T22:13:20Z" {"t":11}"#
        ),
    ]

    @Test(
        "a function gives what sprig's gives",
        arguments: texts + numbers + lists + dictionaries + dicts + json + others + dates
    )
    func gives(row: Row) throws {
        #expect(try Sample.render(row.template) == .text(row.output))
    }

    @Test(
        "what panics in Go is an error when it runs",
        arguments: [
            "div 1 0", "mod 1 0", "divf 1 0", #"substr 5 2 "abc""#, #"repeat -1 "x""#,
            #"indent -1 "x""#, "chunk 0 (list 1)", "slice (list 1 2) 1 5", "first nil",
            #"first "x""#,
            "concat 1", #"dig "a" "d" (dict "a" nil)"# + " | dig 1 2", #"fail "no""#, "randInt 5 5",
            "randBytes -1", #"urlParse "http://a b""#, #"urlJoin (dict "host" 1)"#,
            #"semverCompare "foo" "1.0.0""#, #"regexFind "(" "x""#, #"mustToDate "2006" "x""#,
            #"mustDateModify "x" now"#, #"mustFromJson "{""#, "now.AddDate 99999999999 0 0",
            #"set (get nil "x" | default nil) "a" 1"#, #"(semver "1.0.0").Compare 1"#,
            "addf (divf 0 1 | float64) (float64 \"inf\")",
        ]
    )
    func fails(call: String) throws {
        guard case .failed(let error) = try Sample.render("{{\(call)}}") else {
            Issue.record("\(call) does not fail when it runs")
            return
        }
        #expect(error.kind == .execution)
    }

    @Test(
        "what would make too much is refused before it is made",
        arguments: [
            #"repeat 1000000000 "x""#, "until 1000000000", "until 9223372036854775807",
            "untilStep -9223372036854775807 9223372036854775807 1", "seq 1 1000000000",
            #"indent 1000000000 "x""#, "randAlpha 1000000000", "randBytes 9223372036854775807",
            #"replace "" (repeat 100000 "x") (repeat 100000 "y")"#,
            #"wrapWith 1 (repeat 100000 "x") (repeat 100000 "y")"#,
            #"regexReplaceAll "" (repeat 100000 "x") (repeat 100000 "y")"#,
            #"join (repeat 1000000 "x") (until 1000)"#,
        ]
    )
    func tooMuch(call: String) throws {
        guard case .failed(let error) = try Sample.render("{{\(call)}}") else {
            Issue.record("\(call) does not fail when it runs")
            return
        }
        #expect(error.kind == .limit)
    }

    @Test("chance repeats itself for the same seed, in the wanted shape")
    func chance() throws {
        let template =
            #"{{uuidv4}} {{randAlphaNum 20}} {{randNumeric 5}} {{randInt 3 9}} {{shuffle "abc"}}"#
        let text = try #require(try Sample.render(template).text)
        #expect(try Sample.render(template) == .text(text))
        let shape = try RegularExpression(
            "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} "
                + "[0-9A-Za-z]{20} [0-9]{5} [3-8] [abc]{3}$"
        )
        #expect(try shape.isMatch(in: Array(text.utf8)))
    }

    @Test(
        "a name of sprig's that is refused says why",
        arguments: [
            "env", "expandenv", "getHostByName", "bcrypt", "htpasswd", "derivePassword",
            "genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert", "buildCustomCert",
            "encryptAES", "decryptAES",
        ]
    )
    func refused(name: String) throws {
        let rendering = try Sample.render("{{\(name) \"x\"}}")
        #expect(rendering.errors.contains("function \"\(name)\" is not offered: "))
    }
}
