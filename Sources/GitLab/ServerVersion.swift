package import JSON

/// Which GitLab answers, as `GET /version` says.
package struct ServerVersion: Equatable, Sendable {
    /// As GitLab writes it: `18.6.1-ee`.
    package let text: String
    package let major: Int?
    package let minor: Int?
    package let revision: String?

    /// - Returns: nil unless `value` is an object with a `version`.
    package init?(_ value: JSONValue) {
        guard let text = value["version"]?.words else { return nil }
        self.text = text
        let numbers = text.prefix { $0 != "-" }.split(separator: ".")
        major = numbers.first.flatMap { Int($0) }
        minor = numbers.dropFirst().first.flatMap { Int($0) }
        revision = value["revision"]?.words
    }
}
