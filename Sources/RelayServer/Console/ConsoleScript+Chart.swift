extension ConsoleScript {
    /// The last six hours: bars for what became of deliveries, spans for how long they took.
    static let chart = #"""
        /// Where things stand, in CSS pixels: above the bars, below them the spans of time.
        function layOut(width) {
          const left = 54, right = width - 6;
          // The finest parts that can still be told from each other.
          const size = [1, 2, 3, 5, 10, 15].find((count) =>
            (right - left) / (minutes.length / count) >= 3) || 15;
          const bins = gather(minutes, size);
          const step = (right - left) / bins.length, thick = Math.max(1, step - .6);
          return {
            width, height: 230, left, right, size, bins, step, thick,
            bars: { top: 20, bottom: 112 }, spans: { top: 140, bottom: 210 },
            most: Math.max(1, ...bins.map((bin) => bin.delivered + bin.superseded + bin.dead)),
            x: (index) => left + index * step,
            middle: (index) => left + index * step + thick / 2,
          };
        }
        function drawChart() {
          if (!minutes) return;
          const box = $("chart");
          const all = gather(minutes, Infinity)[0];
          if (!COUNTS.some((name) => all[name])) {
            return box.replaceChildren(make("p", "Nothing came and nothing was delivered since "
              + clock(minutes[0].at) + ", as far as this process knows: it forgets at a restart."));
          }
          const plan = layOut(Math.max(260, Math.floor(box.clientWidth)));
          const svg = shape("svg", {
            viewBox: "0 0 " + plan.width + " " + plan.height, height: plan.height,
            role: "img", tabindex: 0,
            "aria-label": "In six hours " + told(all) + ". At most " + plan.most + " in "
              + some(plan.size, "minute") + ". Arrow keys go through it; the same stands in the "
              + "table below.",
          });
          svg.append(patterns());
          drawBars(svg, plan);
          drawSpans(svg, plan);
          drawHours(svg, plan);
          addCursor(svg, plan);
          const isFocused = document.activeElement?.matches("#chart > svg");
          const isOpen = Boolean(box.querySelector("details[open]"));
          const parts = [svg, legend(all), readout, table(isOpen)];
          // What reads aloud stays where it is, else it is read again.
          if (readout.parentNode === box) {
            parts.forEach((part, index) => {
              if (part !== readout) box.children[index].replaceWith(part);
            });
          } else {
            box.replaceChildren(...parts);
          }
          if (isFocused) svg.focus();
        }
        function line(svg, plan, y) {
          svg.append(shape("line", { x1: plan.left, x2: plan.right, y1: y, y2: y, class: "axis" }));
        }
        function label(svg, plan, y, text) {
          svg.append(shape("text", { x: plan.left - 5, y: y + 4, "text-anchor": "end" }, text));
        }
        function heading(svg, plan, y, text) {
          svg.append(shape("text", { x: plan.left + 3, y }, text));
        }
        function drawBars(svg, plan) {
          const { top, bottom } = plan.bars;
          line(svg, plan, top);
          line(svg, plan, bottom);
          label(svg, plan, top, String(plan.most));
          label(svg, plan, bottom, "0");
          heading(svg, plan, top - 7, plan.size === 1 ? "deliveries a minute"
            : "deliveries in " + plan.size + " minutes");
          plan.bins.forEach((bin, index) => {
            const middle = plan.middle(index);
            let y = bottom;
            for (const kind of ["delivered", "superseded", "dead"]) {
              if (!bin[kind]) continue;
              const height = Math.max(1.5, bin[kind] / plan.most * (bottom - top));
              y -= height;
              const place = { x: plan.x(index), y, width: plan.thick, height };
              svg.append(shape("rect", { ...place, class: kind }));
              if (kind === "superseded") {
                svg.append(shape("rect", { ...place, fill: "url(#hatch)" }));
              }
            }
            if (bin.dead) svg.append(cross(middle, Math.max(5, y - 6), 3));
            if (bin.failedAttempts) svg.append(upright("tries", middle, bottom + 2, bottom + 9));
          });
        }
        const STEPS = [1, 10, 100, 1000, 10000, 60000, 600000, 3600000, 36000000, 360000000];
        /// From the average up to the slowest of each part, on a logarithmic scale.
        function drawSpans(svg, plan) {
          const { top, bottom } = plan.spans;
          const slowest = Math.max(...plan.bins.map((bin) => bin.slowest));
          if (!slowest) return;
          const least = Math.min(...plan.bins.filter((bin) => bin.delivered)
            .map((bin) => bin.mean));
          const ceiling = STEPS.find((time) => time > 1 && time >= slowest) || slowest;
          const ground = STEPS.filter((time) => time <= least).pop() || 1;
          const whole = Math.log(ceiling / ground) || 1;
          const y = (time) => bottom
            - Math.log(Math.max(time, ground) / ground) / whole * (bottom - top);
          const marks = STEPS.filter((time) => time >= ground && time <= ceiling).reverse();
          const apart = Math.ceil(marks.length / 4);
          marks.forEach((time, index) => {
            line(svg, plan, y(time));
            if (index % apart === 0) label(svg, plan, y(time), lasting(time).replace(".0", ""));
          });
          heading(svg, plan, top - 4, "from arrival to GitLab’s confirmation");
          plan.bins.forEach((bin, index) => {
            if (!bin.delivered) return;
            const middle = plan.middle(index), high = y(bin.slowest);
            svg.append(
              upright("span", middle, y(bin.mean), high),
              shape("line", { x1: middle - 2, x2: middle + 2, y1: high, y2: high, class: "span" }),
              shape("circle", { cx: middle, cy: y(bin.mean), r: 2, class: "mean" }));
          });
        }
        function drawHours(svg, plan) {
          const every = plan.width > 560 ? 1 : 2;
          plan.bins.forEach((bin, index) => {
            const date = new Date(bin.at), x = plan.x(index);
            if (date.getMinutes() >= plan.size || date.getHours() % every) return;
            if (x < plan.left + 12 || x > plan.width - 24) return;
            svg.append(
              upright("axis", x, plan.bars.top, plan.spans.bottom),
              shape("text", { x, y: plan.spans.bottom + 15, "text-anchor": "middle" },
                clock(bin.at)));
          });
        }
        const readout = make("p", "", { id: "readout", role: "status" });
        // The time that is read out; null as long as nobody has pointed at one.
        let pointed = null;
        /// Pointer and arrow keys choose a part of the chart, whose numbers are then told.
        function addCursor(svg, plan) {
          const { bins } = plan;
          const cursor = upright("cursor", 0, plan.bars.top, plan.spans.bottom);
          cursor.setAttribute("visibility", "hidden");
          svg.append(cursor);
          let at = bins.length;
          const point = (index) => {
            at = Math.min(bins.length - 1, Math.max(0, index));
            pointed = bins[at].at;
            for (const name of ["x1", "x2"]) cursor.setAttribute(name, plan.middle(at));
            cursor.setAttribute("visibility", "visible");
            say(readout, clock(pointed) + ": " + told(bins[at]));
          };
          const last = bins.findLastIndex((bin) => pointed !== null && bin.at <= pointed);
          if (last >= 0) point(last);
          else say(readout, "Point at a bar, or use the arrow keys, to read its numbers.");
          svg.addEventListener("pointermove", (event) => {
            const x = event.clientX - svg.getBoundingClientRect().left;
            point(Math.floor((x - plan.left) / plan.step));
          });
          svg.addEventListener("keydown", (event) => {
            const by = { ArrowLeft: -1, ArrowRight: 1, Home: -bins.length, End: bins.length };
            if (!by[event.key]) return;
            event.preventDefault();
            point(at + by[event.key]);
          });
        }

        """#
}
