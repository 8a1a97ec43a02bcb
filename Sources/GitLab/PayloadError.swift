/// Why GitLab would not take a payload: which member, what is wrong, what to do.
package struct PayloadError: Error, Equatable, CustomStringConvertible {
    /// The member's name, or "" when the payload as a whole is meant.
    package let member: String
    package let problem: String
    package let hint: String

    package init(member: String, problem: String, hint: String) {
        self.member = member
        self.problem = problem
        self.hint = hint
    }

    package var description: String {
        let place = member.isEmpty ? "payload" : member
        return "\(place): \(problem); \(hint)"
    }
}
