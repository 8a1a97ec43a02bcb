/// Secrets that lie where something else belongs: not to be repeated in an error's words.
package enum SecretText {
    /// Prefixes by which GitLab, Standard Webhooks and others mark their secrets.
    private static let marks = [
        "glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-",
        "glsoat-", "GR1348941", "whsec_", "ghp_", "github_pat_", "eyJ",
    ]

    /// Whether `text`, or the last segment of it as a path, is marked as a secret.
    package static func isLikely(_ text: String) -> Bool {
        let name = text.split(separator: "/").last ?? ""
        return marks.contains { name.hasPrefix($0) && name.utf8.count > $0.utf8.count }
    }
}
