"""What the picture of a device file shows: geometry, gates, potential, Fermi level, contacts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sharvin.app import build
from sharvin.app.device_file import DeviceFile
from sharvin.app.gates import PolygonGate, RectangleGate, SplitGate
from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import RealArray
from sharvin.units import quantity

if TYPE_CHECKING:
    from sharvin.device.device import Device
    from sharvin.plot.device import Scene


def scene(file: DeviceFile, device: "Device", at: Mapping[str, float], caption: str) -> "Scene":
    """Picture of ``device`` at a point of the sweep."""
    from sharvin.plot.device import Contact, Scene

    bounds = file.region.bounds
    positions = device.positions
    assert positions is not None  # a device file always carves its device
    return Scene(
        positions=positions,
        potential=device.potential_energy(at),
        fermi_energy=fermi_energy(file, device),
        contacts=[
            Contact(name, lead.side, lead.window(bounds)) for name, lead in file.leads.items()
        ],
        gates=outlines(file),
        caption=caption,
        title=file.title,
    )


def outlines(file: DeviceFile) -> list[RealArray]:
    """Corners of all metal inside the window."""
    left, right, bottom, top = file.region.bounds
    found = []
    for part in file.gates:
        if isinstance(part, SplitGate | RectangleGate | PolygonGate):
            for gate in part.potential(build.mass(file)).parts:
                found += [piece.corners((left, right), (bottom, top)) for piece in gate.outlines]
    return [corners for corners in found if _has_area(corners)]


def _has_area(corners: RealArray) -> bool:
    return len(corners) > 2 and bool((corners.max(axis=0) > corners.min(axis=0)).all())


def fermi_energy(file: DeviceFile, device: "Device") -> float:
    """Energy in meV at which the experiment is done; the middle where it is an axis."""
    from sharvin.sweeps import gas
    from sharvin.units import ratio

    if file.experiment is None:
        return 0.0
    ((name, value),) = file.experiment.filling.items()
    middle = value[len(value) // 2] if isinstance(value, tuple) else value
    if name != "density":
        return middle
    return gas.fermi_energy(device.model, middle * ratio("m^-2", "nm^-2"))


def point(file: DeviceFile, chosen: Mapping[str, str]) -> dict[str, float]:
    """A value for every parameter: as chosen, as fixed, or the middle of its axis."""
    units = file.units
    for name in chosen:
        if name not in units:
            raise UnknownName.among("parameter", name, units)
    found = {name: values[len(values) // 2] for name, values in file.swept.items()}
    found |= file.fixed
    for name, text in chosen.items():
        found[name] = _number(name, text, units[name])
    return {name: found[name] for name in units}


def _number(name: str, text: str, unit: str) -> float:
    try:
        return float(text)  # typed at a prompt, a bare number is in the unit of the parameter
    except ValueError:
        pass
    if not unit:
        raise InvalidInput(f"parameter {name!r} takes a bare number, got {text!r}")
    return float(quantity(text, unit, name=name))


def spoken(file: DeviceFile, at: Mapping[str, float]) -> str:
    """The point as a caption: ``gate = −1.2 V``."""
    units = file.units
    parts = [f"{name} = {value:.4g} {units[name]}".rstrip() for name, value in at.items()]
    return ", ".join(parts).replace("-", "−")
