import HTTP
import Testing

@Suite("HTTP responses")
struct HTTPResponseTests {
    private func written(_ response: HTTPResponse, close: Bool = false) -> String {
        var out: [UInt8] = []
        response.append(to: &out, close: close)
        return String(decoding: out, as: UTF8.self)
    }

    @Test("an answer is one head and its body, with its length")
    func whole() {
        #expect(
            written(.text(202, "accepted"))
                == "HTTP/1.1 202 Accepted\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: 9\r\n\r\naccepted\n"
        )
        #expect(
            written(.json(200, Array("{}".utf8)), close: true)
                == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Connection: close\r\n\r\n{}"
        )
    }

    @Test("an answer to HEAD tells the length and has no body")
    func head() {
        var response = HTTPResponse.text(200, "ok")
        response.isHeadOnly = true
        #expect(written(response).hasSuffix("Content-Length: 3\r\n\r\n"))
    }

    @Test("204, 304 and interim answers have neither body nor length", arguments: [100, 204, 304])
    func noBody(status: Int) {
        let text = written(HTTPResponse(status: status, body: [1, 2, 3]))
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(!text.contains("Content-Length"))
    }

    @Test("no value can add a field or end the head", arguments: ["\r\n", "\n", "\r", "\0"])
    func injection(mark: String) {
        let evil = "a\(mark)Set-Cookie: x\(mark)\(mark)<html>"
        let text = written(HTTPResponse(status: 200, fields: [("X", evil), (evil, "y")]))
        #expect(text.components("\r\n").filter { $0.hasPrefix("Set-Cookie") }.isEmpty)
        #expect(text.components("\r\n\r\n").count == 2)
        #expect(!text.utf8.contains(0))
    }

    @Test("every status this house answers has its reason")
    func reasons() {
        for status in [
            200, 201, 202, 400, 401, 403, 404, 405, 408, 411, 413, 414, 417, 422, 429, 431, 500,
            501, 503, 505,
        ] {
            #expect(!["Done", "Refused"].contains(HTTPResponse.reason(status)), "\(status)")
        }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var text: String
        var needsEnd = false
        var status = 200
        var body: String

        var testDescription: String { text.debugDescription }
    }

    static let answers: [Row] = [
        Row(text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", body: "ok"),
        Row(
            text: "HTTP/1.1 422 Unprocessable Content\r\ncontent-length:0 \r\n\r\n",
            status: 422,
            body: ""
        ),
        Row(text: "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", body: "a"),
        Row(text: "HTTP/1.0 200 OK\r\n\r\nuntil the end", needsEnd: true, body: "until the end"),
        Row(text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, body: ""),
        Row(text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", status: 304, body: ""),
        Row(
            text:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
            body: "abc0123456789"
        ),
        Row(
            text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
            status: 201,
            body: "x"
        ),
    ]

    @Test(
        "answers come out whole however their bytes are split, and not before",
        arguments: answers
    )
    func parses(row: Row) throws {
        for size in 1...row.text.utf8.count {
            var parser = HTTPResponseParser()
            for piece in pieces(row.text, of: size) { parser.feed(Array(piece)) }
            if row.needsEnd { #expect(parser.response(isEnd: false)?.status == nil) }
            let response = try #require(parser.response(isEnd: row.needsEnd))
            #expect(response.status == row.status)
            #expect(String(decoding: response.body, as: UTF8.self) == row.body)
        }
        guard !row.needsEnd else { return }
        // The zero chunk's line is enough; all else must be whole.
        let last = row.text.hasSuffix("0\r\n\r\n") ? row.text.utf8.count - 2 : row.text.utf8.count
        for length in 0..<last {
            var parser = HTTPResponseParser()
            parser.feed(Array(row.text.utf8.prefix(length)))
            #expect(parser.response(isEnd: false)?.status == nil, "\(length)")
            // Behind the interim answer's head, which is all that came.
            let isInterim =
                row.status == 201 && length == "HTTP/1.1 100 Continue\r\n\r\n".utf8.count
            #expect(parser.response(isEnd: true)?.status == (isInterim ? 100 : nil), "\(length)")
        }
    }

    @Test(
        "what is no answer never becomes one",
        arguments: [
            "", "\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
            "HTTP/1.1 -20 x\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        ]
    )
    func nonsense(text: String) {
        var parser = HTTPResponseParser()
        parser.feed(Array(text.utf8))
        #expect(parser.response(isEnd: true)?.status == nil)
    }

    @Test("an answer to HEAD is whole with its head, and no answer grows beyond its limit")
    func limits() {
        var parser = HTTPResponseParser(isHeadOnly: true)
        parser.feed(Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".utf8))
        #expect(parser.response(isEnd: false)?.body == [])
        parser = HTTPResponseParser(limit: 50)
        for _ in 0..<10 { parser.feed(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)) }
        #expect(parser.isFull)
        #expect(parser.response(isEnd: true)?.status == nil)
    }
}

extension String {
    fileprivate func components(_ mark: String) -> [String] {
        var rest = Array(utf8)[...]
        let mark = Array(mark.utf8)
        var parts: [[UInt8]] = [[]]
        while let byte = rest.first {
            if rest.starts(with: mark) {
                parts.append([])
                rest = rest.dropFirst(mark.count)
            } else {
                parts[parts.count - 1].append(byte)
                rest = rest.dropFirst()
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}
