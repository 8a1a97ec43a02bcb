import Formats
import RelayServer
import GitLab
import JSON
import POSIX
import Templating

enum TemplateCommand: Command {
    static let name = "template"
    static let summary = "executes one template over JSON data and writes its output"
    static let usage = """
        deployment-relay template (-t TEXT | FILE) [-d DATA.json] [--json]
            [--missingkey default|zero|error] [--define NAME=TEXT]…
        """
    static let details = """
        Go's text/template with sprig's functions. Without -d the data is {}.

          --json          as a payload: values are escaped by context, and the result must be a
                          JSON object that GitLab would take
          --missingkey    what a missing key gives; error with --json, else default
          --define        a template that TEXT may call by {{template "NAME" .}}

        Exit codes: 0; 65 when the template cannot be parsed or is refused at load, or the data is
        not JSON; 1 when it fails, or GitLab would not take the result.

        examples:
          echo '{"app": "parcel"}' | deployment-relay template -t '{{.app | upper}}' -d -
          deployment-relay template --define greet='hello {{.}}' -t '{{template "greet" "world"}}'
        """
    static let form = Arguments.Form(
        options: ["-t", "-d", "--missingkey", "--define"],
        flags: ["--json"],
        words: 0...1,
        hints: ["-d": .file, "--missingkey": .words(["default", "zero", "error"])],
        wordHint: .file
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        guard (arguments["-t"] == nil) == (arguments.words.count == 1) else {
            Output.complain("deployment-relay template: name either -t TEXT or one FILE")
            return .usage
        }
        do throws(Failure) {
            let template = try template(arguments)
            let output = try render(template, try data(arguments["-d"]))
            if arguments.has("--json") { try check(output) }
            Output.write(output, to: 1)
            return .success
        } catch {
            Output.complain(error.words)
            return error.code
        }
    }

    private struct Failure: Error {
        let code: ExitCode
        let words: String
    }

    private static func template(_ arguments: Arguments) throws(Failure) -> Template {
        var options = TemplateOptions()
        options.semantics = arguments.has("--json") ? .payload : .text
        options.missingKey = try missingKey(arguments)
        options.name = arguments.words.first ?? "template"
        for definition in arguments.all("--define") {
            guard let equals = definition.firstIndex(of: "=") else {
                throw Failure(code: .usage, words: "--define takes NAME=TEXT, not \(definition)")
            }
            let text = definition[definition.index(after: equals)...]
            options.defines.append((String(definition[..<equals]), Array(text.utf8)))
        }
        let text: [UInt8]
        if let given = arguments["-t"] {
            text = Array(given.utf8)
        } else {
            text = try read(arguments.words.first)
        }
        do {
            return try Template(parsing: text, options: options)
        } catch {
            throw Failure(code: .data, words: "\(error)")
        }
    }

    private static func missingKey(_ arguments: Arguments) throws(Failure) -> MissingKey {
        switch arguments["--missingkey"] {
        case nil: return arguments.has("--json") ? .error : .standard
        case "default", "invalid": return .standard
        case "zero": return .zero
        case "error": return .error
        case let word?:
            throw Failure(
                code: .usage,
                words: "--missingkey takes default, zero or error, not \(word)"
            )
        }
    }

    private static func read(_ path: String?) throws(Failure) -> [UInt8] {
        do {
            return try Input(path).bytes
        } catch {
            throw Failure(code: .data, words: "\(error)")
        }
    }

    private static func data(_ path: String?) throws(Failure) -> TemplateData {
        guard let path else { return try data(Array("{}".utf8), "{}") }
        return try data(read(path), path)
    }

    private static func data(_ bytes: [UInt8], _ name: String) throws(Failure) -> TemplateData {
        do {
            return TemplateData(try JSONDocument(parsing: bytes).root)
        } catch {
            throw Failure(
                code: .data,
                words: "\(name):\(error.line):\(error.column): \(error.problem)"
            )
        }
    }

    private static func render(
        _ template: Template,
        _ data: TemplateData
    ) throws(Failure) -> [UInt8] {
        let world = TemplateWorld(
            now: Timestamp(milliseconds: Clock.now()),
            seed: Host.random(),
            zoneData: ZoneFiles.read
        )
        do {
            return try template.render(data, world)
        } catch {
            throw Failure(code: .failure, words: "\(error)")
        }
    }

    private static func check(_ output: [UInt8]) throws(Failure) {
        do {
            _ = try DeploymentPayload(checking: JSONDocument(parsing: output).root)
        } catch {
            throw Failure(
                code: .failure,
                words: "template: GitLab would not take the result: \(error)"
            )
        }
    }
}

/// The zones' rules of this machine (RFC 8536).
enum ZoneFiles {
    @Sendable
    static func read(_ zone: String) -> [UInt8]? {
        let isName =
            !zone.isEmpty && !zone.hasPrefix("/") && !zone.split(separator: "/").contains("..")
        guard isName, case .success(let bytes) = FileSystem.read("/usr/share/zoneinfo/\(zone)")
        else {
            return nil
        }
        return bytes
    }
}
