import Foundation
import GitLabSandbox
import Testing

/// The console for whoever has no mouse, does not see it, or does not see its colours.
@Suite(
    "Console for everybody",
    .serialized,
    .enabled(if: Browser.isThere, "neither chromium nor google-chrome is installed")
)
struct ConsoleReachTests {
    /// Something of everything: delivered, failed, dead, held, tried in vain.
    private static func varied() async throws -> (Stage, RelayProcess) {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        let relay = try await stage.start()
        for (operation, status) in [("1", "success"), ("2", "failed"), ("3", "nonsense")] {
            try relay.deliver(FlatBody(status: status, operation: operation))
        }
        stage.sandbox.withSandbox { sandbox in
            sandbox.changeToken(Stage.token) { $0.state = .expired }
        }
        try relay.deliver(FlatBody(status: "running", operation: "4"))
        return (stage, relay)
    }

    private static let focused = "document.activeElement"

    @Test("a delivery's page takes the focus, keeps it, and gives it back; Escape closes it")
    func page() async throws {
        let (_, relay) = try await Self.varied()
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "3558c191", in: "list")
        _ = try browser.value("document.querySelector('#list a[href=\"#delivery=4\"]').focus()")
        try browser.press(.enter)
        try await browser.wait(for: "What came in", in: "detail")
        #expect(try browser.value("\(Self.focused).textContent") == "Close")
        // Once around, both ways: nothing of the page behind it is reached.
        for shift in [false, true] {
            for _ in 0..<16 {
                try browser.press(.tab, shift: shift)
                let outside =
                    "!document.getElementById('detail').contains(\(Self.focused))"
                    + " && \(Self.focused) !== document.body"
                #expect(try browser.value(outside) == "false")
            }
        }
        // What an action will do takes the focus, and leaving it brings one back.
        _ = try browser.value(
            "[...document.querySelectorAll('#detail button')]"
                + ".find((each) => each.textContent === 'Drop …').click()"
        )
        #expect(try browser.value("\(Self.focused).id") == "act")
        try browser.press(.tab)
        try browser.press(.tab)
        #expect(try browser.value("\(Self.focused).textContent") == "Leave it")
        try browser.press(.enter)
        #expect(try browser.value("\(Self.focused).textContent") == "Close")
        try browser.press(.escape)
        try await browser.wait(until: "!document.getElementById('detail').open")
        #expect(try browser.value("\(Self.focused).textContent") == "4")
        // The address follows when the dialog has told that it was closed.
        try await browser.wait(until: "location.hash === ''")
    }

    @Test("dropping and redelivering ask for the token, say what they will do, and then do it")
    func acts() async throws {
        let (_, relay) = try await Self.varied()
        let browser = try Browser()
        try browser.open(relay.console + "/#delivery=4")
        func click(_ words: String) async throws {
            let button =
                "[...document.querySelectorAll('#detail button')]"
                + ".find((each) => each.textContent === '\(words)')"
            try await browser.wait(until: button)
            _ = try browser.value("\(button).click()")
        }
        try await click("Drop …")
        try await browser.wait(for: "never tell GitLab of this one", in: "act")
        #expect(try relay.deliveries("?state=dropped").isEmpty)
        try await click("Drop")
        try await browser.wait(until: "document.getElementById('sign-in').open")
        _ = try browser.value("document.getElementById('token').value = 'admin-token'")
        try browser.press(.enter)
        try await browser.wait(for: "✓ Done: dropped", in: "act")
        try await browser.wait(for: "– dropped", in: "detail-title")
        #expect(try relay.deliveries("?state=dropped").count == 1)
        try await click("Redeliver …")
        try await browser.wait(for: "Redelivering will", in: "act")
        #expect(try relay.deliveries("?state=dropped").count == 1)
        try await click("Redeliver")
        try await browser.wait(for: "✓ Done: accepted", in: "act")
        try await browser.wait(for: "! held", in: "detail-title")
        // Of what is dead the present template can be tried, and nothing is changed by it.
        try browser.open(relay.console + "/#delivery=3")
        try await click("Dry run with the present template")
        try await browser.wait(for: "is none of GitLab", in: "act")
        #expect(try relay.deliveries("?state=dead").count == 1)
    }

    @Test("the sign-in form takes the focus, Escape closes it, and the button has it again")
    func signIn() async throws {
        let (_, relay) = try await Self.varied()
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(until: "document.getElementById('sign')?.hidden === false")
        _ = try browser.value("document.getElementById('sign').focus()")
        try browser.press(.enter)
        try await browser.wait(until: "document.getElementById('sign-in').open")
        #expect(try browser.value("\(Self.focused).id") == "token")
        // A wrong token is said aloud, and the field is there to be filled again.
        _ = try browser.value("document.getElementById('token').value = 'wrong'")
        try browser.press(.enter)
        try await browser.wait(for: "does not know this token", in: "token-note")
        #expect(try browser.value("document.getElementById('token-note').role") == "alert")
        #expect(try browser.value("\(Self.focused).id") == "token")
        try browser.press(.escape)
        try await browser.wait(until: "!document.getElementById('sign-in').open")
        #expect(try browser.value("\(Self.focused).id") == "sign")
    }

    @Test("what changes with each delivery is not read aloud; what somebody must do is")
    func aloud() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(for: "All is well.", in: "told")
        try await browser.wait(for: "3558c191", in: "list")
        try await browser.wait(until: "document.querySelector('#chart svg')")
        _ = try browser.value(
            """
            (window.heard = [], document.querySelectorAll('[role=status], [role=alert]')
              .forEach((each) => new MutationObserver(() =>
                heard.push(each.id + ': ' + each.innerText))
                .observe(each, { childList: true, subtree: true, characterData: true })))
            """
        )
        for number in 1...5 { try relay.deliver(FlatBody(environment: "e\(number)")) }
        try await browser.wait(for: "e5", in: "list")
        try await browser.wait(for: "e5", in: "places")
        #expect(try browser.value("heard.join('; ')").isEmpty)
        stage.sandbox.withSandbox { sandbox in
            sandbox.changeToken(Stage.token) { $0.state = .expired }
        }
        try relay.deliver(FlatBody(environment: "e6"))
        try await browser.wait(for: "Somebody must mend something.", in: "told")
        #expect(try browser.value("heard.join('; ')") == "told: Somebody must mend something.")
    }

    @Test(
        "each state has a sign and a word beside its colour, and all can be read",
        arguments: [false, true]
    )
    func signs(isDark: Bool) async throws {
        let (_, relay) = try await Self.varied()
        let browser = try Browser()
        try browser.show(width: 1280, isDark: isDark)
        for path in ["/", "/#delivery=4"] {
            try browser.open(relay.console + path)
            try await browser.wait(for: "Somebody must mend something.", in: "state")
            try await browser.wait(for: "3558c191", in: path == "/" ? "list" : "detail")
            let bare = """
                [...document.querySelectorAll('.tag')].filter((each) => !/^[^a-z]+ [a-z]+$/
                  .test(each.textContent)).map((each) => each.outerHTML)
                """
            #expect(try browser.value(bare).isEmpty)
            #expect(try browser.text("state").hasPrefix("! "))
            #expect(try browser.value(Self.faint).isEmpty, "\(path)")
        }
        // The chart's kinds differ in form: hatched, crossed, a stroke below the line.
        try browser.open(relay.console)
        try await browser.wait(until: "document.querySelector('#chart svg .dead')")
        for form in ["path.cross", "line.tries", "rect.delivered"] {
            let isThere = "Boolean(document.querySelector('#chart > svg \(form)'))"
            #expect(try browser.value(isThere) == "true", "\(form)")
        }
        let kinds = """
            new Set([...document.querySelectorAll('.key li svg')].map((each) =>
              [...each.children].map((one) => one.tagName + one.getAttribute('fill')).join())).size
            """
        #expect(try browser.value(kinds) == "5")
        // The measure itself: what is too faint is found.
        _ = try browser.value(
            "document.querySelector('h1').attributeStyleMap.set('color', 'rgb(120, 120, 120)')"
        )
        #expect(try browser.value(Self.faint).contains("Deployment Relay"))
    }

    /// Texts whose contrast is below 4.5 to 1 (WCAG 2.2, 1.4.3).
    private static let faint = """
        (() => {
          const numbers = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
          const light = (color) => {
            const [red, green, blue] = numbers(color).map((part) => part / 255).map((part) =>
              part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
            return .2126 * red + .7152 * green + .0722 * blue;
          };
          const back = (element) => {
            for (let at = element; at; at = at.parentElement) {
              const color = getComputedStyle(at).backgroundColor;
              if (numbers(color)[3] !== 0) return color;
            }
            return 'rgb(255, 255, 255)';
          };
          return [...document.querySelectorAll('body *')].filter((each) => {
            const isText = [...each.childNodes].some((node) => node.nodeType === 3
              && node.textContent.trim());
            if (!isText || !each.checkVisibility()) return false;
            const style = getComputedStyle(each);
            const [one, other] = [light(each instanceof SVGElement ? style.fill : style.color),
              light(back(each))].sort((one, other) => other - one);
            return (one + .05) / (other + .05) < 4.5;
          }).map((each) => each.outerHTML.slice(0, 200));
        })()
        """

    @Test("the chart is read by its arrow keys, and goes on being read while it is drawn anew")
    func chart() async throws {
        let relay = try await Stage().start()
        try relay.deliver(FlatBody())
        let browser = try Browser()
        try browser.open(relay.console)
        try await browser.wait(until: "document.querySelector('#chart > svg')")
        _ = try browser.value("document.querySelector('#chart > svg').focus()")
        try browser.press(.end)
        try await browser.wait(for: "1 delivered", in: "readout")
        try relay.deliver(FlatBody(environment: "production"))
        _ = try browser.value("loadChart()")
        try await browser.wait(for: "2 delivered", in: "readout")
        #expect(try browser.value("\(Self.focused).tagName") == "svg")
        #expect(try browser.value("document.querySelectorAll('#readout').length") == "1")
        try browser.press(.left)
        try await browser.wait(for: "0 delivered", in: "readout")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }
}
