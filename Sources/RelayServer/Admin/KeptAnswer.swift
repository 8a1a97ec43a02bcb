import HTTP

/// An answer that takes long to make, kept for twenty times as long: whoever asks again and again
/// leaves the thread to the senders.
///
/// Times are steady nanoseconds.
struct KeptAnswer {
    /// What takes no longer is made anew each time.
    static let quick: Int64 = 5_000_000

    private var kept: (answer: HTTPResponse, until: Int64)?

    /// nil where it is to be made.
    func answer(at now: Int64) -> HTTPResponse? {
        guard let kept, now < kept.until else { return nil }
        return kept.answer
    }

    mutating func keep(_ answer: HTTPResponse, madeFrom start: Int64, to end: Int64) {
        let took = end - start
        kept = took > Self.quick ? (answer, end + took * 20) : nil
    }
}
