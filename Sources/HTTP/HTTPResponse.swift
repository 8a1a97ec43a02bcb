/// An answer, and how it is written (RFC 9112 §4).
package struct HTTPResponse: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    /// The answer to HEAD: the length is told, the body is not sent.
    package var isHeadOnly = false

    package init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// One plain line.
    package static func text(_ status: Int, _ line: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            fields: [("Content-Type", "text/plain; charset=utf-8")],
            body: Array((line + "\n").utf8)
        )
    }

    package static func json(_ status: Int, _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: status, fields: [("Content-Type", "application/json")], body: body)
    }

    /// Appends the whole answer to `out`.
    ///
    /// What could end a field line early (CR, LF, NUL) is written as a blank, so that no value can
    /// add a field.
    package func append(to out: inout [UInt8], close: Bool) {
        out += "HTTP/1.1 ".utf8
        out += String(status).utf8
        out.append(0x20)
        out += Self.reason(status).utf8
        out += "\r\n".utf8
        for (name, value) in fields {
            Self.appendClean(name, to: &out)
            out += ": ".utf8
            Self.appendClean(value, to: &out)
            out += "\r\n".utf8
        }
        let hasBody = status >= 200 && status != 204 && status != 304
        if hasBody {
            out += "Content-Length: ".utf8
            out += String(body.count).utf8
            out += "\r\n".utf8
        }
        if close { out += "Connection: close\r\n".utf8 }
        out += "\r\n".utf8
        if hasBody, !isHeadOnly { out += body }
    }

    private static func appendClean(_ text: String, to out: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            for byte in bytes {
                out.append(byte == 0x0D || byte == 0x0A || byte == 0 ? 0x20 : byte)
            }
        }
    }

    /// RFC 9110 §15.
    package static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: status < 400 ? "Done" : "Refused"
        }
    }
}
