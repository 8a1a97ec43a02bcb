/// 400: GitLab refuses what was sent, in one of several ways.
extension Exchange {
    var badRequest: Meaning {
        switch body.form {
        case .object:
            let problems = body.problems
            return problems.isEmpty ? .rejected(reason: reason) : refusal(by: problems)
        case .otherJSON:
            return .rejected(reason: reason)
        case .cutJSON:
            // Refused for a reason that was lost on the way: it may be one that passes.
            return .deferred(reason: reason)
        case .text where body.words == "Bad Request":
            // Before anything else: a NUL or bytes that are no UTF-8 in the request.
            return .rejected(reason: reason)
        case .empty, .page, .text:
            return notGitLab(call.reach)
        }
    }

    /// What a model's validation found: one lasting mistake outweighs all that may yet change.
    private func refusal(by problems: [(member: String, texts: [String])]) -> Meaning {
        var unknown: Set<String> = []
        var isTaken = false
        var isTransition = false
        for (member, texts) in problems {
            for text in texts {
                switch member {
                case "sha" where ASCII.contains(text, "does not exist"),
                    "ref" where ASCII.contains(text, "does not exist"):
                    unknown.insert(member)
                case "name" where ASCII.contains(text, "already been taken"),
                    "slug" where ASCII.contains(text, "already been taken"):
                    isTaken = true
                case "status" where ASCII.contains(text, "cannot transition via"):
                    isTransition = true
                default:
                    return .rejected(reason: reason)
                }
            }
        }
        if isTransition {
            // A row was made and then did not take its status: only looking can tell.
            if case .create = call { return .uncertain(reason: reason, isRailsError: false) }
            return .refusedTransition(reason: reason)
        }
        if isTaken { return .again(reason: reason) }
        // Both together come from older versions: the sha first, the ref is judged again with it.
        if unknown.contains("sha") { return .unknownRevision(member: "sha", reason: reason) }
        if unknown.contains("ref") { return .unknownRevision(member: "ref", reason: reason) }
        return .rejected(reason: reason)
    }
}
