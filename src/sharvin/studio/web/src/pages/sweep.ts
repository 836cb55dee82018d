// Sweep: which parameters run, from where to where; the jobs with progress; curves as they come.
import { readAxes, writeAxes, type AxisRow } from "../axes";
import { bench, rememberBench, startBench, type Checked, type Parameter } from "../bench";
import { announce, h, refill, settled } from "../dom";
import { Editor } from "../editor";
import { place, remember } from "../hash";
import { allJobs, isLive, jobOf, onJobs, type Job } from "../jobs";
import { ResultView, type Result } from "../result";
import { call, fileOf, type Refused } from "../socket";
import { duration, figure } from "../units";

const STATES = { waiting: "waiting", running: "running", finished: "finished", cancelled: "stopped", failed: "failed" };
const FILES: [string, string][] = [["nc", "NetCDF"], ["csv", "CSV"], ["png", "PNG"], ["toml", "TOML"], ["py", "Python"]];

export async function sweepPage(host: HTMLElement): Promise<() => void> {
  await startBench();
  const page = new SweepPage(host);
  return () => page.destroy();
}

class SweepPage {
  private readonly editor = new Editor((text) => { bench.toml = text; this.late(); });
  private readonly rows = h("tbody");
  private readonly add = h("select", { "aria-label": "Add an axis", onchange: () => this.addAxis() });
  private readonly start = h("button", { type: "button", class: "button primary", onclick: () => void this.begin() }, "Start");
  private readonly note = h("p", { class: "note", role: "status" });
  private readonly facts = h("p", { class: "facts" });
  private readonly list = h("ul", { class: "jobs" });
  private readonly head = h("div", { class: "jobhead" });
  private readonly view = new ResultView();
  private readonly code = h("div", {});
  private readonly stop: () => void;
  private readonly late = settled(300, () => this.check());
  private parameters: Parameter[] = [];
  private axes: AxisRow[] = [];
  private chosen = place().state.get("job") ?? "";
  private asked = 0;
  private shown = -1;
  private timer = 0;

  constructor(host: HTMLElement) {
    this.editor.text = bench.toml;
    host.append(h("div", { class: "sweep" },
      h("div", { class: "column" },
        h("section", { class: "card", "aria-label": "New sweep" }, h("h2", {}, "New sweep"),
          h("div", { class: "scroll" }, h("table", { class: "axes" },
            h("thead", {}, h("tr", {}, ...["Axis", "From", "To", "Points", ""].map((name) => h("th", { scope: "col" }, name)))), this.rows)),
          h("div", { class: "row" }, this.add, this.start), this.facts, this.note,
          h("details", { class: "file" }, h("summary", {}, "Device file"), this.editor.element)),
        h("section", { class: "card", "aria-label": "Jobs" }, h("h2", {}, "Jobs"), this.list)),
      h("section", { class: "card shown", "aria-label": "Result" }, this.head, this.view.element, this.code)));
    this.stop = onJobs((job) => this.changed(job));
    this.check();
    this.drawJobs();
    this.choose(this.chosen || allJobs()[0]?.id || "");
  }

  destroy(): void {
    this.stop();
    clearTimeout(this.timer);
    this.view.destroy();
  }

  private check(): void {
    void rememberBench();
    call<Checked>("device.check", { toml: bench.toml }, "check").then((found) => {
      this.editor.problems(found.problems);
      this.start.disabled = !found.ok;
      if (!found.ok) {
        const first = found.problems[0]!;
        refill(this.facts, h("span", { class: "trouble" }, `${first.line ? `Line ${first.line}: ` : ""}${first.message}`));
        return;
      }
      this.parameters = found.parameters;
      this.axes = readAxes(bench.toml);
      this.drawAxes(found.sites);
    }).catch((error: Refused) => this.say(error));
  }

  private drawAxes(sites: number): void {
    refill(this.rows, ...this.axes.map((axis, i) => this.row(axis, i)));
    if (!this.axes.length) refill(this.rows, h("tr", {}, h("td", { colspan: 5, class: "facts" }, "No parameter runs; the file may still sweep its energy.")));
    const free = this.parameters.filter((one) => !this.axes.some((axis) => axis.name === one.name));
    this.add.hidden = !free.length;
    refill(this.add, h("option", { value: "" }, "Add an axis …"), ...free.map((one) => h("option", { value: one.name }, one.name)));
    const points = this.axes.filter((axis) => axis.raw === null).reduce((product, axis) => product * axis.points, 1);
    refill(this.facts, `${points.toLocaleString("en").replaceAll(",", " ")} settings of a device with ${sites.toLocaleString("en").replaceAll(",", " ")} sites`);
  }

  private row(axis: AxisRow, index: number): HTMLElement {
    const remove = h("button", { type: "button", class: "quiet", "aria-label": `${axis.name} shall not run`, onclick: () => this.removeAxis(index) }, "×");
    if (axis.raw !== null) {
      return h("tr", {}, h("th", { scope: "row" }, axis.name), h("td", { colspan: 3 }, h("code", {}, axis.raw)), h("td", {}, remove));
    }
    const field = (key: "from" | "to" | "points", size: number): HTMLElement => {
      const input = h("input", { type: "text", size, value: String(axis[key]).replace("-", "−"), "aria-label": `${axis.name}, ${key}`, onchange: () => {
        const text = input.value.replaceAll("−", "-").trim();
        if (key === "points") axis.points = Math.max(1, Math.round(Number(text)) || axis.points);
        else axis[key] = text;
        this.rewrite();
      } });
      return h("td", {}, input);
    };
    return h("tr", {}, h("th", { scope: "row" }, axis.name), field("from", 9), field("to", 9), field("points", 5), h("td", {}, remove));
  }

  private addAxis(): void {
    const one = this.parameters.find((parameter) => parameter.name === this.add.value);
    if (!one) return;
    const text = (value: number): string => `${Number(value.toPrecision(6))} ${one.unit}`.trim();
    this.axes.push({ name: one.name, from: text(one.min), to: text(one.max), points: 41, raw: null });
    this.rewrite();
  }

  private removeAxis(index: number): void {
    this.axes.splice(index, 1);
    this.rewrite();
  }

  /** Parameters that do not run stay where the sliders of the Device page left them. */
  private rewrite(): void {
    const fixed: Record<string, string> = {};
    for (const one of this.parameters) {
      if (this.axes.some((axis) => axis.name === one.name)) continue;
      fixed[one.name] = `${Number((bench.values[one.name] ?? one.value).toPrecision(8))} ${one.unit}`.trim();
    }
    bench.toml = writeAxes(bench.toml, this.axes, fixed);
    this.editor.text = bench.toml;
    this.check();
  }

  private async begin(): Promise<void> {
    this.start.disabled = true;
    this.note.textContent = "";
    try {
      const { job } = await call<{ job: Job | string }>("sweep.start", { toml: bench.toml });
      this.choose(typeof job === "string" ? job : job.id);
    } catch (error) {
      this.say(error as Refused);
    }
    this.start.disabled = false;
  }

  private changed(job: Job | null): void {
    this.drawJobs();
    if (!this.chosen && !job) this.choose(allJobs()[0]?.id ?? "");
    else if (!job || job.id === this.chosen) this.drawChosen();
    if (job?.id === this.chosen && !isLive(job)) announce(`${job.name} ${STATES[job.state]}`);
  }

  private drawJobs(): void {
    const jobs = allJobs();
    const rows = jobs.map((job) => h("li", {}, h("button", { type: "button", class: "job", "aria-current": job.id === this.chosen ? "true" : null, onclick: () => this.choose(job.id) },
      h("span", { class: "name" }, job.name), h("span", { class: `state ${job.state}` }, STATES[job.state]),
      h("progress", { max: job.total || 1, value: job.done, "aria-label": `progress of ${job.name}` }))));
    refill(this.list, ...(rows.length ? rows : [h("li", { class: "facts" }, "None yet. What is computed here stays in the results folder, also after a restart.")]));
  }

  private choose(id: string): void {
    this.chosen = id;
    this.shown = -1;
    remember({ job: id || null });
    this.drawJobs();
    this.drawChosen();
    refill(this.code);
    if (id) this.askCode(id);
  }

  private drawChosen(): void {
    const job = jobOf(this.chosen);
    if (!job) {
      refill(this.head, h("h2", {}, "Result"), h("p", { class: "facts" }, "Choose a job, or start one."));
      return;
    }
    const act = (verb: string, text: string): HTMLElement => h("button", { type: "button", class: "button", onclick: () => {
      call(verb, { job: job.id }).catch((error: Refused) => this.say(error));
    } }, text);
    refill(this.head,
      h("div", { class: "row" }, h("h2", {}, job.name), h("span", { class: `state ${job.state}`, "data-state": job.state }, STATES[job.state]),
        isLive(job) ? act("job.cancel", "Stop") : null, job.state === "cancelled" || job.state === "failed" ? act("job.resume", "Resume") : null),
      h("div", { class: "row" }, h("progress", { class: "wide", max: job.total || 1, value: job.done, "aria-label": "points done" }),
        h("span", { class: "facts" }, job.total ? `${job.done} of ${job.total} points` : "starting …", isLive(job) && job.eta_s !== null && job.eta_s !== undefined ? `, about ${duration(job.eta_s)} left` : "",
          job.total ? ` (${figure((100 * job.done) / job.total, 3)} %)` : "")),
      job.message ? h("p", { class: job.state === "failed" ? "trouble" : "facts" }, job.message) : null,
      h("div", { class: "row downloads", role: "group", "aria-label": "Downloads" }, ...FILES.filter(([kind]) => job.state === "finished" || kind === "toml" || kind === "py").map(([kind, name]) =>
        h("a", { class: "button quiet", href: fileOf(job.id, kind), download: "", "data-file": kind }, name))));
    this.askData(job);
  }

  /** New numbers at most once a second while the job runs, and once when it ends. */
  private askData(job: Job): void {
    if (!job.done || (job.done === this.shown && isLive(job))) return;
    const pause = isLive(job) ? Math.max(0, this.asked + 1000 - Date.now()) : 0;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.asked = Date.now();
      call<Result>("job.data", { job: job.id }, "job.data").then((result) => {
        if (job.id !== this.chosen) return;
        this.shown = job.done;
        this.view.show(result);
      }).catch((error: Refused) => this.say(error));
    }, pause);
  }

  private askCode(id: string): void {
    call<{ toml: string; python: string }>("job.code", { job: id }, "code").then(({ python, toml }) => {
      refill(this.code, h("details", {}, h("summary", {}, "Code that gives the same numbers"),
        h("h3", {}, "Python"), h("pre", { class: "code", tabindex: "0" }, python), h("h3", {}, "Device file"), h("pre", { class: "code", tabindex: "0" }, toml)));
    }).catch(() => undefined);
  }

  private say(error: Refused): void {
    if (!error.superseded) this.note.textContent = error.message;
  }
}
