// A text field for device files: line numbers, colors for keys and values, problems at their lines.
import { h, refill, unique } from "./dom";

export interface Problem { line: number | null; key: string | null; message: string }

export class Editor {
  readonly element: HTMLElement;
  private readonly area: HTMLTextAreaElement;
  private readonly back = h("pre", { class: "back", "aria-hidden": "true" });
  private readonly gutter = h("pre", { class: "gutter", "aria-hidden": "true" });
  private readonly list = h("ul", { class: "problems", id: unique("problems"), "aria-live": "polite" });
  private wrong = new Set<number>();

  constructor(changed: (text: string) => void) {
    this.area = h("textarea", {
      spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", "aria-label": "Device file (TOML)",
      "aria-describedby": this.list.id,
      oninput: () => { this.paint(); changed(this.area.value); },
      onscroll: () => this.scroll(),
      onkeydown: (event: KeyboardEvent) => this.key(event),
    });
    const sheet = h("div", { class: "sheet" }, this.back, this.area);
    this.element = h("div", { class: "editor" }, h("div", { class: "page" }, this.gutter, sheet), this.list);
  }

  get text(): string { return this.area.value; }

  set text(text: string) {
    const { scrollTop, scrollLeft } = this.area;
    this.area.value = text;
    this.area.scrollTop = scrollTop;
    this.area.scrollLeft = scrollLeft;
    this.problems([]);
  }

  /** Shows what is wrong, each at its line; a click leads there. */
  problems(found: Problem[]): void {
    this.wrong = new Set(found.map((problem) => problem.line ?? 0));
    this.area.setAttribute("aria-invalid", String(found.length > 0));
    refill(this.list, ...found.map((problem) => h("li", {},
      h("button", { type: "button", class: "problem", onclick: () => this.go(problem.line ?? 1) },
        problem.line ? h("b", {}, `Line ${problem.line}`) : null, problem.key ? h("code", {}, problem.key) : null, h("span", {}, problem.message)))));
    this.paint();
  }

  /** Leads to the line number `index` of those that look like `pattern`. */
  goTo(pattern: RegExp, index: number): void {
    const found = this.area.value.split("\n").flatMap((text, i) => (pattern.test(text) ? [i + 1] : []));
    if (found[index]) this.go(found[index]);
  }

  private go(line: number): void {
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    this.area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(this.area).lineHeight));
  }

  /** Tab leaves the field, as everywhere; Ctrl+/ turns a line into a comment and back. */
  private key(event: KeyboardEvent): void {
    if (!(event.key === "/" && (event.ctrlKey || event.metaKey))) return;
    event.preventDefault();
    const { value, selectionStart } = this.area;
    const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const rest = value.slice(from);
    const turned = rest.startsWith("# ") ? rest.slice(2) : `# ${rest}`;
    const shift = rest.startsWith("# ") ? -2 : 2;
    this.area.value = value.slice(0, from) + turned;
    this.area.setSelectionRange(selectionStart + shift, selectionStart + shift);
    this.area.dispatchEvent(new Event("input"));
  }

  private scroll(): void {
    this.back.scrollTop = this.gutter.scrollTop = this.area.scrollTop;
    this.back.scrollLeft = this.area.scrollLeft;
  }

  private paint(): void {
    const lines = this.area.value.split("\n");
    refill(this.gutter, ...lines.map((_, i) => h("span", { class: this.wrong.has(i + 1) ? "wrong" : "" }, `${i + 1}\n`)));
    refill(this.back, ...lines.map((text, i) => h("span", { class: this.wrong.has(i + 1) ? "wrong" : "" }, ...colored(text), "\n")));
    this.scroll();
  }
}

const TOKENS = /(#.*$)|(^\s*\[\[?[^\]]*\]\]?)|(^\s*[\w."'-]+(?=\s*=))|("(?:[^"\\]|\\.)*"|'[^']*')|(\b[-+]?\d[\w.+-]*|\btrue\b|\bfalse\b)/g;
const KINDS = ["comment", "table", "name", "text", "value"];

function colored(line: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let end = 0;
  for (const match of line.matchAll(TOKENS)) {
    parts.push(line.slice(end, match.index));
    parts.push(h("span", { class: KINDS[match.slice(1).findIndex((group) => group !== undefined)] }, match[0]));
    end = match.index + match[0].length;
  }
  parts.push(line.slice(end));
  return parts;
}
