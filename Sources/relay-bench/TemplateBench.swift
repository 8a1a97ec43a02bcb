import Formats
import JSON
import POSIX
import RelayServer
import Templating

/// How fast a body is read and rendered once, the template parsed before.
enum TemplateBench {
    static let form = Arguments.Form(
        options: ["--template", "--data", "--seconds"],
        flags: ["--json"]
    )

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        guard let template = arguments["--template"], let data = arguments["--data"] else {
            throw Missing(description: "template needs --template FILE and --data FILE")
        }
        let text = try FileSystem.read(template).get()
        let body = try FileSystem.read(data).get()
        var options = TemplateOptions()
        options.name = template
        let parsed = try Template(parsing: text, options: options)
        let seconds = Int64(arguments["--seconds"] ?? "2") ?? 2
        let rounds = try measure(parsed, body, nanoseconds: seconds * 1_000_000_000)
        let median = rounds[rounds.count / 2]
        var figures = Figures()
        figures.add("nsPerOperation", median)
        figures.add("bytesPerSecond", Double(body.count) / median * 1e9)
        figures.add("rounds", Double(rounds.count))
        figures.add("fastestRound", rounds[0])
        figures.add("slowestRound", rounds[rounds.count - 1])
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return .success
    }

    /// Short rounds, so that what else the machine does meets few of them.
    private static let roundCount = 51

    /// The rounds from the fastest to the slowest, in nanoseconds for one reading and rendering.
    private static func measure(
        _ template: Template,
        _ body: [UInt8],
        nanoseconds: Int64
    ) throws -> [Double] {
        let world = TemplateWorld(now: Timestamp(milliseconds: Clock.now()), seed: 1)
        var rounds: [Double] = []
        for _ in 0..<roundCount {
            var count = 0
            let start = Clock.monotonicNanoseconds()
            while Clock.monotonicNanoseconds() - start < nanoseconds / Int64(roundCount) {
                let document = try JSONDocument(parsing: body)
                _ = try template.render(TemplateData(document.root), world)
                count += 1
            }
            rounds.append(Double(Clock.monotonicNanoseconds() - start) / Double(count))
        }
        return rounds.sorted()
    }
}
