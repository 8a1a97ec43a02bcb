/// The console's script: reads the admin address's own JSON and its stream of events.
///
/// Writes text as text (`textContent`), never as markup: what senders wrote cannot become a page.
/// Each part is a plain piece of one script, in this order.
enum ConsoleScript {
    static let text = ConsoleText.lean(
        asking + words + overview + history + chart + places + list + page + living
    )

    /// Asking the admin address; signing in.
    private static let asking = #"""
        "use strict";
        const $ = (id) => document.getElementById(id);
        const KEY = "deployment-relay-admin-token";
        // A URL of its own: that of the page may hold a name and a password, which fetch refuses.
        const address = (path) => location.origin + path;
        function headers(token = sessionStorage.getItem(KEY)) {
          return token ? { Authorization: "Bearer " + token } : {};
        }
        async function refusal(answer) {
          const text = await answer.text().catch(() => "");
          let body = {};
          try { body = JSON.parse(text); } catch { body.error = text.trim().slice(0, 300); }
          const error = new Error(body.error || "the relay answers " + answer.status);
          error.status = answer.status;
          error.hint = body.hint;
          return error;
        }
        async function ask(path, method = "GET") {
          let answer;
          try {
            answer = await fetch(address(path), { method, headers: headers(), cache: "no-store" });
          } catch {
            throw new Error("the relay does not answer");
          }
          if (!answer.ok) throw await refusal(answer);
          return answer.json();
        }
        const explain = (error) => error.message + (error.hint ? " – " + error.hint : "");
        /// Runs `work` at once, and then at most every `pause` ms however often it is asked.
        function paced(pause, work) {
          let last = -Infinity, timer = null;
          const run = () => { timer = null; last = performance.now(); work(); };
          return () => {
            if (timer) return;
            const wait = last + pause - performance.now();
            if (wait <= 0 && !document.hidden) run();
            else timer = setTimeout(run, Math.max(wait, document.hidden ? 5000 : 0));
          };
        }

        // What is to be done once somebody has signed in; kept when they do not do so at once.
        let afterSigning = [];
        function signIn(why, then) {
          const dialog = $("sign-in");
          if (then) afterSigning.push(then);
          say($("why"), why);
          say($("token-note"), "");
          $("token").value = "";
          if (!dialog.open) dialog.showModal();
          $("token").focus();
        }
        async function tryToken(event) {
          event.preventDefault();
          const token = $("token").value;
          let status;
          try {
            // Asks what cannot be done, and is let in or not.
            status = (await fetch(address("/api/deliveries/0/redeliver"),
              { headers: headers(token), cache: "no-store" })).status;
          } catch {
            return say($("token-note"), "The relay does not answer; try again.");
          }
          if (status === 401) {
            $("token").select();
            return say($("token-note"), "✕ The relay does not know this token.");
          }
          sessionStorage.setItem(KEY, token);
          $("token").value = "";
          $("sign-in").close();
          showSign();
          const works = afterSigning;
          afterSigning = [];
          for (const work of works) work();
        }
        let canChange = false;
        function showSign() {
          const isIn = sessionStorage.getItem(KEY) !== null;
          $("sign").hidden = !canChange && !isIn && !afterSigning.length;
          say($("sign"), isIn ? "Sign out" : "Sign in");
        }
        function toggleSign() {
          if (sessionStorage.getItem(KEY) === null) {
            return signIn(afterSigning.length ? "The relay asks for the admin token."
              : "Redelivering and dropping need the admin token.");
          }
          sessionStorage.removeItem(KEY);
          showSign();
        }
        /// Does `work`; asks for the token first where the relay wants it.
        async function allowed(work, fail) {
          try {
            await work();
          } catch (error) {
            if (error.status === 401) {
              sessionStorage.removeItem(KEY);
              signIn("The relay asks for the admin token.", () => allowed(work, fail));
              showSign();
            } else {
              fail(error);
            }
          }
        }

        """#

    /// Small pieces of the page.
    private static let words = #"""
        function make(name, inside, attributes = {}) {
          const element = document.createElement(name);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          const parts = Array.isArray(inside) ? inside : [inside];
          element.append(...parts.filter((part) => part !== undefined && part !== null));
          return element;
        }
        /// Sets a text only when it differs: a screen reader tells each change.
        function say(element, text) {
          if (element.textContent !== text) element.textContent = text;
        }
        function button(text, work, kind) {
          const element = make("button", text, { type: "button" });
          if (kind) element.className = kind;
          element.addEventListener("click", work);
          return element;
        }
        const kinds = { delivered: "good", success: "good", dead: "bad", failed: "bad", held: "bad",
          accepted: "wait", running: "wait" };
        const signs = { delivered: "✓", success: "✓", dead: "✕", failed: "✕", held: "!",
          accepted: "…", running: "…", superseded: "→", dropped: "–", canceled: "–" };
        function sign(text) { return make("span", text + " ", { "aria-hidden": "true" }); }
        function tag(word) {
          if (!word) return null;
          return make("span", [sign(signs[word] || "·"), word],
            { class: "tag " + (kinds[word] || "") });
        }
        // How far this machine's clock is from the relay's, in milliseconds.
        let skew = 0;
        const now = () => Date.now() + skew;
        function age(time) {
          const seconds = Math.max(0, (now() - Date.parse(time)) / 1000);
          if (seconds < 90) return Math.round(seconds) + " s ago";
          if (seconds < 5400) return Math.round(seconds / 60) + " min ago";
          if (seconds < 129600) return Math.round(seconds / 3600) + " h ago";
          return Math.round(seconds / 86400) + " days ago";
        }
        function when(time) {
          if (!time) return null;
          const local = new Date(time).toLocaleString();
          return make("time", age(time), { datetime: time, title: local + " (" + time + ")" });
        }
        function lasting(milliseconds) {
          if (milliseconds < 1000) return Math.round(milliseconds) + " ms";
          if (milliseconds < 90000) return (milliseconds / 1000).toFixed(1) + " s";
          if (milliseconds < 5400000) return Math.round(milliseconds / 60000) + " min";
          return (milliseconds / 3600000).toFixed(1) + " h";
        }
        const clock = (time) => new Date(time).toLocaleTimeString([],
          { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
        const some = (count, one, many = one + "s") => count + " " + (count === 1 ? one : many);

        // GitLab's address for people, by the endpoint's name.
        let bases = {};
        function link(href, inside) { return make("a", inside, { href, rel: "noreferrer" }); }
        const isNumber = (project) => /^[0-9]+$/.test(project);
        const base = (entry) => bases[entry.gitlab];
        const pathOf = (project) => project.split("/").map(encodeURIComponent).join("/");
        function projectPage(entry) {
          if (!base(entry) || !entry.project) return null;
          return base(entry) + (isNumber(entry.project) ? "/projects/" : "/")
            + pathOf(entry.project);
        }
        function projectLink(entry) {
          const page = projectPage(entry);
          return page ? link(page, entry.project) : entry.project;
        }
        function commit(entry) {
          if (!entry.sha) return null;
          const code = make("code", entry.sha.slice(0, 8), { title: entry.sha });
          if (!base(entry) || !entry.project) return code;
          // GitLab leads from the search for a whole sha in a project to the commit itself.
          const query = "scope=commits&project_id=" + entry.project + "&search=" + entry.sha;
          return link(isNumber(entry.project) ? base(entry) + "/search?" + query
            : projectPage(entry) + "/-/commit/" + entry.sha, code);
        }

        """#
}
