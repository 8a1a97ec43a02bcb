import Formats
import POSIX

/// What the stand-in says, in GitLab's form.
struct StandInAnswers {
    private var made: Int
    private let rows: Int?
    private var posts = 0
    private var second: Int64 = 0
    private var date = ""
    private var created = ""

    init(rows: Int?) {
        self.rows = rows
        made = rows ?? 0
    }

    mutating func answer(
        to request: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer
    ) -> [UInt8] {
        tell()
        switch request[0] {
        case UInt8(ascii: "P") where request[1] == UInt8(ascii: "U"):
            return row(Self.numberInPath(request), body, status: "200 OK")
        case UInt8(ascii: "P"):
            posts += 1
            if rows != nil, posts % 2 == 1 {
                let json = "{\"message\":\"500 Internal Server Error\"}"
                return whole("500 Internal Server Error", Array(json.utf8))
            }
            made += 1
            return row(made, body, status: "201 Created")
        default: return found(request)
        }
    }

    private mutating func tell() {
        let now = Clock.now() / 1000
        guard now != second else { return }
        second = now
        let moment = Timestamp(milliseconds: now * 1000)
        (date, created) = (moment.httpDate, moment.rfc3339)
    }

    private func row(_ id: Int, _ body: UnsafeRawBufferPointer, status: String) -> [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(640)
        json += "{\"id\":\(id),\"iid\":\(id),\"ref\":\"".utf8
        json += Self.text("ref", in: body)
        json += "\",\"sha\":\"".utf8
        json += Self.text("sha", in: body)
        json += "\",\"created_at\":\"\(created)\",\"updated_at\":\"\(created)\",\"status\":\"".utf8
        json += Self.text("status", in: body)
        json +=
            """
            ","user":{"id":7,"username":"deployer","name":"Deployer","state":"active",\
            "web_url":"http://gitlab.example/deployer"},"deployable":null
            """.utf8
        let environment = Self.text("environment", in: body)
        if !environment.isEmpty {
            json += ",\"environment\":{\"id\":1,\"name\":\"".utf8
            json += environment
            json += "\",\"slug\":\"bench\",\"external_url\":null}".utf8
        }
        json.append(UInt8(ascii: "}"))
        return whole(status, json)
    }

    private func found(_ request: UnsafeRawBufferPointer) -> [UInt8] {
        let path = request.prefix { $0 != 0x0D }
        let words = String(decoding: path, as: UTF8.self)
        if let rows, words.contains("/deployments?") { return list(words, rows) }
        if words.contains("/deployments") || words.contains("/environments") {
            return whole("200 OK", Array("[]".utf8))
        }
        if words.contains("/user") { return whole("200 OK", Array("{\"id\":7}".utf8)) }
        let id = Self.numberInPath(request)
        let json = """
            {"id":\(max(id, 1)),"path_with_namespace":"bench/config","default_branch":"main"}
            """
        return whole("200 OK", Array(json.utf8))
    }

    /// A page of rows that stood there before anybody wrote one, newest first.
    private func list(_ words: String, _ rows: Int) -> [UInt8] {
        let digits = words.split(separator: "&page=").last?.prefix { $0.isNumber } ?? "1"
        let page = Int(digits) ?? 1
        let name = words.split(separator: "environment=").last?.prefix { $0 != "&" } ?? ""
        let newest = rows - (page - 1) * 100
        let texts = stride(from: newest, to: max(0, newest - 100), by: -1).map { id in
            """
            {"id":\(id),"iid":\(id),"ref":"main","sha":"\(Self.oldSha)",\
            "created_at":"2026-01-02T03:04:05.678Z","updated_at":"2026-01-02T03:04:05.678Z",\
            "status":"success","user":{"id":7,"username":"deployer"},"deployable":null,\
            "environment":{"id":1,"name":"\(name)","slug":"bench","external_url":null}}
            """
        }
        return whole("200 OK", Array("[\(texts.joined(separator: ","))]".utf8))
    }

    private static let oldSha = "0123456789abcdef0123456789abcdef01234567"

    private func whole(_ status: String, _ json: [UInt8]) -> [UInt8] {
        let head = """
            HTTP/1.1 \(status)\r
            Server: stand-in\r
            Date: \(date)\r
            Content-Type: application/json\r
            Content-Length: \(json.count)\r
            Vary: Origin\r
            X-Request-Id: 01JDM0000000000000000000\r
            RateLimit-Limit: 100000\r
            RateLimit-Observed: 1\r
            RateLimit-Remaining: 99999\r
            RateLimit-Reset: \(second + 60)\r
            \r

            """
        return Array(head.utf8) + json
    }

    /// The path's last number.
    private static func numberInPath(_ request: UnsafeRawBufferPointer) -> Int {
        var number = 0
        var isInside = false
        let path = request.drop { $0 != 0x20 }.dropFirst().prefix { $0 != 0x20 }
        for byte in path {
            let isDigit = (0x30...0x39).contains(byte)
            if isDigit { number = (isInside ? number : 0) * 10 + Int(byte) - 0x30 }
            isInside = isDigit
        }
        return number
    }

    /// A member's text in an object written without blanks; empty when there is none.
    static func text(_ name: StaticString, in body: UnsafeRawBufferPointer) -> ArraySlice<UInt8> {
        let count = name.utf8CodeUnitCount
        var start = 1
        while start + count + 3 < body.count {
            if body[start] == 0x22, body[start + count + 1] == 0x22,
                body[start + count + 2] == 0x3A, body[start + count + 3] == 0x22,
                (0..<count).allSatisfy({ body[start + 1 + $0] == name.utf8Start[$0] })
            {
                return ArraySlice(body[(start + count + 4)...].prefix { $0 != 0x22 })
            }
            start += 1
        }
        return []
    }
}
