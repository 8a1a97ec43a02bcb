/// A console that other machines could reach, before a browser that was asked for the token.
struct ConsoleStage {
    static let token = "correct-horse-battery-staple"

    private let stage: Stage
    let relay: RelayProcess
    let browser: Browser

    init() async throws {
        stage = try Stage(["RELAY_ADMIN_LISTEN": "0.0.0.0:0", "RELAY_ADMIN_TOKEN": Self.token])
        relay = try await stage.start()
        browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(until: "document.getElementById('sign-in')?.open")
    }
}
