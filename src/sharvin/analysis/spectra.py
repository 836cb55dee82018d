"""Fourier sums over points that lie anywhere, for the search of periods."""

import numpy as np

from sharvin.typing import ComplexArray, RealArray

# Grid points per period of the highest frequency. What folds back from beyond the grid is 3^-4 of
# itself there and 7^-4 at half of it, below what the start of a fit needs.
FINE = 4


def fourier_sums(u: RealArray, columns: RealArray, step: float, count: int) -> ComplexArray:
    r"""Sums :math:`F_k = \sum_j c_j e^{-2\pi i k s u_j}` at even frequencies.

    The points are spread over an even grid with cubic splines, whose transform is divided out
    after an FFT: N log N instead of N².

    Parameters
    ----------
    u : real array, shape (points,)
        Abscissas in any order, not farther apart than 1/s.
    columns : real array, shape (points, m)
        Coefficients c of m sums.
    step : float
        s.
    count : int
        Frequencies, from zero.

    Returns
    -------
    complex array, shape (count, m)
        To 1e-2 of the root of the sum of squares at the highest frequency, 4e-4 at half of it.

    References
    ----------
    A. Dutt and V. Rokhlin, SIAM J. Sci. Comput. 14, 1368 (1993), for the idea.
    """
    from scipy.fft import next_fast_len, rfft

    first = float(u.min())
    size = next_fast_len(FINE * max(count, 4), real=True)
    place = (u - first) * (step * size)
    cell = np.floor(place).astype(np.int64)
    t = place - cell
    weights = (
        (1 - t) ** 3 / 6,
        2 / 3 - t**2 + t**3 / 2,
        2 / 3 - (1 - t) ** 2 * (1 + t) / 2,
        t**3 / 6,
    )
    grid = np.zeros((columns.shape[1], size))
    for offset, weight in enumerate(weights, start=-1):
        at = (cell + offset) % size
        for row, column in zip(grid, columns.T, strict=True):
            row += np.bincount(at, weight * column, minlength=size)
    sums = rfft(grid, axis=1)[:, :count]
    order = np.arange(count)
    turn = np.exp(-2j * np.pi * first * step * order) / np.sinc(order / size) ** 4
    found: ComplexArray = (sums * turn).T
    return found
