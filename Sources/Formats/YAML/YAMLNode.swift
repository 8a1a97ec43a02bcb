/// A value of a YAML text, and the line on which it stands.
package struct YAMLNode: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        case null
        case scalar(String)
        case list([YAMLNode])
        case map([YAMLMember])
    }

    package let content: Content
    /// 1 for the first; of a block scalar the line of its header (`|`).
    package let line: Int
    /// Where a block scalar's own first line stands, each further one below it; nil for all else.
    package let firstLine: Int?

    package init(_ content: Content, line: Int, firstLine: Int? = nil) {
        self.content = content
        self.line = line
        self.firstLine = firstLine
    }

    /// A scalar's text; numbers and booleans are the text they are written as.
    package var text: String? { if case .scalar(let text) = content { text } else { nil } }

    package var elements: [YAMLNode] { if case .list(let list) = content { list } else { [] } }

    package var members: [YAMLMember] { if case .map(let map) = content { map } else { [] } }

    /// The member of this name; nil when there is none or this is no map.
    package subscript(key: String) -> YAMLNode? { members.first { $0.key == key }?.value }
}

/// One `key: value` of a map.
package struct YAMLMember: Equatable, Sendable {
    package let key: String
    package let line: Int
    package let value: YAMLNode

    package init(key: String, line: Int, value: YAMLNode) {
        self.key = key
        self.line = line
        self.value = value
    }
}

/// Why a text is not read, and on which line.
package struct YAMLError: Error, Equatable, CustomStringConvertible {
    /// 1 for the first.
    package let line: Int
    package let problem: String

    package var description: String { "line \(line): \(problem)" }
}
