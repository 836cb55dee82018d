"""Point scatterers in a contact."""

from typing import TYPE_CHECKING

import numpy as np

from sharvin.device.device import Device
from sharvin.device.disorder import Disorder, uniform
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.gallery.check import Check
from sharvin.gallery.contacts import HBAR_OMEGA, smooth_contact
from sharvin.gallery.phenomenon import Phenomenon
from sharvin.gallery.scan import energies, transmissions
from sharvin.matter.square import square_lattice
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

STRENGTHS = np.array([0.2, 0.5, 1.0])  # W in units of the hopping
RATIOS = np.array([1.0, 1.55, 2.0])  # E/ħω_y: plateau, riser, plateau
ROUGH = 15  # scatterers sit within so many sites of the middle
REFERENCE = {  # 30 samples each: mean and standard deviation
    0.2: ((0.965, 0.037), (1.759, 0.140), (1.954, 0.029)),
    0.5: ((0.831, 0.164), (1.485, 0.282), (1.759, 0.123)),
    1.0: ((0.590, 0.294), (1.031, 0.318), (1.288, 0.289)),
}
REFERENCE_SAMPLES = 30
ROWS = 12  # of the wire with one point scatterer
SCATTERER = 2.0  # its energy, in units of the hopping


def model() -> Device:
    """Return the smooth contact with rough sites in the middle: parameters W and seed."""
    cells = _cells()

    def rough(W: float, seed: int) -> RealArray:  # noqa: N803 -- the usual name
        return W * uniform(int(seed), cells, np.zeros(len(cells), dtype=np.int64)) * _inside()

    return smooth_contact(disorder=rough)
