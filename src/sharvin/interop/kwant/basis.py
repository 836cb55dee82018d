"""Our modes in Kwant's order and convention, and what turns our S-matrix into that basis.

Kwant lists incoming modes first, by block of the conservation law and ascending momentum, then
outgoing ones by block and descending momentum, and refers amplitudes to cell 0, where the device
begins; Sharvin refers them to cell 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg as la

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.errors import Unreliable
from sharvin.interop.kwant.inputs import Inputs
from sharvin.interop.kwant.leads import CellLead, ContactLead, has_modes
from sharvin.optional import require
from sharvin.solvers.channels import self_energy_channels
from sharvin.solvers.modes import Modes, prepare
from sharvin.typing import ComplexArray, IntArray, RealArray

# Momenta closer than this are equal: Kwant then orders by velocity.
SAME_MOMENTUM = 1e-9
# Two bases of the same modes are related by a unitary matrix, up to the modes' own error.
UNITARY = 1e-5


@dataclass(frozen=True, eq=False)
class LeadBasis:
    """A lead's `lead_info`, and amplitudes in it: b = out @ ours, a = in_ @ ours.

    Parameters
    ----------
    info : PropagatingModes or complex array
        Kwant's description; a self-energy where the lead has no modes.
    out, in_ : complex array, shape (n, n)
        Unitary.
    """

    info: Any
    out: ComplexArray
    in_: ComplexArray


def lead_basis(
    lead: CellLead | ContactLead, inputs: Inputs, params: Mapping[str, float], energy: float
) -> LeadBasis:
    """Kwant's view of one lead at one energy."""
    blocks = lead.at(params)
    arguments = inputs.at(params)
    if isinstance(blocks, SelfEnergyBlocks):
        return _contact_basis(lead, blocks, arguments, energy)
    modes = prepare(blocks.cell, blocks.hop, conserved=blocks.conserved).modes(energy)
    if _declares_symmetry(lead.lead, arguments, energy):
        return _kwant_basis(lead.lead, arguments, modes, energy)
    return _sorted_basis(modes, blocks)


def _sorted_basis(modes: Modes, blocks: LeadBlocks) -> LeadBasis:
    """Our own modes, permuted; no mode of Kwant's is computed."""
    charges_out, charges_in = _numbers(modes.charges_out, modes), _numbers(modes.charges_in, modes)
    out = _order(modes.lam_out, modes.velocity_out, charges_out)
    back = _order(modes.lam_in, modes.velocity_in, charges_in)
    waves = np.hstack(
        [(modes.wave_in / modes.lam_in)[:, back], (modes.wave_out / modes.lam_out)[:, out]]
    )
    velocities = np.concatenate([modes.velocity_in[back], modes.velocity_out[out]])
    momenta = np.angle(np.concatenate([modes.lam_in[back], modes.lam_out[out]]))
    info = require("kwant.physics").PropagatingModes(waves, velocities, momenta)
    blocks_known = len(blocks.labels) if blocks.labels else 1
    info.block_nmodes = np.bincount(charges_in, minlength=blocks_known).tolist()
    one = np.eye(len(out), dtype=complex)
    return LeadBasis(info, one[out], one[back])


def _numbers(charges: RealArray | None, modes: Modes) -> IntArray:
    """Conservation-law block of each mode; zeros without such a law."""
    if charges is None:
        return np.zeros(len(modes.lam_out), dtype=np.int64)
    return np.rint(charges).astype(np.int64)


def _order(factors: ComplexArray, velocities: RealArray, charges: IntArray) -> IntArray:
    """Kwant's order of the modes that move one way: block, -sign(v) k, v."""
    momenta = np.angle(factors)
    # The branch cut as in Kwant: k = pi and -pi are one momentum, which counts as pi.
    momenta = np.where(momenta < -np.pi + SAME_MOMENTUM, np.pi, momenta)
    along = np.round(-np.sign(velocities) * momenta / SAME_MOMENTUM)
    return np.lexsort([velocities, along, charges])


def _declares_symmetry(lead: Any, arguments: tuple[Any, Any], energy: float) -> bool:
    """Whether Kwant chooses modes by a symmetry that holds at this energy."""
    symmetry = lead.discrete_symmetry(arguments[0], params=arguments[1])
    if symmetry.time_reversal is not None:
        return True
    return not energy and (symmetry.particle_hole is not None or symmetry.chiral is not None)


def _kwant_basis(lead: Any, arguments: tuple[Any, Any], modes: Modes, energy: float) -> LeadBasis:
    """Kwant's own modes, which obey the declared symmetries, in terms of ours."""
    args, params = arguments
    info = lead.modes(energy, args, params=params)[0]
    n = len(info.momenta) // 2
    ours_out, ours_in = modes.wave_out / modes.lam_out, modes.wave_in / modes.lam_in
    if ours_out.shape[1] != n:
        raise Unreliable(
            f"Kwant counts {n} open modes in a lead where {ours_out.shape[1]} are open, so S "
            "cannot be given in its symmetric basis; drop the declared symmetry or move the energy"
        )
    waves = info.wave_functions
    return LeadBasis(
        info,
        _unitary(la.lstsq(waves[:, n:], ours_out)[0]),
        _unitary(la.lstsq(waves[:, :n], ours_in)[0]),
    )


def _contact_basis(
    lead: Any, blocks: SelfEnergyBlocks, arguments: tuple[Any, Any], energy: float
) -> LeadBasis:
    r"""Modes that the lead states, in terms of the eigenvectors of its Gamma.

    With Kwant's stabilized modes u, u/lambda and v = sqrt_hop, outgoing amplitudes are
    :math:`q = (u/\lambda)_{out}^{-1} (v^\dagger \psi - (u/\lambda)_{in} a)` and the source of an
    incoming mode is :math:`v (u_{in} - u_{out} (u/\lambda)_{out}^{-1} (u/\lambda)_{in})`.
    """
    channels = self_energy_channels(blocks, energy)
    if not has_modes(lead.lead):
        one = np.eye(channels.count, dtype=complex)
        return LeadBasis(blocks.self_energy(energy), one, one)
    args, params = arguments
    info, stable = lead.lead.modes(energy, args, params=params)
    n = stable.nmodes
    if n != channels.count:
        raise Unreliable(
            f"the given modes are {n}, but their self-energy opens {channels.count} channels; "
            "give the lead by its cell and hopping"
        )
    if not len(stable.vecs):
        empty = np.zeros((0, 0), dtype=complex)
        return LeadBasis(info, empty, empty)
    outward, inward = stable.vecslmbdainv[:, n:], stable.vecslmbdainv[:, :n]
    to_amplitudes = la.solve(outward, stable.sqrt_hop.conj().T)[:n]
    source = stable.sqrt_hop @ (stable.vecs[:, :n] - stable.vecs[:, n:] @ la.solve(outward, inward))
    w = channels.v if channels.turn is None else channels.v @ channels.turn
    out = la.lstsq(w.conj(), to_amplitudes.T)[0].T
    back = la.lstsq(-1j * w @ channels.direct, source)[0]
    return LeadBasis(info, _unitary(out), _unitary(back).conj().T)


def _unitary(matrix: ComplexArray) -> ComplexArray:
    defect = np.abs(matrix.conj().T @ matrix - np.eye(len(matrix))).max(initial=0)
    if not defect < UNITARY:
        raise Unreliable(
            f"the lead's modes and Kwant's span unlike spaces (defect {defect:.1e}); "
            "move the energy away from the band edge"
        )
    return matrix
