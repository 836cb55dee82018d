"""The equations that make fusion and exchange of particles meaningful: pentagon and hexagons.

Arrays only; nothing here knows a particular model. Free indices are enumerated by joining the
fusion table with itself, so that only admissible combinations are ever looked at.
"""

import numpy as np

from sharvin.typing import BoolArray, ComplexArray


def pentagon_defect(fusion: BoolArray, f: ComplexArray) -> float:
    r"""Largest violation of the pentagon equation.

    .. math:: [F^{fcd}_e]_{gl} [F^{abl}_e]_{fk}
              = \sum_h [F^{abc}_g]_{fh} [F^{ahd}_e]_{gk} [F^{bcd}_k]_{hl}

    Two ways to turn ((ab)c)d into a(b(cd)) must agree.

    Parameters
    ----------
    fusion : bool array, shape (labels, labels, labels)
        Whether a × b contains c.
    f : complex array, shape (labels,) * 6
        ``f[a, b, c, d, e, f]``, e in a × b and f in b × c; zero where not admissible.
    """
    return max(_pentagon_of(fusion, f, a) for a in range(len(fusion)))


def hexagon_defect(fusion: BoolArray, f: ComplexArray, r: ComplexArray) -> float:
    r"""Largest violation of the two hexagon equations.

    .. math:: R^{ac}_e [F^{acb}_d]_{eg} R^{bc}_g
              = \sum_f [F^{cab}_d]_{ef} R^{fc}_d [F^{abc}_d]_{fg}

    and the same with every R^{xy} replaced by 1/R^{yx}: to pass two particles one by one or
    together is the same. ``r[a, b, c]`` is the phase of an exchange of a and b in channel c.
    """
    inverse = np.where(fusion, 1 / np.where(fusion, r, 1), 0).swapaxes(0, 1)
    return max(_hexagon_of(fusion, f, r), _hexagon_of(fusion, f, inverse))


def unitarity_defect(fusion: BoolArray, f: ComplexArray, r: ComplexArray) -> float:
    """Largest deviation of any F block from a unitary matrix, or of any R from a phase."""
    left = np.einsum("abe,ecd->abcde", fusion, fusion)
    product = np.einsum("abcdef,abcdgf->abcdeg", f, f.conj())
    unit = left[..., None] * np.eye(len(fusion))
    return max(float(np.abs(product - unit).max()), float(np.abs(np.abs(r) - fusion).max()))


def _pentagon_of(fusion: BoolArray, f: ComplexArray, a: int) -> float:
    b, x = np.nonzero(fusion[a])
    row, c, g = np.nonzero(fusion[x])
    b, x = b[row], x[row]
    row, d, e = np.nonzero(fusion[g])
    b, x, c, g = b[row], x[row], c[row], g[row]
    row, last = np.nonzero(fusion[c, d])
    b, x, c, g, d, e = b[row], x[row], c[row], g[row], d[row], e[row]
    row, k = np.nonzero(fusion[b, last] & fusion[a][:, e].T)
    b, x, c, g, d, e, last = b[row], x[row], c[row], g[row], d[row], e[row], last[row]
    left = f[x, c, d, e, g, last] * f[a, b, last, e, x, k]
    right = np.zeros_like(left)
    for h in range(len(fusion)):
        right += f[a, b, c, g, x, h] * f[a, h, d, e, g, k] * f[b, c, d, k, h, last]
    return float(np.abs(left - right).max())


def _hexagon_of(fusion: BoolArray, f: ComplexArray, r: ComplexArray) -> float:
    a, c, e = np.nonzero(fusion)
    row, b, d = np.nonzero(fusion[e])
    a, c, e = a[row], c[row], e[row]
    row, g = np.nonzero(fusion[b, c] & fusion[a, :, d])
    a, b, c, d, e = a[row], b[row], c[row], d[row], e[row]
    left = r[a, c, e] * f[a, c, b, d, e, g] * r[b, c, g]
    right = np.zeros_like(left)
    for x in range(len(fusion)):
        right += f[c, a, b, d, e, x] * r[x, c, d] * f[a, b, c, d, x, g]
    return float(np.abs(left - right).max())
