// The chosen reading along the slider that moves: points as they were visited, and all of them on demand.
import type { Parameter } from "../bench";
import { Chart } from "../chart";
import { h } from "../dom";
import { call, type Refused } from "../socket";
import type { Point, Reading } from "./point";

const POINTS = 61;

export class Trace {
  readonly element: HTMLElement;
  private readonly chart = new Chart({ name: "Reading along a parameter", x: { label: "", unit: "" }, y: { label: "G", unit: "e²/h" }, height: 240, zero: true });
  private readonly fillButton = h("button", { type: "button", class: "button quiet", onclick: () => void this.fill() }, "Compute the curve");
  private along: { name: string; unit: string; min: number; max: number } | null = null;
  private points = new Map<number, number>();
  private rest = "";
  private run = 0;

  /** `ask` gives the arguments of a point at which this parameter has another value, `read` what is drawn. */
  constructor(private readonly ask: (name: string, value: number) => object, private readonly read: (point: Point) => Reading) {
    this.element = h("section", { class: "card trace", "aria-label": "Along the slider", hidden: true },
      h("div", { class: "row" }, h("h2", {}, "Along the slider"), this.fillButton), this.chart.element);
  }

  destroy(): void {
    this.run += 1;
    this.chart.destroy();
  }

  /** The parameter that moves; `rest` tells everything else, and when it changes the curve is another. */
  follow(parameter: Omit<Parameter, "value">, rest: string): void {
    if (this.along?.name === parameter.name && this.rest === rest) return;
    this.run += 1;
    this.along = parameter;
    this.rest = rest;
    this.points.clear();
    this.element.hidden = false;
  }

  /** Another device or nothing moved yet. */
  clear(): void {
    this.run += 1;
    this.along = null;
    this.element.hidden = true;
  }

  add(value: number, point: Point, mark = true): void {
    const reading = this.read(point);
    if (!this.along || reading.value === null) return;
    this.points.set(value, reading.value);
    const x = [...this.points.keys()].sort((a, b) => a - b);
    const y = x.map((at) => this.points.get(at)!);
    if (mark) this.chart.marker(value);
    this.chart.set(x, [{ label: `${reading.name} · ${reading.about}`, y, look: x.length > 2 ? "line" : "points" }],
      { x: { label: this.along.name, unit: this.along.unit }, y: { label: reading.name, unit: reading.unit } });
  }

  private async fill(): Promise<void> {
    const along = this.along;
    if (!along) return;
    const mine = ++this.run;
    this.fillButton.disabled = true;
    try {
      for (let i = 0; i < POINTS && mine === this.run; i++) {
        const value = along.min + (i / (POINTS - 1)) * (along.max - along.min);
        const point = await call<Point>("device.point", this.ask(along.name, value), "trace");
        if (mine === this.run) this.add(value, point, false);
      }
    } catch (error) {
      if (!(error as Refused).superseded) this.fillButton.title = (error as Refused).message;
    }
    this.fillButton.disabled = false;
  }
}
