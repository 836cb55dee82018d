"""Section ``[experiment]``: what is measured, between which contacts, at which energy."""

from typing import Annotated, Literal

from pydantic import Field

from sharvin.app.quantities import Densities, Energies, Share, Temperatures
from sharvin.app.section import Section

_ENERGY = Field(default=None, examples=["12.7 meV"])
_DENSITY = Field(default=None, examples=["3.56e15 m^-2"])
_TEMPERATURE = Field(default=0.0, examples=["0.6 K"])


class _Measurement(Section):
    """What all measurements share: where the electrons come from in energy."""

    energy: Energies | None = _ENERGY
    chemical_potential: Energies | None = _ENERGY
    density: Densities | None = _DENSITY
    temperature: Temperatures = _TEMPERATURE
    tolerance: Share | None = Field(
        default=None, description="accepted error of a thermal average", examples=[1e-4]
    )

    @property
    def filling(self) -> dict[str, float | tuple[float, ...]]:
        """Which of energy, chemical potential and density the file gives."""
        given = {name: getattr(self, name) for name in FILLINGS}
        return {name: value for name, value in given.items() if value is not None}


class Conductance(_Measurement):
    """Current into one contact per voltage on another."""

    measure: Literal["conductance"]
    from_: str = Field(alias="from", description="contact", examples=["source"])
    to: str = Field(description="contact", examples=["drain"])
    unit: Literal["e²/h", "2e²/h", "S", "mS", "uS"] = "2e²/h"

    @property
    def contacts(self) -> dict[str, tuple[str, ...]]:
        """Contacts by the key that names them."""
        return {"from": (self.from_,), "to": (self.to,)}


class Fano(_Measurement):
    """Ratio of the shot noise to that of independent electrons."""

    measure: Literal["fano_factor"]
    from_: str = Field(alias="from", description="contact", examples=["source"])
    to: str = Field(description="contact", examples=["drain"])

    @property
    def contacts(self) -> dict[str, tuple[str, ...]]:
        """Contacts by the key that names them."""
        return {"from": (self.from_,), "to": (self.to,)}


class Resistance(_Measurement):
    """Voltage between two contacts per current between two contacts."""

    measure: Literal["resistance"]
    current: tuple[str, str] = Field(examples=[["source", "drain"]])
    voltage: tuple[str, str] | dict[str, tuple[str, str]] = Field(examples=[["1", "2"]])
    unit: Literal["h/e²", "Ω", "kΩ"] = "h/e²"

    @property
    def contacts(self) -> dict[str, tuple[str, ...]]:
        """Contacts by the key that names them."""
        if isinstance(self.voltage, dict):  # checked as one list; pairs may share a probe
            probes = dict.fromkeys(name for pair in self.voltage.values() for name in pair)
            return {"current": self.current, "voltage": tuple(probes)}
        return {"current": self.current, "voltage": self.voltage}


FILLINGS = ("energy", "chemical_potential", "density")
Experiment = Annotated[Conductance | Fano | Resistance, Field(discriminator="measure")]
