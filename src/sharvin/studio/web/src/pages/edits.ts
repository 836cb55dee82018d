// The way of a change from the picture into the device file, and back again: one after the other,
// of a gesture only the newest, with undo and redo over everything that changes the file.
import { bench } from "../bench";
import type { Change } from "../drafting";
import { call, type Refused } from "../socket";

interface Version { toml: string; template: string }

export class Edits {
  private waiting: { changes: Change[]; gesture: string | null }[] = [];
  private isBusy = false;
  private isSettled = false;
  private past: Version[] = [];
  private future: Version[] = [];
  private now: Version = version();

  /** `written` hears of every new text, `done` of the end of a gesture, `kept` when undo or redo change. */
  constructor(
    private readonly written: () => void, private readonly done: () => void,
    private readonly kept: (undo: boolean, redo: boolean) => void, private readonly refused: (error: Refused) => void,
  ) {}

  get isCurrent(): boolean { return !this.isBusy && !this.waiting.length; }

  change(changes: Change[], gesture: string | null): void {
    const last = this.waiting[this.waiting.length - 1];
    if (gesture && last?.gesture === gesture) last.changes = changes;
    else this.waiting.push({ changes, gesture });
    void this.run();
  }

  /** A gesture is over: when all of it is written, it is one step of undo. */
  settle(): void {
    this.isSettled = true;
    if (this.isCurrent) this.finish();
  }

  /** The file as it is becomes one step of undo, if it is another one. */
  commit(): void {
    if (this.now.toml !== bench.toml) {
      this.past.push(this.now);
      this.future = [];
      if (this.past.length > 200) this.past.shift();
    }
    this.now = version();
    this.kept(this.past.length > 0, this.future.length > 0);
  }

  undo(): void { this.go(this.past, this.future); }
  redo(): void { this.go(this.future, this.past); }

  private go(from: Version[], to: Version[]): void {
    this.commit();
    const next = from.pop();
    if (!next || !this.isCurrent) return;
    to.push(this.now);
    this.now = next;
    Object.assign(bench, next);
    this.kept(this.past.length > 0, this.future.length > 0);
    this.written();
    this.done();
  }

  private async run(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    for (let one = this.waiting.shift(); one; one = this.waiting.shift()) {
      try {
        const { toml } = await call<{ toml: string }>("device.edit", { toml: bench.toml, changes: one.changes });
        bench.toml = toml;
        this.written();
      } catch (error) {
        this.refused(error as Refused);
      }
    }
    this.isBusy = false;
    if (this.isSettled) this.finish();
  }

  private finish(): void {
    this.isSettled = false;
    this.commit();
    this.done();
  }
}

const version = (): Version => ({ toml: bench.toml, template: bench.template });
