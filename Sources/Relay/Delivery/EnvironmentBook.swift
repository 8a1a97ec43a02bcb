/// What environments are known to be in GitLab, by their lanes' keys.
///
/// Only those that an event said something about. Beyond the limit some are forgotten: that costs
/// one look each, and nothing else.
struct EnvironmentBook: Sendable {
    private var known: [Lane.Key: KnownEnvironment] = [:]
    private static let limit = 100_000

    subscript(key: Lane.Key) -> KnownEnvironment? {
        get { known[key] }
        set {
            known[key] = newValue
            guard known.count > Self.limit else { return }
            for forgotten in Array(known.keys.prefix(Self.limit / 10)) where forgotten != key {
                known[forgotten] = nil
            }
        }
    }
}
