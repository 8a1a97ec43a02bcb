package import Formats

/// One request that came, and what became of it.
package struct SandboxExchange: Sendable {
    /// Counts from 1 since the last reset.
    package let number: Int
    package let receivedAt: Timestamp
    package let method: String
    /// As sent, not percent-decoded.
    package let path: String
    package let query: String
    /// The token as it was presented; the stand-in knows no secrets.
    package let token: String?
    package let body: [UInt8]
    /// The label of the fault that struck it.
    package let fault: String?
    /// Whether the rules have seen it: a fault may keep it from them, or let it through late.
    package internal(set) var isProcessed = false
    /// What was answered, or was to be when the connection was cut; nil: nothing yet, or never.
    package internal(set) var status: Int?
    /// When `status` was decided.
    package internal(set) var answeredAt: Timestamp?
}
