// The frame around the pages: head, navigation, theme, and which page the address asks for.
import "uplot/dist/uPlot.min.css";
import "./app.css";
import { h, refill, svg } from "./dom";
import { link, place } from "./hash";
import { startJobs } from "./jobs";
import { dataPage } from "./pages/data";
import { devicePage } from "./pages/device";
import { galleryPage } from "./pages/gallery";
import { sweepPage } from "./pages/sweep";
import { connect, onConnection, type Refused } from "./socket";
import { onTheme, startTheme, theme, toggleTheme } from "./theme";

type Page = (host: HTMLElement) => Promise<() => void>;
const PAGES: Record<string, [string, Page]> = {
  device: ["Device", devicePage], sweep: ["Sweep", sweepPage], gallery: ["Gallery", galleryPage], data: ["Data", dataPage],
};

const host = h("main", { id: "page", tabindex: "-1" });
const tabs = h("nav", { "aria-label": "Pages" });
const line = h("span", { class: "line", role: "status" });
let leave: (() => void) | null = null;
let turn = 0;

function head(): HTMLElement {
  const mark = svg("svg", { viewBox: "0 0 46 26", class: "logo", "aria-hidden": "true" },
    svg("path", { d: "M2 24h7c3 0 1-7 4-7h6c3 0 1-7 4-7h6c3 0 1-7 4-7h11" }));
  const light = h("button", { type: "button", class: "quiet", "aria-label": "Dark colors", onclick: toggleTheme });
  const say = (): void => {
    refill(light, theme() === "dark" ? "Light" : "Dark");
    light.setAttribute("aria-label", theme() === "dark" ? "Light colors" : "Dark colors");
  };
  say();
  onTheme(say);
  return h("header", {}, h("a", { class: "brand", href: link("device") }, mark, h("span", {}, "sharvin"), h("small", {}, "studio")), tabs, line, light);
}

async function show(): Promise<void> {
  const { page } = place();
  const [title, open] = PAGES[page] ?? PAGES["device"]!;
  const mine = ++turn;
  leave?.();
  leave = null;
  document.title = `${title} · sharvin studio`;
  refill(tabs, ...Object.entries(PAGES).map(([name, [text]]) => h("a", { href: link(name), "aria-current": text === title ? "page" : null }, text)));
  const inside = h("div", { class: "inside" });
  refill(host, inside);
  try {
    const found = await open(inside);
    if (mine === turn) leave = found;
    else found();
    document.documentElement.dataset.ready = page;
  } catch (error) {
    refill(inside, h("p", { class: "card trouble" }, (error as Refused).message));
  }
}

startTheme();
document.body.append(
  h("a", { class: "skip", href: "#page", onclick: (event: Event) => { event.preventDefault(); host.focus(); } }, "To the page"),
  head(), host, h("div", { id: "voice", class: "hidden", "aria-live": "polite" }));
onConnection((state) => {
  line.textContent = state === "lost" ? "No connection to the server; trying again …" : "";
  line.classList.toggle("lost", state === "lost");
});
connect();
startJobs();
addEventListener("hashchange", () => void show());
void show();
