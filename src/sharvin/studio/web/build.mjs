// Bundles the pages into ../static. With --check nothing is written: it says whether what lies
// there is what these sources give.
import { build } from "esbuild";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");

const bundle = await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/* sharvin studio; contains uPlot 1.6.32, MIT, see uplot.txt */" },
  write: false,
});
const files = new Map(bundle.outputFiles.map((file) => [file.path, Buffer.from(file.contents)]));
for (const name of ["index.html", "icon.svg"]) {
  files.set(join(out, name), readFileSync(join(here, "src", name)));
}
files.set(join(out, "uplot.txt"), readFileSync(join(here, "node_modules", "uplot", "LICENSE")));

const stale = [...files].filter(([path, made]) => !existsSync(path) || !readFileSync(path).equals(made));
if (process.argv.includes("--check")) {
  for (const [path] of stale) console.error(`${path} is not what the sources give: make web`);
  process.exit(stale.length ? 1 : 0);
}
mkdirSync(out, { recursive: true });
for (const [path, made] of files) {
  writeFileSync(path, made);
  console.log(`${path.slice(out.length + 1).padEnd(12)} ${(made.length / 1024).toFixed(1)} kB`);
}
