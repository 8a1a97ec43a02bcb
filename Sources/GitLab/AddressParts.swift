/// An address cut at its seams (RFC 3986 §3): scheme, authority, path.
struct AddressParts {
    let isPlain: Bool
    private var authority: Substring
    private let path: Substring

    /// Cuts and refuses what no address of a GitLab may have: other schemes, user, query.
    init(_ text: String) throws(AddressError) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else {
            throw AddressError(
                problem: text.isEmpty ? "is empty" : "has no scheme",
                hint: "begin it with https://, as in https://gitlab.example.com"
            )
        }
        switch text[..<colon].lowercased() {
        case "https": isPlain = false
        case "http": isPlain = true
        default:
            throw AddressError(
                problem: "has another scheme than http or https",
                hint: "give GitLab's address as a browser shows it, as in"
                    + " https://gitlab.example.com"
            )
        }
        let rest = text[colon...].dropFirst(3)
        authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let tail = rest.dropFirst(authority.count)
        guard !authority.contains("@") else {
            throw AddressError(
                problem: "holds a user or password before @",
                hint: "take it out: the token goes into GITLAB_TOKEN or a token file"
            )
        }
        guard !tail.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw AddressError(
                problem: "holds a query or fragment",
                hint: "end it before ? and #; the token goes into GITLAB_TOKEN or a token file"
            )
        }
        path = tail
    }

    /// The host, taken off the authority; what stays is the port.
    mutating func takeHost() throws(AddressError) -> String {
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw AddressError(
                    problem: "has an IPv6 address without its closing bracket",
                    hint: "write it as in http://[::1]:8080"
                )
            }
            let host = authority[..<end].dropFirst().lowercased()
            authority = authority[authority.index(after: end)...]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.".contains($0) })
            else {
                throw AddressError(
                    problem: "has no IPv6 address between its brackets",
                    hint: "write it as in http://[::1]:8080"
                )
            }
            return host
        }
        let host = authority.prefix { $0 != ":" }.lowercased()
        authority = authority.dropFirst(host.count)
        guard !host.isEmpty else {
            throw AddressError(
                problem: "has no host",
                hint: "write it as in https://gitlab.example.com"
            )
        }
        let isName = host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
        guard isName, !host.hasPrefix("."), !host.contains("..") else {
            throw AddressError(
                problem: "has a host that is no name",
                hint: "a host is made of letters, digits, dots and dashes; an IPv6 address stands"
                    + " in brackets"
            )
        }
        return host
    }

    /// The port behind the host, nil when there is none.
    mutating func takePort() throws(AddressError) -> Int? {
        guard !authority.isEmpty else { return nil }
        let digits = String(authority.dropFirst())
        guard authority.first == ":", let port = ASCII.number(digits), (1...65535).contains(port)
        else {
            throw AddressError(
                problem: "has a port that is none",
                hint: "a port is a number from 1 to 65535"
            )
        }
        return port
    }

    /// The path under which GitLab stands, with a slash before and none behind; usually "".
    func subPath() throws(AddressError) -> String {
        var parts = path.split(separator: "/")
        if parts.last == "v4", parts.dropLast().last == "api" { parts.removeLast(2) }
        if parts.contains("api") {
            throw AddressError(
                problem: "has a path with \"api\" that is not /api/v4 at its end",
                hint: "end it before /api: the relay adds /api/v4 itself"
            )
        }
        for part in parts {
            let isPlain = part.allSatisfy { $0.isLetter || $0.isNumber || "-._~".contains($0) }
            guard isPlain, !part.allSatisfy({ $0 == "." }) else {
                throw AddressError(
                    problem: "has a path that is no sub-path of a GitLab",
                    hint: "give only what stands before /api/v4, in letters, digits, - . _ ~"
                )
            }
        }
        return parts.map { "/\($0)" }.joined()
    }
}
