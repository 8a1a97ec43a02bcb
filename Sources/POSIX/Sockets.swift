import CLinux
import Glibc

/// A socket that peers connect to.
package struct ListeningSocket: ~Copyable, Sendable {
    private let socket: OwnedDescriptor
    /// As bound: with the port the kernel chose, when 0 was asked for.
    package let address: SocketAddress

    /// Binds and listens; the kernel keeps up to `backlog` peers waiting.
    package init(_ address: SocketAddress, backlog: Int32 = 1024) throws(SystemError) {
        let family: Int32 =
            switch address {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .unix: AF_UNIX
            }
        let socket = try OwnedDescriptor("socket", linux_socket(family, true))
        var on: Int32 = 1
        if case .unix(let path) = address {
            unlink(path)
        } else {
            setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        }
        if family == AF_INET6 {
            // [::] takes IPv4 too.
            var off: Int32 = 0
            setsockopt(socket.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
        }
        let number = socket.number
        let bound = address.withSocketAddress { Glibc.bind(number, $0, $1) }
        guard bound == 0 else { throw SystemError("bind \(address)") }
        if case .unix(let path) = address { chmod(path, 0o660) }
        guard listen(socket.number, backlog) == 0 else { throw SystemError("listen \(address)") }
        self.address = address.withPort(Self.port(of: socket.number))
        self.socket = socket
    }

    package var descriptor: Int32 { socket.number }

    private static func port(of socket: Int32) -> UInt16 {
        var storage = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length)
            }
        }
        // sin_port and sin6_port lie at the same place.
        return UInt16(bigEndian: storage.sin6_port)
    }

    /// What came: a socket that does not block, and the peer in words.
    package struct Arrival: ~Copyable {
        package let socket: OwnedDescriptor
        package let peer: String

        package consuming func take() -> OwnedDescriptor { socket }
    }

    /// The next peer; nil when none waits.
    ///
    /// - Throws: EMFILE and the like; peers that went away before are passed over.
    package func accept() throws(SystemError) -> Arrival? {
        while true {
            var peer = [CChar](repeating: 0, count: 64)
            let number = linux_accept(socket.number, &peer)
            if number < 0 {
                switch errno {
                case EAGAIN: return nil
                case ECONNABORTED, EINTR, EPROTO: continue
                default: throw SystemError("accept4")
                }
            }
            if case .unix = address {} else { Socket.sendAtOnce(number) }
            let end = peer.firstIndex(of: 0) ?? peer.count
            let words = String(decoding: peer[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return Arrival(socket: try OwnedDescriptor("accept4", number), peer: words)
        }
    }
}

/// Bytes in and out of a connected socket that does not block.
package enum Socket {
    package enum Received { case bytes(Int), wouldBlock, ended, failed(SystemError) }
    package enum Sent { case bytes(Int), wouldBlock, failed(SystemError) }

    package static func receive(
        _ socket: Int32,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Received {
        while true {
            let count = recv(socket, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(SystemError("recv"))
            }
        }
    }

    package static func send(_ socket: Int32, _ bytes: UnsafeRawBufferPointer) -> Sent {
        while true {
            let count = Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(SystemError("send"))
            }
        }
    }

    /// Tells the peer that nothing more comes, and goes on reading.
    package static func endWriting(_ socket: Int32) { _ = shutdown(socket, Int32(SHUT_WR)) }

    /// TCP_NODELAY: an answer is one write, and must not wait for an acknowledgement.
    static func sendAtOnce(_ socket: Int32) {
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }

    /// Makes close(2) cut the connection (RST) instead of ending it.
    package static func cutOnClose(_ socket: Int32) {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_LINGER,
            &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size)
        )
    }

    /// Connects and blocks; for commands and tests, never for a loop.
    ///
    /// `timeoutSeconds` is for connecting, and for each read and write after that.
    package static func connect(
        to address: SocketAddress,
        timeoutSeconds: Int
    ) throws(SystemError) -> OwnedDescriptor {
        let family: Int32 =
            switch address {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .unix: AF_UNIX
            }
        let socket = try OwnedDescriptor("socket", linux_socket(family, false))
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let number = socket.number
        let connected = address.withSocketAddress { Glibc.connect(number, $0, $1) }
        guard connected == 0 else { throw SystemError("connect \(address)") }
        if case .unix = address {} else { sendAtOnce(number) }
        return socket
    }
}

extension SocketAddress {
    func withPort(_ port: UInt16) -> SocketAddress {
        switch self {
        case .ipv4(let number, _): .ipv4(number, port: port)
        case .ipv6(let bytes, _): .ipv6(bytes, port: port)
        case .unix: self
        }
    }

    /// The kernel's form of the address, for the time of `body`.
    func withSocketAddress<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        switch self {
        case .ipv4(let number, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = number.bigEndian
            return Self.pass(&address, body)
        case .ipv6(let bytes, let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            return Self.pass(&address, body)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) {
                $0.copyBytes(from: path.utf8.prefix(107))
            }
            return Self.pass(&address, body)
        }
    }

    private static func pass<Form, Value>(
        _ address: inout Form,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Form>.size))
            }
        }
    }
}
