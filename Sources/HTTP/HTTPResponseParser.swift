/// Turns the bytes of one answer into a response: for the commands that talk to a relay.
///
/// A value you feed, like the request parser. Bodies by Content-Length, chunked, or until the
/// peer closes (RFC 9112 §6.3).
package struct HTTPResponseParser {
    private var bytes: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: Most bytes of an answer that are kept.
    package init(limit: Int = 1 << 26) { self.limit = limit }

    package mutating func feed(_ piece: [UInt8]) {
        if bytes.count < limit { bytes += piece }
    }

    /// The answer once it is whole.
    ///
    /// - Parameter isEnd: Whether the peer has closed.
    package func response(isEnd: Bool) -> HTTPResponse? {
        guard let headEnd = endOfHead() else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self)
            .split(separator: "\r\n", omittingEmptySubsequences: true)
        guard let first = lines.first,
            let status = Int(first.split(separator: " ").dropFirst().first ?? "")
        else { return nil }
        var response = HTTPResponse(status: status)
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else { continue }
            let value = halves[1].drop { $0 == " " || $0 == "\t" }
            response.fields.append((String(halves[0]), String(value)))
        }
        guard let body = body(response, from: headEnd, isEnd: isEnd) else { return nil }
        response.body = body
        return response
    }

    private func endOfHead() -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 3..<bytes.count where bytes[end] == 0x0A && bytes[end - 1] == 0x0D {
            if bytes[end - 2] == 0x0A, bytes[end - 3] == 0x0D { return end + 1 }
        }
        return nil
    }

    private func body(_ response: HTTPResponse, from start: Int, isEnd: Bool) -> [UInt8]? {
        func value(_ name: String) -> String? {
            response.fields.first { $0.name.lowercased() == name }?.value
        }
        if value("transfer-encoding")?.lowercased() == "chunked" { return chunked(from: start) }
        if let length = value("content-length").flatMap({ Int($0) }) {
            return bytes.count - start >= length ? Array(bytes[start..<start + length]) : nil
        }
        return isEnd ? Array(bytes[start...]) : nil
    }

    private func chunked(from start: Int) -> [UInt8]? {
        var body: [UInt8] = []
        var at = start
        while let end = bytes[at...].firstIndex(of: 0x0A) {
            let digits = bytes[at..<end].prefix { HeadReader.hex($0) != nil }
            let size = digits.prefix(8).reduce(0) { $0 << 4 | (HeadReader.hex($1) ?? 0) }
            if size == 0 { return body }
            guard bytes.count - end - 1 >= size + 2 else { return nil }
            body += bytes[end + 1..<end + 1 + size]
            at = end + 1 + size + 2
        }
        return nil
    }
}
