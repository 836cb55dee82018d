// Curves that have an x of their own each, on one x: straight lines between their points, no more.
import type { Curve } from "./chart";

interface Part { x: number[]; curves: Curve[] }

export function join(parts: Part[]): Part {
  if (parts.length === 1) return parts[0]!;
  const x = [...new Set(parts.flatMap((part) => part.x))].sort((a, b) => a - b);
  return { x, curves: parts.flatMap((part) => part.curves.map((curve) => ({ ...curve, y: curve.look === "points" ? placed(part.x, curve.y, x) : spread(part.x, curve.y, x) }))) };
}

/** Points stay where they were measured. */
function placed(from: number[], y: ArrayLike<number | null>, to: number[]): (number | null)[] {
  const at = new Map(from.map((value, i) => [value, y[i] ?? null]));
  return to.map((value) => at.get(value) ?? null);
}

function spread(from: number[], y: ArrayLike<number | null>, to: number[]): (number | null)[] {
  const order = from.map((_, i) => i).sort((a, b) => from[a]! - from[b]!);
  let k = 0;
  return to.map((x) => {
    while (k < order.length - 2 && from[order[k + 1]!]! < x) k++;
    const [a, b] = [order[k]!, order[k + 1] ?? order[k]!];
    const [x0, x1, y0, y1] = [from[a]!, from[b]!, y[a], y[b]];
    if (x < x0 || x > x1 || y0 === null || y0 === undefined || y1 === null || y1 === undefined) return null;
    return x1 === x0 ? y0 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  });
}
