import Formats
import GitLab

/// What a call's result makes of its delivery.
extension DeliveryQueue {
    /// Takes the result of a call that `run` asked for.
    ///
    /// - Returns: What the call came to, for the metrics.
    @discardableResult
    package mutating func finish(
        _ id: UInt64,
        _ result: CallResult,
        at now: Moment
    ) -> AttemptOutcome {
        guard let (errand, call, endpoint) = errands.removeValue(forKey: id) else {
            preconditionFailure("call \(id) was not under way")
        }
        endpoints[endpoint].inFlight -= 1
        if let lane = errand.lane { lanes[lane].call = nil }
        let meaning = meaning(of: result, to: call, at: endpoint, now: now)
        if case .throttled(_, let retryAt) = meaning {
            pause(endpoint, until: retryAt, at: now)
        }
        switch errand {
        case .write(_, let slot, let sending):
            finishWrite(slot, sending, call, result, meaning, at: now)
        case .lookUp(let lane): finishLookUp(lane, call, result, meaning, at: now)
        case .show(let lane): finishShow(lane, call, result, meaning, at: now)
        case .prove(let lane, let sha): finishProof(lane, sha, call, result, meaning, at: now)
        case .user(let lane): finishUser(lane, call, result, meaning, at: now)
        case .defaultBranch(let lane): finishDefaultBranch(lane, call, result, meaning, at: now)
        case .environment(let lane): finishEnvironment(lane, call, result, meaning, at: now)
        case .stop(let lane): finishStop(lane, call, result, meaning, at: now)
        case .diagnosis(let lane): finishDiagnosis(lane, meaning, at: now)
        case .resolve(let name): finishResolve(name, call, result, meaning, at: now)
        case .probe(let scope): finishProbe(scope, meaning, at: now)
        }
        return AttemptOutcome(meaning)
    }

    private mutating func meaning(
        of result: CallResult,
        to call: GitLabCall,
        at endpoint: Int,
        now: Moment
    ) -> Meaning {
        switch result {
        case .answer(let answer, _):
            endpoints[endpoint].observe(RatePace(answer.fields), at: now)
            return AnswerTable.meaning(of: answer, to: call, now: now.wall)
        case .failure(let isUncertain, let message, _):
            return isUncertain
                ? .uncertain(reason: message, isRailsError: false) : .deferred(reason: message)
        }
    }

    /// Pauses every call of this token; `retryAt` is by our wall clock.
    private mutating func pause(_ endpoint: Int, until retryAt: Timestamp?, at now: Moment) {
        let told = retryAt.map { $0.milliseconds - now.wall.milliseconds }
        let wait = told ?? policy.wait(afterFailures: 5, chance: draw())
        endpoints[endpoint].pausedUntil = max(
            endpoints[endpoint].pausedUntil,
            now.steady + max(wait, 0)
        )
    }
}

extension Meaning {
    /// GitLab's words, or ours for an answer that fits no question.
    var reason: String {
        switch self {
        case .uncertain(let reason, _), .deferred(let reason), .throttled(let reason, _),
            .held(_, let reason, _), .rejected(let reason), .unknownRevision(_, let reason),
            .refusedTransition(let reason), .again(let reason), .gone(let reason):
            reason
        case .moved(let place): "moved to \(place)"
        default: "an answer to another question"
        }
    }
}
