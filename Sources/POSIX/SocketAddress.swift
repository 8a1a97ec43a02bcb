/// Where to listen or connect: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `unix:/path`,
/// `unix:/path?mode=0666`.
package enum SocketAddress: Equatable, Sendable, CustomStringConvertible {
    case ipv4(UInt32, port: UInt16)
    /// Sixteen bytes in network order.
    case ipv6([UInt8], port: UInt16)
    /// `mode`: of the socket's file, for who listens; who connects needs to be let write to it.
    case unix(path: String, mode: UInt32)

    /// Owner and group may connect.
    package static let usualMode: UInt32 = 0o660

    package struct Mistake: Error, Equatable {
        package var problem: String
        package var hint: String
    }

    /// - Throws: `Mistake` saying what is wrong and what to write.
    package init(_ text: String) throws(Mistake) {
        if text.hasPrefix("unix:") {
            self = try Self.unix(text)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = Self.decimal(text[text.index(after: colon)...], UInt16.self)
        else {
            throw Mistake(
                problem: "\"\(text)\" has no port of 0 to 65535",
                hint: "write host:port, for instance 127.0.0.1:8080"
            )
        }
        let host = String(text[..<colon])
        if host == "localhost" {
            self = .ipv4(0x7F00_0001, port: port)
        } else if host.isEmpty || host == "*" {
            self = .ipv6([UInt8](repeating: 0, count: 16), port: port)
        } else if host.hasPrefix("["), host.hasSuffix("]"),
            let bytes = Self.ipv6(String(host.dropFirst().dropLast()))
        {
            self = .ipv6(bytes, port: port)
        } else if let number = Self.ipv4(host) {
            self = .ipv4(number, port: port)
        } else {
            throw Mistake(
                problem: "\"\(host)\" is no address; names are not looked up",
                hint: "write an address such as 127.0.0.1, 0.0.0.0, [::1], or localhost"
            )
        }
    }

    /// Whether only this machine can reach it; a unix socket counts as such.
    package var isLoopback: Bool {
        switch self {
        case .ipv4(let number, _): number >> 24 == 127
        case .ipv6(let bytes, _): bytes == [UInt8](repeating: 0, count: 15) + [1]
        case .unix: true
        }
    }

    /// Whether the kernel is to choose a port that is free.
    package var isAnyPort: Bool {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port): port == 0
        case .unix: false
        }
    }

    package var description: String {
        switch self {
        case .ipv4(let number, let port):
            "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255):\(port)"
        case .ipv6(let bytes, let port):
            "[\(Self.shown(bytes))]:\(port)"
        case .unix(let path, Self.usualMode):
            "unix:\(path)"
        case .unix(let path, let mode):
            "unix:\(path)?mode=0\(String(mode, radix: 8))"
        }
    }

    private static func unix(_ text: String) throws(Mistake) -> SocketAddress {
        let halves = text.dropFirst(5).split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let path = String(halves[0])
        guard path.hasPrefix("/"), path.utf8.count < 108 else {
            throw Mistake(
                problem: "\"\(text)\": the path of a socket is absolute and below 108 bytes",
                hint: "write unix:/run/deployment-relay.sock"
            )
        }
        guard halves.count > 1 else { return .unix(path: path, mode: usualMode) }
        guard halves[1].hasPrefix("mode="), (3...4).contains(halves[1].utf8.count - 5),
            halves[1].utf8.dropFirst(5).allSatisfy({ (0x30...0x37).contains($0) }),
            let mode = UInt32(halves[1].dropFirst(5), radix: 8), mode <= 0o777
        else {
            throw Mistake(
                problem: "\"\(text)\": behind a socket's path stands its mode or nothing",
                hint: "write unix:\(path)?mode=0660, three octal digits from 000 to 777"
            )
        }
        return .unix(path: path, mode: mode)
    }

    /// Digits and nothing else; no leading zeros, which some read as octal.
    private static func decimal<Number: FixedWidthInteger>(
        _ text: Substring,
        _ type: Number.Type
    ) -> Number? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.first != 0x30 || text.utf8.count == 1
        else { return nil }
        return Number(text)
    }

    private static func ipv4(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { decimal($0, UInt8.self) }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// RFC 4291 §2.2, without the dotted form.
    private static func ipv6(_ text: String) -> [UInt8]? {
        let text = text.lowercased()
        var halves: [[UInt16]] = []
        var rest = text[...]
        let gap = text.range(of: "::")
        if let gap {
            halves.append(contentsOf: [groups(text[..<gap.lowerBound])].compactMap { $0 })
            rest = text[gap.upperBound...]
        }
        guard let last = groups(rest) else { return nil }
        halves.append(last)
        guard halves.count == (gap == nil ? 1 : 2) else { return nil }
        let known = halves.reduce(0) { $0 + $1.count }
        guard gap == nil ? known == 8 : known < 8 else { return nil }
        let zeros = [UInt16](repeating: 0, count: 8 - known)
        let all = gap == nil ? halves[0] : halves[0] + zeros + halves[1]
        return all.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let groups = parts.compactMap { part in
            let isHex = part.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            }
            return isHex && part.utf8.count <= 4 ? UInt16(part, radix: 16) : nil
        }
        return groups.count == parts.count ? groups : nil
    }

    /// As RFC 5952 §4 writes it: lower case, the longest run of zero groups as `::`.
    private static func shown(_ bytes: [UInt8]) -> String {
        let groups = stride(from: 0, to: 16, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
        var gap = 0..<0
        for start in groups.indices {
            let run = groups[start...].prefix { $0 == 0 }
            if run.count > max(gap.count, 1) { gap = run.indices }
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        return gap.isEmpty
            ? text(groups[...])
            : text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) {
                return start..<index(start, offsetBy: part.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
