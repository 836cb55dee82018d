// Elements in one call, without a framework: h("button", { class: "quiet", onclick }, "Cancel").

export type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, unknown>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  dress(element, attributes);
  fill(element, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  fill(element, children);
  return element;
}

function dress(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "value" && "value" in element) (element as HTMLInputElement).value = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

function fill(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** Puts `children` in the place of whatever `parent` holds. */
export function refill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  fill(parent, children);
}

/** Text in which _x stands lower: ħω_y. */
export function lowered(text: string): Node {
  const parts = text.split(/_(\{[^}]+\}|[A-Za-z0-9]+)/);
  const found = document.createDocumentFragment();
  parts.forEach((part, i) => found.append(i % 2 ? h("sub", {}, part.replace(/[{}]/g, "")) : part));
  return found;
}

let count = 0;
/** A name that no other element of the page has. */
export const unique = (stem: string): string => `${stem}-${++count}`;

/** Calls `act` once, `wait` ms after the last of many calls. */
export function settled<A extends unknown[]>(wait: number, act: (...args: A) => void): (...args: A) => void {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => act(...args), wait);
  };
}

/** Says something to a screen reader, without moving the focus. */
export function announce(text: string): void {
  const voice = document.getElementById("voice");
  if (voice) voice.textContent = text;
}

export const isNarrow = (): boolean => window.matchMedia("(max-width: 760px)").matches;
