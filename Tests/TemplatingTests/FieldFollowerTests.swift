import Templating
import Testing

@Suite("Fields that no data can have")
struct FieldFollowerTests {
    /// What a template is told, without its name; nothing where it is taken.
    static func problems(
        _ template: String,
        _ change: (inout TemplateOptions) -> Void = { _ in }
    ) -> [String] {
        var options = TemplateOptions()
        options.name = "t"
        options.closed = ["hook": ["name"], "deployment": ["sha", "ref", "environment"]]
        change(&options)
        do throws(TemplateErrors) {
            _ = try Template(parsing: Array(template.utf8), options: options)
            return []
        } catch {
            return error.all.map { String("\($0)".dropFirst(2)) }
        }
    }

    struct Row: CustomTestStringConvertible {
        let template: String
        /// Where, and the field.
        let place: String
        let path: String
        var testDescription: String { template }

        init(_ template: String, _ place: String, _ path: String = ".deployment.shaa") {
            (self.template, self.place, self.path) = (template, place, path)
        }
    }

    static let slips = [
        Row("{{ .deployment.shaa }}", "1:15"),
        Row("a\n{{ $.deployment.shaa }}", "2:16"),
        Row("{{ (.deployment).shaa }}", "1:17"),
        Row("{{ (.).deployment.shaa }}", "1:18"),
        Row("{{ .deployment.shaa | trunc 8 }}", "1:15"),
        Row("{{ printf `%s` .deployment.shaa }}", "1:27"),
        Row("{{ if eq .deployment.shaa `x` }}{{ end }}", "1:21"),
        Row("{{ if .app }}{{ else }}{{ .deployment.shaa }}{{ end }}", "1:38"),
        Row("{{ with .app }}{{ $.deployment.shaa }}{{ end }}", "1:31"),
        Row("{{ with .app }}{{ .x }}{{ else }}{{ .deployment.shaa }}{{ end }}", "1:48"),
        Row("{{ with .deployment }}{{ .shaa }}{{ end }}", "1:26"),
        Row("{{ with $d := .deployment }}{{ $d.shaa }}{{ end }}", "1:34"),
        Row("{{ $d := .deployment }}{{ range .l }}{{ $d.shaa }}{{ end }}", "1:43"),
        Row("{{ range .l }}{{ $.deployment.shaa }}{{ end }}", "1:30"),
        Row("{{ or .deployment.shaa `x` }}", "1:18"),
        Row("{{ index .l .deployment.shaa }}", "1:24"),
        Row("{{ define `a` }}{{ .shaa }}{{ end }}{{ template `a` .deployment }}", "1:20"),
        Row("{{ block `a` . }}{{ .deployment.shaa }}{{ end }}", "1:32"),
        Row(
            "{{ range .l }}{{ .x }}{{ template `a` $ }}{{ end }}{{ define `a` }}"
                + "{{ .deployment.shaa }}{{ end }}",
            "1:82"
        ),
        // Said nothing instead of being missed, and nearly a name: a slip all the same.
        Row("{{ default `x` .deployment.shaa }}", "1:27"),
        Row("{{ with .deployment.shaa }}{{ . }}{{ end }}", "1:20"),
        Row("{{ .deployment.ticket }}", "1:15", ".deployment.ticket"),
        Row("{{ .hook.nam }}", "1:9", ".hook.nam"),
        Row("{{ .deployment.Sha }}", "1:15", ".deployment.Sha"),
    ]

    @Test("are told with their place, whatever they are reached by", arguments: slips)
    func slip(row: Row) {
        let problems = Self.problems(row.template)
        #expect(problems.count == 1, "\(problems)")
        let wanted = "\(row.place): there is no \(row.path) in {{"
        #expect(problems.first?.hasPrefix(wanted) ?? false, "\(problems)")
    }

    @Test("the nearest name is told, else all of them")
    func hints() {
        #expect(
            Self.problems("{{ .deployment.shaa }}") == [
                "1:15: there is no .deployment.shaa in {{ .deployment.shaa }}; "
                    + "did you mean .deployment.sha?"
            ]
        )
        #expect(
            Self.problems("{{ .deployment.ticket }}") == [
                "1:15: there is no .deployment.ticket in {{ .deployment.ticket }}; "
                    + ".deployment has sha, ref, environment"
            ]
        )
        #expect(
            Self.problems("{{ .deployment.sha.short }}") == [
                "1:19: .deployment.sha has no .short in {{ .deployment.sha.short }}; "
                    + "write .deployment.sha"
            ]
        )
    }

    @Test(
        "each place is told once, and all of them",
        arguments: [
            "{{ define `a` }}{{ .deployment.shaa }}{{ end }}{{ template `a` . }}{{ template `a` $ }}"
                + "{{ $.hook.nmae }}"
        ]
    )
    func all(template: String) {
        #expect(Self.problems(template).count == 2)
    }

    @Test(
        "what can be there, or is not known, is not complained about",
        arguments: [
            "{{ .deployment.sha }}", "{{ .deployment }}", "{{ toJson .deployment }}",
            "{{ .hook.name }}", "{{ $ }}", "{{ . }}",
            // The sender's own members.
            "{{ .deploymentt.shaa }}", "{{ .app.deployment.shaa }}", "{{ .shaa }}",
            "{{ $.app.shaa }}", "{{ .request.shaa }}", "{{ .status }}",
            // Another dot.
            "{{ with .app }}{{ .deployment.shaa }}{{ end }}",
            "{{ range .l }}{{ .deployment.shaa }}{{ end }}",
            "{{ range .deployment }}{{ .shaa }}{{ end }}",
            "{{ with .app }}{{ with .deployment }}{{ .shaa }}{{ end }}{{ end }}",
            "{{ with .deployment }}{{ .sha }}{{ end }}",
            "{{ with .deployment.sha }}{{ . }}{{ else }}{{ .shaa }}{{ end }}",
            "{{ with .app }}{{ else }}{{ .shaa }}{{ end }}",
            "{{ define `a` }}{{ .deployment.shaa }}{{ end }}{{ template `a` .app }}",
            "{{ define `a` }}{{ .deployment.shaa }}{{ end }}{{ template `a` }}",
            "{{ define `a` }}{{ $.deployment.shaa }}{{ end }}{{ template `a` .app }}",
            "{{ define `a` }}{{ .deployment.shaa }}{{ end }}",
            "{{ define `a` }}{{ template `a` .x }}{{ .x.deployment.shaa }}{{ end }}"
                + "{{ template `a` . }}",
            // A variable that may be something else.
            "{{ $d := .deployment }}{{ $d = .app }}{{ $d.shaa }}",
            "{{ $d := .deployment }}{{ range .l }}{{ $d.shaa }}{{ $d = . }}{{ end }}",
            "{{ $d := .app }}{{ if .x }}{{ $d = .deployment }}{{ end }}{{ $d.shaa }}",
            "{{ if .x }}{{ $d := .deployment }}{{ $d.sha }}{{ end }}"
                + "{{ $e := .app }}{{ $e.shaa }}",
            "{{ range $d := .l }}{{ $d.deployment.shaa }}{{ end }}",
            "{{ range $i, $d := .deployment }}{{ $d.shaa }}{{ end }}",
            "{{ $ = .app }}{{ $.deployment.shaa }}",
            // Keys that are texts: asked for by those who know that they may be missing.
            "{{ index .deployment `shaa` }}", "{{ get .deployment `shaa` }}",
            "{{ hasKey .deployment `shaa` }}", "{{ dig `deployment` `shaa` `x` . }}",
            "{{ (index . `deployment`).shaa }}", "{{ (default .app .deployment).shaa }}",
            "{{ (or .deployment .app).shaa }}", "{{ (pick .deployment `sha`).shaa }}",
            // Far from each name, and said what to do instead: another version may know it.
            "{{ default `x` .deployment.ticket }}", "{{ .deployment.ticket | default `x` }}",
            "{{ with .deployment.ticket }}{{ . }}{{ end }}",
            "{{ if .deployment.ticket }}x{{ end }}", "{{ coalesce .deployment.ticket `x` }}",
            "{{ if empty .deployment.ticket }}x{{ end }}",
            // Members of the template's own.
            "{{ $_ := set .deployment `shaa` `x` }}{{ .deployment.shaa }}",
            "{{ $d := .deployment }}{{ $_ := set $d `shaa` `x` }}{{ .deployment.shaa }}",
            "{{ $_ := merge .deployment (dict `shaa` `x`) }}{{ .deployment.shaa }}",
            "{{ $_ := mergeOverwrite . .app }}{{ .deployment.shaa }}",
            "{{ define `a` }}{{ $_ := set . `shaa` `x` }}{{ end }}{{ template `a` .deployment }}"
                + "{{ .deployment.shaa }}",
            // No actions.
            "{{/* .deployment.shaa */}}", "{{ `.deployment.shaa` }}", ".deployment.shaa",
        ]
    )
    func silent(template: String) {
        #expect(Self.problems(template).isEmpty)
    }

    @Test("in a payload beside what is no JSON, and in templates that are defined beside it")
    func payload() {
        let problems = Self.problems("{\"a\": \"{{ .deployment.shaa }}\", {{ template `b` . }}}") {
            $0.semantics = .payload
            $0.defines = [(name: "b", text: Array("\"b\": {{ toJson .hook.nmae }}".utf8))]
        }
        #expect(problems.count == 2, "\(problems)")
        #expect(problems.contains { $0.hasPrefix("1:22: there is no .deployment.shaa") })
        let chain = (0..<3000).map { "{{ define `\($0)` }}{{ template `\($0 + 1)` . }}{{ end }}" }
        let long =
            chain.joined() + "{{ define `3000` }}{{ .hook.nmae }}{{ end }}{{ template `0` . }}"
        #expect(Self.problems(long).count == 1)
    }
}
