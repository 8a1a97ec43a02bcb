/// What to mend, in words for the one who looks after the relay.
enum Remedy {
    private static let token =
        "this endpoint's token (GITLAB_TOKEN, GITLAB_TOKEN_FILE, or tokenFile in the configuration)"

    static let expiredToken =
        "the token has expired: make a new one with scope api and put it into \(token)"
    static let revokedToken =
        "the token was revoked: make a new one with scope api and put it into \(token)"
    static let unknownToken =
        "GitLab does not know the token: check that \(token) holds the whole of a project, group"
        + " or personal access token of this very GitLab (no deploy, runner or job token), and"
        + " that its user is not blocked"
    static let refusedToken =
        "GitLab refuses the token for the reason given: make a new one with scope api and put it"
        + " into \(token)"
    static let scope =
        "the token lacks a scope: writing deployments needs api (read_api is not enough); make"
        + " one with scope api and put it into \(token)"
    static let role =
        "the token's user needs at least the Developer role in the project; if the environment is"
        + " protected, add the user to its \"Allowed to deploy\" (project and group); CI/CD must be"
        + " switched on and the project not archived"
    static let readRole =
        "the token's user needs at least the Reporter role in the project, and CI/CD must be"
        + " switched on there"
    static let blockedAddress =
        "a proxy, firewall or address block before GitLab refuses the request: let this machine"
        + " reach GitLab's /api/v4"
    static let account =
        "GitLab does not let this token's user use the API: see the reason, and check that the"
        + " user is not blocked and has accepted the terms"
    static let project =
        "check the project's path or id (a group's path is no project), and that the token's user"
        + " is a member of it: GitLab says the same of what does not exist and of what may not be"
        + " seen"
    static let notAProject =
        "a project is given by its numeric id or its full path with all groups, such as group/name"
    static let encodedSlash =
        "GitLab has no such route: either the endpoint's url (GITLAB_URL) does not lead to GitLab,"
        + " or a proxy before it decodes %2F (Apache: AllowEncodedSlashes NoDecode and nocanon;"
        + " nginx: proxy_pass without a path); the project's numeric id avoids the latter"
    static let url =
        "GitLab has no such route: check the endpoint's url (GITLAB_URL), with the sub-path under"
        + " which GitLab stands, if any"
    static let notGitLab =
        "something other than GitLab's API answers, such as a login page or a proxy: check the"
        + " endpoint's url (GITLAB_URL), and let the relay reach its /api/v4 without a login page"
    static let movedProject =
        "the project was renamed or moved: use its numeric id or its new path"
    static let method =
        "GitLab or a proxy before it refuses this method here: check the endpoint's url"
        + " (GITLAB_URL) and let GET, POST and PUT through"
    static let contentType =
        "GitLab does not see application/json: a proxy before it changes Content-Type or Accept;"
        + " make it leave them alone"
    static let proxyLogin =
        "a proxy or network on the way asks for a login of its own: let this machine through"
    static let notImplemented =
        "the server does not know this method: check that the endpoint's url (GITLAB_URL) leads to"
        + " GitLab and that no proxy on the way lacks PUT"
    static let refusedRequest =
        "the server or a proxy before GitLab refuses the request for the reason given"

    static func address(_ url: String) -> String {
        "GitLab is served at \(url): set the endpoint's url (GITLAB_URL) to that"
    }

    static func login(_ location: String) -> String {
        "the request was led to a login page (\(location)): let the relay reach GitLab's /api/v4"
            + " without single sign-on before it"
    }

    static func elsewhere(_ location: String) -> String {
        "the request was led to \(location), and redirects are never followed with a token: set"
            + " the endpoint's url (GITLAB_URL) to where GitLab really is"
    }
}
