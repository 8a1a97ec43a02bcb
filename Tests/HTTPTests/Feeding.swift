import HTTP

/// A request as it came out of the parser: everything that means something, in words.
struct Parsed: Equatable, CustomStringConvertible {
    var method: String
    var target: String
    var minorVersion: Int
    var fields: [String]
    /// nil: the head is whole and the body is not yet.
    var body: String?

    init(_ head: HTTPRequestHead) {
        method = head.method
        target = head.target
        minorVersion = head.minorVersion
        fields = head.fields.list.map { "\($0.name)=\($0.value)" }
    }

    var description: String { "\(method) \(target) 1.\(minorVersion) \(fields) \(body ?? "…")" }
}

/// Feeds `pieces` one after the other, taking out all that is whole after each.
func feed(
    _ pieces: [ArraySlice<UInt8>],
    limits: HTTPLimits = HTTPLimits()
) -> Result<[Parsed], HTTPParseError> {
    var parser = HTTPRequestParser(limits: limits)
    var requests: [Parsed] = []
    do throws(HTTPParseError) {
        for piece in pieces {
            parser.feed(Array(piece))
            while let event = try parser.next() {
                switch event {
                case .head(let head): requests.append(Parsed(head))
                case .body(let body):
                    requests[requests.count - 1].body = String(decoding: body, as: UTF8.self)
                }
            }
        }
        return .success(requests)
    } catch {
        return .failure(error)
    }
}

func feed(
    _ text: String,
    limits: HTTPLimits = HTTPLimits()
) -> Result<[Parsed], HTTPParseError> {
    feed([Array(text.utf8)[...]], limits: limits)
}

/// The bytes in pieces of `size`.
func pieces(_ text: String, of size: Int) -> [ArraySlice<UInt8>] {
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bytes.count, by: size).map {
        bytes[$0..<min($0 + size, bytes.count)]
    }
}
