"""From a checked device file to the device itself, and what the verbs are to be asked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.app.device_file import DeviceFile
from sharvin.app.gates import Gate
from sharvin.app.material import ElectronGas, Rashba
from sharvin.app.potentials import Table
from sharvin.app.region import Disk, Polygon, Rectangle, Ring
from sharvin.app.toml import Document, Place
from sharvin.errors import InvalidInput

if TYPE_CHECKING:
    from sharvin.device.device import Device
    from sharvin.device.regions import Region

_LEAD = re.compile(r"lead '([^']+)'")
_GAAS = 0.067  # the mass that screens where the material has none


def device(file: DeviceFile, document: Document) -> "Device":
    """Device that the file describes; what only now turns out wrong still names its place."""
    from sharvin.device.device import Device
    from sharvin.device.lead import lead

    heavy, folder = mass(file), document.path.parent
    with placed(document, ("material",)):
        model = file.material.model()
    leads, gates, disorder = {}, [], []
    for name, part in file.leads.items():
        with placed(document, ("leads", name)):
            leads[name] = lead(part.side, at=part.at, width=part.width, shift=part.shift)
    for index, gate in enumerate(file.gates):
        with placed(document, ("gates", index)):
            gates.append(_found(gate, folder).potential(heavy))
    for index, random in enumerate(file.disorder):
        with placed(document, ("disorder", index)):
            disorder.append(random.potential(heavy))
    with placed(document, ("region",)):
        return Device(
            model,
            region=region(file.region),
            leads=leads,
            potential=gates,
            field=0.0 if file.field is None else file.field.perpendicular,
            disorder=disorder or None,
        )


@contextmanager
def placed(document: Document, place: Place) -> Iterator[None]:
    """Give every refusal inside the file and the line of ``place``, or of the lead it names."""
    try:
        yield
    except InvalidInput as error:
        named = _LEAD.match(str(error))
        if named and ("leads", named.group(1)) in document.lines:
            place = ("leads", named.group(1))
        raise document.error(place, str(error)) from error


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
        if file.experiment.tolerance is not None:
            levels["tolerance"] = file.experiment.tolerance
        for name, value in levels.items():
            given[name] = list(value) if isinstance(value, tuple) else value
    return given
