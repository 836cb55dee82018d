"""From numbers on sites to an image on a grid of equal pixels."""

from dataclasses import dataclass, field

import numpy as np

from sharvin.typing import IntArray, RealArray

MOST = 360  # pixels along the longer side
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Raster:
    """Grid of pixels over a device; each shows the mean of the sites in it.

    Parameters
    ----------
    x, y : real array
        Middles of the pixels, nm.
    place : int array, shape (sites,)
        Pixel of each site, row by row.
    """

    x: RealArray
    y: RealArray
    place: IntArray = field(repr=False)

    @classmethod
    def over(cls, positions: RealArray, spacing: float) -> "Raster":
        """Grid that is the lattice itself where that is rectangular and fine enough.

        Parameters
        ----------
        positions : real array, shape (sites, 2), nm
        spacing : float
            Smallest pixel, nm; a multiple of it is taken for a large device.
        """
        low, high = positions.min(axis=0), positions.max(axis=0)
        pixel = spacing * max(1, int(np.ceil((high - low).max() / spacing / MOST)))
        steps = np.floor((positions - low) / pixel + _ROUNDING + 0.5 * _ROUNDING).astype(np.int64)
        nx, ny = steps.max(axis=0) + 1
        offset = (pixel - spacing) / 2  # of a pixel's middle from its first site
        x, y = (low[i] + offset + pixel * np.arange(n) for i, n in enumerate((nx, ny)))
        return cls(x, y, steps[:, 1] * nx + steps[:, 0])

    def image(self, values: RealArray) -> RealArray:
        """Mean over the sites of each pixel, shape (ny, nx); NaN where there is no site."""
        shape = len(self.y), len(self.x)
        count = np.bincount(self.place, minlength=shape[0] * shape[1])
        total = np.bincount(self.place, weights=values, minlength=len(count))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean: RealArray = np.where(count > 0, total / count, np.nan)
        return mean.reshape(shape)


def pixel_of(positions: RealArray, area: float) -> float:
    """Smallest pixel: the grid constant of a square lattice, a few sites of any other, nm.

    Parameters
    ----------
    positions : real array, shape (sites, 2)
    area : float
        Per site, nm².
    """
    side = float(np.sqrt(area))
    on_grid = (positions - positions[0]) / side
    if np.abs(on_grid - np.round(on_grid)).max(initial=0.0) < 1e-3:
        return side
    return 2 * side  # several sites of a honeycomb in every pixel: no holes, no stripes
