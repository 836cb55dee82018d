// Numbers over a plane as colors on a canvas, with ticks, a color bar, things drawn over it, and a
// crosshair for mouse, finger and arrow keys.
import type { Axis } from "./chart";
import { announce, h, refill } from "./dom";
import type { Scale } from "./scales";
import { color, fontOf, onTheme } from "./theme";
import { axisUnit, extent, figure, label, prefixed, tickTexts, ticks } from "./units";

export interface Image { x: ArrayLike<number>; y: ArrayLike<number>; values: ArrayLike<number>; scale: Scale; smooth?: boolean }
export interface Bar { scale: Scale; axis: Axis; marks?: { value: number; text: string }[] }
export interface Pen {
  ctx: CanvasRenderingContext2D;
  X: (x: number) => number;
  Y: (y: number) => number;
  box: { left: number; top: number; width: number; height: number };
}
export interface Picture {
  name: string;
  x: Axis;
  y: Axis;
  images: Image[];
  bar: Bar;
  equal?: boolean;         // one nanometer is as long in x as in y
  window?: [number, number, number, number];
  over?: (pen: Pen) => void;
  read?: (x: number, y: number) => string;
}

/** Somebody who works on the picture with pointer and keys, before the crosshair does. */
export interface Hand {
  down: (x: number, y: number, event: PointerEvent) => boolean; // true: it has taken hold of something
  drag: (x: number, y: number, event: PointerEvent) => void;
  up: () => void;
  key: (event: KeyboardEvent) => boolean;
  cursor: (x: number, y: number) => string;
  enter: (x: number, y: number) => void; // Enter at the crosshair, or a double click
}

/** Numbers behind a picture, and where they lie on the screen, for tests and for the curious. */
export interface PlaneElement extends HTMLElement { plane?: { version: number; values: ArrayLike<number>; at: (x: number, y: number) => [number, number] } }

const BAR = 14;

export class Plane {
  readonly element: PlaneElement;
  private readonly canvas = h("canvas", { tabindex: "0", role: "img", "aria-label": "Picture" });
  private readonly readout = h("div", { class: "key" });
  private readonly host = h("div", { class: "plane" }, this.canvas);
  private picture: Picture | null = null;
  private rasters: HTMLCanvasElement[] = [];
  private pen: Pen | null = null;
  private cross: [number, number] | null = null;
  private version = 0;
  private frame = 0;
  private held = false;
  private readonly stop: () => void;
  private readonly watch: ResizeObserver;

  constructor(private readonly hand?: Hand) {
    this.element = h("figure", { class: "chart" }, this.host, h("figcaption", {}, this.readout));
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"] as const) this.canvas.addEventListener(end, () => this.release());
    this.canvas.addEventListener("pointerleave", () => { if (!this.held) this.move(null); });
    this.canvas.addEventListener("dblclick", () => { if (this.cross) this.hand?.enter(...this.cross); });
    this.canvas.addEventListener("blur", () => this.move(null));
    this.canvas.addEventListener("keydown", (event) => this.step(event));
    this.stop = onTheme(() => this.redraw());
    this.watch = new ResizeObserver(() => this.redraw());
    this.watch.observe(this.host);
  }

  set(picture: Picture): void {
    this.picture = picture;
    this.rasters = picture.images.map(raster);
    this.version += 1;
    const top = picture.images[picture.images.length - 1];
    this.element.plane = { version: this.version, values: top?.values ?? [], at: (x, y) => this.onScreen(x, y) };
    const [low, high] = extent(top?.values ?? []);
    this.canvas.setAttribute("aria-label", `${picture.name}. Values from ${figure(low)} to ${figure(high)} ${picture.bar.axis.unit}. Arrow keys read values.`);
    this.redraw();
  }

  /** Nanometers (or whatever x is in) per pixel of the screen. */
  get grain(): number {
    const range = this.picture && (this.picture.window ?? bounds(this.picture.images));
    return this.pen && range ? (range[1]! - range[0]!) / this.pen.box.width : 1;
  }

  /** Where a point of the plane lies on the canvas, for whoever points at it. */
  at(x: number, y: number): [number, number] { return this.pen ? [this.pen.X(x), this.pen.Y(y)] : [0, 0]; }

  private onScreen(x: number, y: number): [number, number] {
    const { left, top } = this.canvas.getBoundingClientRect(), [dx, dy] = this.at(x, y);
    return [left + dx, top + dy];
  }

  focus(): void { this.canvas.focus({ preventScroll: true }); }

  /** Whether a finger on the picture draws instead of scrolling the page. */
  set grabs(on: boolean) { this.canvas.style.touchAction = on ? "none" : ""; }

  destroy(): void {
    this.stop();
    this.watch.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** Draws again what lies over the images. */
  redraw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const picture = this.picture;
    const width = Math.floor(this.host.clientWidth);
    if (!picture || width < 50) return;
    const range = picture.window ?? bounds(picture.images);
    const sizes = this.layout(picture, range, width);
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(sizes.height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${sizes.height}px`;
    const ctx = this.canvas.getContext("2d")!;
    ctx.scale(ratio, ratio);
    const { box } = sizes;
    const X = (x: number): number => box.left + ((x - range[0]) / (range[1] - range[0])) * box.width;
    const Y = (y: number): number => box.top + ((range[3] - y) / (range[3] - range[2])) * box.height;
    this.pen = { ctx, X, Y, box };
    ctx.fillStyle = color("well");
    ctx.fillRect(box.left, box.top, box.width, box.height);
    ctx.save();
    ctx.beginPath();
    ctx.rect(box.left, box.top, box.width, box.height);
    ctx.clip();
    picture.images.forEach((image, i) => paste(this.pen!, image, this.rasters[i]!));
    picture.over?.(this.pen);
    if (this.cross) crosshair(this.pen, ...this.cross);
    ctx.restore();
    frame(this.pen, picture, range);
    colorBar(this.pen, picture.bar, width);
  }

  private layout(picture: Picture, range: number[], width: number): { box: Pen["box"]; height: number } {
    const left = width < 480 ? 48 : 58, right = BAR + 70, top = 10, bottom = 46;
    const across = width - left - right;
    const [dx, dy] = [range[1]! - range[0]!, range[3]! - range[2]!];
    let height = picture.equal ? (across * dy) / dx : Math.min(420, Math.max(200, across * 0.72));
    let wide = across;
    const tallest = Math.max(220, Math.min(460, window.innerHeight * 0.6));
    if (picture.equal && height > tallest) {
      height = tallest;
      wide = (tallest * dx) / dy;
    }
    height = Math.max(height, 90);
    return { box: { left: left + (across - wide) / 2, top, width: wide, height }, height: top + height + bottom };
  }

  private place(event: PointerEvent): [number, number] | null {
    const at = this.canvas.getBoundingClientRect();
    return this.pen && this.picture ? inverse(this.pen, this.picture, event.clientX - at.left, event.clientY - at.top, this.held) : null;
  }

  private point(event: PointerEvent): void {
    const at = this.place(event);
    if (this.held && at) {
      this.hand!.drag(...at, event);
      this.redraw();
      return;
    }
    this.canvas.style.cursor = (at && this.hand?.cursor(...at)) || "";
    this.move(at);
  }

  private down(event: PointerEvent): void {
    const at = this.place(event);
    if (at && event.button === 0 && this.hand?.down(...at, event)) {
      this.held = true;
      this.canvas.setPointerCapture(event.pointerId);
      this.move(null);
      return;
    }
    this.point(event);
  }

  private release(): void {
    if (!this.held) return;
    this.held = false;
    this.hand!.up();
    this.redraw();
  }

  private step(event: KeyboardEvent): void {
    if (this.hand?.key(event)) {
      event.preventDefault();
      this.redraw();
      return;
    }
    if (event.key === "Enter" && this.cross) this.hand?.enter(...this.cross);
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way || !this.picture) return;
    event.preventDefault();
    const [x0, x1, y0, y1] = this.picture.window ?? bounds(this.picture.images);
    const now = this.cross ?? [(x0 + x1) / 2, (y0 + y1) / 2];
    const shift = event.shiftKey ? 0.1 : 0.02;
    const next: [number, number] = [
      Math.min(x1, Math.max(x0, now[0] + way[0]! * shift * (x1 - x0))),
      Math.min(y1, Math.max(y0, now[1] + way[1]! * shift * (y1 - y0))),
    ];
    this.move(next);
    announce(this.readout.textContent ?? "");
  }

  private move(at: [number, number] | null): void {
    this.cross = at;
    refill(this.readout, at && this.picture ? spoken(this.picture, at) : null);
    this.redraw();
  }
}

function bounds(images: Image[]): [number, number, number, number] {
  const first = images[0]!;
  const half = (list: ArrayLike<number>): number => (list.length > 1 ? Math.abs(list[1]! - list[0]!) / 2 : 0.5);
  const [x0, x1] = extent(first.x), [y0, y1] = extent(first.y);
  return [x0 - half(first.x), x1 + half(first.x), y0 - half(first.y), y1 + half(first.y)];
}

/** One pixel per number; rows run upward, so they are written from the last. Gaps stay clear. */
function raster(image: Image): HTMLCanvasElement {
  const [nx, ny] = [image.x.length, image.y.length];
  const canvas = h("canvas", { width: nx, height: ny });
  const ctx = canvas.getContext("2d")!;
  const pixels = ctx.createImageData(nx, ny);
  const upward = image.y[ny - 1]! >= image.y[0]!;
  const rightward = image.x[nx - 1]! >= image.x[0]!;
  const shades = Array.from({ length: 512 }, (_, i) => image.scale.rgb(image.scale.low + ((i + 0.5) / 512) * (image.scale.high - image.scale.low)));
  const factor = 512 / (image.scale.high - image.scale.low || 1);
  for (let row = 0; row < ny; row++) {
    for (let column = 0; column < nx; column++) {
      const value = image.values[row * nx + column]!;
      if (!Number.isFinite(value)) continue;
      const shade = shades[Math.min(511, Math.max(0, Math.floor((value - image.scale.low) * factor)))]!;
      const at = 4 * ((upward ? ny - 1 - row : row) * nx + (rightward ? column : nx - 1 - column));
      pixels.data.set(shade, at);
      pixels.data[at + 3] = 255;
    }
  }
  ctx.putImageData(pixels, 0, 0);
  return canvas;
}

function paste(pen: Pen, image: Image, pixels: HTMLCanvasElement): void {
  const [x0, x1, y0, y1] = bounds([image]);
  pen.ctx.imageSmoothingEnabled = image.smooth ?? false;
  pen.ctx.imageSmoothingQuality = "high";
  pen.ctx.drawImage(pixels, pen.X(x0), pen.Y(y1), pen.X(x1) - pen.X(x0), pen.Y(y0) - pen.Y(y1));
}

function nearest(list: ArrayLike<number>, value: number): number {
  let best = 0;
  for (let i = 1; i < list.length; i++) if (Math.abs(list[i]! - value) < Math.abs(list[best]! - value)) best = i;
  return best;
}

function spoken(picture: Picture, [x, y]: [number, number]): string {
  const image = picture.images[picture.images.length - 1];
  if (!image) return "";
  const value = image.values[nearest(image.y, y) * image.x.length + nearest(image.x, x)];
  const said = (axis: Axis, number: number | undefined): string => {
    if (number === undefined || !Number.isFinite(number)) return `${axis.label} –`;
    const scale = prefixed(Math.abs(number), axis.unit);
    return `${axis.label} ${figure(number / scale.factor)} ${scale.unit}`.trim();
  };
  return `${said(picture.x, x)}, ${said(picture.y, y)}: ${picture.read?.(x, y) ?? said(picture.bar.axis, value)}`;
}

function inverse(pen: Pen, picture: Picture, left: number, top: number, anywhere = false): [number, number] | null {
  const { box } = pen;
  const fx = (left - box.left) / box.width, fy = (top - box.top) / box.height;
  if (!anywhere && (fx < 0 || fx > 1 || fy < 0 || fy > 1)) return null;
  const [x0, x1, y0, y1] = picture.window ?? bounds(picture.images);
  return [x0 + fx * (x1 - x0), y1 - fy * (y1 - y0)];
}

function crosshair(pen: Pen, x: number, y: number): void {
  const { ctx, box, X, Y } = pen;
  ctx.strokeStyle = color("ink");
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(X(x), box.top);
  ctx.lineTo(X(x), box.top + box.height);
  ctx.moveTo(box.left, Y(y));
  ctx.lineTo(box.left + box.width, Y(y));
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function frame(pen: Pen, picture: Picture, [x0, x1, y0, y1]: [number, number, number, number]): void {
  const { ctx, box, X, Y } = pen;
  ctx.strokeStyle = color("edge");
  ctx.lineWidth = 1;
  ctx.strokeRect(box.left - 0.5, box.top - 0.5, box.width + 1, box.height + 1);
  ctx.fillStyle = color("soft");
  ctx.font = fontOf(12);
  const xs = ticks(x0, x1, box.width / 62), ys = ticks(y0, y1, box.height / 32);
  const [px, py] = [prefixed(Math.max(Math.abs(x0), Math.abs(x1)), picture.x.unit), prefixed(Math.max(Math.abs(y0), Math.abs(y1)), picture.y.unit)];
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  tickTexts(xs, px.factor).forEach((text, i) => {
    line(ctx, X(xs[i]!), box.top + box.height, 0, 4);
    ctx.fillText(text, X(xs[i]!), box.top + box.height + 7);
  });
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  tickTexts(ys, py.factor).forEach((text, i) => {
    line(ctx, box.left, Y(ys[i]!), -4, 0);
    ctx.fillText(text, box.left - 7, Y(ys[i]!));
  });
  ctx.font = fontOf(13, 500);
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.fillText(label(picture.x.label, px.unit), box.left + box.width / 2, box.top + box.height + 43);
  turned(ctx, label(picture.y.label, py.unit), Math.max(8, box.left - 46), box.top + box.height / 2, box.height);
}

function colorBar(pen: Pen, bar: Bar, width: number): void {
  const { ctx, box } = pen;
  const left = Math.min(box.left + box.width + 12, width - BAR - 54);
  const { low, high } = bar.scale;
  const at = (value: number): number => box.top + ((high - value) / (high - low || 1)) * box.height;
  for (let row = 0; row < box.height; row++) {
    const [r, g, b] = bar.scale.rgb(high - ((row + 0.5) / box.height) * (high - low));
    ctx.fillStyle = `rgb(${r},${g},${b})`;
    ctx.fillRect(left, box.top + row, BAR, 1.5);
  }
  ctx.strokeStyle = color("edge");
  ctx.strokeRect(left - 0.5, box.top - 0.5, BAR + 1, box.height + 1);
  ctx.fillStyle = color("soft");
  ctx.font = fontOf(12);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const scale = axisUnit(Math.max(Math.abs(low), Math.abs(high)), bar.axis.unit);
  const values = ticks(low, high, box.height / 40);
  const marked = bar.marks ?? [];
  tickTexts(values, scale.factor).forEach((text, i) => {
    const y = at(values[i]!);
    line(ctx, left + BAR, y, 4, 0);
    if (!marked.some((mark) => Math.abs(at(mark.value) - y) < 11)) ctx.fillText(text, left + BAR + 6, y);
  });
  for (const mark of marked) {
    ctx.fillStyle = color("ink");
    ctx.fillRect(left - 2, at(mark.value) - 0.75, BAR + 6, 1.5);
    ctx.font = fontOf(12, 600);
    subscripted(ctx, mark.text, left + BAR + 6, at(mark.value));
  }
  ctx.fillStyle = color("soft");
  ctx.font = fontOf(13, 500);
  turned(ctx, label(bar.axis.label, scale.unit), Math.min(width - 8, left + BAR + 52), box.top + box.height / 2, box.height, scale.unit);
}

function line(ctx: CanvasRenderingContext2D, x: number, y: number, dx: number, dy: number): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + dx, y + dy);
  ctx.stroke();
}

/** Text whose part after _ stands lower and smaller. */
function subscripted(ctx: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  const [base, below] = text.split("_");
  ctx.fillText(base!, x, y);
  if (!below) return;
  const shift = ctx.measureText(base!).width;
  ctx.font = fontOf(9, 600);
  ctx.fillText(below, x + shift, y + 4);
}

/** Upward text; where it has no room, a shorter one. */
function turned(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, room = Infinity, short = text): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(-Math.PI / 2);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(ctx.measureText(text).width > room ? short : text, 0, 0);
  ctx.restore();
}
