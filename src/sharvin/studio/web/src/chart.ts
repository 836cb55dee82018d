// Curves: uPlot in the look of the house, with SI ticks, a key below, and the arrow keys as cursor.
import uPlot from "uplot";
import { announce, h, lowered, refill } from "./dom";
import { color, curveColor, fontOf, onTheme } from "./theme";
import { axisUnit, extent, figure, label, quantity, tickTexts, type Prefixed } from "./units";

export interface Axis { label: string; unit: string; scale?: "log" | "linear" }
export interface Curve {
  label: string;
  y: ArrayLike<number | null>;
  look?: "line" | "points" | "dashed" | "thin";
  color?: number;
}
export interface Shown { x: number[]; curves: { label: string; y: (number | null)[] }[]; version: number }
interface Options { name: string; x: Axis; y: Axis; height?: number; zero?: boolean }

/** Numbers behind a chart, for tests and for the curious: element.chart. */
export interface ChartElement extends HTMLElement { chart?: Shown }

export class Chart {
  readonly element: ChartElement;
  private readonly plot = h("div", { class: "plot" });
  private readonly key = h("div", { class: "key" });
  private drawn: uPlot | null = null;
  private x: number[] = [];
  private curves: Curve[] = [];
  private columns: (number | null)[][] = [];
  private mark: number | null = null;
  private version = 0;
  private shape = "";
  private readonly stop: () => void;
  private readonly watch: ResizeObserver;

  constructor(private options: Options) {
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "img");
    this.plot.setAttribute("aria-label", options.name);
    this.plot.addEventListener("keydown", (event) => this.step(event));
    const copy = h("button", { class: "quiet small", type: "button", onclick: () => this.copy() }, "Copy numbers");
    this.element = h("figure", { class: "chart" }, this.plot, h("figcaption", {}, this.key, copy));
    this.stop = onTheme(() => this.rebuild());
    this.watch = new ResizeObserver(() => this.resize());
    this.watch.observe(this.plot);
  }

  /** Shows curves over x; another axis than before may be named. */
  set(x: ArrayLike<number>, curves: Curve[], axes: Partial<Options> = {}): void {
    this.options = { ...this.options, ...axes };
    const order = Array.from(x, (_, i) => i).sort((a, b) => x[a]! - x[b]!);
    this.x = order.map((i) => x[i]!);
    this.curves = curves;
    this.columns = curves.map((curve) => order.map((i) => finite(curve.y[i])));
    this.version += 1;
    this.element.chart = {
      x: this.x, version: this.version,
      curves: curves.map((curve, i) => ({ label: curve.label, y: this.columns[i]! })),
    };
    this.draw();
    this.plot.setAttribute("aria-label", this.spoken());
  }

  /** A vertical line at x: where one is. */
  marker(x: number | null): void {
    this.mark = x;
    this.drawn?.redraw(false);
  }

  destroy(): void {
    this.stop();
    this.watch.disconnect();
    this.drawn?.destroy();
  }

  private size(): { width: number; height: number } {
    const width = Math.max(200, Math.floor(this.plot.clientWidth));
    return { width, height: this.options.height ?? Math.round(Math.min(360, Math.max(220, width * 0.56))) };
  }

  private resize(): void {
    const size = this.size();
    if (this.drawn && (this.drawn.width !== size.width || this.drawn.height !== size.height)) this.drawn.setSize(size);
  }

  private scales(): { x: Prefixed; y: Prefixed } {
    const size = (list: ArrayLike<number | null>[]): number => Math.max(...extent(...list).map(Math.abs));
    const x = this.options.x.scale === "log" ? { factor: 1, unit: this.options.x.unit } : axisUnit(size([this.x]), this.options.x.unit);
    return { x, y: axisUnit(size(this.columns), this.options.y.unit) };
  }

  private draw(): void {
    const { x, y } = this.scales();
    const shape = JSON.stringify([this.options, x, y, this.curves.map((c) => [c.label, c.look, c.color])]);
    if (this.drawn && shape === this.shape) {
      this.drawn.setData([this.x, ...this.columns]);
      this.legend(null);
      return;
    }
    this.shape = shape;
    this.rebuild();
  }

  private rebuild(): void {
    this.drawn?.destroy();
    this.drawn = null;
    if (!this.curves.length) return;
    const { x, y } = this.scales();
    const axis = (name: Axis, unit: Prefixed, extra: Partial<uPlot.Axis>): uPlot.Axis => ({
      stroke: color("soft"), font: fontOf(12), labelFont: fontOf(13, 500),
      label: label(name.label, unit.unit), labelSize: 20, labelGap: 2,
      grid: { stroke: color("line"), width: 1 }, ticks: { stroke: color("line"), width: 1, size: 4 },
      values: (_, splits) => (name.scale === "log" ? decades(splits) : tickTexts(splits, unit.factor)), ...extra,
    });
    this.drawn = new uPlot({
      ...this.size(),
      pxAlign: true,
      padding: [10, 22, 0, 0],
      scales: { x: { time: false, distr: this.options.x.scale === "log" ? 3 : 1 }, y: { range: (_, low, high) => room(low, high, this.options.zero ?? false) } },
      axes: [axis(this.options.x, x, { size: 34 }), axis(this.options.y, y, { size: wide })],
      series: [{}, ...this.curves.map((curve, i) => seriesOf(curve, i))],
      cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
      legend: { show: false },
      hooks: {
        setCursor: [(u) => this.legend(u.cursor.idx ?? null)],
        drawClear: [(u) => this.paper(u)],
        draw: [(u) => this.drawMark(u)],
      },
    }, [this.x, ...this.columns], this.plot);
    this.legend(null);
  }

  private paper(u: uPlot): void {
    u.ctx.save();
    u.ctx.fillStyle = color("well");
    u.ctx.fillRect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    u.ctx.restore();
  }

  private drawMark(u: uPlot): void {
    if (this.mark === null) return;
    const at = u.valToPos(this.mark, "x", true);
    if (at < u.bbox.left || at > u.bbox.left + u.bbox.width) return;
    u.ctx.save();
    u.ctx.strokeStyle = color("accent");
    u.ctx.lineWidth = 1.5 * devicePixelRatio;
    u.ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    u.ctx.beginPath();
    u.ctx.moveTo(at, u.bbox.top);
    u.ctx.lineTo(at, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  }

  private legend(index: number | null): void {
    const head = index === null ? null
      : h("span", { class: "at" }, `${this.options.x.label} ${quantity(this.x[index]!, this.options.x.unit)}`);
    refill(this.key, head, ...this.curves.map((curve, i) => {
      if (!curve.label) return null;
      const value = index === null ? null : this.columns[i]![index];
      const swatch = h("i", { class: `swatch ${curve.look ?? "line"}` });
      swatch.style.setProperty("--swatch", curveColor(curve.color ?? i));
      return h("span", {}, swatch, lowered(curve.label), value === null || value === undefined ? null
        : h("b", {}, ` ${quantity(value, this.options.y.unit)}`));
    }));
  }

  private step(event: KeyboardEvent): void {
    const way = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity }[event.key];
    if (way === undefined || !this.drawn || !this.x.length) return;
    event.preventDefault();
    const now = this.drawn.cursor.idx ?? (way > 0 ? -1 : this.x.length);
    const index = Math.min(this.x.length - 1, Math.max(0, now + way));
    this.drawn.setCursor({ left: this.drawn.valToPos(this.x[index]!, "x"), top: 0 });
    announce(this.key.textContent ?? "");
  }

  private spoken(): string {
    const [low, high] = extent(this.x);
    const { x, y } = this.options;
    const parts = this.curves.flatMap((curve, i) => {
      if (!curve.label) return [];
      const [bottom, top] = extent(this.columns[i]!);
      return `${curve.label}: ${quantity(bottom, y.unit)} to ${quantity(top, y.unit)}`;
    });
    return `${this.options.name}. ${x.label} from ${quantity(low, x.unit)} to ${quantity(high, x.unit)}. ${parts.join(". ")}. Arrow keys read values.`;
  }

  private copy(): void {
    const head = [label(this.options.x.label, this.options.x.unit), ...this.curves.map((c) => label(c.label, this.options.y.unit))];
    const rows = this.x.map((value, i) => [value, ...this.columns.map((column) => column[i] ?? "")].join("\t"));
    void navigator.clipboard?.writeText([head.join("\t"), ...rows].join("\n"));
    announce(`${rows.length} rows copied`);
  }
}

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;

/** Texts at the powers of ten alone. */
const decades = (splits: (number | null)[]): string[] => splits.map((value) => {
  const power = value && Math.log10(value);
  return power === null || power === 0 && value !== 1 || Math.abs(power - Math.round(power)) > 1e-6 ? "" : figure(value, 2);
});

function room(low: number | null, high: number | null, zero: boolean): [number, number] {
  if (low === null || high === null) return [0, 1];
  const from = zero ? Math.min(0, low) : low, to = zero ? Math.max(0, high) : high;
  const span = to - from || Math.abs(to) || 1;
  return [zero && from === 0 ? 0 : from - 0.05 * span, to + 0.06 * span];
}

function wide(u: uPlot, values: string[] | null): number {
  if (!values?.length) return 44;
  u.ctx.save();
  u.ctx.font = fontOf(12);
  const width = Math.max(...values.map((text) => u.ctx.measureText(String(text)).width));
  u.ctx.restore();
  return Math.ceil(Math.max(24, width)) + 12;
}

function seriesOf(curve: Curve, index: number): uPlot.Series {
  const stroke = curveColor(curve.color ?? index);
  const points = curve.look === "points";
  return {
    label: curve.label, stroke, spanGaps: false, pxAlign: 0,
    width: points ? 0 : curve.look === "thin" ? 1 : 2,
    dash: curve.look === "dashed" ? [7, 5] : undefined,
    points: { show: points ? true : undefined, size: 5, stroke, fill: stroke, width: 0 },
    paths: points ? () => null : undefined,
  };
}
