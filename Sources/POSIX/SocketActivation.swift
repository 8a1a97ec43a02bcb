/// Listening sockets that systemd, or whoever speaks as it does, has bound already
/// (sd_listen_fds(3)).
///
/// They begin at descriptor 3. Descriptors that have no place here are left as they are: whoever
/// passed them may mean them for somebody else.
package struct SocketActivation: Equatable, Sendable {
    /// The descriptor where webhooks arrive, and the one of the admin address.
    package let hooks: Int32?
    package let admin: Int32?

    package struct Mistake: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Reads `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES`.
    ///
    /// By name, `hooks` and `admin`, when one is so named; else the first is hooks' and the second
    /// admin's.
    ///
    /// - Returns: nil when nothing was passed to process `own`.
    /// - Throws: When what was passed has no place here.
    package init?(_ environment: [String: String], own: Int32) throws(Mistake) {
        guard let text = environment["LISTEN_FDS"], environment["LISTEN_PID"] == String(own) else {
            return nil
        }
        guard let count = Int32(text), count >= 0, count <= 1024 else {
            throw Mistake(description: "LISTEN_FDS: \"\(text)\" is no number of sockets")
        }
        guard count > 0 else { return nil }
        let names = (environment["LISTEN_FDNAMES"] ?? "")
            .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let known = ["hooks", "admin"]
        if names.contains(where: known.contains) {
            let first = known.map { names.prefix(Int(count)).firstIndex(of: $0) }
            hooks = first[0].map { Self.first + Int32($0) }
            admin = first[1].map { Self.first + Int32($0) }
            return
        }
        guard count <= 2 else {
            throw Mistake(
                description: "LISTEN_FDS: \(count) sockets were passed and none is named; "
                    + "name them hooks and admin (FileDescriptorName= in the .socket unit)"
            )
        }
        hooks = Self.first
        admin = count > 1 ? Self.first + 1 : nil
    }

    /// SD_LISTEN_FDS_START.
    private static let first: Int32 = 3
}
