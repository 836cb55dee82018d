// What a fit needs: which column is what, in which unit, and its options. Guessed first, then chosen.
import { ratio } from "../convert";
import { h, refill } from "../dom";

export interface Column { name: string; unit: string; label: string; values: unknown }
export interface Role { name: string; label: string; unit: string; optional: boolean }
export interface Option { name: string; label: string; unit: string; value: number | boolean | string | null; choices: string[] }
export interface Kind { id: string; title: string; columns: Role[]; options: Option[] }
interface Chosen { column: string; unit: string }

export class Roles {
  readonly element = h("div", {});
  private chosen: Record<string, Chosen> = {};
  private options: Record<string, number | boolean | string | null> = {};

  constructor(private readonly changed: () => void) {}

  show(kind: Kind, columns: Column[]): void {
    this.chosen = guess(kind.columns, columns);
    this.options = Object.fromEntries(kind.options.map((one) => [one.name, one.value]));
    refill(this.element,
      h("div", { class: "scroll" }, h("table", { class: "axes" },
        h("thead", {}, h("tr", {}, ...["Quantity", "Column", "Unit"].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, ...kind.columns.map((role) => this.row(role, columns))))),
      kind.options.length ? h("div", { class: "options" }, ...kind.options.map((one) => this.option(one))) : null);
  }

  /** Columns as a fit takes them; those that are not chosen are left out. */
  get columns(): Record<string, [string, string]> {
    return Object.fromEntries(Object.entries(this.chosen).filter(([, one]) => one.column).map(([role, one]) => [role, [one.column, one.unit]]));
  }

  get values(): Record<string, number | boolean | string> {
    const set = Object.entries(this.options).filter((one): one is [string, number | boolean | string] => one[1] !== null);
    return Object.fromEntries(set);
  }

  of(role: string): Chosen | undefined { return this.chosen[role]; }

  private row(role: Role, columns: Column[]): HTMLElement {
    const mine = this.chosen[role.name]!;
    const unit = h("input", { type: "text", size: 6, value: mine.unit, "aria-label": `unit of ${role.label}`, onchange: () => {
      mine.unit = unit.value.trim();
      this.changed();
    } });
    const choice = h("select", { "aria-label": `column of ${role.label}`, onchange: () => {
      mine.column = choice.value;
      const found = columns.find((column) => column.name === choice.value);
      if (found?.unit) unit.value = mine.unit = found.unit;
      this.changed();
    } }, role.optional || !mine.column ? h("option", { value: "" }, role.optional ? "none" : "choose …") : null,
    ...columns.map((column) => h("option", { value: column.name }, column.label || column.name)));
    choice.value = mine.column;
    return h("tr", {}, h("th", { scope: "row" }, role.label), h("td", {}, choice), h("td", {}, unit));
  }

  private option(one: Option): HTMLElement {
    const name = one.unit ? `${one.label} (${one.unit})` : one.label;
    if (typeof one.value === "boolean") {
      const box = h("input", { type: "checkbox", checked: one.value, onchange: () => { this.options[one.name] = box.checked; } });
      return h("label", { class: "inline" }, box, ` ${name}`);
    }
    if (one.choices.length) {
      const choice = h("select", { onchange: () => { this.options[one.name] = choice.value; } }, ...one.choices.map((text) => h("option", { value: text }, text)));
      choice.value = String(one.value);
      return h("label", { class: "inline" }, `${name} `, choice);
    }
    const field = h("input", { type: "text", inputmode: "decimal", size: 7, value: one.value ?? "", placeholder: "auto", onchange: () => {
      const typed = Number(field.value.replace("−", "-"));
      this.options[one.name] = field.value.trim() && Number.isFinite(typed) ? typed : null;
    } });
    return h("label", { class: "inline" }, `${name} `, field);
  }
}

/** By unit and by likeness of names; what is left is taken in the order of the file. */
function guess(roles: Role[], columns: Column[]): Record<string, Chosen> {
  const free = new Set(columns);
  const found: Record<string, Chosen> = {};
  const alike = (role: Role, column: Column): number => {
    const [a, b] = [`${role.name} ${role.label}`.toLowerCase(), `${column.name} ${column.label}`.toLowerCase()];
    const named = b.split(/\W+/).some((word) => word.length > 1 && a.includes(word)) || role.name.toLowerCase() === column.name.toLowerCase();
    const fits = column.unit && role.unit && ratio(column.unit, role.unit) !== null;
    return (named ? 2 : 0) + (fits ? 3 : 0);
  };
  for (const role of roles) {
    const best = [...free].sort((a, b) => alike(role, b) - alike(role, a))[0];
    const taken = best && (alike(role, best) > 1 || !role.optional) ? best : undefined;
    if (taken) free.delete(taken);
    found[role.name] = { column: taken?.name ?? "", unit: taken?.unit || role.unit };
  }
  return found;
}
