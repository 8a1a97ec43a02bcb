/// One request as the client must send it, below the endpoint's address.
package struct GitLabRequest: Equatable, Sendable {
    /// Sent with every request, reads too: to a write of any other type a GitLab in maintenance
    /// answers 301, and a body without one is answered 415.
    package static let contentType = "application/json"

    package let method: String
    /// Below `/api/v4`, with the query, encoded: only ASCII that RFC 3986 allows there.
    package let path: String
    package let body: [UInt8]?
}
