// A closed form with its sliders: every move asks for the curve again.
import { Chart, type Axis } from "../chart";
import { h, lowered, settled } from "../dom";
import { place, remember } from "../hash";
import { Slider, type Knob } from "../slider";
import { call, type Refused } from "../socket";

export interface Formula { id: string; title: string; pages: string[]; note?: string; reference?: string; sliders: Knob[]; x: Axis; y: Axis }
interface Curves { x: number[]; curves: { label: string; y: (number | null)[] }[] }

export class FormulaView {
  readonly element: HTMLElement;
  private readonly chart: Chart;
  private readonly values: Record<string, number> = {};
  private readonly note = h("p", { class: "trouble", role: "status" });
  private readonly write = settled(300, () => remember(Object.fromEntries(Object.entries(this.values).map(([name, value]) => [`v.${name}`, String(value)]))));

  /** Values in the address are taken over when this formula is the page. */
  constructor(private readonly formula: Formula, private readonly page: boolean) {
    this.chart = new Chart({ name: formula.title, x: formula.x, y: formula.y, height: 360 });
    const { state } = place();
    const sliders = formula.sliders.map((knob) => {
      const sent = this.page ? state.get(`v.${knob.name}`) : null;
      const value = sent !== null && Number.isFinite(Number(sent)) ? Math.min(knob.max, Math.max(knob.min, Number(sent))) : knob.value;
      this.values[knob.name] = value;
      return new Slider({ ...knob, value }, (now) => {
        this.values[knob.name] = now;
        this.ask();
      });
    });
    const reset = h("button", { type: "button", class: "quiet small", onclick: () => {
      formula.sliders.forEach((knob, i) => {
        this.values[knob.name] = knob.value;
        sliders[i]!.set(knob.value);
      });
      this.ask();
    } }, "Back to the start");
    this.element = h("div", { class: "formula" },
      formula.note ? h("p", { class: this.page ? "statement" : "facts" }, lowered(formula.note)) : null,
      h("div", { class: "split" }, this.chart.element, h("div", { class: "sliders" }, ...sliders.map((one) => one.element), reset)),
      formula.reference ? h("p", { class: "facts" }, formula.reference) : null, this.note);
    this.ask();
  }

  destroy(): void { this.chart.destroy(); }

  private ask(): void {
    if (this.page) this.write();
    call<Curves>("formula.curve", { id: this.formula.id, values: { ...this.values } }, `formula ${this.formula.id}`).then((found) => {
      this.note.textContent = "";
      this.chart.set(found.x, found.curves);
    }).catch((error: Refused) => {
      if (!error.superseded) this.note.textContent = error.message;
    });
  }
}
