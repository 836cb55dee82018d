"""The Greenwood formula: energy by energy, or from all pairs of moments at once."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sharvin.numerics.chebyshev.engine import Block, Compiled, Engine
from sharvin.numerics.chebyshev.operators import Operator
from sharvin.numerics.chebyshev.products import orbitals_at_once, product_series
from sharvin.numerics.chebyshev.recursion import Expansion, double_moments, rows_at_once
from sharvin.spectral.probes import Chosen, Tally
from sharvin.spectral.settings import Settings
from sharvin.typing import NumberArray, RealArray

PREFACTOR = 2 * np.pi**2
TOGETHER = 8  # energies of one expansion, when there is room
# The thermal kernel is cut at 24 kT, where it is 4e-11 of its height; points per resolved width.
REACH, DENSITY = 24.0, 3.0


def greenwood_single(
    operators: Mapping[str, Operator], settings: Settings, levels: RealArray, thermal: RealArray
) -> tuple[Tally, Tally]:
    r"""Traces :math:`2\pi^2\, \mathrm{Tr}\, v δ v δ` by :math:`\langle δ v r | v δ r \rangle`.

    Two of them: with all moments (full width), and with half of them (twice the width).
    """
    energies, weights = thermal_nodes(settings, levels, thermal)
    together = _energies_at_once(operators, settings, len(energies))
    engine = settings.engine(operators, blocks=4 * together + 2)
    fine, coarse = (settings.probes.tally() for _ in range(2))
    groups = [energies[first : first + together] for first in range(0, len(energies), together)]
    products = settings.probes.vectors * 2 * (settings.moments - 1) * len(groups)
    with settings.watching(engine, products):
        for chosen in settings.probes.blocks(engine):
            found = [_single(engine, settings, chosen, group) for group in groups]
            at = np.concatenate(found, axis=2)
            for tally, values in zip((fine, coarse), at, strict=True):
                tally.add(_averaged(values, weights))
    return fine, coarse


def greenwood_pairs(
    operators: Mapping[str, Operator], settings: Settings, levels: RealArray, thermal: RealArray
) -> tuple[Tally, Tally]:
    """The same two traces from all moments ⟨T_m v r | v T_n r⟩."""
    energies, weights = thermal_nodes(settings, levels, thermal)
    series = fine_and_coarse(settings, energies)
    engine = pair_engine(operators, settings)
    tallies = tuple(settings.probes.tally() for _ in range(2))
    for pairs in all_pairs(engine, settings):
        for tally, w in zip(tallies, series, strict=True):
            m = w.shape[1]
            values = ((w @ np.ascontiguousarray(pairs[:, :m, :m].real)) * w).sum(axis=2)
            tally.add(_averaged(PREFACTOR * values, weights))
    return tallies[0], tallies[1]


def greenwood_curve(
    operators: Mapping[str, Operator], settings: Settings, levels: RealArray, thermal: RealArray
) -> tuple[Tally, Tally]:
    """The same two traces as curves over energy: products of two series, without their pairs."""
    energies, weights = thermal_nodes(settings, levels, thermal)
    counts = (settings.moments, settings.moments // 2)
    series = [settings.damped(count) for count in counts]
    engine = settings.engine(operators, blocks=2 * settings.moments + 6)
    expansion = Expansion(engine, settings.interval)
    scaled = settings.interval.scaled(energies)
    inside = np.abs(scaled) < 1
    angles = np.arccos(scaled[inside])
    height = PREFACTOR / (np.pi * settings.interval.half * np.sin(angles)) ** 2
    tallies = tuple(settings.probes.tally() for _ in range(2))
    blocks = list(settings.probes.blocks(engine))
    assert isinstance(engine, Compiled)
    fitting = [orbitals_at_once(engine, b.width, settings.moments, settings.memory) for b in blocks]
    passes = sum(b.width * -(-engine.size // n) for b, n in zip(blocks, fitting, strict=True))
    with settings.watching(engine, passes * 2 * (settings.moments - 1)):
        for chosen in blocks:
            start, left = starts(engine, chosen)
            found = product_series(expansion, left, start, "right", series, settings.memory)
            for tally, coefficients in zip(tallies, found, strict=True):
                if settings.probes.count is None:
                    coefficients = coefficients.sum(axis=0, keepdims=True)
                values = np.zeros((len(coefficients), len(energies)))
                waves = np.cos(np.arange(coefficients.shape[1])[:, None] * angles)
                values[:, inside] = (coefficients @ waves) * height
                tally.add(_averaged(values, weights))
    return tallies[0], tallies[1]


def starts(engine: Engine, chosen: Chosen) -> tuple[Block, Block]:
    """Vectors r, and A r with ħv = iA: ⟨r| iA T_m iA' T_n |r⟩ = ⟨T_m A r | A' T_n r⟩."""
    start = chosen.make()
    left = engine.zeros(chosen.width)
    engine.step("left", start, left, 1.0, 0.0, 0.0)
    return start, left


def pair_engine(operators: Mapping[str, Operator], settings: Settings) -> Engine:
    """Engine for `moments_of_pairs`: wide enough that the vectors to be kept find room."""
    return settings.engine(operators, blocks=6 + min(settings.moments, 64))


def all_pairs(engine: Engine, settings: Settings) -> Iterator[NumberArray]:
    """`moments_of_pairs` of every block of vectors."""
    blocks, count = list(settings.probes.blocks(engine)), settings.moments
    products = 0
    for chosen in blocks:  # what does not fit into the memory is computed again
        rows = rows_at_once(engine, chosen.width, count, settings.memory)
        lefts = [min(count, first + rows) for first in range(0, count, rows)]
        products += chosen.width * sum(last - 1 + count - 1 for last in lefts)
    with settings.watching(engine, products):
        for chosen in blocks:
            yield moments_of_pairs(engine, settings, chosen)


def moments_of_pairs(engine: Engine, settings: Settings, chosen: Chosen) -> NumberArray:
    r"""Moments :math:`\hbar^2 \langle r | v_l T_m v_r T_n | r \rangle`, (vectors, m, n)."""
    start, left = starts(engine, chosen)
    expansion = Expansion(engine, settings.interval)
    found = double_moments(expansion, left, start, "right", settings.moments, settings.memory)
    # Of an exact trace nobody asks how its terms scatter.
    return found if settings.probes.count is not None else found.sum(axis=0, keepdims=True)


def fine_and_coarse(settings: Settings, energies: RealArray) -> tuple[RealArray, RealArray]:
    """Series of the delta function, and of one of about twice the width."""
    fine = settings.weights(energies)
    if settings.broadening is None:
        return fine, settings.weights(energies, settings.moments // 2)
    from dataclasses import replace

    return fine, replace(settings, broadening=2 * settings.broadening).weights(energies)


def thermal_nodes(
    settings: Settings, levels: RealArray, thermal: RealArray
) -> tuple[RealArray, Any]:
    """Energies at which to evaluate, and weights that average them: (levels, temperatures, k)."""
    if not thermal.any():
        return levels, None
    narrow = float(settings.resolved(levels).min())
    points = int(np.ceil(max(64, DENSITY * 2 * REACH * thermal.max() / narrow)))
    t, w = np.polynomial.legendre.leggauss(points)
    t, w = REACH * t, REACH * w / (4 * np.cosh(REACH * t / 2) ** 2)
    nodes = levels[:, None, None] + thermal[None, :, None] * t
    return nodes.reshape(-1), np.broadcast_to(w, nodes.shape)


def _averaged(values: RealArray, weights: Any) -> RealArray:
    """Values of shape (vectors, nodes) averaged to (vectors, levels, temperatures)."""
    if weights is None:
        return values[:, :, None]
    averaged: RealArray = (values.reshape(len(values), *weights.shape) * weights).sum(axis=-1)
    return averaged


def _single(engine: Engine, settings: Settings, chosen: Chosen, energies: RealArray) -> NumberArray:
    """Traces of one block, shape (2, width, energies): fine, coarse."""
    expansion = Expansion(engine, settings.interval)
    fine, coarse = fine_and_coarse(settings, energies)
    padded = np.zeros_like(fine)
    padded[:, : coarse.shape[1]] = coarse
    series = np.concatenate([fine, padded])
    start = chosen.make()
    rights = expansion.sums(start, series)
    start, left = starts(engine, chosen)
    image = start  # no longer needed: its memory holds v δ r
    lefts = expansion.sums(left, series)
    found = []
    for one, other in zip(lefts, rights, strict=True):
        engine.step("right", other, image, 1.0, 0.0, 0.0)
        found.append(PREFACTOR * engine.inner(one, image).real)
    return np.array(found).reshape(2, len(energies), chosen.width).transpose(0, 2, 1)


def _energies_at_once(operators: Mapping[str, Operator], settings: Settings, count: int) -> int:
    entry = 16 if any(o.is_complex for o in operators.values()) else 8
    wide = min(4, settings.probes.count or 4)
    room = settings.memory / (entry * wide * operators["h"].size)
    return int(np.clip((room - 2) // 4, 1, min(TOGETHER, count)))
