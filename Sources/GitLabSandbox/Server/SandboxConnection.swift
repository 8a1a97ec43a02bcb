import HTTP
import POSIX

/// One peer of the stand-in; lives on its thread.
///
/// A class because a table cannot hold a noncopyable descriptor.
final class SandboxConnection {
    let id: UInt64
    let socket: OwnedDescriptor
    var parser: HTTPRequestParser
    /// The request whose body is being read.
    var head: HTTPRequestHead?
    /// A request has no answer yet; the next one waits, for answers keep the order of requests.
    var isBusy = false
    /// No answer will ever come.
    var isHanging = false
    /// Bytes to send, from `sent` on.
    var output: [UInt8] = []
    var sent = 0
    /// What a slow answer has still to send.
    var trickle: ArraySlice<UInt8> = []
    /// The connection ends with what is in `output`.
    var closesAfterOutput = false
    var isPeerDone = false
    /// What the poller was told last.
    var watches = (read: true, write: false)

    init(id: UInt64, socket: consuming OwnedDescriptor) {
        self.id = id
        self.socket = socket
        parser = HTTPRequestParser(limits: HTTPLimits())
    }

    var hasOutput: Bool { sent < output.count }
}
