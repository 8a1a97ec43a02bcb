extension ConsoleScript {
    /// One delivery's page, and what can be done about it.
    static let page = #"""
        // The id of the delivery whose page is open.
        let opened = null;
        const pretty = (text) => {
          try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
        };
        const block = (title, text) => [make("h3", title), make("pre", text, { tabindex: 0 })];
        function facts(entry) {
          const list = make("dl", null, { class: "facts" });
          const add = (name, ...inside) => {
            if (inside.some((part) => (part || "") === "")) return;
            list.append(make("dt", name), make("dd", inside));
          };
          add("State", tag(entry.state));
          add("Reason", entry.reason || untried(entry));
          add("To mend it", entry.hint);
          add("Says", tag(entry.status));
          add("Environment", entry.environment);
          if (entry.project) add("Project", projectLink(entry));
          add("Commit", commit(entry),
            entry.sha && make("span", " " + entry.sha, { class: "dim" }));
          add("Application", entry.application);
          add("Operation", entry.operation);
          add("Cause", entry.cause);
          add("Hook", entry.hook);
          add("Came", entry.repeats > 1 && entry.repeats + " times");
          add("Received", when(entry.receivedAt),
            " · " + new Date(entry.receivedAt).toLocaleString());
          add("Over", when(entry.settledAt), entry.settledAt && " · after "
            + lasting(Date.parse(entry.settledAt) - Date.parse(entry.receivedAt)));
          const places = inGitLab(entry);
          if (places.length) add("In GitLab", ...places);
          if (entry.environment) {
            const { project, environment } = entry;
            const query = new URLSearchParams({ project, environment });
            add("Beside it", make("a", "all deliveries of this environment",
              { href: "?" + query + "#deliveries" }));
          }
          return list;
        }
        function inGitLab(entry) {
          const page = projectPage(entry), parts = [];
          if (entry.gitlabDeployment) {
            parts.push("deployment " + entry.gitlabDeployment);
            const isOther = entry.gitlabStatus && entry.gitlabStatus !== entry.status;
            if (isOther) parts.push(", there ", tag(entry.gitlabStatus));
          }
          if (page && !isNumber(entry.project)) {
            if (parts.length) parts.push(", ");
            parts.push(link(page + "/-/environments", "its environments"));
          }
          return parts;
        }
        function step(entry) {
          const code = entry.status ? " (" + entry.status + ")" : "";
          const words = entry.settled
            ? [tag(entry.settled), code + (entry.reason ? ": " + entry.reason : "")]
            : ["Try " + entry.attempt + ": ", make("code", entry.call), " – " + entry.outcome
              + code + " after " + lasting(entry.milliseconds) + ": " + entry.reason];
          const clock = new Date(entry.at).toLocaleTimeString();
          const item = make("li", [make("time", clock, { title: entry.at }), " ", ...words]);
          if (entry.gitlab) {
            const isText = typeof entry.gitlab === "string";
            const answer = isText ? entry.gitlab : JSON.stringify(entry.gitlab, null, 2);
            item.append(make("div", "GitLab’s answer:", { class: "dim" }),
              make("pre", answer, { tabindex: 0 }));
          }
          return item;
        }
        function pageParts(entry) {
          const parts = [facts(entry)];
          if (entry.understood) {
            parts.push(make("h3", "What was understood, and why"),
              make("ul", entry.understood.map((words) => make("li", words))));
          }
          const steps = (entry.history || []).map(step);
          parts.push(make("h3", "Tries, and GitLab’s answers"), steps.length
            ? make("ol", steps, { class: "steps" }) : make("p", "Nothing has been sent for it."));
          if (entry.payload) {
            parts.push(...block("Payload", JSON.stringify(entry.payload, null, 2)));
          }
          if (entry.received) {
            parts.push(...block("What came in", pretty(entry.received)));
          } else if (entry.payload) {
            parts.push(make("h3", "What came in"), make("p", "Nothing: the relay made this "
              + "delivery itself" + (entry.cause ? ": " + entry.cause + "." : ".")));
          }
          return parts;
        }
        const waits = (entry) => entry.state === "accepted" || entry.state === "held";
        function pageButtons(entry) {
          const buttons = [];
          const mayDrop = waits(entry) || entry.state === "dead";
          const mayRedeliver = mayDrop || entry.state === "dropped";
          if (canChange && mayRedeliver) {
            buttons.push(button("Redeliver …", () => redeliver(entry)));
          }
          if (canChange && mayDrop) buttons.push(button("Drop …", () => drop(entry)));
          if (entry.received) {
            buttons.push(button("Dry run with the present template", () => dryRun(entry)));
          }
          if (!canChange && (mayRedeliver || mayDrop)) {
            buttons.push(make("span", "This console only reads: redelivering and dropping need an "
              + "admin token (RELAY_ADMIN_TOKEN).", { class: "dim" }));
          }
          return buttons;
        }
        async function openPage(id) {
          const dialog = $("detail");
          if (opened === id && dialog.open) return;
          opened = id;
          shownEntry = null;
          const close = button("Close", () => dialog.close());
          const title = make("h2", "Delivery " + id, { id: "detail-title" });
          dialog.replaceChildren(
            make("div", [title, close], { class: "bar" }),
            make("div", null, { class: "buttons" }),
            make("div", null, { id: "act", role: "status", tabindex: -1 }),
            make("div", make("p", "Loading …"), { id: "page" }));
          if (!dialog.open) dialog.showModal();
          dialog.scrollTop = 0;
          close.focus();
          await loadPage();
        }
        // What the open page shows; null until it is there.
        let shownEntry = null;
        /// Draws it, also anew when links and buttons change with the overview.
        function drawPage() {
          const entry = shownEntry;
          if (!opened || !entry) return;
          say($("detail-title"), "Delivery " + opened + " · " + (signs[entry.state] || "") + " "
            + entry.state);
          $("page").replaceChildren(...pageParts(entry));
          const bar = $("detail").querySelector(".buttons");
          const focused = bar.contains(document.activeElement)
            && document.activeElement.textContent;
          bar.replaceChildren(...pageButtons(entry));
          if (!focused) return;
          const same = [...bar.children].find((each) => each.textContent === focused);
          (same || $("detail").querySelector("button")).focus();
        }
        async function loadPage() {
          const id = opened;
          if (!id) return;
          await allowed(async () => {
            const entry = await ask("/api/deliveries/" + encodeURIComponent(id));
            const text = JSON.stringify(entry);
            if (opened !== id || $("page").dataset.text === text) return;
            $("page").dataset.text = text;
            shownEntry = entry;
            drawPage();
          }, (error) => {
            if (opened === id && !$("page").dataset.text) {
              $("page").replaceChildren(make("p", "✕ " + explain(error), { class: "mistake" }));
            }
          });
        }
        const refreshPage = paced(1000, loadPage);
        function closePage() {
          const id = opened;
          opened = null;
          if (location.hash.startsWith("#delivery=")) {
            history.replaceState(null, "", location.pathname + location.search);
          }
          // The row that it was opened from may have been drawn anew.
          if (document.activeElement === document.body) rows.get(id)?.cells[0].firstChild.focus();
        }

        /// Shows what an action will do, and does it when that is wanted.
        function propose(title, lines, yes, work) {
          const leave = button("Leave it", () => {
            $("act").replaceChildren();
            $("detail").querySelector("button").focus();
          });
          showBox([...bullets(title, lines),
            make("div", [button(yes, work, "main"), leave], { class: "buttons" })]);
        }
        const bullets = (title, lines) =>
          [make("h3", title), make("ul", lines.map((line) => make("li", line)))];
        function showBox(parts) {
          $("act").replaceChildren(make("div", parts, { class: "box" }));
          $("act").focus();
        }
        const failed = (error) => $("act").replaceChildren(
          make("p", "✕ " + explain(error), { class: "mistake" }));
        function redeliver(entry) {
          say($("act"), "Asking what it will do …");
          return allowed(async () => {
            const path = "/api/deliveries/" + entry.id + "/redeliver";
            const answer = await ask(path);
            propose("Redelivering will", answer.will, "Redeliver",
              () => carryOut(entry.id, "redeliver"));
          }, failed);
        }
        function drop(entry) {
          propose("Dropping will", waits(entry) ? [
            "never tell GitLab of this one; what waits behind it goes on",
            "keep it here as dropped: it can be redelivered later",
          ] : ["take it off what is dead, and keep it as dropped: it can be redelivered later"],
          "Drop", () => carryOut(entry.id, "drop"));
        }
        function carryOut(id, action) {
          say($("act"), "…");
          return allowed(async () => {
            const answer = await ask("/api/deliveries/" + id + "/" + action, "POST");
            $("act").replaceChildren(make("p", "✓ Done: " + answer.state
              + (answer.reason ? ": " + answer.reason : "") + "."));
            await loadPage();
          }, failed);
        }
        function dryRun(entry) {
          say($("act"), "…");
          return allowed(async () => {
            const answer = await ask("/api/deliveries/" + entry.id + "/render");
            const { payload, understood, calls } = answer;
            const parts = [
              make("h3", "Dry run: what came in, with the present configuration, as if nothing had "
                + "come before"),
              make("p", [tag(answer.state), answer.reason ? " " + answer.reason : ""]),
            ];
            if (payload) parts.push(...difference(entry.payload, payload));
            if (understood?.length) parts.push(...bullets("Understood", understood));
            if (calls?.length) parts.push(...bullets("Calls that would follow", calls));
            if (payload) parts.push(...block("Payload", JSON.stringify(payload, null, 2)));
            const close = button("Close the dry run", () => {
              $("act").replaceChildren();
              $("detail").querySelector("button").focus();
            });
            showBox([...parts, make("div", close, { class: "buttons" })]);
          }, failed);
        }
        function difference(before, after) {
          if (!before) return [];
          const all = new Set([...Object.keys(before), ...Object.keys(after)]);
          const tell = (value) => value === undefined ? "nothing" : JSON.stringify(value);
          const names = [...all].filter((name) => tell(before[name]) !== tell(after[name]));
          if (!names.length) return [make("p", "✓ The same payload as then.")];
          return [make("p", "! Other than then:"), make("ul", names.map((name) =>
            make("li", [make("code", name), ": " + tell(before[name]) + " → "
              + tell(after[name])])))];
        }

        """#
}
