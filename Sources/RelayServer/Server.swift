import Synchronization
package import POSIX
import Relay
import Storage

/// The relay, running: two loops, two logs, one mailbox between them (DESIGN §3.1).
///
/// Holds the data folder for as long as it lives. Belongs to the thread that made it.
package struct Server: ~Copyable {
    /// What the loops tell the thread that made them.
    package enum Event: Sendable {
        case listening(role: String, SocketAddress)
        /// Nothing can go on; the words say why.
        case failed(String)
        /// The admin address wishes the configuration to be read anew.
        case reload(ticket: UInt64)
        case ended
    }

    private let lock: FolderLock
    private let ingress: LoopThread
    private let delivery: LoopThread
    private let mail: ServerMail
    private let shared: Shared
    /// Readable when an event waits.
    package var doorbell: Int32 { mail.events.doorbell.number }
    package let hooksAddress: SocketAddress
    package let adminAddress: SocketAddress

    /// Why there is no server; the exit code is 1.
    package struct StartError: Error, CustomStringConvertible {
        package let description: String
    }

    /// Starts both loops and returns once both addresses are listening.
    ///
    /// `inherited`: sockets that are bound already, in place of the configuration's addresses; they
    /// are the server's from here on.
    /// - Throws: What stands in the way, in words.
    package static func start(
        _ running: Running,
        log: Log,
        inherited: SocketActivation? = nil
    ) throws(StartError) -> Server {
        do {
            return try begin(running, log, inherited)
        } catch {
            throw StartError(description: "\(error)")
        }
    }

    private static func begin(
        _ running: Running,
        _ log: Log,
        _ inherited: SocketActivation?
    ) throws -> Server {
        let limits = running.configuration.limits
        let lock = try hold(running.configuration.data, waitingSeconds: limits.lockSeconds)
        let mail = try ServerMail(limits)
        let shared = Shared(log: log, startedAt: Clock.now()) { ticket in
            _ = mail.events.put(.reload(ticket: ticket))
        }
        let delivery = try LoopThread(named: "delivery") {
            mail.events.tellEnd { () throws(StorageError) in
                try DeliveryLoop.start(running, mail, shared).run()
            }
        }
        let ingress = try LoopThread(named: "ingress") {
            mail.events.tellEnd { () throws(IngressError) in
                var loop = try IngressLoop.start(running, mail, shared, inherited)
                try loop.run()
            }
        }
        var addresses: [String: SocketAddress] = [:]
        while addresses.count < 2 {
            switch mail.events.next(milliseconds: -1) {
            case .listening(let role, let address): addresses[role] = address
            case .failed(let words): throw StartError(description: words)
            case .reload, .ended, nil: break
            }
        }
        guard let hooks = addresses["hooks"], let admin = addresses["admin"] else {
            preconditionFailure("there are two roles")
        }
        return Server(
            lock: lock,
            ingress: ingress,
            delivery: delivery,
            mail: mail,
            shared: shared,
            hooksAddress: hooks,
            adminAddress: admin
        )
    }

    /// The data folder, made where it is not there yet, for this process alone.
    private static func hold(_ folder: String, waitingSeconds: Int) throws -> FolderLock {
        let words: String
        if let obstacle = FolderInspection.obstacle(folder) {
            words = obstacle
        } else {
            do {
                return try FolderLock(folder: folder, waitingSeconds: waitingSeconds)
            } catch StorageError.unreadable(_, let reason) {
                words = "cannot be made or opened: \(reason)"
            }
        }
        throw StartError(
            description: "the data folder \(folder) \(words)\nhint: \(FolderInspection.remedy)"
        )
    }

    /// The next event; nil when none waits.
    package func nextEvent() -> Event? { mail.events.next(milliseconds: 0) }

    /// Hands a new configuration, or changed secrets, to both loops.
    package func configure(_ running: Running) {
        shared.lastReload.withLock { $0 = Shared.Reload(at: Clock.now()) }
        _ = mail.ingress.put(.configure(running))
        _ = mail.delivery.put(.configure(running))
    }

    /// Answers a wish of the admin address: nil, or what is wrong with the configuration.
    package func answerReload(_ ticket: UInt64?, mistakes: String?) {
        if let mistakes { shared.lastReload.withLock { $0.mistakes = mistakes } }
        if let ticket { _ = mail.ingress.put(.reloaded(ticket: ticket, mistakes: mistakes)) }
    }

    /// Drains and ends: answers what is in flight, waits 2 s at most, never for GitLab.
    ///
    /// - Parameters:
    ///   - bell: A descriptor that becomes readable when there may be no time even for that.
    ///   - isHurried: Whether so it is; asked when the bell rings.
    /// - Returns: Whether it was not hurried.
    @discardableResult
    package consuming func stop(bell: Int32? = nil, isHurried: () -> Bool = { false }) -> Bool {
        _ = mail.ingress.put(.stop)
        _ = mail.delivery.put(.stop)
        let deadline = Clock.monotonic() + 2000
        var left = 2
        while true {
            while let event = mail.events.next(milliseconds: 0) {
                switch event {
                case .ended, .failed: left -= 1
                case .listening, .reload: break
                }
            }
            guard left > 0 else { break }
            let time = deadline - Clock.monotonic()
            guard time > 0 else { return true }
            let bells = [mail.events.doorbell.number] + [bell].compactMap { $0 }
            Readable.wait(forAny: bells, milliseconds: Int32(time))
            if isHurried() { return false }
        }
        ingress.join()
        delivery.join()
        return true
    }
}

/// The mailboxes of one server.
struct ServerMail: Sendable {
    let ingress: Mailbox<IngressMail>
    let delivery: Mailbox<DeliveryMail>
    let events: ServerEvents
    /// What the `settled` log says: read by delivery, needed by ingress, before either begins.
    let past: Mailbox<SettledSummary>
    /// What is open: read by ingress, needed by delivery before it begins.
    let open: OpenDeliveries

    init(_ limits: Limits) throws(SystemError) {
        ingress = try Mailbox(capacity: 65_536)
        // Every event that may wait could be one piece of mail.
        delivery = try Mailbox(capacity: limits.backlogEvents + 65_536)
        events = try ServerEvents()
        past = try Mailbox(capacity: 1)
        open = try OpenDeliveries()
    }
}

/// Hands what a start finds open from one thread to the other, a piece at a time: the whole of a
/// large backlog would be in memory twice.
final class OpenDeliveries: Sendable {
    private enum Piece: Sendable {
        case entries([QueueEntry])
        case end
    }

    /// Entries in a piece.
    static let pieceLength = 2048
    private let mailbox: Mailbox<Piece>

    init() throws(SystemError) { mailbox = try Mailbox(capacity: 8) }

    /// Waits until there is room.
    func put(_ entries: [QueueEntry]) { put(.entries(entries)) }

    /// All was put.
    func end() { put(.end) }

    private func put(_ piece: Piece) {
        while !mailbox.put(piece) { Host.sleep(milliseconds: 1) }
    }

    /// Takes all pieces until the end.
    func forEach(_ body: ([QueueEntry]) -> Void) {
        while true {
            Readable.wait(for: mailbox.doorbell.number, milliseconds: -1)
            for piece in mailbox.takeAll() {
                guard case .entries(let entries) = piece else { return }
                body(entries)
            }
        }
    }
}

/// Events for the thread that made the server.
final class ServerEvents: Sendable {
    private let mailbox: Mailbox<Server.Event>
    /// Taken and not yet told, since a mailbox gives all at once.
    private let waiting = Mutex<[Server.Event]>([])

    init() throws(SystemError) { mailbox = try Mailbox(capacity: 65_536) }

    var doorbell: OwnedDescriptor { _read { yield mailbox.doorbell } }

    func put(_ event: Server.Event) -> Bool { mailbox.put(event) }

    /// The next event, waited for; -1 waits for ever.
    func next(milliseconds: Int32) -> Server.Event? {
        let first = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let first { return first }
        Readable.wait(for: mailbox.doorbell.number, milliseconds: milliseconds)
        return waiting.withLock { waiting in
            waiting += mailbox.takeAll()
            return waiting.isEmpty ? nil : waiting.removeFirst()
        }
    }

    /// Runs a loop to its end and tells how it ended.
    func tellEnd<Failure: Error>(_ body: () throws(Failure) -> Void) {
        do {
            try body()
            _ = put(.ended)
        } catch {
            _ = put(.failed("\(error)"))
        }
    }
}
