r"""Zero-frequency noise of the currents into a device, for any number of leads and any baths.

.. math:: S_{\alpha\beta} = \frac{2e^2}{h} g \sum_{\gamma\delta} \int dE\;
          M_{\alpha\beta\gamma\delta}\, \tfrac12[f_\gamma(1 - f_\delta) + f_\delta(1 - f_\gamma)],
          \qquad M_{\alpha\beta\gamma\delta} = \mathrm{Re\,Tr}\,[A_{\gamma\delta}(\alpha)
          A_{\delta\gamma}(\beta)]

with :math:`A(\alpha) = P_\alpha - S^\dagger P_\alpha S`. One-sided, so that
:math:`S = 4 k_B T G` in equilibrium.
"""

from typing import Literal

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.observables.currents import MEV
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.spectrum import Spectrum
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE

Part = Literal["total", "thermal", "shot", "excess"]
PARTS = ("total", "thermal", "shot", "excess")
NOISE_PER_MEV = 2 * CONDUCTANCE_PER_MODE * MEV  # 2e²/h times 1 meV, in A²/Hz
MOST_LEADS = 12  # the reading has leads**4 numbers


def correlations(s: SMatrix) -> RealArray:
    """M for all leads, flattened from (leads, leads, leads, leads)."""
    n = len(s.leads)
    owner = np.repeat(np.arange(n), s.modes)
    member = (owner == np.arange(n)[:, None]).astype(float)
    found = np.zeros((n, n, n, n))
    parts = []
    for a in range(n):
        rows = s.data[owner == a]
        parts.append(np.diag(member[a]) - rows.conj().T @ rows)
    for a in range(n):
        for b in range(a, n):
            product = (parts[a] * parts[b].T).real
            found[a, b] = found[b, a] = member @ product @ member.T
    return found.ravel()


def noise_matrix(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, *, part: Part = "total"
) -> RealArray:
    """Auto- and cross-correlations of all currents.

    Parameters
    ----------
    s : SMatrix or Spectrum
        An SMatrix is taken to hold at every energy.
    reservoirs : Reservoirs
    part : {"total", "thermal", "shot", "excess"}
        ``thermal`` comes from each reservoir's own fluctuating occupation, f(1 - f); ``shot`` from
        different occupations meeting, (f - f')²; they add up to the total. ``excess`` is
        the total less that of the same reservoirs at equal chemical potentials.

    Returns
    -------
    real array, shape (leads, leads)
        In A²/Hz. Off-diagonal elements are never positive at equal temperatures.

    References
    ----------
    M. Büttiker, Phys. Rev. B 46, 12485 (1992).
    """
    return noise_with_error(s, reservoirs, part=part)[0]


def noise_with_error(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, *, part: Part = "total", moment: int = 0
) -> tuple[RealArray, RealArray]:
    """The same with its quadrature error, weighted with a power of E - base (in meV)."""
    table = Spectrum.of(s)
    if part not in PARTS:
        raise InvalidInput(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    n = len(table.leads)
    if n > MOST_LEADS:
        raise InvalidInput(f"noise of {n} leads needs {n}**4 numbers per energy; at most 12 leads")
    if part == "excess":
        rest = reservoirs.replaced(np.full(n, reservoirs.base), reservoirs.temperatures)
        biased, idle = (noise_with_error(table, r, moment=moment) for r in (reservoirs, rest))
        return biased[0] - idle[0], biased[1] + idle[1]

    def weights(energies: RealArray) -> RealArray:
        both = _pair_weights(reservoirs, energies, part).reshape(len(energies), n * n)
        powers: RealArray = both * (energies[:, None] - reservoirs.base) ** moment
        return powers

    found, doubts = table.integrals(correlations, weights, reservoirs.cuts())
    scale = table.degeneracy * NOISE_PER_MEV
    # Each weight (gamma, delta) belongs to the same pair of indices of M, the last of its four.
    each = (x.reshape(n * n, n * n, n * n) for x in (found, doubts))
    values, errors = (np.einsum("gag->a", x).reshape(n, n) for x in each)
    return scale * values, scale * errors


def _pair_weights(reservoirs: Reservoirs, energies: RealArray, part: str) -> RealArray:
    """Half of f(1 - f') + f'(1 - f), or one of its two parts, shape (energies, leads, leads)."""
    f, hole = reservoirs.occupations(energies)
    if part == "total":
        both = f[:, :, None] * hole[:, None, :]
        total: RealArray = 0.5 * (both + both.transpose(0, 2, 1))
        return total
    if part == "thermal":
        own = f * hole
        thermal: RealArray = 0.5 * (own[:, :, None] + own[:, None, :])
        return thermal
    return 0.5 * reservoirs.differences(energies) ** 2
