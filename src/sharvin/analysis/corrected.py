"""A staircase without its series resistance, as a labelled record."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sharvin.analysis.fit import Fit
from sharvin.analysis.traces import Trace
from sharvin.units import RESISTANCE_QUANTUM

if TYPE_CHECKING:
    import xarray as xr

FORMULA = "R_N = R_s + (h/e²) / (g N)"


def corrected_trace(trace: Trace, fit: Fit) -> "xr.Dataset":
    """The trace and what it would be without R_s, both in e²/h times the degeneracy."""
    import xarray as xr

    g = int(fit.parts["degeneracy"])
    unit = {"units": "e²/h" if g == 1 else f"{g}e²/h"}
    raw = trace.conductance(fit.parts["unit"], dict(trace.scales)[fit.parts["unit"]]) / g
    r_s, error = float(fit.estimates[0]), float(np.sqrt(fit.covariance[0, 0]))
    corrected = raw / (1 - raw * g * r_s / RESISTANCE_QUANTUM)
    return xr.Dataset(
        {"G": ("gate", raw, unit), "G_corrected": ("gate", corrected, unit)},
        {"gate": ("gate", trace.gate, {"units": trace.gate_unit})},
        {"source": trace.source, "R_s (Ω)": r_s, "R_s error (Ω)": error, "model": FORMULA},
    )


def together(records: Sequence["xr.Dataset"]) -> "xr.Dataset":
    """Several corrected traces in one record; they keep their own gates."""
    import xarray as xr

    flat = [
        record.assign_coords(point=("gate", np.arange(record.sizes["gate"])))
        .swap_dims(gate="point")
        .reset_coords("gate")
        for record in records
    ]
    joined: xr.Dataset = xr.concat(
        flat, dim="trace", join="outer", combine_attrs="override", data_vars="all"
    )
    return joined
