import POSIX
import Testing

@Suite("Poller")
struct PollerTests {
    @Test("it tells what is readable and writable, under its token, for as long as it is")
    func readiness() throws {
        var poller = try Poller()
        let bell = try Mailbox<Int>(capacity: 5)
        try poller.watch(bell.doorbell.number, token: .max - 1, read: true, write: false)
        #expect(try poller.wait(milliseconds: 0).isEmpty)
        #expect(bell.put(1))
        for _ in 0..<2 {
            let ready = try poller.wait(milliseconds: -1)
            #expect(ready.map(words) == ["\(UInt64.max - 1) r"])
        }
        #expect(bell.takeAll() == [1])
        #expect(try poller.wait(milliseconds: 0).isEmpty)
        try poller.watch(bell.doorbell.number, token: 7, read: false, write: true)
        #expect(try poller.wait(milliseconds: -1).map(words) == ["7 w"])
        poller.forget(bell.doorbell.number)
        poller.forget(bell.doorbell.number)
        #expect(try poller.wait(milliseconds: 0).isEmpty)
    }

    /// Token, and what is possible: r, w, c.
    private func words(_ ready: Poller.Readiness) -> String {
        "\(ready.token) " + (ready.readable ? "r" : "") + (ready.writable ? "w" : "")
            + (ready.closed ? "c" : "")
    }

    @Test("a peer that is gone is told whatever was asked for")
    func closed() throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let client = try Socket.connect(to: listener.address, timeoutSeconds: 10)
        var poller = try Poller()
        try poller.watch(listener.descriptor, token: 1, read: true, write: false)
        _ = try poller.wait(milliseconds: -1)
        guard let arrival = try listener.accept() else { throw Unexpected("nobody came") }
        let server = arrival.take()
        poller.forget(listener.descriptor)
        try poller.watch(server.number, token: 2, read: false, write: false)
        #expect(try poller.wait(milliseconds: 0).isEmpty)
        Socket.cutOnClose(client.number)
        try client.close()
        #expect(try poller.wait(milliseconds: -1).first?.closed == true)
    }

    @Test("more than 256 at once come in several turns, none is forgotten")
    func many() throws {
        var poller = try Poller()
        let bells = try (0..<600).map { _ in try Mailbox<Int>(capacity: 1) }
        for (token, bell) in bells.enumerated() {
            try poller.watch(bell.doorbell.number, token: UInt64(token), read: true, write: false)
            #expect(bell.put(1))
        }
        var seen: Set<UInt64> = []
        while seen.count < 600 {
            let ready = try poller.wait(milliseconds: 10_000)
            try #require(!ready.isEmpty)
            for one in ready {
                #expect(seen.insert(one.token).inserted)
                _ = bells[Int(one.token)].takeAll()
            }
        }
    }

    @Test("a descriptor that cannot be watched is an error")
    func refused() throws {
        let poller = try Poller()
        let error = #expect(throws: SystemError.self) {
            try poller.watch(-1, token: 0, read: true, write: false)
        }
        #expect(error?.call == "epoll_ctl")
    }
}

@Suite("Mailbox")
struct MailboxTests {
    @Test("messages come in the order they were put, and no more than fit")
    func bound() throws {
        let mailbox = try Mailbox<Int>(capacity: 3)
        #expect(mailbox.takeAll().isEmpty)
        #expect((1...5).map { mailbox.put($0) } == [true, true, true, false, false])
        #expect(mailbox.takeAll() == [1, 2, 3])
        #expect(mailbox.put(6))
        #expect(mailbox.takeAll() == [6])
    }

    @Test("the doorbell is heard until the box is empty")
    func doorbell() throws {
        let mailbox = try Mailbox<Int>(capacity: 3)
        var poller = try Poller()
        try poller.watch(mailbox.doorbell.number, token: 1, read: true, write: false)
        for round in 0..<3 {
            #expect(try poller.wait(milliseconds: 0).isEmpty)
            for message in 0...round { #expect(mailbox.put(message)) }
            #expect(try poller.wait(milliseconds: 0).count == 1)
            #expect(mailbox.takeAll() == Array(0...round))
        }
    }

    @Test("many threads put, one takes: nothing is lost, nothing doubled, no bell unheard")
    func threads() throws {
        let mailbox = try Mailbox<Int>(capacity: 100)
        let threads = 4
        let each = 5000
        for thread in 0..<threads {
            _ = try LoopThread(named: "a name longer than Linux takes") {
                for number in 0..<each {
                    while !mailbox.put(thread * each + number) { Host.sleep(milliseconds: 1) }
                }
            }
        }
        var poller = try Poller()
        try poller.watch(mailbox.doorbell.number, token: 1, read: true, write: false)
        var taken: [Int] = []
        while taken.count < threads * each {
            try #require(try !poller.wait(milliseconds: 30_000).isEmpty, "the bell did not ring")
            taken += mailbox.takeAll()
        }
        #expect(taken.sorted() == Array(0..<threads * each))
        for thread in 0..<threads {
            let own = taken.filter { $0 / each == thread }
            #expect(own == own.sorted(), "each thread's order is kept")
        }
    }
}
