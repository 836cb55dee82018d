"""Kwant's four solver functions with Kwant's arguments, answered by Sharvin's solver."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary, ref

import numpy as np
import scipy.linalg as la

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.device.leads import BoundLead
from sharvin.errors import InvalidInput
from sharvin.interop.kwant.basis import LeadBasis, lead_basis
from sharvin.interop.kwant.inputs import CALL, LatestInputs
from sharvin.interop.kwant.leads import has_cells, has_modes, read_contacts, read_leads
from sharvin.interop.kwant.reading import build_device, check_system
from sharvin.interop.kwant.results import KwantGreensFunction, KwantSMatrix, check_request
from sharvin.optional import require
from sharvin.solvers.modes import prepare
from sharvin.solvers.smatrix import smatrix as solve
from sharvin.solvers.states import green, states
from sharvin.solvers.states import ldos as local_density
from sharvin.typing import ComplexArray, RealArray

Leads = Sequence[int] | None
Args = tuple[Any, ...]
Params = Mapping[str, Any] | None


@dataclass(frozen=True, eq=False)
class Session:
    """A system's device, kept between calls so that its elimination plan is made once."""

    device: Device
    inputs: LatestInputs
    sources: tuple[int, ...]  # identities of the lead objects: scripts replace them in place


@dataclass(frozen=True, eq=False)
class Call:
    """One call: the device and the parameter set that stands for its arguments."""

    device: Device
    inputs: LatestInputs
    point: dict[str, float]

    @property
    def leads(self) -> list[Any]:
        """The leads as they were read, in Kwant's order."""
        return list(self.device.leads.values())


# Weak keys, and a weak reference inside: a system dies with its last user, not with this cache.
_SESSIONS: WeakKeyDictionary[Any, dict[str, Session]] = WeakKeyDictionary()


def smatrix(
    sys: Any,
    energy: float = 0,
    args: Args = (),
    out_leads: Leads = None,
    in_leads: Leads = None,
    check_hermiticity: bool = True,
    *,
    params: Params = None,
) -> KwantSMatrix:
    """Scattering matrix of a finalized Kwant system, in place of ``kwant.smatrix``.

    Modes are in Kwant's order; their phases, and the basis among modes of equal momentum and
    velocity, are Sharvin's, and `lead_info` describes exactly these modes. The complete
    S-matrix is computed whatever is asked for.

    Parameters
    ----------
    sys : kwant.system.FiniteSystem
    energy : float
    args, params
        Arguments of the system's value functions.
    out_leads, in_leads : sequence of int, optional
        Ascending numbers of the leads whose blocks `data` shall hold.
    check_hermiticity : bool
        Kept for compatibility: a Hamiltonian that is not Hermitian is refused in any case.
        ``False`` restricts `transmission` to the leads that were asked for.

    Returns
    -------
    KwantSMatrix
        Answers ``transmission``, ``submatrix``, ``num_propagating``, ``conductance_matrix``,
        ``data``, ``lead_info``; ``scattering`` is the `SMatrix` with its error estimate.
    """
    system = _with_leads(sys)
    request = check_request(len(system.leads), out_leads, in_leads, check_hermiticity)
    for leads, argument in ((request.in_leads, "in_leads"), (request.out_leads, "out_leads")):
        _refuse_contacts(system, leads, argument)
    with _call(system, args, params) as call:
        s = solve(call.device, energy=energy, **call.point)
        bases = _bases(call, energy)
    out = la.block_diag(*(basis.out for basis in bases))
    back = la.block_diag(*(basis.in_ for basis in bases))
    data = np.asarray(out @ s.data @ back.conj().T)
    _register(KwantSMatrix, "SMatrix")
    return KwantSMatrix(data, [basis.info for basis in bases], request, list(s.modes), s)


def greens_function(
    sys: Any,
    energy: float = 0,
    args: Args = (),
    out_leads: Leads = None,
    in_leads: Leads = None,
    check_hermiticity: bool = True,
    *,
    params: Params = None,
) -> KwantGreensFunction:
    """Retarded Green function between lead interfaces, as ``kwant.greens_function``.

    Arguments as in `smatrix`; leads known by a self-energy only are welcome here. Transmissions
    come from the S-matrix between the eigenvectors of each Gamma.

    Returns
    -------
    KwantGreensFunction
    """
    system = _with_leads(sys)
    request = check_request(len(system.leads), out_leads, in_leads, check_hermiticity)
    with _call(system, args, params, contacts=True) as call:
        s = solve(call.device, energy=energy, **call.point)
        blocks = call.device.lead_blocks(call.point)
        orbitals = np.concatenate([b.sites for b in blocks])
        g = green(call.device, energy=energy, to=orbitals, from_=orbitals, **call.point)
        sigmas = [
            _interface_self_energy(b, energy)
            if isinstance(b, LeadBlocks)
            else np.asarray(b.self_energy(energy), dtype=complex)
            for b in blocks
        ]
    _register(KwantGreensFunction, "GreensFunction")
    return KwantGreensFunction(g, sigmas, request, s.transmissions, list(s.modes))


def ldos(
    sys: Any,
    energy: float = 0,
    args: Args = (),
    check_hermiticity: bool = True,
    *,
    params: Params = None,
) -> RealArray:
    """Local density of states of every orbital, in place of ``kwant.ldos``.

    Arguments as in `smatrix`. Leads known by a self-energy only are refused, as in Kwant.

    Returns
    -------
    real array, shape (orbitals,)
        Per unit of energy.
    """
    del check_hermiticity
    system = _with_leads(sys)
    for number, lead in enumerate(system.leads):
        if not has_modes(lead):
            # Kwant promises this exception; scripts may count on it.
            raise NotImplementedError(
                f"lead {number} is known by its self-energy only; "
                "use sharvin.ldos(from_kwant(system), energy=...)"
            )
        if not has_cells(lead):
            lead.modes(energy, args, params=params)  # a precalculated lead may hold none
    with _call(system, args, params) as call:
        return local_density(call.device, energy=energy, **call.point)


class WaveFunction:
    """Scattering states by lead: ``wave(lead)`` has shape (modes, orbitals).

    Parameters
    ----------
    waves : list of complex array or None
        One per lead, None where a lead has no modes.
    """

    def __init__(self, waves: Sequence[ComplexArray | None], orbitals: int) -> None:
        self._waves = tuple(waves)
        self.num_orb = orbitals

    def __call__(self, lead: int) -> ComplexArray:
        """Waves that unit current in each incoming mode of ``lead`` makes in the device."""
        waves = self._waves[lead]
        if waves is None:
            raise InvalidInput(
                f"lead {lead} is known by its self-energy only, so no incoming modes are defined"
            )
        return waves


def wave_function(
    sys: Any,
    energy: float = 0,
    args: Args = (),
    check_hermiticity: bool = True,
    *,
    params: Params = None,
) -> WaveFunction:
    """Scattering states inside the system, in place of ``kwant.wave_function``.

    Arguments as in `smatrix`.

    Returns
    -------
    callable
        ``result(lead)`` has one row per incoming mode, in the order of `lead_info`.
    """
    del check_hermiticity
    system = _with_leads(sys)
    with _call(system, args, params) as call:
        result = states(call.device, energy=energy, **call.point)
        bases = _bases(call, energy)
    waves: list[ComplexArray | None] = []
    edges = np.concatenate([[0], np.cumsum(result.modes)])
    for number, (basis, lead) in enumerate(zip(bases, system.leads, strict=True)):
        ours = result.waves[:, edges[number] : edges[number + 1]]
        waves.append((ours @ basis.in_.conj().T).T if has_modes(lead) else None)
    return WaveFunction(waves, result.waves.shape[0])


@contextmanager
def _call(system: Any, args: Args, params: Params, *, contacts: bool = False) -> Iterator[Call]:
    """Device of the system with this call's arguments in it."""
    sessions = _SESSIONS.setdefault(system, {})
    kind = "contacts" if contacts else "modes"
    sources = tuple(id(lead) for lead in system.leads)
    session = sessions.get(kind)
    inputs = LatestInputs() if session is None or session.sources != sources else session.inputs
    with inputs.call(args, params) as number:
        if session is None or session.sources != sources:
            read: Callable[..., tuple[BoundLead, ...]] = read_contacts if contacts else read_leads
            device = build_device(ref(system), inputs, read, {CALL: number})
            session = Session(device, inputs, sources)
            sessions[kind] = session
        yield Call(session.device, inputs, {CALL: number})


def _bases(call: Call, energy: float) -> list[LeadBasis]:
    return [lead_basis(lead, call.inputs, call.point, energy) for lead in call.leads]


def _interface_self_energy(blocks: LeadBlocks, energy: float) -> ComplexArray:
    """Sigma on the device's interface orbitals, shape (p, p)."""
    modes = prepare(blocks.cell, blocks.hop, conserved=blocks.conserved).modes(energy)
    p = len(blocks.sites)
    return np.asarray(modes.sigma[:p, :p], dtype=complex)


def _with_leads(system: Any) -> Any:
    if not len(check_system(system).lead_interfaces):
        raise InvalidInput("the system contains no leads; attach some before finalizing it")
    return system


def _refuse_contacts(system: Any, leads: Sequence[int], argument: str) -> None:
    for number in leads:
        lead = system.leads[number]
        if not has_modes(lead) and not has_cells(lead):
            raise InvalidInput(
                f"lead {number} is known by its self-energy only, so S has no modes for it: leave "
                f"it out of {argument}, or take its transmissions from greens_function"
            )


def _register(ours: type, name: str) -> None:
    """Pass Kwant's own type checks (in ``kwant.physics.two_terminal_shotnoise``, say)."""
    getattr(require("kwant.solvers.common"), name).register(ours)
