"""Where the voltage drops: what a bias does to the potential between the contacts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.device.lead import Lead
from sharvin.errors import BandEdge, InvalidInput, Unreliable
from sharvin.solvers.modes import prepare
from sharvin.typing import RealArray

KNOB = "source_drain"  # the parameter that carries the bias energy, meV


@dataclass(frozen=True, eq=False)
class Profile:
    """A device whose potential follows the bias, or does not.

    Parameters
    ----------
    device : Device
    knob : str or None
        Parameter that takes the bias energy in meV; None where nothing follows it.
    text : str
        What is assumed, in words.
    """

    device: Device
    knob: str | None
    text: str

    @classmethod
    def of(cls, device: Device, profile: Any, share: float, source: str, drain: str) -> "Profile":
        """Read ``profile=`` of a verb."""
        if profile == "rigid":
            return cls(
                device, None, "rigid: the potential, and with it T(E), does not follow the bias"
            )
        if isinstance(profile, str) and profile in device.parameters:
            return cls(device, profile, f"the device's own parameter {profile!r}")
        if profile == "linear":
            drop = _linear(device, source, drain)
            text = "linear: the potential falls evenly from contact to contact"
        elif callable(profile):
            drop, text = profile, "a given function of position"
        else:
            raise InvalidInput(
                f"profile must be 'rigid', 'linear', a function of (x, y) from 0 at the source to "
                f"1 at the drain, or the name of a parameter, got {profile!r}"
            )
        return cls(_following(device, drop, share), KNOB, text)


def _following(device: Device, drop: Callable[..., Any], share: float) -> Device:
    """The device with the bias among its potentials; leads follow their ends."""
    if device.sites is None:
        raise InvalidInput(
            "a device given by matrices has no sites for a profile; use profile='rigid' or the "
            "name of a parameter that carries the bias"
        )

    def bias_potential(x: RealArray, y: RealArray, source_drain: float) -> RealArray:
        fallen = np.asarray(drop(x, y), dtype=float)
        return source_drain * (share - fallen) * np.ones(np.shape(x))

    def also(potential: Any) -> list[Any]:
        given = potential if isinstance(potential, list | tuple) else [potential]
        return [*(p for p in given if p is not None), bias_potential]

    leads = {
        name: replace(lead, potential=also(lead.potential))
        if isinstance(lead, Lead) and lead.potential is not None
        else lead
        for name, lead in device.leads.items()
    }
    return replace(device, potential=also(device.potential), leads=leads)


def _linear(device: Device, source: str, drain: str) -> Callable[..., RealArray]:
    """Fraction of the voltage that has dropped along the line between the two contacts."""
    if device.sites is None or device.positions is None:
        raise InvalidInput("profile='linear' needs a device with positions")
    middles = []
    for name in (source, drain):
        blocks = device._numbers.leads[device.lead_names.index(name)]
        sites = device.orbital_site[np.asarray(blocks.sites)]
        middles.append(device.positions[sites].mean(axis=0))
    along = middles[1] - middles[0]
    length = float(along @ along)
    if not length > 0:
        raise InvalidInput(f"leads {source!r} and {drain!r} touch the same place: nothing can drop")

    def drop(x: RealArray, y: RealArray) -> RealArray:
        place = (x - middles[0][0]) * along[0] + (y - middles[0][1]) * along[1]
        fallen: RealArray = np.clip(place / length, 0.0, 1.0)
        return fallen

    return drop


def check_band(
    device: Device, parameters: dict[str, float], name: str, level: float, bias: float
) -> None:
    """Refuse a chemical potential at which the lead has no states: beyond its band."""
    blocks = device.lead_blocks(parameters)[device.lead_names.index(name)]
    if not isinstance(blocks, LeadBlocks):
        return
    try:
        count = prepare(blocks.cell, blocks.hop, conserved=blocks.conserved).modes(level).count
    except (BandEdge, Unreliable):
        return  # at an edge of the band itself: the sweep finds out
    if count == 0:
        raise InvalidInput(
            f"at a bias of {bias:g} mV the chemical potential of lead {name!r} is {level:g} meV, "
            "where it has no open mode: the bias reaches beyond the band; take smaller biases, "
            "another chemical potential, or a profile that moves the lead with the bias"
        )
