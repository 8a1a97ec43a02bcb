import Glibc

extension SocketAddress {
    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Where an inherited socket is bound (getsockname); nil for other families.
    init?(boundTo socket: Int32, family: Int32) {
        switch family {
        case AF_INET:
            guard let address = Self.name(of: socket, sockaddr_in()) else { return nil }
            self = .ipv4(
                UInt32(bigEndian: address.sin_addr.s_addr),
                port: UInt16(bigEndian: address.sin_port)
            )
        case AF_INET6:
            guard let address = Self.name(of: socket, sockaddr_in6()) else { return nil }
            self = .ipv6(
                withUnsafeBytes(of: address.sin6_addr) { Array($0) },
                port: UInt16(bigEndian: address.sin6_port)
            )
        case AF_UNIX:
            guard let address = Self.name(of: socket, sockaddr_un()) else { return nil }
            let path = withUnsafeBytes(of: address.sun_path) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Its file and the mode of it are whoever's who bound it.
            self = .unix(path: path, mode: Self.usualMode)
        default: return nil
        }
    }

    private static func name<Form>(of socket: Int32, _ empty: Form) -> Form? {
        var address = empty
        var length = socklen_t(MemoryLayout<Form>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(socket, $0, &length)
            }
        }
        return result == 0 ? address : nil
    }

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
        case .unix(let path, _):
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
