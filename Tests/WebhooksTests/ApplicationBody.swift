import JSON
import Webhooks

/// An Application as Argo CD stores it, in the envelope, with the parts a test is about.
struct ApplicationBody {
    static let commit = "07aa5a0d1ef79164f74cbe5f2a89bb33f451363c"
    static let other = "a03f0c1d120b63e7af4c96f2e80c30c3a2c0280c"
    static let repository = "https://gitlab.example.com/fleet/deploy/config.git"

    /// Further members of `metadata`, each with a comma before it.
    var metadata = ""
    var annotations: [String: String] = [:]
    var spec = #""source":{"repoURL":"\#(repository)","path":"apps","targetRevision":"main"}"#
    var phase = "Succeeded"
    var health = "Healthy"
    var message = "successfully synced (all tasks run)"
    var initiatedBy = #"{"automated":true}"#
    var sync = #""revision":"\#(commit)""#
    /// nil: there is no `syncResult` yet.
    var result: String? = #""revision":"\#(commit)""#
    /// Further members of `status`, each with a comma before it.
    var status = #","sync":{"status":"Synced","revision":"\#(other)"}"#
    var recipient = ""

    var text: String {
        let notes = annotations.sorted { $0.key < $1.key }
            .map { #""deployment-relay/\#($0.key)":"\#($0.value)""# }.joined(separator: ",")
        let result = result.map { #","syncResult":{\#($0)}"# } ?? ""
        return """
            {"app":{"metadata":{"name":"parcel","namespace":"argocd","uid":"u-1",\
            "annotations":{\(notes)}\(metadata)},"spec":{\(spec)},"status":{"health":{"status":\
            "\(health)"},"operationState":{"phase":"\(phase)","message":"\(message)",\
            "startedAt":"2026-04-17T10:20:30Z","finishedAt":"2026-04-17T10:21:00Z",\
            "operation":{"initiatedBy":\(initiatedBy),"sync":{\(sync)}}\(result)}\(status)}},\
            "recipient":"\(recipient)","context":{"argocdUrl":"https://argocd.example.com/"}}
            """
    }

    func read(
        _ settings: ArgoCDSettings = ArgoCDSettings(),
        _ request: WebhookRequest = WebhookRequest(),
        choices: HookChoices = HookChoices()
    ) throws -> Reading {
        let hosts = RepositoryHosts(gitlabURL: "https://gitlab.example.com", more: [])
        let reader = SenderReader(sender: .argocd, argocd: settings, hosts: hosts)
        return reader.read(try json(text), request, choices: choices)
    }

    func report(
        _ settings: ArgoCDSettings = ArgoCDSettings(),
        _ request: WebhookRequest = WebhookRequest(),
        choices: HookChoices = HookChoices()
    ) throws -> Report {
        try read(settings, request, choices: choices).asReport
    }

    func changed(_ change: (inout ApplicationBody) -> Void) -> ApplicationBody {
        var body = self
        change(&body)
        return body
    }
}

/// A body was read as something else than a test is about.
struct UnexpectedReading: Error { let reading: String }

extension Reading {
    var asReport: Report {
        get throws {
            guard case .report(let report) = self else {
                throw UnexpectedReading(reading: "\(self)")
            }
            return report
        }
    }

    var asIgnored: String {
        get throws {
            guard case .ignored(let aside) = self else {
                throw UnexpectedReading(reading: "\(self)")
            }
            return aside.reason
        }
    }

    var asFlaw: Flaw {
        get throws {
            guard case .unusable(let flaw) = self else {
                throw UnexpectedReading(reading: "\(self)")
            }
            return flaw
        }
    }
}

extension Report {
    /// The ref for comparing: a name, or `default`.
    var refWord: String? {
        switch ref {
        case .name(let name, _): name
        case .defaultBranch: "default"
        case nil: nil
        }
    }
}
