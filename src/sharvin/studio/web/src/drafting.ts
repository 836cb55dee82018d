// Work on the picture of a device: choose, move, stretch, draw and delete gates and contacts.
import type { Hand, Pen, Plane } from "./plane";
import { changed, contains, edgeOf, handles, isPoint, nameOf, pieces, placeOf, shifted, slid, type Box, type Gate, type Lead, type Lengths, type Point, type Side, type Thing } from "./shapes";
import { color, fontOf } from "./theme";
import { announce } from "./dom";

export type Change =
  | { do: "set"; place: (string | number)[]; value: unknown }
  | { do: "add"; what: "gates" | "leads"; kind?: string; values: Lengths }
  | { do: "remove"; place: (string | number)[] };
export type Mode = "gate" | "split_gate" | "polygon_gate" | "leads";

/** Whoever carries the changes into the device file. */
export interface Draftsman {
  change: (changes: Change[], gesture: string | null) => void; // of one gesture only the last counts
  settled: () => void; // a gesture is over
  chosen: (thing: Thing | null) => void;
  mode: (mode: Mode | null) => void;
}

const NEAR = 10; // pixels within which a handle is taken
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const keyOf = (thing: Thing): string => placeOf(thing).join("/");

export class Drafting implements Hand {
  private plane!: Plane;
  private box: Box = [0, 1, 0, 1];
  private things: Thing[] = [];
  private held = "";
  private grip: ((to: Point) => Lengths) | null = null;
  private sketch: Point[] = [];
  private wanted: Mode | null = null;
  private isNew = false; // the next thing that appears is the one that was just drawn

  constructor(private readonly man: Draftsman) {}

  attach(plane: Plane): void { this.plane = plane; }

  /** What the file has; while a newer change is under way, the thing in hand stays as it is held. */
  show(box: Box, gates: Gate[], leads: Lead[], isCurrent: boolean): void {
    const before = new Set(this.things.map(keyOf)), inHand = this.chosen;
    this.box = box;
    this.things = [...gates.map((gate): Thing => ({ what: "gates", gate })), ...leads.map((lead): Thing => ({ what: "leads", lead }))];
    const fresh = this.things.find((thing) => !before.has(keyOf(thing)));
    if (this.isNew && fresh) {
      this.isNew = false;
      this.choose(fresh);
    } else if (inHand && (this.grip || !isCurrent)) {
      this.things = this.things.map((thing) => (keyOf(thing) === this.held ? inHand : thing));
    } else if (this.held) {
      this.choose(this.chosen);
    }
  }

  get all(): readonly Thing[] { return this.things; }
  get chosen(): Thing | null { return this.things.find((thing) => keyOf(thing) === this.held) ?? null; }

  choose(thing: Thing | null): void {
    this.held = thing ? keyOf(thing) : "";
    this.plane.grabs = !!thing || !!this.wanted;
    this.plane.redraw();
    this.man.chosen(thing);
  }

  get mode(): Mode | null { return this.wanted; }

  set mode(mode: Mode | null) {
    this.wanted = mode;
    this.sketch = [];
    this.plane.grabs = !!mode || !!this.held;
    this.plane.redraw();
    this.man.mode(mode);
  }

  /** Sets lengths of the chosen thing, as typed. */
  set(lengths: Lengths): void {
    this.apply(lengths, null);
    this.man.settled();
  }

  remove(): void {
    const thing = this.chosen;
    if (!thing) return;
    this.choose(null);
    this.man.change([{ do: "remove", place: placeOf(thing) }], null);
    this.man.settled();
    announce(`${nameOf(thing)} is gone`);
  }

  down(x: number, y: number): boolean {
    if (this.wanted) return this.begin([x, y]);
    const chosen = this.chosen;
    const handle = chosen && handles(chosen, this.box, this.snap).find((one) => this.isNear(one.at, x, y));
    if (handle) {
      this.grip = handle.pull;
      return true;
    }
    const thing = this.under(x, y);
    this.choose(thing);
    if (!thing) return false;
    this.plane.focus();
    this.grip = this.mover(thing, x, y);
    return true;
  }

  drag(x: number, y: number): void {
    if (this.wanted) {
      if (this.sketch.length) this.sketch[this.sketch.length - 1] = [this.snap(x), this.snap(y)];
    } else if (this.grip) {
      this.apply(this.grip([x, y]), "drag");
    }
  }

  up(): void {
    if (this.wanted === "gate") this.finish();
    else if (this.grip) this.man.settled();
    this.grip = null;
  }

  cursor(x: number, y: number): string {
    if (this.wanted) return "copy";
    const chosen = this.chosen;
    const handle = chosen && handles(chosen, this.box, this.snap).find((one) => this.isNear(one.at, x, y));
    return handle ? handle.cursor : this.under(x, y) ? "move" : "crosshair";
  }

  enter(x: number, y: number): void {
    if (this.wanted) this.finish([x, y]);
    else this.choose(this.under(x, y));
  }

  key(event: KeyboardEvent): boolean {
    if (event.key === "Escape" && (this.wanted || this.held)) {
      if (this.wanted) this.mode = null;
      else this.choose(null);
      return true;
    }
    if (this.wanted && event.key === "Enter") {
      this.finish();
      return true;
    }
    const thing = this.chosen;
    if (!thing) return false;
    if (event.key === "Delete" || event.key === "Backspace") {
      this.remove();
      return true;
    }
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return false;
    const step = this.step * (event.shiftKey ? 10 : 1);
    this.apply(this.nudged(thing, way[0]! * step, way[1]! * step), null);
    this.man.settled();
    return true;
  }

  private nudged(thing: Thing, dx: number, dy: number): Lengths {
    if (thing.what === "gates") return shifted(thing.gate, dx, dy);
    const { lead } = thing, [low, high] = edgeOf(lead.side, this.box);
    if (lead.width === null) return {};
    const at = (lead.at ?? (low + high) / 2) + (lead.side === "top" || lead.side === "bottom" ? dx : dy);
    return { at: Math.min(high - lead.width / 2, Math.max(low + lead.width / 2, at)) };
  }

  private mover(thing: Thing, x: number, y: number): (to: Point) => Lengths {
    if (thing.what === "leads") {
      const { lead } = thing, upright = lead.side === "left" || lead.side === "right";
      const offset = (upright ? y : x) - (lead.window[0] + lead.window[1]) / 2;
      return (to) => slid((this.chosen as { lead: Lead }).lead, to, offset, this.box, this.snap);
    }
    const { gate } = thing; // as it was when it was taken: steps do not add up to an error
    return ([a, b]) => shifted(gate, this.snap(a - x), this.snap(b - y));
  }

  private apply(lengths: Lengths, gesture: string | null): void {
    const thing = this.chosen;
    if (!thing || !Object.keys(lengths).length) return;
    const now = changed(thing, lengths, this.box);
    if (JSON.stringify(now) === JSON.stringify(thing)) return;
    this.things = this.things.map((one) => (one === thing ? now : one));
    this.man.chosen(now);
    this.man.change(Object.entries(lengths).map(([key, value]) => ({ do: "set", place: [...placeOf(thing), key], value })), gesture && `${gesture} ${this.held}`);
  }

  /** The first point of something new. */
  private begin(at: Point): boolean {
    const here: Point = [this.snap(at[0]), this.snap(at[1])];
    if (this.wanted === "gate") this.sketch = [here, here];
    else if (this.wanted === "polygon_gate") {
      if (this.sketch.length > 2 && this.isNear(this.sketch[0]!, ...at)) this.finish();
      else this.sketch.push(here);
    } else this.finish(here);
    this.plane.focus();
    this.plane.redraw();
    return true;
  }

  /** Writes what was drawn; without a drawing, something of a usual size in the middle. */
  private finish(at?: Point): void {
    const values = this.drawn(at);
    const what = this.wanted === "leads" ? "leads" : "gates";
    const kind = this.wanted!;
    this.mode = null;
    if (!values) return;
    this.isNew = true;
    this.man.change([{ do: "add", what, kind: what === "gates" ? kind : undefined, values }], null);
    this.man.settled();
  }

  private drawn(at?: Point): Lengths | null {
    const [x0, x1, y0, y1] = this.box, size = this.snap(Math.min(x1 - x0, y1 - y0) / 5) || 1;
    const [x, y] = at ?? [(x0 + x1) / 2, (y0 + y1) / 2];
    if (this.wanted === "split_gate") return { gap: size, length: size, center: [this.snap(x), this.snap(y)] };
    if (this.wanted === "leads") return { ...sideOf([x, at ? y : y1], this.box, this.snap), width: size };
    if (this.wanted === "polygon_gate") {
      const corners = this.sketch.filter(([a, b], i, all) => i === 0 || a !== all[i - 1]![0] || b !== all[i - 1]![1]);
      return corners.length > 2 ? { corners } : this.sketch.length ? null : { corners: [[x - size, y - size], [x + size, y - size], [x, y + size]] };
    }
    const [[a0, b0], [a1, b1]] = this.sketch.length ? (this.sketch as [Point, Point]) : [[x, y], [x, y]] as [Point, Point];
    const wide = (p: number, q: number): Point => (Math.abs(p - q) < 3 * this.step ? [p - size / 2, p + size / 2] : [Math.min(p, q), Math.max(p, q)]);
    return { x: wide(a0, a1), y: wide(b0, b1) };
  }

  private under(x: number, y: number): Thing | null {
    const reversed = [...this.things].reverse(); // what is drawn last lies on top
    const hit = (thing: Thing): boolean => thing.what === "leads" ? contains(thing.lead.polygon, x, y)
      : pieces(thing.gate, this.box).some((ring) => contains(ring, x, y)) || (isPoint(thing.gate) && this.isNear(thing.gate.center!, x, y));
    return reversed.find(hit) ?? null;
  }

  private isNear(at: Point, x: number, y: number): boolean {
    const [a, b] = this.plane.at(...at), [c, d] = this.plane.at(x, y);
    return Math.hypot(a - c, b - d) <= NEAR;
  }

  private get step(): number { return STEPS.find((step) => step >= this.plane.grain * 0.999) ?? 100; }

  private readonly snap = (value: number): number => Number((Math.round(value / this.step) * this.step).toFixed(3));

  draw(pen: Pen, dark: boolean): void {
    for (const thing of this.things) if (thing.what === "gates") drawGate(pen, thing.gate, this.box, dark);
  }

  /** Contacts, handles and what is being drawn: above everything. */
  drawOver(pen: Pen): void {
    for (const thing of this.things) if (thing.what === "leads") drawLead(pen, thing.lead);
    const chosen = this.chosen;
    if (chosen) this.drawChosen(pen, chosen);
    if (this.sketch.length) drawSketch(pen, this.wanted === "gate" ? boxOf(this.sketch) : this.sketch, this.wanted === "gate");
  }

  private drawChosen(pen: Pen, thing: Thing): void {
    const { ctx } = pen;
    ctx.strokeStyle = color("hold");
    ctx.lineWidth = 2;
    for (const ring of thing.what === "leads" ? [thing.lead.polygon] : pieces(thing.gate, this.box)) {
      trace(pen, ring);
      ctx.stroke();
    }
    for (const { at } of handles(thing, this.box, this.snap)) {
      const { left, top, width, height } = pen.box;
      const x = Math.min(left + width - 5, Math.max(left + 5, pen.X(at[0]))), y = Math.min(top + height - 5, Math.max(top + 5, pen.Y(at[1])));
      ctx.beginPath();
      ctx.roundRect(x - 4.5, y - 4.5, 9, 9, 2);
      ctx.fillStyle = "#ffffff";
      ctx.fill();
      ctx.stroke();
    }
  }
}

function sideOf([x, y]: Point, [x0, x1, y0, y1]: Box, snap: (value: number) => number): Lengths {
  const far: [Side, number][] = [["left", Math.abs(x - x0)], ["right", Math.abs(x - x1)], ["bottom", Math.abs(y - y0)], ["top", Math.abs(y - y1)]];
  const [side] = far.sort((a, b) => a[1] - b[1])[0]!;
  return { side, at: snap(side === "left" || side === "right" ? y : x) };
}

const boxOf = (points: Point[]): Point[] => {
  const [[a, b], [c, d]] = points as [Point, Point];
  return [[a, b], [c, b], [c, d], [a, d]];
};

function trace(pen: Pen, ring: Point[], isClosed = true): void {
  pen.ctx.beginPath();
  ring.forEach(([x, y], i) => (i ? pen.ctx.lineTo(pen.X(x), pen.Y(y)) : pen.ctx.moveTo(pen.X(x), pen.Y(y))));
  if (isClosed) pen.ctx.closePath();
}

function drawSketch(pen: Pen, points: Point[], isClosed: boolean): void {
  trace(pen, points, isClosed);
  pen.ctx.strokeStyle = color("hold");
  pen.ctx.lineWidth = 1.5;
  pen.ctx.setLineDash([5, 4]);
  pen.ctx.stroke();
  pen.ctx.setLineDash([]);
  for (const [x, y] of points) {
    pen.ctx.beginPath();
    pen.ctx.arc(pen.X(x), pen.Y(y), 4, 0, 2 * Math.PI);
    pen.ctx.fillStyle = "#ffffff";
    pen.ctx.fill();
    pen.ctx.stroke();
  }
}

function drawGate(pen: Pen, gate: Gate, box: Box, dark: boolean): void {
  const { ctx } = pen;
  ctx.fillStyle = dark ? "rgba(255,214,130,0.20)" : "rgba(150,112,24,0.22)";
  ctx.strokeStyle = dark ? "#ffdf9a" : "#8a6412";
  ctx.lineWidth = 1.25;
  for (const ring of pieces(gate, box)) {
    trace(pen, ring);
    ctx.fill();
    ctx.stroke();
  }
  if (!isPoint(gate)) return;
  const [x, y] = [pen.X(gate.center![0]), pen.Y(gate.center![1])];
  ctx.beginPath();
  ctx.arc(x, y, 6, 0, 2 * Math.PI);
  ctx.moveTo(x - 9, y);
  ctx.lineTo(x + 9, y);
  ctx.moveTo(x, y - 9);
  ctx.lineTo(x, y + 9);
  ctx.stroke();
}

function drawLead(pen: Pen, lead: Lead): void {
  trace(pen, lead.polygon);
  pen.ctx.fillStyle = color("curve-2");
  pen.ctx.fill();
  const [low, high] = lead.window, [first] = lead.polygon, deep = lead.polygon[2]!;
  const upright = lead.side === "left" || lead.side === "right";
  const x = upright ? (first![0] + deep[0]) / 2 : (low + high) / 2, y = upright ? (low + high) / 2 : (first![1] + deep[1]) / 2;
  tag(pen, lead.name, pen.X(x), pen.Y(y));
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
