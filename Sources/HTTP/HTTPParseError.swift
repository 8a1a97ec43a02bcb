/// Why a request cannot be read, and what to answer before closing.
package enum HTTPParseError: Error, Equatable {
    case malformedRequestLine
    case malformedTarget
    case unsupportedVersion
    case http2Preface
    case tlsToPlainPort
    case malformedField
    case missingHost
    case malformedHost
    case repeatedHost
    case malformedLength
    case conflictingLength
    case unsupportedTransferCoding
    case malformedChunk
    case unsupportedExpectation
    case headTooLarge(limit: Int)
    case targetTooLong(limit: Int)
    case bodyTooLarge(limit: Int)

    /// The status code that tells the client (RFC 9110 §15).
    package var status: Int {
        switch self {
        case .malformedRequestLine, .malformedTarget, .http2Preface, .tlsToPlainPort,
            .malformedField, .missingHost, .malformedHost, .repeatedHost, .malformedLength,
            .conflictingLength, .malformedChunk:
            400
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedExpectation: 417
        case .headTooLarge: 431
        case .unsupportedTransferCoding: 501
        case .unsupportedVersion: 505
        }
    }

    /// Whether the peer speaks another protocol: then nothing more of it is worth waiting for.
    package var isOtherProtocol: Bool { self == .tlsToPlainPort || self == .http2Preface }
}

extension HTTPParseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedRequestLine: "the request line is not \"METHOD target HTTP/1.1\""
        case .malformedTarget:
            "the path holds %00 or another control character, or . or .. as a segment"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .http2Preface: "this is HTTP/2; only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .tlsToPlainPort: "this is TLS; the port speaks plain HTTP: use http:// in the url"
        case .malformedField: "a header line is not \"name: value\""
        case .missingHost: "HTTP/1.1 demands a Host field"
        case .malformedHost: "the Host field is not a host with or without a port"
        case .repeatedHost: "more than one Host field"
        case .malformedLength: "Content-Length is no number, or two different ones"
        case .conflictingLength: "Content-Length and Transfer-Encoding are both present"
        case .unsupportedTransferCoding: "the only transfer coding understood is chunked"
        case .malformedChunk: "the chunked body is not framed as RFC 9112 §7.1 has it"
        case .unsupportedExpectation: "the only expectation understood is 100-continue"
        case .headTooLarge(let limit):
            "the head is larger than \(limit) bytes (limits.headBytes)"
        case .targetTooLong(let limit):
            "the target is longer than \(limit) bytes (limits.headBytes)"
        case .bodyTooLarge(let limit):
            "the body is larger than \(limit) bytes (limits.bodyBytes)"
        }
    }
}
