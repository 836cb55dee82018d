// Gallery: every phenomenon with its statement, its figure and the checks behind it; formulas with sliders.
import { h, isNarrow, refill } from "../dom";
import { link, place } from "../hash";
import { call, type Refused } from "../socket";
import { drawing } from "../drawing";
import { duration } from "../units";
import { checkTable, type Check } from "./checks";
import { FormulaView, type Formula } from "./formula";

interface Row { id: string; title: string; statement: string; kind: string }
interface Page extends Row { figure_svg: string; checks: Check[]; references: string[]; seconds: number }

const KINDS: Record<string, string> = {
  computed: "solved on a lattice by the solvers that you call too",
  "exact small system": "solved exactly for a small system",
  formula: "a closed form, evaluated",
  phenomenology: "a description fitted to experiments",
};

let rows: Row[] = [];
let formulas: Formula[] = [];

export async function galleryPage(host: HTMLElement): Promise<() => void> {
  if (!rows.length) [rows, formulas] = await Promise.all([call<Row[]>("gallery.list"), call<Formula[]>("formula.list")]);
  const { state } = place();
  const view = new GalleryPage(host, state.get("id"), state.get("formula"));
  return () => view.destroy();
}

class GalleryPage {
  private readonly main = h("article", { class: "card phenomenon", tabindex: "-1" });
  private readonly list: HTMLElement;
  private formula: FormulaView | null = null;
  private readonly host = h("div", { class: "gallery" });

  constructor(parent: HTMLElement, id: string | null, formula: string | null) {
    const filter = h("input", { type: "search", placeholder: "Find …", "aria-label": "Find a phenomenon", oninput: () => this.filter(filter.value) });
    this.list = h("nav", { class: "card contents", "aria-label": "Phenomena" }, filter,
      h("h2", {}, "Phenomena"), h("ul", {}, ...rows.map((row) => entry("id", row.id, row.title, row.id === id))),
      h("h2", {}, "Formulas with sliders"), h("ul", {}, ...formulas.map((one) => entry("formula", one.id, one.title, one.id === formula))));
    this.host.append(this.list, this.main);
    parent.append(this.host);
    if (formula) this.showFormula(formula);
    else if (id || !isNarrow()) this.show(id ?? rows[0]!.id);
    else this.host.classList.add("index");
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  destroy(): void { this.formula?.destroy(); }

  private filter(text: string): void {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of this.list.querySelectorAll<HTMLElement>("li")) {
      const statement = rows.find((row) => row.id === item.dataset.id)?.statement ?? "";
      const found = `${item.textContent} ${item.dataset.id} ${statement}`.toLowerCase();
      item.hidden = !words.every((word) => found.includes(word));
    }
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
    this.formula = new FormulaView(one, "formula");
    refill(this.main, this.back(), badge("formula"), h("h1", {}, one.title), this.formula.element);
  }

  private show(id: string): void {
    const row = rows.find((one) => one.id === id);
    if (!row) {
      refill(this.main, this.back(), h("p", { class: "trouble" }, `There is no phenomenon ${id}.`));
      return;
    }
    const result = h("div", { class: "computed", "aria-live": "polite" });
    const slider = formulas.find((one) => one.id === id);
    if (slider) this.formula = new FormulaView(slider, null);
    refill(this.main, this.back(), badge(row.kind), h("h1", {}, row.title), h("p", { class: "statement" }, row.statement),
      this.formula?.element, result, this.turns(id));
    this.run(id, result);
  }

  private run(id: string, result: HTMLElement): void {
    const began = performance.now();
    const clock = h("span", {}, "");
    const timer = window.setInterval(() => { clock.textContent = duration((performance.now() - began) / 1000); }, 500);
    refill(result, h("p", { class: "busy" }, h("i", { class: "spin" }), "Computing on your machine … ", clock));
    call<Page>("gallery.run", { id }, "gallery").then((page) => {
      refill(result,
        drawing(page.figure_svg, `Figure: ${page.title}`),
        h("h2", {}, "Checks"), checkTable(page.checks),
        h("h2", {}, "References"), h("ul", { class: "references" }, ...page.references.map((text) => h("li", {}, text))),
        h("p", { class: "facts" }, `Computed here in ${duration(page.seconds)}. On the command line: `, h("code", {}, `sharvin gallery ${id}`)));
    }).catch((error: Refused) => {
      if (!error.superseded) refill(result, h("p", { class: "trouble" }, error.message), h("button", { class: "button", type: "button", onclick: () => this.run(id, result) }, "Try again"));
    }).finally(() => clearInterval(timer));
  }

  private turns(id: string): HTMLElement {
    const at = rows.findIndex((row) => row.id === id);
    const turn = (row: Row | undefined, text: (title: string) => string): HTMLElement | null =>
      row ? h("a", { href: link("gallery", { id: row.id }) }, text(row.title)) : null;
    return h("div", { class: "turns" }, turn(rows[at - 1], (title) => `← ${title}`), turn(rows[at + 1], (title) => `${title} →`));
  }
}

function entry(key: string, id: string, title: string, current: boolean): HTMLElement {
  return h("li", { "data-id": id }, h("a", { href: link("gallery", { [key]: id }), "aria-current": current ? "page" : null }, title));
}

function badge(kind: string): HTMLElement {
  return h("p", { class: "kind" }, h("b", {}, kind), KINDS[kind] ? ` · ${KINDS[kind]}` : "");
}

