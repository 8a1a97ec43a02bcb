import Formats
import GitLab
import JSON
import Testing

@Suite("Look-up after a doubt")
struct LookUpTests {
    /// The row of `Call.row` (made at 10:20:29.123 by user 5) is a match for this.
    private static let search = LookUp(
        sha: Call.sha,
        ref: "main",
        environment: "production",
        userID: 5,
        highWater: 6,
        notBefore: AnswerRow.now,
        owned: [],
        wanted: .success
    )

    private func deployment(_ json: String) throws -> Deployment {
        try #require(Deployment(JSONDocument(parsing: Array(json.utf8)).root), "\(json)")
    }

    private func search(_ change: (inout LookUp) -> Void) -> LookUp {
        var search = Self.search
        change(&search)
        return search
    }

    @Test("a row matches only when everything about it can be ours")
    func rows() throws {
        let good = Call.row()
        let rows: [(String, LookUp, String, isFound: Bool)] = [
            ("the same", Self.search, good, true),
            ("sha in capitals", Self.search, Call.row(sha: Call.sha.uppercased()), true),
            ("still running", Self.search, Call.row(status: "running"), true),
            ("just created", Self.search, Call.row(status: "created"), true),
            ("ended otherwise", Self.search, Call.row(status: "failed"), false),
            ("canceled", Self.search, Call.row(status: "canceled"), false),
            ("skipped", Self.search, Call.row(status: "skipped"), false),
            (
                "running wanted, ended", search { $0.wanted = .running },
                Call.row(status: "success"), false
            ),
            (
                "running wanted", search { $0.wanted = .running }, Call.row(status: "running"), true
            ),
            ("other sha", Self.search, Call.row(sha: "b"), false),
            ("no sha", Self.search, Call.row(sha: ""), false),
            ("other ref", Self.search, Call.row(ref: "refs/heads/main"), false),
            ("other environment", Self.search, Call.row(environment: "Production"), false),
            ("at the high-water mark", search { $0.highWater = 7 }, good, false),
            ("no mark known", search { $0.highWater = nil }, good, true),
            ("owned", search { $0.owned = [7] }, good, false),
            ("another owned", search { $0.owned = [8] }, good, true),
            ("other user", search { $0.userID = 4 }, good, false),
            ("user not known", search { $0.userID = nil }, good, true),
            (
                "made long before", search { $0.notBefore.milliseconds += 60_000 }, good, false
            ),
            (
                "within the clocks' slack", search { $0.notBefore.milliseconds += 3_000 }, good,
                true
            ),
            (
                "by a job", Self.search,
                good.replacing(#""deployable":null"#, #""deployable":{"id":1}"#), false
            ),
            (
                "user gone", Self.search,
                good.replacing(#"{"id":5,"username":"project_42_bot"}"#, "null"), false
            ),
            ("no time, but a mark", Self.search, good.replacing("created_at", "x"), true),
            (
                "neither time nor mark", search { $0.highWater = nil },
                good.replacing("created_at", "x"), false
            ),
        ]
        for (name, search, json, isFound) in rows {
            let row = try deployment(json)
            #expect(
                search.match([row], nextPage: nil) == (isFound ? .found(row) : .absent),
                "\(name)"
            )
        }
    }

    @Test("the newest of several matches is taken, and all are told")
    func newest() throws {
        let seven = try deployment(Call.row())
        let nine = try deployment(Call.row(id: "9", status: "running"))
        let eight = try deployment(Call.row(id: "8", ref: "x"))
        #expect(Self.search.match([nine, eight, seven], nextPage: 2) == .found(nine))
        #expect(Self.search.match([seven, nine], nextPage: nil) == .found(nine))
        #expect(Self.search.matches([seven, eight, nine]) == [nine, seven])
    }

    @Test("the next page is asked for only while it can still hold the row")
    func pages() throws {
        let other = try deployment(Call.row(ref: "x"))
        let old = try deployment(Call.row(id: "6"))
        let early = search {
            $0.highWater = nil
            $0.notBefore.milliseconds += 60_000
        }
        #expect(Self.search.match([other], nextPage: 2) == .needsNextPage)
        #expect(Self.search.match([other], nextPage: nil) == .absent)
        #expect(Self.search.match([other, old], nextPage: 2) == .absent)
        #expect(early.match([other], nextPage: 2) == .absent)
        #expect(Self.search.match([], nextPage: nil) == .absent)
    }
}

extension String {
    /// With the only occurrence of `part` replaced; the same when there is none.
    func replacing(_ part: String, _ other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
