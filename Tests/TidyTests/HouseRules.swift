/// The house rules that the compiler does not know, each as a function of a file's text.
///
/// Each gives what is wrong, in words; an empty list is a tidy file.
enum HouseRules {
    /// Imports beyond the room's row in the floor plan (DESIGN §3).
    static func imports(_ text: SourceText, room name: String) -> [String] {
        guard let room = FloorPlan.rooms[name] else {
            return ["\(name) is no room of the floor plan (DESIGN §3)"]
        }
        let outside: Set = ["Glibc", "Foundation", "FoundationEssentials", "Dispatch"]
        return importedModules(text).compactMap { module in
            if room.isPure, outside.contains(module) {
                return "\(name) is pure and must not import \(module)"
            }
            return room.imports.contains(module) ? nil : "\(name) must not import \(module)"
        }
    }

    static func importedModules(_ text: SourceText) -> [String] {
        let lines = text.codeLines.filter { $0.contains("import") }
        return lines.compactMap { line in
            let pattern =
                /^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:package|public|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|func|var|let|protocol|typealias)\s+)?(\w+)/
            return line.firstMatch(of: pattern).map { String($0.1) }
        }
    }

    /// Ways around the compiler's proofs (DESIGN §4.7).
    static func escapes(_ text: SourceText) -> [String] {
        found(
            [
                ("@unchecked Sendable", /@unchecked\s+Sendable/),
                ("nonisolated(unsafe)", /nonisolated\s*\(\s*unsafe\s*\)/),
                ("try!", /\btry!/),
            ],
            in: text
        )
    }

    /// `public` has no meaning here: rooms have `package` doors.
    static func publicDeclarations(_ text: SourceText) -> [String] {
        found(
            [
                (
                    "public",
                    /\b(?:public|open)\s+(?:(?:final|static|override|mutating|consuming|nonisolated|indirect)\s+)*(?:struct|class|enum|actor|protocol|func|var|let|init|extension|typealias|subscript|import)\b/
                )
            ],
            in: text
        )
    }

    /// Log lines written elsewhere than where the server logs (DESIGN §4.2).
    ///
    /// A room that has a `print` of its own (Go's `print` is a template function) calls that one.
    static func logLines(_ text: SourceText, hasOwnPrint: Bool = false) -> [String] {
        let lines = found(
            [
                ("Output", /\bOutput\.(?:print|complain|write)\b/),
                ("Swift's print", /\bSwift\.(?:print|debugPrint|dump)\b/),
                (
                    "a standard stream",
                    /\b(?:fputs|fprintf|vprintf|puts|perror|syslog|NSLog)\s*\(/
                ),
                ("stdout or stderr", /\b(?:stdout|stderr|STDERR_FILENO|STDOUT_FILENO)\b/),
            ],
            in: text
        )
        let calls = found([("print", /(?:^|[^\w.])(?:print|debugPrint|dump)\s*\(/)], in: text)
        return lines + (hasOwnPrint ? [] : calls)
    }

    static func definesPrint(_ text: SourceText) -> Bool {
        text.codeLines.contains { $0.contains(/\bfunc\s+print\s*[(<]/) }
    }

    /// Threads started elsewhere than where loops are wired (DESIGN §4.2).
    static func threads(_ text: SourceText) -> [String] {
        found(
            [
                ("LoopThread", /\bLoopThread\s*\(/),
                ("pthread_create", /\bpthread_create\b/),
                ("Thread", /\bThread\s*[({]|\bThread\.detachNewThread/),
                ("Task", /\bTask\s*[({]|\bTask\.(?:detached|immediate)/),
                ("a task group", /\bwith(?:Throwing)?(?:Discarding)?TaskGroup\b/),
                ("async let", /\basync\s+let\b/),
                ("DispatchQueue", /\bDispatchQueue\b/),
            ],
            in: text
        )
    }

    /// Paths of one machine, which no other has; `text` is a whole file, comments included.
    static func machinePaths(_ text: String) -> [String] {
        let homes = ["work", "home", "Users", "opt/swift"]
        guard homes.contains(where: { text.contains("/\($0)/") }),
            let pattern = try? Regex(
                "(?:^|[^\\w.}\\-/~])/(?:\(homes.joined(separator: "|")))/[A-Za-z]"
            )
        else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { $0.element.contains(pattern) }
            .map { "line \($0.offset + 1): \($0.element.prefix(120))" }
    }

    /// Names at the top level that the floor plan does not have; `ignored` are the lines of
    /// `.gitignore`: what building and running leaves behind.
    static func strangersAtTop(_ names: [String], ignored: [String]) -> [String] {
        let ignored = Set(ignored.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 })
        return names.filter {
            !$0.hasPrefix(".") && !FloorPlan.topLevel.contains($0) && !ignored.contains($0)
        }
    }

    private static func found(
        _ patterns: [(name: String, pattern: Regex<Substring>)],
        in text: SourceText
    ) -> [String] {
        let lines = text.codeLines
        return patterns.flatMap { name, pattern in
            // By simple boundaries: to Unicode, `Output.print` is one word.
            let pattern = pattern.wordBoundaryKind(.simple)
            return lines.indices.filter { lines[$0].contains(pattern) }
                .map { "line \($0 + 1): \(name)" }
        }
    }
}
