import Formats

/// What a request says before its body.
package struct HTTPRequestHead: Sendable {
    package let method: String
    /// As sent, not percent-decoded.
    package let target: String
    /// The raw path: an absolute form's authority and the query are left out.
    package let path: String
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    package let minorVersion: Int
    package let fields: HTTPFields
    /// nil without a Content-Length.
    package let contentLength: Int?
    package let isChunked: Bool

    /// Whether a body of at least one byte may follow.
    package var announcesBody: Bool { isChunked || (contentLength ?? 0) > 0 }

    /// Neither a length nor chunks: where a body is needed, that is 411 (RFC 9110 §15.5.12).
    package var lacksLength: Bool { !isChunked && contentLength == nil }

    /// The client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    package var wantsContinue: Bool {
        minorVersion == 1 && announcesBody && fields.tokens("Expect").contains("100-continue")
    }

    /// Whether the connection may carry another request (RFC 9112 §9.3).
    ///
    /// Never with HTTP/1.0: `keep-alive` there needs an answer that repeats it, and a proxy in
    /// between may not know it (RFC 9112 appendix C.2.2).
    package var keepsAlive: Bool {
        minorVersion == 1 && !fields.tokens("Connection").contains("close")
    }

    static func path(of target: String) -> String {
        let rest = Self.authority(of: target).map { target[$0.endIndex...] } ?? target[...]
        guard let end = rest.utf8.firstIndex(of: 0x3F) else {
            return rest.isEmpty ? "/" : String(rest)
        }
        return end == rest.startIndex ? "/" : String(rest[..<end])
    }

    /// The authority of a target in the absolute form; nil in every other.
    package var authority: String? { Self.authority(of: target).map { String($0) } }

    /// What stands between `http://` and the path, when the target has the absolute form
    /// (RFC 9112 §3.2.2).
    static func authority(of target: String) -> Substring? {
        // The origin form, which is the usual one.
        guard target.utf8.first != 0x2F else { return nil }
        for scheme in ["http://", "https://"] where target.count >= scheme.count {
            guard target.prefix(scheme.count).lowercased() == scheme else { continue }
            return target.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        }
        return nil
    }

    package var query: String? {
        target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) }
    }

    /// The path's segments, each percent-decoded; one that cannot be is left as it came.
    package var segments: [String] {
        path.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false).map {
            let bytes = $0.contains(0x25) ? PercentEncoding.decode($0) : nil
            return bytes.map { String(decoding: $0, as: UTF8.self) } ?? String(Substring($0))
        }
    }

    /// The query's names and values, decoded; `+` is a blank.
    package func queryItems() -> [(name: String, value: String)] {
        (query ?? "").split(separator: "&").map { item in
            let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(halves[0]), halves.count > 1 ? Self.decoded(halves[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.utf8.map { $0 == 0x2B ? 0x20 : $0 }
        return PercentEncoding.decode(spaced).map { String(decoding: $0, as: UTF8.self) }
            ?? String(text)
    }
}
