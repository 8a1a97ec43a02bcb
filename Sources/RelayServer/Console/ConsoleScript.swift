/// The console's script: reads the admin address's own JSON and its stream of events.
///
/// Writes text as text (`textContent`), never as markup: what senders wrote cannot become a page.
enum ConsoleScript {
    static let text = reading + drawing + details + living

    /// Asking the admin address, and small pieces of markup.
    private static let reading = #"""
        "use strict";
        const $ = (id) => document.getElementById(id);
        const make = (name, text, attributes = {}) => {
          const element = document.createElement(name);
          if (text !== undefined && text !== null) element.textContent = text;
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          return element;
        };
        const KEY = "deployment-relay-admin-token";
        const headers = () => {
          const token = sessionStorage.getItem(KEY);
          return token ? { "X-Console": "1", Authorization: "Bearer " + token } : { "X-Console": "1" };
        };
        async function ask(path, method = "GET") {
          const answer = await fetch(path, { method, headers: headers(), cache: "no-store" });
          const body = await answer.json().catch(() => ({}));
          if (answer.ok) return body;
          const error = new Error(body.error || (await answer.statusText) || "refused");
          error.status = answer.status;
          error.hint = body.hint;
          throw error;
        }
        const kinds = { delivered: "good", success: "good", dead: "bad", failed: "bad", held: "bad",
          accepted: "wait", running: "wait" };
        const signs = { delivered: "✓", success: "✓", dead: "✕", failed: "✕", held: "!",
          accepted: "…", running: "…", superseded: "→", dropped: "–", canceled: "–" };
        function tag(word) {
          return word ? make("span", (signs[word] || "") + " " + word,
            { class: "tag " + (kinds[word] || "") }) : make("span", "");
        }
        function age(time) {
          if (!time) return "";
          const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
          if (seconds < 90) return Math.round(seconds) + " s ago";
          if (seconds < 5400) return Math.round(seconds / 60) + " min ago";
          if (seconds < 129600) return Math.round(seconds / 3600) + " h ago";
          return Math.round(seconds / 86400) + " days ago";
        }
        function when(time) {
          return make("time", age(time), { datetime: time || "", title: time || "" });
        }
        let bases = {};
        function commit(entry) {
          const short = (entry.sha || "").slice(0, 8);
          const base = bases[entry.endpoint] || Object.values(bases)[0];
          const code = make("code", short);
          if (!short || !base || !/[/]/.test(entry.project || "")) return code;
          const link = make("a", null, { href: base + "/" + entry.project + "/-/commit/" + entry.sha,
            rel: "noreferrer" });
          link.append(code);
          return link;
        }

        """#

    /// The first screen: state, curve, places.
    private static let drawing = #"""
        function showOverview(overview) {
          bases = {};
          for (const endpoint of overview.endpoints) bases[endpoint.name] = endpoint.url;
          $("version").textContent = "version " + overview.version;
          const held = overview.endpoints.flatMap((endpoint) => endpoint.held);
          const totals = overview.totals;
          const state = $("state");
          if (overview.trouble) {
            state.className = "state bad";
            state.textContent = "✕ The log cannot be written, senders hear 503: " + overview.trouble
              + ". Make room, or mend the data folder; it goes on by itself.";
          } else if (held.length) {
            state.className = "state bad";
            state.textContent = "! Somebody must mend something; until then "
              + (totals.held === 1 ? "1 delivery is held." : totals.held + " deliveries are held.");
          } else if (overview.endpoints.some((endpoint) => endpoint.state === "throttled")) {
            state.className = "state wait";
            state.textContent = "… GitLab asks us to slow down; deliveries wait and go on by themselves.";
          } else if (totals.accepted && overview.endpoints.some((endpoint) => endpoint.trouble)) {
            const failing = overview.endpoints.find((endpoint) => endpoint.trouble);
            state.className = "state wait";
            state.textContent = "… GitLab " + failing.name + " fails (" + failing.trouble + "): "
              + totals.accepted + " wait and go on by themselves when it answers.";
          } else if (overview.oldestPendingSeconds > 60) {
            state.className = "state wait";
            state.textContent = "… Waiting for GitLab: " + totals.accepted + ", the oldest for "
              + Math.round(overview.oldestPendingSeconds / 60) + " min. They go on by themselves.";
          } else {
            state.className = "state good";
            state.textContent = "✓ All is well.";
          }
          $("held").replaceChildren(...held.map((hold) => {
            const item = make("li");
            item.append(make("strong", hold.what), make("span", hold.reason + " "), when(hold.since),
              make("div", "To mend it: " + hold.hint + "."));
            return item;
          }));
          $("totals").replaceChildren(...Object.entries(totals).map(([name, count]) => {
            const pair = make("div");
            const term = make("dt");
            term.append(tag(name));
            pair.append(term, make("dd", count));
            return pair;
          }));
        }
        const SVG = "http://www.w3.org/2000/svg";
        function shape(name, attributes, text) {
          const element = document.createElementNS(SVG, name);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          if (text) element.textContent = text;
          return element;
        }
        function showHistory(history) {
          const minutes = history.minutes;
          const wide = 720, high = 120, step = wide / minutes.length;
          const most = Math.max(1, ...minutes.map((m) => m.delivered + m.dead + m.superseded));
          const slowest = Math.max(1, ...minutes.map((m) => m.longestMilliseconds));
          const total = minutes.reduce((sum, m) => sum + m.delivered, 0);
          const dead = minutes.reduce((sum, m) => sum + m.dead, 0);
          if (!total && !dead) {
            $("history").replaceChildren(make("p", "Nothing was delivered in the last six hours."));
            return;
          }
          const words = total + " delivered, " + dead + " dead; at most " + most
            + " a minute; slowest delivery " + (slowest / 1000).toFixed(1) + " s";
          const svg = shape("svg", { viewBox: "0 0 " + wide + " " + (high + 18), role: "img",
            "aria-label": words });
          svg.append(shape("line", { x1: 0, x2: wide, y1: high, y2: high, class: "axis" }));
          const points = [];
          minutes.forEach((minute, index) => {
            let top = high;
            for (const [kind, count] of [["good", minute.delivered], ["wait", minute.superseded],
              ["bad", minute.dead]]) {
              if (!count) continue;
              const tall = (count / most) * (high - 8);
              top -= tall;
              svg.append(shape("rect", { x: index * step, y: top, width: Math.max(1, step - .3),
                height: tall, class: "bar-" + kind }));
            }
            if (minute.delivered) {
              points.push(index * step + "," + (high - minute.longestMilliseconds / slowest * (high - 8)));
            }
          });
          if (points.length > 1) svg.append(shape("polyline", { points: points.join(" "), class: "curve" }));
          for (const hour of [0, 1, 2, 3, 4, 5]) {
            svg.append(shape("text", { x: hour * wide / 6, y: high + 14 }, (6 - hour) + " h ago"));
          }
          const key = make("p", null, { class: "key" });
          key.append("Bars: deliveries a minute (delivered, superseded, dead). Line: the slowest of each "
            + "minute. ", make("span", words + "."));
          $("history").replaceChildren(svg, key);
        }
        function showPlaces(places) {
          if (!places.length) {
            $("places").replaceChildren(make("p", "No deployment has been recorded yet."));
            return;
          }
          const table = make("table");
          const head = make("tr");
          for (const name of ["Project", "Environment", "Current", "In progress"]) {
            head.append(make("th", name, { scope: "col" }));
          }
          const top = make("thead");
          top.append(head);
          const body = make("tbody");
          for (const place of places.slice(0, 200)) {
            const row = make("tr");
            row.append(make("td", place.project), make("td", place.environment));
            for (const entry of [place.current, place.inProgress]) {
              const cell = make("td");
              if (entry) {
                cell.append(commit({ ...entry, project: place.project }), " ", tag(entry.status), " ",
                  make("span", entry.application || ""), " ", when(entry.receivedAt));
              } else {
                cell.textContent = "–";
              }
              row.append(cell);
            }
            body.append(row);
          }
          table.append(top, body);
          const scroll = make("div", null, { class: "scroll" });
          scroll.append(table);
          $("places").replaceChildren(scroll);
        }

        """#

    /// The list, one delivery's page, and what can be done about it.
    private static let details = #"""
        const body = () => $("list").tBodies[0];
        function row(entry) {
          const line = make("tr", null, { "data-id": entry.id });
          const open = make("button", entry.id, { type: "button",
            "aria-label": "Delivery " + entry.id + ", " + entry.state });
          open.addEventListener("click", () => { location.hash = "delivery=" + entry.id; });
          const cells = [open, tag(entry.state), tag(entry.status), entry.environment, entry.project,
            commit(entry), entry.application, when(entry.receivedAt), entry.reason];
          const names = ["Delivery", "State", "Status", "Environment", "Project", "Commit",
            "Application", "Received", "Reason"];
          cells.forEach((value, index) => {
            const cell = make("td", null, { "data-name": names[index] });
            if (value instanceof Node) cell.append(value);
            else cell.textContent = value || "";
            line.append(cell);
          });
          return line;
        }
        const filters = () => new URLSearchParams(
          [...new FormData($("filters"))].filter(([, value]) => value));
        let next = null;
        async function list(before) {
          const query = filters();
          if (before) query.set("before", before);
          const note = $("list-note");
          try {
            const answer = await ask("/api/deliveries?" + query);
            const rows = answer.deliveries.map(row);
            if (before) body().append(...rows);
            else body().replaceChildren(...rows);
            next = answer.next;
            $("more").hidden = !next;
            note.textContent = body().rows.length ? ""
              : "No delivery fits. Post a webhook, or show them all.";
            $("passed").querySelector("ul").replaceChildren(...answer.passedOver.map((event) =>
              make("li", age(event.receivedAt) + " " + event.state + ": "
                + [event.hook, event.application].filter(Boolean).join(", ") + ": " + event.reason)));
          } catch (error) {
            note.textContent = error.message + (error.hint ? " – " + error.hint : "");
          }
        }
        function fits(entry) {
          const query = filters();
          return [...query].every(([name, value]) => name === "since" || entry[name] === value);
        }
        function renew(entry) {
          const old = body().querySelector('[data-id="' + CSS.escape(entry.id) + '"]');
          if (old && fits(entry)) old.replaceWith(row(entry));
          else if (old) old.remove();
          else if (fits(entry)) body().prepend(row(entry));
          while (body().rows.length > 500) body().lastChild.remove();
          if (body().rows.length) $("list-note").textContent = "";
        }
        function block(title, text) {
          return [make("h3", title), make("pre", text)];
        }
        const pretty = (text) => {
          try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
        };
        function facts(entry) {
          const list = make("dl", null, { class: "facts" });
          const add = (name, value) => {
            if (value === undefined || value === null || value === "") return;
            const fact = make("dd");
            if (value instanceof Node) fact.append(value);
            else fact.textContent = value;
            list.append(make("dt", name), fact);
          };
          add("State", tag(entry.state));
          add("Reason", entry.reason);
          add("To do", entry.hint);
          add("Says", entry.status && tag(entry.status));
          add("Environment", entry.environment);
          add("Project", entry.project);
          add("Commit", entry.sha && commit(entry));
          add("Application", entry.application);
          add("Operation", entry.operation);
          add("Cause", entry.cause);
          add("Hook", entry.hook);
          add("Came", entry.repeats && entry.repeats + " times");
          add("Received", when(entry.receivedAt));
          add("Settled", entry.settledAt && when(entry.settledAt));
          add("In GitLab", entry.gitlabDeployment && "deployment " + entry.gitlabDeployment);
          return list;
        }
        function step(entry) {
          const code = entry.status ? " (" + entry.status + ")" : "";
          const reason = entry.reason ? ": " + entry.reason : "";
          const words = entry.settled ? entry.settled + code + reason
            : "attempt " + entry.attempt + ": " + entry.call + ": " + entry.outcome + code + reason;
          const item = make("li");
          item.append(make("code", (entry.at || "").slice(11, 23)), " " + words);
          if (entry.gitlab) item.append(make("pre", typeof entry.gitlab === "string" ? entry.gitlab
            : JSON.stringify(entry.gitlab, null, 2)));
          return item;
        }
        async function act(id, action) {
          const note = $("act-note");
          note.textContent = action + " …";
          try {
            const answer = await ask("/api/deliveries/" + id + "/" + action, "POST");
            await detail(id);
            $("act-note").textContent = (answer.state || "done") + (answer.reason ? ": " + answer.reason : "");
          } catch (error) {
            note.textContent = error.message + (error.hint ? " – " + error.hint : "");
            if (error.status === 401) signIn(() => act(id, action));
          }
        }
        function signIn(then) {
          const dialog = $("sign-in");
          $("token").value = "";
          dialog.onclose = () => {
            if (dialog.returnValue !== "use" || !$("token").value) return;
            sessionStorage.setItem(KEY, $("token").value);
            then();
          };
          dialog.returnValue = "";
          dialog.showModal();
        }
        async function dry(hook, received) {
          const note = $("act-note");
          try {
            const answer = await fetch("/api/render/" + encodeURIComponent(hook),
              { method: "POST", headers: headers(), body: received });
            $("dry").replaceChildren(...block("With the present template", pretty(await answer.text())));
          } catch (error) {
            note.textContent = error.message;
          }
        }
        async function detail(id) {
          const dialog = $("detail");
          const close = make("button", "Close", { type: "button" });
          close.addEventListener("click", () => dialog.close());
          const title = make("h2", "Delivery " + id, { id: "detail-title" });
          if (!dialog.open) dialog.showModal();
          try {
            const entry = await ask("/api/deliveries/" + encodeURIComponent(id));
            const buttons = make("p");
            for (const [action, states] of [["redeliver", ["accepted", "held", "dead", "dropped"]],
              ["drop", ["accepted", "held", "dead"]]]) {
              if (!states.includes(entry.state)) continue;
              const button = make("button", action[0].toUpperCase() + action.slice(1), { type: "button" });
              button.addEventListener("click", () => act(id, action));
              buttons.append(button, " ");
            }
            if (entry.received) {
              const button = make("button", "Dry run", { type: "button" });
              button.addEventListener("click", () => dry(entry.hook, entry.received));
              buttons.append(button, " ");
            }
            buttons.append(close);
            const history = make("ol");
            history.append(...(entry.history || []).map(step));
            const parts = [title, facts(entry), buttons, make("p", "", { id: "act-note", role: "status" }),
              make("div", null, { id: "dry" })];
            if (entry.understood) {
              const list = make("ul");
              list.append(...entry.understood.map((words) => make("li", words)));
              parts.push(make("h3", "What was understood, and why"), list);
            }
            parts.push(make("h3", "Attempts"), history);
            if (!history.children.length) parts.push(make("p", "Nothing has been sent yet."));
            if (entry.payload) parts.push(...block("Payload", JSON.stringify(entry.payload, null, 2)));
            if (entry.received) parts.push(...block("What came in", pretty(entry.received)));
            dialog.replaceChildren(...parts);
          } catch (error) {
            dialog.replaceChildren(title, make("p", error.message + (error.hint ? " – " + error.hint : "")),
              close);
          }
          close.focus();
        }

        """#

    /// What keeps the page up to date.
    private static let living = #"""
        async function overview() {
          try {
            const [state, history, places] = await Promise.all(
              [ask("/api/overview"), ask("/api/history"), ask("/api/deployments")]);
            showOverview(state);
            showHistory(history);
            showPlaces(places.environments);
          } catch (error) {
            $("state").className = "state bad";
            $("state").textContent = "✕ The relay does not answer: " + error.message;
            if (error.status === 401) signIn(begin);
          }
        }
        let refresh = null;
        function soon() {
          if (refresh) return;
          refresh = setTimeout(() => { refresh = null; overview(); }, 700);
        }
        let stream = null;
        function listen() {
          if (stream) stream.close();
          const link = $("link");
          stream = new EventSource("/api/stream");
          stream.addEventListener("open", () => { link.textContent = "live"; list(); soon(); });
          stream.addEventListener("error", () => {
            link.textContent = "not connected; what is shown may be old – trying again";
          });
          stream.addEventListener("delivery", (event) => { renew(JSON.parse(event.data)); soon(); });
          stream.addEventListener("changed", () => soon());
        }
        function readURL() {
          const query = new URLSearchParams(location.search);
          for (const field of $("filters").elements) {
            if (field.name) field.value = query.get(field.name) || "";
          }
          const id = /^#delivery=(.+)$/.exec(location.hash);
          if (id) detail(decodeURIComponent(id[1]));
          else if ($("detail").open) $("detail").close();
        }
        function begin() {
          readURL();
          overview();
          list();
          listen();
        }
        document.addEventListener("DOMContentLoaded", () => {
          $("filters").addEventListener("submit", (event) => {
            event.preventDefault();
            const query = filters().toString();
            history.replaceState(null, "", (query ? "?" + query : location.pathname) + location.hash);
            list();
          });
          $("more").addEventListener("click", () => list(next));
          $("detail").addEventListener("close", () => {
            if (location.hash) history.replaceState(null, "", location.pathname + location.search);
          });
          addEventListener("hashchange", readURL);
          addEventListener("popstate", readURL);
          setInterval(() => document.querySelectorAll("time").forEach((element) => {
            if (element.dateTime) element.textContent = age(element.dateTime);
          }), 15000);
          begin();
        });

        """#
}
