// Numbers as people read them: a prefix that keeps them short, a true minus, no false digits.

type Steps = [number, string][];
const STEPS: Record<string, Steps> = {
  V: [[1, "V"], [1e-3, "mV"], [1e-6, "µV"]],
  T: [[1, "T"], [1e-3, "mT"]],
  K: [[1, "K"], [1e-3, "mK"]],
  meV: [[1e3, "eV"], [1, "meV"], [1e-3, "µeV"]],
  nm: [[1e3, "µm"], [1, "nm"]],
  A: [[1, "A"], [1e-3, "mA"], [1e-6, "µA"], [1e-9, "nA"], [1e-12, "pA"]],
  S: [[1, "S"], [1e-3, "mS"], [1e-6, "µS"]],
  Ω: [[1e6, "MΩ"], [1e3, "kΩ"], [1, "Ω"]],
  "m^-2": [[1e15, "10¹⁵ m⁻²"]],
  "1/m^2": [[1e15, "10¹⁵ m⁻²"]],
};

export interface Prefixed { factor: number; unit: string }

/** The prefixed unit in which the largest of the numbers is one or more. */
export function prefixed(size: number, unit: string): Prefixed {
  const steps = STEPS[unit];
  if (!steps || !(size > 0)) return { factor: steps?.find(([f]) => f === 1)?.[0] ?? 1, unit };
  const [factor, name] = steps.find(([f]) => size >= f * (1 - 1e-9)) ?? steps[steps.length - 1]!;
  return { factor, unit: name };
}

/** The same for an axis, where a power of ten stands with a unit that takes no prefix. */
export function axisUnit(size: number, unit: string): Prefixed {
  if (STEPS[unit] || !(size > 0) || (size >= 0.02 && size < 2e4)) return prefixed(size, unit);
  const power = Math.floor(Math.log10(size));
  return { factor: 10 ** power, unit: `${figure(10 ** power, 1)} ${unit}`.trim() };
}

export function extent(...lists: ArrayLike<number | null>[]): [number, number] {
  let low = Infinity, high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (value === null || value === undefined || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number with `digits` significant digits: −1.25, 3·10⁻⁷. */
export function figure(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 1)).split("e");
    const power = [...String(Math.abs(Number(exponent)))].map((d) => SUPER[Number(d)]).join("");
    const factor = trim(mantissa!);
    const head = factor === "1" ? "" : factor === "-1" ? "−" : `${factor.replace("-", "−")}·`;
    return `${head}10${Number(exponent) < 0 ? "⁻" : ""}${power}`;
  }
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return trim(value.toFixed(Math.min(places, 12))).replace("-", "−");
}

const trim = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A number with its unit: 600 mK. */
export function quantity(value: number | null | undefined, unit = "", digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const scale = prefixed(Math.abs(value), unit);
  return `${figure(value / scale.factor, digits)} ${scale.unit}`.trim();
}

/** Label of an axis: name (unit). */
export const label = (name: string, unit: string): string => (unit ? `${name} (${unit})` : name);

/** Round numbers at even distance inside an interval, about `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

/** Ticks as text, all with the same number of decimals. */
export function tickTexts(values: number[], factor: number): string[] {
  const shown = values.map((v) => v / factor);
  const largest = Math.max(...shown.map(Math.abs), 0);
  if (largest >= 1e5 || (largest > 0 && largest < 1e-3)) return shown.map((v) => figure(v, 3));
  let places = 0;
  while (places < 6 && shown.some((v) => Math.abs(v - Number(v.toFixed(places))) > 1e-6 * Math.max(largest, 1e-9))) places++;
  return shown.map((v) => v.toFixed(places).replace(/^-(0\.?0*)$/, "$1").replace("-", "−"));
}

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
