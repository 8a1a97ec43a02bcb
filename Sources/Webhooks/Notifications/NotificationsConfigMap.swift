import Formats
import JSON

/// Argo CD's notification settings as somebody has them: an `argocd-notifications-cm`, in YAML as
/// kubectl prints it or in JSON.
package struct NotificationsConfigMap: Sendable {
    /// One key of its `data`: a service, a template, a trigger.
    struct Entry: Sendable {
        let key: String
        let text: String
        /// The line of the file on which the key stands.
        let line: Int
        /// The line of the file on which the text's first line stands; nil when its lines are not
        /// lines of the file (quoted texts, JSON).
        let firstLine: Int?

        /// Where a line of the text is to be found; 1 for the first.
        func place(_ lineOfText: Int) -> String {
            if let firstLine { return "line \(firstLine + lineOfText - 1)" }
            return "line \(line), line \(lineOfText) of the text"
        }
    }

    /// Why the file is not read, with the line.
    package struct Unreadable: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    let entries: [Entry]

    /// - Throws: `Unreadable` for what is neither JSON nor the YAML that kubectl prints, and for
    ///   what holds no notification settings.
    package init(_ bytes: [UInt8]) throws(Unreadable) {
        let root = try Self.root(bytes)
        entries = Self.entries(of: root)
        guard !entries.isEmpty else {
            throw Unreadable(
                description: "no notification settings are in it; give what kubectl prints: "
                    + "kubectl --namespace argocd get configmap argocd-notifications-cm -o json"
            )
        }
    }

    private static func root(_ bytes: [UInt8]) throws(Unreadable) -> YAMLNode {
        let isJSON =
            bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) } == 0x7B
        do {
            return isJSON
                ? YAMLNode(try JSONDocument(parsing: bytes).root) : try YAMLReader.read(bytes)
        } catch {
            throw Unreadable(
                description: isJSON
                    ? "\(error)"
                    : "\(error); only YAML as kubectl prints it is read, -o json always"
            )
        }
    }

    /// Settings of a ConfigMap, of each item of a List, or of the operator's resource.
    private static func entries(of root: YAMLNode) -> [Entry] {
        if let items = root["items"] { return items.elements.flatMap { entries(of: $0) } }
        if root["kind"]?.text == "NotificationsConfiguration" {
            return (root["spec"]?.members ?? []).flatMap { member in
                member.value.text == nil
                    ? texts(of: member.value) : [entry(member)].compactMap { $0 }
            }
        }
        guard let data = root["data"] else { return [] }
        return texts(of: data).filter { entry in
            ["service.", "template.", "trigger.", "defaultTriggers"].contains {
                entry.key.hasPrefix($0)
            } || ["subscriptions", "context"].contains(entry.key)
        }
    }

    private static func texts(of map: YAMLNode) -> [Entry] { map.members.compactMap { entry($0) } }

    private static func entry(_ member: YAMLMember) -> Entry? {
        guard let text = member.value.text else { return nil }
        return Entry(
            key: member.key,
            text: text,
            line: member.line,
            firstLine: member.value.firstLine
        )
    }

    /// The rest of the keys that begin so, with their entries.
    func entries(_ prefix: String) -> [(name: String, entry: Entry)] {
        entries.filter { $0.key.hasPrefix(prefix) }
            .map { (String($0.key.dropFirst(prefix.count)), $0) }
    }
}

extension YAMLNode {
    /// The same value, its lines those of the JSON text.
    fileprivate init(_ value: JSONValue) {
        let line = value.position.line
        switch value.kind {
        case .null: self.init(.null, line: line)
        case .string: self.init(.scalar(value.string ?? ""), line: line)
        case .number, .bool:
            self.init(.scalar(String(decoding: value.text, as: UTF8.self)), line: line)
        case .array: self.init(.list(value.elements.map { YAMLNode($0) }), line: line)
        case .object:
            let members = value.members.map { key, member in
                YAMLMember(key: key, line: member.position.line, value: YAMLNode(member))
            }
            self.init(.map(members), line: line)
        }
    }
}
