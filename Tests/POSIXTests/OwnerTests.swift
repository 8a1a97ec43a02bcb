import POSIX
import Testing

@Suite("Owners")
struct OwnerTests {
    @Test("a descriptor is open while its owner lives and closed once after that")
    func closes() throws {
        // The peer of a pipe-like pair tells when the other end is closed; numbers are reused.
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        for isExplicit in [false, true] {
            let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
            do {
                var poller = try Poller()
                try poller.watch(listener.descriptor, token: 0, read: true, write: false)
                _ = try poller.wait(milliseconds: -1)
                guard let arrival = try listener.accept() else { throw Unexpected("nobody came") }
                let server = arrival.take()
                guard case .wouldBlock = receive(server.number) else {
                    throw Unexpected("something came from nowhere")
                }
                if isExplicit { try server.close() }
            }
            guard case .ended = receive(client.number) else {
                throw Unexpected("the other end is still open")
            }
        }
    }

    private func receive(_ socket: Int32) -> Socket.Received {
        var buffer = [UInt8](repeating: 0, count: 10)
        return buffer.withUnsafeMutableBytes { Socket.receive(socket, into: $0) }
    }

    @Test("a call that failed has no descriptor, and the error names it and its reason")
    func failed() {
        let error = #expect(throws: SystemError.self) { _ = try OwnedDescriptor("socket", -1) }
        #expect(error?.call == "socket")
        #expect(SystemError("open", code: 2).description == "open: No such file or directory")
        #expect(SystemError("accept4", code: 24).isShortage)
        #expect(!SystemError("accept4", code: 11).isShortage)
    }

    @Test("a thread runs its body once, under its name, and join waits for it")
    func thread() throws {
        let names = try Mailbox<String>(capacity: 2)
        let thread = try LoopThread(named: "ingress") {
            if case .success(let bytes) = FileSystem.read("/proc/thread-self/comm") {
                _ = names.put(String(decoding: bytes, as: UTF8.self))
            }
        }
        thread.join()
        #expect(names.takeAll() == ["ingress\n"])
    }
}
