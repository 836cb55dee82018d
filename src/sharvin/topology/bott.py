"""Chern number of one disordered sample: the Bott index."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.topology.twisted_sample import TwistedSample
from sharvin.typing import ComplexArray, RealArray

LARGEST = 6000  # orbitals that are diagonalized densely
# Projected positions whose singular values fall below this do not nearly commute any more.
SINGULAR = 1e-3
CLEAR = 1e-9  # of the band width: distance of the Fermi energy to the nearest level


def bott_index(
    sample: Any,
    positions: ArrayLike | None = None,
    *,
    energy: float | None = None,
    filled: int | None = None,
) -> int:
    r"""Chern number of the filled states of a finite sample with periodic boundaries.

    .. math:: C = \frac{1}{2\pi}\, \mathrm{Im}\, \mathrm{Tr} \log (V U V^\dagger U^\dagger),
              \qquad U = P e^{2\pi i x} P, \quad V = P e^{2\pi i y} P

    with x, y in periods of the sample and P on the filled states. It equals `chern_number` in
    value and sign for a large clean sample, and stays what it is under disorder.

    Parameters
    ----------
    sample : TwistedSample or matrix, shape (n, n)
    positions : real array, shape (n, 2)
        Of the orbitals in periods, for a matrix.
    energy : float
        Fermi energy, meV; or
    filled : int
        number of filled states.

    Raises
    ------
    Unreliable
        When the Fermi energy is a level, or the filled states are not localized enough on this
        sample for the index to be defined.

    References
    ----------
    T. A. Loring and M. B. Hastings, EPL 92, 67004 (2010).
    """
    matrix, places = _sample(sample, positions)
    energies, states = np.linalg.eigh(matrix)
    count = _count(energies, energy, filled)
    occupied = states[:, :count]
    turned = [
        occupied.conj().T @ (np.exp(2j * np.pi * places[:, axis])[:, None] * occupied)
        for axis in (0, 1)
    ]
    u, v = (_unitary(part) for part in turned)
    phases = np.angle(np.linalg.eigvals(v @ u @ v.conj().T @ u.conj().T))
    total = float(phases.sum()) / (2 * np.pi)
    if abs(np.abs(phases).max() - np.pi) < SINGULAR:
        raise Unreliable(
            "the projected positions do not commute well enough to tell a Bott index: take a "
            "larger sample, or a Fermi energy in a (mobility) gap"
        )
    return round(total)


def _sample(sample: Any, positions: ArrayLike | None) -> tuple[ComplexArray, RealArray]:
    if isinstance(sample, TwistedSample):
        matrix, places = sample.hamiltonian.toarray(), sample.fractions
    elif positions is None:
        raise InvalidInput(
            "bott_index needs a torus(model, shape), or a matrix with positions= in periods; an "
            "open sample has no Bott index: use local_chern_marker"
        )
    else:
        matrix = _full(sample)
        places = np.asarray(positions, dtype=np.float64)
    if matrix.ndim != 2 or places.shape != (len(matrix), 2):
        raise ShapeMismatch(
            f"a matrix of shape {matrix.shape} needs positions of shape ({len(matrix)}, 2), got "
            f"{places.shape}"
        )
    if len(matrix) > LARGEST:
        raise InvalidInput(
            f"{len(matrix)} orbitals are too many for a Bott index (at most {LARGEST}); use "
            "local_chern_marker, whose cost grows with the number of sites only"
        )
    return matrix, places


def _full(matrix: Any) -> ComplexArray:
    """Dense copy of a sparse or dense matrix."""
    found: ComplexArray = matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix)
    return found


def _count(energies: RealArray, energy: float | None, filled: int | None) -> int:
    if (energy is None) == (filled is None):
        raise InvalidInput("say either energy= (Fermi energy) or filled= (number of states)")
    count = int(filled) if filled is not None else int((energies < float(energy or 0.0)).sum())
    if not 0 < count < len(energies):
        raise InvalidInput(
            f"{count} of {len(energies)} states are filled; the spectrum reaches from "
            f"{energies[0]:.4g} to {energies[-1]:.4g} meV"
        )
    width = energies[-1] - energies[0]
    if energies[count] - energies[count - 1] < CLEAR * width:
        raise Unreliable(
            f"the gap is closed: levels {count - 1} and {count} meet at {energies[count]:.6g} meV"
        )
    return count


def _unitary(matrix: ComplexArray) -> ComplexArray:
    """Nearest unitary; refused where there is none."""
    left, singular, right = np.linalg.svd(matrix)
    if singular.min() < SINGULAR:
        raise Unreliable(
            f"the filled states do not fit the sample: a projected position has the singular value "
            f"{singular.min():.1e}; take a larger sample, or a Fermi energy in a (mobility) gap"
        )
    found: ComplexArray = left @ right
    return found
