import Formats
import POSIX
import Relay
import Storage

/// Why the ingress loop cannot start or go on.
enum IngressError: Error, CustomStringConvertible {
    case storage(StorageError)
    case system(SystemError)
    case address(setting: String, SocketAddress.Mistake)
    case cannotListen(setting: String, SocketAddress, SystemError)

    var description: String {
        switch self {
        case .storage(let error): "\(error)"
        case .system(let error): "\(error)"
        case .address(let setting, let mistake):
            "\(setting): \(mistake.problem)\nhint: \(mistake.hint)"
        case .cannotListen(let setting, let address, let error):
            "\(setting): cannot listen on \(address): \(error)\nhint: "
                + Self.hint(address, error)
        }
    }
}

extension IngressError {
    private static func hint(_ address: SocketAddress, _ error: SystemError) -> String {
        guard case .unix(let path, _) = address else {
            return "another process may use it; choose another port, or 0 for any"
        }
        return error.isAddressInUse
            ? "a process listens there, or \(path) is another file; end it, or choose another path"
            : "does its folder exist, and may this user write to it?"
    }
}

extension IngressLoop {
    /// Reads the `accepted` log, hands what is open to delivery, and listens.
    static func start(
        _ running: Running,
        _ mail: ServerMail,
        _ shared: Shared,
        _ inherited: SocketActivation?
    ) throws(IngressError) -> IngressLoop {
        do {
            return try build(running, mail, shared, inherited)
        } catch let error as StorageError {
            throw .storage(error)
        } catch let error as SystemError {
            throw .system(error)
        } catch let error as IngressError {
            throw error
        } catch {
            preconditionFailure("no other error is thrown here: \(error)")
        }
    }

    private static func build(
        _ running: Running,
        _ mail: ServerMail,
        _ shared: Shared,
        _ inherited: SocketActivation?
    ) throws -> IngressLoop {
        let configuration = running.configuration
        var log = try RecordLog(folder: configuration.data, name: "accepted")
        Readable.wait(for: mail.past.doorbell.number, milliseconds: -1)
        var replay = AcceptedReplay(running, past: mail.past.takeAll())
        try log.replay { replay.take($0) }
        shared.log.tell(log.damage, unreadable: replay.unreadable, in: "accepted")
        for entries in replay.batches() { _ = mail.delivery.put(.accepted(entries)) }

        var poller = try Poller()
        let hooks = try listen(
            configuration.listen,
            inherited?.hooks,
            setting: "listen",
            &poller,
            hooksToken
        )
        let admin = try listen(
            configuration.adminListen,
            inherited?.admin,
            setting: "admin.listen",
            &poller,
            adminToken
        )
        try poller.watch(
            mail.ingress.doorbell.number,
            token: mailboxToken,
            read: true,
            write: false
        )
        let addresses = [("hooks", hooks.address), ("admin", admin.address)]
        let loop = IngressLoop(
            poller: poller,
            mailbox: mail.ingress,
            delivery: mail.delivery,
            shared: shared,
            running: running,
            hooksListener: consume hooks,
            adminListener: consume admin,
            descriptorRoom: descriptorRoom(configuration),
            accepted: log,
            settled: RecordReader(folder: configuration.data, name: "settled"),
            intake: replay.intake,
            ledger: replay.ledger,
            buffer: .allocate(byteCount: 65_536, alignment: 16)
        )
        for (role, address) in addresses {
            shared.log.info(
                "listening",
                [("role", .text(role)), ("address", .text("\(address)"))]
            )
            _ = mail.events.put(.listening(role: role, address))
        }
        return loop
    }

    private static func listen(
        _ text: String,
        _ inherited: Int32?,
        setting: String,
        _ poller: inout Poller,
        _ token: UInt64
    ) throws(IngressError) -> ListeningSocket {
        let address: SocketAddress
        do {
            address = try SocketAddress(text)
        } catch {
            throw .address(setting: setting, error)
        }
        do {
            let socket = try socket(address, inherited)
            try poller.watch(socket.descriptor, token: token, read: true, write: false)
            return socket
        } catch {
            throw .cannotListen(setting: setting, address, error)
        }
    }

    private static func socket(
        _ address: SocketAddress,
        _ inherited: Int32?
    ) throws(SystemError) -> ListeningSocket {
        if let inherited { return try ListeningSocket(inherited: inherited) }
        return try ListeningSocket(address)
    }
}

/// Rebuilds what ingress knows from the records that are there.
struct AcceptedReplay {
    private(set) var intake: Intake
    private(set) var ledger: Ledger
    private(set) var unreadable = 0
    private let past: SettledSummary
    private var open: [QueueEntry] = []

    /// `past`: what the other log says; one, or none when there was no data.
    init(_ running: Running, past: [SettledSummary]) {
        let limits = running.configuration.limits
        intake = Intake(hooks: running.hooks, limits: limits)
        ledger = Ledger(limit: limits.ledgerEntries)
        self.past = past.first ?? SettledSummary(endLimit: limits.ledgerEntries)
        intake.reserve(idsUpTo: self.past.highestDelivery)
        for project in self.past.projects { ledger.note(.project(project), locator: 0) }
    }

    mutating func take(_ record: Record) {
        let read: AcceptedRecord
        do {
            read = try AcceptedRecord(kind: record.kind, bytes: record.bytes)
        } catch {
            unreadable += 1
            return
        }
        let locator = record.position.locator
        let end = past.ends[read.id]
        let isOver = past.isSettled(read.id, generation: read.generation)
        intake.replay(
            read,
            isForgotten: past.isForgotten(read.id, generation: read.generation)
        )
        // Over for longer than the index reaches back: nothing waits, and nothing is shown of it.
        guard !isOver || end != nil else { return }
        ledger.add(read, locator: locator)
        if let end { ledger.restore(read.id, end) }
        guard !isOver, case .delivery(let delivery) = read else { return }
        open.append(QueueEntry(delivery, locator: locator))
    }

    /// What delivery must go on with, in pieces that fit a mailbox's turn.
    func batches() -> [[QueueEntry]] {
        stride(from: 0, to: open.count, by: 1024).map { start in
            Array(open[start..<min(start + 1024, open.count)])
        }
    }
}
