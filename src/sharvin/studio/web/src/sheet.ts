// The picture of a device: the potential as sea and land, gates of metal, contacts at the rim, and
// what the electrons do as a layer over it.
import { drawFlow } from "./flow";
import { Plane, type Image, type Pen, type Picture } from "./plane";
import { fitting, scaleOf, seaAndLand } from "./scales";
import { numbers } from "./socket";
import { color, fontOf } from "./theme";
import { extent } from "./units";

type Corners = [number, number][];
export interface Shape { name: string; index?: number; polygon: Corners | Corners[] }
export interface Scene { x: unknown; y: unknown; potential: unknown; outline: Corners | Corners[]; gates: Shape[]; leads: Shape[]; level: number }
export interface Layer { x: unknown; y: unknown; values: unknown; u?: unknown; v?: unknown; unit?: string }
export type LayerKind = "potential" | "ldos" | "current";

export class Sheet {
  readonly plane: Plane;
  private scene: Scene | null = null;

  /** `pick` hears which gate, by its place in the file, or which lead was chosen in the picture. */
  constructor(pick: (what: "gate" | "lead", which: number | string) => void) {
    this.plane = new Plane((x, y) => {
      const inside = (shape: Shape): boolean => rings(shape.polygon).some((ring) => contains(ring, x, y));
      const gate = this.scene?.gates.find(inside);
      const lead = this.scene?.leads.find(inside);
      if (gate?.index !== undefined) pick("gate", gate.index);
      else if (lead) pick("lead", lead.name);
    });
  }

  show(scene: Scene, kind: LayerKind, layer: Layer | null): void {
    this.scene = scene;
    const base = grid(scene.x, scene.y, scene.potential);
    const [low, high] = extent(base.values);
    const sea = seaAndLand(scene.level, low, Math.max(high, scene.level));
    const images: Image[] = [{ ...base, scale: sea }];
    let bar: Picture["bar"] = {
      scale: sea, axis: { label: "potential energy", unit: "meV" }, marks: [{ value: scene.level, text: "E_F" }],
    };
    let over: ((pen: Pen) => void) | null = null;
    if (layer && kind !== "potential") {
      const top = grid(layer.x, layer.y, layer.values);
      const [, most] = extent(top.values);
      const scale = kind === "ldos" ? scaleOf("viridis", 0, quantile(top.values, 0.998) || most) : fitting(0, most || 1, "cividis");
      images.push({ ...top, scale });
      bar = { scale, axis: kind === "ldos" ? { label: "density of states", unit: layer.unit ?? "1/meV nm²" } : { label: "current density", unit: layer.unit ?? "1/nm" } };
      if (kind === "current" && layer.u && layer.v) {
        const field = { ...top, u: numbers(layer.u).data, v: numbers(layer.v).data };
        over = (pen) => drawFlow(pen, field, "#ffffff");
      }
    }
    const pad = 0.045 * Math.max(...span(base.x), ...span(base.y));
    const [x0, x1] = extent(base.x), [y0, y1] = extent(base.y);
    this.plane.set({
      name: { potential: "Potential energy of the electrons", ldos: "Local density of states", current: "Current density" }[kind],
      x: { label: "x", unit: "nm" }, y: { label: "y", unit: "nm" }, equal: true, bar, images,
      window: [x0 - pad, x1 + pad, y0 - pad, y1 + pad],
      over: (pen) => {
        over?.(pen);
        drawMetal(pen, scene.gates, kind !== "potential");
        drawRim(pen, scene.outline, kind !== "potential");
        drawLeads(pen, scene.leads);
      },
    });
  }
}

function grid(x: unknown, y: unknown, values: unknown): { x: ArrayLike<number>; y: ArrayLike<number>; values: ArrayLike<number> } {
  return { x: numbers(x).data, y: numbers(y).data, values: numbers(values).data };
}

function span(list: ArrayLike<number>): [number] {
  const [low, high] = extent(list);
  return [high - low];
}

function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

/** One polygon or several, as a list of several. */
function rings(shape: Corners | Corners[]): Corners[] {
  return Array.isArray(shape[0]?.[0]) ? (shape as Corners[]) : [shape as Corners];
}

function contains(ring: Corners, x: number, y: number): boolean {
  let is = false;
  ring.forEach(([x1, y1], i) => {
    const [x0, y0] = ring[(i || ring.length) - 1]!;
    if (y1 > y !== y0 > y && x < x1 + ((y - y1) / (y0 - y1)) * (x0 - x1)) is = !is;
  });
  return is;
}

function trace(pen: Pen, shape: Corners | Corners[]): void {
  pen.ctx.beginPath();
  for (const ring of rings(shape)) {
    ring.forEach(([x, y], i) => (i ? pen.ctx.lineTo(pen.X(x), pen.Y(y)) : pen.ctx.moveTo(pen.X(x), pen.Y(y))));
    pen.ctx.closePath();
  }
}

function drawMetal(pen: Pen, gates: Shape[], dark: boolean): void {
  for (const gate of gates) {
    trace(pen, gate.polygon);
    pen.ctx.fillStyle = dark ? "rgba(255,214,130,0.20)" : "rgba(150,112,24,0.22)";
    pen.ctx.strokeStyle = dark ? "#ffdf9a" : "#8a6412";
    pen.ctx.lineWidth = 1.25;
    pen.ctx.fill();
    pen.ctx.stroke();
  }
}

function drawRim(pen: Pen, outline: Corners | Corners[], dark: boolean): void {
  if (!outline?.length) return;
  trace(pen, outline);
  pen.ctx.strokeStyle = dark ? "rgba(255,255,255,0.55)" : "rgba(20,40,60,0.45)";
  pen.ctx.lineWidth = 1;
  pen.ctx.stroke();
}

function drawLeads(pen: Pen, leads: Shape[]): void {
  for (const lead of leads) {
    trace(pen, lead.polygon);
    pen.ctx.fillStyle = color("curve-2");
    pen.ctx.fill();
    const points = rings(lead.polygon).flat();
    const x = points.reduce((sum, [a]) => sum + a, 0) / points.length;
    const y = points.reduce((sum, [, b]) => sum + b, 0) / points.length;
    tag(pen, lead.name, pen.X(x), pen.Y(y));
  }
}

/** A name in a small plate, kept inside the picture. */
function tag(pen: Pen, text: string, x: number, y: number): void {
  const { ctx, box } = pen;
  ctx.font = fontOf(11.5, 600);
  const width = ctx.measureText(text).width + 10;
  const left = Math.min(box.left + box.width - width - 3, Math.max(box.left + 3, x - width / 2));
  const top = Math.min(box.top + box.height - 20, Math.max(box.top + 3, y - 8.5));
  ctx.fillStyle = color("plate");
  ctx.beginPath();
  ctx.roundRect(left, top, width, 17, 4);
  ctx.fill();
  ctx.fillStyle = color("ink");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + 5, top + 9);
}
