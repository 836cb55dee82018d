// The [axes] and [parameters] of a device file as rows, and back into the text, which keeps its
// comments everywhere else.

export interface AxisRow { name: string; from: string; to: string; points: number; raw: string | null }

interface Section { start: number; end: number } // lines, the header included

function section(lines: string[], name: string): Section | null {
  const start = lines.findIndex((line) => line.trim().replace(/\s*#.*$/, "") === `[${name}]`);
  if (start < 0) return null;
  const after = lines.findIndex((line, i) => i > start && /^\s*\[/.test(line));
  return { start, end: after < 0 ? lines.length : after };
}

function entries(text: string, name: string): [string, string][] {
  const lines = text.split("\n");
  const found = section(lines, name);
  if (!found) return [];
  return lines.slice(found.start + 1, found.end).flatMap((line) => {
    const match = /^\s*([\w-]+|"[^"]+")\s*=\s*(.*)$/.exec(line);
    return match ? [[match[1]!.replaceAll('"', ""), match[2]!.trim()] as [string, string]] : [];
  });
}

export function readAxes(text: string): AxisRow[] {
  return entries(text, "axes").map(([name, value]) => {
    const range = /^\{\s*from\s*=\s*"?([^",]*)"?\s*,\s*to\s*=\s*"?([^",]*)"?\s*,\s*points\s*=\s*(\d+)\s*\}/.exec(value);
    return range
      ? { name, from: range[1]!.trim(), to: range[2]!.trim(), points: Number(range[3]), raw: null }
      : { name, from: "", to: "", points: 0, raw: value.replace(/\s*#.*$/, "") };
  });
}

const quoted = (text: string): string => (/^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(text.trim()) ? text.trim() : `"${text.trim()}"`);

/** The text with these axes; `fixed` holds the parameters that stay, with their units. */
export function writeAxes(text: string, axes: AxisRow[], fixed: Record<string, string>): string {
  const swept = axes.map((axis) => `${axis.name} = ${axis.raw ?? `{ from = ${quoted(axis.from)}, to = ${quoted(axis.to)}, points = ${axis.points} }`}`);
  const kept = Object.entries(fixed).map(([name, value]) => `${name} = ${quoted(value)}`);
  return replaced(replaced(text, "parameters", kept), "axes", swept);
}

function replaced(text: string, name: string, body: string[]): string {
  const lines = text.split("\n");
  const found = section(lines, name);
  if (found) {
    const old = lines.slice(found.start + 1, found.end);
    const tail = old.slice(old.findLastIndex((line) => /=/.test(line) && !/^\s*#/.test(line)) + 1);
    const block = body.length ? [lines[found.start]!, ...body, ...tail] : tail;
    lines.splice(found.start, found.end - found.start, ...block);
    return lines.join("\n");
  }
  if (!body.length) return text;
  const end = text.replace(/\s*$/, "");
  return `${end}\n\n[${name}]\n${body.join("\n")}\n`;
}
