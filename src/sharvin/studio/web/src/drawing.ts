// A figure that the server drew: shown as an image, so that nothing in it can run.
import { h } from "./dom";

export function drawing(svg: string, name: string): HTMLElement {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  const image = h("img", { src: url, alt: name });
  const save = h("a", { class: "quiet small", href: url, download: `${name.replace(/\W+/g, "-").toLowerCase()}.svg` }, "Save SVG");
  return h("figure", { class: "paper" }, image, h("figcaption", {}, save));
}
