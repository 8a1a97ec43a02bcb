import Testing

/// Mistakes that people make, and the whole of what they are told: file, line, column, setting,
/// what is wrong, the nearest right name, what to write.
@Suite("Seeded mistakes of the configuration", .serialized)
struct ConfigurationMistakeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var file: String
        /// What is said after the file's name, which begins each mistake.
        var says: [String]

        var testDescription: String { file }
    }

    static let rows = [
        Row(
            file: "{\n  \"lisen\": \"127.0.0.1:8080\"\n}",
            says: ["2:3: lisen: there is no such setting", "hint: did you mean \"listen\""]
        ),
        Row(
            file: "{\n  \"listen\" \"127.0.0.1:8080\"\n}",
            says: [
                "2:12: the file: expected \":\" after a key, found a double quote",
                "hint: the file is JSON; // comments and trailing commas are allowed",
            ]
        ),
        Row(
            file: "{\n  \"listen\": \"8080\"\n}",
            says: [
                "2:13: listen: \"8080\" has no port of 0 to 65535",
                "hint: write host:port, for instance 127.0.0.1:8080",
            ]
        ),
        Row(
            file: "{ \"admin\": {\n  \"listen\": \"0.0.0.0:8081\" } }",
            says: [
                "2:13: admin.listen: 0.0.0.0:8081 can be reached from other machines, and there "
                    + "is no admin token",
                "hint: set RELAY_ADMIN_TOKEN or RELAY_ADMIN_TOKEN_FILE, or listen on 127.0.0.1",
            ]
        ),
        Row(
            file: "{ \"logLevel\": \"debgu\" }",
            says: [
                "1:15: logLevel: \"debgu\" is not known",
                "hint: did you mean \"debug\"; use debug, info, warn, error",
            ]
        ),
        Row(
            file: "{ \"keepAlive\": \"yes\" }",
            says: ["1:16: keepAlive: is a string, not a boolean", "hint: write true or false"]
        ),
        Row(
            file: "{ \"limits\": { \"bodyBytes\": \"4MB\" } }",
            says: [
                "1:28: limits.bodyBytes: is a string, not a whole number",
                "hint: write a whole number of 1024 to 1073741824",
            ]
        ),
        Row(
            file: "{ \"limits\": { \"retryHours\": 0 } }",
            says: [
                "1:29: limits.retryHours: 0 is out of range",
                "hint: write a whole number of 1 to 8760",
            ]
        ),
        Row(
            file: "{ \"gitlab\": { \"default\": { \"url\": \"gitlab.example.com\" } } }",
            says: [
                "1:35: gitlab.default.url: has no scheme",
                "hint: begin it with https://, as in https://gitlab.example.com",
            ]
        ),
        Row(
            file: "{ \"gitlab\": { \"default\": { \"tokenfile\": \"gitlab-token\" } } }",
            says: [
                "1:28: gitlab.default.tokenfile: there is no such setting",
                "hint: did you mean \"tokenFile\"",
            ]
        ),
        Row(
            file: "{ \"gitlab\": { \"default\": { \"caFile\": \"/nowhere/ca.pem\" } } }",
            says: [
                "1:38: gitlab.default.caFile: /nowhere/ca.pem: open: No such file or directory",
                "hint: name a PEM file with certificates, or null for the system's",
            ]
        ),
        Row(
            file: "{ \"gitlab\": { \"default\": { \"project\": \"parcel-api\" } } }",
            says: [
                "1:39: gitlab.default.project: \"parcel-api\" is neither a number nor a path with "
                    + "a group",
                "hint: write group/name, or the number from the project's page",
            ]
        ),
        Row(
            file: "{ \"hooks\": {\n  \"argocd\": { \"gitlab\": \"defualt\" } } }",
            says: [
                "2:25: hooks.argocd.gitlab: there is no gitlab.defualt",
                "hint: did you mean \"default\"",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"builds\": { \"source\": \"flatt\" } } }",
            says: [
                "1:36: hooks.builds.source: \"flatt\" is not known",
                "hint: did you mean \"flat\"; use argocd, heroku, flux or flat (any JSON)",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"argocd\": { \"environment\": \"{{ .app.metadata.name\" } } }",
            says: [
                "1:41: hooks.argocd.environment: at 1:1: the action that begins here has no "
                    + "\"}}\"",
                "hint: try it with deployment-relay template",
            ]
        ),
        Row(
            file: "{ \"hooks\": {\n  \"argocd\": { \"environment\": "
                + "\"{{ .deployment.environmnet }}-x\" } } }",
            says: [
                "2:30: hooks.argocd.environment: at 1:15: there is no .deployment.environmnet in "
                    + "{{ .deployment.environmnet }}",
                "hint: did you mean .deployment.environment?",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"flux\": { \"project\": \"fleet/{{ .deployment.team }}\" } } }",
            says: [
                "1:35: hooks.flux.project: at 1:21: there is no .deployment.team in "
                    + "{{ .deployment.team }}",
                "hint: .deployment has status, environment, sha, ref, tag, project, operation, "
                    + "startedAt, finishedAt, isRollback, initiatedBy, url, message",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"builds\": { \"source\": \"flat\", "
                + "\"ref\": \"{{ .hook.nmae }}\" } } }",
            says: [
                "1:51: hooks.builds.ref: at 1:9: there is no .hook.nmae in {{ .hook.nmae }}",
                "hint: did you mean .hook.name?",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"argocd\": { \"tier\": \"prod\" } } }",
            says: [
                "1:34: hooks.argocd.tier: \"prod\" is none of GitLab's; use one of production, "
                    + "staging, testing, development, other",
                "hint: write what GitLab takes, a template, or null",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"argocd\": { \"argocd\": { \"selfHeal\": \"recrod\" } } } }",
            says: [
                "1:50: hooks.argocd.argocd.selfHeal: \"recrod\" is not known",
                "hint: did you mean \"record\"; use ignore, record",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"argocd\": { \"argocd\": { \"maximumAgeHours\": 1000 } } } }",
            says: [
                "1:57: hooks.argocd.argocd.maximumAgeHours: 1000 is beyond limits.retentionDays "
                    + "(30)",
                "hint: lower it, or raise limits.retentionDays",
            ]
        ),
        Row(
            file: "{ \"hooks\": {\n  \"argocd\": { \"selfHeal\": \"record\" } } }",
            says: [
                "2:15: hooks.argocd.selfHeal: there is no such setting",
                "hint: it stands in hooks.argocd.argocd",
            ]
        ),
        Row(
            file: "{ \"hooks\": { \"my hook/1\": { \"source\": \"flat\" } } }",
            says: [
                "1:14: hooks.my hook/1: the hook's name \"my hook/1\" cannot stand in an address",
                "hint: use letters, digits, - _ and .",
            ]
        ),
        Row(
            file: "{ \"listen\": \"127.0.0.1:8080\",\n"
                + "  \"admin\": { \"listen\": \"127.0.0.1:8080\" } }",
            says: [
                "2:24: admin.listen: 127.0.0.1:8080 is where the webhooks arrive",
                "hint: use another port, or 0 for any that is free",
            ]
        ),
        Row(
            file: "{ \"data\": \"/a\",\n  \"data\": \"/b\" }",
            says: ["2:3: data: stands here twice", "hint: keep one of them"]
        ),
    ]

    @Test("each mistake is told in full, with 78", arguments: rows)
    func mistake(_ row: Row) throws {
        let folder = try Folder()
        let file = try folder.write(row.file, to: "relay.jsonc")
        let run = try CommandRun.relay(["check", "--offline", "--config", file])
        #expect(run.code == 78)
        let wanted = "\(file):\(row.says[0])\n\(row.says[1])\n"
        #expect(run.errors == wanted)
    }

    @Test("a field that cannot be is told with its place in the payload's file")
    func payload() throws {
        let folder = try Folder()
        _ = try folder.write(
            "{\n  \"sha\": \"{{.deployment.shaa}}\"\n}",
            to: "own.tmpl"
        )
        let file = try folder.write(
            "{ \"hooks\": { \"builds\": { \"source\": \"flat\",\n  \"template\": \"own.tmpl\" } } }",
            to: "relay.jsonc"
        )
        let run = try CommandRun.relay(["check", "--offline", "--config", file])
        #expect(run.code == 78)
        #expect(
            run.errors.hasPrefix("\(file):2:15: hooks.builds.template: "),
            "\(run.errors)"
        )
        #expect(
            run.errors.hasSuffix(
                "own.tmpl:2:24: there is no .deployment.shaa in {{.deployment.shaa}}\n"
                    + "hint: did you mean .deployment.sha?\n"
            ),
            "\(run.errors)"
        )
    }

    @Test("a variable's mistake names the variable, also where the file has the setting too")
    func variables() throws {
        let folder = try Folder()
        let file = try folder.write("{ \"listen\": \"127.0.0.1:0\" }", to: "relay.jsonc")
        let run = try CommandRun.relay(
            ["check", "--offline", "--config", file],
            environment: ["RELAY_LISTEN": "8080", "GITLAB_PROJECT": "parcel-api"]
        )
        #expect(run.code == 78)
        #expect(run.errors.hasPrefix("GITLAB_PROJECT: \"parcel-api\" is neither"), "\(run.errors)")
        let listen = try CommandRun.relay(
            ["check", "--offline", "--config", file],
            environment: ["RELAY_LISTEN": "8080"]
        )
        #expect(listen.errors.hasPrefix("RELAY_LISTEN: \"8080\" has no port"), "\(listen.errors)")
        let secret = try CommandRun.relay(
            ["check", "--offline", "--config", file],
            environment: ["RELAY_TOKEN": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"]
        )
        #expect(
            secret.errors == "RELAY_TOKEN: whsec_ is followed by something else than base64\n"
                + "hint: copy the whole secret\n"
        )
    }
}
