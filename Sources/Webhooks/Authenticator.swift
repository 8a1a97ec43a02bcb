package import Formats

/// What a sender must present: a token at the head, or a signature over the body.
///
/// Every secret is compared, and in constant time, whichever fits.
package struct Authenticator: Sendable {
    private let tokens: [Credential]
    private let onlyTokens: [Credential]

    /// - Parameter tokens: Valid as token and as signing secret; two while they are rotated.
    package init(tokens: [Credential]) {
        self.init(tokens: tokens, onlyTokens: [])
    }

    /// An empty secret would let in who presents nothing: it counts as none.
    private init(tokens: [Credential], onlyTokens: [Credential]) {
        self.tokens = tokens.filter { !$0.isEmpty }
        self.onlyTokens = onlyTokens.filter { !$0.isEmpty }
    }

    /// The same gate, also open to these tokens, which sign nothing.
    package func alsoAdmitting(_ more: [Credential]) -> Authenticator {
        Authenticator(tokens: tokens, onlyTokens: onlyTokens + more)
    }

    package enum Verdict: Equatable, Sendable {
        case admitted
        case refused(reason: String)
        /// A signature must be checked once the body is there.
        case needsBody
    }

    package typealias Fields = [(name: String, value: String)]

    /// Judges what the head presents.
    package func judge(_ fields: Fields) -> Verdict {
        let presented = Self.presented(fields)
        var isAdmitted = false
        for token in presented {
            for secret in tokens + onlyTokens where secret.matches(token) { isAdmitted = true }
        }
        if isAdmitted { return .admitted }
        let hasSignature = fields.contains { Self.signatureFields.contains($0.name.lowercased()) }
        if hasSignature { return .needsBody }
        return .refused(
            reason: presented.isEmpty
                ? "a token is needed: send Authorization: Bearer TOKEN"
                : "the token is not the one this relay expects"
        )
    }

    private static func presented(_ fields: Fields) -> [[UInt8]] {
        fields.compactMap { name, value in
            switch name.lowercased() {
            case "private-token", "x-gitlab-token": return Array(value.utf8)
            case "authorization":
                let halves = value.split(separator: " ", maxSplits: 1)
                guard halves.count == 2 else { return nil }
                let rest = String(halves[1].drop { $0 == " " })
                switch halves[0].lowercased() {
                case "bearer": return Array(rest.utf8)
                case "basic":
                    guard let pair = Base64.decode(rest), let colon = pair.firstIndex(of: 0x3A)
                    else { return nil }
                    return Array(pair[(colon + 1)...])
                default: return nil
                }
            default: return nil
            }
        }
    }

    /// Whether a field may carry a credential, ours or another's: never shown to a template, and
    /// never kept.
    package static func isSecret(field name: String) -> Bool {
        var name = name
        // Asked for each field of each request: over bytes, since a field's name is ASCII.
        return name.withUTF8 { name in secretWords.contains { Self.holds($0, in: name) } }
    }

    private static let secretWords: [[UInt8]] = [
        "authorization", "token", "secret", "signature", "hmac", "cookie", "password", "key",
    ].map { Array($0.utf8) }

    /// Whether `word`, which is in lower case, stands in `name`, whose letters count as such.
    private static func holds(_ word: [UInt8], in name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.count >= word.count else { return false }
        return (0...name.count - word.count).contains { start in
            word.indices.allSatisfy { offset in
                let byte = name[start + offset]
                return (byte &- 0x41 < 26 ? byte | 0x20 : byte) == word[offset]
            }
        }
    }

    private static let signatureFields: Set<String> = [
        "heroku-webhook-hmac-sha256", "x-signature", "x-hub-signature-256", "webhook-signature",
    ]

    // MARK: - Signatures

    /// Whether any signature among the fields is one of our secrets' over `body`.
    package func verify(_ fields: Fields, body: [UInt8], now: Timestamp) -> Bool {
        var isValid = false
        for secret in tokens {
            for (name, value) in fields {
                let fits =
                    switch name.lowercased() {
                    case "heroku-webhook-hmac-sha256":
                        Self.equals(Base64.decode(value), secret, body)
                    case "x-signature", "x-hub-signature-256":
                        Self.equals(Self.hex(value), secret, body)
                    case "webhook-signature":
                        Self.isStandard(value, fields, secret, body, now)
                    default: false
                    }
                if fits { isValid = true }
            }
        }
        return isValid
    }

    private static func equals(_ given: [UInt8]?, _ secret: Credential, _ body: [UInt8]) -> Bool {
        guard let given, given.count == 32 else { return false }
        return secret.withSecret { ConstantTime.equal(HMAC.sha256(key: $0, body), given) }
    }

    private static func hex(_ value: String) -> [UInt8]? {
        value.hasPrefix("sha256=") ? Hex.decode(String(value.dropFirst(7))) : nil
    }

    /// Anybody may send any number here: nothing is subtracted from it.
    private static func isFresh(_ seconds: Int64, _ now: Timestamp) -> Bool {
        let present = now.milliseconds / 1000
        return (present - 300...present + 300).contains(seconds)
    }

    /// The key that a Standard Webhooks secret gives: what follows `whsec_`, in base64, or else the
    /// secret itself.
    ///
    /// - Returns: nil when something else than base64 follows.
    package static func signingKey(in secret: [UInt8]) -> [UInt8]? {
        let prefix = Array("whsec_".utf8)
        guard secret.starts(with: prefix) else { return secret }
        let key = Base64.decode(String(decoding: secret.dropFirst(prefix.count), as: UTF8.self))
        return key.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Standard Webhooks: `v1,BASE64` over `id.timestamp.body`, at most five minutes old or early.
    private static func isStandard(
        _ value: String,
        _ fields: Fields,
        _ secret: Credential,
        _ body: [UInt8],
        _ now: Timestamp
    ) -> Bool {
        func field(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name }?.value
        }
        guard let id = field("webhook-id"), let stamp = field("webhook-timestamp"),
            let seconds = Int64(stamp), isFresh(seconds, now)
        else { return false }
        let signed = Array("\(id).\(stamp).".utf8) + body
        let expected = secret.withSecret { HMAC.sha256(key: signingKey(in: $0) ?? $0, signed) }
        var isValid = false
        for signature in value.split(separator: " ") where signature.hasPrefix("v1,") {
            guard let given = Base64.decode(String(signature.dropFirst(3))) else { continue }
            if ConstantTime.equal(expected, given) { isValid = true }
        }
        return isValid
    }
}
