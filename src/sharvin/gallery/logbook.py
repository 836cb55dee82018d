"""A contact as a laboratory measures it: two sweeps in mV and µS, behind wires, with a charge."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from sharvin import analysis
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr

WIRES = 283.0  # Ω in series with the contact
LAG = 4e-3  # V by which the sweep down lies beside the sweep up
KICK, PLACE = 10e-3, 2.6  # V of the jump in the sweep down; where, in plateaus from pinch-off
NOISE, SCATTER = 0.008, 0.002  # of 2e²/h per point; relative, of the plateaus
POINTS = 800


def measured() -> "xr.Dataset":
    """Both sweeps through the functions that a user calls: load, clean, fit_plateaus.

    The file has names, units and a lost reading; nothing but its columns is told to the analysis.
    """
    import xarray as xr

    up, down = (_sweep(seed, falls=bool(seed)) for seed in (0, 1))
    with TemporaryDirectory() as folder:
        records = [_written(Path(folder) / f"sweep{k}.csv", s) for k, s in enumerate((up, down))]
    loop = analysis.clean(np.concatenate([up[0], down[0]]), np.concatenate([up[1], down[1]]))
    jumps = analysis.clean(*down)
    fit = analysis.fit_plateaus(records)
    plateaus = [p for one in fit.parts["plateaus"] for p in one if p.number]
    # One row for each sweep, gates rising: the corrected record keeps what was measured as G.
    both = fit.parts["corrected"]
    names = {"gate": "lab_gate", "G": "lab_raw", "G_corrected": "lab_corrected"}
    found = {new: (("sweep", "point"), both[old].values) for old, new in names.items()}
    single = [one.values["R_s"] for one in fit.parts["traces"]]
    single_errors = [one.errors["R_s"] for one in fit.parts["traces"]]
    return xr.Dataset({
        **found,
        "lab_R_s": ((), fit.values["R_s"], {"units": "Ω"}),
        "lab_R_s_error": ((), fit.errors["R_s"], {"units": "Ω"}),
        "lab_single": ("sweep", single, {"units": "Ω"}),
        "lab_single_error": ("sweep", single_errors, {"units": "Ω"}),
        "lab_off": ((), max(abs(p.deviation) for p in plateaus)),
        "lab_raw_off": ((), max(abs(p.raw / p.number - 1) for p in plateaus)),
        "lab_jumps": ((), jumps.jumps.size),
        "lab_jump_gate": ((), _first(jumps.x[jumps.jumps]), {"units": "mV"}),
        "lab_kick_gate": ((), 1e3 * _kicked_at(), {"units": "mV"}),
        "lab_hysteresis": ((), loop.hysteresis),
    })  # fmt: skip


def _sweep(seed: int, *, falls: bool) -> tuple[RealArray, RealArray]:
    """Gate (mV) and conductance (µS) in the order of the measurement."""
    record = analysis.synthetic_contact(
        series_resistance=WIRES, plateaus=6, width=0.06, noise=NOISE, scatter=SCATTER,
        points=POINTS, seed=7 + seed,
    )  # fmt: skip
    gate, values = record.gate.values, record.G.values.copy()
    if not falls:
        return 1e3 * gate, values
    # A sweep down follows the sweep up late; below the kick, a charge has moved.
    felt = gate - LAG - KICK * (gate < _kicked_at())
    clean = analysis.synthetic_contact(
        series_resistance=WIRES, plateaus=6, width=0.06, noise=0.0, scatter=SCATTER,
        points=POINTS, seed=7 + seed,
    )  # fmt: skip
    noise = values - clean.G.values
    shifted = np.interp(felt, gate, clean.G.values)
    values = shifted + noise
    values[POINTS // 3] = np.nan  # a reading that the instrument lost
    return 1e3 * gate[::-1], values[::-1]


def _first(places: RealArray) -> float:
    return float(places[0]) if places.size else float("nan")


def _kicked_at() -> float:
    """Gate of the jump, V: on the riser to the third plateau, where it shows."""
    return -1.5 + 0.1 * PLACE


def _written(path: Path, sweep: tuple[RealArray, RealArray]) -> "xr.Dataset":
    """The sweep as an instrument writes it, read again."""
    np.savetxt(
        path, np.column_stack(sweep), delimiter=";", header="Vg (mV);G (uS)", comments="# ",
        fmt="%.6g",
    )  # fmt: skip
    record: xr.Dataset = analysis.load(path, columns={"gate": "Vg", "G": "G"})
    return record
