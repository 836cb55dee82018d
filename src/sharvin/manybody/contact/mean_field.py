"""Hartree mean field of a Hubbard barrier, free to polarize: to be read with care."""

import warnings
from dataclasses import dataclass

import numpy as np

from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import chain_transmission, check_zeeman, occupations
from sharvin.manybody.contact.mixing import fixed_point
from sharvin.typing import RealArray

POLARIZED = 1e-4  # a moment per site below it is the rest of an iteration, not an order
SEED = 0.2  # difference of the spins' occupation from which a polarized search begins

CAVEAT = (
    "mean field broke the symmetry of the spins without a field: a contact of finite length "
    "cannot, so read this as a sign of strong correlation, and use functional_rg for the "
    "conductance"
)


class BrokenSymmetry(UserWarning):
    """A mean field has chosen a spin direction that nothing in the Hamiltonian prefers."""


@dataclass(frozen=True, eq=False)
class MeanField:
    """A self-consistent mean field at zero temperature.

    Parameters
    ----------
    barrier : HubbardBarrier
    zeeman : float
    occupations : real array, shape (2, sites)
        Of up and down.
    transmissions : real array, shape (2,)
    residual : float
        Largest difference between the occupations and what they lead to.
    iterations : int
    """

    barrier: HubbardBarrier
    zeeman: float
    occupations: RealArray
    transmissions: RealArray
    residual: float
    iterations: int

    @property
    def conductance(self) -> float:
        """In e²/h, both spins."""
        return float(self.transmissions.sum())

    @property
    def moment(self) -> float:
        """Electrons up less electrons down in the chain."""
        return float((self.occupations[0] - self.occupations[1]).sum())


def mean_field(
    barrier: HubbardBarrier,
    *,
    zeeman: float = 0.0,
    polarized: bool = True,
    tolerance: float = 1e-9,
) -> MeanField:
    r"""Conductance in the potential that the average density of the other spin makes.

    .. math:: \Sigma_{j\sigma} = U_j \langle n_{j,-\sigma} \rangle

    Above a critical repulsion the unrestricted solution is polarized even without a field, and a
    step of half the height appears. That breaks the spin symmetry, which a finite system cannot
    do, comes with an abrupt onset, and knows nothing of the temperature dependence of the 0.7
    structure. A `BrokenSymmetry` warning says so.

    Parameters
    ----------
    barrier : HubbardBarrier
    zeeman : float
        Splitting, in the unit of the hopping.
    polarized : bool
        False restricts both spins to the same occupation where there is no field.
    tolerance : float
        Of the occupations.

    Returns
    -------
    MeanField

    References
    ----------
    C.-K. Wang and K.-F. Berggren, Phys. Rev. B 54, R14257 (1996).
    """
    check_zeeman(barrier, zeeman)
    fields = np.array([1.0, -1.0]) * zeeman / 2
    spins = 2 if zeeman or polarized else 1
    u = barrier.interaction

    def update(flat: RealArray) -> RealArray:
        other = flat.reshape(spins, -1)[::-1]
        levels = barrier.onsite + u * other - fields[:spins, None]
        filled = occupations(levels, barrier.hopping, np.full(spins, barrier.chemical_potential))
        return filled.ravel()

    start = np.full((spins, barrier.sites), 0.5)
    if spins == 2:
        tilt = 1.0 if zeeman >= 0 else -1.0
        start += tilt * SEED * np.array([[1.0], [-1.0]]) * (u / max(u.max(), 1e-300))
    found, residual, calls = fixed_point(
        update, start.ravel(), tolerance=tolerance, what="the mean field", mixing=0.4
    )
    filled = np.broadcast_to(found.reshape(spins, -1), (2, barrier.sites))
    result = MeanField(
        barrier, zeeman, filled, _transmissions(barrier, filled, fields), residual, calls
    )
    if zeeman == 0 and np.abs(filled[0] - filled[1]).max() > POLARIZED:
        warnings.warn(CAVEAT, BrokenSymmetry, stacklevel=2)
    return result


def _transmissions(barrier: HubbardBarrier, filled: RealArray, fields: RealArray) -> RealArray:
    both = [
        chain_transmission(
            barrier.onsite + barrier.interaction * other,
            barrier.hopping,
            barrier.chemical_potential + field,
        )
        for field, other in zip(fields, filled[::-1], strict=True)
    ]
    return np.array(both)
