import Formats

/// Tells whether a repository's URL is on the GitLab, and which project it is.
package struct RepositoryHosts: Sendable {
    private let hosts: Set<String>
    /// Path below which GitLab lives ("/gitlab"), in lower case; "" for none.
    private let root: String

    /// - Parameters:
    ///   - gitlabURL: As configured; its host counts.
    ///   - more: Other host names under which its repositories are known.
    package init(gitlabURL: String, more: [String]) {
        let gitlab = Location(gitlabURL)
        // A host of the list may have been written with its port, or as a whole address.
        let named = more.map { Location($0)?.host ?? Location("https://\($0)")?.host ?? $0 }
        hosts = Set(([gitlab?.host].compactMap { $0 } + named).map { $0.lowercased() })
        var path = gitlab?.path ?? ""
        if path.hasSuffix("/api/v4") { path = String(path.dropLast(7)) }
        root = path.lowercased()
    }

    /// The project's path; nil when the repository is elsewhere or the text is none.
    package func projectPath(of repository: String) -> String? {
        guard let location = Location(repository), hosts.contains(location.host) else { return nil }
        var path = location.path
        if !root.isEmpty, path.lowercased().hasPrefix(root + "/") {
            path = String(path.dropFirst(root.count))
        }
        while path.hasPrefix("/") { path.removeFirst() }
        while path.hasSuffix("/") { path.removeLast() }
        if path.lowercased().hasSuffix(".git") { path = String(path.dropLast(4)) }
        return path.contains("/") && !path.hasPrefix(".") ? path : nil
    }

    /// Host and path of a URL, or of git's short form `user@host:path`.
    private struct Location {
        /// Lower case, without user and port.
        let host: String
        /// With its leading slash, without trailing ones.
        let path: String

        init?(_ text: String) {
            var authority: Substring
            var rest: Substring
            if let scheme = text.firstIndex(of: ":"), text[scheme...].hasPrefix("://") {
                let known = ["https", "http", "ssh", "git", "git+ssh", "git+https"]
                guard known.contains(text[..<scheme].lowercased()) else { return nil }
                let body = text[text.index(scheme, offsetBy: 3)...]
                authority = body.prefix { $0 != "/" }
                rest = body.dropFirst(authority.count)
            } else {
                guard let colon = text.firstIndex(of: ":") else { return nil }
                authority = text[..<colon]
                rest = text[text.index(after: colon)...]
                guard !authority.contains("/"), !rest.isEmpty else { return nil }
            }
            if let at = authority.lastIndex(of: "@") {
                authority = authority[authority.index(after: at)...]
            }
            if authority.hasPrefix("[") {
                authority = authority.prefix { $0 != "]" }.dropFirst()
            } else {
                authority = authority.prefix { $0 != ":" }
            }
            guard !authority.isEmpty else { return nil }
            host = authority.lowercased()
            var path =
                PercentEncoding.decode(rest.prefix { $0 != "?" && $0 != "#" }.utf8)
                .map { String(decoding: $0, as: UTF8.self) } ?? String(rest)
            while path.hasSuffix("/") { path.removeLast() }
            self.path = path.hasPrefix("/") || path.isEmpty ? path : "/" + path
        }
    }
}
