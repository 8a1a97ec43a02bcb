import Formats
import POSIX

/// How often addresses have failed of late to show who they are.
///
/// A table of fixed size, whoever comes: addresses that share a place by chance share its count,
/// and nobody can choose to share one, for the seed is secret. It never keeps anybody out: who has
/// the right credential is let in at once, also from an address where others guess (an Ingress).
package struct FailureMeter {
    private struct Place {
        /// Failures, less one for every ten seconds without one.
        var level: Int64 = 0
        /// Steady milliseconds of the last failure.
        var at: Int64 = 0
    }

    private var places = [Place](repeating: Place(), count: FailureMeter.size)
    private let seed: [UInt8]

    private static let size = 1024
    /// So many are answered at once: a slip is no attack.
    private static let free: Int64 = 3
    private static let firstMilliseconds: Int64 = 60

    package init(seed: UInt64) {
        self.seed = (0..<8).map { UInt8(truncatingIfNeeded: seed >> ($0 * 8)) }
    }

    /// Counts a failure of `peer`, at `now` in steady milliseconds.
    ///
    /// - Returns: By how many milliseconds its answer is to be held back: from the fourth failure
    ///   on twice as long each time, `longest` at most.
    package mutating func delay(of peer: String, at now: Int64, longest: Int64) -> Int64 {
        var place = places[index(of: peer)]
        place.level = max(0, place.level - (now - place.at) / 10_000) + 1
        place.at = now
        // More would only take longer to be forgotten.
        place.level = min(place.level, 30)
        places[index(of: peer)] = place
        let doublings = place.level - Self.free - 1
        return doublings < 0 ? 0 : min(longest, Self.firstMilliseconds << min(doublings, 20))
    }

    private func index(of peer: String) -> Int {
        let address: [UInt8] =
            switch try? SocketAddress(peer) {
            case .ipv4(let number, _): (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
            // One host has a whole /64 (RFC 4291 §2.5.4).
            case .ipv6(let bytes, _): Array(bytes.prefix(8))
            case .unix, nil: Array(peer.utf8)
            }
        let digest = HMAC.sha256(key: seed, address)
        return (Int(digest[0]) << 8 | Int(digest[1])) % Self.size
    }
}
