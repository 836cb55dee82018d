// How many of one unit another is, for what measurement and simulation give in different units.

const E2_H = 3.874045865e-5; // e²/h in siemens, from the exact values of e and h
const SIZES: Record<string, Record<string, number>> = {
  voltage: { V: 1, mV: 1e-3, "µV": 1e-6, uV: 1e-6 },
  field: { T: 1, mT: 1e-3, G: 1e-4 },
  temperature: { K: 1, mK: 1e-3 },
  energy: { meV: 1, eV: 1e3, "µeV": 1e-3, ueV: 1e-3 },
  length: { nm: 1, "µm": 1e3, um: 1e3 },
  conductance: { S: 1, mS: 1e-3, "µS": 1e-6, uS: 1e-6, "e²/h": E2_H, "2e²/h": 2 * E2_H },
  resistance: { "Ω": 1, "kΩ": 1e3, "MΩ": 1e6, ohm: 1, Ohm: 1, kohm: 1e3, kOhm: 1e3, MOhm: 1e6, "h/e²": 1 / E2_H, "h/2e²": 0.5 / E2_H },
};

/** Factor from numbers in `from` to numbers in `to`; null where they measure different things. */
export function ratio(from: string, to: string): number | null {
  if (from === to) return 1;
  for (const family of Object.values(SIZES)) {
    const [a, b] = [family[from], family[to]];
    if (a !== undefined && b !== undefined) return a / b;
  }
  return null;
}
