import Testing
import relay_bench

/// The short form of `relay-bench fuzz`, in this process; `Sources/README.md` has the long one.
@Suite("Made and damaged templates, JSON texts, requests and record logs")
struct FuzzTests {
    @Test(
        "keep all that is promised",
        arguments: [("templates", 300), ("json", 600), ("http", 2000), ("records", 500)]
    )
    func promises(target: String, cases: Int) throws {
        let finds = try #require(ShortFuzz.finds(seed: 2026, target: target, cases: cases))
        #expect(finds.isEmpty, "\(finds.joined(separator: "\n\n"))")
    }
}
