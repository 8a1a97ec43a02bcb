/// Where a GitLab is, as a person writes it: with or without a sub-path or `/api/v4`.
package struct GitLabAddress: Equatable, Sendable {
    /// `https://host[:port][/sub-path]/api/v4`, without a slash at the end.
    package let base: String
    /// In lower case, without port; an IPv6 address without its brackets.
    package let host: String
    /// nil: the scheme's own.
    package let port: Int?
    /// Whether it is http without TLS.
    package let isPlain: Bool

    /// Reads an address.
    ///
    /// - Throws: what is wrong; never with a password that was written into it.
    package init(_ text: String) throws(AddressError) {
        let text = ASCII.trimmed(text)
        var parts = try AddressParts(text)
        if text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            throw AddressError(
                problem: "holds a space, a control character or a letter beyond ASCII",
                hint: "write an international name in its xn-- form"
            )
        }
        host = try parts.takeHost()
        let usual = parts.isPlain ? 80 : 443
        let given = try parts.takePort()
        port = given == usual ? nil : given
        isPlain = parts.isPlain
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let place = port.map { "\(name):\($0)" } ?? name
        base = "\(isPlain ? "http" : "https")://\(place)\(try parts.subPath())/api/v4"
    }

    /// Where people find it: `base` without the API's path.
    package var web: String { String(base.dropLast("/api/v4".utf8.count)) }

    /// Whether it is this machine.
    package var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127"
            && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Whether the token would go over a network for anybody to read: allowed, but to be said.
    package var exposesToken: Bool { isPlain && !isLoopback }

    /// The whole URL of a request.
    package func url(of request: GitLabRequest) -> String { base + request.path }
}

/// Why a text is no address of a GitLab.
package struct AddressError: Error, Equatable, CustomStringConvertible {
    package let problem: String
    package let hint: String

    package var description: String { "\(problem); \(hint)" }
}
