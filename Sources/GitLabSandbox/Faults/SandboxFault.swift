package import HTTP

/// A fault that waits for requests to strike.
package struct SandboxFault: Sendable {
    /// What the list of requests shows.
    package var label: String
    package var match: Match
    /// How many requests it still strikes; nil: until it is removed.
    package var count: Int?
    /// How many that match pass before.
    package var skip = 0
    /// How likely it strikes one that matches, 0...1.
    package var probability = 1.0
    package var effect: Effect

    package init(
        _ effect: Effect,
        label: String = "custom",
        match: Match = Match(),
        count: Int? = 1
    ) {
        self.effect = effect
        self.label = label
        self.match = match
        self.count = count
    }

    /// Which requests it is meant for; an empty match is every one.
    package struct Match: Equatable, Sendable {
        /// Empty: any.
        package var methods: [String] = []
        /// Somewhere in the target, as sent.
        package var path: String?
        /// Somewhere in the body.
        package var body: String?

        package init(methods: [String] = [], path: String? = nil, body: String? = nil) {
            self.methods = methods
            self.path = path
            self.body = body
        }

        func takes(_ request: SandboxRequest) -> Bool {
            if !methods.isEmpty, !methods.contains(request.method) { return false }
            if let path, !request.target.contains(path) { return false }
            guard let body else { return true }
            return String(decoding: request.body, as: UTF8.self).contains(body)
        }
    }

    /// What happens instead of, or beside, what the rules say.
    package struct Effect: Sendable {
        /// Milliseconds before the rules see the request.
        package var delayBefore: Int64 = 0
        /// Whether the rules see it at all.
        package var isProcessed = true
        package var pretences: Set<SandboxPretence> = []
        /// What is said in place of the rules' answer.
        package var replacement: Replacement?
        /// Milliseconds between the rules and the answer.
        package var delayAfter: Int64 = 0
        package var delivery = Delivery.whole

        package init() {}

        package init(_ change: (inout Effect) -> Void) { change(&self) }
    }

    package enum Replacement: Sendable {
        case response(HTTPResponse)
        /// Rack::Attack's 429, with the time a caller is to wait.
        case retryLater(seconds: Int)
        /// The status and the fields of the rules' answer, with `null` as its body.
        case null
    }

    /// What the peer gets to see.
    package enum Delivery: Equatable, Sendable {
        case whole
        /// The head tells the whole length, and the connection ends after this much of the body;
        /// nil: after half.
        case truncated(bytes: Int?)
        /// The body comes in pieces.
        case slow(bytes: Int, everyMilliseconds: Int64)
        /// A TCP reset in place of the answer.
        case cut
        /// A TCP reset as soon as the request was read; `delayBefore` later the rules see it.
        case cutFirst
        /// No answer, and the connection stays.
        case hang
    }
}
