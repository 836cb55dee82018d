// What one point says: the chosen reading in large figures, the other ones, all transmissions.
import { h, lowered, refill } from "../dom";
import { ratio } from "../convert";
import { duration, figure } from "../units";

export interface Reading { name: string; value: number | null; unit: string; about: string; problem?: string }
export interface Point {
  transmissions: (number | null)[][]; leads: string[]; degeneracy: number; to: string; from: string;
  modes: number[]; error: number | null; seconds: number; readings: Reading[];
}

/** Which reading stands in large figures: one of the experiment by name, or G between two leads. */
export class PointPanel {
  readonly element = h("div", { class: "reading", "aria-live": "off" });
  private key = "";
  private point: Point | null = null;

  constructor(private readonly changed: () => void) {}

  get chosen(): string { return this.key; }

  /** The chosen reading of a point, with the name of what is read. */
  read(point: Point): Reading {
    return this.all(point).get(this.key) ?? [...this.all(point).values()][0]!;
  }

  wait(): void { this.element.classList.add("waiting"); }

  refuse(message: string): void {
    this.element.classList.remove("waiting");
    refill(this.element, h("p", { class: "trouble" }, message));
  }

  show(point: Point): void {
    this.point = point;
    this.element.classList.remove("waiting");
    const all = this.all(point), now = this.read(point), floor = Math.max(point.error ?? 0, 1e-9); // what lies below it is rounding
    const choice = h("select", { "aria-label": "What is read", onchange: () => this.choose(choice.value) },
      ...[...all].map(([key, one]) => h("option", { value: key }, `${one.name.replace("_", "")} · ${one.about}`)));
    choice.value = all.has(this.key) ? this.key : [...all.keys()][0]!;
    const others = point.readings.filter((one) => one !== now && point.readings.length > 1);
    refill(this.element, choice,
      h("p", { class: "large" }, h("output", { "data-value": String(now.value), "data-unit": now.unit }, shown(now.value, floor, 5)), h("span", {}, ` ${now.unit}`)),
      now.problem ? h("p", { class: "trouble" }, now.problem) : h("p", { class: "facts" }, sameAs(now, floor)),
      others.length ? h("ul", { class: "others" }, ...others.map((one) => h("li", {}, h("button", { type: "button", class: "quiet", title: one.about, onclick: () => this.choose(one.name) },
        lowered(one.name), h("b", { "data-reading": one.name, "data-value": String(one.value) }, ` ${shown(one.value, floor, 5)} `), one.unit)))) : null,
      this.matrix(point, floor),
      h("p", { class: "facts" }, `at zero temperature, computed in ${duration(point.seconds)}`, point.error === null ? "" : `, flux conserved to ${figure(point.error, 2)}`));
  }

  private all(point: Point): Map<string, Reading> {
    const found = new Map(point.readings.map((one): [string, Reading] => [one.name, one]));
    point.leads.forEach((to, i) => point.leads.forEach((from, j) => {
      const value = point.transmissions[i]![j]!;
      if (i !== j || point.leads.length === 1) found.set(`${to}←${from}`, { name: "G", value: value === null ? null : point.degeneracy * value, unit: "e²/h", about: `${from} → ${to}` });
    }));
    return found;
  }

  private choose(key: string): void {
    this.key = key;
    if (this.point) this.show(this.point);
    this.changed();
  }

  private matrix(point: Point, floor: number): HTMLElement {
    const largest = Math.max(1e-12, ...point.transmissions.flat().map((value) => value ?? 0));
    const isLarge = point.leads.length > 3;
    const cell = (value: number | null, i: number, j: number): HTMLElement => {
      const key = `${point.leads[i]}←${point.leads[j]}`;
      const text = isLarge && value !== null ? value.toFixed(2) : shown(value, floor, 4);
      const inside = i === j ? text : h("button", { type: "button", "aria-pressed": String(key === this.key), "aria-label": `Read G from ${point.leads[j]} to ${point.leads[i]}, transmission ${shown(value, floor, 6)}`, title: shown(value, floor, 6), onclick: () => this.choose(key) }, text);
      const found = h("td", {}, inside);
      found.style.setProperty("--fill", `${Math.round((28 * (value ?? 0)) / largest)}%`);
      return found;
    };
    return h("div", { class: "scroll" }, h("table", { class: isLarge ? "matrix many" : "matrix" },
      h("caption", {}, `Transmission to (row) from (column)${isLarge ? ", modes below the names" : ""}`),
      h("thead", {}, h("tr", {}, h("td"), ...point.leads.map((name, i) => h("th", { scope: "col" }, name, h("small", {}, `${point.modes[i] ?? "–"}${isLarge ? "" : point.modes[i] === 1 ? " mode" : " modes"}`))))),
      h("tbody", {}, ...point.transmissions.map((row, i) => h("tr", {}, h("th", { scope: "row" }, point.leads[i]!), ...row.map((value, j) => cell(value, i, j)))))));
  }
}

/** The same reading in units of the laboratory. */
function sameAs(one: Reading, floor: number): string {
  const [siemens, ohm] = [ratio(one.unit, "µS"), ratio(one.unit, "kΩ")];
  const value = one.value ?? 0;
  if (one.value === null || Math.abs(value) < floor || (siemens === null && ohm === null)) return one.about;
  return `${one.about}: ${siemens !== null ? `${figure(value * siemens)} µS, ${figure(1e3 / (value * siemens))} kΩ` : `${figure(value * ohm!)} kΩ`}`;
}

const shown = (value: number | null, floor: number, digits: number): string => (value !== null && Math.abs(value) < floor ? "0" : figure(value, digits));
