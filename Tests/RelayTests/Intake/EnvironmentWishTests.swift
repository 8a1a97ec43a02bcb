import Relay
import Simulation
import Testing
import Webhooks

@Suite("Intake: tier and external URL")
struct EnvironmentWishTests {
    private static let event = ArgoEvent.running(1, at: "2026-04-17T10:20:30Z")

    private static func annotated(_ name: String, _ value: String) -> ArgoEvent {
        event.changed { $0.annotations = #""deployment-relay/\#(name)":"\#(value)""# }
    }

    @Test("annotation before hook; both are kept, and said in words")
    func order() throws {
        let hooks = try RelayProcess.hooks {
            ($0.tier, $0.externalURL) = ("staging", "https://{{.app.metadata.name}}.example.com")
        }
        var bench = try IntakeBench(hooks)
        let delivery = try #require(bench.post(Self.event).delivery)
        #expect(delivery.tier == "staging")
        #expect(delivery.externalURL == "https://parcel.example.com")
        #expect(delivery.choices.contains("tier: staging (the hook's tier)"))
        let words = "external URL: https://parcel.example.com (the hook's externalURL)"
        #expect(delivery.choices.contains(words))
        var annotated = try IntakeBench(hooks)
        let other = try #require(annotated.post(Self.annotated("tier", "production")).delivery)
        #expect(other.tier == "production")
        #expect(other.choices.contains("tier: production (annotation deployment-relay/tier)"))
    }

    @Test(
        "what GitLab would refuse is refused before it is sent, with the rule",
        arguments: [
            ("tier", "prod", "production, staging, testing, development, other"),
            ("tier", "Production", "none of GitLab's"),
            ("external-url", "javascript:alert(1)", "http:// or https://"),
            ("external-url", "parcel.example.com", "http:// or https://"),
            ("external-url", "https://a b", "white space"),
        ]
    )
    func refused(name: String, value: String, words: String) throws {
        var bench = try IntakeBench()
        let reception = bench.post(Self.annotated(name, value))
        #expect(reception.status == 422)
        #expect(reception.reason?.contains(words) ?? false, "\(reception.reason ?? "")")
        #expect(reception.reason?.contains("annotation deployment-relay/\(name)") ?? false)
    }

    @Test("words that templates print for nothing want nothing", arguments: ["", "<no value>"])
    func nothing(text: String) throws {
        var bench = try IntakeBench()
        let event = Self.annotated("tier", text)
        #expect(bench.post(event).delivery?.tier == nil)
    }

    @Test(
        "a constant that GitLab would refuse is a mistake of the configuration",
        arguments: [
            ("prod", nil, "hooks.argocd.tier"), (nil, "ftp://a", "hooks.argocd.externalURL"),
        ] as [(String?, String?, String)]
    )
    func constants(tier: String?, url: String?, setting: String) throws {
        var settings = HookSettings(name: "argocd", sender: .argocd)
        (settings.tier, settings.externalURL) = (tier, url)
        let error = #expect(throws: ConfigurationErrors.self) {
            try Hook(settings, endpoint: EndpointSettings(name: "default"))
        }
        #expect(error?.all.map(\.setting) == [setting])
    }

    @Test("constants that GitLab takes, and templates, are no mistakes")
    func fine() throws {
        for (tier, url) in [(" other ", "https://a"), ("{{.tier}}", "{{.url}}"), (nil, nil)] {
            _ = try RelayProcess.hooks { ($0.tier, $0.externalURL) = (tier, url) }
        }
    }
}
