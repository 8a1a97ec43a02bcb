import Formats
package import HTTP

/// A request as the stand-in sees it, however it came.
package struct SandboxRequest: Sendable {
    package let method: String
    /// Path and query as sent, not percent-decoded.
    package let target: String
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]

    package init(
        _ method: String,
        _ target: String,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
    }

    package init(_ head: HTTPRequestHead, body: [UInt8]) {
        self.init(
            head.method,
            head.path + (head.query.map { "?" + $0 } ?? ""),
            fields: head.fields.list,
            body: body
        )
    }

    /// The first field of this name.
    func field(_ name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }

    /// Not percent-decoded.
    var path: String { String(target.prefix { $0 != "?" }) }

    /// Without the question mark; empty without a query.
    var query: String {
        target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) } ?? ""
    }

    /// `application/json` of `application/json; charset=utf-8`; nil without a type.
    var mediaType: String? {
        field("Content-Type").map { type in
            type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        }
    }

    var host: String { field("Host") ?? "gitlab.example.com" }

    var isWrite: Bool { ["POST", "PUT", "PATCH", "DELETE"].contains(method) }
}
