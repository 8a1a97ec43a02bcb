import Formats

/// A `service.webhook.NAME`: where it goes and with what (facts/argocd.md §1.1).
struct WebhookService {
    let name: String
    let entry: NotificationsConfigMap.Entry
    private let settings: YAMLNode?

    init(name: String, _ entry: NotificationsConfigMap.Entry) {
        self.name = name
        self.entry = entry
        settings = try? YAMLReader.read(Array(entry.text.utf8))
    }

    var url: String? { settings?["url"]?.text }
    /// Line of the entry's text.
    var urlLine: Int { settings?["url"]?.line ?? 1 }

    /// Whether it calls GitLab's API itself.
    var goesToGitLab: Bool {
        guard let url, !goesToRelay else { return false }
        return url.contains("/api/v4") || url.lowercased().contains("gitlab")
    }

    /// Whether it calls a relay: this machine, or a name that says so.
    var goesToRelay: Bool {
        guard let url else { return false }
        let host = url.drop { $0 != ":" }.drop { ":/".contains($0) }.prefix { !"/".contains($0) }
        return host.hasPrefix("127.0.0.1") || host.hasPrefix("localhost") || host.hasPrefix("[::1]")
            || host.contains("relay")
    }

    var findings: [NotificationsFinding] {
        var found = NotificationsFindings(entry)
        if name.contains(".") {
            found.add(
                .wrong,
                line: 1,
                "a service's name has no dots: this one is not taken",
                remedy:
                    "rename it, for instance \(name.map { $0 == "." ? "-" : String($0) }.joined())"
            )
        }
        guard let settings else {
            found.addUnreadable()
            return found.all
        }
        lookAtTimes(settings, &found)
        lookAtHeaders(settings, &found)
        for action in TemplateAction.actions(in: entry.text) {
            found.add(
                .wrong,
                line: action.line,
                "a service is no template: {{…}} is sent as it stands, or breaks the whole YAML",
                remedy: "write $key for a key of argocd-notifications-secret"
            )
        }
        if let skip = settings["insecureSkipVerify"], skip.text == "true" {
            found.add(
                .warning,
                line: skip.line,
                "the server's certificate is not verified, so anybody may read the token",
                remedy: "put the certificate into argocd-tls-certs-cm"
            )
        }
        return found.all
    }

    private func lookAtTimes(_ settings: YAMLNode, _ found: inout NotificationsFindings) {
        for name in ["retryWaitMin", "retryWaitMax", "idleConnTimeout"] {
            guard let value = settings[name], let text = value.text, Int(text) == nil else {
                continue
            }
            found.add(
                .wrong,
                line: value.line,
                "\(name): \(text) cannot be read, and then nothing of the whole installation is sent",
                remedy: "write a number of nanoseconds: 2000000000 for two seconds"
            )
        }
        if let value = settings["retryMax"], value.text == "0" {
            found.add(
                .warning,
                line: value.line,
                "retryMax: 0 means 3",
                remedy: "leave it out; the relay knows what it has heard already"
            )
        }
    }

    private func lookAtHeaders(_ settings: YAMLNode, _ found: inout NotificationsFindings) {
        var names: [String] = []
        for header in settings["headers"]?.elements ?? [] {
            guard let name = header["name"]?.text else { continue }
            let value = header["value"]?.text ?? ""
            if names.contains(name.lowercased()) {
                found.add(
                    .warning,
                    line: header.line,
                    "the header \(name) is there twice, and only the last is sent",
                    remedy: "keep one"
                )
            }
            names.append(name.lowercased())
            lookAt(name, value, line: header["value"]?.line ?? header.line, &found)
        }
        if goesToGitLab, settings["url"] != nil, !names.contains("content-type") {
            found.add(
                .wrong,
                line: urlLine,
                "no Content-Type is sent, and GitLab answers 415 or reads no member",
                remedy: "add the header Content-Type: application/json"
            )
        }
        if settings["basicAuth"] != nil, names.contains("authorization") {
            found.add(
                .warning,
                line: settings["basicAuth"]?.line ?? 1,
                "basicAuth takes the place of the Authorization header",
                remedy: "keep one of the two"
            )
        }
    }

    private func lookAt(
        _ name: String,
        _ value: String,
        line: Int,
        _ found: inout NotificationsFindings
    ) {
        if name.lowercased() == "host" {
            found.add(.warning, line: line, "a Host header has no effect", remedy: "leave it out")
        }
        if value.contains("$") {
            let key = value.drop { $0 != "$" }.dropFirst()
            if key.prefix(while: { $0 != " " }).contains(":") {
                found.add(
                    .warning,
                    line: line,
                    "$secret:key may be sent as it stands",
                    remedy: "put the key into argocd-notifications-secret and write $key"
                )
            }
            return
        }
        let bare = value.hasPrefix("Bearer ") ? String(value.dropFirst(7)) : value
        let isCredential = ["private-token", "authorization", "job-token", "x-gitlab-token"]
            .contains(name.lowercased())
        guard isCredential, !bare.isEmpty, !bare.hasPrefix("{{") else { return }
        found.add(
            .wrong,
            line: line,
            "a token stands in the ConfigMap, which everybody may read who may read ConfigMaps",
            remedy: "put it into argocd-notifications-secret and write $key; with the relay "
                + "Argo CD needs no GitLab token at all"
        )
    }
}

extension NotificationsFindings {
    /// Our YAML and Argo CD's differ, or the text is broken.
    mutating func addUnreadable() {
        do {
            _ = try YAMLReader.read(Array(entry.text.utf8))
        } catch {
            add(
                .warning,
                line: error.line,
                "was not looked at: \(error.problem)",
                remedy:
                    "if Argo CD cannot read it either, nothing of the whole installation is sent"
            )
        }
    }
}
