import HTTP
import JSON

/// Reads one fault of `POST /sandbox/faults`: a prepared one by name, changed by what else is said,
/// or one made of its parts.
enum FaultReader {
    static func fault(_ value: JSONValue) throws(ControlError) -> SandboxFault {
        if let name = value.string { return SandboxFault(try prepared(name)) }
        var members = try ControlMembers(value, "fault")
        var fault = SandboxFault(SandboxFault.Effect())
        if let name = try members.text("name") { fault = SandboxFault(try prepared(name)) }
        if members.has("count") { fault.count = try members.integer("count") }
        fault.skip = try members.integer("skip") ?? 0
        fault.probability = try members.number("probability") ?? 1
        if let methods = try members.texts("method") {
            fault.match.methods = methods.map { $0.uppercased() }
        }
        if let path = try members.text("path") { fault.match.path = path }
        if let body = try members.text("body") { fault.match.body = body }
        if let label = try members.text("label") { fault.label = label }
        try readReplacement(&members, &fault.effect)
        try readDelivery(&members, &fault.effect)
        try readTimes(&members, &fault.effect)
        try members.finish()
        return fault
    }

    private static func prepared(_ name: String) throws(ControlError) -> PreparedFault {
        guard let prepared = PreparedFault(rawValue: name) else {
            let names = PreparedFault.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError("fault: name \"\(name)\" is not known; there are \(names)")
        }
        return prepared
    }

    private static func readTimes(
        _ members: inout ControlMembers,
        _ effect: inout SandboxFault.Effect
    ) throws(ControlError) {
        if let delay = try members.integer("delay_ms") { effect.delayBefore = Int64(delay) }
        if let delay = try members.integer("delay_after_ms") { effect.delayAfter = Int64(delay) }
        if let isProcessed = try members.flag("process") { effect.isProcessed = isProcessed }
        for name in try members.texts("pretend") ?? [] {
            guard let pretence = SandboxPretence(rawValue: name) else {
                let names = SandboxPretence.allCases.map(\.rawValue).joined(separator: ", ")
                throw members.error("pretend", "\"\(name)\" is not known; there are \(names)")
            }
            effect.pretences.insert(pretence)
        }
    }

    private static func readReplacement(
        _ members: inout ControlMembers,
        _ effect: inout SandboxFault.Effect
    ) throws(ControlError) {
        if try members.flag("null") == true { effect.replacement = .null }
        let status = try members.integer("status")
        let retryAfter = try members.text("retry_after")
        let headers = members.value("headers")
        let (json, text, html) =
            (members.value("json"), try members.text("text"), try members.text("html"))
        guard status != nil || json != nil || text != nil || html != nil || headers != nil else {
            guard let retryAfter else { return }
            try retry(after: retryAfter, &effect)
            return
        }
        var response = HTTPResponse(status: status ?? 500)
        if case .response(let prepared)? = effect.replacement {
            response = prepared
            response.status = status ?? prepared.status
        } else {
            // A whole answer of its own: the rules do not see the request, unless said otherwise.
            effect.isProcessed = false
        }
        if let json { response.setBody(json.text, type: "application/json") }
        if let text { response.setBody(Array(text.utf8), type: "text/plain") }
        if let html { response.setBody(Array(html.utf8), type: "text/html") }
        for (name, value) in headers?.members ?? [] {
            response.fields.append(
                (name, value.string ?? String(decoding: value.text, as: UTF8.self))
            )
        }
        if let retryAfter { response.fields.append(("Retry-After", retryAfter)) }
        effect.replacement = .response(response)
    }

    /// `retry_after` beside a prepared fault.
    private static func retry(
        after text: String,
        _ effect: inout SandboxFault.Effect
    ) throws(ControlError) {
        switch effect.replacement {
        case .retryLater:
            guard let seconds = Int(text) else {
                throw ControlError("fault: retry_after is no whole number of seconds")
            }
            effect.replacement = .retryLater(seconds: seconds)
        case .response(var response):
            response.fields.append(("Retry-After", text))
            effect.replacement = .response(response)
        case .null, nil:
            throw ControlError("fault: retry_after needs a status")
        }
    }

    private static func readDelivery(
        _ members: inout ControlMembers,
        _ effect: inout SandboxFault.Effect
    ) throws(ControlError) {
        switch try members.text("cut") {
        case nil: break
        case "before": (effect.isProcessed, effect.delivery) = (false, .cut)
        case "after": effect.delivery = .cut
        case "first": effect.delivery = .cutFirst
        default: throw members.error("cut", "is none of before, after, first")
        }
        if try members.flag("hang") == true { effect.delivery = .hang }
        if let bytes = try members.integer("truncate") {
            effect.delivery = .truncated(bytes: bytes)
        }
        let pause = try members.integer("slow_ms")
        let bytes = try members.integer("slow_bytes")
        if pause != nil || bytes != nil {
            effect.delivery = .slow(
                bytes: max(1, bytes ?? 1),
                everyMilliseconds: Int64(max(1, pause ?? 50))
            )
        }
    }
}

extension HTTPResponse {
    fileprivate mutating func setBody(_ body: [UInt8], type: String) {
        fields.removeAll { $0.name == "Content-Type" }
        fields.append(("Content-Type", type))
        self.body = body
    }
}
