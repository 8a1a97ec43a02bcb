import Formats

/// Looks through somebody's notification settings for known traps, and says what the smallest
/// change is that puts the relay in between.
package struct NotificationsInspection: Sendable {
    private let config: NotificationsConfigMap

    package init(_ config: NotificationsConfigMap) { self.config = config }

    private var services: [WebhookService] {
        config.entries("service.webhook.").map { WebhookService(name: $0.name, $0.entry) }
    }

    private var templates: [NotificationTemplate] {
        config.entries("template.").map { NotificationTemplate(name: $0.name, $0.entry) }
    }

    /// In the order of the file.
    package var findings: [NotificationsFinding] {
        let (services, templates) = (services, templates)
        let names = Set(templates.map(\.name))
        var found: [String: [NotificationsFinding]] = [:]
        for service in services {
            found[service.entry.key] =
                service.findings + unused(service, templates) + unrepeated(service)
        }
        for template in templates {
            found[template.entry.key] = template.findings(services: services)
        }
        for (name, entry) in config.entries("trigger.") {
            found[entry.key] = NotificationTrigger(name: name, entry).findings(templates: names)
        }
        for (_, entry) in config.entries("subscriptions") {
            found[entry.key] = subscriptions(entry)
        }
        return config.entries.flatMap { found[$0.key] ?? [] }
    }

    /// A service for which no template has a section sends the template's message, by GET.
    private func unused(
        _ service: WebhookService,
        _ templates: [NotificationTemplate]
    ) -> [NotificationsFinding] {
        let isUsed = templates.contains { $0.sections.contains { $0.key == service.name } }
        guard !isUsed, !templates.isEmpty else { return [] }
        var found = NotificationsFindings(service.entry)
        found.add(
            .warning,
            line: 1,
            "no template has a section webhook.\(service.name): this service sends a plain text "
                + "by GET to its bare url",
            remedy: "add the section to the template that is sent, or take the service away"
        )
        return found.all
    }

    /// A service that calls GitLab itself, with triggers that send each thing once.
    private func unrepeated(_ service: WebhookService) -> [NotificationsFinding] {
        let isOnce = config.entries("trigger.").contains { $0.entry.text.contains("oncePer:") }
        guard service.goesToGitLab, isOnce else { return [] }
        var found = NotificationsFindings(service.entry)
        found.add(
            .warning,
            line: service.urlLine,
            "with oncePer, what GitLab does not take within about seven seconds is never sent again",
            remedy: "put the relay in between: the smallest change is below"
        )
        return found.all
    }

    /// Names that are nowhere; unless the file is a part that holds none of their kind.
    private func subscriptions(_ entry: NotificationsConfigMap.Entry) -> [NotificationsFinding] {
        var found = NotificationsFindings(entry)
        let triggers = Set(config.entries("trigger.").map(\.name))
        let services = Set(
            config.entries("service.").map { $0.name.split(separator: ".").last ?? "" }
        )
        guard let list = try? YAMLReader.read(Array(entry.text.utf8)) else {
            found.addUnreadable()
            return found.all
        }
        for subscription in list.elements {
            for trigger in subscription["triggers"]?.elements ?? [] {
                guard let name = trigger.text, !triggers.isEmpty, !triggers.contains(name) else {
                    continue
                }
                found.add(
                    .wrong,
                    line: trigger.line,
                    "trigger.\(name) is not there, so nothing is sent",
                    remedy: "add it, or name one that is there"
                )
            }
            for recipient in subscription["recipients"]?.elements ?? [] {
                let name = (recipient.text ?? "").prefix { $0 != ":" }
                guard !name.isEmpty, !services.isEmpty, !services.contains(name) else { continue }
                found.add(
                    .wrong,
                    line: recipient.line,
                    "there is no service of the name \(name), so nothing is sent",
                    remedy: "add service.webhook.\(name), or name one that is there"
                )
            }
        }
        return found.all
    }

    // MARK: - The smallest change

    /// What to change so that the relay stands between Argo CD and GitLab, in words and lines.
    package var smallestChange: String {
        let services = services
        let direct = services.filter(\.goesToGitLab)
        if direct.isEmpty {
            return services.contains(where: \.goesToRelay)
                ? "the relay stands in between already"
                : Self.noService
        }
        return direct.map(change).joined(separator: "\n\n")
    }

    private static let noService = """
        no webhook service calls GitLab; add the relay's service, template and triggers beside \
        what is there:
          kubectl --namespace argocd patch configmap argocd-notifications-cm \\
            --type merge --patch-file config/kubernetes/argocd-notifications-cm.yaml
        """

    private func change(_ service: WebhookService) -> String {
        let url = service.url ?? ""
        let place = service.entry.place(service.urlLine)
        if sendsOthers(service) {
            return """
                \(service.entry.key) (\(place)) sends more than deployments, which the relay does \
                not pass on: leave it, and add a service for the deployments alone with
                    url: \(Self.sidecar)/api/v4
                """
        }
        let rest =
            url.ranges(of: "/api/v4").first.map { String(url[$0.lowerBound...]) } ?? "/api/v4"
        return """
            \(service.entry.key), \(place): change one line
              - url: \(Self.withoutUser(url))
              + url: \(Self.sidecar)\(rest)
            (a relay of its own: http://deployment-relay.argocd.svc:8080\(rest)) by
              kubectl --namespace argocd edit configmap argocd-notifications-cm
            """
    }

    private static let sidecar = "http://127.0.0.1:8080"

    /// Whether a template of the service calls something else of GitLab than deployments.
    private func sendsOthers(_ service: WebhookService) -> Bool {
        templates.contains { template in
            template.sections.contains { section in
                guard section.key == service.name, let path = section.value["path"]?.text else {
                    return false
                }
                return !path.contains("/deployments")
            }
        }
    }

    /// A url may carry a password; it is not printed.
    private static func withoutUser(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@"), let scheme = url.ranges(of: "://").first else {
            return url
        }
        return url[..<scheme.upperBound] + "…" + url[at...]
    }
}
