extension ConsoleScript {
    /// Per project and environment: what is current, what is in progress.
    static let places = #"""
        let known = null;
        const MOST_PLACES = 300;
        const holds = (entry, find) => Boolean(entry) && ((entry.sha || "").startsWith(find)
          || (entry.sha && find.length >= 7 && find.startsWith(entry.sha))
          || (entry.application || "").toLowerCase().includes(find));
        /// How a place fits what is looked for: nil, "" or a word on where it was found.
        function found(place, find) {
          if (!find) return [];
          if (place.project.toLowerCase().includes(find)) return [];
          if (place.environment.toLowerCase().includes(find)) return [];
          if (holds(place.current, find) || holds(place.inProgress, find)) return [];
          const earlier = place.history.filter((entry) => holds(entry, find));
          return earlier.length ? earlier.slice(0, 3) : null;
        }
        function placed(entry, place) {
          const whole = { ...entry, project: place.project };
          const waits = entry.state === "accepted" ? " (GitLab is not told yet)" : "";
          return make("div", [tag(entry.status), " ", commit(whole), " ", entry.application, " ",
            make("a", when(entry.receivedAt), { href: "#delivery=" + entry.id,
              "aria-label": "delivery " + entry.id }), waits]);
        }
        /// What goes on here, or the newest try that did not become current.
        function latest(place) {
          if (place.inProgress) return place.inProgress;
          const newest = place.history[0];
          return newest && (!place.current || newest.id !== place.current.id) ? newest : null;
        }
        function placeRow(place, earlier) {
          const { project, environment } = place;
          const query = new URLSearchParams({ project, environment });
          const name = make("td", link("?" + query + "#deliveries", environment),
            { role: "cell" });
          const current = make("td", place.current ? placed(place.current, place)
            : place.stoppedAt ? ["– stopped ", when(place.stoppedAt)] : "–",
            { "data-name": "current", role: "cell" });
          for (const entry of earlier) {
            current.append(make("div", ["earlier: ", placed(entry, place)], { class: "dim" }));
          }
          const going = latest(place);
          const other = make("td", going ? placed(going, place) : "–", {
            role: "cell", class: going ? "" : "nothing",
            "data-name": place.inProgress ? "in progress" : "last try",
          });
          return make("tr", [name, current, other], { role: "row" });
        }
        function showPlaces() {
          if (!known) return;
          const find = new URLSearchParams(location.search).get("find")?.trim().toLowerCase() || "";
          const groups = new Map();
          let count = 0;
          for (const place of known) {
            const earlier = found(place, find);
            if (!earlier || ++count > MOST_PLACES) continue;
            const going = place.current || place.inProgress || place.history[0] || {};
            const key = (going.gitlab || "") + " " + place.project;
            if (!groups.has(key)) groups.set(key, { going, place, rows: [] });
            groups.get(key).rows.push(placeRow(place, earlier));
          }
          $("places").hidden = !count;
          say($("places-note"), placesNote(count, find));
          const byName = (one, other) => one.localeCompare(other, undefined, { numeric: true });
          const sorted = [...groups.values()].sort((one, other) =>
            byName(one.place.project, other.place.project));
          for (const body of [...$("places").tBodies]) body.remove();
          for (const { going, place, rows } of sorted) {
            rows.sort((one, other) =>
              byName(one.cells[0].textContent, other.cells[0].textContent));
            const title = make("th",
              projectLink({ gitlab: going.gitlab, project: place.project }),
              { scope: "rowgroup", colspan: 3, role: "rowheader" });
            const head = make("tr", title, { class: "group", role: "row" });
            $("places").append(make("tbody", [head, ...rows], { role: "rowgroup" }));
          }
          suggest("projects", known.map((place) => place.project));
          suggest("environments", known.map((place) => place.environment));
        }
        function placesNote(count, find) {
          if (!known.length) return "No deployment has been recorded yet.";
          if (!count) {
            return "Nothing here is or was “" + find + "”. The newest deployments of each "
              + "environment are searched; older ones stand in GitLab.";
          }
          if (count > MOST_PLACES) {
            return "The newest " + MOST_PLACES + " of " + count + "; find shows the others.";
          }
          if (!find) return "";
          return some(count, "environment fits", "environments fit") + " “" + find + "”.";
        }
        function suggest(id, names) {
          const all = [...new Set(names)].sort().slice(0, 200);
          if ($(id).dataset.text === all.join()) return;
          $(id).dataset.text = all.join();
          $(id).replaceChildren(...all.map((name) => make("option", null, { value: name })));
        }
        let placesText = "";
        const loadPlaces = paced(3000, async () => {
          try {
            const places = (await ask("/api/deployments")).environments;
            const text = JSON.stringify(places);
            // Drawn anew only when something changed: whoever is in it stays where they are.
            if (text === placesText) return;
            placesText = text;
            known = places;
            const focused = document.activeElement?.closest("#places")
              && document.activeElement.href;
            showPlaces();
            if (focused) [...$("places").querySelectorAll("a")]
              .find((each) => each.href === focused)?.focus();
          } catch (error) {
            if (!known) say($("places-note"), "✕ It cannot be read: " + explain(error));
          }
        });

        """#
}
