import HTTP

/// What a connection is owed, in the order of its requests (RFC 9112 §9.3.2).
struct OwedAnswers {
    enum Owed {
        case ready(HTTPResponse)
        /// Promised once this turn's records are on disk; `otherwise` when they are not.
        case afterCommit(HTTPResponse, otherwise: HTTPResponse)
        /// Held back for a moment: the peer's address keeps failing to show who it is.
        case slowed(HTTPResponse)
        /// `Prefer: wait`: the ticket of the delivery whose end it waits for.
        case waiting(ticket: UInt64)
        /// The head of an endless answer has been sent; events follow.
        case streaming

        /// Whether nobody can say when it will be known.
        fileprivate var isOpen: Bool {
            switch self {
            case .waiting, .streaming, .slowed: true
            case .ready, .afterCommit: false
            }
        }
    }

    /// From `first` on.
    private var owed: [Owed] = []
    private var first = 0
    private var openCount = 0

    var count: Int { owed.count - first }
    var isEmpty: Bool { count == 0 }
    /// Whether an answer is open that later ones must wait for.
    var isBlocked: Bool { openCount > 0 }
    /// Whether something is owed, and all of it is given once this turn's records are on disk.
    var endsThisTurn: Bool { !isEmpty && !isBlocked }
    /// Whether one of them is the endless one.
    var isStreaming: Bool {
        isBlocked && owed[first...].contains { if case .streaming = $0 { true } else { false } }
    }

    mutating func append(_ answer: Owed) {
        owed.append(answer)
        if answer.isOpen { openCount += 1 }
    }

    /// Takes out the next answer, when it is known.
    mutating func popReady() -> HTTPResponse? {
        guard first < owed.count, case .ready(let response) = owed[first] else { return nil }
        first += 1
        if first == owed.count {
            owed.removeAll(keepingCapacity: true)
            first = 0
        }
        return response
    }

    /// Changes what is owed where `change` gives something else.
    mutating func replace(_ change: (Owed) -> Owed?) {
        for index in owed.indices[first...] {
            guard let other = change(owed[index]) else { continue }
            openCount += (other.isOpen ? 1 : 0) - (owed[index].isOpen ? 1 : 0)
            owed[index] = other
        }
    }
}
