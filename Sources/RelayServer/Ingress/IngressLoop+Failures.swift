import HTTP
import POSIX
import Relay

/// Who fails to show who it is, is counted, and answered later the more often it fails.
extension IngressLoop {
    /// The answer as it is owed: a 401 to an address that keeps failing is held back by a timer,
    /// which blocks nothing but that connection.
    ///
    /// A bounded number of them (`limits.slowedRefusals`, and a quarter of `limits.connections`), so
    /// that they cannot take the room of others; more are answered at once.
    mutating func slowed(
        _ owed: OwedAnswers.Owed,
        _ connection: Connection
    ) -> OwedAnswers.Owed {
        guard case .ready(let response) = owed, response.status == 401 else { return owed }
        metrics.failures[connection.role, default: 0] += 1
        let now = Clock.monotonic()
        let longest = Int64(limits.unauthorizedSeconds) * 1000
        let delay = failures.delay(of: connection.peer, at: now, longest: longest)
        let room = min(limits.slowedRefusals, limits.connections / 4)
        guard delay > 0, slowedCount < room, !isDraining, !connection.isSlowed else { return owed }
        connection.isSlowed = true
        slowedCount += 1
        slowedTimers.add(connection.id, due: now + delay)
        return .slowed(response)
    }

    /// Answers whose time has come are owed like others.
    mutating func releaseSlowed() {
        let now = Clock.monotonic()
        while let id = slowedTimers.popDue(at: now) {
            guard let connection = connections[id], connection.isSlowed else { continue }
            forgetSlowed(connection)
            connection.owed.replace { owed in
                if case .slowed(let response) = owed { .ready(response) } else { nil }
            }
            owing.append(id)
        }
    }

    mutating func forgetSlowed(_ connection: Connection) {
        guard connection.isSlowed else { return }
        connection.isSlowed = false
        slowedCount -= 1
    }
}
