extension ConsoleScript {
    /// The first screen's head: is all well, and if not, what to do.
    static let overview = #"""
        /// Sign, headline, what to do: the worst that is the case.
        function verdict(overview, held) {
          const totals = overview.totals;
          const failing = overview.endpoints.find((endpoint) => endpoint.trouble);
          const slowed = overview.endpoints.find((endpoint) => endpoint.state === "throttled");
          const waiting = some(totals.accepted, "delivery waits", "deliveries wait");
          if (overview.trouble) {
            return ["bad", "✕", "The log cannot be written: senders hear 503.", overview.trouble,
              "Make room, or mend the data folder; the relay goes on by itself, and senders that "
              + "try again lose nothing."];
          }
          if (held.length) {
            return ["bad", "!", "Somebody must mend something.",
              some(totals.held, "delivery is held", "deliveries are held") + ", in order and for "
              + "as long as it takes. What to do stands below; once it is mended, the relay goes "
              + "on by itself."];
          }
          if (overview.reloadMistakes) {
            return ["bad", "!", "The last reload of the configuration failed.",
              "The one before it is in force. Mend this, and reload:",
              ...overview.reloadMistakes.split("\n")];
          }
          if (failing && totals.accepted) {
            return ["wait", "…",
              "GitLab “" + failing.name + "” does not do what it is asked: " + waiting + ".",
              failing.trouble, "Nothing is lost: they go on by themselves when it answers. If this "
              + "lasts, look whether " + failing.web + " can be reached from the relay’s machine."];
          }
          if (slowed) {
            return ["wait", "…",
              "GitLab “" + slowed.name + "” asks us to slow down: " + waiting + ".",
              "They go on by themselves."];
          }
          if (overview.oldestPendingSeconds > 60) {
            return ["wait", "…", waiting + " for GitLab, the oldest for "
              + lasting(overview.oldestPendingSeconds * 1000) + ".",
              "They go on by themselves; why one waits stands on its page."];
          }
          if (overview.warnings.length) {
            return ["wait", "!", "Something is missing.", ...overview.warnings];
          }
          // Those that were dropped since are nobody's concern any more.
          const died = Math.min(overview.recentlyDead, totals.dead);
          if (died) {
            return ["wait", "!",
              some(died, "delivery", "deliveries") + " died in the last six hours.",
              "GitLab does not hear of them unless somebody acts: see why, mend that, then "
              + "redeliver or drop them. All others are delivered or on their way."];
          }
          return ["good", "✓", "All is well.", totals.accepted
            ? waiting + " for GitLab at this moment."
            : "Nothing waits, and nothing is to be mended."];
        }
        function showOverview(overview) {
          const fresh = Object.fromEntries(
            overview.endpoints.map((each) => [each.name, each.web]));
          const isOther = JSON.stringify(fresh) !== JSON.stringify(bases)
            || canChange !== overview.canChange;
          bases = fresh;
          canChange = overview.canChange;
          if (isOther) redraw();
          skew = Date.parse(overview.now) - Date.now();
          hooksAddress = overview.hooksAddress;
          showSign();
          say($("version"), "version " + overview.version);
          const held = overview.endpoints.flatMap((endpoint) => endpoint.held);
          const [kind, mark, headline, ...words] = verdict(overview, held);
          const box = $("state");
          const text = headline + words.join();
          announce(mark, headline);
          if (box.dataset.text !== text) {
            box.dataset.text = text;
            box.className = "state " + kind;
            box.replaceChildren(make("strong", [sign(mark), headline]),
              ...words.map((line) => make("p", line)));
            document.title = (kind === "bad" ? mark + " " : "") + "Deployment Relay";
          }
          showHeld(held, overview.totals.held);
          showTotals(overview);
        }
        let announced = null;
        /// Read aloud when it says something else; numbers alone change with each delivery.
        function announce(mark, headline) {
          const words = mark + headline.replace(/[0-9.]+ (ms|s|min|h)?/g, "");
          if (words === announced) return;
          announced = words;
          say($("told"), headline);
        }
        function showHeld(held, count) {
          const text = JSON.stringify([held, count]);
          if ($("held").dataset.text === text) return;
          $("held").dataset.text = text;
          const items = held.map((hold) => make("li", [
            make("strong", [sign("!"), hold.what]),
            make("p", ["Held ", when(hold.since), ": " + hold.reason]),
            make("p", [make("b", "To mend it: "), hold.hint + "."])]));
          if (count) {
            items.push(make("li", link("?state=held#deliveries",
              "Show " + some(count, "held delivery", "held deliveries"))));
          }
          $("held").replaceChildren(...items);
        }
        function showTotals(overview) {
          const text = JSON.stringify([overview.totals, overview.endpoints]);
          if ($("totals").dataset.text === text) return;
          $("totals").dataset.text = text;
          const items = Object.entries(overview.totals).map(([name, count]) => {
            const words = [tag(name), " ", make("b", String(count))];
            return make("li", link("?state=" + name + "#deliveries", words),
              { class: count ? "" : "none" });
          });
          for (const endpoint of overview.endpoints) {
            const left = endpoint.rateLimitRemaining ?? null;
            const words = " " + stateOf(endpoint)
              + (left === null ? "" : ", " + some(left, "call") + " left");
            items.push(make("li", [link(endpoint.web, "GitLab " + endpoint.name), words],
              { class: "gitlab" }));
          }
          $("totals").replaceChildren(...items);
        }
        function stateOf(endpoint) {
          if (endpoint.held.length) return "! held";
          if (endpoint.state === "throttled") return "… slowed down";
          return endpoint.trouble ? "… failing" : "✓ ok";
        }
        let hooksAddress = null;
        const loadOverview = paced(1000, () => allowed(
          async () => showOverview(await ask("/api/overview")),
          (error) => {
            if (!isLive) return;
            announce("✕", "The state cannot be read.");
            $("state").className = "state bad";
            delete $("state").dataset.text;
            $("state").replaceChildren(make("strong", "✕ The state cannot be read."),
              make("p", explain(error)));
          }));

        """#
}
