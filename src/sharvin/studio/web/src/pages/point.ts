// What one point says: the conductance in large figures, the transmissions between all leads.
import { h } from "../dom";
import { duration, figure } from "../units";

export interface Point { transmissions: (number | null)[][]; leads: string[]; conductance: number | null; unit?: string; modes: number[]; error: number | null; seconds: number }

export function pointPanel(point: Point): HTMLElement {
  const largest = Math.max(1e-12, ...point.transmissions.flat().map((value) => value ?? 0));
  const floor = Math.max(point.error ?? 0, 1e-9); // what lies below it is rounding
  return h("div", {},
    h("p", { class: "large" }, h("output", { "data-value": String(point.conductance) }, shown(point.conductance, floor, 5)), h("span", {}, ` ${point.unit ?? "e²/h"}`)),
    h("div", { class: "scroll" }, h("table", { class: "matrix" },
      h("caption", {}, "Transmission to (row) from (column)"),
      h("thead", {}, h("tr", {}, h("td"), ...point.leads.map((name, i) => h("th", { scope: "col" }, name, h("small", {}, `${point.modes[i] ?? "–"} ${point.modes[i] === 1 ? "mode" : "modes"}`))))),
      h("tbody", {}, ...point.transmissions.map((row, i) => h("tr", {}, h("th", { scope: "row" }, point.leads[i]!),
        ...row.map((value) => cell(value, largest, floor, point.leads.length > 3 ? 3 : 4))))))),
    h("p", { class: "facts" }, `computed in ${duration(point.seconds)}`, point.error === null ? "" : `, flux conserved to ${figure(point.error, 2)}`));
}

const shown = (value: number | null, floor: number, digits: number): string => (value !== null && Math.abs(value) < floor ? "0" : figure(value, digits));

function cell(value: number | null, largest: number, floor: number, digits: number): HTMLElement {
  const found = h("td", {}, shown(value, floor, digits));
  found.style.setProperty("--fill", `${Math.round((28 * (value ?? 0)) / largest)}%`);
  return found;
}
