import Testing

/// The short form of `relay-bench abuse`; `Sources/README.md` has the long one.
@Suite("Strangers who do all they can", .serialized)
struct AbuseTests {
    @Test("keep nobody's event from being accepted")
    func short() throws {
        let run = try CommandRun.bench([
            "abuse", "--seconds", "1", "--rate", "40", "--slow", "50", "--idle", "50", "--churn",
            "500", "--json", "--program", Programs.relay,
        ])
        #expect(run.code == 0, "\(run.errors)")
        // Every event that was due, each with its 202: another answer ends the run.
        for figure in ["\"calmKeptAccepted\": 40", "\"abusedKeptAccepted\": 40"] {
            #expect(run.output.contains("\(figure),"), "\(run.output)")
        }
        #expect(run.output.contains("\"slowHeldAtTheEnd\": 50,"), "\(run.output)")
    }
}
