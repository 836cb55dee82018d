"""Contacts that several pages share."""

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.matter.electron_gas import electron_gas
from sharvin.matter.model import Model
from sharvin.matter.square import square_lattice
from sharvin.typing import RealArray
from sharvin.units import HBAR2_OVER_2ME

HBAR_OMEGA = 0.14  # of the smooth contact, in units of the hopping
WIDTH = 51  # rows of its strip, an odd number: the middle row is the axis


def smooth_contact(
    *,
    taper: float = 20.0,
    length: int = 121,
    disorder: object = None,
    degeneracy: int = 1,
    field: float | str = 0.0,
) -> Device:
    r"""Return a contact that is narrow in the middle and widens slowly (t = a = 1).

    A transverse parabola :math:`\hbar\omega_y(x) = 0.14\, e^{-(x/\text{taper})^2}` in a strip of
    51 rows. Energies are counted from the band bottom. The parameter ``barrier`` (default 0)
    lifts the bottom of the contact.
    """

    def potential(x: RealArray, y: RealArray, barrier: float = 0.0) -> RealArray:
        profile = np.exp(-((x / taper) ** 2))
        return (HBAR_OMEGA * profile) ** 2 * y**2 / 4 + barrier * profile

    return Device(
        square_lattice(onsite=4.0, degeneracy=degeneracy),
        region=rectangle(length, WIDTH),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=potential,
        disorder=disorder,
        field=field,
    )


def saddle_contact(
    *,
    spacing: float,
    hbar_omega_x: float,
    hbar_omega_y: float,
    mass: float = 0.067,
    drop: float = 15.0,
    length: float = 480.0,
    width: float = 168.0,
    model: Model | None = None,
    field: float | str = 0.0,
) -> Device:
    r"""Return a saddle :math:`-\tfrac12 m\omega_x^2 x^2 + \tfrac12 m\omega_y^2 y^2`, in meV and nm.

    Along x the parabola :math:`u` bends over smoothly into :math:`u/(1 + (u/d)^4)^{1/4}` at the
    drop d: a saddle cut off by an edge would reflect there.
    """
    curvature = mass / (4 * HBAR2_OVER_2ME)  # ½ m ω² = (ħω)² m / 2ħ²

    def potential(x: RealArray, y: RealArray) -> RealArray:
        fallen = curvature * (hbar_omega_x * x) ** 2
        along = fallen / (1 + (fallen / drop) ** 4) ** 0.25
        return curvature * (hbar_omega_y * y) ** 2 - along

    return Device(
        electron_gas(mass=mass, spacing=spacing) if model is None else model,
        region=rectangle(length, width),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=potential,
        field=field,
    )
