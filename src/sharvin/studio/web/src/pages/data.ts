// Data: a file of the laboratory, what its columns are, a fit with errors, and a simulation over it.
import { Chart, type Axis, type Curve } from "../chart";
import { ratio } from "../convert";
import { announce, h, lowered, refill } from "../dom";
import { drawing } from "../drawing";
import { place, remember } from "../hash";
import { allJobs, onJobs } from "../jobs";
import { join } from "../join";
import { curvesOf, type Result } from "../result";
import { call, numbers, type Refused } from "../socket";
import { figure } from "../units";
import { Roles, type Column, type Kind } from "./roles";

interface Loaded { data: string; columns: Column[]; rows: number }
interface Fit {
  kind: string; figure_svg: string; report: string; problem: string; formula?: string; notes?: string[];
  values: { name: string; value: number | null; error: number | null; unit: string }[];
  curve: { x: unknown; y: unknown; fitted: unknown; labels: string[] };
}
interface Part { x: number[]; curves: Curve[] }

const MOST = 23 * 2 ** 20; // bytes; the server refuses more

export async function dataPage(host: HTMLElement): Promise<() => void> {
  const kinds = await call<Kind[]>("data.kinds");
  const page = new DataPage(host, kinds);
  return () => page.destroy();
}

class DataPage {
  private readonly note = h("p", { class: "note", role: "status" });
  private readonly setup = h("div", { hidden: true });
  private readonly facts = h("p", { class: "facts" });
  private readonly result = h("section", { class: "card shown", "aria-label": "Fit" });
  private readonly kind: HTMLSelectElement;
  private readonly roles = new Roles(() => this.raw());
  private readonly overlay = h("select", { "aria-label": "Simulation to lay over", onchange: () => void this.over() });
  private readonly chart = new Chart({ name: "Measured data", x: { label: "x", unit: "" }, y: { label: "y", unit: "" }, height: 340 });
  private readonly stop: () => void;
  private file = { name: "", b64: "" };
  private loaded: Loaded | null = null;
  private shown: { x: Axis; y: Axis; part: Part } | null = null;

  constructor(host: HTMLElement, private readonly kinds: Kind[]) {
    this.kind = h("select", { "aria-label": "What to fit", onchange: () => this.chooseKind() }, ...kinds.map((kind) => h("option", { value: kind.id }, kind.title)));
    const asked = place().state.get("kind");
    if (asked && kinds.some((kind) => kind.id === asked)) this.kind.value = asked;
    this.build(host);
    this.stop = onJobs(() => this.listJobs());
    this.welcome();
  }

  /** What can be fitted, before there is a file. */
  private welcome(): void {
    const choose = (kind: Kind): void => {
      this.kind.value = kind.id;
      this.chooseKind();
      this.welcome();
    };
    refill(this.result, h("h2", {}, "What can be fitted"),
      h("p", { class: "facts" }, "The file stays on this machine. A fit gives values with errors and residuals, and says so when the data do not carry it."),
      h("div", { class: "kinds", role: "group", "aria-label": "Kinds of fits" }, ...this.kinds.map((kind) => h("button", { type: "button", "aria-pressed": String(kind.id === this.kind.value), onclick: () => choose(kind) }, kind.title))),
      h("p", { class: "facts" }, "It needs: ", this.kindNow().columns.map((column) => `${column.label}${column.unit ? ` (${column.unit})` : ""}${column.optional ? ", if known" : ""}`).join("; "), "."));
  }

  private build(host: HTMLElement): void {
    const input = h("input", { type: "file", "aria-label": "File with measured data", onchange: () => void this.take(input.files?.[0]) });
    const zone = h("label", { class: "drop" }, h("b", {}, "Drop a file here"), h("span", {}, "or choose one of up to 23 MB: CSV or text with columns, NetCDF, HDF5, a QCoDeS database, NumPy"), input);
    for (const kind of ["dragover", "dragenter"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      void this.take((event as DragEvent).dataTransfer?.files[0]);
    });
    refill(this.setup, this.facts,
      h("label", { class: "stacked" }, h("span", {}, "Fit"), this.kind), this.roles.element,
      h("div", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: () => void this.fit() }, "Fit")),
      h("label", { class: "stacked" }, h("span", {}, "Lay a sweep over it"), this.overlay));
    host.append(h("div", { class: "data" },
      h("section", { class: "card", "aria-label": "File" }, h("h2", {}, "Measured data"), zone, this.note, this.setup), this.result));
  }

  destroy(): void {
    this.stop();
    this.chart.destroy();
  }

  private async take(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > MOST) {
      this.note.textContent = `${file.name} has ${figure(file.size / 2 ** 20, 3)} MB; at most 23 MB are read. Keep the columns that matter, or use sharvin analyse on the command line.`;
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
    this.file = { name: file.name, b64: btoa(binary) };
    this.note.textContent = "Reading …";
    try {
      this.loaded = await call<Loaded>("data.load", { ...this.file, columns: null }, "data.load");
      this.note.textContent = "";
      this.setup.hidden = false;
      refill(this.facts, `${file.name}: ${this.loaded.rows} rows of ${this.loaded.columns.map((column) => column.label || column.name).join(", ")}`);
      this.listJobs();
      this.chooseKind();
    } catch (error) {
      this.setup.hidden = true;
      this.say(error as Refused);
    }
  }

  private kindNow(): Kind { return this.kinds.find((kind) => kind.id === this.kind.value)!; }

  private chooseKind(): void {
    remember({ kind: this.kind.value });
    if (!this.loaded) return;
    this.roles.show(this.kindNow(), this.loaded.columns);
    this.raw();
  }

  private listJobs(): void {
    const kept = this.overlay.value;
    refill(this.overlay, h("option", { value: "" }, "none"), ...allJobs().filter((job) => job.done > 0).map((job) => h("option", { value: job.id }, job.name)));
    this.overlay.value = kept;
  }

  /** The first two quantities of the kind as they stand in the file. */
  private raw(): void {
    const [first, second] = this.kindNow().columns;
    const [x, y] = [first, second].map((role) => {
      const chosen = role && this.roles.of(role.name);
      const column = this.loaded!.columns.find((one) => one.name === chosen?.column);
      return column && chosen && role ? { axis: { label: role.label, unit: chosen.unit }, values: Array.from(numbers(column.values).data) } : null;
    });
    if (!x || !y) return;
    if (x.values.length !== y.values.length) {
      this.shown = null;
      refill(this.result, h("h2", {}, "Data"), h("p", { class: "facts" }, `A map: ${x.values.length} values of ${x.axis.label}, ${y.values.length} of ${y.axis.label}. Its fit draws it.`));
      return;
    }
    this.shown = { x: x.axis, y: y.axis, part: { x: x.values, curves: [{ label: "measured", y: y.values, look: look(x.values), color: 0 }] } };
    refill(this.result, h("h2", {}, "Data"), this.chart.element);
    void this.over();
  }

  private async over(): Promise<void> {
    if (!this.shown) return;
    const parts = [this.shown.part];
    this.note.textContent = "";
    if (this.overlay.value) {
      try {
        const part = this.simulated(await call<Result>("job.data", { job: this.overlay.value }, "overlay"));
        if (part) parts.push(part);
      } catch (error) {
        this.say(error as Refused);
      }
    }
    const { x, curves } = join(parts);
    this.chart.set(x, curves, { x: this.shown.x, y: this.shown.y });
  }

  /** Curves of a sweep in the units of the data. */
  private simulated(result: Result): Part | null {
    const found = curvesOf(result);
    if (!found || !this.shown) return null;
    const [fx, fy] = [ratio(found.along.unit, this.shown.x.unit), ratio(result.unit, this.shown.y.unit)];
    if (fx === null || fy === null) {
      this.note.textContent = `The sweep gives ${result.unit || "a number"} against ${found.along.name} in ${found.along.unit || "numbers"}; the data are in ${this.shown.y.unit || "numbers"} against ${this.shown.x.unit || "numbers"}.`;
      return null;
    }
    return {
      x: found.x.map((value) => value * fx),
      curves: found.curves.map((curve, i) => ({ ...curve, label: `sweep, ${curve.label}`, look: "dashed", color: 2 + i, y: Array.from(curve.y, (value) => (value === null ? null : value * fy)) })),
    };
  }

  private async fit(): Promise<void> {
    if (!this.loaded) return;
    this.note.textContent = "Fitting …";
    try {
      const found = await call<Fit>("data.fit", { data: this.loaded.data, kind: this.kind.value, columns: this.roles.columns, options: this.roles.values }, "fit");
      this.note.textContent = "";
      this.showFit(found);
      announce("The fit is done");
    } catch (error) {
      this.say(error as Refused);
    }
  }

  private showFit(found: Fit): void {
    const [x, y, fitted] = [found.curve.x, found.curve.y, found.curve.fitted].map((sent) => Array.from(numbers(sent).data));
    if (x!.length) {
      const [xAxis, yAxis] = found.curve.labels.map(axisOf);
      this.shown = {
        x: xAxis ?? { label: "x", unit: "" }, y: yAxis ?? { label: "y", unit: "" },
        part: { x: x!, curves: [{ label: "measured", y: y!, look: look(x!), color: 0 }, { label: "fit", y: fitted!, color: 1 }] },
      };
    }
    refill(this.result, h("h2", {}, this.kindNow().title),
      found.problem ? h("p", { class: "trouble" }, found.problem) : valueTable(found),
      ...(found.notes ?? []).map((text) => h("p", { class: "facts" }, lowered(text))),
      h("h2", {}, x!.length ? "Data and fit" : "Data"), this.chart.element,
      h("h2", {}, "Figure"), drawing(found.figure_svg, `Fit of ${this.file.name}`),
      h("details", {}, h("summary", {}, "Report"), h("pre", { class: "code", tabindex: "0" }, found.report)));
    void this.over();
  }

  private say(error: Refused): void {
    if (!error.superseded) this.note.textContent = error.message;
  }
}

const look = (x: number[]): Curve["look"] => (x.length > 300 ? "thin" : "points");

/** Label and unit of "gate voltage (V)". */
function axisOf(text: string): Axis {
  const match = /^(.*?)\s*\(([^()]*)\)\s*$/.exec(text);
  return match ? { label: match[1]!, unit: match[2]! } : { label: text, unit: "" };
}

function valueTable(fit: Fit): HTMLElement {
  return h("div", { class: "scroll" }, h("table", { class: "checks values" },
    h("thead", {}, h("tr", {}, ...["Quantity", "Value", "Error", "Unit"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...fit.values.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name.replaceAll("_", " ")), h("td", { class: "n", "data-value": String(one.value), "data-name": one.name }, figure(one.value, 5)),
      h("td", { class: "n" }, one.error === null ? "–" : `± ${figure(one.error, 2)}`), h("td", {}, one.unit))))));
}
