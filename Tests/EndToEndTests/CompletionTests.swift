import Foundation
import Testing

/// The scripts for shells, run by the shells that are installed.
@Suite("Completion", .serialized)
struct CompletionTests {
    static let commands = [
        "serve", "demo", "check", "render", "notify", "template", "deliveries", "audit", "health",
        "completion", "version", "help",
    ]

    private static func shell(_ name: String) -> String? {
        ["/usr/bin/\(name)", "/bin/\(name)"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// What a shell prints, with the program on its path.
    private static func run(
        _ shell: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> String {
        let process = Process()
        let pipe = Pipe()
        let programs = URL(fileURLWithPath: Programs.relay).deletingLastPathComponent().path
        process.executableURL = URL(fileURLWithPath: shell)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "\(programs):/usr/bin:/bin"]) { $1 }
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: output, as: UTF8.self))")
        return String(decoding: output, as: UTF8.self)
    }

    /// What bash offers after these words.
    private static func bash(_ words: [String], _ environment: [String: String] = [:]) throws
        -> Set<String>
    {
        guard let bash = shell("bash") else { return [] }
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        let script = """
            source <(deployment-relay completion bash) || exit 1
            COMP_WORDS=(deployment-relay \(line)); COMP_CWORD=\(words.count)
            _deployment_relay
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let output = try run(bash, ["--norc", "-c", script], environment: environment)
        return Set(output.split(separator: "\n").map(String.init))
    }

    @Test("bash completes commands, options, words, hooks and files")
    func bash() throws {
        guard Self.shell("bash") != nil else {
            print("bash is not installed: its completion is not run")
            return
        }
        #expect(try Self.bash([""]) == Set(Self.commands))
        #expect(try Self.bash(["de"]) == ["demo", "deliveries"])
        #expect(try Self.bash(["audit", "--"]).contains("--repair"))
        #expect(try Self.bash(["deliveries", "--state", "d"]) == ["delivered", "dead", "dropped"])
        #expect(try Self.bash(["deliveries", "sh"]) == ["show"])
        #expect(try Self.bash(["help", "au"]) == ["audit"])
        #expect(try Self.bash(["serve", "--log", ""]) == ["json", "text"])
        #expect(
            try Self.bash(["render", "--hook", ""]) == ["argocd", "heroku", "flux", "deployment"]
        )
        let folder = try Folder()
        let file = try folder.write(
            #"{ "hooks": { "builds": { "source": "flat" } } }"#,
            to: "my relay.jsonc"
        )
        #expect(
            try Self.bash(["notify", "--hook", "b"], ["RELAY_CONFIG": file]) == ["builds"]
        )
        #expect(try Self.bash(["serve", "--config", "\(folder.path)/my"]) == [file])
    }

    @Test("zsh takes its script and completes the commands")
    func zsh() throws {
        guard let zsh = Self.shell("zsh") else {
            print("zsh is not installed: its completion is not run")
            return
        }
        let folder = try Folder()
        let script = """
            autoload -Uz compinit; compinit -u -d '\(folder.path)/dump'
            source <(deployment-relay completion zsh) || exit 1
            print -r -- "${_comps[deployment-relay]}"
            _describe() { print -rl -- "${(@P)2}" }
            _arguments() { print -rl -- "$@" }
            compadd() { print -rl -- "${(@P)2}" }
            words=(deployment-relay ''); CURRENT=2; _deployment_relay
            words=(deployment-relay audit ''); CURRENT=3; _deployment_relay
            _deployment_relay_hooks
            """
        let lines = try Self.run(zsh, ["-f", "-c", script]).split(separator: "\n").map(String.init)
        #expect(lines.first == "_deployment_relay")
        for command in Self.commands {
            #expect(lines.contains { $0.hasPrefix("\(command):") }, "\(command): \(lines)")
        }
        #expect(lines.contains("--repair[]"), "\(lines)")
        #expect(lines.contains("argocd"), "\(lines)")
    }

    @Test("fish takes its script and completes commands and options")
    func fish() throws {
        guard let fish = Self.shell("fish") else {
            print("fish is not installed: its completion is not run")
            return
        }
        let folder = try Folder()
        let script = """
            deployment-relay completion fish | source
            complete -C 'deployment-relay '
            complete -C 'deployment-relay audit --rep'
            complete -C 'deployment-relay render --hook '
            """
        let output = try Self.run(
            fish,
            ["--no-config", "-c", script],
            environment: ["HOME": folder.path]
        )
        let words = Set(output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
        for word in Self.commands + ["--repair", "argocd"] {
            #expect(words.contains(word), "\(word): \(output)")
        }
        // This folder's files are offered where a file is meant, and nowhere else.
        _ = try folder.write("", to: "held.jsonc")
        func offered(_ line: String) throws -> Set<String> {
            let script = """
                deployment-relay completion fish | source
                cd '\(folder.path)'
                complete -C 'deployment-relay \(line)'
                """
            let home = ["HOME": folder.path]
            let output = try Self.run(fish, ["--no-config", "-c", script], environment: home)
            return Set(output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) })
        }
        #expect(try offered("deliveries --state h") == ["held"])
        #expect(try offered("audit --project h").isEmpty)
        #expect(try offered("serve --config h") == ["held.jsonc"])
    }

    @Test("another shell is refused")
    func refused() throws {
        let run = try CommandRun.relay(["completion", "csh"])
        #expect(run.code == 64)
        #expect(run.errors.contains("bash, zsh or fish"))
    }
}
