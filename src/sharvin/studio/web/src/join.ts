// Curves that have an x of their own each, on one x: straight lines between their points, no more.
import type { Curve } from "./chart";

interface Part { x: number[]; curves: Curve[] }

export function join(given: Part[]): Part {
  if (given.length === 1) return given[0]!;
  const x = distinct(given.flatMap((part) => part.x));
  const parts = given.map((part) => ({ ...part, x: part.x.map((value) => x[nearest(x, value)]!) }));
  return { x, curves: parts.flatMap((part) => part.curves.map((curve) => ({ ...curve, y: curve.look === "points" ? placed(part.x, curve.y, x) : spread(part.x, curve.y, x) }))) };
}

/** Ascending, and once what differs by rounding alone: 0.7 and 700 · 10⁻³ are the same voltage. */
function distinct(values: number[]): number[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const grain = 1e-9 * Math.max(Math.abs(sorted[0] ?? 0), Math.abs(sorted[sorted.length - 1] ?? 0));
  return sorted.filter((value, i) => i === 0 || value - sorted[i - 1]! > grain);
}

function nearest(sorted: number[], value: number): number {
  let low = 0, high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle;
  }
  return Math.abs(sorted[low]! - value) <= Math.abs(sorted[high]! - value) ? low : high;
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
