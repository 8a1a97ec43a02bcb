import Formats
import JSON

/// The five members of a payload, picked out of its JSON and checked one by one.
struct PayloadMembers {
    private static let names = ["environment", "sha", "ref", "tag", "status"]

    /// Names people write for one of the five, where no likeness of letters would tell.
    private static let otherNames = [
        "branch": "ref", "commit": "sha", "revision": "sha", "state": "status", "phase": "status",
        "is_tag": "tag",
    ]

    private let payload: JSONValue

    /// Keeps the members; refuses what is no object and any name that GitLab does not know.
    init(_ payload: JSONValue) throws(PayloadError) {
        guard payload.kind == .object else {
            throw PayloadError(
                member: "",
                problem: "is \(payload.kind.words), not an object",
                hint: #"write {"environment": …, "sha": …, "ref": …, "tag": …, "status": …}"#
            )
        }
        self.payload = payload
        for key in payload.keys where !Self.names.contains(where: key.says) {
            throw Self.unknown(key.string ?? "")
        }
    }

    /// The field's name that `key` begins or is begun by, else the one the fewest letters away.
    private static func nearest(to key: String) -> String? {
        let kin = names.first { key.utf8.count >= 3 && ($0.hasPrefix(key) || key.hasPrefix($0)) }
        return kin ?? NearestName.find(key, among: names)
    }

    private static func unknown(_ key: String) -> PayloadError {
        let lower = key.lowercased()
        let near = otherNames[lower] ?? Self.nearest(to: lower)
        return PayloadError(
            member: Words.cleaned(key, limit: 60),
            problem: "is not a field of GitLab's deployments",
            hint: near.map { "did you mean \"\($0)\"?" }
                ?? "there are five: \(names.joined(separator: ", "))"
        )
    }

    private func value(_ name: String, example: String) throws(PayloadError) -> JSONValue {
        guard let value = payload[name] else { throw Self.absent(name, "is missing", example) }
        guard !value.isNull else { throw Self.absent(name, "is null", example) }
        return value
    }

    private static func absent(_ name: String, _ problem: String, _ example: String)
        -> PayloadError
    {
        PayloadError(member: name, problem: problem, hint: "add \"\(name)\": \(example)")
    }

    /// A string that holds more than white space.
    private func text(_ name: String, example: String) throws(PayloadError) -> String {
        let value = try value(name, example: example)
        guard let text = value.string else {
            throw PayloadError(
                member: name,
                problem: "is \(value.kind.words), not a string",
                hint: "write it in quotes: \(example)"
            )
        }
        guard text.unicodeScalars.contains(where: { !RefName.isWhitespace($0) }) else {
            throw PayloadError(
                member: name,
                problem: "is blank",
                hint: "GitLab takes no blank \(name): give it a value such as \(example)"
            )
        }
        return text
    }

    func environment() throws(PayloadError) -> String {
        let name = try text("environment", example: #""production""#)
        if let problem = EnvironmentName.problem(name) {
            throw PayloadError(
                member: "environment",
                problem: problem,
                hint: EnvironmentName.rule
            )
        }
        return name
    }

    func sha() throws(PayloadError) -> String {
        let text = try text("sha", example: #""<40 hex digits>""#)
        guard let sha = CommitID.normalized(text) else {
            throw PayloadError(
                member: "sha",
                problem: "\"\(Words.cleaned(text, limit: 80))\" is not a full commit id",
                hint: "give all 40 (SHA-256: 64) hex digits: GitLab compares a sha as it was sent"
            )
        }
        return sha
    }

    func ref() throws(PayloadError) -> String {
        let ref = try text("ref", example: #""main""#)
        if let problem = RefName.problem(ref) {
            throw PayloadError(
                member: "ref",
                problem: "\"\(Words.cleaned(ref, limit: 80))\" \(problem)",
                hint: "give the name of a branch or tag"
            )
        }
        return ref
    }

    /// A boolean, or one of the strings that GitLab turns into one; its documented recipe for
    /// Argo CD sends `"false"`.
    func tag() throws(PayloadError) -> Bool {
        let value = try value("tag", example: "false")
        if let tag = value.bool { return tag }
        switch value.string?.lowercased() {
        case "true", "1", "yes", "on", "t", "y": return true
        case "false", "0", "no", "off", "f", "n": return false
        default: break
        }
        let what = value.string.map { "\"\(Words.cleaned($0, limit: 40))\"" } ?? value.kind.words
        throw PayloadError(
            member: "tag",
            problem: "\(what) is neither true nor false",
            hint: "write true when ref is a tag, else false"
        )
    }

    func status() throws(PayloadError) -> DeploymentStatus {
        let text = try text("status", example: #""success""#)
        if let status = DeploymentStatus(name: text) { return status }
        let names = DeploymentStatus.allCases.map(\.name)
        let near = NearestName.find(text, among: names)
        throw PayloadError(
            member: "status",
            problem: "\"\(Words.cleaned(text, limit: 40))\" is not one of GitLab's statuses",
            hint: near.map { "did you mean \"\($0)\"?" }
                ?? "there are four: \(names.joined(separator: ", "))"
        )
    }
}
