package import GitLab
import JSON

/// The place that a project's default branch takes in a payload rendered before it is known.
package enum DefaultBranch {
    /// Stands for the branch's name while a payload is rendered: private-use characters, which
    /// no branch holds and which case functions of a template leave alone.
    package static let mark = "\u{F0DB1}\u{F0DB2}\u{F0DB3}"

    /// The payload to send: `branch` in place of the mark, and `status` as it is now wanted.
    ///
    /// - Throws: `PayloadError` when what is stored is no payload of GitLab's.
    package static func fill(
        _ payload: [UInt8],
        with branch: String?,
        status: DeploymentStatus
    ) throws(PayloadError) -> [UInt8] {
        var filled = try read(payload)
        if let branch { filled.ref = replacing(in: filled.ref, by: branch) }
        filled.status = status
        return filled.json
    }

    package static func read(_ payload: [UInt8]) throws(PayloadError) -> DeploymentPayload {
        guard let document = try? JSONDocument(parsing: payload) else {
            throw PayloadError(
                member: "payload",
                problem: "is not JSON",
                hint: "see the hook's template"
            )
        }
        return try DeploymentPayload(checking: document.root)
    }

    package static func isMarked(_ text: String) -> Bool {
        // The mark's first byte: hardly any other text has it.
        text.utf8.contains(0xF3) && parts(of: text).count > 1
    }

    /// Whether the mark may be in a payload: its first byte is there, or an escape.
    static func mayBeMarked(_ payload: [UInt8]) -> Bool {
        payload.contains(0xF3) || payload.contains(UInt8(ascii: "\\"))
    }

    private static func replacing(in text: String, by branch: String) -> String {
        parts(of: text).joined(separator: branch)
    }

    private static func parts(of text: String) -> [String] {
        var parts = [String.UnicodeScalarView()]
        var rest = text.unicodeScalars[...]
        let mark = Array(DefaultBranch.mark.unicodeScalars)
        while let scalar = rest.first {
            if rest.starts(with: mark) {
                parts.append(String.UnicodeScalarView())
                rest = rest.dropFirst(mark.count)
            } else {
                parts[parts.count - 1].append(scalar)
                rest = rest.dropFirst()
            }
        }
        return parts.map { String($0) }
    }
}
