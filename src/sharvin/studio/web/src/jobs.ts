// The jobs of the server as this page knows them: a list at the start, then an event per change.
import { call, listen, onConnection } from "./socket";

export interface Job {
  id: string; name: string; state: "waiting" | "running" | "finished" | "cancelled" | "failed";
  done: number; total: number; eta_s: number | null; started: string | number | null; message: string;
}

const jobs = new Map<string, Job>();
const observers = new Set<(changed: Job | null) => void>();

export const allJobs = (): Job[] => [...jobs.values()].sort((a, b) => began(b) - began(a));
export const jobOf = (id: string): Job | undefined => jobs.get(id);

function began(job: Job): number {
  if (typeof job.started === "number") return job.started;
  return job.started ? Date.parse(job.started) : Infinity;
}

function tell(changed: Job | null): void {
  for (const observer of observers) observer(changed);
}

/** Hears every change; null means that the whole list is new. */
export function onJobs(act: (changed: Job | null) => void): () => void {
  observers.add(act);
  return () => observers.delete(act);
}

export function startJobs(): void {
  listen<{ job: Job }>("job", ({ job }) => {
    jobs.set(job.id, job);
    tell(job);
  });
  onConnection((state) => {
    if (state !== "open") return;
    void call<Job[]>("jobs.list").then((list) => {
      jobs.clear();
      for (const job of list) jobs.set(job.id, job);
      tell(null);
    }).catch(() => undefined);
  });
}

export const isLive = (job: Job): boolean => job.state === "waiting" || job.state === "running";
