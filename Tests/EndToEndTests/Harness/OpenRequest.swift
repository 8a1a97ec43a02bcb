import Foundation
import POSIX

/// A connection on which a request is sent piece by piece.
final class OpenRequest {
    private let socket: OwnedDescriptor

    init(_ peer: HTTPPeer) throws {
        socket = try Socket.connect(to: peer.address, timeoutSeconds: 60)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes {
                Socket.send(socket.number, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            guard case .bytes(let count) = result else { return }
            sent += count
        }
    }

    /// Reads until `condition` holds of all that came, until the relay has closed, or for a minute.
    func read(until condition: (String) -> Bool = { _ in false }) -> String {
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let deadline = Clock.monotonic() + 60_000
        while true {
            let text = String(decoding: seen, as: UTF8.self)
            if condition(text) || Clock.monotonic() > deadline { return text }
            let got = buffer.withUnsafeMutableBytes { Socket.receive(socket.number, into: $0) }
            guard case .bytes(let count) = got else { return text }
            seen += buffer[..<count]
        }
    }
}
