// Numbers to colors. The sequential maps are even in lightness and stay apart for every common color
// deficiency; the signed one runs from orange to blue; sea and land are the electron gas from above.

type RGB = [number, number, number];

const hex = (text: string): RGB =>
  [0, 2, 4].map((i) => parseInt(text.slice(i, i + 2), 16)) as RGB;
const table = (text: string): RGB[] => text.split(" ").map(hex);

const MAPS = {
  viridis: table("440154 481467 482576 453781 404688 39558c 33638d 2d718e 287d8e 238a8d 1f968b 20a386 29af7f 3dbc74 56c667 75d054 95d840 bade28 dde318 fde725"),
  cividis: table("00224e 002c64 0c3470 273e6e 38476c 46516c 535a6d 5f636f 6b6d72 777776 828079 908b78 9c9576 aaa073 b8aa6e c6b667 d4c15f e4ce53 f2da44 fee838"),
  signed: table("8c3b12 d9742b f7f4ef 3f82c4 143f7a"),
  sea: table("eef5fa b9d7ea 6aaed6 2f7fbf 15508f"),
  land: table("f4efe6 e3d8c4 cdbb9c"),
} satisfies Record<string, RGB[]>;
export type MapName = "viridis" | "cividis" | "signed";

function between(anchors: RGB[], t: number): RGB {
  const place = Math.min(1, Math.max(0, t)) * (anchors.length - 1);
  const i = Math.min(anchors.length - 2, Math.floor(place));
  const [a, b, f] = [anchors[i]!, anchors[i + 1]!, place - i];
  return [a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1]), a[2] + f * (b[2] - a[2])];
}

export interface Scale { low: number; high: number; rgb: (value: number) => RGB }

export function scaleOf(name: MapName, low: number, high: number): Scale {
  const span = high > low ? high - low : 1;
  return { low, high, rgb: (value) => between(MAPS[name], (value - low) / span) };
}

/** Symmetric about zero where the numbers have both signs, else sequential. */
export function fitting(low: number, high: number, sequential: MapName = "viridis"): Scale {
  const size = Math.max(-low, high);
  if (low < -0.05 * size && high > 0.05 * size) return scaleOf("signed", -size, size);
  return scaleOf(sequential, low, high > low ? high : low + (Math.abs(low) || 1) * 1e-6);
}

/** A potential seen from the Fermi level: water where electrons are, land where there are none. */
export function seaAndLand(level: number, low: number, high: number): Scale {
  const bottom = Math.min(low, level - 1e-9), top = Math.max(high, level + 1e-9);
  const deepest = Math.max(level - bottom, 1e-9);
  return {
    low: bottom, high: top,
    rgb: (value) => value <= level
      ? between(MAPS.sea, (level - value) / deepest)
      : between(MAPS.land, (value - level) / (top - level)),
  };
}
