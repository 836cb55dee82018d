"""The device: what lies between the leads, and everything that a point of a sweep may change."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from sharvin.device.affine import BlockLike
from sharvin.device.attachment import carved_system
from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.carving import Carving
from sharvin.device.digest import digest
from sharvin.device.landscape import Landscape, Points
from sharvin.device.matrices import Matrices
from sharvin.device.parameters import Knob, Parameters, check_name
from sharvin.device.pattern import Pattern
from sharvin.device.regions import Region
from sharvin.device.sites import Sites
from sharvin.device.system import System
from sharvin.errors import InvalidInput, UnknownName
from sharvin.matter.model import Model
from sharvin.typing import IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False, repr=False)
class Device:
    r"""A scattering region with its leads; frozen, checked once, changed by ``replace``.

    Potentials are energies of an electron, in meV. Each may be a number, an array with one
    number per site, or a vectorized function ``f(x, y, gate)`` of coordinates in nm and named
    parameters; in a model with several orbitals it multiplies the unit matrix, unless it
    returns one matrix per site. Holes of a Bogoliubov-de Gennes model feel the opposite.

    Parameters
    ----------
    model : Model
        The crystal. (`Matrices` for a Hamiltonian from elsewhere: see `from_matrices`.)
    region : Region
        Which of its sites belong to the device.
    leads : mapping of str to lead
        ``lead("left")`` and the like, `MatrixLead` or `SelfEnergyLead`.
    potential : optional
        One potential or a list of them, which are added. Leads continue its value at the edge.
    field : float or str
        Magnetic field along z in T, or the name of a parameter. Enters the orbits by Peierls
        phases :math:`\exp(\tfrac{i q}{\hbar} \int \mathbf A \cdot d\mathbf l)`, also in the leads.
    disorder : optional
        `disorder(strength, seed)`, or like `potential`; leads have none of it.
    conserved : str or Conserved, optional
        Quantity that resolves the modes of cut leads; by default the model's, if it has one.
    origin : vector, optional
        Where the lattice has its origin, in nm. By default a rectangular grid is placed
        symmetrically in the region's box, any other lattice at the origin of the coordinates.
    """

    model: Any
    region: Region | None = None
    leads: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    potential: Any = None
    field: float | str = 0.0
    disorder: Any = None
    conserved: Any = None
    origin: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "leads", _named(self.leads))
        if isinstance(self.model, Matrices):
            self._refuse_extras()
            carving, system = None, self.model.system(self.leads)
        elif isinstance(self.model, Model):
            carving = self._carving()
            system = carved_system(carving, self.conserved)
        else:
            raise InvalidInput(
                f"a device needs a Model, got {type(self.model).__name__}; "
                "for matrices use Device.from_matrices"
            )
        parameters = system.parameters
        for name in parameters.names:
            check_name(name, "device")
        object.__setattr__(self, "_carving_kept", carving)
        object.__setattr__(self, "_system", system)
        object.__setattr__(self, "_parameters", parameters)

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilt from what defines it: carving again is faster than shipping every array.
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        return type(self), tuple({**given, "leads": dict(self.leads)}.values())

    @classmethod
    def from_matrices(
        cls, hamiltonian: BlockLike, leads: Mapping[str, Any], positions: Any = None
    ) -> "Device":
        """Device whose Hamiltonian somebody else made.

        Parameters
        ----------
        hamiltonian : matrix, shape (n, n), or mapping
            Hermitian, scipy sparse or dense, any number of orbitals, without lead cells.
            ``{"": H0, "gate": H1}`` means H0 + gate H1.
        leads : mapping of str to MatrixLead or SelfEnergyLead
        positions : real array, shape (n, d), optional
            One row per orbital; improves the elimination order.

        Examples
        --------
        A chain of three sites between two equal leads:

        >>> import numpy as np
        >>> from sharvin.device.leads import MatrixLead
        >>> h = np.diag([-1.0, -1.0], 1) + np.diag([-1.0, -1.0], -1)
        >>> left, right = (MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[i]) for i in (0, 2))
        >>> device = Device.from_matrices(
        ...     {"": h, "gate": np.diag([0.0, 1.0, 0.0])}, leads={"left": left, "right": right}
        ... )
        >>> device.parameters, device.values({"gate": 0.5}).tolist()
        (('gate',), [0.0, -1.0, -1.0, 0.5, -1.0, -1.0, 0.0])
        """
        return cls(Matrices(hamiltonian, positions), leads=leads)

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Names of the leads, in the order in which they were given."""
        return tuple(self.leads)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters that a point may give."""
        return self._known.names

    @property
    def defaults(self) -> Mapping[str, float]:
        """Parameters that a point may leave out."""
        return self._known.defaults

    @property
    def units(self) -> Mapping[str, str]:
        """Internal units of the parameters that may be given as text."""
        return self._known.units

    @property
    def degeneracy(self) -> int:
        """How many equal copies every mode stands for (spin, valley)."""
        return int(self.model.degeneracy)

    @property
    def pattern(self) -> Pattern:
        """Sparsity of the Hamiltonian, the same for all parameters."""
        return self._numbers.pattern

    @property
    def sites(self) -> Sites | None:
        """Lattice sites of a carved device, None for raw matrices."""
        return None if self._carved is None else self._carved.sites

    @property
    def positions(self) -> RealArray | None:
        """Positions of the sites (of the orbitals for raw matrices), shape (sites, D), nm."""
        if self._carved is None:
            return self.pattern.positions
        return self._carved.sites.positions

    @cached_property
    def orbital_site(self) -> IntArray:
        """Site of each orbital, shape (orbitals,)."""
        if self._carved is None:
            return np.arange(self.pattern.n)
        return self._carved.orbitals.owner.astype(np.int64)

    @cached_property
    def orbital_signs(self) -> RealArray:
        """What a potential is multiplied by on each orbital: -1 for holes, else 1, (orbitals,)."""
        signs = None if self._carved is None else self._carved.orbitals.signs
        return np.ones(self.pattern.n) if signs is None else signs

    @cached_property
    def content_hash(self) -> str:
        """Fingerprint of everything that defines the device."""
        return digest({f.name: getattr(self, f.name) for f in fields(self)})

    def resolve(self, params: Mapping[str, Any]) -> dict[str, float]:
        """One finite number per parameter; unknown and missing names are refused."""
        return self._known.resolve(params)

    def values(self, params: Mapping[str, Any]) -> NumberArray:
        """Entries of H in the order of `pattern`, shape (nnz,), meV; float64 if real."""
        return self._numbers.values(self.resolve(params))

    def lead_blocks(self, params: Mapping[str, Any]) -> tuple[LeadBlocks | SelfEnergyBlocks, ...]:
        """Blocks of all leads, in the order of `lead_names`."""
        return self._numbers.lead_blocks(self.resolve(params))

    def potential_energy(self, params: Mapping[str, Any]) -> RealArray:
        """Scalar potential and disorder at every site, shape (sites,), meV: for pictures."""
        carving = self._carved
        if carving is None:
            raise InvalidInput("a device given by matrices does not say what its potential is")
        sites = carving.sites
        points = Points(sites.positions, sites.cells, sites.sublattice, np.arange(len(sites)))
        total = Landscape((*carving.smooth, *carving.rough), points).scalar(self.resolve(params))
        return np.zeros(len(sites)) if total is None else total

    def check_lead(self, name: str) -> None:
        """Refuse the name of a lead that the device does not have."""
        if name not in self.leads:
            raise UnknownName.among("lead", name, self.leads)

    def __repr__(self) -> str:
        sites = "" if self._carved is None else f"{len(self._carved.sites)} sites, "
        lines = [f"Device of {sites}{self.pattern.n} orbitals"]
        lines += [
            f"  lead {bound.name!r} touches {len(bound.sites)} orbitals"
            for bound in self._numbers.leads
        ]
        for name in self.parameters:
            unit = f" ({self.units[name]})" if name in self.units else ""
            default = f" = {self.defaults[name]:g}" if name in self.defaults else ""
            lines.append(f"  parameter {name}{default}{unit}")
        return "\n".join(lines)

    def _carving(self) -> Carving:
        if not isinstance(self.region, Region):
            raise InvalidInput(
                "a device needs a region, such as region=rectangle('1.5 um', '0.78 um'); "
                "wrap a function of positions with from_function"
            )
        return Carving(
            self.model,
            self.region,
            self.leads,
            self.potential,
            self.disorder,
            Knob.of(self.field, "T", "field"),
            self.origin,
        )

    def _refuse_extras(self) -> None:
        for name in ("region", "potential", "disorder", "conserved", "origin"):
            if getattr(self, name) is not None:
                raise InvalidInput(f"{name} has no meaning for a device given by matrices")
        if self.field != 0:
            raise InvalidInput("a field has no meaning for a device given by matrices")

    @property
    def _carved(self) -> Carving | None:
        carving: Carving | None = self.__dict__["_carving_kept"]
        return carving

    @property
    def _numbers(self) -> System:
        system: System = self.__dict__["_system"]
        return system

    @property
    def _known(self) -> Parameters:
        parameters: Parameters = self.__dict__["_parameters"]
        return parameters


def _named(leads: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(leads, Mapping):
        raise InvalidInput("leads must be a mapping from names to leads, {'left': lead, ...}")
    for name in leads:
        if not isinstance(name, str) or not name:
            raise InvalidInput(f"a lead's name must be a non-empty string, got {name!r}")
    return MappingProxyType(dict(leads))
