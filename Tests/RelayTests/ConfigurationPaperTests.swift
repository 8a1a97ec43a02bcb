import Foundation
import Relay
import Testing
import Webhooks

@Suite("The configuration's papers")
struct ConfigurationPaperTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Reads `text` as the configuration file of that name.
    private static func configuration(_ name: String, _ text: String) throws -> Configuration {
        let bytes = Array(text.utf8)
        var configuration = try ConfigurationReader.read(
            ConfigurationInputs(flags: ["RELAY_CONFIG": name], environment: [:]) { path in
                path == name ? .success(bytes) : .failure(FileProblem("\(path) is not there"))
            }
        )
        configuration.path = nil
        return configuration
    }

    @Test("config/relay.jsonc says every setting with its default")
    func defaults() throws {
        let file = try Self.text(of: "config/relay.jsonc")
        #expect(try Self.configuration("relay.jsonc", file) == Configuration())
        for (limit, value) in Mirror(reflecting: Limits()).children {
            #expect(file.contains("\"\(limit ?? "")\": \(value),"), "\(limit ?? "")")
        }
    }

    @Test("config/README.md has every limit with its default")
    func limits() throws {
        let paper = try Self.text(of: "config/README.md")
        for (limit, value) in Mirror(reflecting: Limits()).children {
            #expect(paper.contains("| `limits.\(limit ?? "")` | \(value) |"), "\(limit ?? "")")
        }
    }

    @Test("config/README.md has every member of .deployment, in the order in which a hint has them")
    func members() throws {
        var settings = HookSettings(name: "a", sender: .argocd)
        settings.ref = "{{ .deployment.nothingOfThatKind }}"
        let error = #expect(throws: ConfigurationErrors.self) {
            try Hook(settings, endpoint: EndpointSettings(name: "default"))
        }
        let members = (error?.all.first?.hint ?? "").replacing(".deployment has ", with: "")
        let listed = members.split(separator: ", ").map { "`\($0)`" }.joined(separator: ", ")
        let paper = try Self.text(of: "config/README.md")
        #expect(paper.contains("| `.deployment` | what was understood: \(listed) |"))
    }

    @Test("the payload's file is the built-in template")
    func payload() throws {
        let file = try Self.text(of: "config/templates/deployment.json.tmpl")
        #expect(Array(file.utf8) == TemplateText.builtIn.text)
    }

    @Test(
        "every configuration that a page shows can be read, and its templates compile",
        arguments: ["config/README.md", "config/heroku.md"]
    )
    func examples(page: String) throws {
        let examples = try Self.text(of: page).components(separatedBy: "```jsonc\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(!examples.isEmpty)
        for example in examples {
            let configuration = try Self.configuration(page, example)
            for hook in configuration.hooks {
                let endpoint = try #require(
                    configuration.endpoints.first { $0.name == hook.endpoint }
                )
                #expect(throws: Never.self) { try Hook(hook, endpoint: endpoint) }
            }
        }
    }
}
