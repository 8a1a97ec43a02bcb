extension ConsoleScript {
    /// What keeps the page up to date, and its controls.
    static let living = #"""
        let isLive = false, lostAt = null, stopWaiting = null, cut = null;
        function loadAll() {
          loadOverview();
          loadPlaces();
          loadChart();
          load();
          if (opened) refreshPage();
        }
        function showLive() {
          isLive = true;
          lostAt = null;
          $("lost").hidden = true;
          $("state").classList.remove("old");
          say($("link"), "● live");
          loadAll();
        }
        function showLost() {
          isLive = false;
          if (!lostAt) lostAt = new Date();
          say($("link"), "✕ not connected");
          const box = $("lost");
          $("state").classList.add("old");
          // Told once; whoever stands on its button stays there.
          if (!box.hidden) return;
          box.hidden = false;
          box.replaceChildren(
            make("strong",
              "✕ Not connected to the relay since " + lostAt.toLocaleTimeString() + "."),
            make("p", "What is shown is from then. Senders try again for seven seconds only: look "
              + "whether deployment-relay runs (its log, systemctl status, kubectl get pods), and "
              + "whether this machine reaches " + location.host
              + ". The page connects by itself."),
            make("p", button("Try now", () => stopWaiting && stopWaiting())));
        }
        /// Nobody has signed in; `go` is called once somebody has.
        function showLocked(go) {
          isLive = false;
          say($("link"), "! not signed in");
          signIn("The relay asks for the admin token.", go);
          showSign();
          if ($("state").dataset.text) return;
          $("state").replaceChildren(make("strong", [sign("!"), "Sign in to see what goes on."]),
            make("p", "The relay can be reached from other machines, so it asks for its admin "
              + "token."));
          for (const id of ["places-note", "list-note"]) say($(id), "");
          $("chart").replaceChildren();
        }
        function event(text) {
          let kind = "", data = "";
          for (const line of text.split("\n")) {
            if (line.startsWith("event: ")) kind = line.slice(7);
            if (line.startsWith("data: ")) data += line.slice(6);
          }
          if (kind === "delivery") take(JSON.parse(data));
          if (kind !== "changed") return;
          if (JSON.parse(data).missed) {
            hasMissed = true;
            flush();
          }
          loadOverview();
          loadPlaces();
          loadChart();
        }
        // Read by fetch, since an EventSource sends no token.
        async function stream() {
          cut = new AbortController();
          let silence = null;
          const heard = () => {
            clearTimeout(silence);
            // The relay says something every 15 s.
            silence = setTimeout(() => cut.abort(), 40000);
          };
          try {
            heard();
            const answer = await fetch(address("/api/stream"),
              { headers: headers(), cache: "no-store", signal: cut.signal });
            if (!answer.ok) throw await refusal(answer);
            showLive();
            const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
            let text = "";
            for (;;) {
              const { value, done } = await reader.read();
              if (done) return;
              heard();
              const events = (text + value).split("\n\n");
              text = events.pop();
              for (const each of events) event(each);
            }
          } finally {
            clearTimeout(silence);
          }
        }
        async function live() {
          let wait = 1;
          for (;;) {
            const began = Date.now();
            let problem = null;
            try { await stream(); } catch (error) { problem = error; }
            if (document.hidden) await visible();
            else if (problem?.status === 401) {
              await new Promise(showLocked);
              continue;
            } else if (Date.now() - began < 5000 || problem?.name !== "AbortError") {
              if (Date.now() - began > 30000) wait = 1;
              showLost();
              await new Promise((go) => {
                stopWaiting = go;
                setTimeout(go, wait * 1000);
              });
              wait = Math.min(15, wait * 2);
            }
          }
        }
        const visible = () => new Promise((go) => {
          if (!document.hidden) return go();
          document.addEventListener("visibilitychange", () => go(), { once: true });
        });
        // A page nobody looks at gives its connection back: browsers have six for each address.
        let hiding = null;
        document.addEventListener("visibilitychange", () => {
          clearTimeout(hiding);
          if (document.hidden) hiding = setTimeout(() => cut && cut.abort(), 30000);
        });

        function fillForms() {
          const query = new URLSearchParams(location.search);
          for (const field of [...$("filters").elements, ...$("finder").elements]) {
            if (!field.name || document.activeElement === field) continue;
            field.value = query.get(field.name) || "";
          }
        }
        let lastQuery = null;
        function readURL() {
          const id = /^#delivery=([^&]+)$/.exec(location.hash);
          if (id) openPage(decodeURIComponent(id[1]));
          else if ($("detail").open) $("detail").close();
          fillForms();
          if (lastQuery === location.search) return;
          const isFirst = lastQuery === null;
          lastQuery = location.search;
          showPlaces();
          // At the beginning all is read once the stream stands, so that nothing falls between.
          if (!isFirst) load();
        }
        function go(query, replaces) {
          const url = location.pathname + (String(query) ? "?" + query : "");
          if (location.pathname + location.search === url && !location.hash) return;
          history[replaces ? "replaceState" : "pushState"](null, "", url);
          readURL();
        }
        /// The forms' fields into the URL.
        function readForms(replaces) {
          const query = new URLSearchParams();
          for (const field of [...$("finder").elements, ...$("filters").elements]) {
            const value = field.name && field.value.trim();
            if (value) query.set(field.name, value);
          }
          go(query, replaces);
        }
        for (const form of [$("filters"), $("finder")]) {
          form.addEventListener("submit", (event) => {
            event.preventDefault();
            readForms();
          });
        }
        $("filters").elements.state.addEventListener("change", () => readForms());
        $("finder").addEventListener("input", () => readForms(true));
        $("all").addEventListener("click", () => {
          const find = new URLSearchParams(location.search).get("find");
          go(new URLSearchParams(find ? { find } : {}));
          $("filters").elements.state.focus();
        });
        $("more").addEventListener("click", () => load(next));
        $("pause").addEventListener("click", () => {
          isPaused = !isPaused;
          showPause();
          flush();
        });
        $("sign").addEventListener("click", toggleSign);
        $("sign-in").querySelector("form").addEventListener("submit", tryToken);
        $("no-sign").addEventListener("click", () => $("sign-in").close());
        $("detail").addEventListener("close", closePage);
        // Links into this page need not load it anew.
        document.addEventListener("click", (event) => {
          const href = event.target.closest?.("a")?.getAttribute("href") || "";
          if (!href.startsWith("?") || event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          if ($("detail").open) $("detail").close();
          go(new URLSearchParams(href.slice(1, href.indexOf("#"))));
          $("deliveries").scrollIntoView();
          $("deliveries").focus({ preventScroll: true });
        });
        addEventListener("popstate", readURL);
        addEventListener("hashchange", readURL);
        let width = 0;
        new ResizeObserver(() => {
          if ($("chart").clientWidth === width) return;
          width = $("chart").clientWidth;
          drawChart();
        }).observe($("chart"));
        setInterval(() => {
          if (document.hidden) return;
          for (const element of document.querySelectorAll("time[datetime]")) {
            say(element, age(element.dateTime));
          }
        }, 15000);
        setInterval(() => {
          if (!isLive || document.hidden) return;
          loadOverview();
          loadChart();
        }, 30000);
        readURL();
        live();

        """#
}
