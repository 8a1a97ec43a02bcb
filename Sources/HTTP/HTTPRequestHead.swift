import Formats

/// What a request says before its body.
package struct HTTPRequestHead: Sendable {
    package let method: String
    /// As sent, not percent-decoded.
    package let target: String
    /// 0 or 1: HTTP/1.0 or HTTP/1.1.
    package let minorVersion: Int
    package let fields: HTTPFields
    /// nil without a Content-Length.
    package let contentLength: Int?
    package let isChunked: Bool

    /// The client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    package var wantsContinue: Bool {
        minorVersion == 1 && fields.tokens("Expect").contains("100-continue")
    }

    /// Whether the connection may carry another request (RFC 9112 §9.3).
    package var keepsAlive: Bool {
        let options = fields.tokens("Connection")
        if options.contains("close") { return false }
        return minorVersion == 1 || options.contains("keep-alive")
    }

    /// The raw path: an absolute form's authority and the query are left out.
    package var path: String {
        var rest = target[...]
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            rest = rest[(rest.firstIndex(of: "/") ?? rest.endIndex)...]
            if rest.isEmpty { rest = "/" }
        }
        return String(rest.prefix { $0 != "?" })
    }

    package var query: String? {
        target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) }
    }

    /// The path's segments, each percent-decoded; one that cannot be is left as it came.
    package var segments: [String] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { segment in
            PercentEncoding.decode(segment.utf8).map { String(decoding: $0, as: UTF8.self) }
                ?? String(segment)
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

/// RFC 7240.
package enum PreferHeader {
    /// Seconds of `Prefer: wait=N`; nil without one that is a number.
    package static func waitSeconds(_ fields: HTTPFields) -> Int? {
        for value in fields.all("Prefer") {
            for preference in value.split(whereSeparator: { $0 == "," || $0 == ";" }) {
                let halves = preference.split(separator: "=", maxSplits: 1)
                    .map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
                if halves.count == 2, halves[0].lowercased() == "wait" { return Int(halves[1]) }
            }
        }
        return nil
    }
}
