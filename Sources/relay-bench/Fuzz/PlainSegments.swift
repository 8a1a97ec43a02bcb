/// The segments of a log as they were written, and what of them is still whole in damaged ones.
///
/// Knows the format (`Sources/Storage/README.md`) as far as lengths go and no checksums: a record
/// is whole when its very bytes are there, behind a copy of the header it was written under.
struct PlainSegments {
    struct Found: Equatable, CustomStringConvertible {
        var kind: UInt8
        var bytes: [UInt8]

        var description: String { "\(kind):\(bytes.map { String($0, radix: 16) }.joined())" }
    }

    private static let headerCopy = 16
    private static let header = 32
    private static let frame = 8

    /// All records and the log's own, by the header's copy that they stand behind.
    private var frames: [[UInt8]: Set<[UInt8]>] = [:]

    /// `files` are whole.
    init(of files: [String: [UInt8]]) {
        for bytes in files.values where bytes.count >= Self.header {
            var at = Self.header
            var found: Set<[UInt8]> = []
            while let frame = Self.frame(at: at, in: bytes) {
                found.insert(frame)
                at += frame.count
            }
            frames[Array(bytes[..<Self.headerCopy]), default: []].formUnion(found)
        }
    }

    /// What is still to be found in `files`, in the order of their names.
    func records(in files: [String: [UInt8]]) -> [Found] {
        files.keys.sorted().flatMap { records(in: files[$0] ?? []) }
    }

    private func records(in bytes: [UInt8]) -> [Found] {
        guard bytes.count >= Self.header else { return [] }
        let copies = [0, Self.headerCopy].map { Array(bytes[$0..<$0 + Self.headerCopy]) }
        guard let known = copies.lazy.compactMap({ frames[$0] }).first else { return [] }
        var found: [Found] = []
        var at = Self.header
        while at < bytes.count {
            guard let frame = Self.frame(at: at, in: bytes), known.contains(frame) else {
                at += 1
                continue
            }
            // 254 and 255 are the log's own.
            if frame[9] < 254 { found.append(Found(kind: frame[9], bytes: Array(frame[10...]))) }
            at += frame.count
        }
        return found
    }

    private static func frame(at start: Int, in bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count - start >= frame + 2 else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
        guard length >= 2, length <= bytes.count - start - frame else { return nil }
        return Array(bytes[start..<start + frame + length])
    }
}
