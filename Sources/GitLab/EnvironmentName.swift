/// GitLab's rule for an environment's name (app/models/environment.rb, lib/gitlab/regex.rb).
package enum EnvironmentName {
    /// Characters; all allowed ones are ASCII, so bytes too.
    package static let longest = 255

    static let rule =
        "GitLab takes 1 to 255 letters (a-z, A-Z), digits, spaces and - _ / $ { } . ,"
        + " without a slash at either end"

    /// Why GitLab would refuse `name`, or nil when it takes it.
    package static func problem(_ name: String) -> String? {
        if let wrong = name.unicodeScalars.first(where: { !isAllowed($0) }) {
            return "holds \(spoken(wrong)), which GitLab refuses in an environment's name"
        }
        if name.utf8.allSatisfy({ $0 == UInt8(ascii: " ") }) { return "is blank" }
        if name.utf8.count > longest {
            return "has \(name.utf8.count) characters; GitLab takes up to \(longest)"
        }
        if name.hasPrefix("/") { return "begins with a slash" }
        if name.hasSuffix("/") { return "ends with a slash" }
        return nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        case " ", "-", "_", "/", "$", "{", "}", ".": true
        default: false
        }
    }

    private static func spoken(_ scalar: Unicode.Scalar) -> String {
        guard scalar.value > 0x20, scalar.value != 0x7F else {
            return "a control character (U+\(hex(scalar.value)))"
        }
        return scalar.isASCII ? "\"\(scalar)\"" : "\"\(scalar)\" (U+\(hex(scalar.value)))"
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
