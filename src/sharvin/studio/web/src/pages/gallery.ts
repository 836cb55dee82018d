// Gallery: every phenomenon with its statement, sliders, figure and the checks behind it.
import { h, isNarrow, refill } from "../dom";
import { drawing } from "../drawing";
import { link, place } from "../hash";
import { allRows, compute, computeAll, onShelf, openShelf, passed, rowOf, runOfAll, stop, stopAll, troubleOf, type Row } from "../shelf";
import { call, type Refused } from "../socket";
import { duration } from "../units";
import { checkTable, type Check } from "./checks";
import { FormulaView, type Formula } from "./formula";

interface Page { id: string; figure_svg: string; checks: Check[]; seconds: number; when: number; is_current: boolean }

const KINDS: Record<string, string> = {
  computed: "solved on a lattice by the solvers that you call too",
  "exact small system": "solved exactly for a small system",
  formula: "a closed form, evaluated",
  phenomenology: "a description fitted to experiments",
};

let formulas: Formula[] = [];

export async function galleryPage(host: HTMLElement): Promise<() => void> {
  await Promise.all([openShelf(), formulas.length ? null : call<Formula[]>("formula.list").then((found) => { formulas = found; })]);
  const { state } = place();
  const view = new GalleryPage(host, state.get("id"), state.get("formula"));
  return () => view.destroy();
}

class GalleryPage {
  private readonly main = h("article", { class: "card phenomenon", tabindex: "-1" });
  private readonly list: HTMLElement;
  private readonly whole = h("div", { class: "whole" });
  private readonly run = h("div", { class: "run", "aria-live": "polite" });
  private readonly figure = h("div", { class: "computed" });
  private readonly checks = h("div", { class: "computed" });
  private readonly host = h("div", { class: "gallery" });
  private readonly views: FormulaView[] = [];
  private readonly stopListening: () => void;
  private readonly timer: number;
  private id = "";
  private shown: number | null = null; // when the result that is shown was computed

  constructor(parent: HTMLElement, id: string | null, formula: string | null) {
    const filter = h("input", { type: "search", placeholder: "Find …", "aria-label": "Find a phenomenon", oninput: () => this.filter(filter.value) });
    const alone = formulas.filter((one) => !one.pages.length);
    this.list = h("nav", { class: "card contents", "aria-label": "Phenomena" }, filter, this.whole,
      h("h2", {}, "Phenomena"), h("ul", {}, ...allRows().map((row) => entry("id", row.id, row.title, row.id === (formula ? null : id), mark(row)))),
      h("h2", {}, "Formulas with sliders"), h("ul", {}, ...[...alone, ...formulas.filter((one) => one.pages.length)].map((one) => entry("formula", one.id, one.title, one.id === formula))));
    this.host.append(this.list, this.main);
    parent.append(this.host);
    this.stopListening = onShelf((changed) => this.changed(changed));
    this.timer = window.setInterval(() => { if (rowOf(this.id)?.step) this.drawRun(); }, 500);
    this.drawWhole();
    if (formula) this.showFormula(formula);
    else if (id || !isNarrow()) this.show(id ?? allRows()[0]!.id);
    else this.host.classList.add("index");
    const current = this.list.querySelector<HTMLElement>("[aria-current]");
    if (current && !isNarrow()) this.list.scrollTop = current.offsetTop - this.list.clientHeight / 3;
  }

  destroy(): void {
    this.stopListening();
    clearInterval(this.timer);
    for (const view of this.views) view.destroy();
  }

  private filter(text: string): void {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of this.list.querySelectorAll<HTMLElement>("li")) {
      const found = `${item.textContent} ${item.dataset.id} ${rowOf(item.dataset.id ?? "")?.statement ?? ""}`.toLowerCase();
      item.hidden = !words.every((word) => found.includes(word));
    }
  }

  private changed(id: string): void {
    const row = rowOf(id);
    const item = row && this.list.querySelector(`[data-id="${id}"] .mark`);
    if (item) item.replaceWith(mark(row));
    this.drawWhole();
    if (!row || id !== this.id) return;
    this.drawRun();
    if (row.stored && row.stored.when !== this.shown) this.load();
  }

  private drawWhole(): void {
    const run = runOfAll(), rows = allRows(), done = rows.filter((row) => row.stored);
    const checks = done.reduce((sum, row) => sum + row.stored!.checks, 0), held = done.reduce((sum, row) => sum + row.stored!.held, 0);
    const button = (text: string, act: () => void): HTMLElement => h("button", { type: "button", class: "button", "data-all": run ? "stop" : "run", onclick: act }, text);
    refill(this.whole,
      run ? button("Stop", stopAll) : button(done.length < rows.length ? "Run all" : "Run all again", () => void computeAll()),
      h("span", { class: "facts" }, run ? `${run.done} of ${run.total}` : done.length ? `${held} of ${checks} checks hold on ${done.length} of ${rows.length} pages` : `${rows.length} pages`));
  }

  private back(): HTMLElement {
    return h("a", { class: "back", href: link("gallery") }, "← All phenomena");
  }

  private showFormula(id: string): void {
    const one = formulas.find((formula) => formula.id === id);
    if (!one) {
      refill(this.main, this.back(), h("p", { class: "trouble" }, `There is no formula ${id}.`));
      return;
    }
    this.views.push(new FormulaView(one, true));
    refill(this.main, this.back(), badge("formula"), h("h1", {}, one.title), this.views[0]!.element,
      one.pages.length ? h("p", { class: "facts" }, "Checked on ", ...one.pages.flatMap((page, i) => [i ? ", " : "", h("a", { href: link("gallery", { id: page }) }, rowOf(page)?.title ?? page)])) : null);
  }

  private show(id: string): void {
    const row = rowOf(id);
    if (!row) {
      refill(this.main, this.back(), h("p", { class: "trouble" }, `There is no phenomenon ${id}.`));
      return;
    }
    this.id = id;
    const mine = formulas.filter((one) => one.pages.includes(id));
    this.views.push(...mine.map((one) => new FormulaView(one, false)));
    refill(this.main, this.back(), badge(row.kind), h("h1", {}, row.title), h("p", { class: "statement" }, row.statement), this.run, this.figure,
      ...this.views.map((view, i) => h("section", { class: "closed" }, h("h2", {}, mine[i]!.title), view.element)), this.checks,
      h("h2", {}, "References"), h("ul", { class: "references" }, ...row.references.map((text) => h("li", {}, text))), this.turns(id));
    this.drawRun();
    if (row.stored) this.load();
  }

  /** What can be done now: run, watch and stop, or run again. */
  private drawRun(): void {
    const row = rowOf(this.id)!, trouble = troubleOf(row.id);
    this.run.dataset.state = row.step ? "running" : row.stored ? "stored" : "none";
    const start = (text: string, kind: string): HTMLElement => h("button", { type: "button", class: `button ${kind}`, onclick: () => void compute(row.id) }, text);
    if (row.step) {
      const before = row.stored?.seconds, time = passed(row.id);
      const part = before ? Math.min(0.97, time / before) : undefined;
      if (!this.run.querySelector("progress")) {
        refill(this.run, h("progress", { max: 1, "aria-label": "progress of the computation" }), h("span", { class: "facts step" }),
          h("button", { type: "button", class: "button", onclick: () => void stop(row.id) }, "Stop"));
      }
      const bar = this.run.querySelector("progress")!;
      if (part === undefined) bar.removeAttribute("value");
      else bar.value = part;
      this.run.querySelector(".step")!.textContent = `${row.step} … ${time >= 1 ? duration(time) : ""}${before ? ` (last time ${duration(before)})` : ""}`;
      return;
    }
    const note = trouble ? h("p", { class: "trouble" }, trouble) : null;
    if (row.stored) {
      const { when, seconds } = row.stored;
      refill(this.run, note, h("span", { class: "facts" }, `Computed here on ${date(when)} in ${duration(seconds)}. On the command line: `, h("code", {}, `sharvin gallery ${row.id}`)), start("Run again", "quiet"));
    } else {
      refill(this.run, note, start("Run", "primary"), h("span", { class: "facts" }, "Computes figure and checks on your machine, in seconds; the result stays in the results folder."));
    }
  }

  private load(): void {
    const id = this.id;
    call<Page | null>("gallery.stored", { id }, "gallery").then((page) => {
      if (!page || id !== this.id) return;
      this.shown = page.when;
      const title = rowOf(id)!.title;
      refill(this.figure, page.is_current ? null : h("p", { class: "facts" }, "This result is of an earlier version of the page; run it again."),
        drawing(page.figure_svg, `Figure: ${title}`));
      refill(this.checks, h("h2", {}, "Checks"), checkTable(page.checks));
    }).catch((error: Refused) => {
      if (!error.superseded) refill(this.figure, h("p", { class: "trouble" }, error.message));
    });
  }

  private turns(id: string): HTMLElement {
    const rows = allRows(), at = rows.findIndex((row) => row.id === id);
    const turn = (row: Row | undefined, text: (title: string) => string): HTMLElement =>
      row ? h("a", { href: link("gallery", { id: row.id }) }, text(row.title)) : h("span", {});
    return h("div", { class: "turns" }, turn(rows[at - 1], (title) => `← ${title}`), turn(rows[at + 1], (title) => `${title} →`));
  }
}

const date = (when: number): string => new Date(1000 * when).toLocaleString("en-GB", { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** How the last run of a page went. */
function mark(row: Row): HTMLElement {
  const { stored, step } = row;
  const [kind, text, said] = step ? ["busy", "", "is being computed"] : !stored ? ["none", "", ""]
    : stored.held === stored.checks ? ["good", "✓", `all ${stored.checks} checks hold`] : ["bad", "✗", `${stored.checks - stored.held} of ${stored.checks} checks miss`];
  return h("span", { class: `mark ${kind}`, title: said || null, role: said ? "img" : null, "aria-label": said || null }, text);
}

function entry(key: string, id: string, title: string, current: boolean, sign: HTMLElement | null = null): HTMLElement {
  return h("li", { "data-id": key === "id" ? id : null }, h("a", { href: link("gallery", { [key]: id }), "aria-current": current ? "page" : null }, title, sign));
}

function badge(kind: string): HTMLElement {
  return h("p", { class: "kind" }, h("b", {}, kind), KINDS[kind] ? ` · ${KINDS[kind]}` : "");
}
