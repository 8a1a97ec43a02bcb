/// 3xx: never followed, a token goes nowhere but where it was meant to.
extension Exchange {
    var redirect: Meaning {
        guard let location = answer.field("Location"), !location.isEmpty else {
            return held(projectOrEndpoint, Remedy.notGitLab)
        }
        if case .project(let text) = call, ASCII.number(text) == nil,
            let id = Self.projectID(in: location)
        {
            return .moved(id)
        }
        let shown = Self.shown(location)
        let reason = reason("to \(shown)")
        return .held(projectOrEndpoint, reason: reason, remedy: redirectRemedy(location, shown))
    }

    private func redirectRemedy(_ location: String, _ shown: String) -> String {
        if ASCII.contains(body.words, "moved permanently to") { return Remedy.movedProject }
        if let address = Self.address(in: location) { return Remedy.address(address) }
        if Self.loginSigns.contains(where: { ASCII.contains(location, $0) }) {
            return Remedy.login(shown)
        }
        return Remedy.elsewhere(shown)
    }

    /// Where GitLab says its API is: by https, or on another host.
    private static func address(in location: String) -> String? {
        let parts = withoutQuery(location).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 4, parts[0] == "https:" || parts[0] == "http:", parts[1].isEmpty,
            let api = parts.firstIndex(of: "api"), api > 2, parts.dropFirst(api + 1).first == "v4"
        else { return nil }
        return Words.cleaned(parts[..<api].joined(separator: "/"), limit: 200)
    }

    private static let loginSigns = ["sign_in", "signin", "login", "oauth", "saml", "sso", "idp"]

    /// The numeric id in `…/api/v4/projects/42`, with or without more behind it.
    private static func projectID(in location: String) -> String? {
        let parts = withoutQuery(location).split(separator: "/")
        guard let place = parts.lastIndex(of: "projects"), place + 1 < parts.endIndex else {
            return nil
        }
        let id = String(parts[place + 1])
        return id != "0" && ASCII.number(id) != nil ? id : nil
    }

    /// Without query and fragment, in which a login's secrets travel.
    private static func withoutQuery(_ location: String) -> Substring {
        location.prefix { $0 != "?" && $0 != "#" }
    }

    private static func shown(_ location: String) -> String {
        Words.cleaned(String(withoutQuery(location)), limit: 200)
    }
}
