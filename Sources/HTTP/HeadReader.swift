/// Reads one whole head: request line, fields, framing (RFC 9112 §3, §5, §6).
struct HeadReader {
    private let bytes: [UInt8]
    private var at = 0

    /// - Parameter bytes: Up to and with the empty line.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    consuming func head() throws(HTTPParseError) -> HTTPRequestHead {
        let (method, target, minor) = try requestLine()
        let fields = try fields()
        try checkHost(fields, minor)
        let (length, isChunked) = try framing(fields, minor)
        let expectations = fields.tokens("Expect")
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw .unsupportedExpectation
        }
        return HTTPRequestHead(
            method: method,
            target: target,
            minorVersion: minor,
            fields: fields,
            contentLength: length,
            isChunked: isChunked
        )
    }

    /// The next line without its CRLF; bare CR and bare LF are refused, for others read them
    /// otherwise (RFC 9112 §2.2).
    private mutating func line(_ error: HTTPParseError) throws(HTTPParseError) -> Range<Int> {
        guard let end = bytes[at...].firstIndex(of: 0x0A), end > at, bytes[end - 1] == 0x0D else {
            throw error
        }
        let line = at..<end - 1
        at = end + 1
        for index in line where bytes[index] == 0x0D { throw error }
        return line
    }

    private mutating func requestLine() throws(HTTPParseError) -> (String, String, Int) {
        let line = try line(.malformedRequestLine)
        let parts = bytes[line].split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(Self.isToken),
            !parts[1].isEmpty, parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .malformedRequestLine }
        let version = Array(parts[2])
        guard version.count == 8, version[..<5].elementsEqual("HTTP/".utf8), version[6] == 0x2E,
            (0x30...0x39).contains(version[5]), (0x30...0x39).contains(version[7])
        else { throw .malformedRequestLine }
        guard version[5] == 0x31 else { throw .unsupportedVersion }
        let target = String(decoding: parts[1], as: UTF8.self)
        let method = String(decoding: parts[0], as: UTF8.self)
        // RFC 9112 §3.2: origin form, absolute form, or `*` of OPTIONS.
        let isAbsolute =
            target.lowercased().hasPrefix("http://")
            || target.lowercased().hasPrefix("https://")
        guard target.hasPrefix("/") || isAbsolute || target == "*" && method == "OPTIONS" else {
            throw .malformedRequestLine
        }
        return (method, target, version[7] == 0x30 ? 0 : 1)
    }

    private mutating func fields() throws(HTTPParseError) -> HTTPFields {
        var lines: [HTTPFields.Line] = []
        while true {
            let line = try line(.malformedField)
            if line.isEmpty { return HTTPFields(bytes: bytes, lines: lines) }
            // A blank before the colon, or a folded line, is read differently elsewhere (§5.1, §5.2).
            guard let colon = bytes[line].firstIndex(of: 0x3A), colon > line.lowerBound,
                bytes[line.lowerBound..<colon].allSatisfy(Self.isToken)
            else { throw .malformedField }
            var value = colon + 1..<line.upperBound
            while let first = value.first, Self.isBlank(bytes[first]) {
                value = value.lowerBound + 1..<value.upperBound
            }
            while let last = value.last, Self.isBlank(bytes[last]) {
                value = value.lowerBound..<value.upperBound - 1
            }
            let isClean = bytes[value].allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
            guard isClean else { throw .malformedField }
            lines.append(HTTPFields.Line(name: line.lowerBound..<colon, value: value))
        }
    }

    private func checkHost(_ fields: HTTPFields, _ minor: Int) throws(HTTPParseError) {
        let hosts = fields.all("Host")
        guard hosts.count <= 1 else { throw .repeatedHost }
        guard minor == 0 || hosts.count == 1 else { throw .missingHost }
        guard hosts.allSatisfy({ !$0.contains { " \t/,@".contains($0) } }) else {
            throw .malformedField
        }
    }

    /// RFC 9112 §6.3: one length, or chunked, never both.
    private func framing(
        _ fields: HTTPFields,
        _ minor: Int
    ) throws(HTTPParseError) -> (length: Int?, isChunked: Bool) {
        let codings = fields.all("Transfer-Encoding")
        let lengths = fields.all("Content-Length")
        if !codings.isEmpty {
            guard lengths.isEmpty, minor == 1 else { throw .conflictingLength }
            guard codings.count == 1, codings[0].lowercased() == "chunked" else {
                throw .unsupportedTransferCoding
            }
            return (nil, true)
        }
        guard let first = lengths.first else { return (nil, false) }
        guard lengths.allSatisfy({ $0 == first }), (1...18).contains(first.utf8.count),
            first.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(first)
        else { throw .malformedLength }
        return (length, false)
    }

    // MARK: - Bytes

    /// RFC 9110 §5.6.2.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E,
            0x7C, 0x7E:
            true
        default: false
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func hex(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }
}
