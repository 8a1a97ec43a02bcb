import Foundation
import POSIX
import Testing

@Suite("Sockets")
struct SocketTests {
    /// The next peer, waiting for it.
    private func arrival(_ listener: borrowing ListeningSocket) throws -> ListeningSocket.Arrival {
        var poller = try Poller()
        try poller.watch(listener.descriptor, token: 1, read: true, write: false)
        while true {
            if let arrival = try listener.accept() { return arrival }
            _ = try poller.wait(milliseconds: 10_000)
        }
    }

    private func receive(_ socket: Int32) throws -> String? {
        var poller = try Poller()
        try poller.watch(socket, token: 1, read: true, write: false)
        var buffer = [UInt8](repeating: 0, count: 100)
        while true {
            switch buffer.withUnsafeMutableBytes({ Socket.receive(socket, into: $0) }) {
            case .bytes(let count): return String(decoding: buffer[..<count], as: UTF8.self)
            case .wouldBlock: _ = try poller.wait(milliseconds: 10_000)
            case .ended: return nil
            case .failed(let error): throw error
            }
        }
    }

    private func send(_ text: String, _ socket: Int32) throws {
        guard
            case .bytes(text.utf8.count) = Array(text.utf8).withUnsafeBytes({
                Socket.send(socket, $0)
            })
        else { throw Unexpected("could not send \(text)") }
    }

    /// Talks over a connection both ways.
    private func talk(_ listener: borrowing ListeningSocket, peer: String) throws {
        #expect(try listener.accept()?.peer == nil, "nobody waits")
        let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
        let arrival = try arrival(listener)
        #expect(arrival.peer.hasPrefix(peer), "\(arrival.peer)")
        let server = arrival.take()
        try send("hello", client.number)
        #expect(try receive(server.number) == "hello")
        try send("you", server.number)
        Socket.endWriting(server.number)
        #expect(try receive(client.number) == "you")
        #expect(try receive(client.number) == nil)
        try send("still", client.number)
        #expect(try receive(server.number) == "still")
    }

    @Test("port 0 becomes the port that the kernel chose, and peers talk over it")
    func ipv4() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        #expect("\(listener.address)" != "127.0.0.1:0")
        try talk(listener, peer: "127.0.0.1:")
    }

    static let hasIPv6 = (try? ListeningSocket(SocketAddress("[::1]:0")).address) != nil

    @Test("the same over IPv6", .enabled(if: hasIPv6, "this machine has no IPv6"))
    func ipv6() throws {
        try talk(try ListeningSocket(SocketAddress("[::1]:0")), peer: "[::1]:")
    }

    @Test(
        "a listener on [::] takes IPv4 too, and says so in IPv4's words",
        .enabled(if: hasIPv6, "this machine has no IPv6")
    )
    func dualStack() throws {
        let listener = try ListeningSocket(SocketAddress("[::]:0"))
        let port = "\(listener.address)".split(separator: ":").last ?? ""
        let client = try Socket.connect(to: SocketAddress("127.0.0.1:\(port)"), timeoutSeconds: 10)
        #expect(try arrival(listener).peer.hasPrefix("127.0.0.1:"))
        _ = consume client
    }

    @Test("a unix socket is for its owner and group, and replaces one that was left behind")
    func unix() throws {
        let folder = try TemporaryFolder()
        let address = try SocketAddress("unix:\(folder.path)/s")
        for _ in 0..<2 {
            let listener = try ListeningSocket(address)
            #expect(try folder.mode("s") == 0o660)
            try talk(listener, peer: "unix")
        }
    }

    @Test("a unix socket may be given another mode")
    func unixMode() throws {
        let folder = try TemporaryFolder()
        let listener = try ListeningSocket(SocketAddress("unix:\(folder.path)/s?mode=0606"))
        #expect(try folder.mode("s") == 0o606)
        try talk(listener, peer: "unix")
    }

    @Test("peers of one IPv4 address are told to be one, others to be others")
    func networks() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let networks = try ["127.0.0.1", "127.0.0.2", "127.0.0.1"].map { source in
            let client = try Socket.connect(
                to: listener.address,
                timeoutSeconds: 10,
                from: SocketAddress("\(source):0")
            )
            let arrival = try arrival(listener)
            #expect(arrival.peer.hasPrefix("\(source):"))
            _ = consume client
            return arrival.network
        }
        #expect(networks[0] == networks[2])
        #expect(networks[0] != networks[1])
    }

    @Test("what is accepted sends at once, as its listener was told to")
    func sendsAtOnce() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
        let server = try arrival(listener).take()
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        #expect(getsockopt(server.number, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0)
        #expect(value == 1)
        _ = consume client
    }

    @Test("a stamp tells for how long bytes lay unread, of a socket that has stamps")
    func stamps() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
        let server = try arrival(listener).take()
        var buffer = [UInt8](repeating: 0, count: 100)
        func take() -> (received: Socket.Received, unread: Int64) {
            buffer.withUnsafeMutableBytes { Socket.receiveStamped(client.number, into: $0) }
        }
        try send("early", server.number)
        guard case (.bytes(5), 0) = take() else { throw Unexpected("not five bytes, unstamped") }
        try Socket.stampArrivals(client.number)
        // The kernel begins with it when it has a moment: what comes at once may have none yet.
        var isStamped = false
        for _ in 0..<10_000 where !isStamped {
            let before = Clock.monotonicNanoseconds()
            try send("late", server.number)
            let (received, unread) = take()
            let atMost = Clock.monotonicNanoseconds() - before
            guard case .bytes(4) = received else { throw Unexpected("\(received)") }
            #expect(unread <= atMost)
            isStamped = unread > 0
        }
        #expect(isStamped)
        Socket.endWriting(server.number)
        guard case (.ended, 0) = take() else { throw Unexpected("no end") }
    }

    @Test("a unix socket where somebody listens, or a file that is none, is left alone")
    func unixInUse() throws {
        let folder = try TemporaryFolder()
        let address = try SocketAddress("unix:\(folder.path)/s")
        let listener = try ListeningSocket(address)
        let error = #expect(throws: SystemError.self) { _ = try ListeningSocket(address) }
        #expect(error?.isAddressInUse == true)
        while let extra = try listener.accept() { _ = extra.take() }
        try talk(listener, peer: "unix")
        try Data("precious".utf8).write(to: URL(filePath: "\(folder.path)/file"))
        #expect(throws: SystemError.self) {
            _ = try ListeningSocket(SocketAddress("unix:\(folder.path)/file"))
        }
        #expect(
            FileManager.default.contents(atPath: "\(folder.path)/file") == Data("precious".utf8)
        )
    }

    @Test("a port in use is an error that names the address")
    func inUse() throws {
        let first = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let error = #expect(throws: SystemError.self) { _ = try ListeningSocket(first.address) }
        #expect(error?.isAddressInUse == true)
        #expect("\(try #require(error))".contains("\(first.address)"))
    }

    @Test("connecting where nobody listens is an error that names the address")
    func refused() throws {
        let address = try ListeningSocket(SocketAddress("127.0.0.1:0")).address
        let error = #expect(throws: SystemError.self) {
            _ = try Socket.connect(to: address, timeoutSeconds: 10)
        }
        #expect("\(try #require(error))".contains("connect \(address)"))
    }

    @Test("a connection that is cut fails at the peer, one that is closed ends")
    func cut() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        for isCut in [false, true] {
            let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
            let server = try arrival(listener).take()
            if isCut { Socket.cutOnClose(server.number) }
            try server.close()
            if isCut {
                #expect(throws: SystemError.self) { try receive(client.number) }
            } else {
                #expect(try receive(client.number) == nil)
            }
        }
    }

    @Test("writing to a peer that is gone is an error and no signal")
    func gone() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
        let server = try arrival(listener).take()
        Socket.cutOnClose(client.number)
        try client.close()
        #expect(throws: SystemError.self) { try receive(server.number) }
        guard
            case .failed = [UInt8](repeating: 0, count: 10).withUnsafeBytes({
                Socket.send(server.number, $0)
            })
        else { throw Unexpected("sent to nobody") }
    }
}
