/// What to ask, and how long to wait for it.
package struct HTTPClientRequest: Sendable {
    package var id: UInt64
    package var method: String
    package var url: String
    /// Values as bytes: a credential is one of them, and is shown nowhere.
    package var fields: [(name: String, value: [UInt8])]
    package var body: [UInt8]?
    /// From the start to the last byte of the answer; 1 at least.
    package var timeoutMilliseconds: Int
    /// More bytes of an answer's body are read and thrown away.
    package var answerLimit: Int
    /// PEM file of the authorities to trust instead of the system's.
    package var caFile: String?
    /// The socket's file to connect to instead of the URL's host.
    package var unixSocket: String?

    package init(
        id: UInt64,
        method: String,
        url: String,
        fields: [(name: String, value: [UInt8])] = [],
        body: [UInt8]? = nil,
        timeoutMilliseconds: Int = 30_000,
        answerLimit: Int = 4 << 20,
        caFile: String? = nil,
        unixSocket: String? = nil
    ) {
        self.id = id
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
        self.answerLimit = answerLimit
        self.caFile = caFile
        self.unixSocket = unixSocket
    }
}

/// A whole answer, whatever its status.
package struct HTTPClientAnswer: Sendable {
    package var status: Int
    /// Of the last head, in order; interim answers (100) are left out.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// Whether the body was longer than `answerLimit`.
    package var isTruncated: Bool
    /// From the start to the last byte.
    package var milliseconds: Int
}

/// Why there is no whole answer.
package struct HTTPClientFailure: Error, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// No byte of the request can have reached the peer: the connection never stood.
        case notSent
        /// The peer may have acted on it.
        case uncertain
    }

    package var kind: Kind
    /// CURLcode of libcurl.
    package var code: Int32
    /// What libcurl says, with the peer's address where there was one; never a field's value.
    package var message: String
    package var milliseconds: Int

    package var description: String { message }
}
