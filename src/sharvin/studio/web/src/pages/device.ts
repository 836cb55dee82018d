// Device: the file on one side; the potential, the sliders and what flows, live, on the other.
import { allTemplates, bench, rememberBench, startBench, takeTemplate, type Checked, type Parameter } from "../bench";
import { Chart } from "../chart";
import { h, isNarrow, refill, settled } from "../dom";
import { Drafting } from "../drafting";
import { Editor } from "../editor";
import { link, place } from "../hash";
import { placeOf, type Thing } from "../shapes";
import { Sheet, type Layer, type LayerKind, type Scene } from "../sheet";
import { Slider } from "../slider";
import { call, numbers, Refused } from "../socket";
import { Edits } from "./edits";
import { Inspector } from "./inspector";
import { PointPanel, type Point } from "./point";
import { Trace } from "./trace";

const LAYERS: [LayerKind, string][] = [["potential", "Potential"], ["ldos", "Density of states"], ["current", "Current"]];

export async function devicePage(host: HTMLElement): Promise<() => void> {
  await startBench();
  const templates = await allTemplates();
  const page = new DevicePage(host, templates.map((one) => one.name));
  page.check();
  return () => page.destroy();
}

class DevicePage {
  private readonly editor = new Editor((text) => this.edited(text));
  private readonly edits: Edits = new Edits(
    () => { this.editor.text = bench.toml; this.templateChoice.value = bench.template; this.ask(); }, () => this.check(),
    (undo, redo) => { this.inspector.undo.disabled = !undo; this.inspector.redo.disabled = !redo; }, (error) => this.say(error));
  private readonly drafting: Drafting = new Drafting({
    change: (changes, gesture) => this.edits.change(changes, gesture), settled: () => this.edits.settle(),
    chosen: (thing) => this.inspector.show(thing), mode: (mode) => this.inspector.mode(mode),
  });
  private readonly sheet = new Sheet(this.drafting);
  private readonly inspector = new Inspector(this.drafting, () => this.sheet.plane.focus(), (thing) => this.find(thing));
  private readonly file = h("details", { class: "card file", open: !isNarrow() });
  private readonly bands = new Chart({ name: "Dispersion of a lead", x: { label: "k", unit: "π/period" }, y: { label: "energy", unit: "meV" }, height: 300 });
  private readonly panel: PointPanel = new PointPanel(() => this.readAnother());
  private readonly trace = new Trace((name, value) => this.pointArgs(name, value), (point) => this.panel.read(point));
  private moved: Omit<Parameter, "value"> | null = null;
  private readonly sliders = h("div", { class: "sliders" });
  private readonly note = h("p", { class: "note", role: "status" });
  private readonly facts = h("p", { class: "facts" });
  private readonly leadChoice = h("select", { "aria-label": "Lead whose waves are shown", onchange: () => this.leadChosen() });
  private readonly bandLead = h("select", { "aria-label": "Lead whose dispersion is shown", onchange: () => void this.askBands() });
  private readonly templateChoice: HTMLSelectElement;
  private layer: LayerKind;
  private scene: Scene | null = null;
  private field: Layer | null = null;
  private parameters: Parameter[] = [];
  private leads: string[] = [];
  private last: Point | null = null;
  private readonly late = settled(250, () => this.check());
  private readonly write = settled(300, () => void rememberBench({ layer: this.layer === "potential" ? null : this.layer }));

  constructor(host: HTMLElement, templates: string[]) {
    const asked = place().state.get("layer");
    this.layer = LAYERS.find(([kind]) => kind === asked)?.[0] ?? "potential";
    this.templateChoice = h("select", { "aria-label": "Start from", onchange: () => this.template() },
      h("option", { value: "" }, "own file"), ...templates.map((name) => h("option", { value: name }, name.replaceAll("_", " "))));
    this.templateChoice.value = bench.template;
    this.editor.text = bench.toml;
    refill(this.file,
      h("summary", {}, h("h2", {}, "Device file")),
      h("div", { class: "row" }, h("label", { class: "inline" }, "Start from ", this.templateChoice),
        h("button", { class: "quiet", type: "button", onclick: () => this.download() }, "Save .toml"),
        this.openButton()),
      this.editor.element, this.facts);
    const left = h("div", { class: "column" },
      h("section", { class: "card stage", "aria-label": "Picture of the device" }, this.layerChoice(), this.sheet.plane.element, this.inspector.element, this.note),
      this.trace.element, this.file);
    const right = h("div", { class: "column" },
      h("section", { class: "card now", "aria-label": "The current point" }, h("h2", {}, "At this point"), this.panel.element,
        h("a", { class: "button", href: link("sweep"), onclick: (event: Event) => { event.preventDefault(); void this.toSweep(); } }, "Sweep it")),
      h("section", { class: "card knobs", "aria-label": "Parameters" }, h("h2", {}, "Parameters"), this.sliders),
      h("section", { class: "card waves", "aria-label": "Dispersion of the leads" },
        h("div", { class: "row" }, h("h2", {}, "Waves of a lead"), this.bandLead), this.bands.element));
    host.append(h("div", { class: "device" }, left, right));
    this.inspector.undo.addEventListener("click", () => this.edits.undo());
    this.inspector.redo.addEventListener("click", () => this.edits.redo());
    document.addEventListener("keydown", this.keys);
  }

  /** Undo and redo everywhere but in fields, which have their own. */
  private readonly keys = (event: KeyboardEvent): void => {
    const name = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (name !== "z" && name !== "y") || (event.target as Element).closest("input, textarea")) return;
    event.preventDefault();
    if (name === "y" || event.shiftKey) this.edits.redo();
    else this.edits.undo();
  };

  /** Leads to the table of a thing in the file. */
  private find(thing: Thing): void {
    const [section, which] = placeOf(thing);
    const table = section === "gates" ? /^\s*\[\[gates\]\]/ : new RegExp(`^\\s*\\[leads\\."?${String(which).replace(/\W/g, "\\$&")}"?\\]`);
    this.file.open = true;
    this.editor.goTo(table, section === "gates" ? Number(which) : 0);
  }

  destroy(): void {
    document.removeEventListener("keydown", this.keys);
    this.sheet.plane.destroy();
    this.bands.destroy();
    this.trace.destroy();
  }

  private async toSweep(): Promise<void> {
    await rememberBench();
    location.hash = "#/sweep";
  }

  private layerChoice(): HTMLElement {
    return h("div", { class: "row" },
      h("div", { class: "segments", role: "radiogroup", "aria-label": "What the picture shows" }, ...LAYERS.map(([kind, name]) => h("label", {},
        h("input", { type: "radio", name: "layer", value: kind, checked: kind === this.layer, onchange: () => this.layerChosen(kind) }), h("span", {}, name)))),
      this.leadChoice);
  }

  private openButton(): HTMLElement {
    const input = h("input", { type: "file", accept: ".toml", class: "hidden", "aria-label": "Open a device file", onchange: async () => {
      const chosen = input.files?.[0];
      if (!chosen) return;
      this.take(await chosen.text());
      input.value = "";
    } });
    return h("label", { class: "button quiet" }, "Open …", input);
  }

  private take(text: string): void {
    Object.assign(bench, { toml: text, template: "", values: {}, energy: null });
    this.templateChoice.value = "";
    this.editor.text = text;
    this.check();
  }

  private template(): void {
    takeTemplate(this.templateChoice.value);
    this.drafting.choose(null);
    this.editor.text = bench.toml;
    this.check();
  }

  private edited(text: string): void {
    bench.toml = text;
    this.late();
  }

  private download(): void {
    const url = URL.createObjectURL(new Blob([bench.toml], { type: "application/toml" }));
    h("a", { href: url, download: `${bench.template || "device"}.toml` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  check(): void {
    this.edits.commit();
    this.write();
    call<Checked>("device.check", { toml: bench.toml }, "check").then((found) => {
      this.editor.problems(found.problems);
      if (!found.ok) {
        this.trace.clear();
        refill(this.facts, `${found.problems.length} ${found.problems.length === 1 ? "problem" : "problems"}; the picture shows the last file that was right.`);
        return;
      }
      refill(this.facts, `${found.sites.toLocaleString("en").replaceAll(",", " ")} sites`);
      this.setParameters(found.parameters);
      this.ask();
    }).catch((error: Refused) => this.say(error));
  }

  private setParameters(found: Parameter[]): void {
    const names = JSON.stringify(found.map(({ name, unit, min, max }) => [name, unit, min, max]));
    for (const one of found) {
      const kept = bench.values[one.name];
      bench.values[one.name] = kept === undefined ? one.value : kept;
    }
    for (const name of Object.keys(bench.values)) if (!found.some((one) => one.name === name)) delete bench.values[name];
    if (names === JSON.stringify(this.parameters.map(({ name, unit, min, max }) => [name, unit, min, max]))) return;
    this.parameters = found;
    this.drawSliders();
  }

  private drawSliders(): void {
    const level = this.scene?.level;
    const sliders = this.parameters.map((one) => new Slider({ ...one, value: bench.values[one.name]! }, (value) => {
      bench.values[one.name] = value;
      this.moved = one;
      this.ask();
    }).element);
    if (level !== undefined && level > 0) {
      const energy = { name: "energy", unit: "meV", min: 0, max: 2 * level };
      sliders.push(new Slider({ ...energy, value: bench.energy ?? level }, (value) => {
        bench.energy = value;
        this.moved = energy;
        this.ask();
      }).element);
    }
    refill(this.sliders, ...sliders);
  }

  private args(): { toml: string; params: Record<string, number> } {
    return { toml: bench.toml, params: { ...bench.values } };
  }

  /** Arguments of a point; with one parameter elsewhere for a curve along it. */
  private pointArgs(name = "", value = 0): object {
    const there = name in bench.values ? { ...bench.values, [name]: value } : { ...bench.values };
    return { toml: bench.toml, params: there, energy: name === "energy" && !(name in bench.values) ? value : bench.energy };
  }

  private ask(): void {
    this.write();
    const moved = this.moved;
    const at = moved ? bench.values[moved.name] ?? bench.energy! : 0;
    if (moved) this.trace.follow(moved, this.rest());
    this.panel.wait();
    call<Point>("device.point", this.pointArgs(), "point").then((point) => {
      this.last = point;
      if (moved === this.moved) this.trace.add(at, point);
      this.panel.show(point);
      this.setLeads(point.leads);
    }).catch((error: Refused) => { if (!error.superseded) this.panel.refuse(error.message); });
    const toml = bench.toml;
    call<Scene>("device.scene", this.args(), "scene").then((scene) => {
      const first = this.scene === null || this.scene.level !== scene.level;
      this.scene = scene;
      if (first) this.drawSliders();
      this.drafting.show(scene.box, scene.gates, scene.leads, this.edits.isCurrent && toml === bench.toml);
      this.inspector.list();
      this.setLeads(scene.leads.map((lead) => lead.name));
      this.draw();
      this.askLayer();
      void this.askBands();
    }).catch((error: Refused) => this.say(error));
  }

  /** Another reading of the same point; its curve along the slider begins anew. */
  private readAnother(): void {
    this.trace.clear();
    if (!this.moved || !this.last) return;
    this.trace.follow(this.moved, this.rest());
    this.trace.add(bench.values[this.moved.name] ?? bench.energy!, this.last);
  }

  private rest(): string { return JSON.stringify([this.pointArgs(this.moved!.name, 0), this.panel.chosen]); }

  private setLeads(names: string[]): void {
    if (names.join("\n") === this.leads.join("\n")) return;
    this.leads = names;
    for (const choice of [this.leadChoice, this.bandLead]) refill(choice, ...names.map((name) => h("option", { value: name }, `lead ${name}`)));
    this.leadChoice.hidden = this.layer !== "current";
  }

  private layerChosen(kind: LayerKind): void {
    this.layer = kind;
    this.field = null;
    this.write();
    this.leadChoice.hidden = kind !== "current";
    this.draw();
    this.askLayer();
  }

  private leadChosen(): void {
    this.field = null;
    this.askLayer();
  }

  private askLayer(): void {
    if (this.layer === "potential" || !this.scene) return;
    const kind = this.layer;
    const energy = bench.energy ?? this.scene.level;
    this.note.textContent = this.field ? "" : "Computing the waves …";
    call<Layer>("device.layer", { ...this.args(), energy, kind, lead: this.leadChoice.value || null }, "layer").then((layer) => {
      if (kind !== this.layer) return;
      this.field = layer;
      this.note.textContent = "";
      this.draw();
    }).catch((error: Refused) => this.say(error));
  }

  private draw(): void {
    if (this.scene) this.sheet.show(this.scene, this.field ? this.layer : "potential", this.field);
  }

  private async askBands(): Promise<void> {
    const lead = this.bandLead.value || this.leads[0];
    if (!lead) return;
    try {
      const found = await call<{ k: unknown; bands: unknown; level: number }>("device.bands", { ...this.args(), lead }, "bands");
      const k = Array.from(numbers(found.k).data);
      const bands = bandsOf(found.bands, k.length).slice(0, 60);
      const level = bench.energy ?? found.level;
      const top = 2.2 * Math.max(level, 1e-9);
      const seen = bands.filter((band) => Math.min(...band.filter(Number.isFinite)) < top);
      const reach = 1.15 * Math.max(...k.filter((_, i) => seen.some((band) => band[i]! < top)).map(Math.abs), 0.05);
      const kept = k.map((_, i) => i).filter((i) => Math.abs(k[i]!) <= reach);
      this.bands.set(kept.map((i) => k[i]! / Math.PI), [
        ...seen.map((band) => ({ label: "", y: kept.map((i) => (band[i]! < top ? band[i]! : null)), look: "thin" as const, color: 0 })),
        { label: "energy", y: kept.map(() => level), look: "dashed" as const, color: 1 },
      ]);
    } catch (error) {
      this.say(error as Refused);
    }
  }

  private say(error: Refused): void {
    if (!error.superseded) this.note.textContent = error.message;
  }
}

/** Bands as one list of energies each, whichever way round they come. */
function bandsOf(sent: unknown, count: number): number[][] {
  const { shape, data } = numbers(sent);
  const [rows, columns] = [shape[0] ?? 0, shape[1] ?? 0];
  const turned = columns !== count;
  const bands = turned ? columns : rows;
  return Array.from({ length: bands }, (_, b) => Array.from({ length: count }, (_, i) => data[turned ? i * columns + b : b * columns + i]!));
}
