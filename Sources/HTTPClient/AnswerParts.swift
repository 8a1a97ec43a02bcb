/// The lines of an answer's head as libcurl hands them over.
struct AnswerHead {
    private var bytes: [UInt8] = []
    /// Whether the empty line behind it came; libcurl takes less for an answer too.
    private(set) var isOver = false

    /// More of a head is passed over, in bytes.
    private static let limit = 65_536

    /// Takes one line; a status line behind a finished head begins the next one (after 100), and
    /// fields behind it are trailers, which mean nothing here.
    mutating func take(_ line: UnsafeRawBufferPointer) {
        if bytes.isEmpty || isOver {
            guard line.starts(with: "HTTP/".utf8) else { return }
            bytes = []
            isOver = false
        }
        isOver = line.first == 0x0D || line.first == 0x0A
        if bytes.count + line.count <= Self.limit { bytes.append(contentsOf: line) }
    }

    var fields: [(name: String, value: String)] {
        bytes.withUnsafeBytes { bytes in
            var fields: [(name: String, value: String)] = []
            // Behind the status line.
            var rest = bytes[...].drop { $0 != 0x0A }.dropFirst()
            while !rest.isEmpty {
                let line = rest.prefix { $0 != 0x0A }
                rest = rest[line.endIndex...].dropFirst()
                guard let colon = line.firstIndex(of: 0x3A) else { continue }
                fields.append((Self.text(line[..<colon]), Self.text(line[(colon + 1)...])))
            }
            return fields
        }
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes), as: UTF8.self)
    }
}

/// The first `limit` bytes of an answer's body; the rest passes.
struct AnswerBody {
    private(set) var bytes: [UInt8] = []
    private(set) var isTruncated = false
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func take(_ piece: UnsafeRawBufferPointer) {
        let room = max(0, limit - bytes.count)
        bytes.append(contentsOf: piece.prefix(room))
        if piece.count > room { isTruncated = true }
    }
}
