import HTTP
import Testing

@testable import RelayServer

/// How long an answer that was expensive is given again; times are given, none is waited for.
@Suite("Kept answers")
struct KeptAnswerTests {
    private static let answer = HTTPResponse(status: 200, body: Array("slow".utf8))

    @Test("what took long is given again for twenty times as long, and then made anew")
    func slow() {
        var kept = KeptAnswer()
        #expect(kept.answer(at: 0) == nil)
        kept.keep(Self.answer, madeFrom: 1_000_000_000, to: 1_010_000_000)
        #expect(kept.answer(at: 1_010_000_000)?.body == Self.answer.body)
        #expect(kept.answer(at: 1_209_999_999)?.body == Self.answer.body)
        #expect(kept.answer(at: 1_210_000_000) == nil)
    }

    @Test("what is made quickly is made each time, also after one that took long")
    func quick() {
        var kept = KeptAnswer()
        kept.keep(Self.answer, madeFrom: 0, to: KeptAnswer.quick)
        #expect(kept.answer(at: KeptAnswer.quick) == nil)
        kept.keep(Self.answer, madeFrom: 0, to: KeptAnswer.quick + 1)
        #expect(kept.answer(at: KeptAnswer.quick + 1) != nil)
        kept.keep(Self.answer, madeFrom: 0, to: 1)
        #expect(kept.answer(at: 2) == nil)
    }
}
