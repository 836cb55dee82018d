"""Which bands are filled, and whether they are apart from the others everywhere."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.topology.crystal import Crystal, fractions, levels, place_text
from sharvin.typing import RealArray

# Bands that come closer than this part of the band width touch: what is left of a crossing after
# the search, whose steps end at 1e-9 of the zone.
TOUCHING = 1e-7
SEEDS = 4  # points of the grid from which the search starts
ZOOMS = 28
LARGE = 40  # bands; beyond, the search starts from one point and looks at fewer
STILL = 1e-4  # relative change that counts as none


@dataclass(frozen=True)
class Bands:
    """Bands ``first`` to ``stop - 1``, counted from the lowest.

    Parameters
    ----------
    first, stop : int
    total : int
        Bands of the crystal.
    """

    first: int
    stop: int
    total: int

    @property
    def edges(self) -> tuple[int, ...]:
        """Numbers n such that the gap between the bands n - 1 and n must be open."""
        return tuple(n for n in (self.first, self.stop) if 0 < n < self.total)

    @property
    def part(self) -> slice:
        """For indexing."""
        return slice(self.first, self.stop)

    @property
    def count(self) -> int:
        """How many they are."""
        return self.stop - self.first


def chosen_bands(
    crystal: Crystal,
    params: dict[str, float],
    grid: tuple[int, ...],
    *,
    filled: int | None,
    energy: float | None,
    bands: tuple[int, int] | None,
) -> Bands:
    """Bands from exactly one of the three ways to say which, with their gaps checked."""
    given = [value for value in (filled, energy, bands) if value is not None]
    if len(given) != 1:
        raise InvalidInput(
            "say which bands: filled=1 for the lowest one, energy=0.0 for those below an energy "
            f"in a gap, or bands=(1, 3) for the second and third; got {len(given)} of these"
        )
    energies = levels(crystal, fractions(grid), params)
    total = energies.shape[-1]
    if energy is not None:
        filled = _bands_below(crystal, params, energies, float(energy))
    first, stop = (0, filled) if bands is None else bands
    if not (isinstance(first, int | np.integer) and isinstance(stop, int | np.integer)):
        raise InvalidInput(
            f"filled and bands count bands, got {filled if bands is None else bands}"
        )
    if not 0 <= first < stop <= total:
        raise InvalidInput(
            f"{crystal.name} has {total} bands, numbered 0 to {total - 1}; there are no bands "
            f"{first} to {stop - 1}" + ("" if bands is None else "; bands=(first, stop)")
        )
    found = Bands(int(first), int(stop), total)
    for edge in found.edges:
        check_gap(crystal, params, energies, edge)
    return found


def check_gap(
    crystal: Crystal, params: dict[str, float], energies: RealArray, edge: int
) -> tuple[float, RealArray]:
    """Smallest direct gap between the bands ``edge - 1`` and ``edge``, meV, and its place.

    Searched from the smallest gaps of a grid (..., bands). Refused, with the place, if closed.
    """
    gaps = energies[..., edge] - energies[..., edge - 1]

    def gap(places: RealArray) -> RealArray:
        found = levels(crystal, places, params)
        apart: RealArray = found[..., edge] - found[..., edge - 1]
        return apart

    smallest, place = _search(gap, gaps, energies.shape[-1] > LARGE)
    width = float(energies.max() - energies.min())
    if smallest <= TOUCHING * width:
        raise Unreliable(
            f"bands {edge - 1} and {edge} of {crystal.name} touch (gap {smallest:.1e} meV) at "
            f"{place_text(crystal, place)}; choose bands that are apart from the others, or "
            "parameters that open the gap"
        )
    return smallest, place


def _bands_below(
    crystal: Crystal, params: dict[str, float], energies: RealArray, energy: float
) -> int:
    """How many bands lie below an energy that must not meet any."""
    if not energies.min() < energy < energies.max():
        side = "below" if energy <= energies.min() else "above"
        raise InvalidInput(
            f"energy {energy:g} meV lies {side} all bands of {crystal.name} "
            f"({energies.min():.4g} to {energies.max():.4g} meV)"
        )
    total = energies.shape[-1]
    filled = int((energies < energy).sum(axis=-1).min())
    for band, sign in ((filled - 1, 1), (filled, -1)):
        if not 0 <= band < total:
            continue

        def distance(places: RealArray, band: int = band, sign: int = sign) -> RealArray:
            found: RealArray = sign * (energy - levels(crystal, places, params)[..., band])
            return found

        closest, place = _search(distance, sign * (energy - energies[..., band]), total > LARGE)
        if closest <= 0:
            raise Unreliable(
                f"energy {energy:g} meV does not lie in a gap of {crystal.name}: it meets band "
                f"{band} near {place_text(crystal, place)}; say filled= to count bands instead"
            )
    return filled


def _search(
    function: Callable[[RealArray], RealArray], values: RealArray, costly: bool = False
) -> tuple[float, RealArray]:
    """Smallest value of a function of fractions, from the smallest values (*grid) on a grid.

    Around each of the smallest a small grid is laid, and smaller ones around its smallest value.
    """
    grid = np.array(values.shape)
    order = np.argsort(values, axis=None)[: 1 if costly else SEEDS]
    places = np.stack(np.unravel_index(order, values.shape), axis=-1) / grid
    lows = values.reshape(-1)[order].astype(np.float64)
    steps = [float(np.abs(np.roll(values, -1, axis) - values).max()) for axis in range(len(grid))]
    if lows[0] > sum(steps):  # no point of the grid is further than half of each step
        return float(lows[0]), places[0]
    offsets = np.stack(
        np.meshgrid(*[np.linspace(-1, 1, 3 if costly else 5)] * len(grid), indexing="ij"), axis=-1
    )
    offsets = offsets.reshape(-1, len(grid)) / grid
    idle = 0
    for zoom in range(ZOOMS):
        around = places[:, None, :] + offsets * 0.5**zoom
        found = function(around)
        best = found.argmin(axis=1)
        rows = np.arange(len(places))
        before, lows, places = lows.min(), found[rows, best], around[rows, best]
        idle = idle + 1 if before - lows.min() < STILL * abs(before) else 0
        if idle > (2 if costly else 6):  # neither closing nor moving
            break
    winner = int(lows.argmin())
    return float(lows[winner]), places[winner]
