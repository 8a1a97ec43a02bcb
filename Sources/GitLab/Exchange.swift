import Formats

/// A call together with its answer: what the rows of the table look at.
struct Exchange {
    let call: GitLabCall
    let answer: GitLabAnswer
    let body: AnswerBody
    let now: Timestamp

    init(call: GitLabCall, answer: GitLabAnswer, now: Timestamp) {
        self.call = call
        self.answer = answer
        self.now = now
        body = AnswerBody(answer)
    }

    /// The status code and GitLab's words, the code not twice.
    var reason: String {
        let code = String(answer.status)
        let words = body.words
        if words.isEmpty { return "\(code) without a body" }
        return words.hasPrefix(code) ? words : "\(code) \(words)"
    }

    /// The reason, with what was found odd about the answer before GitLab's words.
    func reason(_ oddity: String) -> String {
        let words = body.words
        let said = words.isEmpty ? "" : ": \(words)"
        return "\(answer.status) \(oddity)\(said)"
    }

    /// A write may have been done; of a read nothing can have been.
    func unsure(isRailsError: Bool) -> Meaning {
        call.isWrite
            ? .uncertain(reason: reason, isRailsError: isRailsError) : .deferred(reason: reason)
    }

    func unsure(_ oddity: String) -> Meaning {
        let reason = reason(oddity)
        return call.isWrite
            ? .uncertain(reason: reason, isRailsError: false) : .deferred(reason: reason)
    }

    func held(_ hold: Hold, _ remedy: String) -> Meaning {
        .held(hold, reason: reason, remedy: remedy)
    }

    /// Something else than GitLab's API answered.
    func notGitLab(_ hold: Hold) -> Meaning {
        .held(hold, reason: reason("does not look like GitLab's API"), remedy: Remedy.notGitLab)
    }

    /// The whole of what this call reaches when it concerns a project, else the endpoint.
    var projectOrEndpoint: Hold { call.reach == .endpoint ? .endpoint : .project }
}
