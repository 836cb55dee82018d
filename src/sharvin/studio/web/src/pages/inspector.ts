// Tools below the picture: what to draw, what is chosen with its lengths in numbers, undo and redo.
import type { Drafting, Mode } from "../drafting";
import { h, refill } from "../dom";
import { nameOf, placeOf, type Lengths, type Thing } from "../shapes";
import { figure } from "../units";

const DRAWN: [Mode, string, string][] = [
  ["gate", "Gate", "Draw a rectangle; Enter puts one in the middle"], ["polygon_gate", "Polygon", "Click its corners; Enter or the first corner closes it"],
  ["split_gate", "Split gate", "Click where its gap shall be"], ["leads", "Contact", "Click at the edge"],
];
const HELP = "Drag what you see, or choose it and use the arrow keys (Shift: ten steps, Delete: away).";
interface Field { name: string; read: () => number | null; write: (value: number | null) => Lengths; open?: boolean }

export class Inspector {
  readonly element = h("div", { class: "inspector" });
  readonly undo = h("button", { type: "button", class: "quiet", title: "Undo (Ctrl+Z)", "aria-label": "Undo", disabled: true }, "↶");
  readonly redo = h("button", { type: "button", class: "quiet", title: "Redo (Ctrl+Shift+Z)", "aria-label": "Redo", disabled: true }, "↷");
  private readonly things = h("select", { "aria-label": "Gate or contact", onchange: () => this.pick() });
  private readonly tools: HTMLButtonElement[];
  private readonly body = h("div", { class: "lengths" });
  private readonly help = h("p", { class: "facts" }, HELP);
  private shown = "";

  /** `find` leads to the table of a thing in the device file. */
  constructor(private readonly drafting: Drafting, private readonly focus: () => void, private readonly find: (thing: Thing) => void) {
    this.tools = DRAWN.map(([mode, name, hint]) => h("button", {
      type: "button", class: "button tool", "aria-pressed": "false", title: hint, "data-mode": mode,
      onclick: () => {
        drafting.mode = drafting.mode === mode ? null : mode;
        if (drafting.mode) focus();
      },
    }, `+ ${name}`));
    refill(this.element,
      h("div", { class: "row", role: "toolbar", "aria-label": "Draw" }, ...this.tools, h("span", { class: "gap" }), this.undo, this.redo, this.things),
      this.body, this.help);
  }

  mode(mode: Mode | null): void {
    for (const tool of this.tools) tool.setAttribute("aria-pressed", String(tool.dataset.mode === mode));
    this.help.textContent = mode ? `${DRAWN.find(([one]) => one === mode)![2]}. Escape leaves it.` : HELP;
  }

  list(): void {
    const all = this.drafting.all, chosen = this.drafting.chosen;
    refill(this.things, h("option", { value: "" }, all.length ? "choose …" : "nothing to choose"),
      ...all.map((thing) => h("option", { value: placeOf(thing).join("/") }, nameOf(thing))));
    this.things.value = chosen ? placeOf(chosen).join("/") : "";
  }

  /** Its lengths as fields; while they stay the same fields, only their numbers change. */
  show(thing: Thing | null): void {
    this.things.value = thing ? placeOf(thing).join("/") : "";
    const fields = thing ? fieldsOf(thing) : [];
    const shape = thing ? JSON.stringify([placeOf(thing), fields.map((field) => field.name)]) : "";
    if (shape === this.shown && thing) {
      this.body.querySelectorAll<HTMLInputElement>("input").forEach((input, i) => {
        if (document.activeElement !== input) input.value = text(fields[i]!.read());
      });
      const side = this.body.querySelector("select");
      if (side && thing.what === "leads") side.value = thing.lead.side;
      return;
    }
    this.shown = shape;
    if (!thing) {
      refill(this.body);
      return;
    }
    refill(this.body, h("b", {}, nameOf(thing)),
      thing.what === "leads" ? this.sides(thing.lead.side) : null, ...fields.map((_, i) => this.field(i)),
      h("span", { class: "row" },
        h("button", { type: "button", class: "quiet", onclick: () => this.find(thing) }, "Show in the file"),
        h("button", { type: "button", class: "quiet danger", onclick: () => { this.drafting.remove(); this.focus(); } }, "Delete")));
  }

  private pick(): void {
    this.drafting.choose(this.drafting.all.find((thing) => placeOf(thing).join("/") === this.things.value) ?? null);
    if (this.things.value) this.focus();
  }

  private sides(now: string): HTMLElement {
    const choice = h("select", { onchange: () => this.drafting.set({ side: choice.value }) }, ...["left", "right", "bottom", "top"].map((side) => h("option", { value: side }, side)));
    choice.value = now;
    return h("label", { class: "inline" }, "side ", choice);
  }

  private field(index: number): HTMLElement {
    const field = (): Field => fieldsOf(this.drafting.chosen!)[index]!;
    const { name, open, read } = field();
    const input = h("input", { type: "text", inputmode: "decimal", size: 6, value: text(read()), placeholder: open ? "∞" : "all", onchange: () => {
      if (!this.drafting.chosen) return;
      const said = input.value.trim().replace("−", "-").replace(",", "."), typed = Number(said);
      if ((said === "" || said === "∞") && open) this.drafting.set(field().write(null));
      else if (said !== "" && Number.isFinite(typed)) this.drafting.set(field().write(typed));
      else input.value = text(field().read());
    } });
    return h("label", { class: "inline" }, `${name} `, input, h("span", { class: "unit" }, " nm"));
  }
}

const text = (value: number | null): string => (value === null ? "" : figure(value, 6));

function fieldsOf(thing: Thing): Field[] {
  if (thing.what === "leads") {
    const { at, width, window } = thing.lead;
    return [
      { name: "middle", read: () => at ?? (window[0] + window[1]) / 2, write: (value) => ({ at: value!, ...(width === null ? { width: window[1] - window[0] } : {}) }) },
      { name: "width", read: () => width ?? window[1] - window[0], write: (value) => ({ width: value! }) },
    ];
  }
  const { gate } = thing, found: Field[] = [];
  if (gate.gap !== undefined) found.push({ name: "gap", read: () => gate.gap!, write: (value) => ({ gap: value! }) });
  if (gate.length !== undefined) found.push({ name: "length", read: () => gate.length!, write: (value) => ({ length: value! }) });
  if (gate.center) {
    found.push(...(["x", "y"] as const).map((name, i): Field => ({ name: `middle ${name}`, read: () => gate.center![i]!, write: (value) => ({ center: gate.center!.map((old, k) => (k === i ? value! : old)) }) })));
  }
  for (const [key, names] of [["x", ["left", "right"]], ["y", ["bottom", "top"]]] as const) {
    const pair = gate[key];
    if (pair) found.push(...names.map((name, i): Field => ({ name, open: true, read: () => pair[i]!, write: (value) => ({ [key]: pair.map((old, k) => (k === i ? value : old)) }) })));
  }
  return found;
}

