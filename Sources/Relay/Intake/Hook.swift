import Formats
import JSON
import Templating
import Webhooks
import GitLab

/// A configured entrance, ready to run: its sender, its templates, what it may write to.
///
/// A class, and immutable: every event takes it along, and a copy would count a reference for each
/// of its settings.
package final class Hook: Sendable {
    package let settings: HookSettings
    let reader: SenderReader
    let fallbackProject: String?
    private let choices: [HookChoice]
    private let payload: Template

    package var name: String { settings.name }

    /// Compiles the hook's templates.
    ///
    /// - Throws: All that is wrong with them, each as a mistake of the configuration.
    package init(
        _ settings: HookSettings,
        endpoint: EndpointSettings,
        of configuration: Configuration = Configuration()
    ) throws(ConfigurationErrors) {
        self.settings = settings
        fallbackProject = endpoint.project
        reader = SenderReader(
            sender: settings.sender,
            argocd: settings.argocd,
            hosts: RepositoryHosts(gitlabURL: endpoint.url, more: endpoint.repositoryHosts)
        )
        var compiler = HookCompiler(
            hook: settings.name,
            sender: settings.sender,
            configuration: configuration
        )
        compiler.check("tier", settings.tier, EnvironmentTier.problem)
        compiler.check("externalURL", settings.externalURL, ExternalURL.problem)
        choices = [
            compiler.choice(\.project, "project", settings.project),
            compiler.choice(\.environment, "environment", settings.environment),
            compiler.choice(\.sha, "sha", settings.sha),
            compiler.choice(\.ref, "ref", settings.ref),
            compiler.choice(\.tag, "tag", settings.tag),
            compiler.choice(\.tier, "tier", settings.tier),
            compiler.choice(\.externalURL, "externalURL", settings.externalURL),
            compiler.choice(\.status, "status", settings.status),
            compiler.choice(\.operation, "operation", settings.operation),
        ].compactMap { $0 }
        let text = settings.template ?? .builtIn
        guard let template = compiler.payload(text), compiler.mistakes.isEmpty else {
            throw ConfigurationErrors(all: compiler.mistakes)
        }
        payload = template
    }

    /// Whether the hook's own templates choose anything.
    var hasChoices: Bool { !choices.isEmpty }

    /// What the hook's own templates say; an empty text, `<no value>` and `<nil>` say nothing.
    func choose(_ data: TemplateData, _ world: TemplateWorld) throws(TemplateError) -> HookChoices {
        var chosen = HookChoices()
        for choice in choices {
            let text = String(decoding: try choice.template.render(data, world), as: UTF8.self)
            let trimmed = text.trimmingBlanks
            if !["", "<no value>", "<nil>"].contains(trimmed) {
                chosen[keyPath: choice.path] = trimmed
            }
        }
        return chosen
    }

    /// GitLab's payload for what `data` says.
    func render(_ data: TemplateData, _ world: TemplateWorld) throws(TemplateError) -> JSONDocument
    {
        try payload.renderPayload(data, world)
    }
}

/// One of the hook's own templates, and what it chooses.
private struct HookChoice: Sendable {
    typealias Path = any WritableKeyPath<HookChoices, String?> & Sendable

    let path: Path
    let template: Template
}

/// Compiles one hook's templates and gathers what is wrong with them.
private struct HookCompiler {
    let hook: String
    let sender: Sender
    let configuration: Configuration
    var mistakes: [ConfigurationError] = []

    mutating func choice(
        _ path: HookChoice.Path,
        _ setting: String,
        _ text: String?
    ) -> HookChoice? {
        guard let text else { return nil }
        var options = TemplateOptions()
        options.semantics = .text
        options.name = "hooks.\(hook).\(setting)"
        // A body that is understood only with these templates shows them a `deployment` of its own,
        // of which nothing is known. Flat bodies alone can be such: what the other senders' lack is
        // nothing that a hook could say.
        options.closed = sender == .flat ? AddedMembers.hook : AddedMembers.all
        return compile(Array(text.utf8), options, setting).map {
            HookChoice(path: path, template: $0)
        }
    }

    /// A text without actions is what it will always be: whether GitLab takes it is known now.
    mutating func check(_ setting: String, _ text: String?, _ problem: (String) -> String?) {
        guard let text = text?.trimmingBlanks, !text.isEmpty, !text.contains("{{"),
            let problem = problem(text)
        else { return }
        mistakes.append(
            configuration.mistake(
                "hooks.\(hook).\(setting)",
                problem,
                hint: "write what GitLab takes, a template, or null"
            )
        )
    }

    mutating func payload(_ text: TemplateText) -> Template? {
        var options = TemplateOptions()
        options.semantics = .payload
        options.missingKey = .error
        options.name = text.name
        options.closed = AddedMembers.all
        return compile(text.text, options, "template")
    }

    private mutating func compile(
        _ text: [UInt8],
        _ options: TemplateOptions,
        _ setting: String
    ) -> Template? {
        do {
            return try Template(parsing: text, options: options)
        } catch {
            let name = "hooks.\(hook).\(setting)"
            for problem in error.all {
                let place = "\(problem.line):\(problem.column)"
                let words =
                    problem.action.isEmpty
                    ? problem.problem : "\(problem.problem) in \(problem.action)"
                mistakes.append(
                    configuration.mistake(
                        name,
                        problem.name == name
                            ? "at \(place): \(words)" : "\(problem.name):\(place): \(words)",
                        hint: problem.hint.isEmpty
                            ? "try it with deployment-relay template" : problem.hint
                    )
                )
            }
            return nil
        }
    }
}

extension String {
    /// Without spaces, tabs and line ends on both sides.
    var trimmingBlanks: String {
        let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
        let head = drop { blanks.contains($0) }
        guard let last = head.lastIndex(where: { !blanks.contains($0) }) else { return "" }
        return String(head[...last])
    }
}
