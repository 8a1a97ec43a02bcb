import Formats
import JSON

extension JSONValue {
    /// An object's `id` when it is a positive whole number, as all of GitLab's are.
    var identity: Int? {
        guard let id = self["id"]?.integer, id > 0 else { return nil }
        return id
    }

    var integer: Int? { number?.int64.flatMap { Int(exactly: $0) } }

    /// A string that says something; nil for null, for other kinds and for "".
    var words: String? {
        guard let string, !string.isEmpty else { return nil }
        return string
    }

    /// A moment written as RFC 3339 says, which GitLab's ISO 8601 is.
    var moment: Timestamp? { string.flatMap { Timestamp(rfc3339: $0) } }
}
