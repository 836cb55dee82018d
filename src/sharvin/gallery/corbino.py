"""A disk without an edge from rim to rim: what it conducts, what a flux quantum moves over it."""

from functools import cache

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import disorder
from sharvin.device.presets import corbino
from sharvin.matter.square import square_lattice
from sharvin.scattering.smatrix import SMatrix
from sharvin.topology.pumps_scattering import pumped_charge

INNER, OUTER = 6, 20  # sites; 12 of them are left between the contacts
PHASES = 16  # of a cycle; the charge is a rule that converges exponentially


def disk(strength: float = 0.2) -> Device:
    """Return a Corbino disk with some disorder; parameter ``B`` in T."""
    return corbino(
        square_lattice(), inner=INNER, outer=OUTER, contact=1, field="B",
        disorder=disorder(strength, seed=3),
    )  # fmt: skip


@cache
def threaded(tesla: float) -> Device:
    """Return the disk in this field, with a flux through its hole: parameters ``cos``, ``sin``."""
    whole = disk()
    h = whole.pattern.matrix(whole.values(whole.resolve({"B": tesla}))).tocoo()
    at = whole.positions
    assert at is not None
    right = (at[h.row, 0] > 0) & (at[h.col, 0] > 0)
    up = right & (at[h.row, 1] >= 0) & (at[h.col, 1] < 0)
    down = right & (at[h.row, 1] < 0) & (at[h.col, 1] >= 0)
    rest = h.copy()
    rest.data = np.where(up | down, 0, h.data)
    # An electron that goes up through the cut, around the hole against the clock, has the phase
    # exp(-2πi flux/(h/e)) = cos - i sin.
    cosine, sine = h.copy(), h.copy()
    cosine.data = np.where(up | down, h.data, 0)
    sine.data = np.where(up, -1j * h.data, np.where(down, 1j * h.data, 0))
    parts = {"": rest.tocsr(), "cos": cosine.tocsr(), "sin": sine.tocsr()}
    return Device.from_matrices(parts, leads=whole.leads, positions=at)


def moved(energy: float, tesla: float) -> float:
    """Electrons that leave through the inner contact while the flux grows by h/e."""

    def cycle(angle: float) -> dict[str, float]:
        return {"cos": np.cos(angle), "sin": np.sin(angle)}

    return pumped_charge(threaded(tesla), cycle, lead="inner", energy=energy, phases=PHASES)


def across(s: SMatrix) -> float:
    """Transmission from rim to rim."""
    return s.transmission(to="outer", from_="inner")
