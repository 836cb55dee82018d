// Light and dark: what the reader chose, else what the system says. Canvas drawings read the colors
// from the style sheet, so there is one palette.

type Theme = "light" | "dark";
const observers = new Set<() => void>();
const system = window.matchMedia("(prefers-color-scheme: dark)");

function stored(): Theme | null {
  try { return localStorage.getItem("sharvin.theme") as Theme | null; } catch { return null; }
}

export const theme = (): Theme => stored() ?? (system.matches ? "dark" : "light");

function apply(): void {
  document.documentElement.dataset.theme = theme();
  for (const observer of observers) observer();
}

export function startTheme(): void {
  system.addEventListener("change", apply);
  apply();
}

export function toggleTheme(): void {
  const other = theme() === "dark" ? "light" : "dark";
  try { localStorage.setItem("sharvin.theme", other); } catch { /* private window: it lasts as long as the page */ }
  apply();
}

/** Calls `act` when the colors change; the returned function stops it. */
export function onTheme(act: () => void): () => void {
  observers.add(act);
  return () => observers.delete(act);
}

export const color = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Color of the curve number `index`. */
export const curveColor = (index: number): string => color(`curve-${(index % 6) + 1}`);

export const fontOf = (size: number, weight = 400): string => `${weight} ${size}px ${color("sans")}`;
