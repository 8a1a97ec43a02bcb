import Foundation
import GitLabSandbox
import Testing

/// The console as a person meets it: a real browser before the real binary.
@Suite(
    "Console in a browser",
    .serialized,
    .enabled(if: Browser.isThere, "neither chromium nor google-chrome is installed")
)
struct ConsoleBrowserTests {
    @Test("the first screen says that all is well, what runs where, and what came")
    func calm() async throws {
        let relay = try await Stage().start()
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "Nothing has come yet", in: "list-note")
        try await browser.wait(for: "No deployment has been recorded", in: "places-note")
        // Live: nobody loads the page anew.
        try relay.deliver(FlatBody())
        try await browser.wait(for: "3558c191", in: "places")
        try await browser.wait(for: "3558c191", in: "list")
        #expect(try browser.text("state").contains("All is well."))
        #expect(try browser.text("places").contains("staging"))
        #expect(try browser.text("link") == "● live")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test("filters stand in the URL")
    func filters() async throws {
        let relay = try await Stage().start()
        for environment in ["staging", "production"] {
            try relay.deliver(FlatBody(environment: environment))
        }
        let browser = try Browser()
        try browser.open(relay.console + "/?environment=production&find=staging")
        try await browser.wait(for: "production", in: "list")
        try await browser.wait(for: "1 environment fits", in: "places-note")
        #expect(try browser.value("document.querySelectorAll('#list tbody tr').length") == "1")
        #expect(
            try browser.value("document.querySelector('#filters').elements.environment.value")
                == "production"
        )
        #expect(try !browser.text("places").contains("production"))
        try browser.open(relay.console + "/?state=dead")
        try await browser.wait(for: "No delivery fits these filters.", in: "list-note")
        try browser.open(relay.console + "/?since=yesterday")
        try await browser.wait(for: "is neither a duration nor a time", in: "list-note")
    }

    @Test("a delivery's address shows what came, what was made of it, tries, and the way to GitLab")
    func page() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        try relay.deliver(FlatBody(project: "fleet/services/parcel-api"))
        let browser = try Browser()
        try browser.open(relay.console + "/#delivery=1")
        try await browser.wait(for: "What came in", in: "detail")
        let page = try browser.text("detail")
        for words in [
            "What was understood, and why", "Tries, and GitLab’s answers", "GitLab’s answer:",
            "\"status\": \"success\"", "Dry run with the present template",
        ] {
            #expect(page.contains(words), "\(page)")
        }
        // Links need the overview, which may come after the page.
        try await browser.wait(
            until: "document.querySelector('#detail a[href^=\"\(stage.sandbox.url)/fleet\"]')"
        )
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
        try browser.open(relay.console + "/#delivery=77")
        try await browser.wait(for: "no delivery has the id 77", in: "detail")
    }

    @Test("what is held stands on top with its remedy, and goes by itself once it is mended")
    func held() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        stage.sandbox.withSandbox { sandbox in
            sandbox.changeToken(Stage.token) { $0.state = .expired }
        }
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "Somebody must mend something.", in: "state")
        try await browser.wait(for: "To mend it: the token has expired", in: "held")
        stage.sandbox.withSandbox { sandbox in
            sandbox.changeToken(Stage.token) { $0.state = .active }
        }
        try await browser.wait(for: "All is well.", in: "state")
        #expect(try browser.text("held").isEmpty)
        relay.kill9()
        try await browser.wait(for: "Not connected to the relay", in: "lost")
    }

    @Test("nothing goes over the edge of a telephone or a wide screen", arguments: [375, 1280])
    func widths(width: Int) async throws {
        let relay = try await Stage().start()
        try relay.deliver(FlatBody(project: "fleet/services/parcel-api"))
        let browser = try Browser()
        var backs: Set<String> = []
        for isDark in [false, true] {
            try browser.show(width: width, isDark: isDark)
            for path in ["/", "/#delivery=1"] {
                try browser.open(relay.console + path)
                try await browser.wait(for: "3558c191", in: path == "/" ? "list" : "page")
                let root = "document.documentElement.scrollWidth <= innerWidth"
                #expect(try browser.value(root) == "true", "\(path)")
                let dialog = "(($) => $.scrollWidth <= $.clientWidth)"
                #expect(try browser.value("\(dialog)(document.getElementById('detail'))") == "true")
            }
            backs.insert(try browser.value("getComputedStyle(document.body).backgroundColor"))
        }
        #expect(backs.count == 2, "both themes look alike")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test("beyond loopback the page itself asks for the token, and then shows what there is")
    func asks() async throws {
        let console = try await ConsoleStage()
        let (relay, browser) = (console.relay, console.browser)
        try browser.signIn(ConsoleStage.token)
        try await browser.wait(until: "!document.getElementById('sign-in').open")
        try await browser.wait(for: "All is well.", in: "state")
        // The stream, too, has the token.
        try relay.deliver(FlatBody())
        try await browser.wait(for: "3558c191", in: "list")
        #expect(try browser.text("link") == "● live")
    }

    @Test("the sign-in form tells a wrong token, keeps the right one for its tab, and forgets it")
    func signIn() async throws {
        let token = ConsoleStage.token
        let relay = try await Stage(["RELAY_ADMIN_TOKEN": token]).start()
        let browser = try Browser()
        try browser.open(relay.console)
        // The page has it from its beginning; it is shown once the script is at work.
        try await browser.wait(until: "document.getElementById('sign')?.hidden === false")
        _ = try browser.value("document.getElementById('sign').click()")
        try browser.signIn("wrong")
        try await browser.wait(for: "does not know this token", in: "token-note")
        #expect(try browser.value("sessionStorage.length") == "0")
        try browser.signIn(token)
        try await browser.wait(until: "!document.getElementById('sign-in').open")
        #expect(try browser.value("location.href.includes('\(token)')") == "false")
        try browser.open(relay.console)
        try await browser.wait(for: "Sign out", in: "sign")
        _ = try browser.value("document.getElementById('sign').click()")
        #expect(try browser.value("sessionStorage.length") == "0")
    }

    @Test("each control has a name, and the keyboard shows where it is")
    func keyboard() async throws {
        let relay = try await Stage().start()
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "3558c191", in: "list")
        let nameless = """
            [...document.querySelectorAll('a, button, input, select, summary, [role=img]')]
              .filter((each) => !(each.getAttribute('aria-label') || each.innerText
                || each.textContent.trim() || each.labels?.[0]?.textContent.trim()))
              .map((each) => each.outerHTML)
            """
        #expect(try browser.value(nameless).isEmpty)
        // The list changes with each delivery: read aloud, it would never be silent.
        #expect(try browser.value("document.querySelector('#list, #places').ariaLive") == "null")
        var seen: Set<String> = []
        for _ in 0..<12 {
            try browser.press(.tab)
            seen.insert(try browser.value("document.activeElement.outerHTML.slice(0, 80)"))
            let outline = "getComputedStyle(document.activeElement).outlineStyle"
            #expect(try browser.value(outline) == "solid", "\(seen)")
        }
        #expect(seen.count == 12, "\(seen)")
    }
}
