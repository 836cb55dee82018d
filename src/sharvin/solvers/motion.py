r"""How S moves when the energy or a parameter moves, device and leads together.

For :math:`S = D + W^\dagger G Q` with :math:`\psi = G Q` and a gauge of the incoming modes in
which D stays what it is,

.. math:: i\,S^\dagger S' = \psi^\dagger (H' + \Sigma')\,\psi - i\,\psi^\dagger W' D
          + i\,S^\dagger W'^\dagger \psi ,

where the primes on :math:`\Sigma` and W are those of the leads alone: cheap, and smooth on the
scale of the band however sharp the resonances inside.
"""

from collections.abc import Callable, Sequence

import numpy as np

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks, same_blocks, same_bonds
from sharvin.errors import InvalidInput, SharvinError, Unreliable
from sharvin.numerics.differences import derivative
from sharvin.solvers.channels import Channels, lead_channels, self_energy_channels
from sharvin.solvers.contacts import Contact, attach
from sharvin.solvers.inside import Inside
from sharvin.solvers.junction import Leads
from sharvin.solvers.modes import prepare
from sharvin.typing import ComplexArray, NumberArray

# Largest accepted relative error of a derivative by differences.
ROUGH = 1e-6
# Modes of leads are dear: the step that mostly does goes first, and nine digits are as good as the
# modes themselves.
STEPS, ENOUGH = (1e-3, 2e-4, 6e-3, 3e-2, 2e-5), 1e-9
Piece = tuple[NumberArray, NumberArray]  # derivatives of a lead's self-energy and of W


def energy_motion(inside: Inside) -> ComplexArray:
    """What the leads contribute to i S† dS/dE, shape (n, n), Hermitian."""
    point = inside.point
    contacts = point.layout.extension.contacts

    def moved(step: float) -> list[Channels | None]:
        energy = point.energy + step
        return [
            None if piece is not None else _channel(lead, contact, energy)
            for lead, contact, piece in zip(point.leads, contacts, known, strict=True)
        ]

    known = [
        None if surface is None else surface.moved(-np.eye(len(surface.lead.cell)))
        for surface in inside.surfaces
    ]
    return _lead_part(inside, known, moved, _band_scale(point.leads), "the energy")


def parameter_motion(inside: Inside, name: str) -> ComplexArray | None:
    """What the leads contribute to i S† dS/dp; None where they do not depend on it.

    Most parameters (a gate that does not reach so far, disorder inside) leave the numbers of some
    leads or of all as they are: nothing is solved for those.
    """
    extension = inside.point.layout.extension
    scale = parameter_scale(inside, name)
    tried = inside.device.lead_blocks(_shifted(inside, name, STEPS[0] * scale))
    if all(same_blocks(a, b) for a, b in zip(tried, inside.point.leads, strict=True)):
        return None

    def moved(step: float) -> list[Channels | None]:
        leads = inside.device.lead_blocks(_shifted(inside, name, step))
        contacts = attach(inside.device.pattern, leads, extension).contacts
        return [
            None if piece is not None else _channel(lead, contact, inside.point.energy)
            for lead, contact, piece in zip(leads, contacts, known, strict=True)
        ]

    known = [_parameter_piece(inside, name, scale, i, one) for i, one in enumerate(tried)]
    return _lead_part(inside, known, moved, scale, f"parameter {name!r}")


def _parameter_piece(
    inside: Inside, name: str, scale: float, number: int, tried: LeadBlocks | SelfEnergyBlocks
) -> Piece | None:
    """Derivatives of one lead where only its onsite block moves, or nothing at all."""
    now, surface = inside.point.leads[number], inside.surfaces[number]
    if same_blocks(tried, now):
        channels = inside.channels[number]
        return np.zeros(channels.hermitian.shape), np.zeros(channels.v.shape)
    if surface is None or not isinstance(tried, LeadBlocks) or not same_bonds(tried, surface.lead):
        return None

    def cell(step: float) -> list[NumberArray] | None:
        lead = inside.device.lead_blocks(_shifted(inside, name, step))[number]
        return [lead.cell] if isinstance(lead, LeadBlocks) else None

    change, error = derivative(cell, scale)
    return surface.moved(change[0]) if error < ROUGH else None


def values_motion(inside: Inside, name: str) -> NumberArray:
    """dH/dp of every stored entry of the extended Hamiltonian."""
    device, extension = inside.device, inside.point.layout.extension

    def moved(step: float) -> list[NumberArray]:
        given = _shifted(inside, name, step)
        return [extension.values(device.values(given), device.lead_blocks(given))]

    try:
        found, error = derivative(moved, parameter_scale(inside, name))
    except SharvinError as refusal:
        raise InvalidInput(f"parameter {name!r} has no derivative: {refusal}") from None
    if not error < ROUGH:
        raise InvalidInput(
            f"the Hamiltonian does not depend smoothly on the parameter {name!r}, so there is no "
            "derivative; ask for those of other parameters"
        )
    return found[0]


def parameter_scale(inside: Inside, name: str) -> float:
    """A step of the parameter over which much may change."""
    return max(abs(inside.parameters[name]), 1.0)


def _shifted(inside: Inside, name: str, step: float) -> dict[str, float]:
    return {**inside.parameters, name: inside.parameters[name] + step}


def _band_scale(leads: Leads) -> float:
    """Roughly a bandwidth."""
    hops = [lead.hop for lead in leads if isinstance(lead, LeadBlocks)]
    return max((float(np.abs(hop).max(initial=0.0)) for hop in hops), default=0.0) or 1.0


def _channel(lead: LeadBlocks | SelfEnergyBlocks, contact: Contact, energy: float) -> Channels:
    if isinstance(lead, LeadBlocks):
        modes = prepare(lead.cell, lead.hop, conserved=lead.conserved).modes(energy)
        return lead_channels(modes, lead, contact)
    return self_energy_channels(lead, energy)


def _lead_part(
    inside: Inside,
    known: Sequence[Piece | None],
    moved: Callable[[float], list[Channels | None]],
    scale: float,
    what: str,
) -> ComplexArray:
    """The leads' part of i S† S', in the modes of S; by differences where it is not known."""
    if any(c.ports is not None for c in inside.channels):
        raise Unreliable(
            f"at energy {inside.point.energy:.12g} a state bound to the surface of a lead makes "
            f"its self-energy too large for a derivative by {what}; move the energy"
        )
    if None not in known:
        return _assembled(inside, [piece for piece in known if piece is not None])
    roots = [_root(c) for c in inside.channels]

    def aligned(step: float) -> list[NumberArray] | None:
        try:
            channels = moved(step)
        except Unreliable:  # a band edge, or a pole
            return None
        pieces: list[NumberArray] = []
        for now, before, w in zip(channels, inside.channels, roots, strict=True):
            if now is None:
                continue
            if now.ports is not None or now.count != before.count or len(now.v) != len(before.v):
                return None
            sigma = now.hermitian - 0.5j * (now.v @ now.v.conj().T)
            pieces += [sigma, _parallel(_root(now), w)]
        return pieces

    found, error = derivative(aligned, scale, steps=STEPS, enough=ENOUGH)
    if not error < ROUGH:
        raise Unreliable(
            f"at energy {inside.point.energy:.12g} the modes of a lead change too fast with "
            f"{what} for a derivative: a band edge is near; move the energy"
        )
    rest = iter(zip(found[::2], found[1::2], strict=True))
    return _assembled(inside, [next(rest) if piece is None else piece for piece in known])


def _root(channels: Channels) -> ComplexArray:
    """W with Gamma = W W†."""
    w = channels.v if channels.turn is None else channels.v @ channels.turn
    return np.asarray(w, complex)


def _parallel(w: ComplexArray, reference: ComplexArray) -> ComplexArray:
    """The root of the same Gamma that lies closest to another one: no gauge, no order of modes."""
    left, _, right = np.linalg.svd(w.conj().T @ reference)
    found: ComplexArray = w @ (left @ right)
    return found


def _assembled(inside: Inside, pieces: Sequence[Piece]) -> ComplexArray:
    into, out = _references(inside)
    s = out[:, None] * inside.joined.data / into
    waves = inside.interface / into
    n = len(s)
    total = np.zeros((n, n), complex)
    start = 0
    for lead, place, (sigma, w) in zip(
        inside.channels, inside.point.layout.places, pieces, strict=True
    ):
        modes = slice(start, start + lead.count)
        psi = waves[place]
        total += psi.conj().T @ sigma @ psi
        total[:, modes] -= 1j * (psi.conj().T @ w @ lead.direct)
        total += 1j * (s[modes].conj().T @ (w.conj().T @ psi))
        start += lead.count
    total = into.conj()[:, None] * total * into
    hermitian: ComplexArray = (total + total.conj().T) / 2
    return hermitian


def _references(inside: Inside) -> tuple[ComplexArray, ComplexArray]:
    """Phases that refer amplitudes to a lead's first cell, where that cell was appended."""

    def phases(pick: Callable[[Channels], ComplexArray | None]) -> ComplexArray:
        parts = [(c, pick(c)) for c in inside.channels]
        return np.concatenate(
            [np.zeros(0, complex), *(np.ones(c.count) if p is None else p for c, p in parts)]
        )

    return phases(lambda c: c.turn_in), phases(lambda c: c.turn_out)
