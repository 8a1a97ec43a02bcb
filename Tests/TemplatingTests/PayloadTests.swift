import Foundation
import JSON
import Templating
import Testing

@Suite("Payloads")
struct PayloadTests {
    static let data = #"""
        {"s": "a\"b\nc\\ü", "n": 3, "f": 1e21, "b": true, "z": null, "l": ["x", "y"], "e": [],
         "m": {"k": "v", "tag": "t"}, "nv": "<no value>", "nil": "<nil>",
         "app": {"metadata": {"name": "shop"}}, "evil": "x\",\"a\":1,\"b\":\""}
        """#

    struct Whole: CustomTestStringConvertible {
        let template: String
        let result: String
        var testDescription: String { template }
        init(_ template: String, _ result: String) {
            self.template = template
            self.result = result
        }
    }

    static let wholes = [
        Whole(#"{"a":"{{.s}}"}"#, #"{"a":"a\"b\nc\\ü"}"#),
        Whole(#"{"a":"{{.evil}}"}"#, #"{"a":"x\",\"a\":1,\"b\":\""}"#),
        Whole(#"{"{{.s}}":1}"#, #"{"a\"b\nc\\ü":1}"#),
        Whole(#"{"a":"{{.n}} of {{.l}}"}"#, #"{"a":"3 of [x y]"}"#),
        Whole(#"{"a":{{.n}},"b":{{.b}},"c":{{.z}}}"#, #"{"a":3,"b":true,"c":null}"#),
        Whole(#"{"a":{{.f}}}"#, #"{"a":1e+21}"#),
        Whole(#"{"a":{{toJson .m}}}"#, #"{"a":{"k":"v","tag":"t"}}"#),
        Whole(#"{"a":{{.s | toJson}}}"#, #"{"a":"a\"b\nc\\ü"}"#),
        Whole(#"{"a":{{.n | quote}}}"#, #"{"a":"3"}"#),
        Whole(#"{"a":{{eq .n 3}},"b":{{len .l}}}"#, #"{"a":true,"b":2}"#),
        Whole(#"{{toJson .m}}"#, #"{"k":"v","tag":"t"}"#),
        Whole(#"{"a":{{if .b}}"x"{{else}}1{{end}}}"#, #"{"a":"x"}"#),
        Whole(#"{"a":"{{if .b}}x{{else}}y{{end}}"}"#, #"{"a":"x"}"#),
        Whole(
            #"{"a":[{{range $i,$x := .l}}{{if $i}},{{end}}"{{$x}}"{{end}}]}"#,
            #"{"a":["x","y"]}"#
        ),
        Whole(#"{"a":[{{range .l}}1,{{end}}2]}"#, #"{"a":[1,1,2]}"#),
        Whole(
            #"{ {{range $k,$v := .m}}"{{$k}}":"{{$v}}",{{end}}"last":1}"#,
            #"{ "k":"v","tag":"t","last":1}"#
        ),
        Whole(
            #"{{$f := true}}{ {{range $k,$v := .m}}{{if not $f}},{{end}}{{$f = false}}"{{$k}}":1{{end}}}"#,
            #"{ "k":1,"tag":1}"#
        ),
        Whole(#"{ {{if .b}}"a":1,{{end}}"b":2}"#, #"{ "a":1,"b":2}"#),
        Whole(#"{"a":{{range .l}}{{break}}{{end}}1}"#, #"{"a":1}"#),
        Whole(#"{{if not .b}}{{fail "never"}}{{end}}{"a":1}"#, #"{"a":1}"#),
        Whole(#"{{define "t"}}v={{.}}{{end}}{"a":"{{template "t" .n}}"}"#, #"{"a":"v=3"}"#),
        Whole(
            #"{{define "t"}}{{toJson .}}{{end}}{"a":{{template "t" .s}},"b":{{template "t" .n}}}"#,
            #"{"a":"a\"b\nc\\ü","b":3}"#
        ),
        Whole(
            #"{{define "t"}}{"k":{{with .c}}{{template "t" .}}{{else}}1{{end}}}{{end}}{{template "t" .}}"#,
            #"{"k":1}"#
        ),
        Whole(#"{"a":"{{.gone | default "d"}}"}"#, #"{"a":"d"}"#),
        Whole(#"{"a":"{{default "d" .gone.deeper}}"}"#, #"{"a":"d"}"#),
        Whole(#"{"a":"{{coalesce .gone .m.gone "c"}}"}"#, #"{"a":"c"}"#),
        Whole(#"{"a":"{{dig "m" "gone" "g" .}}"}"#, #"{"a":"g"}"#),
        Whole(#"{"a":{{hasKey .m "gone"}},"b":{{empty .gone}}}"#, #"{"a":false,"b":true}"#),
        Whole(#"{"a":"{{with .gone}}{{.}}{{else}}none{{end}}"}"#, #"{"a":"none"}"#),
        Whole(#"{"a":"{{if .app.gone.x}}y{{else}}n{{end}}"}"#, #"{"a":"n"}"#),
        Whole(
            #"{"a":"{{.nv | default "d"}}","b":"{{.nil | default "e"}}"}"#,
            #"{"a":"d","b":"e"}"#
        ),
    ]

    @Test("what comes out is JSON, whatever goes in", arguments: wholes)
    func whole(row: Whole) throws {
        let rendering = try Sample.payload(row.template, Self.data)
        #expect(rendering.text == row.result, "\(rendering.errors)")
    }

    struct Refused: CustomTestStringConvertible {
        let template: String
        let error: String
        var testDescription: String { template }
        init(_ template: String, _ error: String) {
            self.template = template
            self.error = error
        }
    }

    static let refused = [
        Refused(
            #"{"a":{{if .b}}"x{{else}}1{{end}}}"#,
            "1:6: the branches of {{if}} end in different JSON contexts: inside a string, and "
                + "behind a value in {{if .b}}"
        ),
        Refused(
            #"{"a":{{if .b}}1{{end}}}"#,
            "1:6: the branches of {{if}} end in different JSON contexts: behind a value, and "
                + "where a value must stand in {{if .b}}"
        ),
        Refused(
            #"{"a":{{with .m}}{"b":1{{else}}{}{{end}}}"#,
            "1:6: the branches of {{with}} end in different JSON contexts"
        ),
        Refused(
            #"{"a":"{{range .l}}"{{end}}"}"#,
            "1:7: the body of {{range}} ends where it cannot begin again: in different JSON contexts"
        ),
        Refused(#"{"a":[{{range .l}}[{{end}}]}"#, "1:7: the body of {{range}} ends where"),
        Refused(
            "{\"a\": 1\n {{.n}} \"b\": 2}",
            "2:2: an action behind a value in {{.n}}; a comma is missing before it"
        ),
        Refused(
            #"{"a": "x" "b": {{.n}}}"#,
            "1:11: unexpected a string behind a value; a comma is missing before it"
        ),
        Refused(#"{"a":{{.n}}{{.n}}}"#, "1:12: an action behind a value in {{.n}}"),
        Refused(#"{"a":1{{.n}}}"#, "1:7: an action directly behind a number or word in {{.n}}"),
        Refused(#"{"a":{{.n}}5}"#, "1:12: unexpected 5 behind a value"),
        Refused(#"{"a" {{.n}}}"#, "1:6: an action where a colon must stand in {{.n}}"),
        Refused(
            #"{ {{.n}}: 1}"#,
            "1:3: an action where a key must stand in {{.n}}; a key is a string: put the action "
                + "between quotes"
        ),
        Refused(#"{"a":"\{{.n}}"}"#, "1:8: an action in the middle of an escape in {{.n}}"),
        Refused(#"{"a":"\q"}"#, "1:8: no escape of JSON's behind \\"),
        Refused("{\"a\":\"x\ny\"}", "1:8: a line break or control character inside a JSON string"),
        Refused(#"{"t": tru{{.b}}}"#, "1:7: tru is no JSON value"),
        Refused(#"{"a":"{{.n}}""#, "1:14: the template ends behind a value"),
        Refused(#"{"a":{{.n}}},"#, "1:13: unexpected , behind the end of the JSON value"),
        Refused(#"{"a":{{.n}}]"#, "1:12: unexpected ] behind a value"),
        Refused(#"{"a":{{.n}},}"#, "1:13: unexpected } where a key must stand"),
        Refused(#"{{if .b}}{"a":1}{{end}}"#, "1:1: the branches of {{if}} end in different"),
        Refused(#"{{template "gone" .}}"#, "1:1: template \"gone\" is not defined"),
        Refused(
            #"{{define "t"}}{{.n}}"{{end}}{"a":{{template "t" .}}}"#,
            "1:21: unexpected a string behind a value"
        ),
        Refused("status: {{.s}}", "1:1: status is no JSON value"),
    ]

    @Test("a template that may break JSON is refused when it is loaded", arguments: refused)
    func refusals(row: Refused) throws {
        let rendering = try Sample.payload(row.template, Self.data)
        #expect(rendering.isRefused)
        #expect(rendering.kind == .parse)
        #expect(rendering.errors.hasPrefix("template:\(row.error)"), "\(rendering.errors)")
    }

    static let failing = [
        Refused(
            #"{"a":{{.s}}}"#,
            "1:8: a string stands where a JSON value must in {{.s}}; put the action between "
                + "quotes, or end it with | toJson"
        ),
        Refused(
            #"{"a":{{.l}}}"#,
            "1:8: a value of type []interface {} stands where a JSON value must in {{.l}}; end "
                + "the action with | toJson"
        ),
        Refused(
            #"{"a":{{"x\x01" | quote}}}"#,
            #"1:8: what comes out is no JSON value in {{"x\x01" | quote}}; end the action with"#
        ),
        Refused(
            #"{"a":"{{.z}}"}"#,
            "1:9: nothing to write: the value is missing or null in {{.z}}; default says what "
                + "stands in for what is missing"
        ),
        Refused(
            #"{"a":"{{.app.metdata.name}}"}"#,
            "1:13: .app.metdata is missing in {{.app.metdata.name}}; did you mean .app.metadata?"
        ),
        Refused(
            #"{"a":"{{.app.metadata.nmae}}"}"#,
            "1:22: .app.metadata.nmae is missing in {{.app.metadata.nmae}}; did you mean "
                + ".app.metadata.name?"
        ),
        Refused(
            #"{"a":"{{.nv}}"}"#,
            "1:9: .nv is <no value>: the sender had no value in {{.nv}}; default says"
        ),
        Refused(#"{"a":"{{.nil}}"}"#, "1:9: .nil is <nil>: the sender had no value"),
        Refused(#"{"a":"{{index . "nv"}}"}"#, "1:9: the value is <no value>: the sender had none"),
        Refused(#"{"a":"{{.gone | upper}}"}"#, "1:9: .gone is missing"),
        Refused(#"{"a":"{{$x := .gone}}"}"#, "1:15: .gone is missing"),
        Refused(#"{"a":"{{if eq .gone "x"}}{{end}}"}"#, "1:15: .gone is missing"),
        Refused(#"[{{.n}}]"#, "1:1: what comes out is no JSON object but array"),
        Refused(
            #"{"a":[{{range .e}}1,{{end}}1{{if .b}},{{end}}]}"#,
            "1:1: what comes out is no JSON"
        ),
    ]

    @Test("what cannot be written as JSON ends the rendering", arguments: failing)
    func failures(row: Refused) throws {
        let rendering = try Sample.payload(row.template, Self.data)
        #expect(rendering.kind == .execution)
        #expect(rendering.errors.hasPrefix("template:\(row.error)"), "\(rendering.errors)")
    }

    @Test("a payload's text that is no UTF-8 is refused at load, also between the actions")
    func invalidText() throws {
        var options = TemplateOptions()
        options.semantics = .payload
        // Found by relay-bench fuzz --seed 11, case 11987.
        let template = Array("{\"{{1}}\n".utf8).dropLast() + [0x96] + Array("{{2}}\": null}".utf8)
        let errors = #expect(throws: TemplateErrors.self) {
            _ = try Template(parsing: Array(template), options: options)
        }
        #expect(errors?.description.hasPrefix("template:1:8: a byte that is no UTF-8") == true)
    }

    // MARK: - Real templates

    private static func nasty() throws -> JSONValue {
        let bytes = try Data(contentsOf: Sample.file("argocd-07-failed-nasty-message.json"))
        return try JSONDocument(parsing: [UInt8](bytes)).root
    }

    private func payload(_ template: String, _ data: TemplateData) throws -> JSONValue {
        var options = TemplateOptions()
        options.semantics = .payload
        options.missingKey = .error
        let parsed = try Template(parsing: Array(template.utf8), options: options)
        return try JSONDocument(parsing: parsed.render(data, Sample.world)).root
    }

    @Test("GitLab's documented template works as it is")
    func documented() throws {
        let template = """
            {
              "status": "success",
              "environment": "production",
              "sha": "{{.app.status.operationState.operation.sync.revision}}",
              "ref": "main",
              "tag": "false"
            }
            """
        let root = try payload(template, TemplateData(Self.nasty()))
        #expect(root["sha"]?.string == "07aa5a0d1ef79164f74cbe5f2a89bb33f451363c")
        #expect(root["tag"]?.string == "false")
        #expect(root.count == 5)
    }

    @Test("the shipped template writes what .deployment says")
    func shipped() throws {
        let file = Sample.file("../../config/templates/deployment.json.tmpl")
        let template = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let deployment: [(key: String, value: TemplateValue)] = [
            ("status", .text("failed")),
            ("environment", .text("review/ü \"x\"")),
            ("sha", .text("07aa5a0d")), ("ref", .text("main")),
            ("tag", .bool(false)),
        ]
        let data = TemplateData(try Self.nasty(), adding: [("deployment", .map(deployment))])
        let root = try payload(template, data)
        #expect(root["environment"]?.string == "review/ü \"x\"")
        #expect(root["tag"]?.bool == false)
        #expect(root["status"]?.string == "failed")
    }

    @Test("a message with quotes, line ends and control characters arrives as it was")
    func nastyMessage() throws {
        let body = try Self.nasty()
        let message = body["app"]?["status"]?["operationState"]?["message"]?.string
        #expect(message?.contains("\"mode\\\"") == true)
        let template = """
            {"inside": "{{.app.status.operationState.message}}",
             "beside": {{toJson .app.status.operationState.message}},
             "app": {{toJson .app}}}
            """
        let root = try payload(template, TemplateData(body))
        #expect(root["inside"]?.string == message)
        #expect(root["beside"]?.string == message)
        #expect(root["app"]?["status"]?["operationState"]?["message"]?.string == message)
    }

    @Test("the envelope of argocd-notifications works as it is")
    func envelope() throws {
        let template = """
            {"app": {{toJson .app}}, "context": {{toJson .context}}, \
            "serviceType": {{toJson .serviceType}}, "recipient": {{toJson .recipient}}}
            """
        let body = try Self.nasty()
        let root = try payload(template, TemplateData(body))
        #expect(
            root["app"]?["metadata"]?["name"]?.string == body["app"]?["metadata"]?["name"]?.string
        )
    }

    @Test("what a caller adds hides the body's member of the same name")
    func added() throws {
        let body = try Sample.json(#"{"hook": "theirs", "n": 1}"#)
        let data = TemplateData(body, adding: [("hook", .text("ours"))])
        let root = try payload(#"{"a":"{{.hook}}{{.n}}","all":{{toJson .}}}"#, data)
        #expect(root["a"]?.string == "ours1")
        #expect(root["all"]?["hook"]?.string == "ours")
    }

    @Test("what a template sets in an added map stays there for the run, and for no other")
    func setInAdded() throws {
        let body = try Sample.json(#"{"n": 1}"#)
        let data = TemplateData(
            body,
            adding: [
                ("deployment", .map([("sha", .text("07aa")), ("n", .text("1"))])),
                ("request", .made { [("x-a", .text("b"))] }),
            ]
        )
        let template = """
            {{- $_ := set .deployment "sha" "99" }}{{ $_ := unset .deployment "n" -}}
            {{- $_ := set .request "y" "z" }}{{ $_ := set .deployment "self" .deployment -}}
            {"sha": "{{.deployment.sha}}", "n": {{hasKey .deployment "n"}},
             "y": "{{.request.y}}{{index .request "x-a"}}", "self": "{{.deployment.self.sha}}"}
            """
        for _ in 0..<2 {
            let root = try payload(template, data)
            #expect(root["sha"]?.string == "99")
            #expect(root["n"]?.bool == false)
            #expect(root["y"]?.string == "zb")
            #expect(root["self"]?.string == "99")
        }
    }
}
