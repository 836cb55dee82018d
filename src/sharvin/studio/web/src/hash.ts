// The state of a page lives in the address after #, so that a link is the whole picture:
// #/device?template=qpc&p.gate=-1.2. Device files travel packed.

export interface Place { page: string; state: URLSearchParams }

export function place(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { page: path || "device", state: new URLSearchParams(query) };
}

/** Changes what the address says of this page, without a new entry in the history. */
export function remember(changes: Record<string, string | null>): void {
  const { page, state } = place();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") state.delete(name);
    else state.set(name, value);
  }
  history.replaceState(null, "", link(page, state));
}

export function link(page: string, state: URLSearchParams | Record<string, string> = {}): string {
  const query = new URLSearchParams(state).toString();
  return `${location.pathname}${location.search}#/${page}${query ? `?${query}` : ""}`;
}

async function through(bytes: Uint8Array, stream: GenericTransformStream): Promise<Uint8Array> {
  const piped = new Blob([bytes as BlobPart]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource>);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** Text as letters that an address may hold. */
export async function packed(text: string): Promise<string> {
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export async function unpacked(letters: string): Promise<string> {
  const binary = atob(letters.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(await through(Uint8Array.from(binary, (c) => c.charCodeAt(0)), new DecompressionStream("deflate-raw")));
}
