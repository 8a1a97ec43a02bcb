import Formats
import Webhooks

/// Rules over several settings.
struct ConfigurationRules {
    private let gatherer: MistakeGatherer

    init(_ gatherer: MistakeGatherer) { self.gatherer = gatherer }

    func check(_ configuration: Configuration) {
        for endpoint in configuration.endpoints {
            guard let project = endpoint.project, Int(project) == nil, !project.contains("/") else {
                continue
            }
            let setting = "gitlab.\(endpoint.name).project"
            gatherer.add(
                gatherer.place(of: setting) == nil ? "GITLAB_PROJECT" : setting,
                "\(SecretText.isLikely(project) ? "a secret" : "\"\(project)\"") is neither a number nor a path with a group",
                hint: "write group/name, or the number from the project's page",
                at: gatherer.place(of: setting)
            )
        }
        for hook in configuration.hooks {
            let names = configuration.endpoints.map(\.name)
            if !names.contains(hook.endpoint) {
                gatherer.add(
                    "hooks.\(hook.name).gitlab",
                    "there is no gitlab.\(hook.endpoint)",
                    hint: NearestName.find(hook.endpoint, among: names)
                        .map { "did you mean \"\($0)\"" }
                        ?? "there are \(names.joined(separator: ", "))",
                    at: gatherer.place(of: "hooks.\(hook.name).gitlab")
                )
            }
            if hook.argocd.maximumAgeHours > configuration.limits.retentionDays * 24 {
                gatherer.add(
                    "hooks.\(hook.name).argocd.maximumAgeHours",
                    "\(hook.argocd.maximumAgeHours) is beyond limits.retentionDays "
                        + "(\(configuration.limits.retentionDays))",
                    hint: "lower it, or raise limits.retentionDays",
                    at: gatherer.place(of: "hooks.\(hook.name).argocd.maximumAgeHours")
                        ?? gatherer.place(of: "limits.retentionDays")
                )
            }
        }
    }
}
