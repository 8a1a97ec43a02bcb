import JSON

/// A flat body, one member changed here and there.
struct FlatBody {
    var project: String?
    var environment = "staging"
    var sha = "3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"
    var ref: String? = "main"
    var status = "success"
    var operation: String?

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            if let project { writer.member("project", project) }
            writer.member("environment", environment)
            writer.member("sha", sha)
            if let ref { writer.member("ref", ref) }
            writer.member("status", status)
            if let operation { writer.member("operation", operation) }
        }
        return writer.bytes
    }
}
