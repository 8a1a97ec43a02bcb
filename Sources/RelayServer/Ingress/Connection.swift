import HTTP
import POSIX

/// One peer: its socket, what it has sent, what it is owed.
///
/// A class because a table cannot hold a noncopyable descriptor. Lives on the ingress thread.
final class Connection {
    /// Which of the two addresses it came to.
    enum Role: Sendable { case hooks, admin }

    /// What it is at; each has a time limit of its own (`IngressLoop.setDeadline`).
    enum Phase: Equatable {
        /// Nothing of a request has come.
        case idle
        case head
        case body
        /// Something decides what the answer is: a flush, GitLab, another thread.
        case deciding
        /// The peer does not read its answers as fast as they come.
        case answering
        case streaming
        /// It was answered without reading the body.
        case discarding
    }

    var presentPhase: Phase {
        if isSlowed { return .deciding }
        if isDiscarding { return .discarding }
        if !owed.isEmpty { return owed.isStreaming ? .streaming : .deciding }
        if current != nil { return .body }
        if !output.isEmpty { return .answering }
        return parser.isIdle ? .idle : .head
    }

    let id: UInt64
    let socket: OwnedDescriptor
    let role: Role
    let peer: String
    /// The same for peers that may be one (`ListeningSocket.Arrival`).
    let network: UInt64
    var parser: HTTPRequestParser
    /// The request whose body is being read.
    var current: Exchange?
    var owed = OwedAnswers()
    /// What of `IngressLoop.bodyBytes` and `unprovenBytes` is on its account, in bytes.
    var accounted = 0
    var accountedUnproven = 0
    /// Bytes to send, from `sent` on.
    var output: [UInt8] = []
    var sent = 0
    /// The phase when the deadline was last set, and since when it lasts: steady milliseconds.
    ///
    /// `.answering` begins anew with every byte that the peer takes.
    var phase = Phase.idle
    var phaseBeganAt: Int64
    /// Its place in the `Crowd`.
    var party: Crowd.Party?
    unowned var older: Connection?
    unowned var newer: Connection?
    /// Steady milliseconds by which the present phase must be over.
    var deadline: Int64 = 0
    /// The moment under which it stands among the deadlines; nil: it stands under none.
    var listedDeadline: Int64?
    /// Answers end with `Connection: close`, and then the connection does.
    var closesAfterAnswer = false
    /// The answer was given without reading the body; what still comes is thrown away.
    var isDiscarding = false
    /// A bodiless request was turned away; its empty body is still to come out of the parser.
    var isRefusing = false
    /// The request of the sender that waits, for the metrics.
    var waitingExchange: Exchange?
    /// What a waiting sender hears when its event could not be written down after all.
    var unlessWritten: HTTPResponse?
    /// The peer has ended its side: nothing more will be read.
    var isPeerDone = false
    /// What was read is not all taken up, because requests were held back.
    var hasMore = false
    /// Its answer, 401, is held back by a timer.
    var isSlowed = false
    /// Whether the poller knows it: not before something is waited for, nor when nothing is any more.
    var isWatched = false
    /// The poller would not take it: it is closed as soon as this turn's answers are sent.
    var isLost = false
    var watchesWriting = false
    var watchesReading = false

    init(
        id: UInt64,
        socket: consuming OwnedDescriptor,
        role: Role,
        peer: String,
        network: UInt64,
        limits: HTTPLimits,
        at now: Int64
    ) {
        self.id = id
        self.socket = socket
        self.role = role
        self.peer = peer
        self.network = network
        phaseBeganAt = now
        parser = HTTPRequestParser(limits: limits)
    }

    /// Whether the peer may send its next request: nothing of the last one is open.
    var isIdle: Bool { current == nil && owed.isEmpty && output.isEmpty && parser.isIdle }

    /// Whether it has begun a request and is owed nothing yet.
    var isReadingOnly: Bool {
        !isDiscarding && owed.isEmpty && output.isEmpty && (current != nil || !parser.isIdle)
    }

    /// Whether the next pipelined request must wait: for an answer that is not known yet, for the
    /// peer to read what it was answered, or for ever, when the connection is to be closed.
    var isHeldBack: Bool {
        let isOver = closesAfterAnswer && current == nil && !isRefusing && !owed.isEmpty
        return owed.isBlocked || isOver || owed.count >= Self.answersOwed
            || output.count - sent > Self.outputBytes
    }

    /// Whether requests that were read already, and held back, may be taken up.
    var mayGoOn: Bool { hasMore && !isDiscarding && !isHeldBack }

    /// Whether the peer has ended its side and has got all that it can get.
    var isServed: Bool {
        isPeerDone && owed.isEmpty && output.isEmpty && (!hasMore || isDiscarding)
    }

    /// So many answers may be owed before more requests are read.
    private static let answersOwed = 128
    /// So many bytes may be unread by the peer before more requests are read.
    private static let outputBytes = 262_144
}

/// A request whose head was read and let in.
struct Exchange {
    let head: HTTPRequestHead
    let route: Route
    /// Steady nanoseconds at which the head was whole.
    let startedAt: Int64
    /// A signature must be checked once the body is there.
    let needsSignature: Bool
}
