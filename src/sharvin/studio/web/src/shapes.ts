// Gates and contacts as a picture has them: their outlines, what can be taken hold of, and what a
// move means for the lengths in the device file. All lengths in nm.

export type Point = [number, number];
export type Box = [number, number, number, number]; // left, right, bottom, top
export type Side = "left" | "right" | "bottom" | "top";
export interface Gate {
  index: number; kind: string; voltage: string | number | null;
  center?: Point; gap?: number; length?: number; x?: [number | null, number | null]; y?: [number | null, number | null]; corners?: Point[];
}
export interface Lead { name: string; side: Side; at: number | null; width: number | null; window: Point; polygon: Point[] }
export type Thing = { what: "gates"; gate: Gate } | { what: "leads"; lead: Lead };
export type Lengths = Record<string, unknown>; // key of the table -> value in nm
export interface Handle { at: Point; cursor: string; pull: (to: Point) => Lengths }

export const KINDS: Record<string, string> = { gate: "gate", split_gate: "split gate", polygon_gate: "polygon gate", saddle: "saddle", taper: "taper", cosh_barrier: "barrier", table: "table" };

export function nameOf(thing: Thing): string {
  if (thing.what === "leads") return `contact ${thing.lead.name}`;
  const { index, kind, voltage } = thing.gate;
  return `${KINDS[kind] ?? kind} ${index + 1}${typeof voltage === "string" ? `: ${voltage}` : ""}`;
}

export const placeOf = (thing: Thing): (string | number)[] => (thing.what === "gates" ? ["gates", thing.gate.index] : ["leads", thing.lead.name]);

/** The same thing with other lengths. */
export function changed(thing: Thing, lengths: Lengths, box: Box): Thing {
  if (thing.what === "gates") return { what: "gates", gate: { ...thing.gate, ...lengths } };
  const lead = { ...thing.lead, ...lengths } as Lead;
  const [low, high] = edgeOf(lead.side, box);
  const middle = lead.at ?? (low + high) / 2;
  lead.window = lead.width === null ? [low, high] : [middle - lead.width / 2, middle + lead.width / 2];
  lead.polygon = stripOf(lead, box);
  return { what: "leads", lead };
}

export const edgeOf = (side: Side, box: Box): Point => (side === "top" || side === "bottom" ? [box[0], box[1]] : [box[2], box[3]]);

function stripOf(lead: Lead, [left, right, bottom, top]: Box): Point[] {
  const deep = 0.06 * Math.max(right - left, top - bottom);
  const [low, high] = lead.window;
  const edge = { left, right, bottom, top }[lead.side];
  const far = edge + (lead.side === "left" || lead.side === "bottom" ? -deep : deep);
  const corners: Point[] = [[low, edge], [high, edge], [high, far], [low, far]];
  return lead.side === "top" || lead.side === "bottom" ? corners : corners.map(([a, b]) => [b, a]);
}

/** Metal of a gate inside the box; a split gate has two pieces, a potential without edges none. */
export function pieces(gate: Gate, box: Box): Point[][] {
  if (gate.corners) return [gate.corners];
  if (gate.kind === "split_gate") {
    const [cx, cy] = gate.center!, [l, g] = [gate.length! / 2, gate.gap! / 2];
    return [rectangle(cx - l, cx + l, cy + g, Math.max(box[3], cy + g)), rectangle(cx - l, cx + l, Math.min(box[2], cy - g), cy - g)];
  }
  if (gate.kind === "gate") return [rectangle(...sides(gate, box))];
  return [];
}

const rectangle = (x0: number, x1: number, y0: number, y1: number): Point[] => [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];

function sides(gate: Gate, box: Box): Box {
  const [x0, x1] = gate.x!, [y0, y1] = gate.y!;
  return [x0 ?? box[0], x1 ?? box[1], y0 ?? box[2], y1 ?? box[3]];
}

/** Whether a gate has a middle alone, drawn as a mark. */
export const isPoint = (gate: Gate): boolean => !!gate.center && gate.kind !== "split_gate";

export function contains(ring: Point[], x: number, y: number): boolean {
  let is = false;
  ring.forEach(([x1, y1], i) => {
    const [x0, y0] = ring[(i || ring.length) - 1]!;
    if (y1 > y !== y0 > y && x < x1 + ((y - y1) / (y0 - y1)) * (x0 - x1)) is = !is;
  });
  return is;
}

/** Lengths of a gate that was moved by (dx, dy). */
export function shifted(gate: Gate, dx: number, dy: number): Lengths {
  if (gate.center) return { center: [gate.center[0] + dx, gate.center[1] + dy] };
  if (gate.corners) return { corners: gate.corners.map(([x, y]) => [x + dx, y + dy]) };
  const move = (pair: [number | null, number | null], by: number): (number | null)[] => pair.map((side) => (side === null ? null : side + by));
  return gate.x && gate.y ? { x: move(gate.x, dx), y: move(gate.y, dy) } : {};
}

/** A contact that follows the pointer along the edges of the box, over the corners too. */
export function slid(lead: Lead, [x, y]: Point, offset: number, box: Box, snap: (value: number) => number): Lengths {
  const far: [Side, number][] = [["left", Math.abs(x - box[0])], ["right", Math.abs(x - box[1])], ["bottom", Math.abs(y - box[2])], ["top", Math.abs(y - box[3])]];
  const [best] = far.sort((a, b) => a[1] - b[1])[0]!;
  const slack = 0.04 * Math.min(box[1] - box[0], box[3] - box[2]);
  const mine = far.find(([side]) => side === lead.side)![1];
  const side = mine - far[0]![1] > slack ? best : lead.side;
  if (lead.width === null) return side === lead.side ? {} : { side };
  const [low, high] = edgeOf(side, box), half = lead.width / 2;
  const along = (side === "top" || side === "bottom" ? x : y) - (side === lead.side ? offset : 0);
  const at = half * 2 >= high - low ? (low + high) / 2 : Math.min(high - half, Math.max(low + half, snap(along)));
  return side === lead.side ? { at } : { side, at };
}

/** What can be pulled, with the lengths that follow. */
export function handles(thing: Thing, box: Box, snap: (value: number) => number): Handle[] {
  return thing.what === "leads" ? leadHandles(thing.lead, box, snap) : gateHandles(thing.gate, box, snap);
}

function leadHandles(lead: Lead, box: Box, snap: (value: number) => number): Handle[] {
  const upright = lead.side === "left" || lead.side === "right";
  const edge = { left: box[0], right: box[1], bottom: box[2], top: box[3] }[lead.side];
  const [first, last] = edgeOf(lead.side, box);
  return lead.window.map((end, i) => ({
    at: upright ? [edge, end] : [end, edge], cursor: upright ? "ns-resize" : "ew-resize",
    pull: ([x, y]: Point): Lengths => {
      const to = Math.min(last, Math.max(first, snap(upright ? y : x)));
      const ends: Point = i ? [lead.window[0], Math.max(to, lead.window[0] + 1)] : [Math.min(to, lead.window[1] - 1), lead.window[1]];
      return { width: ends[1] - ends[0], at: (ends[0] + ends[1]) / 2 };
    },
  }));
}

function gateHandles(gate: Gate, box: Box, snap: (value: number) => number): Handle[] {
  if (gate.corners) {
    return gate.corners.map((corner, i) => ({
      at: corner, cursor: "move",
      pull: ([x, y]: Point): Lengths => ({ corners: gate.corners!.map((old, k) => (k === i ? [snap(x), snap(y)] : old)) }),
    }));
  }
  if (gate.kind === "split_gate") return splitHandles(gate, box, snap);
  if (gate.kind !== "gate") return [];
  const [x0, x1, y0, y1] = sides(gate, box), [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const side = (key: "x" | "y", i: 0 | 1, to: number): Lengths => {
    const pair = [...gate[key]!] as [number | null, number | null];
    const other = (key === "x" ? [x0, x1] : [y0, y1])[1 - i]!;
    pair[i] = i ? Math.max(snap(to), other + 1) : Math.min(snap(to), other - 1);
    return { [key]: pair };
  };
  const ends: [0 | 1, 0 | 1][] = [[0, 0], [1, 0], [1, 1], [0, 1]];
  return [
    ...([0, 1] as const).map((i): Handle => ({ at: [i ? x1 : x0, my], cursor: "ew-resize", pull: ([x]) => side("x", i, x) })),
    ...([0, 1] as const).map((i): Handle => ({ at: [mx, i ? y1 : y0], cursor: "ns-resize", pull: ([, y]) => side("y", i, y) })),
    ...ends.map(([i, j]): Handle => ({ at: [i ? x1 : x0, j ? y1 : y0], cursor: i === j ? "nesw-resize" : "nwse-resize", pull: ([x, y]) => ({ ...side("x", i, x), ...side("y", j, y) }) })),
  ];
}

function splitHandles(gate: Gate, box: Box, snap: (value: number) => number): Handle[] {
  const [cx, cy] = gate.center!, [l, g] = [gate.length! / 2, gate.gap! / 2];
  const across = (to: number, from: number): number => Math.max(1, 2 * snap(Math.abs(to - from)));
  const up = (cy + g + box[3]) / 2, down = (cy - g + box[2]) / 2;
  return [
    ...[cy + g, cy - g].map((y): Handle => ({ at: [cx, y], cursor: "ns-resize", pull: (to) => ({ gap: across(to[1], cy) }) })),
    ...[cx - l, cx + l].flatMap((x) => [up, down].map((y): Handle => ({ at: [x, y], cursor: "ew-resize", pull: (to) => ({ length: across(to[0], cx) }) }))),
  ];
}
