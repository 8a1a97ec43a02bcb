extension ConsoleScript {
    /// The last six hours: bars for what became of deliveries, spans for how long they took.
    static let chart = #"""
        const SVG = "http://www.w3.org/2000/svg";
        function shape(name, attributes, text) {
          const element = document.createElementNS(SVG, name);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          if (text) element.textContent = text;
          return element;
        }
        const COUNTS = ["taken", "delivered", "superseded", "dead", "dropped", "failedAttempts"];
        /// `size` minutes as one, by the clock's hours.
        function gather(minutes, size) {
          const parts = new Map();
          for (const minute of minutes) {
            const key = Math.floor((minute.at / 60000 - zone) / size);
            parts.set(key, [...(parts.get(key) || []), minute]);
          }
          return [...parts.values()].map((part) => {
            const bin = { at: part[0].at, mean: 0, slowest: 0 };
            for (const name of COUNTS) bin[name] = part.reduce((sum, minute) => sum + minute[name], 0);
            for (const minute of part) {
              bin.slowest = Math.max(bin.slowest, minute.longestMilliseconds);
              bin.mean += minute.meanMilliseconds * minute.delivered / Math.max(1, bin.delivered);
            }
            return bin;
          });
        }
        // From local time to UTC, in minutes.
        const zone = new Date().getTimezoneOffset();
        function told(bin) {
          return bin.delivered + " delivered, " + bin.superseded + " superseded, " + bin.dead + " dead, "
            + some(bin.failedAttempts, "try that failed", "tries that failed")
            + (bin.delivered ? "; on average " + lasting(bin.mean) + ", the slowest "
              + lasting(bin.slowest) : "");
        }
        const STEPS = [10, 100, 1000, 10000, 60000, 600000, 3600000, 36000000, 360000000];
        function patterns() {
          const make = (id, path, kind) => {
            const pattern = shape("pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse",
              patternTransform: "rotate(45)" });
            pattern.append(shape("path", { d: path, class: kind }));
            return pattern;
          };
          const all = shape("defs", {});
          all.append(make("hatch", "M1 0V5", "hatch"));
          return all;
        }
        let minutes = null, shown = [];
        function drawChart() {
          const box = $("chart");
          const width = Math.max(260, Math.floor(box.clientWidth));
          if (!minutes) return;
          const all = gather(minutes, Infinity)[0];
          if (!COUNTS.some((name) => all[name])) {
            return box.replaceChildren(make("p", "Nothing came and nothing was delivered since "
              + clock(minutes[0].at) + ", as far as this process knows: it forgets at a restart."));
          }
          const gutter = 54, right = 6, size = [1, 2, 3, 5, 10, 15].find((count) =>
            (width - gutter - right) / (minutes.length / count) >= 3) || 15;
          const bins = shown = gather(minutes, size);
          const step = (width - gutter - right) / bins.length;
          const high = 104, floor = high + 12, low = floor + 16, lower = 70, end = low + lower;
          const most = Math.max(1, ...bins.map((bin) => bin.delivered + bin.superseded + bin.dead));
          const svg = shape("svg", { viewBox: "0 0 " + width + " " + (end + 20), height: end + 20,
            role: "img", tabindex: 0, "aria-label": "In six hours " + told(all) + ". At most " + most
            + " in " + some(size, "minute") + ". Arrow keys go through it; the same stands in the "
            + "table below." });
          svg.append(patterns());
          const x = (index) => gutter + index * step;
          const line = (y) => svg.append(shape("line", { x1: gutter, x2: width - right, y1: y, y2: y,
            class: "axis" }));
          const label = (y, text) => svg.append(shape("text", { x: gutter - 5, y: y + 4,
            "text-anchor": "end" }, text));
          line(12); line(high); label(14, String(most)); label(high, "0");
          svg.append(shape("text", { x: gutter + 3, y: 10 }, size === 1 ? "deliveries a minute"
            : "deliveries in " + size + " minutes"));
          const bar = Math.max(1, step - .6);
          bins.forEach((bin, index) => {
            let top = high;
            for (const kind of ["delivered", "superseded", "dead"]) {
              if (!bin[kind]) continue;
              const tall = Math.max(1.5, bin[kind] / most * (high - 12));
              top -= tall;
              const place = { x: x(index), y: top, width: bar, height: tall };
              svg.append(shape("rect", { ...place, class: kind }));
              if (kind === "superseded") svg.append(shape("rect", { ...place, fill: "url(#hatch)" }));
            }
            if (bin.dead) {
              const middle = x(index) + bar / 2, y = Math.max(5, top - 6);
              svg.append(shape("path", { class: "cross", d: "M" + (middle - 3) + " " + (y - 3) + "l6 6m0-6l-6 6" }));
            }
            if (bin.failedAttempts) {
              const middle = x(index) + bar / 2;
              svg.append(shape("line", { x1: middle, x2: middle, y1: high + 2, y2: high + 9, class: "tries" }));
            }
          });
          const slowest = Math.max(...bins.map((bin) => bin.slowest));
          if (slowest) {
            const least = Math.min(...bins.filter((bin) => bin.delivered).map((bin) => bin.mean));
            const ceiling = STEPS.find((time) => time >= slowest) || slowest;
            const ground = [1, ...STEPS].filter((time) => time <= least).pop() || 1;
            const span = Math.log(ceiling / ground) || 1;
            const y = (time) => end - Math.max(0, Math.log(Math.max(time, ground) / ground)) / span * lower;
            const marks = [1, ...STEPS].filter((time) => time >= ground && time <= ceiling);
            const apart = Math.ceil(marks.length / 4);
            marks.reverse().forEach((time, index) => {
              line(y(time));
              if (index % apart === 0) label(y(time), lasting(time).replace(".0", ""));
            });
            svg.append(shape("text", { x: gutter + 3, y: low - 4 }, "from arrival to GitLab’s confirmation"));
            bins.forEach((bin, index) => {
              if (!bin.delivered) return;
              const middle = x(index) + bar / 2;
              svg.append(shape("line", { x1: middle, x2: middle, y1: y(bin.mean), y2: y(bin.slowest),
                class: "span" }),
                shape("line", { x1: middle - 2, x2: middle + 2, y1: y(bin.slowest), y2: y(bin.slowest),
                class: "span" }), shape("circle", { cx: middle, cy: y(bin.mean), r: 2, class: "mean" }));
            });
          }
          bins.forEach((bin, index) => {
            const date = new Date(bin.at);
            const every = width > 560 ? 1 : 2;
            if (date.getMinutes() >= size || date.getHours() % every) return;
            if (x(index) < gutter + 12 || x(index) > width - 24) return;
            svg.append(shape("line", { x1: x(index), x2: x(index), y1: 12, y2: end, class: "axis" }),
              shape("text", { x: x(index), y: end + 15, "text-anchor": "middle" }, clock(bin.at)));
          });
          const cursor = shape("line", { y1: 12, y2: end, class: "cursor", visibility: "hidden" });
          svg.append(cursor);
          const point = (index) => {
            at = Math.min(bins.length - 1, Math.max(0, index));
            const middle = x(at) + bar / 2;
            for (const name of ["x1", "x2"]) cursor.setAttribute(name, middle);
            cursor.setAttribute("visibility", "visible");
            say($("readout"), clock(bins[at].at) + ": " + told(bins[at]));
          };
          let at = bins.length;
          svg.addEventListener("pointermove", (event) =>
            point(Math.floor((event.clientX - svg.getBoundingClientRect().left - gutter) / step)));
          svg.addEventListener("keydown", (event) => {
            const by = { ArrowLeft: -1, ArrowRight: 1, Home: -bins.length, End: bins.length }[event.key];
            if (!by) return;
            event.preventDefault();
            point(at + by);
          });
          const isFocused = box.contains(document.activeElement) && document.activeElement.matches("svg");
          const isOpen = Boolean(box.querySelector("details[open]"));
          box.replaceChildren(svg, legend(all), make("p", "", { id: "readout", role: "status" }),
            table(isOpen));
          if (isFocused) svg.focus();
        }
        function legend(all) {
          const swatch = (...shapes) => {
            const svg = shape("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" });
            svg.append(...shapes);
            return svg;
          };
          const square = { x: 2, y: 2, width: 10, height: 10 };
          const rows = [
            [swatch(shape("rect", { ...square, class: "delivered" })), all.delivered + " delivered"],
            [swatch(shape("rect", { ...square, class: "superseded" }),
              shape("rect", { ...square, fill: "url(#hatch)" })), all.superseded + " superseded"],
            [swatch(shape("path", { d: "M3 3l8 8m0-8l-8 8", class: "cross" })), all.dead + " dead"],
            [swatch(shape("line", { x1: 7, x2: 7, y1: 3, y2: 11, class: "tries" })),
              some(all.failedAttempts, "try that failed", "tries that failed")],
            [swatch(shape("line", { x1: 7, x2: 7, y1: 1, y2: 11, class: "span" }),
              shape("circle", { cx: 7, cy: 11, r: 2.5, class: "mean" })), "average up to the slowest"],
          ];
          return make("ul", rows.map((row) => make("li", row)), { class: "key" });
        }
        function table(isOpen) {
          const names = ["From", "Came", "Delivered", "Superseded", "Dead", "Failed tries", "Average", "Slowest"];
          const head = make("tr", names.map((name, index) =>
            make("th", name, { scope: "col", class: index ? "number" : "" })));
          const rows = gather(minutes, 30).reverse().map((bin) => make("tr", [clock(bin.at), bin.taken,
            bin.delivered, bin.superseded, bin.dead, bin.failedAttempts, bin.delivered ? lasting(bin.mean) : "",
            bin.delivered ? lasting(bin.slowest) : ""].map((value, index) =>
            make(index ? "td" : "th", String(value), index ? { class: "number" } : { scope: "row" }))));
          const details = make("details", [make("summary", "The same as a table"), make("div",
            make("table", [make("thead", head), make("tbody", rows)]), { class: "scroll" })]);
          details.open = isOpen;
          return details;
        }
        const loadChart = paced(5000, async () => {
          try {
            const history = await ask("/api/history");
            const first = history.lastMinuteAt - (history.minutes.length - 1) * 60000;
            minutes = history.minutes.map((minute, index) => ({ ...minute, at: first + index * 60000 }));
            drawChart();
          } catch (error) {
            if (!minutes) $("chart").replaceChildren(make("p", "It cannot be read: " + explain(error)));
          }
        });

        """#
}
