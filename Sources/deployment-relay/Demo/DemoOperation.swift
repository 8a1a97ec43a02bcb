import Formats
import JSON

/// One sync of the demo's Application, as Argo CD would tell of it.
struct DemoOperation {
    /// The commit that it applies.
    let revision: String
    let startedAt: Timestamp
    /// Who began it; nil: Argo CD itself, since automated sync is on.
    var username: String?
    /// Commits that were deployed before, oldest first, with the start of each.
    var history: [(revision: String, startedAt: Timestamp)] = []

    /// A moment of the operation.
    enum Moment {
        case running
        case healthy
        case failed(message: String)

        var phase: String {
            switch self {
            case .running: "Running"
            case .healthy: "Succeeded"
            case .failed: "Failed"
            }
        }
    }

    static let application = "parcel-api-production"
    static let repository = "https://gitlab.example/fleet/services/parcel-api.git"
    /// What the subscription's annotation names: the project in GitLab.
    static let recipient = "fleet/services/parcel-api"

    /// The body of the envelope's template (facts: `{"app": {{toJson .app}}, …}`).
    func body(_ moment: Moment) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("app") { writer in writer.object { app(moment, &$0) } }
            writer.member("context") { writer in
                writer.object { $0.member("argocdUrl", "https://argocd.example") }
            }
            writer.member("recipient", Self.recipient)
            writer.member("serviceType", "deployment-relay")
        }
        return writer.bytes
    }

    private func app(_ moment: Moment, _ writer: inout JSONWriter) {
        writer.member("apiVersion", "argoproj.io/v1alpha1")
        writer.member("kind", "Application")
        writer.member("metadata") { writer in
            writer.object { writer in
                writer.member("name", Self.application)
                writer.member("namespace", "argocd")
                writer.member("uid", "6d0f1c52-9a41-4f0e-8f0a-3a4f0f7f5b10")
            }
        }
        writer.member("spec") { writer in
            writer.object { writer in
                writer.member("project", "default")
                writer.member("source") { source(&$0) }
            }
        }
        writer.member("status") { writer in writer.object { status(moment, &$0) } }
    }

    private func source(_ writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("path", "deploy/production")
            writer.member("repoURL", Self.repository)
            writer.member("targetRevision", "main")
        }
    }

    private func status(_ moment: Moment, _ writer: inout JSONWriter) {
        let health = if case .healthy = moment { "Healthy" } else { "Progressing" }
        writer.member("health") { writer in writer.object { $0.member("status", health) } }
        writer.member("history") { writer in
            writer.array { writer in
                for (index, entry) in history.enumerated() {
                    writer.object { writer in
                        writer.member("deployStartedAt", Self.seconds(entry.startedAt))
                        writer.member(
                            "deployedAt",
                            Self.seconds(entry.startedAt.adding(seconds: 9))
                        )
                        writer.member("id", index)
                        writer.member("revision", entry.revision)
                        writer.member("source") { source(&$0) }
                    }
                }
            }
        }
        writer.member("operationState") { writer in
            writer.object { operationState(moment, &$0) }
        }
        writer.member("sync") { writer in
            writer.object { writer in
                writer.member("revision", revision)
                writer.member("status", "Synced")
            }
        }
    }

    private func operationState(_ moment: Moment, _ writer: inout JSONWriter) {
        if case .running = moment {
            writer.member("message", "waiting for healthy state of apps/Deployment/parcel-api")
        } else {
            writer.member("finishedAt", Self.seconds(startedAt.adding(seconds: 9)))
            if case .failed(let message) = moment {
                writer.member("message", message)
            } else {
                writer.member("message", "successfully synced (all tasks run)")
            }
        }
        writer.member("operation") { writer in
            writer.object { writer in
                writer.member("initiatedBy") { writer in
                    writer.object { writer in
                        if let username {
                            writer.member("username", username)
                        } else {
                            writer.member("automated", true)
                        }
                    }
                }
                writer.member("sync") { writer in
                    writer.object { writer in
                        writer.member("revision", revision)
                        if username != nil {
                            writer.member("syncStrategy") { writer in
                                writer.object { $0.member("apply") { $0.object { _ in } } }
                            }
                        }
                    }
                }
            }
        }
        writer.member("phase", moment.phase)
        writer.member("startedAt", Self.seconds(startedAt))
        writer.member("syncResult") { writer in
            writer.object { writer in
                writer.member("revision", revision)
                writer.member("source") { source(&$0) }
            }
        }
    }

    /// Argo CD writes whole seconds.
    private static func seconds(_ moment: Timestamp) -> String {
        moment.rfc3339.prefix(19) + "Z"
    }
}
