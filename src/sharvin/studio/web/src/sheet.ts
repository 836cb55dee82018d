// The device from above: potential as sea and land, metal, contacts, and a layer over it.
import type { Drafting } from "./drafting";
import { drawFlow } from "./flow";
import { Plane, type Image, type Pen, type Picture } from "./plane";
import { fitting, scaleOf, seaAndLand } from "./scales";
import type { Box, Gate, Lead, Point } from "./shapes";
import { numbers } from "./socket";
import { extent } from "./units";

export interface Scene {
  x: unknown; y: unknown; potential: unknown; outline: Point[]; holes: Point[][]; gates: Gate[]; leads: Lead[]; box: Box; level: number;
}
export interface Layer { x: unknown; y: unknown; values: unknown; u?: unknown; v?: unknown; unit?: string }
export type LayerKind = "potential" | "ldos" | "current";

export class Sheet {
  readonly plane: Plane;

  constructor(private readonly drafting: Drafting) {
    this.plane = new Plane(drafting);
    drafting.attach(this.plane);
  }

  show(scene: Scene, kind: LayerKind, layer: Layer | null): void {
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
    const [x0, x1, y0, y1] = scene.box;
    const pad = 0.045 * Math.max(x1 - x0, y1 - y0);
    const isDark = kind !== "potential";
    this.plane.set({
      name: { potential: "Potential energy of the electrons", ldos: "Local density of states", current: "Current density" }[kind],
      x: { label: "x", unit: "nm" }, y: { label: "y", unit: "nm" }, equal: true, bar, images,
      window: [x0 - pad, x1 + pad, y0 - pad, y1 + pad],
      over: (pen) => {
        over?.(pen);
        this.drafting.draw(pen, isDark);
        for (const ring of [scene.outline, ...scene.holes]) drawRim(pen, ring, isDark);
        this.drafting.drawOver(pen);
      },
    });
  }
}

function grid(x: unknown, y: unknown, values: unknown): { x: ArrayLike<number>; y: ArrayLike<number>; values: ArrayLike<number> } {
  return { x: numbers(x).data, y: numbers(y).data, values: numbers(values).data };
}

function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort();
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

function drawRim(pen: Pen, ring: Point[], dark: boolean): void {
  pen.ctx.beginPath();
  ring.forEach(([x, y], i) => (i ? pen.ctx.lineTo(pen.X(x), pen.Y(y)) : pen.ctx.moveTo(pen.X(x), pen.Y(y))));
  pen.ctx.closePath();
  pen.ctx.strokeStyle = dark ? "rgba(255,255,255,0.55)" : "rgba(20,40,60,0.45)";
  pen.ctx.lineWidth = 1;
  pen.ctx.stroke();
}
