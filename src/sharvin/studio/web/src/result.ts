// The numbers of a sweep as what suits them: curves for one long axis, a map for two, a slider for a third.
import { Chart, type Curve } from "./chart";
import { h, refill } from "./dom";
import { Plane } from "./plane";
import { fitting } from "./scales";
import { numbers } from "./socket";
import { extent, quantity } from "./units";

export interface Result { dims: string[]; coords: Record<string, { values: unknown; unit: string; label?: string }>; values: unknown; unit: string; name?: string; label?: string }
interface Dim { name: string; size: number; stride: number; values: number[] | string[]; unit: string }

const NAMES: Record<string, string> = { gate: "gate voltage", B: "magnetic field", chemical_potential: "chemical potential" };
const said = (name: string): string => NAMES[name] ?? name.replaceAll("_", " ");

/** Dimensions with their values, row-major strides, the long ones first. */
export function dimensions(result: Result, shape: number[]): Dim[] {
  return result.dims.map((name, i) => {
    const sent = result.coords[name]?.values ?? Array.from({ length: shape[i]! }, (_, k) => k);
    const texts = Array.isArray(sent) && typeof sent[0] === "string";
    return {
      name, size: shape[i]!, stride: shape.slice(i + 1).reduce((a, b) => a * b, 1),
      values: texts ? (sent as string[]) : Array.from(numbers(sent).data), unit: result.coords[name]?.unit ?? "",
    };
  });
}

/** Curves of a result along its longest axis: x and one curve per value of the others, 12 at most. */
export function curvesOf(result: Result): { along: Dim; x: number[]; curves: Curve[] } | null {
  const { shape, data } = numbers(result.values);
  const dims = dimensions(result, shape);
  const along = [...dims].sort((a, b) => b.size - a.size)[0];
  if (!along || typeof along.values[0] === "string") return null;
  const others = dims.filter((dim) => dim !== along && dim.size > 1);
  const count = Math.min(12, others.reduce((product, dim) => product * dim.size, 1));
  const curves = Array.from({ length: count }, (_, n): Curve => {
    let rest = n, start = 0;
    const parts: string[] = [];
    for (const dim of [...others].reverse()) {
      const i = rest % dim.size;
      rest = Math.floor(rest / dim.size);
      start += i * dim.stride;
      parts.unshift(spoken(dim, i));
    }
    return { label: parts.join(", ") || said(result.label ?? result.name ?? "result"), y: Array.from({ length: along.size }, (_, k) => data[start + k * along.stride]!) };
  });
  return { along, x: along.values as number[], curves };
}

function spoken(dim: Dim, index: number): string {
  const value = dim.values[index];
  return typeof value === "string" ? value.replaceAll("_", " ") : `${dim.name} = ${quantity(value as number, dim.unit)}`;
}

export class ResultView {
  readonly element = h("div", { class: "result" });
  private chart: Chart | null = null;
  private plane: Plane | null = null;
  private at: Record<string, number> = {};
  private readonly tools = h("div", { class: "row" });

  show(result: Result): void {
    const { shape, data } = numbers(result.values);
    const dims = dimensions(result, shape);
    const long = dims.filter((dim) => dim.size > 8 && dim.name !== "temperature" && typeof dim.values[0] !== "string");
    if (long.length >= 2) this.map(result, dims, long.slice(0, 2) as [Dim, Dim], data);
    else this.curves(result);
  }

  destroy(): void {
    this.chart?.destroy();
    this.plane?.destroy();
  }

  private curves(result: Result): void {
    const found = curvesOf(result);
    if (!found) return;
    const axes = { x: { label: said(found.along.name), unit: found.along.unit }, y: { label: said(result.label ?? result.name ?? "result"), unit: result.unit } };
    if (!this.chart) {
      this.plane?.destroy();
      this.plane = null;
      this.chart = new Chart({ name: "Result of the sweep", ...axes, height: 380 });
      refill(this.element, this.chart.element);
    }
    this.chart.set(found.x, found.curves, axes);
  }

  private map(result: Result, dims: Dim[], [along, up]: [Dim, Dim], data: ArrayLike<number>): void {
    const others = dims.filter((dim) => dim !== along && dim !== up && dim.size > 1);
    if (!this.plane) {
      this.chart?.destroy();
      this.chart = null;
      this.plane = new Plane();
      refill(this.element, this.tools, this.plane.element);
    }
    refill(this.tools, ...others.map((dim) => this.chooser(dim, result)));
    const start = others.reduce((sum, dim) => sum + Math.min(this.at[dim.name] ?? 0, dim.size - 1) * dim.stride, 0);
    const values = new Float64Array(along.size * up.size);
    for (let j = 0; j < up.size; j++) {
      for (let i = 0; i < along.size; i++) values[j * along.size + i] = data[start + i * along.stride + j * up.stride]!;
    }
    const scale = fitting(...extent(values));
    this.plane.set({
      name: "Result of the sweep", images: [{ x: along.values as number[], y: up.values as number[], values, scale }],
      x: { label: said(along.name), unit: along.unit }, y: { label: said(up.name), unit: up.unit },
      bar: { scale, axis: { label: said(result.label ?? result.name ?? "result"), unit: result.unit } },
    });
  }

  private chooser(dim: Dim, result: Result): HTMLElement {
    const choice = h("select", { "aria-label": dim.name, onchange: () => {
      this.at[dim.name] = Number(choice.value);
      this.show(result);
    } }, ...Array.from({ length: dim.size }, (_, i) => h("option", { value: i }, spoken(dim, i))));
    choice.value = String(this.at[dim.name] ?? 0);
    return choice;
  }
}
