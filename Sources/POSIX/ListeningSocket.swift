import CLinux
import Glibc

/// A socket that peers connect to.
package struct ListeningSocket: ~Copyable, Sendable {
    private let socket: OwnedDescriptor
    /// As bound: with the port the kernel chose, when 0 was asked for.
    package let address: SocketAddress

    /// Binds and listens; the kernel keeps up to `backlog` peers waiting, or `net.core.somaxconn`
    /// when that is less.
    ///
    /// A unix socket's file has the address's mode. One that is left of a process that is gone is
    /// replaced; one where somebody listens is not (EADDRINUSE), nor is any other file.
    package init(_ address: SocketAddress, backlog: Int32 = 4096) throws(SystemError) {
        let socket = try Self.bound(address)
        guard listen(socket.number, backlog) == 0 else { throw SystemError("listen \(address)") }
        self.address = address.withPort(Self.port(of: socket.number))
        self.socket = socket
    }

    /// Takes over a socket that somebody else has bound: descriptor `number`, inherited.
    ///
    /// - Throws: ENOTSOCK, or EINVAL when it does not listen or is of another family.
    package init(inherited number: Int32) throws(SystemError) {
        let address = try Self.address(ofInherited: number)
        guard linux_adopt(number) == 0 else { throw SystemError("descriptor \(number)") }
        let socket = try OwnedDescriptor("descriptor", number)
        Self.sendAtOnce(address, number)
        self.address = address
        self.socket = socket
    }

    /// Where an inherited socket listens; it stays whose it is.
    package static func address(
        ofInherited number: Int32
    ) throws(SystemError) -> SocketAddress {
        var family: Int32 = 0
        let kind = linux_socket_kind(number, &family)
        guard kind >= 0 else { throw SystemError("descriptor \(number)") }
        guard kind == 1, let address = SocketAddress(boundTo: number, family: family) else {
            throw SystemError("descriptor \(number): is no listening socket", code: EINVAL)
        }
        return address
    }

    private static func bound(_ address: SocketAddress) throws(SystemError) -> OwnedDescriptor {
        let socket = try OwnedDescriptor("socket", linux_socket(address.family, true))
        let number = socket.number
        var on: Int32 = 1
        switch address {
        case .ipv4:
            setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        case .ipv6:
            setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, 4)
            // [::] takes IPv4 too.
            var off: Int32 = 0
            setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, 4)
        case .unix(let path, let mode):
            removeStale(path, address)
            // Before it has a name, so that nobody finds it with a wider mode.
            fchmod(number, mode)
        }
        sendAtOnce(address, number)
        let result = address.withSocketAddress { Glibc.bind(number, $0, $1) }
        guard result == 0 else { throw SystemError("bind \(address)") }
        if case .unix(let path, let mode) = address { chmod(path, mode) }
        return socket
    }

    /// Whoever is accepted has it of the socket that listens, and costs no call of its own.
    private static func sendAtOnce(_ address: SocketAddress, _ number: Int32) {
        if case .unix = address { return }
        Socket.sendAtOnce(number)
    }

    /// Removes a socket's file when nobody listens there any more.
    private static func removeStale(_ path: String, _ address: SocketAddress) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        do {
            _ = try Socket.connect(to: address, timeoutSeconds: 1)
        } catch {
            if error.code == ECONNREFUSED { unlink(path) }
        }
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
        /// The same for peers that may be one: an IPv4 address, or the first half of one of IPv6.
        package let network: UInt64

        package consuming func take() -> OwnedDescriptor { socket }
    }

    /// The next peer; nil when none waits.
    ///
    /// - Throws: EMFILE and the like (`SystemError.isShortage`); peers that went away before are
    ///   passed over.
    package func accept() throws(SystemError) -> Arrival? {
        while true {
            var network: UInt64 = 0
            var words = ""
            let number = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { peer in
                guard let start = peer.baseAddress else { return Int32(-1) }
                let number = linux_accept(socket.number, start, &network)
                if number >= 0 { words = String(cString: start) }
                return number
            }
            if number < 0 {
                switch errno {
                case EAGAIN: return nil
                // What accept(2) passes on of a network's troubles concerns only this peer.
                case ECONNABORTED, EINTR, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET,
                    EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH:
                    continue
                default: throw SystemError("accept4")
                }
            }
            return Arrival(
                socket: try OwnedDescriptor("accept4", number),
                peer: words,
                network: network
            )
        }
    }
}
