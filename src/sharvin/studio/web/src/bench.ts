// The device on the bench: its file and the point it stands at, shared by the pages and the address.
import { packed, place, remember, unpacked } from "./hash";
import { call } from "./socket";

export interface Template { name: string; toml: string }
export interface Parameter { name: string; unit: string; min: number; max: number; value: number }
export interface Checked { ok: boolean; problems: { line: number | null; key: string | null; message: string }[]; parameters: Parameter[]; sites: number }

export const bench = { template: "", toml: "", values: {} as Record<string, number>, energy: null as number | null };
let templates: Template[] = [];

export async function allTemplates(): Promise<Template[]> {
  if (!templates.length) templates = await call<Template[]>("device.templates");
  return templates;
}

/** Puts on the bench what the address names, else what lies there, else the first template. */
export async function startBench(): Promise<void> {
  const all = await allTemplates();
  const { state } = place();
  const letters = state.get("toml");
  const named = all.find((one) => one.name === state.get("template"));
  if (letters) {
    bench.toml = await unpacked(letters).catch(() => all[0]!.toml);
    bench.template = named?.name ?? "";
  } else if (named || !bench.toml) {
    const chosen = named ?? all.find((one) => one.name === "qpc") ?? all[0]!;
    if (bench.template !== chosen.name || !bench.toml) bench.values = {};
    bench.toml = chosen.toml;
    bench.template = chosen.name;
  }
  for (const [name, value] of state) {
    if (name.startsWith("p.") && Number.isFinite(Number(value))) bench.values[name.slice(2)] = Number(value);
  }
  const energy = state.get("energy");
  if (energy) bench.energy = Number(energy);
}

export function takeTemplate(name: string): void {
  const chosen = templates.find((one) => one.name === name);
  if (!chosen) return;
  Object.assign(bench, { template: name, toml: chosen.toml, values: {}, energy: null });
}

/** Writes the bench into the address. */
export async function rememberBench(extra: Record<string, string | null> = {}): Promise<void> {
  const own = templates.some((one) => one.name === bench.template && one.toml === bench.toml);
  const letters = own ? null : await packed(bench.toml);
  const gone = [...place().state.keys()].filter((name) => name.startsWith("p."));
  remember({
    ...Object.fromEntries(gone.map((name) => [name, null])),
    template: bench.template || null, toml: letters,
    energy: bench.energy === null ? null : String(bench.energy),
    ...Object.fromEntries(Object.entries(bench.values).map(([name, value]) => [`p.${name}`, String(Number(value.toPrecision(8)))])),
    ...extra,
  });
}
