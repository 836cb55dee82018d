"""A finalized Kwant system as a device: its matrices, leads and positions, and no solver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.affine import check_hermitian, number_array
from sharvin.device.device import Device
from sharvin.device.leads import BoundLead
from sharvin.device.matrices import Matrices
from sharvin.device.parameters import Parameters
from sharvin.device.pattern import Pattern, index_dtype
from sharvin.device.system import System
from sharvin.errors import InvalidInput
from sharvin.interop.kwant.inputs import Inputs, named_inputs
from sharvin.interop.kwant.leads import read_leads
from sharvin.typing import IntArray, NumberArray, RealArray

ReadLeads = Callable[[Any, Inputs, list[IntArray]], tuple[BoundLead, ...]]


def from_kwant(system: Any, params: Mapping[str, Any] | None = None) -> Device:
    """Device with the Hamiltonian and the leads of a finalized Kwant system.

    Leads are named by their numbers, ``"0"``, ``"1"``, ...; modes of a lead with a declared
    conservation law carry the number of their block, ``to=("1", "0")``. Every number in
    ``params`` becomes a parameter of the device with that default, so that a sweep reuses the
    elimination plan:

    >>> device = from_kwant(fsyst, params={"Vg": 0.0})        # doctest: +SKIP
    >>> for s in smatrices(device, [{"energy": 0.8, "Vg": v} for v in gates]): ...  # doctest: +SKIP

    Kwant's evaluation of the value functions is then the larger part of the cost.

    Parameters
    ----------
    system : kwant.system.FiniteSystem
        What ``builder.finalized()`` returns. The device keeps a reference to it.
    params : mapping, optional
        A value for every parameter of the system and its leads. Values that are not real
        numbers (functions, strings, arrays) are passed to Kwant unchanged.

    Returns
    -------
    Device
        Orbitals in Kwant's order; energies in the unit of the Kwant Hamiltonian.

    Raises
    ------
    InvalidInput
        For a missing parameter, or a Hamiltonian that is not Hermitian.
    """
    inputs = named_inputs(check_system(system), params)
    defaults = inputs.parameters(None).defaults
    return build_device(lambda: system, inputs, read_leads, dict(defaults))


def check_system(system: Any) -> Any:
    """Return a finalized finite system; refuse anything else."""
    if not hasattr(system, "hamiltonian_submatrix") or not hasattr(system, "lead_interfaces"):
        raise InvalidInput(
            f"a finalized Kwant system with leads is needed, got {type(system).__name__}; "
            "call .finalized() on the builder"
        )
    return system


def build_device(
    source: Callable[[], Any], inputs: Inputs, read: ReadLeads, params: dict[str, float]
) -> Device:
    """Device whose numbers are evaluated by Kwant at every point.

    Parameters
    ----------
    source : callable
        Returns the system; a weak reference will do.
    inputs : Inputs
        Kwant arguments for each parameter set.
    read : callable
        Chooses how each lead is represented.
    params : dict
        A parameter set at which the Hamiltonian may be evaluated; used for the first point.
    """
    system = source()
    entries, norb = evaluate(system, inputs.at(params))
    offsets = np.concatenate([[0], np.cumsum(norb)]).astype(np.int64)
    interfaces = [_orbitals(offsets, sites) for sites in system.lead_interfaces]
    leads = read(system, inputs, interfaces)
    rows, columns = block_entries(system, norb)
    slots = Slots.of(int(offsets[-1]), rows, columns, orbital_positions(system, norb))
    names = None if system.parameters is None else frozenset(system.parameters)
    parameters = inputs.parameters(names)
    first = {parameters_key(parameters, params): slots.values(entries)}
    hamiltonian = KwantHamiltonian(source, inputs, parameters, slots, first)
    model = KwantModel(built=System(slots.pattern, hamiltonian, leads))
    return Device(model, leads={lead.name: lead for lead in leads})


@dataclass(frozen=True, eq=False)
class KwantModel(Matrices):
    """What a `Device` asks of matrices, when Kwant evaluates them at every point.

    It is a subclass because `Device` knows its raw models by that type.
    """

    hamiltonian: Any = None
    positions: Any = None
    built: Any = None

    def __post_init__(self) -> None:
        """Skip the checks of fixed matrices: each evaluation is checked instead."""

    def system(self, leads: Mapping[str, Any]) -> System:
        """Pattern, values and leads."""
        del leads
        built: System = self.built
        return built


@dataclass(frozen=True, eq=False)
class Entries:
    """Stored entries of a sparse matrix, in Kwant's order."""

    size: int
    rows: IntArray
    columns: IntArray
    data: NumberArray

    @property
    def keys(self) -> IntArray:
        """Row-major places of the entries."""
        return self.rows.astype(np.int64) * self.size + self.columns


def evaluate(system: Any, arguments: tuple[Any, Any]) -> tuple[Entries, IntArray]:
    """Hamiltonian entries at one parameter set, and the number of orbitals of each site."""
    args, params = arguments
    answer = system.hamiltonian_submatrix(args, sparse=True, return_norb=True, params=params)
    matrix, norb = answer[:2]
    entries = matrix.tocoo()
    data = number_array(entries.data, "the Kwant Hamiltonian")
    # Not the declared numbers of orbitals: Kwant takes what the value functions return.
    orbitals = np.asarray(norb, dtype=np.int64)
    return Entries(entries.shape[0], entries.row, entries.col, data), orbitals


def block_entries(system: Any, norb: IntArray) -> tuple[IntArray, IntArray]:
    """Rows and columns of all entries that the onsite and hopping blocks may ever hold.

    Kwant leaves zeros out of its sparse matrices, so that no single evaluation shows the pattern
    of a sweep: a term that vanishes here may not vanish at the next point.
    """
    bonds = np.array(list(system.graph), dtype=np.int64).reshape(-1, 2)
    same = np.arange(len(norb), dtype=np.int64)
    to, from_ = np.concatenate([bonds, np.stack([same, same], axis=1)]).T
    offsets = np.concatenate([[0], np.cumsum(norb)]).astype(np.int64)
    sizes = norb[to] * norb[from_]
    block = np.repeat(np.arange(len(sizes)), sizes)
    within = np.arange(len(block)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    row, column = np.divmod(within, norb[from_][block])
    return offsets[to][block] + row, offsets[from_][block] + column


@dataclass(eq=False)
class Slots:
    """Where Kwant's entries go in the device's pattern, and where their partners are.

    Parameters
    ----------
    pattern : Pattern
    keys : int array, shape (nnz,)
        Row-major places of the pattern, ascending.
    mirror : int array, shape (nnz,)
        Slot of the transposed entry.
    """

    pattern: Pattern
    keys: IntArray
    mirror: IntArray
    _last: tuple[IntArray, IntArray] | None = None  # Kwant's keys and their slots, a cache

    @classmethod
    def of(cls, n: int, rows: IntArray, columns: IntArray, positions: RealArray | None) -> "Slots":
        """Pattern of the entries and their transposes."""
        keys = np.unique(np.concatenate([rows * n + columns, columns * n + rows]))
        rows, columns = np.divmod(keys, n)
        dtype = index_dtype(len(keys))
        indptr = np.searchsorted(rows, np.arange(n + 1)).astype(dtype)
        pattern = Pattern(indptr, columns.astype(dtype), positions)
        return cls(pattern, keys, np.searchsorted(keys, columns * n + rows))

    def values(self, entries: Entries) -> NumberArray:
        """Hermitian values in the order of the pattern."""
        values = np.zeros(len(self.keys), dtype=entries.data.dtype)
        np.add.at(values, self._places(entries.keys), entries.data)
        partner = values[self.mirror].conj()
        defect = float(np.max(np.abs(values - partner), initial=0.0))
        if defect:
            largest = float(np.max(np.abs(values), initial=0.0))
            check_hermitian(defect, largest, "the Kwant Hamiltonian")
            # Rounding of the value functions: solvers read one half only, so both must agree.
            values = (values + partner) / 2
        return values

    def _places(self, keys: IntArray) -> IntArray:
        last = self._last
        if last is not None and np.array_equal(last[0], keys):
            return last[1]
        places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        if not np.array_equal(self.keys[places], keys):
            raise InvalidInput("the Kwant system changed its hoppings; convert it again")
        self._last = keys, places
        return places


@dataclass(frozen=True, eq=False)
class KwantHamiltonian:
    """Values of H at every parameter set, by Kwant's value functions.

    Parameters
    ----------
    first : dict
        Values that are known already, handed out once: evaluating a large system takes Kwant
        longer than solving it.
    """

    source: Callable[[], Any]
    inputs: Inputs
    parameters: Parameters
    slots: Slots
    first: dict[tuple[float, ...], NumberArray]

    def at(self, params: Mapping[str, float]) -> NumberArray:
        """Values in the order of the pattern, float64 where nothing is imaginary."""
        known = self.first.pop(parameters_key(self.parameters, params), None)
        if known is not None:
            return known
        return self.slots.values(evaluate(self.source(), self.inputs.at(params))[0])


def parameters_key(parameters: Parameters, params: Mapping[str, float]) -> tuple[float, ...]:
    """Numbers of one parameter set, in the order of the names."""
    return tuple(params[name] for name in parameters.names)


def orbital_positions(system: Any, norb: IntArray) -> RealArray | None:
    """Position of every orbital, shape (n, d), or None for a system without them."""
    try:
        places = np.array([system.pos(site) for site in range(len(norb))], dtype=float)
    except (AttributeError, NotImplementedError, ValueError):
        return None  # sites of unlike families may live in unlike dimensions
    if places.ndim != 2:
        return None
    repeated: RealArray = np.repeat(places, norb, axis=0)
    return repeated


def _orbitals(offsets: IntArray, interface: Any) -> IntArray:
    """Orbitals of a list of sites, in the order of the list."""
    spans = [np.arange(offsets[site], offsets[site + 1]) for site in interface]
    return np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
