import Formats
import GitLab
import Testing

@Suite("Any answer at all")
struct AnswerPropertyTests {
    private static let seeds: [String] = [
        Call.row(), "[\(Call.row())]", "null",
        #"{"message":{"sha":["The commit does not exist"]}}"#,
        #"{"message":{"status":["cannot transition via \"run\""]}}"#,
        #"{"error":"invalid_token","error_description":"Token is expired."}"#,
        #"{"message":"404 Project Not Found"}"#,
        #"{"id":42,"permissions":{"project_access":null}}"#,
        "<html><head><title>502</title></head><script>x</script>", "Retry later\n", "",
        #"{"version":"18.6.1"}"#, #"{"id":9,"name":"production"}"#,
    ]

    private static let statuses = [
        0, 99, 100, 200, 201, 204, 299, 301, 302, 304, 308, 400, 401, 403, 404, 405, 406, 407, 408,
        409, 415, 422, 425, 429, 451, 500, 501, 502, 503, 504, 511, 599, 600, -1,
    ]

    @Test("no bytes crash the table, whichever the call and the status; nothing odd counts as done")
    func anyBytes() {
        let seed: UInt64 = 20_260_417
        var chance = SeededChance(seed)
        for round in 0..<4000 {
            var bytes = Array(Self.seeds.randomElement(using: &chance)!.utf8)
            for _ in 0..<Int.random(in: 0...6, using: &chance) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &chance)
                switch Int.random(in: 0...3, using: &chance) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &chance)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &chance), at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            let field = ["Location", "Retry-After", "RateLimit-Reset", "X-Next-Page", "Date"]
                .randomElement(using: &chance)!
            let status = Self.statuses.randomElement(using: &chance)!
            let call = Call.all.randomElement(using: &chance)!
            let answer = GitLabAnswer(
                status: status,
                fields: [(field, String(decoding: bytes.prefix(60), as: UTF8.self))],
                body: bytes,
                isTruncated: Bool.random(using: &chance)
            )
            let meaning = AnswerTable.meaning(of: answer, to: call, now: AnswerRow.now)
            let place = "seed \(seed), round \(round): \(call) \(status) \(bytes)"
            if call.isWrite {
                #expect(status / 100 == 2 || !meaning.isDone, "\(place)")
            } else if case .uncertain = meaning {
                Issue.record("a read is uncertain; \(place)")
            }
            let isControlFree = meaning.words.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
            }
            #expect(isControlFree, "\(place)")
        }
    }

    @Test("no prefix of a good answer counts as done")
    func anyPrefix() {
        let bytes = Array(Call.row().utf8)
        for length in 0..<bytes.count {
            let answer = GitLabAnswer(status: 201, fields: [], body: Array(bytes.prefix(length)))
            let meaning = AnswerTable.meaning(of: answer, to: Call.create, now: AnswerRow.now)
            #expect(meaning.short == "uncertain", "\(length) bytes")
        }
    }
}

extension Meaning {
    var isDone: Bool {
        switch self {
        case .deployment, .environment: true
        default: false
        }
    }
}

/// SplitMix64: the same numbers from the same seed.
struct SeededChance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
