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
            if (inside.some((part) => part === undefined || part === null || part === "")) return;
            list.append(make("dt", name), make("dd", inside));
          };
          add("State", tag(entry.state));
          add("Reason", entry.reason);
          add("To mend it", entry.hint);
          add("Says", tag(entry.status));
          add("Environment", entry.environment);
          if (entry.project) add("Project", projectLink(entry));
          add("Commit", commit(entry), entry.sha && make("span", " " + entry.sha, { class: "dim" }));
          add("Application", entry.application);
          add("Operation", entry.operation);
          add("Cause", entry.cause);
          add("Hook", entry.hook);
          add("Came", entry.repeats && entry.repeats + " times");
          add("Received", when(entry.receivedAt), " · " + new Date(entry.receivedAt).toLocaleString());
          add("Over", when(entry.settledAt), entry.settledAt && " · after "
            + lasting(Date.parse(entry.settledAt) - Date.parse(entry.receivedAt)));
          const page = projectPage(entry);
          const inGitLab = [];
          if (entry.gitlabDeployment) inGitLab.push("deployment " + entry.gitlabDeployment);
          if (page && !isNumber(entry.project)) {
            inGitLab.push(link(page + "/-/environments", "its environments"));
          }
          if (inGitLab.length) add("In GitLab", ...inGitLab.flatMap((part, index) => index ? [", ", part] : [part]));
          if (entry.environment) {
            const query = new URLSearchParams({ project: entry.project, environment: entry.environment });
            add("Beside it", make("a", "all deliveries of this environment", { href: "?" + query + "#deliveries" }));
          }
          return list;
        }
        function step(entry) {
          const code = entry.status ? " (" + entry.status + ")" : "";
          const words = entry.settled
            ? [tag(entry.settled), code + (entry.reason ? ": " + entry.reason : "")]
            : ["Try " + entry.attempt + ": ", make("code", entry.call), " – " + entry.outcome + code
              + " after " + lasting(entry.milliseconds) + ": " + entry.reason];
          const time = make("time", null, { title: entry.at });
          time.textContent = new Date(entry.at).toLocaleTimeString();
          const item = make("li", [time, " ", ...words]);
          if (entry.gitlab) {
            item.append(make("div", "GitLab’s answer:", { class: "dim" }), make("pre",
              typeof entry.gitlab === "string" ? entry.gitlab : JSON.stringify(entry.gitlab, null, 2),
              { tabindex: 0 }));
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
          if (entry.payload) parts.push(...block("Payload", JSON.stringify(entry.payload, null, 2)));
          if (entry.received) parts.push(...block("What came in", pretty(entry.received)));
          else if (entry.payload) parts.push(make("h3", "What came in"), make("p", "Nothing: the relay made "
            + "this delivery itself" + (entry.cause ? ": " + entry.cause + "." : ".")));
          return parts;
        }
        const waits = (entry) => entry.state === "accepted" || entry.state === "held";
        function pageButtons(entry) {
          const buttons = [];
          const mayRedeliver = waits(entry) || entry.state === "dead" || entry.state === "dropped";
          const mayDrop = waits(entry) || entry.state === "dead";
          if (canChange && mayRedeliver) buttons.push(button("Redeliver …", () => redeliver(entry)));
          if (canChange && mayDrop) buttons.push(button("Drop …", () => drop(entry)));
          if (entry.received) buttons.push(button("Dry run with the present template", () => dryRun(entry)));
          if (!canChange && (mayRedeliver || mayDrop)) {
            buttons.push(make("span", "This console only reads: redelivering and dropping need an admin "
              + "token (RELAY_ADMIN_TOKEN).", { class: "dim" }));
          }
          return buttons;
        }
        async function openPage(id) {
          const dialog = $("detail");
          if (opened === id && dialog.open) return;
          opened = id;
          shownEntry = null;
          const close = button("Close", () => dialog.close());
          dialog.replaceChildren(make("div", [make("h2", "Delivery " + id, { id: "detail-title" }), close],
            { class: "bar" }), make("div", null, { class: "buttons" }),
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
          const focused = bar.contains(document.activeElement) && document.activeElement.textContent;
          bar.replaceChildren(...pageButtons(entry));
          if (focused) ([...bar.children].find((each) => each.textContent === focused)
            || $("detail").querySelector("button")).focus();
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
          const box = make("div", [make("h3", title), make("ul", lines.map((line) => make("li", line))),
            make("div", [button(yes, work, "main"), button("Leave it", () => {
              $("act").replaceChildren();
              $("detail").querySelector("button").focus();
            })], { class: "buttons" })], { class: "box" });
          $("act").replaceChildren(box);
          $("act").focus();
        }
        const failed = (error) => $("act").replaceChildren(
          make("p", "✕ " + explain(error), { class: "mistake" }));
        function redeliver(entry) {
          say($("act"), "Asking what it will do …");
          return allowed(async () => {
            const path = "/api/deliveries/" + entry.id + "/redeliver";
            const answer = await ask(path);
            propose("Redelivering will", answer.will, "Redeliver", () => carryOut(entry.id, "redeliver"));
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
            const parts = [make("h3", "Dry run: what came in, with the present configuration, as if nothing "
              + "had come before"), make("p", [tag(answer.state), answer.reason ? " " + answer.reason : ""])];
            if (answer.payload) parts.push(...difference(entry.payload, answer.payload));
            for (const [title, lines] of [["Understood", answer.understood], ["Calls that would follow", answer.calls]]) {
              if (lines?.length) parts.push(make("h3", title), make("ul", lines.map((line) => make("li", line))));
            }
            if (answer.payload) parts.push(...block("Payload", JSON.stringify(answer.payload, null, 2)));
            parts.push(make("div", button("Close the dry run", () => $("act").replaceChildren()), { class: "buttons" }));
            $("act").replaceChildren(make("div", parts, { class: "box" }));
            $("act").focus();
          }, failed);
        }
        function difference(before, after) {
          if (!before) return [];
          const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) =>
            JSON.stringify(before[name]) !== JSON.stringify(after[name]));
          if (!names.length) return [make("p", "✓ The same payload as then.")];
          const tell = (value) => value === undefined ? "nothing" : JSON.stringify(value);
          return [make("p", "! Other than then:"), make("ul", names.map((name) => make("li", [make("code", name),
            ": " + tell(before[name]) + " → " + tell(after[name])])))];
        }

        """#
}
