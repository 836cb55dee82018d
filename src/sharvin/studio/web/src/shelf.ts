// What was computed of the gallery and what is being computed, on every page and after a reload.
import { call, listen, onConnection, type Refused } from "./socket";

export interface Stored { seconds: number; when: number; held: number; checks: number }
export interface Row { id: string; title: string; statement: string; kind: string; references: string[]; stored: Stored | null; step: string | null }
interface Told { id: string; step: string | null; stored: Stored | null }

const rows = new Map<string, Row>();
const began = new Map<string, number>();
const observers = new Set<(id: string) => void>();
const troubles = new Map<string, string>();
let left: string[] = []; // of a run of all pages
let total = 0;

export const allRows = (): Row[] => [...rows.values()];
export const rowOf = (id: string): Row | undefined => rows.get(id);
export const troubleOf = (id: string): string => troubles.get(id) ?? "";
export const runOfAll = (): { done: number; total: number } | null => (total ? { done: total - left.length, total } : null);

/** Seconds for which a page has been computed. */
export const passed = (id: string): number => (performance.now() - (began.get(id) ?? performance.now())) / 1000;

export function onShelf(act: (id: string) => void): () => void {
  observers.add(act);
  return () => observers.delete(act);
}

const tell = (id: string): void => { for (const observer of observers) observer(id); };

export async function openShelf(): Promise<void> {
  if (rows.size) return;
  listen<Told>("page", ({ id, step, stored }) => {
    const row = rows.get(id);
    if (!row) return;
    if (step && !row.step) began.set(id, performance.now());
    Object.assign(row, { step, stored: stored ?? row.stored });
    tell(id);
  });
  onConnection((state) => { if (state === "open" && rows.size) void load(); });
  await load();
}

async function load(): Promise<void> {
  for (const row of await call<Row[]>("gallery.list")) {
    rows.set(row.id, row);
    tell(row.id);
  }
}

/** Computes a page; what comes of it is heard as an event. */
export async function compute(id: string): Promise<boolean> {
  troubles.delete(id);
  try {
    await call("gallery.run", { id });
    return true;
  } catch (error) {
    const { message } = error as Refused;
    if (message !== "stopped") troubles.set(id, message);
    tell(id);
    return message !== "stopped";
  }
}

export const stop = (id: string): Promise<unknown> => call("gallery.stop", { id });

/** Computes every page that has no result yet, or all of them again; one after the other. */
export async function computeAll(): Promise<void> {
  const open = allRows().filter((row) => !row.stored).map((row) => row.id);
  left = open.length ? open : allRows().map((row) => row.id);
  total = left.length;
  for (let id = left[0]; id && total; id = left[0]) {
    tell(id);
    if (!(await compute(id))) break;
    left.shift();
  }
  stopAll();
}

export function stopAll(): void {
  const id = left[0];
  left = [];
  total = 0;
  if (id && rows.get(id)?.step) void stop(id);
  tell(id ?? "");
}
