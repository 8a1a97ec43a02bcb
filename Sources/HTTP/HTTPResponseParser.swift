import Formats

/// Turns the bytes of one answer into a response: for the commands that talk to a relay.
///
/// A value you feed, like the request parser. Bodies by Content-Length, chunked, or until the
/// peer closes (RFC 9112 §6.3); interim answers (100) are passed over.
package struct HTTPResponseParser {
    private var bytes: [UInt8] = []
    private let limit: Int
    private let isHeadOnly: Bool

    /// Keeps at most `limit` bytes of an answer; `isHeadOnly` says that the request was a HEAD,
    /// whose answer tells a length and has no body.
    package init(limit: Int = 1 << 26, isHeadOnly: Bool = false) {
        self.limit = limit
        self.isHeadOnly = isHeadOnly
    }

    package mutating func feed(_ piece: [UInt8]) {
        bytes += piece.prefix(limit - bytes.count)
    }

    /// Whether the answer reached the limit; then it will never be whole.
    package var isFull: Bool { bytes.count >= limit }

    /// The answer once it is whole; `isEnd` says that the peer has closed.
    ///
    /// nil at the end means that it was cut short, or was no HTTP. An interim answer is given when
    /// it is the last that came before the end.
    package func response(isEnd: Bool) -> HTTPResponse? {
        var start = 0
        var interim: HTTPResponse?
        while let end = endOfHead(from: start) {
            guard let response = head(start..<end) else { return nil }
            guard response.status >= 200 else {
                start = end
                interim = response
                continue
            }
            guard let body = body(response, from: end, isEnd: isEnd) else { return nil }
            return HTTPResponse(status: response.status, fields: response.fields, body: body)
        }
        return isEnd && start == bytes.count ? interim : nil
    }

    private func endOfHead(from start: Int) -> Int? {
        let mark: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        guard bytes.count >= start + 4 else { return nil }
        for end in start + 4...bytes.count where bytes[end - 1] == 0x0A {
            if bytes[end - 4..<end].elementsEqual(mark) { return end }
        }
        return nil
    }

    private func head(_ range: Range<Int>) -> HTTPResponse? {
        let lines = bytes[range].split(separator: 0x0A).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].utf8.count == 3,
            let status = Digits.value(String(words[1])), status >= 100
        else { return nil }
        var response = HTTPResponse(status: status)
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            var value = line[line.index(after: colon)...]
            while let first = value.first, first == " " || first == "\t" { value.removeFirst() }
            while let last = value.last, last == " " || last == "\t" { value.removeLast() }
            response.fields.append((String(line[..<colon]), String(value)))
        }
        return response
    }

    private func body(_ response: HTTPResponse, from start: Int, isEnd: Bool) -> [UInt8]? {
        func value(_ name: String) -> String? {
            response.fields.first { ASCII.lowercased($0.name) == name }?.value
        }
        if isHeadOnly || response.status == 204 || response.status == 304 { return [] }
        if let coding = value("transfer-encoding") {
            return ASCII.lowercased(coding) == "chunked" ? chunked(from: start) : nil
        }
        if let text = value("content-length") {
            guard let length = Digits.value(text) else { return nil }
            return bytes.count - start >= length ? Array(bytes[start..<start + length]) : nil
        }
        return isEnd && !isFull ? Array(bytes[start...]) : nil
    }

    private func chunked(from start: Int) -> [UInt8]? {
        var body: [UInt8] = []
        var at = start
        while let end = bytes[at...].firstIndex(of: 0x0A) {
            let digits = bytes[at..<end].prefix { Hex.value($0) != nil }
            guard (1...8).contains(digits.count) else { return nil }
            let size = digits.reduce(0) { $0 << 4 | Int(Hex.value($1) ?? 0) }
            // Trailers mean nothing to us, and nothing follows them.
            if size == 0 { return body }
            guard bytes.count - end - 1 >= size + 2 else { return nil }
            body += bytes[end + 1..<end + 1 + size]
            at = end + 1 + size + 2
        }
        return nil
    }
}
