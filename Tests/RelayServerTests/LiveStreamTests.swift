import Testing

@testable import RelayServer

/// When watchers are told of what has changed; times are given, none is waited for.
@Suite("Streams of events")
struct LiveStreamTests {
    private static func watched() -> LiveStreams {
        var streams = LiveStreams()
        streams.add(1)
        return streams
    }

    @Test("nothing is kept while nobody watches")
    func unwatched() {
        var streams = LiveStreams()
        streams.note(delivery: 1)
        streams.noteHolds()
        #expect(streams.due == nil)
        let unwatched = streams.takeChanges(at: 10_000)
        #expect(unwatched == nil)
        streams.add(1)
        let before = streams.takeChanges(at: 10_000)
        #expect(before == nil)
    }

    @Test("the first change is told at once, the next ones together 200 ms after it")
    func pacing() {
        var streams = Self.watched()
        streams.note(delivery: 7)
        let first = streams.takeChanges(at: 10_000)
        #expect(first?.deliveries == [7])
        #expect(streams.due == nil)
        for id: UInt64 in [9, 8, 9] { streams.note(delivery: id) }
        #expect(streams.due == 10_200)
        let tooEarly = streams.takeChanges(at: 10_199)
        #expect(tooEarly == nil)
        // Each once, in the order of their first change.
        let changes = streams.takeChanges(at: 10_200)
        #expect(changes?.deliveries == [9, 8])
        #expect(changes?.hasMissed == false)
        // After a silence nothing waits.
        streams.note(delivery: 9)
        #expect(streams.due.map { $0 <= 20_000 } == true)
        let later = streams.takeChanges(at: 20_000)
        #expect(later?.deliveries == [9])
    }

    @Test("a hold or its end is told without a delivery, and so is what cannot be told one by one")
    func others() {
        var streams = Self.watched()
        streams.noteHolds()
        let hold = streams.takeChanges(at: 1000)
        #expect(hold?.deliveries == [])
        for id: UInt64 in 1...101 { streams.note(delivery: id) }
        let changes = streams.takeChanges(at: 2000)
        #expect(changes?.deliveries.count == 100)
        #expect(changes?.hasMissed == true)
        // Missed once, not for ever.
        streams.note(delivery: 101)
        let after = streams.takeChanges(at: 3000)
        #expect(after?.hasMissed == false)
    }

    @Test("whoever has gone is told nothing")
    func gone() {
        var streams = Self.watched()
        streams.remove(1)
        streams.note(delivery: 1)
        #expect(streams.due == nil)
    }
}
