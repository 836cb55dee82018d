// Checks of a page: computed against expected, with a mark that shows where in the tolerance it lies.
import { h, lowered, svg } from "../dom";
import { figure } from "../units";

export interface Check { name: string; value: number | null; expected: number; tolerance: number; passed: boolean; reason: string }

export function checkTable(checks: Check[]): HTMLElement {
  const held = checks.filter((check) => check.passed).length;
  return h("div", {},
    h("p", { class: "facts" }, `${held} of ${checks.length} hold`),
    h("div", { class: "scroll" }, h("table", { class: "checks" },
      h("thead", {}, h("tr", {}, ...["", "Number", "Computed", "Expected", "Within"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...checks.map(row)))));
}

function row(check: Check): HTMLElement {
  const digits = Math.min(8, Math.max(3, check.tolerance > 0 && check.expected
    ? Math.ceil(Math.log10(Math.abs(check.expected) / check.tolerance)) + 2 : 4));
  return h("tr", { class: check.passed ? "held" : "missed" },
    h("td", { class: "mark" }, h("span", { role: "img", "aria-label": check.passed ? "holds" : "misses" }, check.passed ? "✓" : "✗")),
    h("th", { scope: "row" }, lowered(check.name), h("small", {}, check.reason)),
    h("td", { class: "n" }, figure(check.value, digits)),
    h("td", { class: "n" }, `${figure(check.expected, digits)} ± ${figure(check.tolerance, 2)}`),
    h("td", {}, gauge(check)));
}

/** Band of what is accepted, and the number in it; outside, the dot sits at the rim. */
function gauge(check: Check): SVGElement {
  const off = check.tolerance > 0 ? ((check.value ?? NaN) - check.expected) / check.tolerance : check.passed ? 0 : Infinity;
  const at = Number.isFinite(off) ? 50 + 36 * Math.max(-1.3, Math.min(1.3, off)) : 97;
  return svg("svg", { viewBox: "0 0 100 16", class: "gauge", "aria-hidden": "true" },
    svg("line", { x1: 2, x2: 98, y1: 8, y2: 8, class: "axis" }),
    svg("rect", { x: 14, y: 4, width: 72, height: 8, rx: 4, class: "band" }),
    svg("line", { x1: 50, x2: 50, y1: 2, y2: 14, class: "axis" }),
    svg("circle", { cx: at, cy: 8, r: 4.5, class: "dot" }));
}
