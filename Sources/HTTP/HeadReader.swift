import Formats

/// Reads one whole head: request line, fields, framing (RFC 9112 §3, §5, §6).
struct HeadReader {
    private let bytes: [UInt8]
    private var at = 0

    /// - Parameter bytes: Up to and with the empty line.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    consuming func head() throws(HTTPParseError) -> HTTPRequestHead {
        let line = try requestLine()
        let fields = try fields()
        try checkHost(fields, line.minor)
        let (length, isChunked) = try framing(fields, line.minor)
        let expectations = fields.tokens("Expect")
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw .unsupportedExpectation
        }
        return HTTPRequestHead(
            method: line.method,
            target: line.target,
            path: line.path,
            minorVersion: line.minor,
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

    private struct RequestLine {
        let method: String
        let target: String
        let path: String
        let minor: Int
    }

    private mutating func requestLine() throws(HTTPParseError) -> RequestLine {
        let line = try line(.malformedRequestLine)
        // Method, one blank, target, one blank, `HTTP/` digit `.` digit: no other blank fits.
        let version = bytes[line].suffix(8)
        guard let space = bytes[line].firstIndex(of: 0x20), space > line.lowerBound,
            version.count == 8, space + 1 < version.startIndex - 1,
            bytes[version.startIndex - 1] == 0x20
        else { throw .malformedRequestLine }
        let name = bytes[line.lowerBound..<space]
        let text = bytes[space + 1..<version.startIndex - 1]
        guard name.allSatisfy(Self.isToken), text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .malformedRequestLine
        }
        let (major, minor) = (bytes[version.endIndex - 3], bytes[version.endIndex - 1])
        guard version.starts(with: "HTTP/".utf8), bytes[version.endIndex - 2] == 0x2E,
            (0x30...0x39).contains(major), (0x30...0x39).contains(minor)
        else { throw .malformedRequestLine }
        guard major == 0x31 else { throw .unsupportedVersion }
        let method = String(decoding: name, as: UTF8.self)
        let target = String(decoding: text, as: UTF8.self)
        // RFC 9112 §3.2: origin form, absolute form with a host, or `*` of OPTIONS; no fragment.
        let authority = HTTPRequestHead.authority(of: target)
        let isAbsolute = authority.map { !$0.isEmpty && Self.isHost($0.utf8) } ?? false
        guard target.hasPrefix("/") || isAbsolute || target == "*" && method == "OPTIONS",
            !text.contains(0x23)
        else { throw .malformedRequestLine }
        let path = HTTPRequestHead.path(of: target)
        // Without an escape or a dot there is nothing to check.
        if text.contains(0x25) || text.contains(0x2E) { try Self.checkPath(path) }
        return RequestLine(
            method: method,
            target: target,
            path: path,
            minor: minor == 0x30 ? 0 : 1
        )
    }

    /// Checks one field line of a trailer section, which means nothing here (RFC 9112 §7.1.2).
    static func checkTrailer(_ line: [UInt8]) throws(HTTPParseError) {
        var reader = HeadReader(line + [0x0D, 0x0A, 0x0D, 0x0A])
        _ = try reader.fields()
    }

    private mutating func fields() throws(HTTPParseError) -> HTTPFields {
        var lines: [HTTPFields.Line] = []
        lines.reserveCapacity(8)
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
        guard hosts.allSatisfy({ Self.isHost($0.utf8) }) else { throw .malformedHost }
    }

    /// A path is taken as it is, never tidied: one that could be read as another is refused.
    ///
    /// That is a segment of dots, and a control character; `%2F` is a character of its segment.
    private static func checkPath(_ path: String) throws(HTTPParseError) {
        for segment in path.utf8.split(separator: 0x2F) {
            // What is no encoding stays as it came (`HTTPRequestHead.segments`).
            guard let decoded = PercentEncoding.decode(segment) else { continue }
            let isClean = decoded.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            // An encoded slash may hide dots from whoever looks at whole segments only.
            let hasDots = decoded.split(separator: 0x2F).contains { part in
                part.count <= 2 && part.allSatisfy { $0 == 0x2E }
            }
            guard isClean, !hasDots else { throw .malformedTarget }
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
            guard codings.count == 1, ASCII.lowercased(codings[0]) == "chunked" else {
                throw .unsupportedTransferCoding
            }
            return (nil, true)
        }
        guard let first = lengths.first else { return (nil, false) }
        // Even two equal ones: whoever stands before us may have read them otherwise.
        guard lengths.count == 1, let length = Digits.value(first) else { throw .malformedLength }
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

    /// `host [":" port]`, where the host may be empty (RFC 9110 §7.2, RFC 3986 §3.2.2).
    private static func isHost(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        var rest = text[...]
        if rest.first == 0x5B {
            let name = rest.dropFirst().prefix { $0 != 0x5D }
            guard !name.isEmpty, name.endIndex != rest.endIndex,
                name.allSatisfy({ isOfName($0) || $0 == 0x3A })
            else { return false }
            rest = rest[name.endIndex...].dropFirst()
        } else {
            rest = rest.drop(while: isOfName)
        }
        return rest.isEmpty
            || rest.first == 0x3A && rest.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~%!$&'()*+;=".utf8.contains(byte)
        }
    }
}
