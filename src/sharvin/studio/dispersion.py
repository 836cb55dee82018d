"""Bands of a contact, as a page draws them."""

import numpy as np

from sharvin.typing import NumberArray, RealArray

MOMENTA = 121  # odd: zero is one of them
BANDS = 24
_DENSE = 160  # orbitals up to which all bands are computed at once


def dispersion(cell: NumberArray, hop: NumberArray, level: float) -> tuple[RealArray, RealArray]:
    r"""Momenta and the bands around a level.

    .. math:: H(k) = h + t\, e^{-ik} + t^\dagger e^{ik}

    with t = <j+1|H|j>.

    Parameters
    ----------
    cell, hop : array, shape (m, m), meV
    level : float
        Of more bands than can be drawn, those nearest to it, meV.

    Returns
    -------
    momenta : real array, shape (n,), from -π to π per cell
    bands : real array, shape (n, bands), meV, ascending
    """
    real = not (np.iscomplexobj(cell) or np.iscomplexobj(hop))
    momenta = np.linspace(0.0, np.pi, MOMENTA // 2 + 1) if real else np.linspace(
        -np.pi, np.pi, MOMENTA
    )  # fmt: skip
    bands = _few(cell, hop, momenta) if len(cell) > _DENSE else _all(cell, hop, momenta)
    if real:  # H(-k) is the complex conjugate of H(k)
        momenta = np.concatenate([-momenta[:0:-1], momenta])
        bands = np.concatenate([bands[:0:-1], bands])
    return momenta, _near(bands, level)


def _all(cell: NumberArray, hop: NumberArray, momenta: RealArray) -> RealArray:
    phase = np.exp(-1j * momenta)[:, None, None]
    turned = phase * hop
    found: RealArray = np.linalg.eigvalsh(cell + turned + turned.conj().swapaxes(1, 2))
    return found


def _few(cell: NumberArray, hop: NumberArray, momenta: RealArray) -> RealArray:
    """Lowest bands of a wide contact."""
    from scipy.linalg import eigvalsh

    last = min(len(cell), 2 * BANDS) - 1
    rows = []
    for k in momenta:  # one LAPACK call each: a batch would compute every band
        turned = np.exp(-1j * k) * hop
        rows.append(eigvalsh(cell + turned + turned.conj().T, subset_by_index=(0, last)))
    return np.array(rows)


def _near(bands: RealArray, level: float) -> RealArray:
    """At most so many bands as can be told apart: the ones nearest to the level."""
    if bands.shape[1] <= BANDS:
        return bands
    low, high = bands.min(axis=0), bands.max(axis=0)
    distance = np.maximum(0.0, np.maximum(low - level, level - high))
    first = int(np.clip(np.argmin(distance) - BANDS // 4, 0, bands.shape[1] - BANDS))
    crossing = np.flatnonzero(distance == 0)
    if len(crossing):
        first = int(np.clip(crossing[0] - 2, 0, bands.shape[1] - BANDS))
    return bands[:, first : first + BANDS]
