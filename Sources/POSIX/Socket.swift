import CLinux
import Glibc

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

    /// From now on the kernel notes when bytes come to `socket`; for instruments.
    package static func stampArrivals(_ socket: Int32) throws(SystemError) {
        guard linux_stamp_arrivals(socket) == 0 else { throw SystemError("setsockopt") }
    }

    /// The same, and for how many nanoseconds the last of the bytes had lain there unread.
    ///
    /// Of a socket whose arrivals are stamped; 0 for any other.
    package static func receiveStamped(
        _ socket: Int32,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> (received: Received, unread: Int64) {
        var unread: Int64 = 0
        while true {
            let count = linux_receive_stamped(socket, buffer.baseAddress, buffer.count, &unread)
            if count > 0 { return (.bytes(Int(count)), unread) }
            if count == 0 { return (.ended, 0) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return (.wouldBlock, 0)
            default: return (.failed(SystemError("recvmsg")), 0)
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
    /// `timeoutSeconds` is for connecting, and for each read and write after that; `source`: the
    /// own address, where it matters.
    package static func connect(
        to address: SocketAddress,
        timeoutSeconds: Int,
        from source: SocketAddress? = nil
    ) throws(SystemError) -> OwnedDescriptor {
        let socket = try OwnedDescriptor("socket", linux_socket(address.family, false))
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let number = socket.number
        if let source {
            let result = source.withSocketAddress { Glibc.bind(number, $0, $1) }
            guard result == 0 else { throw SystemError("bind \(source)") }
        }
        let connected = address.withSocketAddress { Glibc.connect(number, $0, $1) }
        guard connected == 0 else { throw SystemError("connect \(address)") }
        if case .unix = address {} else { sendAtOnce(number) }
        return socket
    }
}
