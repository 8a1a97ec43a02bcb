import JSON

/// An operation of an Application as a sender tells it: flat bodies, a commit of its own.
struct LoadOperation {
    let application: Int
    let number: Int
    var isEnded = false

    var sha: String {
        let digits = String(application * 1_000_000 + number, radix: 16)
        return String(repeating: "0", count: 40 - digits.count) + digits
    }

    /// One in five fails.
    var end: String { number.isMultiple(of: 5) ? "failed" : "success" }
    var project: Int { 42 + application % 4 }
    /// Applications share environments four by four.
    var environment: String { "env-\(application / 4)" }
    var name: String { "\(application)-\(number)" }

    func body(_ status: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("project", String(project))
            writer.member("environment", environment)
            writer.member("sha", sha)
            writer.member("ref", "main")
            writer.member("status", status)
            writer.member("operation", name)
        }
        return writer.bytes
    }
}
