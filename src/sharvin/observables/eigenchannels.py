"""Transmission eigenvalues: the independent channels through a scatterer."""

import numpy as np

from sharvin.errors import Unreliable
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.typing import RealArray

# A unitary S rounds to T <= 1 + 1e-14. More than this above one is no rounding: S is wrong.
MAX_EXCESS = 1e-6


def transmission_eigenvalues(s: SMatrix, *, to: Port, from_: Port) -> RealArray:
    r"""Eigenvalues of :math:`t t^\dagger`, the transmission probabilities of the eigenchannels.

    They are computed as squared singular values of the block t, so that a closed channel comes out
    at the square of rounding (1e-32), not at rounding itself.

    Parameters
    ----------
    s : SMatrix
    to, from_ : lead or (lead, label)
        The same port twice gives the eigenvalues of reflection.

    Returns
    -------
    real array, shape (min(modes of to, modes of from_),)
        Descending, between 0 and 1; they sum to ``s.transmission(to=to, from_=from_)``.
    """
    amplitudes = np.linalg.svd(s.block(to=to, from_=from_), compute_uv=False)
    eigenvalues = amplitudes.astype(np.float64) ** 2
    if np.any(eigenvalues > 1 + MAX_EXCESS):
        raise Unreliable(
            f"a transmission eigenvalue is {eigenvalues[0]:.6g} > 1, because S is not unitary by "
            f"{s.unitarity_defect():.1e}; mend the scatterer (see check_unitarity)"
        )
    return np.minimum(eigenvalues, 1.0)


def fano_factor(s: SMatrix, *, to: Port, from_: Port) -> float:
    r"""Zero-temperature shot noise over its Poisson value.

    .. math:: F = \sum_n T_n (1 - T_n) \Big/ \sum_n T_n

    Of the current into lead `to` when only `from_` is biased. Free of the factor-of-two conventions
    (one- or two-sided spectrum, spin) that beset the noise power itself: 1 for a tunnel
    junction, 1/3 for a diffusive wire, 1/4 for a chaotic cavity, 0 for a ballistic contact.

    Returns
    -------
    float
        Dimensionless; NaN when nothing is transmitted, since 0/0 has no limit without a model.

    References
    ----------
    Ya. M. Blanter and M. Büttiker, Phys. Rep. 336, 1 (2000).
    """
    t = transmission_eigenvalues(s, to=to, from_=from_)
    total = t.sum()
    return float(np.sum(t * (1 - t)) / total) if total > 0 else float("nan")
