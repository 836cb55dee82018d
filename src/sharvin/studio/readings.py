"""What the instruments of a device file show at one point."""

from typing import Any

from sharvin.app.device_file import DeviceFile
from sharvin.app.experiment import Conductance, Fano, Resistance
from sharvin.errors import SharvinError
from sharvin.scattering.smatrix import SMatrix
from sharvin.units import ratio


def ends(file: DeviceFile) -> tuple[str, str]:
    """Contacts of the experiment, or the first two: into the first from the second."""
    experiment, names = file.experiment, list(file.leads)
    if isinstance(experiment, Resistance):
        return experiment.current[1], experiment.current[0]
    if experiment is not None:
        return experiment.to, experiment.from_
    return (names[1], names[0]) if len(names) > 1 else (names[0], names[0])


def readings(
    experiment: Conductance | Fano | Resistance | None, s: SMatrix
) -> list[dict[str, Any]]:
    """Every reading of an experiment at zero temperature, in its unit.

    Returns
    -------
    list of dict
        ``name``, ``value``, ``unit`` and ``about``; where there is no value, ``problem`` says why.
    """
    match experiment:
        case Resistance(current=current, voltage=voltage, unit=unit):
            pairs = voltage if isinstance(voltage, dict) else {"R": voltage}
            return [_resistance(s, name, current, pair, unit) for name, pair in pairs.items()]
        case Fano(to=to, from_=from_):
            return [_fano(s, to, from_)]
        case Conductance(to=to, from_=from_, unit=unit):
            value = s.degeneracy * s.transmission(to=to, from_=from_) * ratio("e²/h", unit)
            return [{"name": "G", "value": value, "unit": unit, "about": f"{from_} → {to}"}]
    return []


def _resistance(
    s: SMatrix, name: str, current: tuple[str, str], voltage: tuple[str, str], unit: str
) -> dict[str, Any]:
    from sharvin.observables.resistance import resistance

    about = f"V({voltage[0]}) − V({voltage[1]}), current {current[0]} → {current[1]}"
    told = {"name": name, "unit": unit, "about": about}
    try:
        return {**told, "value": resistance(s, current=current, voltage=voltage, unit=unit)}
    except SharvinError as error:  # a probe that nothing reaches: the other readings stand
        return {**told, "value": None, "problem": str(error)}


def _fano(s: SMatrix, to: str, from_: str) -> dict[str, Any]:
    from sharvin.observables.eigenchannels import fano_factor

    told = {"name": "F", "unit": "", "about": f"{from_} → {to}"}
    try:
        return {**told, "value": fano_factor(s, to=to, from_=from_)}
    except SharvinError as error:
        return {**told, "value": None, "problem": str(error)}
