import Relay
import Testing
import Webhooks

@Suite("Configuration: the templates of hooks")
struct HookTemplateTests {
    @Test("the built-in template is what hooks render, and it compiles")
    func builtIn() throws {
        for settings in Configuration().hooks {
            _ = try Hook(settings, endpoint: EndpointSettings(name: "default"))
        }
    }

    @Test("a template that cannot be parsed is a mistake of its hook, with its place")
    func template() throws {
        let text = "{\n\"hooks\": {\"argocd\": {\n\"sha\": \"{{.app.x\"}}\n}"
        let read = try configuration(text)
        var settings = try #require(read.hooks.first { $0.name == "argocd" })
        settings.template = TemplateText(name: "own.tmpl", text: Array("{\n  {{if}} }".utf8))
        let error = #expect(throws: ConfigurationErrors.self) {
            try Hook(settings, endpoint: EndpointSettings(name: "default"), of: read)
        }
        let told = Set(error?.all.map(\.setting) ?? [])
        #expect(told == ["hooks.argocd.sha", "hooks.argocd.template"])
        #expect(error?.all.last?.problem.hasPrefix("own.tmpl:2:") ?? false)
        let words = error?.description ?? ""
        #expect(words.contains("relay.jsonc:3:8: hooks.argocd.sha: at 1:"), "\(words)")
        #expect(error?.all.allSatisfy { !$0.hint.isEmpty } ?? false)
    }

    /// The settings of a hook whose templates are a mistake.
    private func mistaken(
        _ sender: Sender,
        _ change: (inout HookSettings) -> Void
    ) -> [String] {
        var settings = HookSettings(name: "a", sender: sender)
        change(&settings)
        do throws(ConfigurationErrors) {
            _ = try Hook(settings, endpoint: EndpointSettings(name: "default"))
            return []
        } catch {
            return error.all.map(\.setting)
        }
    }

    @Test(
        "a field that .hook cannot have is a mistake, and one of .deployment where that is ours",
        arguments: Sender.allCases
    )
    func fields(sender: Sender) {
        let payload = { (text: String) in
            TemplateText(name: "own.tmpl", text: Array("{\"sha\": \"{{\(text)}}\"}".utf8))
        }
        #expect(mistaken(sender) { $0.ref = "{{ .hook.nmae }}" } == ["hooks.a.ref"])
        #expect(
            mistaken(sender) { $0.template = payload(".deployment.shaa") } == ["hooks.a.template"]
        )
        // A flat body that only the hook's settings explain shows them a member of its own.
        #expect(
            mistaken(sender) { $0.environment = "{{ .deployment.shaa }}" }
                == (sender == .flat ? [] : ["hooks.a.environment"])
        )
        #expect(
            mistaken(sender) { hook in
                hook.ref = "{{ .hook.name }}{{ .request.host }}{{ .deployment.ref }}{{ .app.shaa }}"
                hook.template = payload(".deployment.message")
            }.isEmpty
        )
    }
}
