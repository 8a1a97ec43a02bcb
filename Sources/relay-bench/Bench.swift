import Glibc
import POSIX
import RelayServer

/// The instrument: makes load and prints numbers; it never judges them.
enum Bench {
    static func main() {
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static let overview = """
        relay-bench: load and numbers for deployment-relay

          accept    [--connections N] [--seconds N] [--body-bytes N] [--new-connections] [--rate N]
                    [--environments N] [--program FILE | --inside | --url URL] [--token TOKEN]
                    [--json]
                    durable acceptance: distinct Argo CD events as fast as they are answered, or
                    at a rate; a relay of its own, whose GitLab cannot be reached, as a process or
                    inside this one, or whatever answers at --url
          deliver   [--events N] [--connections N] [--environments N] [--body-bytes N] [--rate N]
                    [--backlog N] [--gitlab-connections N] [--program FILE] [--json]
                    end to end: accepted, told to a stand-in of GitLab that answers at once, and
                    settled, as fast as it goes; then at a rate (100 a second) how much later than
                    it was to be sent an event is on GitLab's socket. --backlog: N events that wait
                    on disk, delivered after a start
          store     [--rounds N] [--commits N] [--folder FOLDER] [--json]
                    the record log by sizes of records and groups, beside a bare write and
                    fdatasync of as many bytes in turn with it
          growth    [--axis pending|environments|connections|bodies|list] [--limit N] [--events N]
                    [--svg FOLDER] [--program FILE] [--json]
                    what an event costs the relay's processors while one thing grows; --svg draws
                    the curves of Sources/README.md
          neighbours [--seconds N] [--rate N] [--backlog N] [--case NAME] [--program FILE] [--json]
                    acceptance at a rate (500 a second) beside a GitLab that hangs, a backlog being
                    delivered, segments being let go, 1,000 slow senders, 2,000 idle connections,
                    consoles that watch, and all of these but the first
          idle      [--seconds N] [--deliveries N] [--gitlab URL] [--ca FILE] [--program FILE]
                    [--json]
                    time to ready, then memory and wake-ups of a relay that has delivered 20 events
                    and has nothing to do
          stand-in  [--listen ADDRESS] [--seconds N]
                    that GitLab alone, to measure others against it
          abuse     [--seconds N] [--rate N] [--slow N] [--idle N] [--churn N]
                    [--program FILE] [--json]
                    durable acceptance at a fixed rate, first in peace, then beside slow senders,
                    idle connections, connections that come and go without a word, and a GitLab
                    that takes calls and never answers
          simulate  [--seeds N] [--from SEED]
                    seeded histories of the real queue and the real logs against a model of GitLab;
                    ends with 1 at the first that ends other than it should, and tells it
          soak      [--minutes N] [--seed N] [--rate N] [--program FILE] [--json]
                    the real program under 16 events a second, or --rate, against a GitLab that
                    fails at random, killed now and then in the first third;
                    ends with 1 unless each operation is one row with its end
          crash     [--rounds N] [--seed N] [--program FILE] [--json]
                    the real program killed (-9) at any moment, N times (500) on one data folder,
                    under load and with a GitLab that fails before and after processing; ends
                    with 1 unless what was answered is one row each, with its end
          backlog   [--events N] [--applications N] [--body-bytes N] [--seconds N] [--program FILE]
                    [--json]
                    a log with a million waiting events, and the real program started on it: time
                    to ready, memory then and some seconds later
          template  --template FILE --data FILE [--json]
                    reads the body and renders once, the template parsed before
          fuzz      [--seconds N] [--seed S] [--target templates|json|http|records|all]
                    [--vectors FILE] [--case K]
                    made and damaged inputs against what is promised; 10 s and
                    seed 1 without more words; exit 1 on a find, which names its case; --case
                    shows one case and tries it again; --vectors adds templates to damage, one
                    JSON object a line with "template" and "data"

        Times are from the moment at which a request was to be sent. Build with -c release.
        """

    private static func run(_ arguments: [String]) -> ExitCode {
        do {
            switch arguments.first {
            case "accept":
                return try AcceptBench.run(Arguments(arguments.dropFirst(), AcceptBench.form))
            case "deliver":
                return try DeliverBench.run(Arguments(arguments.dropFirst(), DeliverBench.form))
            case "stand-in":
                return try StandInCommand.run(Arguments(arguments.dropFirst(), StandInCommand.form))
            case "store":
                return try StoreBench.run(Arguments(arguments.dropFirst(), StoreBench.form))
            case "growth":
                return try GrowthBench.run(Arguments(arguments.dropFirst(), GrowthBench.form))
            case "neighbours":
                return try NeighboursBench.run(
                    Arguments(arguments.dropFirst(), NeighboursBench.form)
                )
            case "idle":
                return try IdleBench.run(Arguments(arguments.dropFirst(), IdleBench.form))
            case "abuse":
                return try AbuseBench.run(Arguments(arguments.dropFirst(), AbuseBench.form))
            case "simulate":
                return try SimulateBench.run(Arguments(arguments.dropFirst(), SimulateBench.form))
            case "soak":
                return try SoakBench.run(Arguments(arguments.dropFirst(), SoakBench.form))
            case "crash":
                return try CrashBench.run(Arguments(arguments.dropFirst(), CrashBench.form))
            case "backlog":
                return try BacklogBench.run(Arguments(arguments.dropFirst(), BacklogBench.form))
            case "template":
                return try TemplateBench.run(Arguments(arguments.dropFirst(), TemplateBench.form))
            case "fuzz":
                return try FuzzCommand.run(Arguments(arguments.dropFirst(), FuzzCommand.form))
            case "help", "--help", "-h":
                Output.print(overview)
                return .success
            default:
                Output.complain(overview)
                return .usage
            }
        } catch let mistake as Arguments.Mistake {
            Output.complain("relay-bench: \(mistake.description)")
            return .usage
        } catch {
            Output.complain("relay-bench: \(error)")
            return .failure
        }
    }
}
