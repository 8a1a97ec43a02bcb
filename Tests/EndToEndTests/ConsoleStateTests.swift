import Foundation
import GitLabSandbox
import JSON
import Testing

/// What the console shows while it has nothing to show, or cannot.
@Suite(
    "Console's states",
    .serialized,
    .enabled(if: Browser.isThere, "neither chromium nor google-chrome is installed")
)
struct ConsoleStateTests {
    @Test("until the answers are there each part says that it is loading")
    func loading() async throws {
        let relay = try await Stage().start()
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.withhold("*/api/*")
        try browser.open(relay.console)
        try await browser.wait(for: "connecting", in: "link")
        for id in ["state", "places-note", "chart", "list-note"] {
            #expect(try browser.text(id) == "Loading …", "\(id)")
        }
        // No head without a body, and nothing that could be taken for an answer.
        #expect(try browser.value("document.getElementById('list').hidden") == "true")
        #expect(try browser.text("totals").isEmpty)
        try browser.release()
        try await browser.wait(for: "All is well.", in: "state")
        try await browser.wait(for: "3558c191", in: "list")
        #expect(try browser.text("list-note").isEmpty)
    }

    @Test("what could not be read is said where it would stand, and comes once it can be read")
    func unreadable() async throws {
        let relay = try await Stage().start()
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "3558c191", in: "list")
        // The stream stands; each other answer is one that makes no sense.
        _ = try browser.value(
            "(window.kept = fetch, window.fetch = (url, options) => url.endsWith('/api/stream')"
                + " ? kept(url, options) : Promise.resolve(new Response('no', { status: 500 })),"
                + " load(), loadOverview(), true)"
        )
        try await browser.wait(for: "✕ no", in: "list-note")
        try await browser.wait(for: "✕ The state cannot be read.", in: "state")
        // What was known stays.
        #expect(try browser.text("places").contains("3558c191"))
        _ = try browser.value("(window.fetch = kept, load(), loadOverview(), true)")
        try await browser.wait(for: "All is well.", in: "state")
        try await browser.wait(until: "!document.getElementById('list-note').innerText")
    }

    @Test("without a relay the page says since when, keeps what it knew, and connects again")
    func disconnected() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "3558c191", in: "list")
        // Still there, and silent: the page notices by itself; here somebody cuts the connection.
        relay.signal(SIGSTOP)
        try browser.withhold("*/api/*")
        _ = try browser.value("(cut.abort(), cut.abort = () => {}, true)")
        relay.kill9()
        try browser.release()
        try await browser.wait(for: "Not connected to the relay since", in: "lost")
        #expect(try browser.text("link") == "✕ not connected")
        #expect(try browser.value("document.getElementById('lost').role") == "alert")
        #expect(try browser.text("list").contains("3558c191"))
        // At the same address again.
        var again = stage
        again.environment["RELAY_ADMIN_LISTEN"] = "\(relay.admin.address)"
        let next = try await again.start()
        _ = try browser.value("document.querySelector('#lost button').click()")
        try await browser.wait(for: "● live", in: "link")
        #expect(try browser.value("document.getElementById('lost').hidden") == "true")
        try next.deliver(FlatBody(environment: "production"))
        try await browser.wait(for: "production", in: "list")
    }

    @Test("whoever leaves the sign-in form finds it again, and is told why nothing is shown")
    func locked() async throws {
        let console = try await ConsoleStage()
        let browser = console.browser
        try browser.press(.escape)
        try await browser.wait(until: "!document.getElementById('sign-in').open")
        #expect(try browser.text("state").contains("Sign in to see what goes on."))
        #expect(try browser.text("link") == "! not signed in")
        #expect(try !browser.value("document.body.innerText").contains("Loading"))
        _ = try browser.value("document.getElementById('sign').click()")
        try browser.signIn(ConsoleStage.token)
        try await browser.wait(for: "All is well.", in: "state")
        #expect(try browser.text("link") == "● live")
    }

    @Test("a status that was written otherwise than it was said is told on the delivery's page")
    func written() async throws {
        let relay = try await Stage().start()
        for (operation, status) in [("1", "running"), ("2", "success"), ("1", "success")] {
            try relay.deliver(FlatBody(status: status, operation: operation))
        }
        // The relay closed the first operation when the second began; its own end came too late.
        let late = try #require(try relay.deliveries().first)
        #expect(late["status"]?.string == "success")
        #expect(late["gitlabStatus"]?.string == "canceled")
        let reason = try #require(late["reason"]?.string)
        #expect(reason.contains("a newer success of this Application"), "\(reason)")
        let id = try #require(late["id"]?.string)
        let environment = ["RELAY_ADMIN_LISTEN": "\(relay.admin.address)"]
        let shown = try CommandRun.relay(["deliveries", "show", id], environment: environment)
        #expect(shown.output.contains("1 in GitLab, canceled there"), "\(shown.output)")
        let browser = try Browser()
        try browser.open(relay.console + "/#delivery=\(id)")
        try await browser.wait(for: "deployment 1, there – canceled", in: "page")
        // What runs there is the newer one; the older is no success anywhere.
        let places = try JSONDocument(parsing: relay.admin.get("/api/deployments").body).root
        let place = places["environments"]?[0]
        #expect(place?["current"]?["operation"]?.string == "2")
        let statuses = place?["history"]?.elements.map { $0["status"]?.string }
        #expect(statuses == ["canceled", "success"], "\(String(describing: statuses))")
    }
}
