extension ConsoleScript {
    /// What the chart is made of: the minutes, as parts, as shapes, in words, and as a table.
    static let history = #"""
        const COUNTS = ["taken", "delivered", "superseded", "dead", "dropped", "failedAttempts"];
        // From local time to UTC, in minutes.
        const zone = new Date().getTimezoneOffset();
        // The last six hours; null until they are there.
        let minutes = null;
        /// `size` minutes as one, by the clock's hours.
        function gather(minutes, size) {
          const parts = new Map();
          for (const minute of minutes) {
            const key = Math.floor((minute.at / 60000 - zone) / size);
            parts.set(key, [...(parts.get(key) || []), minute]);
          }
          return [...parts.values()].map((part) => {
            const bin = { at: part[0].at, mean: 0, slowest: 0 };
            for (const name of COUNTS) {
              bin[name] = part.reduce((sum, minute) => sum + minute[name], 0);
            }
            for (const minute of part) {
              bin.slowest = Math.max(bin.slowest, minute.longestMilliseconds);
              bin.mean += minute.meanMilliseconds * minute.delivered / Math.max(1, bin.delivered);
            }
            return bin;
          });
        }
        function told(bin) {
          const tries = some(bin.failedAttempts, "try that failed", "tries that failed");
          return bin.delivered + " delivered, " + bin.superseded + " superseded, " + bin.dead
            + " dead, " + tries + (bin.delivered ? "; on average " + lasting(bin.mean)
              + ", the slowest " + lasting(bin.slowest) : "");
        }

        const SVG = "http://www.w3.org/2000/svg";
        function shape(name, attributes, text) {
          const element = document.createElementNS(SVG, name);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          if (text) element.textContent = text;
          return element;
        }
        function upright(kind, x, from, to) {
          return shape("line", { x1: x, x2: x, y1: from, y2: to, class: kind });
        }
        function cross(x, y, size) {
          const across = 2 * size;
          return shape("path", { class: "cross", d: "M" + (x - size) + " " + (y - size)
            + "l" + across + " " + across + "m0-" + across + "l-" + across + " " + across });
        }
        /// Superseded ones are hatched: colour alone tells nothing.
        function patterns() {
          const hatch = shape("pattern", { id: "hatch", width: 5, height: 5,
            patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
          hatch.append(shape("path", { d: "M1 0V5", class: "hatch" }));
          const all = shape("defs", {});
          all.append(hatch);
          return all;
        }
        function legend(all) {
          const square = { x: 2, y: 2, width: 10, height: 10 };
          const row = (text, ...shapes) => {
            const swatch = shape("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" });
            swatch.append(...shapes);
            return make("li", [swatch, text]);
          };
          return make("ul", [
            row(all.delivered + " delivered", shape("rect", { ...square, class: "delivered" })),
            row(all.superseded + " superseded",
              shape("rect", { ...square, class: "superseded" }),
              shape("rect", { ...square, fill: "url(#hatch)" })),
            row(all.dead + " dead", cross(7, 7, 4)),
            row(some(all.failedAttempts, "try that failed", "tries that failed"),
              upright("tries", 7, 3, 11)),
            row("average up to the slowest", upright("span", 7, 1, 11),
              shape("circle", { cx: 7, cy: 11, r: 2.5, class: "mean" })),
          ], { class: "key" });
        }
        const COLUMNS = ["From", "Came", "Delivered", "Superseded", "Dead", "Failed tries",
          "Average", "Slowest"];
        function table(isOpen) {
          const head = make("tr", COLUMNS.map((name, index) =>
            make("th", name, { scope: "col", class: index ? "number" : "" })));
          const rows = gather(minutes, 30).reverse().map((bin) => {
            const numbers = [bin.taken, bin.delivered, bin.superseded, bin.dead,
              bin.failedAttempts, bin.delivered ? lasting(bin.mean) : "",
              bin.delivered ? lasting(bin.slowest) : ""];
            return make("tr", [make("th", clock(bin.at), { scope: "row" }),
              ...numbers.map((number) => make("td", String(number), { class: "number" }))]);
          });
          const whole = make("table", [make("thead", head), make("tbody", rows)]);
          const details = make("details", [make("summary", "The same as a table"),
            make("div", whole, { class: "scroll" })]);
          details.open = isOpen;
          return details;
        }
        const loadChart = paced(5000, async () => {
          try {
            const history = await ask("/api/history");
            const first = history.lastMinuteAt - (history.minutes.length - 1) * 60000;
            minutes = history.minutes.map((minute, index) =>
              ({ ...minute, at: first + index * 60000 }));
            drawChart();
          } catch (error) {
            if (minutes) return;
            $("chart").replaceChildren(make("p", "✕ It cannot be read: " + explain(error)));
          }
        });

        """#
}
