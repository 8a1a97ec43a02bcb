/// A secret: prints as stars, whatever route it takes.
package struct Credential: Sendable, Equatable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The secrets of a file: one a line, two while they are rotated; empty lines do not count.
    package static func lines(of file: [UInt8]) -> [Credential] {
        file.split { $0 == 0x0A || $0 == 0x0D }.map { Credential(Array($0)) }
    }

    /// Whether it holds no control character, so that it can stand in a field's line.
    package var isPlain: Bool { bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }

    package var isEmpty: Bool { bytes.isEmpty }

    /// Whether `presented` is this secret; takes as long for a wrong one as for the right one.
    package func matches(_ presented: [UInt8]) -> Bool { ConstantTime.equal(bytes, presented) }

    /// The one way to the bytes; what `body` makes of them must not be kept or shown.
    package func withSecret<Value>(_ body: ([UInt8]) throws -> Value) rethrows -> Value {
        try body(bytes)
    }

    package static func == (a: Credential, b: Credential) -> Bool {
        ConstantTime.equal(a.bytes, b.bytes)
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Comparison that tells by its time nothing but the lengths.
package enum ConstantTime {
    package static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        var difference: UInt8 = a.count == b.count ? 0 : 1
        for index in 0..<b.count {
            difference |= b[index] ^ (a.isEmpty ? 0 : a[index % a.count])
        }
        return difference == 0
    }
}
