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
        var log = try RecordLog(
            folder: configuration.data,
            name: "accepted",
            options: .accepted(configuration.limits)
        )
        Readable.wait(for: mail.past.doorbell.number, milliseconds: -1)
        let (intake, ledger, extent) = try read(&log, running, mail, shared)

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
            intake: intake,
            ledger: ledger,
            extent: extent,
            letGo: LettingGo(configuration),
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

    /// Reads what there is, and hands to delivery what it must go on with.
    private static func read(
        _ log: inout RecordLog,
        _ running: Running,
        _ mail: ServerMail,
        _ shared: Shared
    ) throws(StorageError) -> (intake: Intake, ledger: Ledger, extent: AcceptedExtent) {
        let limits = running.configuration.limits
        var past = AcceptedPast(
            hooks: running.hooks,
            limits: limits,
            settled: mail.past.takeAll().first ?? SettledSummary(endLimit: limits.ledgerEntries),
            expecting: log.recordCount
        )
        var unreadable = 0
        var open: [QueueEntry] = []
        try log.replayHeads { head in
            do throws(RecordError) {
                let entry = try past.take(
                    kind: head.kind,
                    head: head.bytes,
                    locator: head.position.locator,
                    byteCount: head.byteCount,
                    isCarried: head.position != head.origin
                )
                guard let entry else { return }
                open.append(entry)
                guard open.count == OpenDeliveries.pieceLength else { return }
                mail.open.put(open)
                open.removeAll(keepingCapacity: true)
            } catch {
                unreadable += 1
            }
        }
        mail.open.put(open)
        mail.open.end()
        shared.log.tell(log.damage, unreadable: unreadable, in: "accepted")
        let reader = RecordReader(folder: running.configuration.data, name: "accepted")
        return past.finish { reader.acceptedDelivery(at: $0) }
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

extension RecordReader {
    /// The accepted delivery behind a locator; nil when there is none that can be read.
    func acceptedDelivery(at locator: UInt64) -> AcceptedDelivery? {
        if case .delivery(let delivery) = acceptedRecord(at: locator) { delivery } else { nil }
    }

    func acceptedRecord(at locator: UInt64) -> AcceptedRecord? {
        do {
            let record = try read(RecordPosition(locator: locator))
            return try AcceptedRecord(kind: record.kind, bytes: record.bytes)
        } catch {
            // Whoever asks says what that means.
            return nil
        }
    }
}
