extension ConsoleScript {
    /// The stream of deliveries.
    static let list = #"""
        const MOST_ROWS = 500;
        const FILTERS = ["state", "project", "environment", "since"];
        // By id: what stands in the table. Ids rise, the newest stands on top.
        const rows = new Map();
        let next = null, isLoaded = false;
        const body = () => $("list").tBodies[0];
        function filters() {
          const query = new URLSearchParams(location.search), kept = new URLSearchParams();
          for (const name of FILTERS) if (query.get(name)) kept.set(name, query.get(name));
          return kept;
        }
        function fill(row, entry) {
          row.entry = entry;
          row.cells[0].firstChild.setAttribute("aria-label",
            "Delivery " + entry.id + ", " + entry.state);
          const place = [entry.environment];
          if (entry.project) place.push(make("div", entry.project, { class: "dim" }));
          const cells = [tag(entry.state), tag(entry.status), place, commit(entry),
            entry.application, when(entry.receivedAt), entry.reason || untried(entry)];
          cells.forEach((inside, index) => row.cells[index + 1].replaceChildren(
            ...[inside].flat().filter((part) => part !== null && part !== undefined)));
          row.cells[5].classList.toggle("same", entry.application === entry.environment);
        }
        const untried = (entry) =>
          entry.state === "accepted" ? "not tried yet: its turn has not come" : null;
        const KINDS = ["", "narrow", "narrow", "place", "narrow", "", "narrow end", "reason"];
        function makeRow(entry) {
          const cells = KINDS.map((kind) => make("td", null, { role: "cell", class: kind }));
          const row = make("tr", cells, { role: "row" });
          cells[0].append(make("a", entry.id, { href: "#delivery=" + entry.id }));
          fill(row, entry);
          return row;
        }
        function fits(entry) {
          return [...filters()].every(([name, value]) => name === "since" || entry[name] === value);
        }
        /// Puts a delivery where it belongs, or takes it out.
        function place(entry) {
          const row = rows.get(entry.id);
          if (!fits(entry)) {
            if (row && !row.contains(document.activeElement)) {
              row.remove();
              rows.delete(entry.id);
            } else if (row) {
              fill(row, entry);
            }
          } else if (row) {
            if (JSON.stringify(row.entry) !== JSON.stringify(entry)) fill(row, entry);
          } else {
            // Older than all that is shown: it comes with the older ones.
            const last = body().lastChild;
            if (next && last && Number(last.entry.id) > Number(entry.id)) return;
            insert(entry, body().firstChild);
          }
        }
        /// `after`: a row from which on its place is looked for; null for the table's end.
        function insert(entry, after) {
          while (after && Number(after.entry.id) > Number(entry.id)) after = after.nextSibling;
          const row = makeRow(entry);
          body().insertBefore(row, after);
          rows.set(entry.id, row);
        }
        function trim() {
          while (rows.size > MOST_ROWS) {
            const last = body().lastChild;
            last.remove();
            rows.delete(last.entry.id);
            next = body().lastChild.entry.id;
          }
          $("more").hidden = !next || rows.size >= MOST_ROWS;
          noteList();
        }
        function noteList() {
          if (!isLoaded) return;
          const isFiltered = [...filters()].length > 0;
          $("all").hidden = !isFiltered;
          $("list").hidden = !rows.size;
          const note = $("list-note");
          if (rows.size >= MOST_ROWS) {
            say(note, "The newest " + MOST_ROWS + " that fit; filters, or since, show older ones.");
          } else if (rows.size) {
            say(note, "");
          } else if (isFiltered) {
            say(note, "No delivery fits these filters.");
          } else {
            invite(note);
          }
        }
        /// What to do where nothing has come yet.
        function invite(note) {
          const text = "Nothing has come yet. Point Argo CD’s notifications here, or send a first "
            + "webhook (with the hook’s token, where one is set):";
          if (note.textContent.startsWith(text)) return;
          const isTCP = hooksAddress && !hooksAddress.startsWith("unix");
          const host = isTCP ? hooksAddress : "127.0.0.1:8080";
          note.replaceChildren(text, make("pre", "curl http://" + host
            + "/hooks/deployment --json '{\n"
            + '  "status": "success", "environment": "production", "ref": "main", "tag": false,\n'
            + '  "sha": "07aa5a0d1ef79164f74cbe5f2a89bb33f451363c"}\''));
        }
        function showPassed(events) {
          const text = JSON.stringify(events);
          if ($("passed").dataset.text === text) return;
          $("passed").dataset.text = text;
          const items = events.map((event) => {
            const words = [event.state, event.hook, event.application].filter(Boolean).join(", ");
            return make("li", [when(event.receivedAt), " " + words + ": " + event.reason]);
          });
          if (!items.length) items.push(make("li", "None so far."));
          $("passed").querySelector("ul").replaceChildren(...items);
        }
        let asked = 0;
        async function load(before) {
          const query = filters(), number = ++asked;
          query.set("limit", before ? 100 : Math.min(MOST_ROWS, Math.max(50, rows.size)));
          if (before) query.set("before", before);
          try {
            const answer = await ask("/api/deliveries?" + query);
            // Other filters were set meanwhile.
            if (number !== asked) return;
            isLoaded = true;
            next = answer.next;
            if (!before) {
              const ids = new Set(answer.deliveries.map((entry) => entry.id));
              for (const [id, row] of rows) {
                if (ids.has(id)) continue;
                row.remove();
                rows.delete(id);
              }
            }
            for (const entry of answer.deliveries) {
              if (rows.has(entry.id)) place(entry);
              else insert(entry, before ? null : body().firstChild);
            }
            showPassed(answer.passedOver);
            trim();
          } catch (error) {
            if (number !== asked) return;
            if (error.status === 401) return allowed(() => { throw error; });
            if (error.status === 400) {
              // The filters themselves are wrong.
              rows.clear();
              body().replaceChildren();
              $("list").hidden = true;
              $("all").hidden = false;
            }
            if (isLive || !isLoaded) say($("list-note"), "✕ " + explain(error));
          }
        }
        const reload = paced(2000, () => load());

        // What the stream has told and the table does not show yet.
        let pending = new Map(), isPaused = false, hasMissed = false;
        const flush = paced(300, () => {
          if (isPaused) return;
          const entries = [...pending.values()];
          pending = new Map();
          if (hasMissed || entries.length > 200) {
            hasMissed = false;
            reload();
          }
          for (const entry of entries) place(entry);
          if (entries.length) trim();
        });
        function take(entry) {
          pending.delete(entry.id);
          pending.set(entry.id, entry);
          if (pending.size > MOST_ROWS) {
            pending.delete(pending.keys().next().value);
            hasMissed = true;
          }
          if (isPaused) showPause();
          else flush();
          if (entry.id === opened) refreshPage();
        }
        function showPause() {
          $("pause").setAttribute("aria-pressed", String(isPaused));
          const missed = pending.size ? ": " + some(pending.size, "change") : "";
          say($("pause"), isPaused ? "Paused" + missed : "Pause");
        }
        function redraw() {
          for (const row of rows.values()) fill(row, row.entry);
          showPlaces();
          drawPage();
        }

        """#
}
