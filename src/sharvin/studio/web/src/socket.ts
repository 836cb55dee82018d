// One WebSocket for all verbs. Requests of one slot never pile up: while one is under way, only the
// newest of the others waits.

export interface Where { line?: number; key?: string }

export class Refused extends Error {
  constructor(message: string, readonly where: Where | null = null) { super(message); }
  get superseded(): boolean { return this.message === "superseded"; }
}

interface Packed { shape: number[]; b64: string; dtype: string }
interface Waiting { resolve: (value: never) => void; reject: (error: Refused) => void; slot?: string }
interface Request { verb: string; args: object; slot?: string }
export type Connection = "connecting" | "open" | "lost";

export const token = new URLSearchParams(location.search).get("token") ?? "";
const waiting = new Map<number, Waiting>();
const busy = new Map<string, number>();
const next = new Map<string, [Request, Waiting]>();
const queue: [Request, Waiting][] = [];
const listeners = new Map<string, Set<(message: never) => void>>();
const observers = new Set<(state: Connection) => void>();
let socket: WebSocket | null = null;
let pause = 250;
let last = 0;
let state: Connection = "connecting";

export function connect(): void {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?token=${encodeURIComponent(token)}`);
  socket.onopen = () => {
    pause = 250;
    tell("open");
    for (const [request, promise] of queue.splice(0)) send(request, promise);
  };
  socket.onmessage = (event) => receive(JSON.parse(String(event.data)));
  socket.onclose = () => {
    tell("lost");
    const lost = new Refused("The connection to the server was lost; it is being tried again.");
    for (const one of waiting.values()) one.reject(lost);
    for (const [, one] of next.values()) one.reject(lost);
    waiting.clear(); busy.clear(); next.clear();
    setTimeout(connect, pause);
    pause = Math.min(pause * 1.6, 4000);
  };
}

function tell(now: Connection): void {
  state = now;
  for (const observer of observers) observer(state);
}

export function onConnection(observer: (state: Connection) => void): void {
  observers.add(observer);
  observer(state);
}

/** Asks the server; the newest request of a `slot` wins. */
export function call<T>(verb: string, args: object = {}, slot?: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const promise: Waiting = { resolve: resolve as (value: never) => void, reject, slot };
    const request = { verb, args, slot };
    if (slot && busy.has(slot)) {
      next.get(slot)?.[1].reject(new Refused("superseded"));
      next.set(slot, [request, promise]);
    } else if (socket?.readyState === WebSocket.OPEN) {
      send(request, promise);
    } else {
      queue.push([request, promise]);
    }
  });
}

function send(request: Request, promise: Waiting): void {
  const id = ++last;
  waiting.set(id, promise);
  if (request.slot) busy.set(request.slot, id);
  socket!.send(JSON.stringify({ id, ...request }));
}

function receive(message: { id?: number; event?: string; ok?: boolean; result?: unknown; error?: string; where?: Where }): void {
  if (message.event) {
    for (const listener of listeners.get(message.event) ?? []) listener(message as never);
    return;
  }
  const promise = waiting.get(message.id!);
  if (!promise) return;
  waiting.delete(message.id!);
  if (promise.slot && busy.get(promise.slot) === message.id) {
    busy.delete(promise.slot);
    const follow = next.get(promise.slot);
    next.delete(promise.slot);
    if (follow) send(...follow);
  }
  if (message.ok) promise.resolve(message.result as never);
  else promise.reject(new Refused(message.error ?? "The server gave no answer.", message.where ?? null));
}

/** Hears an event of the server; the returned function stops it. */
export function listen<T>(event: string, act: (message: T) => void): () => void {
  const all = listeners.get(event) ?? new Set();
  listeners.set(event, all);
  all.add(act as (message: never) => void);
  return () => all.delete(act as (message: never) => void);
}

export interface Numbers { shape: number[]; data: ArrayLike<number> }

/** Numbers of either form in which they travel, flat and with their shape; null becomes NaN. */
export function numbers(sent: unknown): Numbers {
  if (Array.isArray(sent)) {
    const shape: number[] = [];
    for (let inner: unknown = sent; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
    const flat = (sent as unknown[]).flat(Infinity) as (number | null)[];
    return { shape, data: Float64Array.from(flat, (v) => (v === null ? NaN : v)) };
  }
  const packed = sent as Packed;
  const bytes = Uint8Array.from(atob(packed.b64), (c) => c.charCodeAt(0));
  const data = packed.dtype === "f8" ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
  return { shape: packed.shape, data };
}

/** Where a file of a job is to be had. */
export const fileOf = (job: string, kind: string): string =>
  `/api/jobs/${encodeURIComponent(job)}/file/${kind}?token=${encodeURIComponent(token)}`;
