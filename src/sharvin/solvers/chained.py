"""Channels of a lead in closed form at many energies: one array operation for all of them."""

import numpy as np

from sharvin.device.blocks import LeadBlocks
from sharvin.solvers.channels import Channels
from sharvin.solvers.contacts import Contact
from sharvin.solvers.modes.closed import ClosedForm
from sharvin.solvers.modes.order import momentum_key
from sharvin.solvers.modes.roots import chain_roots, rounding
from sharvin.typing import RealArray


def chain_channels(
    form: ClosedForm, energies: RealArray, lead: LeadBlocks, contact: Contact
) -> list[Channels | None] | None:
    r"""The same as `lead_channels` gives energy by energy.

    For real transverse waves u, with :math:`z` as in `chain_roots`,

    .. math:: \Sigma_h = \sum_c |w_c| \,\mathrm{Re} z_c \, u_c u_c^T, \qquad
              V_c = u_c \sqrt{v_c}, \qquad D = -1 .

    Returns
    -------
    list or None
        None for an energy at a band edge, which `lead_channels` refuses with the reason; None
        for all where the waves are complex or the contact turns them.
    """
    turned = contact.phases is not None or contact.appended is not None
    if turned or not form.is_real or form.u.dtype.kind == "c":
        return None
    live = form.live
    hop, phase, block = np.abs(form.w[live]), form.phase[live], form.block[live]
    noise = rounding(form.scale[live], energies[:, None])
    roots = chain_roots(energies[:, None] - form.e[live], hop, noise)
    z = roots.z
    # Closed channels go last; the others block by block, by momentum.
    key = momentum_key(z * phase, incoming=False)
    order = np.lexsort((key, np.broadcast_to(block, key.shape), ~roots.is_open), axis=-1)
    u = form.u[np.searchsorted(form.rows, contact.rows)][:, live]
    hermitian = (u * (hop * z.real)[:, None, :]) @ u.T
    hermitian = (hermitian + hermitian.swapaxes(1, 2)) / 2
    v = u * np.sqrt(2 * hop * np.abs(z.imag))[:, None, :]
    largest = float(np.abs(lead.hop).max(initial=0.0))
    found: list[Channels | None] = []
    for point, count in enumerate(roots.is_open.sum(axis=1).tolist()):
        if roots.at_edge[point]:
            found.append(None)
            continue
        found.append(
            Channels(
                hermitian[point],
                v[point][:, order[point, :count]],
                None,
                -np.eye(count, dtype=complex),
                None,
                float(roots.error[point]) * largest,
                float(roots.mode_error[point]),
            )
        )
    return found
