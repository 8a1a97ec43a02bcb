import Formats
import JSON

/// Texts as senders mean them.
enum Words {
    /// The text, unless it is empty or what Go's templates print for nothing.
    static func present(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text != "<no value>", text != "<nil>" else { return nil }
        return text
    }

    /// A full commit id in lower case.
    static func commit(_ text: String?) -> String? { text.flatMap(CommitID.normalized) }

    /// Strings that GitLab takes as booleans (Grape's coercion).
    static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on", "t", "y": true
        case "false", "0", "no", "off", "f", "n": false
        default: nil
        }
    }

    /// What is wrong with a member that cannot be used: missing, null, or of another kind.
    static func lack(_ value: JSONValue?, of kind: JSONValue.Kind) -> String {
        guard let value else { return "is missing" }
        if value.kind != kind {
            return value.isNull ? "is null" : "is \(value.kind.words), not \(kind.words)"
        }
        return value.string.map { $0.isEmpty ? "is empty" : "is \"\($0)\"" } ?? "is not usable"
    }

    static func moment(_ value: JSONValue?) -> Timestamp? {
        present(value?.string).flatMap { Timestamp(rfc3339: $0) }
    }
}

/// A name or target that senders give as ref, read as GitLab will (DESIGN §2.6 "ref and tag").
struct RefReading {
    let ref: Ref
    let isTag: Bool

    /// Reads `text`; a target that begins `sha`, the commit deployed, is no name.
    init(_ text: String?, origin: String, sha: String?) {
        guard let text = Words.present(text), text != "HEAD" else {
            self.init(default: "\(origin) names none")
            return
        }
        if text.hasPrefix("refs/heads/"), text.utf8.count > 11 {
            self.init(.name(String(text.dropFirst(11)), origin: origin), isTag: false)
        } else if text.hasPrefix("refs/tags/"), text.utf8.count > 10 {
            self.init(.name(String(text.dropFirst(10)), origin: origin), isTag: true)
        } else if text.hasPrefix("refs/") {
            self.init(default: "\(origin) is \(text), neither branch nor tag")
        } else if Words.commit(text) != nil || Self.begins(sha, with: text) {
            self.init(default: "\(origin) is a commit")
        } else if Self.isRange(text) {
            self.init(default: "\(origin) is a range of versions")
        } else {
            self.init(.name(text, origin: origin), isTag: VersionNumber.isWhole(text))
        }
    }

    private init(_ ref: Ref, isTag: Bool) {
        self.ref = ref
        self.isTag = isTag
    }

    private init(default why: String) { self.init(.defaultBranch(origin: why), isTag: false) }

    private static func begins(_ sha: String?, with text: String) -> Bool {
        text.utf8.count >= 7 && text.utf8.allSatisfy { Hex.value($0) != nil }
            && (sha?.hasPrefix(text.lowercased()) ?? false)
    }

    /// A semver constraint as Argo CD takes it: matched against tags only.
    private static func isRange(_ text: String) -> Bool {
        // No name in git holds a star or a space; `1.2 - 1.4` and `>1, <3` do.
        let bytes = text.utf8
        if bytes.contains(0x2A) || bytes.contains(0x20) { return true }
        if bytes.contains(0x7C), text.contains("||") { return true }
        if let first = text.utf8.first, "<>=~^!".utf8.contains(first) { return true }
        guard bytes.contains(0x2E) else { return false }
        let core = text.drop { $0 == "v" || $0 == "V" }
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        let isNumeric = parts.first?.utf8.allSatisfy { (0x30...0x39).contains($0) } ?? false
        return parts.count > 1 && isNumeric && parts.contains { $0 == "x" || $0 == "X" }
    }
}
