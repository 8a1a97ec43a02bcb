import Formats
import Testing
import Webhooks

@Suite("Authenticator: tokens at the head")
struct AuthenticatorTests {
    private let gate = Authenticator(tokens: [Credential("first"), Credential("second")])

    struct Row: CustomTestStringConvertible {
        let name: String
        let value: String
        let isAdmitted: Bool

        var testDescription: String { "\(name): \(value)" }
    }

    @Test(
        "every form of a right token is admitted, of a wrong one none",
        arguments: [
            Row(name: "Authorization", value: "Bearer first", isAdmitted: true),
            Row(name: "authorization", value: "bearer  second", isAdmitted: true),
            Row(name: "PRIVATE-TOKEN", value: "first", isAdmitted: true),
            Row(name: "Private-Token", value: "second", isAdmitted: true),
            Row(name: "X-Gitlab-Token", value: "first", isAdmitted: true),
            // user:first, and the user alone with a colon in the password "a:first".
            Row(name: "Authorization", value: "Basic dXNlcjpmaXJzdA==", isAdmitted: true),
            Row(name: "Authorization", value: "Basic OmZpcnN0", isAdmitted: true),
            Row(name: "Authorization", value: "Basic Zmlyc3Q=", isAdmitted: false),
            Row(name: "Authorization", value: "Basic first", isAdmitted: false),
            Row(name: "Authorization", value: "Bearer", isAdmitted: false),
            Row(name: "Authorization", value: "first", isAdmitted: false),
            Row(name: "Authorization", value: "Digest first", isAdmitted: false),
            Row(name: "Authorization", value: "Bearer firs", isAdmitted: false),
            Row(name: "Authorization", value: "Bearer firstfirst", isAdmitted: false),
            Row(name: "PRIVATE-TOKEN", value: "", isAdmitted: false),
            Row(name: "Cookie", value: "first", isAdmitted: false),
        ]
    )
    func forms(row: Row) {
        let verdict = gate.judge([("Host", "relay"), (row.name, row.value)])
        #expect((verdict == .admitted) == row.isAdmitted)
    }

    @Test("who presents nothing hears what to send, who presents the wrong one that it is wrong")
    func reasons() {
        guard case .refused(let nothing) = gate.judge([]),
            case .refused(let wrong) = gate.judge([("Authorization", "Bearer third")])
        else {
            Issue.record("admitted")
            return
        }
        #expect(nothing.contains("Authorization: Bearer"))
        #expect(wrong.contains("not the one"))
        #expect(!wrong.contains("third"))
    }

    @Test(
        "a field that may carry a credential is known by its name, however it is written",
        arguments: [
            ("Authorization", true), ("X-GITLAB-TOKEN", true), ("x-hub-signature-256", true),
            ("Heroku-Webhook-Hmac-SHA256", true), ("Set-Cookie", true), ("key", true),
            ("X-Api-Keys", true), ("Ke", false), ("", false), ("Content-Type", false),
            ("User-Agent", false), ("Ket-y", false),
        ]
    )
    func secretFields(name: String, isSecret: Bool) {
        #expect(Authenticator.isSecret(field: name) == isSecret)
    }

    @Test("a secret that is empty admits nobody")
    func emptySecret() {
        let gate = Authenticator(tokens: [Credential("")]).alsoAdmitting([Credential("")])
        for field in [("PRIVATE-TOKEN", ""), ("Authorization", "Basic dXNlcjo=")] {
            #expect(gate.judge([field]) != .admitted)
        }
        let body = Array("Hello, World!".utf8)
        let signature = Hex.encode(HMAC.sha256(key: [], body))
        let fields = [("X-Hub-Signature-256", "sha256=\(signature)")]
        #expect(!gate.verify(fields, body: body, now: Timestamp(milliseconds: 0)))
    }

    @Test("GitLab's own token opens the gate and signs nothing")
    func onlyToken() {
        let wider = gate.alsoAdmitting([Credential("glpat-fixture")])
        #expect(wider.judge([("PRIVATE-TOKEN", "glpat-fixture")]) == .admitted)
        #expect(wider.judge([("PRIVATE-TOKEN", "first")]) == .admitted)
        #expect(gate.judge([("PRIVATE-TOKEN", "glpat-fixture")]) != .admitted)
        let body = Array("{}".utf8)
        let signature = HMAC.sha256(key: Array("glpat-fixture".utf8), body)
        let fields = [("X-Signature", "sha256=\(Hex.encode(signature))")]
        #expect(!wider.verify(fields, body: body, now: Timestamp(milliseconds: 0)))
    }

    @Test("a signature is judged once the body is there")
    func needsBody() {
        #expect(gate.judge([("X-Hub-Signature-256", "sha256=00")]) == .needsBody)
        #expect(gate.judge([("Heroku-Webhook-Hmac-SHA256", "")]) == .needsBody)
    }
}

@Suite("Authenticator: signatures over the body")
struct SignatureTests {
    struct Row: CustomTestStringConvertible {
        let sender: String
        var secret: String
        var fields: [(name: String, value: String)]
        var body: [UInt8]
        /// Unix seconds.
        var now: Int64 = 1_614_265_330

        var testDescription: String { sender }

        func isValid(_ change: (inout Row) -> Void = { _ in }) -> Bool {
            var row = self
            change(&row)
            let gate = Authenticator(tokens: [Credential("another"), Credential(row.secret)])
            let now = Timestamp(milliseconds: row.now * 1000)
            return gate.verify(row.fields, body: row.body, now: now)
        }
    }

    /// GitHub's documentation, "Validating webhook deliveries".
    static let github = Row(
        sender: "GitHub",
        secret: "It's a Secret to Everybody",
        fields: [
            (
                "X-Hub-Signature-256",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
            )
        ],
        body: Array("Hello, World!".utf8)
    )

    /// The example of the Standard Webhooks libraries.
    static let standard = Row(
        sender: "Standard Webhooks",
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        fields: [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
        body: Array(#"{"test": 2432232314}"#.utf8)
    )

    static func rows() throws -> [Row] {
        let heroku = Row(
            sender: "Heroku",
            secret: "kestrel-fixture-heroku-secret",
            fields: [
                ("Heroku-Webhook-Hmac-SHA256", "pynYB9encdOtmMqiCMhnZ2ccQ6cEkmmWCLwnDiHnnGQ=")
            ],
            body: try Fixture.bytes("heroku-04-release-create-succeeded.json")
        )
        let flux = Row(
            sender: "Flux",
            secret: "kestrel-fixture-flux-token",
            fields: [
                (
                    "X-Signature",
                    "sha256=69c1317d3ec89e9bd49e84dfabae942832772b24b6cbf39da302705a50217e31"
                )
            ],
            body: try Fixture.bytes("flux-01-kustomization-succeeded.json")
        )
        return [heroku, flux, github, standard]
    }

    @Test("the senders' own examples fit, and nothing else does")
    func examples() throws {
        for row in try Self.rows() {
            #expect(row.isValid(), "\(row.sender)")
            #expect(!row.isValid { $0.body.append(0x20) }, "\(row.sender): another body")
            #expect(!row.isValid { $0.body[0] ^= 1 }, "\(row.sender): a changed bit")
            #expect(!row.isValid { $0.secret += "x" }, "\(row.sender): another secret")
            #expect(!row.isValid { $0.fields[$0.fields.count - 1].value = "" }, "\(row.sender)")
            for count in 0..<row.fields[row.fields.count - 1].value.utf8.count {
                #expect(
                    !row.isValid { changed in
                        let last = changed.fields.count - 1
                        changed.fields[last].value = String(
                            changed.fields[last].value.prefix(count)
                        )
                    },
                    "\(row.sender): \(count) characters of the signature"
                )
            }
        }
    }

    @Test("field names know no case")
    func fieldCase() throws {
        for row in try Self.rows() {
            #expect(row.isValid { $0.fields = $0.fields.map { ($0.name.uppercased(), $0.value) } })
        }
    }

    @Test(
        "a standard webhook is good for five minutes before and after",
        arguments: [-300, 0, 300]
    )
    func fresh(seconds: Int64) {
        #expect(Self.standard.isValid { $0.now += seconds })
        guard seconds != 0 else { return }
        #expect(!Self.standard.isValid { $0.now += seconds + seconds.signum() })
    }

    @Test(
        "a timestamp that is none, or beyond all time, fits nothing",
        arguments: [
            "", "now", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999",
        ]
    )
    func strangeTimestamps(text: String) {
        #expect(!Self.standard.isValid { $0.fields[1].value = text })
    }

    @Test("one right signature of several is enough; other versions are passed over")
    func several() {
        let right = Self.standard.fields[2].value
        #expect(Self.standard.isValid { $0.fields[2].value = "v1,AAAA v1a,xyz \(right)" })
        #expect(!Self.standard.isValid { $0.fields[2].value = "v2" + right.dropFirst(2) })
        for missing in 0..<3 {
            #expect(!Self.standard.isValid { $0.fields.remove(at: missing) })
        }
    }

    @Test("a secret without whsec_ signs with its own bytes")
    func plainSecret() {
        let signed = Array("m.1614265330.{}".utf8)
        let signature = Base64.encode(HMAC.sha256(key: Array("plain".utf8), signed))
        let row = Row(
            sender: "plain",
            secret: "plain",
            fields: [
                ("webhook-id", "m"), ("webhook-timestamp", "1614265330"),
                ("webhook-signature", "v1,\(signature)"),
            ],
            body: Array("{}".utf8)
        )
        #expect(row.isValid())
    }
}
