import POSIX
import Relay

/// Where the relay may listen, and what that asks for (DESIGN §2.2).
struct ListenRules {
    let configuration: Configuration
    private(set) var mistakes: [ConfigurationError] = []
    /// Hooks that ask for nothing while others do and other machines can reach them: shut.
    private(set) var shutHooks: [String] = []
    /// Whether only this machine reaches the admin address: then reading it needs no token.
    private(set) var isAdminLocal = true

    /// `openHooks` ask their senders for nothing; `hasAdminToken`: the admin address can ask for one.
    init(_ configuration: Configuration, openHooks: [String], hasAdminToken: Bool) {
        self.configuration = configuration
        let hooksAddress = read(configuration.listen, "listen")
        if let address = hooksAddress, !address.isLoopback {
            shutHooks = openHooks
            if openHooks.count == configuration.hooks.count {
                add(
                    "listen",
                    "\(address) can be reached from other machines, and senders are asked for nothing",
                    hint: "set RELAY_TOKEN or RELAY_TOKEN_FILE, or listen on 127.0.0.1"
                )
            }
        }
        guard let address = read(configuration.adminListen, "admin.listen")
        else { return }
        isAdminLocal = address.isLoopback
        if address == hooksAddress, !address.isAnyPort {
            add(
                "admin.listen",
                "\(address) is where the webhooks arrive",
                hint: "use another port, or 0 for any that is free"
            )
        }
        if !isAdminLocal, !hasAdminToken {
            add(
                "admin.listen",
                "\(address) can be reached from other machines, and there is no admin token",
                hint: "set RELAY_ADMIN_TOKEN or RELAY_ADMIN_TOKEN_FILE, or listen on 127.0.0.1"
            )
        }
    }

    private mutating func read(_ text: String, _ setting: String) -> SocketAddress? {
        do {
            return try SocketAddress(text)
        } catch {
            add(setting, error.problem, hint: error.hint)
            return nil
        }
    }

    private mutating func add(_ setting: String, _ problem: String, hint: String) {
        let variable = setting == "listen" ? "RELAY_LISTEN" : "RELAY_ADMIN_LISTEN"
        mistakes.append(configuration.mistake(setting, or: variable, problem, hint: hint))
    }
}
