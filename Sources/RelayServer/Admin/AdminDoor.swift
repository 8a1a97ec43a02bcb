import HTTP

/// Keeps other sites' pages out of the admin address: a browser on the operator's machine would
/// carry their requests here.
///
/// Two ways are shut. A page of elsewhere may send a request across: browsers say so in
/// `Sec-Fetch-Site` and `Origin`. And a name may be made to lead to this machine (DNS rebinding), so
/// that a page of that name counts as the same site: its `Host` gives it away, since it can be
/// anything but a number or `localhost`. Where the admin token is asked for, the name does not
/// matter: no page of elsewhere has it, and what a browser knows by Basic it sends to no other name.
struct AdminDoor {
    /// Names that the configuration adds (`admin.hosts`), in lower case.
    let hosts: [String]

    /// Why the request is not answered, with the hint; nil: it may go on.
    ///
    /// `isGuarded`: the admin token is asked for.
    func refusal(_ head: HTTPRequestHead, _ route: Route, isGuarded: Bool) -> HTTPResponse? {
        guard !route.isOpen else { return nil }
        if isFromElsewhere(head, route) {
            return .text(403, "the request comes from another site's page")
        }
        guard !isGuarded, let host = Self.host(of: head), !admits(host) else { return nil }
        return .text(
            403,
            "the Host \(host.prefix(100)) is none of this address's: name it in admin.hosts"
        )
    }

    // MARK: - Across sites

    private func isFromElsewhere(_ head: HTTPRequestHead, _ route: Route) -> Bool {
        let sites = head.fields.all("Sec-Fetch-Site")
        // Following a link to the console is no harm.
        if route == .console, head.method == "GET", head.fields["Sec-Fetch-Mode"] == "navigate" {
            return false
        }
        guard sites.isEmpty else {
            return !sites.allSatisfy { $0 == "same-origin" || $0 == "none" }
        }
        return !head.fields.all("Origin").allSatisfy { isOwn(origin: $0, head) }
    }

    /// Whether `origin` (RFC 6454 §7) is this address as the browser calls it.
    private func isOwn(origin: String, _ head: HTTPRequestHead) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: { origin.hasPrefix($0) }),
            let authority = Self.authority(of: head)
        else { return false }
        let port = scheme == "http://" ? ":80" : ":443"
        func whole(_ text: String) -> String {
            text.hasSuffix(port) ? String(text.dropLast(port.count)) : text
        }
        return whole(origin.dropFirst(scheme.count).lowercased()) == whole(authority)
    }

    // MARK: - Names

    /// A number cannot be made to lead elsewhere; `localhost` is looked up nowhere.
    private func admits(_ host: String) -> Bool {
        if host.hasPrefix("[") || host == "localhost" || host.hasSuffix(".localhost") {
            return true
        }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        if numbers.count == 4, numbers.allSatisfy({ UInt8($0) != nil }) { return true }
        return hosts.contains(host)
    }

    /// Without its port, in lower case; nil when there is none, which no browser does.
    private static func host(of head: HTTPRequestHead) -> String? {
        guard let authority = authority(of: head) else { return nil }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[...end])
        }
        let name = authority.prefix { $0 != ":" }
        return String(name.hasSuffix(".") ? name.dropLast() : name)
    }

    /// The target's own authority counts before the field (RFC 9112 §3.2.2).
    private static func authority(of head: HTTPRequestHead) -> String? {
        (head.authority ?? head.fields["Host"])?.lowercased()
    }
}

extension Route {
    /// What probes and Prometheus ask for, by whatever name they call this machine.
    var isOpen: Bool {
        switch self {
        case .live, .ready, .metrics: true
        default: false
        }
    }
}

/// What every answer of the admin address says to a browser: show it to nobody else, keep no copy,
/// take it for nothing else than it says.
enum AdminFields {
    static let all: [(name: String, value: String)] = [
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cache-Control", "no-store"),
        (policy, "default-src 'none'; frame-ancestors 'none'"),
    ]

    /// The console's: from here alone, and nothing of it may come from elsewhere.
    static let console: (name: String, value: String) = (
        policy,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )

    private static let policy = "Content-Security-Policy"

    /// Adds those that the answer does not have already.
    static func add(to response: inout HTTPResponse) {
        let present = response.fields.map(\.name)
        response.fields += all.filter { !present.contains($0.name) }
    }
}
