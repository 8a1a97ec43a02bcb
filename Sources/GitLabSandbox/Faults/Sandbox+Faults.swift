package import Formats
package import HTTP

/// What is to happen with one request.
///
/// In order: wait `delayBefore`, call `carryOut`, wait `delayAfter`, deliver. A cut at first goes
/// before all of it.
package struct SandboxPlan: Sendable {
    package let request: SandboxRequest
    package let effect: SandboxFault.Effect
    let parameters: Parameters
    /// The number of its exchange.
    let number: Int
}

extension Sandbox {
    /// Takes a request in: notes it, and lets a fault strike.
    package mutating func take(_ request: SandboxRequest, at now: Timestamp) -> SandboxPlan {
        let fault = faults.strike(request)
        let parameters = Parameters(request)
        exchangeCount += 1
        exchanges.append(
            SandboxExchange(
                number: exchangeCount,
                receivedAt: now,
                method: request.method,
                path: request.path,
                query: request.query,
                token: Self.presented(request, parameters)?.text,
                body: request.body,
                fault: fault?.label
            )
        )
        // In large steps, for each costs as much as all that are kept.
        if exchanges.count > settings.requestLimit * 2 {
            exchanges.removeFirst(exchanges.count - settings.requestLimit)
        }
        return SandboxPlan(
            request: request,
            effect: fault?.effect ?? SandboxFault.Effect(),
            parameters: parameters,
            number: exchangeCount
        )
    }

    /// Lets the rules see the request, unless the fault forbids it, and says what to answer.
    package mutating func carryOut(_ plan: SandboxPlan, at now: Timestamp) -> HTTPResponse {
        let effect = plan.effect
        var response = HTTPResponse(status: 204)
        if effect.isProcessed {
            response = answer(
                APICall(
                    request: plan.request,
                    parameters: plan.parameters,
                    now: now,
                    pretences: effect.pretences
                )
            )
        }
        if let replacement = effect.replacement {
            response = Self.replaced(response, by: replacement, at: now)
            response.isHeadOnly = plan.request.method == "HEAD"
        }
        note(plan, response, at: now)
        return response
    }

    /// All at once, for drivers that have no time to pass; nil when the peer gets no answer.
    package mutating func respond(to request: SandboxRequest, at now: Timestamp) -> HTTPResponse? {
        let plan = take(request, at: now)
        let response = carryOut(plan, at: now)
        switch plan.effect.delivery {
        case .whole, .slow: return response
        case .truncated, .cut, .cutFirst, .hang: return nil
        }
    }

    private static func replaced(
        _ response: HTTPResponse,
        by replacement: SandboxFault.Replacement,
        at now: Timestamp
    ) -> HTTPResponse {
        switch replacement {
        case .null:
            var response = response
            response.body = Array("null".utf8)
            return response
        case .response(var fixed):
            fixed.fields.append(("Date", now.httpDate))
            return fixed
        case .retryLater(let seconds):
            let end = now.milliseconds / 1000 + Int64(seconds)
            var refusal = RateMeter.refusal(endingAt: end, now: now)
            refusal.fields += [
                ("RateLimit-Name", "throttle_authenticated_api"), ("RateLimit-Limit", "60"),
                ("RateLimit-Observed", "61"), ("RateLimit-Remaining", "0"),
                ("RateLimit-Reset", "\(end)"), ("Date", now.httpDate),
            ]
            return refusal
        }
    }

    private mutating func note(_ plan: SandboxPlan, _ response: HTTPResponse, at now: Timestamp) {
        guard let first = exchanges.first?.number, plan.number >= first,
            plan.number - first < exchanges.count
        else { return }
        let index = plan.number - first
        exchanges[index].isProcessed = plan.effect.isProcessed
        exchanges[index].answeredAt = now
        exchanges[index].status = response.status
    }
}
