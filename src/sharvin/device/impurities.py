r"""Other kinds of disorder: alloys, vacancies, magnetic impurities, rough edges.

Each depends on nothing but a seed and the integer coordinates of a site, as `disorder` does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.device.disorder import hashed, integer_columns, whole
from sharvin.device.landscape import Factor, Points, Term
from sharvin.device.parameters import Knob, Parameters
from sharvin.errors import InvalidInput
from sharvin.matter.spin import PAULI, checked_spin
from sharvin.typing import BoolArray, NumberArray, RealArray
from sharvin.units import quantity

# Energy of a site that is not there, meV. What is left of its wave is a hopping over this, 3e-6
# at most for graphene; a larger one would cost digits where a lead touches the site.
WALL = 1e9
# Added to a seed, so that who is hit and how hard are different random numbers.
ANGLES = (0x5EED0001, 0x5EED0002)
EDGES = (0x5EED0003, 0x5EED0004)


@dataclass(frozen=True, eq=False)
class Impurities:
    """Random energies of sites, drawn by a function of the seed; see the functions below.

    Parameters
    ----------
    draw : callable
        ``draw(seed, points, params)`` returns energies (n,), or matrices (n, 2, 2), in units of
        the strength.
    strength : Factor
    seed : Knob
    knobs : tuple of Knob
        Further parameters of `draw`.
    is_spin : bool
        Whether it draws matrices in spin.
    size : int
        Orbitals of a site, where it does.
    """

    draw: Callable[[int, Points, Mapping[str, float]], NumberArray]
    strength: Factor
    seed: Knob
    knobs: tuple[Knob, ...] = ()
    is_spin: bool = False
    size: int = 2

    def check_orbitals(self, orbitals: Sequence[int], what: str) -> None:
        """Refuse sites that do not have the spin's orbitals."""
        if self.is_spin and set(orbitals) != {self.size}:
            need = "two orbitals, up and down" if self.size == 2 else f"{self.size} orbitals"
            raise InvalidInput(
                f"{what}: magnetic impurities turn a spin, so every site needs {need}; this model "
                f"has {', '.join(map(str, sorted(set(orbitals))))} (spin=model.spin[0] fits any)"
            )

    def bind(self, what: str) -> tuple[Term, ...]:
        """One term: the shape, drawn once per seed, times the strength."""
        from sharvin.device.parameters import joined

        def evaluate(points: Points, params: Mapping[str, float]) -> NumberArray:
            return self.draw(whole(self.seed.at(params), what), points, params)

        shape: Parameters = joined(knob.parameters for knob in (self.seed, *self.knobs))
        return (Term(evaluate, shape, is_block=self.is_spin, factor=self.strength),)


def binary_disorder(strength: float | str, share: float | str, seed: int | str = 0) -> Impurities:
    """Alloy: each site has the energy `strength` with probability `share`, else zero.

    Parameters
    ----------
    strength : float or str
        In meV, or the name of a parameter.
    share : float or str
        Between 0 and 1, or the name of a parameter.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    """
    chance = _share(share, "share of the alloy")

    def draw(seed: int, points: Points, params: Mapping[str, float]) -> RealArray:
        return _hit(seed, points, chance, params).astype(np.float64)

    height = Factor.of(strength, "meV", "strength of the alloy")
    return Impurities(draw, height, _seed(seed, "the alloy"), (chance,))


def vacancies(share: float | str, seed: int | str = 0) -> Impurities:
    """Sites that are missing, each with probability `share`: no wave enters them.

    Parameters
    ----------
    share : float or str
        Between 0 and 1, or the name of a parameter.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    """
    chance = _share(share, "share of vacancies")

    def draw(seed: int, points: Points, params: Mapping[str, float]) -> RealArray:
        return _hit(seed, points, chance, params).astype(np.float64)

    return Impurities(draw, _wall(), _seed(seed, "the vacancies"), (chance,))


def magnetic_impurities(
    strength: float | str,
    share: float | str = 1.0,
    seed: int | str = 0,
    *,
    spin: ArrayLike | None = None,
) -> Impurities:
    r"""Frozen spins that point anywhere: :math:`J\, \mathbf n \cdot \boldsymbol\sigma` on a site.

    Directions n are uniform on the sphere. They break time reversal and flip spins.

    Parameters
    ----------
    strength : float or str
        J in meV, or the name of a parameter.
    share : float or str
        Probability that a site carries one, or the name of a parameter.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    spin : array, shape (3, n, n), optional
        Spin operators on the orbitals of a site, for models that do not have just an up and a
        down: ``spin=bhz().spin[0]``; holes of a superconductor turn the other way there.
    """
    chance = _share(share, "share of magnetic sites")
    sigma = PAULI if spin is None else np.array(spin, dtype=np.complex128)
    checked_spin((sigma,), sigma.shape[-1:])

    def draw(seed: int, points: Points, params: Mapping[str, float]) -> NumberArray:
        up = 2 * hashed(seed + ANGLES[0], points.integers)  # cos θ, uniform
        turn = 2 * np.pi * hashed(seed + ANGLES[1], points.integers)
        across = np.sqrt(1 - up**2)
        directions = np.stack([across * np.cos(turn), across * np.sin(turn), up], axis=1)
        directions[~_hit(seed, points, chance, params)] = 0
        spins: NumberArray = np.einsum("na,aij->nij", directions, sigma)
        return spins

    height = Factor.of(strength, "meV", "strength of the magnetic impurities")
    name = "the magnetic impurities"
    return Impurities(draw, height, _seed(seed, name), (chance,), True, sigma.shape[-1])


def rough_edges(
    depth: float | str, seed: int | str = 0, *, length: float | str | None = None
) -> Impurities:
    """Ribbon along x whose two edges are eaten away: sites nearer to them than a random depth.

    Parameters
    ----------
    depth : float or str
        Largest depth in nm, or the name of a parameter: each piece of each edge recedes by a
        number that is uniform between zero and this.
    seed : int or str
        Which sample, or the name of a parameter that counts samples.
    length : float or str, optional
        Of a piece along x, nm; by default every column of sites is one of its own.
    """
    deep = Knob.of(depth, "nm", "depth of the rough edges")
    piece = None if length is None else float(quantity(length, "nm", name="length of a piece"))
    if deep.number is not None and deep.number < 0:
        raise InvalidInput(f"the depth of rough edges must not be negative, got {depth!r}")
    if piece is not None and not (piece > 0 and np.isfinite(piece)):
        raise InvalidInput(f"the length of a piece of an edge must be positive, got {length!r}")

    def draw(seed: int, points: Points, params: Mapping[str, float]) -> RealArray:
        if points.positions.shape[1] < 2:
            raise InvalidInput("rough_edges needs a ribbon in two dimensions, along x")
        x, y = points.positions[:, 0], points.positions[:, 1]
        if piece is None:
            along = np.rint(x * 1e6).astype(np.int64)  # columns a thousandth of a picometer apart
        else:
            along = np.floor(x / piece).astype(np.int64)
        columns = integer_columns(along)
        gone = np.zeros(len(points), dtype=bool)
        for salt, distance in zip(EDGES, (y - y.min(), y.max() - y), strict=True):
            recess = (hashed(seed + salt, columns) + 0.5) * deep.at(params)
            gone |= distance < recess
        return gone.astype(float)

    return Impurities(draw, _wall(), _seed(seed, "the rough edges"), (deep,))


def _hit(seed: int, points: Points, chance: Knob, params: Mapping[str, float]) -> BoolArray:
    share = chance.at(params)
    _check_share(share, chance.name or "share")
    struck: BoolArray = hashed(seed, points.integers) + 0.5 < share
    return struck


def _share(given: float | str, what: str) -> Knob:
    knob = Knob.of(given, "", what)
    if knob.number is not None:
        _check_share(knob.number, what)
    return knob


def _check_share(share: float, what: str) -> None:
    if not 0 <= share <= 1:
        raise InvalidInput(f"{what} must lie between 0 and 1, got {share:g}")


def _seed(seed: int | str, what: str) -> Knob:
    return Knob.of(seed, "", f"seed of {what}")


def _wall() -> Factor:
    return Factor.of(WALL, "meV", "wall")
