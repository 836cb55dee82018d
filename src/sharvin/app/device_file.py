"""The device file as a whole: its sections, and what they must agree on."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field, ValidationError

from sharvin.app.checks import disagreements
from sharvin.app.experiment import Experiment
from sharvin.app.gates import FieldSection, Gate
from sharvin.app.material import Material
from sharvin.app.potentials import Disorder
from sharvin.app.problems import from_pydantic, refuse
from sharvin.app.quantities import values
from sharvin.app.region import LeadSection, Shape
from sharvin.app.section import Section
from sharvin.app.toml import Document, Place, read


class DeviceFile(Section):
    """A device and what is to be measured on it, as its author wrote it."""

    title: str = ""
    subtitle: str = ""
    material: Material
    region: Shape
    leads: dict[str, LeadSection] = Field(min_length=1)
    gates: tuple[Gate, ...] = ()
    field: FieldSection | None = None
    disorder: tuple[Disorder, ...] = ()
    parameters: dict[str, Any] = Field(default_factory=dict)
    axes: dict[str, Any] = Field(default_factory=dict)
    experiment: Experiment | None = None

    def knobs(self) -> Iterator[tuple[Place, str, str]]:
        """Yield place, name and unit of every parameter that the device takes."""
        parts: list[tuple[Place, Section | None]] = [
            (("material",), self.material),
            (("field",), self.field),
        ]
        parts += [(("leads", name), lead) for name, lead in self.leads.items()]
        parts += [(("gates", index), gate) for index, gate in enumerate(self.gates)]
        parts += [(("disorder", index), part) for index, part in enumerate(self.disorder)]
        for place, section in parts:
            for key, name, unit in section.asked() if section else ():
                yield (*place, key), name, unit

    @property
    def units(self) -> dict[str, str]:
        """Unit of each parameter of the device, in the order of the file."""
        return {name: unit for _, name, unit in self.knobs()}

    @property
    def fixed(self) -> dict[str, float]:
        """Parameters that the whole experiment keeps."""
        found = {name: values(self.parameters[name], unit) for name, unit in self.units.items()
                 if name in self.parameters}  # fmt: skip
        return {name: value for name, value in found.items() if not isinstance(value, tuple)}

    @property
    def swept(self) -> dict[str, tuple[float, ...]]:
        """Values of each axis, in the order of the file."""
        found = {name: values(given, self.units[name]) for name, given in self.axes.items()}
        return {name: v if isinstance(v, tuple) else (v,) for name, v in found.items()}


def load(path: Any) -> tuple[DeviceFile, Document]:
    """Device file at ``path``, checked as far as possible without building the device."""
    return checked(read(path))


def checked(document: Document) -> tuple[DeviceFile, Document]:
    """Device file in a document, checked as far as possible without building the device."""
    try:
        parsed = DeviceFile.model_validate(document.data)
    except ValidationError as error:
        refuse(from_pydantic(error, document, DeviceFile), document)
        raise  # pragma: no cover - a validation error always has entries
    refuse(list(disagreements(parsed, document.path.parent)), document)
    return parsed, document
