"""From a checked device file to the device itself, and what the verbs are to be asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.app.device_file import DeviceFile
from sharvin.app.gates import Gate
from sharvin.app.material import ElectronGas, Rashba
from sharvin.app.potentials import Table
from sharvin.app.region import Disk, Polygon, Rectangle, Ring

if TYPE_CHECKING:
    from sharvin.device.device import Device
    from sharvin.device.regions import Region

_HERE = Path()
_GAAS = 0.067  # the mass that screens where the material has none


def device(file: DeviceFile, folder: Path = _HERE) -> "Device":
    """Device that the file describes; tables are looked for in ``folder``."""
    from sharvin.device.device import Device
    from sharvin.device.lead import lead

    leads = {
        name: lead(part.side, at=part.at, width=part.width, shift=part.shift)
        for name, part in file.leads.items()
    }
    return Device(
        file.material.model(),
        region=region(file.region),
        leads=leads,
        potential=[_found(gate, folder).potential(mass(file)) for gate in file.gates],
        field=0.0 if file.field is None else file.field.perpendicular,
        disorder=[part.potential(mass(file)) for part in file.disorder] or None,
    )


def _found(gate: Gate, folder: Path) -> Gate:
    if not isinstance(gate, Table):
        return gate
    return gate.model_copy(update={"file": str(folder / gate.file)})


def mass(file: DeviceFile) -> float:
    """Mass in electron masses, for the screening."""
    material = file.material
    return material.mass if isinstance(material, ElectronGas | Rashba) else _GAAS


def region(shape: Rectangle | Disk | Ring | Polygon) -> "Region":
    """Outline of the device."""
    from sharvin.device import regions

    if isinstance(shape, Rectangle):
        return regions.rectangle(shape.length, shape.width, center=shape.center)
    if isinstance(shape, Disk):
        return regions.disk(shape.radius, center=shape.center)
    if isinstance(shape, Ring):
        return regions.ring(shape.inner, shape.outer, center=shape.center)
    return regions.polygon(shape.corners)


def arguments(file: DeviceFile) -> dict[str, Any]:
    """Parameters and levels as the verbs take them: axes first, in the order of the file."""
    given: dict[str, Any] = {name: list(values) for name, values in file.swept.items()}
    given |= file.fixed
    if file.experiment is not None:
        levels = {**file.experiment.filling, "temperature": file.experiment.temperature}
        for name, value in levels.items():
            given[name] = list(value) if isinstance(value, tuple) else value
    return given
