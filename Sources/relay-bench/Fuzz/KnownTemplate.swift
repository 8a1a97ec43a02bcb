import JSON
import POSIX
import Relay

/// A template that people use, with data that it fits: what the fuzzer damages.
struct KnownTemplate {
    let text: [UInt8]
    let data: [UInt8]
    let isPayload: Bool
    /// Fields that the data has.
    let paths: [String]

    init(_ text: [UInt8], _ data: [UInt8], isPayload: Bool) {
        self.text = text
        self.data = data
        self.isPayload = isPayload
        paths = (try? JSONDocument(parsing: data)).map { JSONTree($0.root).paths } ?? []
    }

    /// What the program ships, what GitLab documents, and one that uses much of the language.
    static let shipped: [KnownTemplate] = [
        KnownTemplate(Array(TemplateText.builtIn.text), Array(application.utf8), isPayload: true),
        KnownTemplate(Array(documented.utf8), Array(application.utf8), isPayload: true),
        KnownTemplate(Array(rich.utf8), Array(application.utf8), isPayload: true),
    ]

    /// Cases of a file with one JSON object a line, `template` and `data` among its members.
    static func read(_ path: String) throws -> [KnownTemplate] {
        try FileSystem.read(path).get().split(separator: 0x0A).compactMap { line in
            guard let root = try? JSONDocument(parsing: Array(line)).root,
                let template = root["template"]?.utf8
            else { return nil }
            let data = root["data_json"]?.utf8 ?? root["data"]?.text ?? Array("{}".utf8)
            return KnownTemplate(template, data, isPayload: template.first == 0x7B)
        }
    }

    private static let documented = """
        {
          "status": "success",
          "environment": "production",
          "sha": "{{.app.status.operationState.operation.sync.revision}}",
          "ref": "main",
          "tag": "false"
        }
        """

    private static let rich = """
        {{- $op := .app.status.operationState | default dict -}}
        {{- $kinds := dict -}}
        {{- range .app.status.resources -}}
          {{- $_ := set $kinds .kind (add1 (get $kinds .kind | default 0)) -}}
        {{- end -}}
        {
          "status": {{ get (dict "Succeeded" "success" "Failed" "failed") $op.phase | toJson }},
          "sha": {{ coalesce $op.operation.sync.revision "unknown" | toJson }},
          "tag": {{ or (hasPrefix "refs/tags/" "x") (regexMatch "^v?[0-9]+\\\\.[0-9]+" "v1.2") }},
          "message": "{{ $op.message | default "" | trunc 20 }}",
          "images": [
            {{- range $i, $image := .app.status.summary.images }}
            {{- if $i }},{{ end }}
            {{ $image | trimPrefix "registry.example.com/" | quote }}
            {{- end }}
          ],
          {{- with last .app.status.history }}
          "deployment": {"id": {{ .id }}, "by": "{{ with .by }}{{ .name }}{{ else }}?{{ end }}"},
          {{- end }}
          "labels": "{{ range $k, $v := .app.metadata.labels }}{{ $k }}={{ $v }};{{ end }}"
        }
        """

    private static let application = """
        {"app":{"metadata":{"name":"shop","namespace":"argocd","labels":{"team":"payments",
        "env":"prod"},"annotations":{"a/b":"c"}},"spec":{"source":{"targetRevision":"main",
        "repoURL":"https://gitlab.example.com/payments/shop.git"}},"status":{"sync":{"status":
        "Synced","revision":"abc"},"health":{"status":"Healthy"},"summary":{"images":[
        "registry.example.com/shop/api:1","registry.example.com/shop/web:2"]},"operationState":{
        "phase":"Failed","message":"one \\"quoted\\" <word> & a\\nline","startedAt":
        "2024-03-05T07:08:09Z","finishedAt":"2024-03-05T07:08:52Z","retryCount":0,"operation":{
        "sync":{"revision":"e83c5163316f89bfbde7d9ab23ca2e25604af290"}}},"resources":[{"kind":
        "Service","status":"Synced"},{"kind":"Deployment","status":"OutOfSync"}],"history":[{"id":
        1,"by":{"name":"alice"}},{"id":2}]}},"deployment":{"environment":"prod","sha":"abc",
        "ref":"main","tag":false,"status":"success"},"context":{"cluster":"eu-1"},
        "number":1.5,"null":null,"list":[3,1,2],"texts":["b","a"]}
        """
}
