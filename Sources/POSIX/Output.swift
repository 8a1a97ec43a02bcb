import Glibc

/// Writing whole texts to a descriptor that may block: logs and command output.
package enum Output {
    package static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }

    package static func print(_ text: String) { write(Array((text + "\n").utf8), to: 1) }
    package static func complain(_ text: String) { write(Array((text + "\n").utf8), to: 2) }
}
