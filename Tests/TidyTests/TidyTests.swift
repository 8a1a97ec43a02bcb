import Foundation
import Testing

/// The house as it stands keeps its own rules (DESIGN §3, §4).
@Suite("Tidy")
struct TidyTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// All files of a folder at the top level, as paths from there.
    static func files(in folder: String) -> [String] {
        let base = root.appending(path: folder).resolvingSymlinksInPath()
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String }
        return (paths ?? []).map { "\(folder)/\($0)" }.sorted()
    }

    /// Swift files of the rooms: what is shipped.
    static let sources = files(in: "Sources").filter { $0.hasSuffix(".swift") }

    /// Each source file, read once for all rules.
    static let parsed: [(file: String, room: String, text: SourceText)] = sources.map { file in
        do {
            return (file, room(of: file), SourceText(try text(of: file)))
        } catch {
            preconditionFailure("\(file): \(error)")
        }
    }

    static func text(of file: String) throws -> String {
        try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }

    static func room(of file: String) -> String {
        String(file.split(separator: "/")[1])
    }

    /// Tells of what `rule` finds in each source file that `applies` to.
    private func check(
        _ rule: (SourceText, _ room: String) -> [String],
        where applies: (FloorPlan.Room) -> Bool = { _ in true },
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            Self.sources.count > 50,
            "the sources were not found",
            sourceLocation: sourceLocation
        )
        for (file, room, text) in Self.parsed where !FloorPlan.definitions.contains(file) {
            guard FloorPlan.rooms[room].map(applies) ?? true else { continue }
            let wrong = rule(text, room)
            #expect(wrong.isEmpty, "\(file): \(wrong)", sourceLocation: sourceLocation)
        }
    }

    @Test("every room imports only what its row in the floor plan allows")
    func imports() { check { HouseRules.imports($0, room: $1) } }

    @Test("every room of the floor plan is there")
    func rooms() {
        let found = Set(
            Self.files(in: "Sources").filter { $0.split(separator: "/").count > 2 }
                .map(Self.room)
        )
        #expect(found == Set(FloorPlan.rooms.keys))
    }

    @Test("no source escapes the compiler's proofs")
    func escapes() { check { text, _ in HouseRules.escapes(text) } }

    @Test("nothing is public: rooms have package doors")
    func publicDeclarations() {
        check { text, _ in HouseRules.publicDeclarations(text) }
    }

    @Test("only RelayServer and the programs write lines")
    func logLines() {
        let printing = Set(Self.parsed.filter { HouseRules.definesPrint($0.text) }.map(\.room))
        check(
            { HouseRules.logLines($0, hasOwnPrint: printing.contains($1)) },
            where: { !$0.mayWriteLogLines }
        )
    }

    @Test("only RelayServer, the sandbox and the programs start threads")
    func threads() {
        check({ text, _ in HouseRules.threads(text) }, where: { !$0.mayStartThreads })
    }

    @Test("nothing names a path of somebody's machine")
    func machinePaths() throws {
        let endings = [".swift", ".md", ".jsonc", ".json", ".yaml", ".tmpl", ".h", ".c", "file"]
        let all =
            ["Sources", "Tests", "config"].flatMap(Self.files)
            + ["Package.swift", "README.md", "Dockerfile"]
        for file in all where endings.contains(where: file.hasSuffix) {
            guard let text = try? Self.text(of: file) else { continue }
            let wrong = HouseRules.machinePaths(text)
            #expect(wrong.isEmpty, "\(file): \(wrong)")
        }
    }

    @Test("nothing stands at the top level that the floor plan does not name")
    func topLevel() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
        let ignored = try Self.text(of: ".gitignore").split(separator: "\n").map(String.init)
        #expect(HouseRules.strangersAtTop(names, ignored: ignored).isEmpty)
        #expect(Set(["Package.swift", "Sources", "Tests"]).isSubset(of: names))
    }
}
