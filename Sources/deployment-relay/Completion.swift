import Relay
import RelayServer

/// Scripts by which shells complete the command line, made from the table that `help` is made from.
enum Completion {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    static func script(for shell: Shell) -> String {
        switch shell {
        case .bash: BashCompletion.script
        case .zsh: ZshCompletion.script
        case .fish: FishCompletion.script
        }
    }

    /// A command as a shell's script needs it; `help` is one that has no type.
    struct Subject {
        let name: String
        let summary: String
        let form: Arguments.Form

        var options: [String] { form.options.sorted() }
        var flags: [String] { form.flags.sorted() }
    }

    static var subjects: [Subject] {
        let commands = Commands.all.map {
            Subject(name: $0.name, summary: $0.summary, form: $0.form)
        }
        let names = Commands.all.map { $0.name }
        let help = Arguments.Form(words: 0...1, wordHint: .words(names))
        return commands + [Subject(name: "help", summary: "tells more of a command", form: help)]
    }

    /// What prints the hooks' names, one a line; it reads the configuration and nothing else.
    static let hooks = "deployment-relay completion hooks 2>/dev/null"
}

private enum BashCompletion {
    static var script: String {
        let names = Completion.subjects.map(\.name).joined(separator: " ")
        let values = Completion.subjects.flatMap { subject in
            subject.options.map { option in
                "        \"\(subject.name) \(option)\") \(complete(subject.form.hints[option])) ;;"
            }
        }
        let words = Completion.subjects.map { subject in
            let options = (subject.options + subject.flags).joined(separator: " ")
            let others = subject.form.wordHint.map { "\n            " + complete($0) } ?? ""
            return """
                        \(subject.name))
                            if [[ $cur == -* ]]; then
                                COMPREPLY=($(compgen -W "\(options)" -- "$cur"))
                                return
                            fi\(others)
                            ;;
                """
        }
        return """
            # bash completion for deployment-relay; made by: deployment-relay completion bash
            # load it:  source <(deployment-relay completion bash)
            _deployment_relay() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
                COMPREPLY=()
                if ((COMP_CWORD == 1)); then
                    COMPREPLY=($(compgen -W "\(names)" -- "$cur"))
                    return
                fi
                case "${COMP_WORDS[1]} $prev" in
            \(values.joined(separator: "\n"))
                esac
                case "${COMP_WORDS[1]}" in
            \(words.joined(separator: "\n"))
                esac
            }
            complete -F _deployment_relay deployment-relay
            """
    }

    /// Fills `COMPREPLY` and returns.
    private static func complete(_ hint: Arguments.Hint?) -> String {
        switch hint {
        case .words(let words):
            "COMPREPLY=($(compgen -W \"\(words.joined(separator: " "))\" -- \"$cur\")); return"
        case .file:
            "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return"
        case .folder:
            "compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return"
        case .hook: "COMPREPLY=($(compgen -W \"$(\(Completion.hooks))\" -- \"$cur\")); return"
        case nil: "return"
        }
    }
}

private enum ZshCompletion {
    static var script: String {
        let names = Completion.subjects.map { subject in
            "        \(quoted("\(subject.name):\(subject.summary)"))"
        }
        let cases = Completion.subjects.map { subject in
            let options = subject.options.map { option in
                "'*\(option)[]:\(option.drop { $0 == "-" }):\(action(subject.form.hints[option]))'"
            }
            let flags = subject.flags.map { "'\($0)[]'" }
            let words = subject.form.wordHint.map { ["'*:word:\(action($0))'"] } ?? []
            let all = (options + flags + words).joined(separator: " ")
            return "        \(subject.name)) _arguments \(all) ;;"
        }
        return """
            #compdef deployment-relay
            # zsh completion; made by: deployment-relay completion zsh
            # load it:  source <(deployment-relay completion zsh), after compinit
            _deployment_relay_hooks() {
                local -a hooks
                hooks=(${(f)"$(\(Completion.hooks))"})
                compadd -a hooks
            }
            _deployment_relay() {
                local -a commands
                commands=(
            \(names.joined(separator: "\n"))
                )
                if ((CURRENT == 2)); then
                    _describe command commands
                    return
                fi
                local command=$words[2]
                shift words
                ((CURRENT--))
                case $command in
            \(cases.joined(separator: "\n"))
                esac
            }
            if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
                _deployment_relay "$@"
            else
                compdef _deployment_relay deployment-relay
            fi
            """
    }

    private static func action(_ hint: Arguments.Hint?) -> String {
        switch hint {
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .file: "_files"
        case .folder: "_files -/"
        case .hook: "_deployment_relay_hooks"
        case nil: " "
        }
    }

    private static func quoted(_ text: String) -> String {
        "'"
            + text.split(separator: "'", omittingEmptySubsequences: false).joined(
                separator: "'\\''"
            )
            + "'"
    }
}

private enum FishCompletion {
    static var script: String {
        var lines = [
            "# fish completion for deployment-relay; made by: deployment-relay completion fish",
            "# load it:  deployment-relay completion fish | source",
            "complete -c deployment-relay -f",
        ]
        for subject in Completion.subjects {
            lines.append(
                "complete -c deployment-relay -n __fish_use_subcommand -a \(subject.name)"
                    + " -d \(quoted(subject.summary))"
            )
            let seen =
                "complete -c deployment-relay -n '__fish_seen_subcommand_from \(subject.name)'"
            for option in subject.options {
                lines.append("\(seen) \(named(option))\(value(subject.form.hints[option]))")
            }
            for flag in subject.flags { lines.append("\(seen) \(named(flag))") }
            switch subject.form.wordHint {
            case .file: lines.append("\(seen) -F")
            case let hint?: lines.append(seen + values(hint))
            case nil: break
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func named(_ option: String) -> String {
        option.hasPrefix("--") ? "-l \(option.dropFirst(2))" : "-s \(option.dropFirst())"
    }

    /// Files are offered where a file is meant, and nowhere else (`-x`).
    private static func value(_ hint: Arguments.Hint?) -> String {
        switch hint {
        case .file, .folder: " -r -F"
        default: " -x\(values(hint))"
        }
    }

    private static func values(_ hint: Arguments.Hint?) -> String {
        switch hint {
        case .words(let words): " -a \(quoted(words.joined(separator: " ")))"
        case .file, .folder: " -F"
        case .hook: " -a '(\(Completion.hooks))'"
        case nil: ""
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
            + "'"
    }
}
