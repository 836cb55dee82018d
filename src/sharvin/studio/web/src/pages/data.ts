// Data: a file of the laboratory, what its columns are, a fit with errors, and a simulation over it.
import { Chart, type Curve } from "../chart";
import { drawing } from "../drawing";
import { h, refill } from "../dom";
import { allJobs, onJobs } from "../jobs";
import { curvesOf, type Result } from "../result";
import { call, numbers, type Refused } from "../socket";
import { figure } from "../units";

interface Column { name: string; unit: string; label: string }
interface Loaded { columns: Column[]; rows: number; preview: unknown; data?: unknown }
interface Need { name: string; label?: string; units?: string[]; unit?: string; optional?: boolean }
type Kind = string | { kind?: string; id?: string; name?: string; title?: string; columns?: (string | Need)[] };
interface Fit { kind: string; figure_svg: string; report: string; values: { name: string; value: number; error: number | null; unit: string }[]; curve?: { x: number[]; y?: number[]; curves?: Curve[] } | null }

const MOST = 64 * 2 ** 20;

export async function dataPage(host: HTMLElement): Promise<() => void> {
  const kinds = await call<Kind[]>("data.kinds");
  const page = new DataPage(host, kinds);
  return () => page.destroy();
}

const idOf = (kind: Kind): string => (typeof kind === "string" ? kind : kind.id ?? kind.kind ?? kind.name ?? "");
const titleOf = (kind: Kind): string => (typeof kind === "string" ? kind.replaceAll("-", " ").replaceAll("_", " ") : kind.title ?? idOf(kind));

class DataPage {
  private readonly note = h("p", { class: "note", role: "status" });
  private readonly setup = h("div", {});
  private readonly result = h("section", { class: "card shown", "aria-label": "Fit" });
  private readonly kind: HTMLSelectElement;
  private readonly overlay = h("select", { "aria-label": "Simulation to lay over", onchange: () => void this.over() });
  private readonly chart = new Chart({ name: "Measured data", x: { label: "x", unit: "" }, y: { label: "y", unit: "" }, height: 340 });
  private readonly stop: () => void;
  private file = { name: "", b64: "" };
  private loaded: Loaded | null = null;
  private x = 0;
  private y = 1;
  private simulated: { x: number[]; curves: Curve[] } | null = null;
  private fitted: { x: number[]; curves: Curve[] } | null = null;

  constructor(host: HTMLElement, kinds: Kind[]) {
    this.kind = h("select", { "aria-label": "What to fit" }, ...kinds.map((kind) => h("option", { value: idOf(kind) }, titleOf(kind))));
    const input = h("input", { type: "file", accept: ".csv,.txt,.dat,.tsv,.nc,.db,.h5,.hdf5", "aria-label": "File with measured data", onchange: () => void this.take(input.files?.[0]) });
    const zone = h("label", { class: "drop" }, h("b", {}, "Drop a file here"), h("span", {}, "or choose one: CSV, text columns, NetCDF, QCoDeS, Labber"), input);
    for (const kind of ["dragover", "dragenter"]) zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      void this.take((event as DragEvent).dataTransfer?.files[0]);
    });
    host.append(h("div", { class: "data" },
      h("div", { class: "column" }, h("section", { class: "card", "aria-label": "File" }, h("h2", {}, "Measured data"), zone, this.note, this.setup)),
      this.result));
    this.stop = onJobs(() => this.listJobs());
    this.blank();
  }

  destroy(): void {
    this.stop();
    this.chart.destroy();
  }

  private blank(): void {
    refill(this.result, h("h2", {}, "Fit"), h("p", { class: "facts" }, "The file stays on this machine. Each fit gives values with errors, the residuals, and says when the data do not carry it."));
  }

  private async take(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > MOST) {
      this.note.textContent = `${file.name} has ${figure(file.size / 2 ** 20, 3)} MB; at most 64 MB are read.`;
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
    this.file = { name: file.name, b64: btoa(binary) };
    this.simulated = this.fitted = null;
    await this.load(null);
  }

  private async load(columns: Column[] | null): Promise<void> {
    this.note.textContent = "Reading …";
    try {
      this.loaded = await call<Loaded>("data.load", { ...this.file, columns });
      this.note.textContent = "";
      this.y = Math.min(this.y, this.loaded.columns.length - 1);
      this.drawSetup();
      this.draw();
    } catch (error) {
      this.say(error as Refused);
    }
  }

  private drawSetup(): void {
    const { columns, rows } = this.loaded!;
    const choice = (role: "x" | "y", index: number): HTMLElement => h("input", {
      type: "radio", name: `role-${role}`, "aria-label": `${columns[index]!.name} along ${role}`, checked: this[role] === index,
      onchange: () => { this[role] = index; this.draw(); },
    });
    const unit = (index: number): HTMLElement => {
      const field = h("input", { type: "text", size: 7, value: columns[index]!.unit, "aria-label": `unit of ${columns[index]!.name}`, onchange: () => {
        columns[index]!.unit = field.value.trim();
        void this.load(columns);
      } });
      return field;
    };
    refill(this.setup,
      h("p", { class: "facts" }, `${this.file.name}: ${rows} rows, ${columns.length} columns`),
      h("div", { class: "scroll" }, h("table", { class: "axes" },
        h("thead", {}, h("tr", {}, ...["Column", "Unit", "x", "y"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, ...columns.map((column, i) => h("tr", {}, h("th", { scope: "row" }, column.label || column.name), h("td", {}, unit(i)), h("td", {}, choice("x", i)), h("td", {}, choice("y", i))))))),
      h("div", { class: "row" }, h("label", { class: "inline" }, "Fit ", this.kind),
        h("button", { type: "button", class: "button primary", onclick: () => void this.fit() }, "Fit")),
      h("label", { class: "inline" }, "Lay over ", this.overlay));
    this.listJobs();
  }

  private listJobs(): void {
    const kept = this.overlay.value;
    refill(this.overlay, h("option", { value: "" }, "no simulation"), ...allJobs().filter((job) => job.done > 0).map((job) => h("option", { value: job.id }, job.name)));
    this.overlay.value = kept;
  }

  private columnsOf(): { x: number[]; y: number[] } | null {
    const sent = this.loaded?.data ?? this.loaded?.preview;
    if (!sent) return null;
    const { shape, data } = numbers(sent);
    const count = this.loaded!.columns.length;
    const byColumn = shape[0] === count;
    const rows = byColumn ? shape[1]! : shape[0]!;
    const column = (c: number): number[] => Array.from({ length: rows }, (_, r) => data[byColumn ? c * rows + r : r * count + c]!);
    return { x: column(this.x), y: column(this.y) };
  }

  private draw(): void {
    const measured = this.columnsOf();
    if (!measured || !this.loaded) return;
    const [x, y] = [this.loaded.columns[this.x]!, this.loaded.columns[this.y]!];
    const parts: { x: number[]; curves: Curve[] }[] = [{ x: measured.x, curves: [{ label: "measured", y: measured.y, look: measured.x.length > 400 ? "thin" : "points", color: 0 }] }];
    if (this.fitted) parts.push({ x: this.fitted.x, curves: this.fitted.curves.map((curve, i) => ({ ...curve, color: 1 + i })) });
    if (this.simulated) parts.push({ x: this.simulated.x, curves: this.simulated.curves.map((curve, i) => ({ ...curve, label: `simulated ${curve.label}`, look: "dashed" as const, color: 2 + i })) });
    const joined = join(parts);
    this.chart.set(joined.x, joined.curves, { x: { label: x.label || x.name, unit: x.unit }, y: { label: y.label || y.name, unit: y.unit } });
    if (!this.chart.element.isConnected) refill(this.result, h("h2", {}, "Data"), this.chart.element);
  }

  private async over(): Promise<void> {
    this.simulated = null;
    if (this.overlay.value) {
      try {
        const result = await call<Result>("job.data", { job: this.overlay.value });
        const found = curvesOf(result);
        this.simulated = found && { x: found.x, curves: found.curves };
      } catch (error) {
        this.say(error as Refused);
      }
    }
    this.draw();
  }

  private async fit(): Promise<void> {
    const { columns } = this.loaded!;
    this.note.textContent = "Fitting …";
    try {
      const found = await call<Fit>("data.fit", { name: this.file.name, kind: this.kind.value, columns: [columns[this.x], columns[this.y]] }, "fit");
      this.note.textContent = "";
      this.fitted = found.curve ? { x: found.curve.x, curves: found.curve.curves ?? [{ label: "fit", y: found.curve.y ?? [] }] } : null;
      this.draw();
      refill(this.result, h("h2", {}, "Fit"), valueTable(found), drawing(found.figure_svg, `Fit of ${this.file.name}`),
        h("h2", {}, "Data"), this.chart.element,
        h("details", { open: true }, h("summary", {}, "Report"), h("pre", { class: "code", tabindex: "0" }, found.report)));
    } catch (error) {
      this.say(error as Refused);
    }
  }

  private say(error: Refused): void {
    if (!error.superseded) this.note.textContent = error.message;
  }
}

function valueTable(fit: Fit): HTMLElement {
  return h("div", { class: "scroll" }, h("table", { class: "checks values" },
    h("thead", {}, h("tr", {}, ...["Quantity", "Value", "Error", "Unit"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...fit.values.map((one) => h("tr", {}, h("th", { scope: "row" }, one.name), h("td", { class: "n", "data-value": String(one.value) }, figure(one.value, 5)),
      h("td", { class: "n" }, one.error === null ? "–" : `± ${figure(one.error, 2)}`), h("td", {}, one.unit))))));
}

/** Curves with axes of their own on one x, with gaps where a curve has no number. */
function join(parts: { x: number[]; curves: Curve[] }[]): { x: number[]; curves: Curve[] } {
  if (parts.length === 1) return parts[0]!;
  const x = [...new Set(parts.flatMap((part) => part.x))].sort((a, b) => a - b);
  const curves = parts.flatMap((part) => part.curves.map((curve) => ({ ...curve, y: spread(part.x, curve.y, x) })));
  return { x, curves };
}

/** Numbers on a finer x by straight lines between theirs; nothing beyond their ends. */
function spread(from: number[], y: ArrayLike<number | null>, to: number[]): (number | null)[] {
  const order = from.map((_, i) => i).sort((a, b) => from[a]! - from[b]!);
  let k = 0;
  return to.map((x) => {
    while (k < order.length - 2 && from[order[k + 1]!]! < x) k++;
    const [a, b] = [order[k]!, order[k + 1] ?? order[k]!];
    const [x0, x1] = [from[a]!, from[b]!];
    if (x < x0 || x > x1) return null;
    const [y0, y1] = [y[a], y[b]];
    if (y0 === null || y0 === undefined || y1 === null || y1 === undefined) return null;
    return x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  });
}
