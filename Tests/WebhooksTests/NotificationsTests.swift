import Testing
import Webhooks

@Suite("Argo CD's notification settings")
struct NotificationsTests {
    static func inspection(_ text: String) throws -> NotificationsInspection {
        NotificationsInspection(try NotificationsConfigMap(Array(text.utf8)))
    }

    /// A ConfigMap in kubectl's form; `data` is indented as it is to stand.
    static func configMap(_ data: String) -> String {
        "apiVersion: v1\ndata:\n\(data)\nkind: ConfigMap\nmetadata:\n  name: argocd-notifications-cm\n"
    }

    static func template(_ body: String, path: String = "/projects/42/deployments") -> String {
        """
          template.gitlab: |
            webhook:
              gitlab:
                method: POST
                path: \(path)
                body: |
                  \(body)
        """
    }

    static let service = """
          service.webhook.gitlab: |
            url: https://gitlab.com/api/v4
            headers:
            - name: PRIVATE-TOKEN
              value: $gitlab-token
            - name: Content-Type
              value: application/json
        """

    struct Row: CustomTestStringConvertible {
        var name: String
        var data: String
        /// Line of the file.
        var line: Int
        var problem: String
        var remedy: String
        var isWrong = true

        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "sha from what was compared last",
            data: template(#"{"sha": "{{.app.status.sync.revision}}"}"#),
            line: 9,
            problem: "not what was deployed",
            remedy: "toJson .app"
        ),
        Row(
            name: "sha of the operation, which several sources do not have",
            data: template(#"{"sha": "{{.app.status.operationState.operation.sync.revision}}"}"#),
            line: 9,
            problem: "<no value> with several sources",
            remedy: "envelope",
            isWrong: false
        ),
        Row(
            name: "sha of the result",
            data: template(#"{"sha": "{{.app.status.operationState.syncResult.revision}}"}"#),
            line: 9,
            problem: "empty with several sources",
            remedy: "envelope",
            isWrong: false
        ),
        Row(
            name: "a message without toJson",
            data: template(#"{"message": "{{ .app.status.operationState.message }}"}"#),
            line: 9,
            problem: "break the JSON",
            remedy: "{{toJson .app.status.operationState.message}}"
        ),
        Row(
            name: "toJson inside quotes",
            data: template(#"{"message": "{{toJson .app.status.operationState.message}}"}"#),
            line: 9,
            problem: "its own quotes",
            remedy: "quotes"
        ),
        Row(
            name: "a hyphen in a chain of fields",
            data: template(#"{"p": "{{.app.metadata.annotations.gitlab-project-id}}"}"#),
            line: 9,
            problem: "stops every notification",
            remedy: #"{{index .app.metadata.annotations "gitlab-project-id"}}"#
        ),
        Row(
            name: "a secret as bytes",
            data: template(#"{"t": "{{ .secrets.token }}"}"#),
            line: 9,
            problem: "[97 98 99]",
            remedy: "toString"
        ),
        Row(
            name: "GET by default",
            data: "  template.gitlab: |\n    webhook:\n      gitlab:\n        body: x",
            line: 5,
            problem: "by GET, the default",
            remedy: "method: POST"
        ),
        Row(
            name: "GET as it is written",
            data: "  template.gitlab: |\n    webhook:\n      gitlab:\n        method: GET",
            line: 6,
            problem: "by GET",
            remedy: "method: POST"
        ),
        Row(
            name: "a project's path with its slashes",
            data: template("{}", path: "/projects/group/sub/name/deployments"),
            line: 7,
            problem: "group/sub/name is not found",
            remedy: "group%2Fsub%2Fname"
        ),
        Row(
            name: "a project's path out of a template, not escaped",
            data: template("{}", path: "/projects/{{.recipient}}/deployments"),
            line: 7,
            problem: "without escaping",
            remedy: "QueryEscape"
        ),
        Row(
            name: "a path whose subgroups are cut off",
            data: template(
                "{}",
                path: "/projects/{{call .repo.QueryEscape (call .repo.FullNameByRepoURL .x)}}"
                    + "/deployments"
            ),
            line: 7,
            problem: "subgroups are cut off",
            remedy: "number"
        ),
        Row(
            name: "a token in a template",
            data: template(#"{"token": "glpat-abcdefghijklmnopqrst"}"#),
            line: 9,
            problem: "a token stands in a template",
            remedy: "argocd-notifications-secret"
        ),
        Row(
            name: "a token in an address",
            data: template("{}", path: "/projects/42/deployments?private_token=x"),
            line: 7,
            problem: "a token stands in a template",
            remedy: "header"
        ),
        Row(
            name: "a token in the service",
            data: service.replacing("$gitlab-token", with: "glpat-abcdefghijklmnopqrst"),
            line: 7,
            problem: "a token stands in the ConfigMap",
            remedy: "$key"
        ),
        Row(
            name: "retryWaitMin with a unit",
            data: service + "\n    retryWaitMin: 1s",
            line: 10,
            problem: "retryWaitMin: 1s cannot be read",
            remedy: "nanoseconds"
        ),
        Row(
            name: "no Content-Type",
            data: "  service.webhook.gitlab: |\n    url: https://git.example.com/api/v4",
            line: 4,
            problem: "415",
            remedy: "Content-Type"
        ),
        Row(
            name: "a template in a service",
            data: "  service.webhook.x: |\n    url: https://x.example.com/{{.recipient}}",
            line: 4,
            problem: "no template",
            remedy: "$key"
        ),
        Row(
            name: "a dot in a service's name",
            data: "  service.webhook.git.lab: |\n    url: https://x.example.com",
            line: 4,
            problem: "no dots",
            remedy: "git-lab"
        ),
        Row(
            name: "a certificate that nobody verifies",
            data: service + "\n    insecureSkipVerify: true",
            line: 10,
            problem: "not verified",
            remedy: "argocd-tls-certs-cm",
            isWrong: false
        ),
        Row(
            name: "oncePer that is <nil> for several sources",
            data: "  trigger.a: |\n    - oncePer: app.status.sync.revision",
            line: 4,
            problem: "<nil>",
            remedy: "startedAt"
        ),
        Row(
            name: "oncePer of the requested revision",
            data: """
                  trigger.a: |
                    - oncePer: app.status?.operationState?.operation?.sync?.revision
                """,
            line: 4,
            problem: "<nil>",
            remedy: "startedAt"
        ),
        Row(
            name: "the catalogue's oncePer, empty for several sources",
            data: """
                  trigger.a: |
                    - when: app.status?.operationState?.phase == 'Running'
                      oncePer: app.status.operationState?.syncResult?.revision
                """,
            line: 5,
            problem: "is empty",
            remedy: "startedAt"
        ),
        Row(
            name: "a condition that fails where nothing was synced yet",
            data: "  trigger.a: |\n    - when: app.status.operationState.phase == 'Running'",
            line: 4,
            problem: "never synced",
            remedy: "?.",
            isWrong: false
        ),
        Row(
            name: "a template that is not there",
            data: "  trigger.a: |\n    - send: [none]",
            line: 4,
            problem: "template.none is not there",
            remedy: "add it"
        ),
        Row(
            name: "a trigger that is not there",
            data: """
                  trigger.a: |
                    - oncePer: app.metadata.uid
                  subscriptions: |
                    - triggers: [on-none]
                """,
            line: 6,
            problem: "trigger.on-none",
            remedy: "add it"
        ),
        Row(
            name: "a text that is not read",
            data: "  trigger.a: |\n    - &x\n      when: y",
            line: 4,
            problem: "was not looked at",
            remedy: "Argo CD",
            isWrong: false
        ),
    ]

    @Test("each known trap is named with its line and what to do", arguments: rows)
    func traps(row: Row) throws {
        let text = Self.configMap(row.data)
        let findings = try Self.inspection(text).findings
        let found = findings.filter { $0.problem.contains(row.problem) }
        #expect(found.count == 1, "\(findings)")
        let trap = try #require(found.first)
        #expect(trap.place == "line \(row.line)")
        #expect(trap.remedy.contains(row.remedy), "\(trap.remedy)")
        #expect((trap.weight == .wrong) == row.isWrong)
        #expect(
            findings.allSatisfy { !$0.problem.contains("glpat") && !$0.remedy.contains("glpat") }
        )
    }

    @Test("a path with slashes is no trap where the relay takes it")
    func relayPath() throws {
        let path = "/api/v4/projects/group/name/deployments"
        let data = Self.service.replacing(
            "https://gitlab.com/api/v4",
            with: "http://127.0.0.1:8080"
        )
        let text = Self.configMap(data + "\n" + Self.template("{}", path: path))
        #expect(try Self.inspection(text).findings == [])
    }

    @Test("a service that calls GitLab itself loses what is sent once")
    func once() throws {
        let trigger = "  trigger.a: |\n    - oncePer: app.status.operationState.startedAt"
        let text = Self.configMap(Self.service + "\n" + trigger)
        let found = try Self.inspection(text).findings
        #expect(found.map(\.place) == ["line 4"])
        #expect(found.first?.problem.contains("never sent again") ?? false)
    }

    @Test("a section for a service that is not there is named")
    func noService() throws {
        let data = Self.service.replacing("webhook.gitlab", with: "webhook.other")
        let found = try Self.inspection(Self.configMap(data + "\n" + Self.template("{}"))).findings
        #expect(found.contains { $0.problem.contains("no service.webhook.gitlab") })
    }

    @Test("the same traps are found in JSON, by key and line of the text")
    func json() throws {
        let body = #"{\"sha\": \"{{.app.status.sync.revision}}\"}"#
        let text = #"""
            {"apiVersion": "v1", "kind": "ConfigMap",
             "data": {
               "template.gitlab": "webhook:\n  gitlab:\n    method: POST\n    body: |\n      \#(body)\n"
             }}
            """#
        let trap = try #require(try Self.inspection(text).findings.first)
        #expect(trap.key == "template.gitlab")
        #expect(trap.place == "line 3, line 5 of the text")
    }

    @Test(
        "settings without a trap have none",
        arguments: [
            Self.template(
                #"{"sha": {{toJson .app.metadata.annotations}}, "x": "{{.app.metadata.name}}"}"#
            ),
            Self.template(
                "{}",
                path: "/projects/{{call .repo.QueryEscape .recipient}}/deployments"
            ),
            Self.template("{}", path: "/projects/group%2Fname/deployments"),
            Self.template(#"{"x": {{toJson .app.status.operationState.message}}}"#),
            Self.template(
                #"{"x": "{{index .app.metadata.annotations "a-b"}}", "y": "{{ 3 }}-{{ 4 }}"}"#
            ),
            Self.template(#"{"x": "{{ .secrets.token | toString }}"}"#),
            Self.service + "\n    retryWaitMin: 2000000000\n    retryMax: 5",
            "  trigger.a: |\n    - oncePer: app.status.operationState.startedAt",
            "  context: |\n    argocdUrl: https://argocd.example.com",
        ]
    )
    func clean(data: String) throws {
        #expect(try Self.inspection(Self.configMap(data)).findings == [])
    }

    @Test("what holds no settings, or is not read, is refused by its line")
    func unreadable() {
        let rows = [
            ("kind: Secret\ndata: {}", "no notification settings"),
            ("{}", "no notification settings"),
            ("data:\n  a: &b c", "line 2: anchors"), ("{\"data\":", "line 1"),
            ("data:\n  trigger.a: |\n    x\n---\na: b", "line 4: a second document"),
        ]
        for (text, words) in rows {
            let error = #expect(throws: NotificationsConfigMap.Unreadable.self) {
                try NotificationsConfigMap(Array(text.utf8))
            }
            #expect(error?.description.contains(words) ?? false, "\(error?.description ?? "")")
        }
    }

    @Test("a List and the operator's resource hold the same settings")
    func otherForms() throws {
        let trigger = "trigger.a: |\n        - oncePer: app.status.sync.revision"
        let list = "kind: List\nitems:\n- kind: ConfigMap\n  data:\n    \(trigger)\n"
        let resource = "kind: NotificationsConfiguration\nspec:\n  triggers:\n    \(trigger)\n"
        for text in [list, resource] {
            #expect(try Self.inspection(text).findings.count == 1, "\(text)")
        }
    }

    // MARK: - The smallest change

    @Test("the smallest change is the url's line, whatever else is there")
    func change() throws {
        let inspection = try Self.inspection(
            Self.configMap(Self.service + "\n" + Self.template("{}"))
        )
        let change = inspection.smallestChange
        #expect(change.contains("service.webhook.gitlab, line 4"), "\(change)")
        #expect(change.contains("- url: https://gitlab.com/api/v4\n"), "\(change)")
        #expect(change.contains("+ url: http://127.0.0.1:8080/api/v4\n"), "\(change)")
    }

    @Test("an address that names the project keeps it, and a password in it is not shown")
    func wholeAddress() throws {
        let url = "https://me:secret@git.example.com/gitlab/api/v4/projects/42/deployments"
        let data = "  service.webhook.g: |\n    url: \(url)"
        let change = try Self.inspection(Self.configMap(data)).smallestChange
        #expect(change.contains("+ url: http://127.0.0.1:8080/api/v4/projects/42/deployments"))
        #expect(!change.contains("secret@"))
    }

    @Test("a service that sends commit statuses too is left as it is")
    func otherCalls() throws {
        let data = Self.service + "\n" + Self.template("{}", path: "/projects/42/statuses/x")
        let change = try Self.inspection(Self.configMap(data)).smallestChange
        #expect(change.contains("sends more than deployments"))
        #expect(!change.contains("- url"))
    }

    @Test("where nothing calls GitLab the relay's own settings are added, once")
    func nothing() throws {
        let data = "  service.slack: |\n    token: $slack-token"
        let change = try Self.inspection(Self.configMap(data)).smallestChange
        #expect(change.contains("argocd-notifications-cm.yaml"))
        let there = "  service.webhook.x: |\n    url: http://deployment-relay.argocd.svc:8080"
        #expect(
            try Self.inspection(Self.configMap(there)).smallestChange.contains("in between already")
        )
    }
}
