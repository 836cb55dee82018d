// Arrows of a vector field, drawn along its own lines so that the eye can follow the current.
import type { Pen } from "./plane";

interface Field { x: ArrayLike<number>; y: ArrayLike<number>; u: ArrayLike<number>; v: ArrayLike<number> }

/** Draws about `across` short streamlines per row; strong current is bright and wide. */
export function drawFlow(pen: Pen, field: Field, ink: string): void {
  const { x, y } = field;
  const [nx, ny] = [x.length, y.length];
  const [dx, dy] = [(x[nx - 1]! - x[0]!) / (nx - 1), (y[ny - 1]! - y[0]!) / (ny - 1)];
  let largest = 0;
  for (let i = 0; i < field.u.length; i++) {
    const size = Math.hypot(field.u[i]!, field.v[i]!);
    if (size > largest) largest = size;
  }
  if (!largest) return;
  const gap = 22; // pixels between two lines
  const lines = [Math.max(4, Math.floor(pen.box.width / gap)), Math.max(4, Math.floor(pen.box.height / gap))] as const;
  const step = (0.35 * gap * Math.abs(dx)) / Math.abs(pen.X(dx) - pen.X(0));
  const at = (px: number, py: number): [number, number] | null => {
    const i = Math.round((px - x[0]!) / dx), j = Math.round((py - y[0]!) / dy);
    if (i < 0 || j < 0 || i >= nx || j >= ny) return null;
    const u = field.u[j * nx + i]!, v = field.v[j * nx + i]!;
    return Number.isFinite(u) && Number.isFinite(v) ? [u, v] : null;
  };
  pen.ctx.strokeStyle = pen.ctx.fillStyle = ink;
  pen.ctx.lineCap = "round";
  for (let a = 0; a < lines[0]; a++) {
    for (let b = 0; b < lines[1]; b++) {
      const start: [number, number] = [
        x[0]! + ((a + 0.5 + 0.25 * (b % 2 ? 1 : -1)) / lines[0]) * (x[nx - 1]! - x[0]!),
        y[0]! + ((b + 0.5) / lines[1]) * (y[ny - 1]! - y[0]!),
      ];
      streak(pen, start, at, step * dx / Math.abs(dx), largest);
    }
  }
  pen.ctx.globalAlpha = 1;
}

function streak(pen: Pen, start: [number, number], at: (x: number, y: number) => [number, number] | null, step: number, largest: number): void {
  let here = start;
  const first = at(...here);
  if (!first) return;
  const strength = Math.sqrt(Math.hypot(...first) / largest);
  if (strength < 0.12) return;
  const { ctx } = pen;
  ctx.globalAlpha = 0.25 + 0.75 * strength;
  ctx.lineWidth = 0.7 + 1.5 * strength;
  ctx.beginPath();
  ctx.moveTo(pen.X(here[0]), pen.Y(here[1]));
  let way = first;
  for (let i = 0; i < 4; i++) {
    const size = Math.hypot(...way) || 1;
    here = [here[0] + (step * way[0]) / size, here[1] + (step * way[1]) / size];
    ctx.lineTo(pen.X(here[0]), pen.Y(here[1]));
    const next = at(...here);
    if (!next) break;
    way = next;
  }
  ctx.stroke();
  const angle = Math.atan2(-way[1], way[0]); // the canvas counts y downward
  const head = 2.2 + 3 * strength;
  const [px, py] = [pen.X(here[0]), pen.Y(here[1])];
  ctx.beginPath();
  ctx.moveTo(px + head * Math.cos(angle), py + head * Math.sin(angle));
  ctx.lineTo(px + head * 0.8 * Math.cos(angle + 2.4), py + head * 0.8 * Math.sin(angle + 2.4));
  ctx.lineTo(px + head * 0.8 * Math.cos(angle - 2.4), py + head * 0.8 * Math.sin(angle - 2.4));
  ctx.fill();
}
