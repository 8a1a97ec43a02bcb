/// What came back, as the client read it; redirects were not followed.
package struct GitLabAnswer: Sendable {
    package let status: Int
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]
    /// Whether the body was longer than what was kept of it.
    package let isTruncated: Bool

    package init(
        status: Int,
        fields: [(name: String, value: String)],
        body: [UInt8],
        isTruncated: Bool = false
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isTruncated = isTruncated
    }

    /// The first field of that name without white space around it; names know no case.
    func field(_ name: String) -> String? {
        fields.first { ASCII.equal($0.name, name) }.map { ASCII.trimmed($0.value) }
    }
}
