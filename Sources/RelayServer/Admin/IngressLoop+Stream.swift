import Relay
import HTTP
import JSON
import POSIX

/// `GET /api/stream`: server-sent events (HTML Living Standard, "Server-sent events").
extension IngressLoop {
    /// Sends the head of the endless answer; events follow as they happen.
    mutating func beginStream(_ exchange: Exchange, _ connection: Connection) {
        note(exchange, 200)
        let fields = AdminFields.all.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(fields)Connection: close\r\n\r\n"
            + "retry: 2000\n\n: welcome\n\n"
        connection.owed.append(.streaming)
        connection.output += Array(head.utf8)
        connection.closesAfterAnswer = true
        streams.add(connection.id)
        keepAlive(connection)
        write(connection)
    }

    /// Tells the watchers what has changed since they were last told.
    mutating func publish() {
        guard let changes = streams.takeChanges(at: Clock.monotonic()) else { return }
        var events: [UInt8] = []
        for id in changes.deliveries {
            guard let entry = ledger[id] else { continue }
            var writer = JSONWriter()
            writer.object { DeliveryPage.summary(entry, words(entry), ledger, intake, &$0) }
            events += Array("event: delivery\ndata: ".utf8) + writer.bytes + [0x0A, 0x0A]
        }
        events += Array("event: changed\ndata: {\"missed\":\(changes.hasMissed)}\n\n".utf8)
        for id in streams.watchers { send(events, to: id) }
    }

    /// A stream that has been silent says that it is still there.
    mutating func beat(_ connection: Connection) {
        send(Array(": still here\n\n".utf8), to: connection.id)
    }

    private mutating func send(_ events: [UInt8], to id: UInt64) {
        guard let connection = connections[id] else { return streams.remove(id) }
        guard connection.output.count - connection.sent < LiveStreams.backlogBytes else {
            return close(connection)
        }
        connection.output += events
        keepAlive(connection)
        write(connection)
    }

    private mutating func keepAlive(_ connection: Connection) {
        connection.deadline = Clock.monotonic() + LiveStreams.heartbeatMilliseconds
        deadlines.note(connection)
    }
}
