import Formats
import HTTP

/// A request on its way through the rules.
struct APICall {
    let request: SandboxRequest
    let parameters: Parameters
    let now: Timestamp
    /// What a fault makes the rules believe.
    let pretences: Set<SandboxPretence>
    /// nil: nobody, on a route that is open.
    var caller: SandboxToken?

    /// What stands before the path in absolute addresses.
    var origin: String { "http://\(request.host)" }
}
