import Formats
import Testing
import Webhooks

@Suite("Argo CD: where a deployment goes")
struct ArgoCDPlaceTests {
    typealias Body = ApplicationBody

    @Test("the project comes from the first that names one")
    func project() throws {
        var choices = HookChoices()
        choices.project = "by/hook"
        var body = Body()
        let settings = ArgoCDSettings()
        #expect(try body.report().project?.value == "fleet/deploy/config")
        #expect(try body.report(settings, choices: choices).project?.value == "by/hook")
        body.recipient = "by/recipient"
        #expect(try body.report(settings, choices: choices).project?.value == "by/recipient")
        body.annotations["project"] = "by/annotation"
        #expect(try body.report(settings, choices: choices).project?.value == "by/annotation")
        let path = WebhookRequest(pathProject: "by/path")
        #expect(try body.report(settings, path, choices: choices).project?.value == "by/path")
    }

    @Test(
        "a recipient counts when it is digits or a path",
        arguments: [
            ("42", true), ("group/name", true), ("argocd-notifications", false), ("", false),
        ]
    )
    func recipient(text: String, counts: Bool) throws {
        let body = Body().changed {
            $0.recipient = text
            $0.spec = #""source":{"repoURL":"https://elsewhere.example/a/b","targetRevision":"x"}"#
        }
        #expect(try body.report().project?.value == (counts ? text : nil))
    }

    @Test("words that templates print for nothing are nothing")
    func noValue() throws {
        let body = Body().changed {
            $0.annotations = ["project": "<no value>", "environment": "<nil>", "sha": ""]
        }
        let report = try body.report()
        #expect(report.project?.value == "fleet/deploy/config")
        #expect(report.environment?.value == "parcel")
        #expect(report.notes.isEmpty)
    }

    @Test("the environment comes from annotation, hook, name")
    func environment() throws {
        var choices = HookChoices()
        #expect(try Body().report().environment?.value == "parcel")
        choices.environment = "review/7"
        #expect(
            try Body().report(ArgoCDSettings(), choices: choices).environment?.value == "review/7"
        )
        let body = Body().changed { $0.annotations["environment"] = "production" }
        #expect(
            try body.report(ArgoCDSettings(), choices: choices).environment?.value == "production"
        )
    }

    @Test("an annotated sha counts when it is one, in lower case; its ref is the default branch")
    func annotatedSha() throws {
        let body = Body().changed { $0.annotations["sha"] = Body.other.uppercased() }
        let report = try body.report()
        #expect(report.sha?.value == Body.other)
        #expect(report.refWord == "default")
        #expect(!report.isShaFromRevision)
    }

    @Test(
        "an annotated sha that is none is passed over, and that is said",
        arguments: ["07aa5a0", "v1"]
    )
    func badAnnotatedSha(text: String) throws {
        let report = try Body().changed { $0.annotations["sha"] = text }.report()
        #expect(report.sha?.value == Body.commit)
        #expect(report.refWord == "main")
        #expect(report.notes.contains { $0.contains(text) })
    }

    struct RefRow: CustomTestStringConvertible {
        let target: String
        let ref: String
        var tag = false

        var testDescription: String { target }
    }

    @Test(
        "a target is sent as GitLab would call it",
        arguments: [
            RefRow(target: "main", ref: "main"),
            RefRow(target: "release/2026-16", ref: "release/2026-16"),
            RefRow(target: "refs/heads/v1.2.3", ref: "v1.2.3"),
            RefRow(target: "refs/tags/nightly", ref: "nightly", tag: true),
            RefRow(target: "refs/heads/", ref: "default"),
            RefRow(target: "refs/merge-requests/7/head", ref: "default"),
            RefRow(target: "HEAD", ref: "default"),
            RefRow(target: "", ref: "default"),
            RefRow(target: Body.commit, ref: "default"),
            RefRow(target: Body.other, ref: "default"),
            RefRow(target: String(Body.commit.prefix(7)), ref: "default"),
            RefRow(target: String(Body.commit.prefix(6)), ref: "07aa5a"),
            RefRow(target: String(Body.other.prefix(8)), ref: String(Body.other.prefix(8))),
            RefRow(target: "v2", ref: "v2", tag: true),
            RefRow(target: "1.2.3-rc.1", ref: "1.2.3-rc.1", tag: true),
            RefRow(target: "2026", ref: "2026"),
            RefRow(target: "v1.2.*", ref: "default"),
            RefRow(target: ">=1.0.0, <2.0.0", ref: "default"),
            RefRow(target: "1.2 - 1.4", ref: "default"),
            RefRow(target: "^1.2", ref: "default"),
            RefRow(target: "~1.2", ref: "default"),
            RefRow(target: "1.x", ref: "default"),
        ]
    )
    func ref(row: RefRow) throws {
        let body = Body().changed {
            $0.spec =
                #""source":{"repoURL":"\#(Body.repository)","targetRevision":"\#(row.target)"}"#
        }
        let report = try body.report()
        #expect(report.refWord == row.ref)
        #expect(report.tag == row.tag)
    }

    @Test("annotated ref, then the hook's, before the target; the hook's tag decides")
    func refOrder() throws {
        var choices = HookChoices()
        choices.ref = "by-hook"
        choices.tag = "yes"
        var report = try Body().report(ArgoCDSettings(), choices: choices)
        #expect(report.refWord == "by-hook")
        #expect(report.tag)
        let body = Body().changed { $0.annotations["ref"] = "v1.0.0" }
        choices.tag = "maybe"
        report = try body.report(ArgoCDSettings(), choices: choices)
        #expect(report.refWord == "v1.0.0")
        #expect(report.tag)
        #expect(report.notes.contains { $0.contains("maybe") })
    }
}

@Suite("Argo CD: which commit")
struct ArgoCDRevisionTests {
    typealias Body = ApplicationBody
    private static let third = "f9760133b5aa5e6106241ae64d49f5f0bae55b57"

    @Test("what was applied, else what was asked for, else nothing")
    func order() throws {
        #expect(try Body().report().sha?.origin == "syncResult.revision")
        #expect(
            try Body().changed { $0.result = nil }.report().sha?.origin == "operation.sync.revision"
        )
        let early = Body().changed { ($0.result, $0.sync) = (#""revision":"""#, "") }
        let report = try early.report()
        #expect(report.sha == nil)
        #expect(report.shaMissing?.contains("no revision") ?? false)
    }

    @Test(
        "the last comparison counts for what failed only",
        arguments: ["Failed", "Error", "Running"]
    )
    func approximate(phase: String) throws {
        let body = Body().changed { ($0.result, $0.sync, $0.phase) = (nil, "", phase) }
        let sha = try body.report().sha
        #expect(sha?.value == (phase == "Running" ? nil : Body.other))
        if let sha { #expect(sha.origin.contains("approximate")) }
    }

    @Test(
        "a chart's version and an artefact's digest are no commits",
        arguments: [
            #""source":{"repoURL":"https://charts.example.com","chart":"redis","targetRevision":"4.*"}"#,
            #""source":{"repoURL":"oci://registry.example.com/app","targetRevision":"latest"}"#,
        ]
    )
    func noCommits(spec: String) throws {
        for revision in ["4.10.7", "sha256:\(Body.commit)", Body.commit] {
            let body = Body().changed {
                $0.spec = spec
                $0.result = #""revision":"\#(revision)""#
            }
            #expect(try body.report().sha == nil, "\(revision)")
        }
    }

    private static let sources = """
        "sources":[{"repoURL":"https://charts.example.com","chart":"redis","targetRevision":"4.1"},\
        {"repoURL":"https://gitlab.example.com/fleet/values.git","targetRevision":"stable",\
        "ref":"values"},{"repoURL":"git@gitlab.example.com:fleet/manifests.git",\
        "targetRevision":"v3.0.0"}]
        """
    private static let many = Body().changed {
        $0.spec = sources
        $0.sync = ""
        $0.result = #""revision":"","revisions":["4.1.0","\#(Body.commit)","\#(Body.other)"]"#
    }

    @Test("of several sources the first with a commit, and its ref")
    func firstCommit() throws {
        let report = try Self.many.report()
        #expect(report.sha?.value == Body.commit)
        #expect(report.sha?.origin == "syncResult.revisions[1]")
        #expect(report.refWord == "stable")
        #expect(report.project?.value == "fleet/values")
    }

    @Test("of several sources the named project's own, when it was named")
    func ownSource() throws {
        let report = try Self.many.changed { $0.annotations["project"] = "Fleet/Manifests" }
            .report()
        #expect(report.sha?.value == Body.other)
        #expect(report.refWord == "v3.0.0")
        #expect(report.tag)
    }

    @Test("sourceIndex chooses, also one without a commit, also none")
    func sourceIndex() throws {
        var settings = ArgoCDSettings()
        settings.sourceIndex = 2
        #expect(try Self.many.report(settings).sha?.value == Body.other)
        settings.sourceIndex = 0
        #expect(try Self.many.report(settings).sha == nil)
        settings.sourceIndex = 3
        #expect(try Self.many.report(settings).shaMissing?.contains("no such source") ?? false)
    }

    @Test("before there is a result, several revisions come from what was asked for")
    func manyAsked() throws {
        let body = Self.many.changed {
            $0.result = nil
            $0.sync = #""revisions":["4.1.0","\#(Self.third)"]"#
        }
        #expect(try body.report().sha?.origin == "operation.sync.revisions[1]")
    }

    @Test("a rollback applies the sources of its time, one or several")
    func rolledBackSources() throws {
        let one = Self.many.changed {
            $0.sync = """
                "revision":"\(Self.third)","source":{"repoURL":"\(Body.repository)",\
                "targetRevision":"legacy"},"syncStrategy":{"apply":{}}
                """
            $0.result =
                #""revision":"\#(Self.third)","source":{"repoURL":"\#(Body.repository)","#
                + #""targetRevision":"legacy"}"#
            $0.initiatedBy = #"{"username":"mara"}"#
        }
        let report = try one.report()
        #expect(report.sha?.value == Self.third)
        #expect(report.refWord == "legacy")
        #expect(report.isRollback)
    }

    @Test("empty structs that Go writes are no sources")
    func emptyStructs() throws {
        let body = Body().changed {
            $0.result = #""revision":"\#(Body.commit)","source":{"repoURL":""},"sources":[]"#
            $0.spec += #","sourceHydrator":{},"sources":null"#
        }
        let report = try body.report()
        #expect(report.sha?.value == Body.commit)
        #expect(report.refWord == "main")
    }

    @Test("a revision of the history that is not its newest is a rollback")
    func history() throws {
        func body(_ revisions: [String]) -> Body {
            Body().changed {
                let entries = revisions.enumerated().map {
                    #"{"revision":"\#($1)","deployStartedAt":"2026-04-1\#($0)T00:00:00Z"}"#
                }
                $0.status += #","history":[\#(entries.joined(separator: ","))]"#
            }
        }
        #expect(try body([Body.commit, Body.other]).report().isRollback)
        #expect(try !body([Body.other, Body.commit]).report().isRollback)
        #expect(try !body([Body.other]).report().isRollback)
    }

    // MARK: - Source hydrator

    private static let hydrator = Body().changed {
        $0.spec = """
            "sourceHydrator":{"drySource":{"repoURL":"https://gitlab.example.com/fleet/dry",\
            "targetRevision":"main","path":"."},"syncSource":{"targetBranch":"env/prod","path":"."}}
            """
        $0.status = """
            ,"sourceHydrator":{"lastSuccessfulOperation":{"drySHA":"\(third)",\
            "hydratedSHA":"\(Body.commit)"}}
            """
    }

    @Test("the commit people wrote stands for the hydrated one it became")
    func dry() throws {
        for body in [Self.hydrator, Self.hydrator.changed { $0.result = nil }] {
            let report = try body.report()
            #expect(report.sha?.value == Self.third)
            #expect(report.refWord == "main")
            #expect(report.project?.value == "fleet/dry")
            #expect(!report.isShaFromRevision)
        }
    }

    @Test("another hydrated commit stands for itself, on the branch it lies on")
    func hydrated() throws {
        let body = Self.hydrator.changed { $0.result = #""revision":"\#(Body.other)""# }
        let report = try body.report()
        #expect(report.sha?.value == Body.other)
        #expect(report.refWord == "env/prod")
    }

    @Test("an early failure of a hydrated application is of the last comparison's commit")
    func earlyFailure() throws {
        let body = Self.hydrator.changed {
            ($0.result, $0.sync, $0.phase) = (nil, "", "Error")
            $0.status += #","sync":{"revision":"\#(Body.commit)"}"#
        }
        #expect(try body.report().sha?.value == Self.third)
    }
}
