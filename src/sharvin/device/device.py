"""The device: what lies between the leads, and everything that a point of a sweep may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sharvin.device.affine import BlockLike
from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.matrices import Matrices
from sharvin.device.parameters import Parameters
from sharvin.device.pattern import Pattern
from sharvin.device.system import System
from sharvin.errors import InvalidInput, UnknownName
from sharvin.typing import NumberArray


@dataclass(frozen=True, eq=False)
class Device:
    model: Any
    leads: Mapping[str, Any] = field(default_factory=dict)
    _system: System = field(init=False, repr=False)
    _parameters: Parameters = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leads", _named(self.leads))
        system = self.model.system(self.leads)
        object.__setattr__(self, "_system", system)
        object.__setattr__(self, "_parameters", system.parameters)

    @classmethod
    def from_matrices(
        cls,
        hamiltonian: BlockLike,
        leads: Mapping[str, Any],
        positions: Any = None,
    ) -> "Device":
        return cls(Matrices(hamiltonian, positions), leads=leads)

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Names of the leads, in the order in which they were given."""
        return tuple(self.leads)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters that a point may give."""
        return self._parameters.names

    @property
    def defaults(self) -> Mapping[str, float]:
        """Parameters that a point may leave out."""
        return self._parameters.defaults

    @property
    def units(self) -> Mapping[str, str]:
        """Internal units of the parameters that may be given as text."""
        return self._parameters.units

    @property
    def degeneracy(self) -> int:
        """How many equal copies every mode stands for (spin, valley)."""
        return int(self.model.degeneracy)

    @property
    def pattern(self) -> Pattern:
        """Sparsity of the Hamiltonian, the same for all parameters."""
        return self._system.pattern

    def resolve(self, params: Mapping[str, Any]) -> dict[str, float]:
        """One finite number per parameter; unknown and missing names are refused."""
        return self._parameters.resolve(params)

    def values(self, params: Mapping[str, Any]) -> NumberArray:
        """Entries of H in the order of `pattern`, shape (nnz,)."""
        return self._system.values(self.resolve(params))

    def lead_blocks(self, params: Mapping[str, Any]) -> tuple[LeadBlocks | SelfEnergyBlocks, ...]:
        """Blocks of all leads, in the order of `lead_names`."""
        return self._system.lead_blocks(self.resolve(params))

    def check_lead(self, name: str) -> None:
        """Refuse the name of a lead that the device does not have."""
        if name not in self.leads:
            raise UnknownName.among("lead", name, self.leads)


def _named(leads: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(leads, Mapping):
        raise InvalidInput("leads must be a mapping from names to leads, {'left': lead, ...}")
    for name in leads:
        if not isinstance(name, str) or not name:
            raise InvalidInput(f"a lead's name must be a non-empty string, got {name!r}")
    return MappingProxyType(dict(leads))
