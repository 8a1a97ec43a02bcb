/// A URL as Go's net/url reads and writes it: the parts decoded, the query as it is.
struct GoURL {
    struct User {
        var name: [UInt8]
        var password: [UInt8]?

        var written: [UInt8] {
            let name = URLEscaping.escape(name, .userPassword)
            guard let password else { return name }
            return name + [UInt8(ascii: ":")] + URLEscaping.escape(password, .userPassword)
        }
    }

    struct ParseError: Error, CustomStringConvertible {
        let description: String
    }

    var scheme: [UInt8] = []
    /// What follows the scheme where no slash does: `mailto:…`.
    var opaque: [UInt8] = []
    var user: User?
    /// With the port.
    var host: [UInt8] = []
    var path: [UInt8] = []
    /// Without its question mark, not decoded.
    var query: [UInt8] = []
    var fragment: [UInt8] = []
    /// Whether a question mark ends it with nothing behind.
    private var hasEmptyQuery = false
    /// Whether the authority is left out: `file:/path`.
    private var leavesOutHost = false

    init() {}

    // MARK: - Reading

    init(_ text: [UInt8]) throws(ParseError) {
        let (head, fragment) = Self.cut(text, at: UInt8(ascii: "#"))
        guard !head.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Self.failure(head, "net/url: invalid control character in URL")
        }
        if head == Array("*".utf8) {
            path = head
        } else {
            try read(head)
        }
        self.fragment = try Self.unescape(fragment ?? [], .fragment, of: text)
    }

    private mutating func read(_ text: [UInt8]) throws(ParseError) {
        var rest = text
        if let end = try Self.schemeEnd(text) {
            scheme = text[..<end].map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
            rest = Array(text[(end + 1)...])
        }
        let question = UInt8(ascii: "?")
        if rest.last == question, rest.filter({ $0 == question }).count == 1 {
            hasEmptyQuery = true
            rest.removeLast()
        } else {
            let (before, query) = Self.cut(rest, at: question)
            (rest, self.query) = (before, query ?? [])
        }
        let slash = UInt8(ascii: "/")
        if rest.first != slash {
            if !scheme.isEmpty {
                opaque = rest
                return
            }
            guard !rest.prefix(while: { $0 != slash }).contains(UInt8(ascii: ":")) else {
                throw Self.failure(text, "first path segment in URL cannot contain colon")
            }
        }
        let hasAuthority = rest.starts(with: "//".utf8)
        if hasAuthority, !scheme.isEmpty || !rest.starts(with: "///".utf8) {
            let authority = rest.dropFirst(2).prefix { $0 != slash }
            rest = Array(rest[authority.endIndex...])
            try readAuthority(Array(authority), of: text)
        } else if !scheme.isEmpty, rest.first == slash {
            leavesOutHost = true
        }
        path = try Self.unescape(rest, .path, of: text)
    }

    /// Where the scheme's colon stands; nil without a scheme.
    private static func schemeEnd(_ text: [UInt8]) throws(ParseError) -> Int? {
        for (index, byte) in text.enumerated() {
            switch byte {
            case 0x41...0x5A, 0x61...0x7A: continue
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { return nil }
            case UInt8(ascii: ":"):
                guard index > 0 else { throw failure(text, "missing protocol scheme") }
                return index
            default: return nil
            }
        }
        return nil
    }

    private mutating func readAuthority(
        _ authority: [UInt8],
        of text: [UInt8]
    ) throws(ParseError) {
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else {
            host = try Self.readHost(authority, of: text)
            return
        }
        host = try Self.readHost(Array(authority[(at + 1)...]), of: text)
        let info = Array(authority[..<at])
        let allowed = Array("-._:~!$&'()*+,;=%@".utf8)
        guard info.allSatisfy({ URLEscaping.isAlphanumeric($0) || allowed.contains($0) }) else {
            throw Self.failure(text, "net/url: invalid userinfo")
        }
        let (name, password) = Self.cut(info, at: UInt8(ascii: ":"))
        user = User(
            name: try Self.unescape(name, .userPassword, of: text),
            password: nil
        )
        if let password { user?.password = try Self.unescape(password, .userPassword, of: text) }
    }

    private static func readHost(_ host: [UInt8], of text: [UInt8]) throws(ParseError) -> [UInt8] {
        var portStart: Int?
        if host.first == UInt8(ascii: "[") {
            guard let end = host.lastIndex(of: UInt8(ascii: "]")) else {
                throw failure(text, "missing ']' in host")
            }
            portStart = end + 1
        } else {
            portStart = host.lastIndex(of: UInt8(ascii: ":"))
        }
        if let portStart, !isPort(host[portStart...]) {
            let port = String(decoding: host[portStart...], as: UTF8.self)
            throw failure(text, "invalid port \"\(port)\" after host")
        }
        // A zone of an IPv6 address (RFC 6874) may hold more.
        if let portStart, host.first == UInt8(ascii: "["),
            let zone = TextShaping.find(Array("%25".utf8), in: Array(host[..<(portStart - 1)]))
        {
            return try unescape(Array(host[..<zone]), .host, of: text)
                + (try unescape(Array(host[zone..<(portStart - 1)]), .zone, of: text))
                + (try unescape(Array(host[(portStart - 1)...]), .host, of: text))
        }
        return try unescape(host, .host, of: text)
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        text.isEmpty
            || text.first == UInt8(ascii: ":") && text.dropFirst().allSatisfy { 0x30...0x39 ~= $0 }
    }

    private static func unescape(
        _ part: [UInt8],
        _ mode: URLEscaping,
        of text: [UInt8]
    ) throws(ParseError) -> [UInt8] {
        do {
            return try mode.unescape(part)
        } catch {
            throw failure(text, error.description)
        }
    }

    private static func cut(_ text: [UInt8], at mark: UInt8) -> ([UInt8], [UInt8]?) {
        guard let index = text.firstIndex(of: mark) else { return (text, nil) }
        return (Array(text[..<index]), Array(text[(index + 1)...]))
    }

    private static func failure(_ text: [UInt8], _ problem: String) -> ParseError {
        ParseError(description: "parse \"\(String(decoding: text, as: UTF8.self))\": \(problem)")
    }

    // MARK: - Writing

    /// The host without port and brackets.
    var hostname: [UInt8] {
        var name = host[...]
        if let colon = name.lastIndex(of: UInt8(ascii: ":")), Self.isPort(name[colon...]) {
            name = name[..<colon]
        }
        guard name.first == UInt8(ascii: "["), name.last == UInt8(ascii: "]") else {
            return Array(name)
        }
        return Array(name.dropFirst().dropLast())
    }

    var written: [UInt8] {
        var output: [UInt8] = []
        if !scheme.isEmpty { output += scheme + ":".utf8 }
        if !opaque.isEmpty {
            output += opaque
        } else {
            writeHierarchy(to: &output)
        }
        if hasEmptyQuery || !query.isEmpty { output += "?".utf8 + query }
        if !fragment.isEmpty { output += "#".utf8 + URLEscaping.escape(fragment, .fragment) }
        return output
    }

    private func writeHierarchy(to output: inout [UInt8]) {
        let isRelative = scheme.isEmpty && host.isEmpty && user == nil
        let leavesOut = leavesOutHost && host.isEmpty && user == nil
        if !isRelative && !leavesOut {
            if !host.isEmpty || !path.isEmpty || user != nil { output += "//".utf8 }
            if let user { output += user.written + "@".utf8 }
            output += URLEscaping.escape(host, .host)
        }
        let path = self.path == Array("*".utf8) ? self.path : URLEscaping.escape(self.path, .path)
        if let first = path.first, first != UInt8(ascii: "/"), !host.isEmpty { output += "/".utf8 }
        // A colon in the first segment would make a scheme of it (RFC 3986 §4.2).
        let segment = path.prefix { $0 != UInt8(ascii: "/") }
        if output.isEmpty && segment.contains(UInt8(ascii: ":")) { output += "./".utf8 }
        output += path
    }
}
