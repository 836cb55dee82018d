// A slider with its number beside it; the arrow keys move it by a step, the number field takes any value.
import { h, lowered, unique } from "./dom";
import { figure, quantity } from "./units";

export interface Knob { name: string; label?: string; unit: string; min: number; max: number; step?: number; value: number }

export class Slider {
  readonly element: HTMLElement;
  private readonly range: HTMLInputElement;
  private readonly field: HTMLInputElement;
  value: number;

  constructor(readonly knob: Knob, changed: (value: number) => void) {
    const id = unique("slider");
    const name = knob.label ?? knob.name;
    const step = knob.step ?? niceStep(knob.max - knob.min);
    this.value = knob.value;
    this.range = h("input", {
      type: "range", id, min: knob.min, max: knob.max, step: knob.step ?? "any", value: knob.value, "data-name": knob.name,
      oninput: () => take(Number(this.range.value)),
      onkeydown: (event: KeyboardEvent) => this.arrows(event, step, take),
    });
    this.field = h("input", {
      type: "text", inputmode: "decimal", size: 8, "aria-label": `${name}${knob.unit ? `, in ${knob.unit}` : ""}`,
      value: figure(knob.value), onchange: () => {
        const typed = Number(this.field.value.replace("−", "-").replace(",", "."));
        if (this.field.value.trim() && Number.isFinite(typed)) take(typed);
        else this.show();
      },
    });
    const take = (value: number): void => {
      this.value = value;
      this.show();
      changed(value);
    };
    this.element = h("div", { class: "slider" },
      h("label", { for: id }, lowered(name)),
      h("span", { class: "number" }, this.field, h("span", { class: "unit" }, knob.unit)),
      this.range,
      h("span", { class: "ends", "aria-hidden": "true" }, h("span", {}, figure(knob.min, 3)), h("span", {}, figure(knob.max, 3))));
    this.show();
  }

  set(value: number): void {
    this.value = value;
    this.show();
  }

  private show(): void {
    this.range.value = String(this.value);
    this.range.setAttribute("aria-valuetext", quantity(this.value, this.knob.unit));
    this.field.value = figure(this.value, 5);
    const span = this.knob.max - this.knob.min || 1;
    const part = Math.min(1, Math.max(0, (this.value - this.knob.min) / span));
    this.range.style.setProperty("--part", `${100 * part}%`);
  }

  /** A range with step "any" would jump far; here a key moves by a round step, with Shift by ten. */
  private arrows(event: KeyboardEvent, step: number, take: (value: number) => void): void {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    const moved = this.value + way * step * (event.shiftKey ? 10 : 1);
    const rounded = Math.round(moved / step) * step;
    take(Number(Math.min(this.knob.max, Math.max(this.knob.min, rounded)).toPrecision(12)));
  }
}

function niceStep(span: number): number {
  const rough = (Math.abs(span) || 1) / 100;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 1);
}
