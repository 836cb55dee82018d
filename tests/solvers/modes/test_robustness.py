"""Hostile leads at nasty energies against 420-bit arithmetic: never a wrong answer."""

from collections import Counter

import numpy as np
import pytest

from sharvin.errors import Unreliable
from sharvin.solvers.modes import prepare
from solvers.modes.leads import bhz, kitaev, landau, random_lead, rashba, square, ssh, zigzag

ROUND = [0.0, 1.0, 2.0, 3.0, 4.0, -1.0, 0.5]
OFFSETS = [0.0, 1e-9, -1e-9, 1e-6, -1e-6]
PLAIN = [0.37, 1.23, -0.8, 2.71, 3.3]
UNITS = [1.0, 1.0, 1e-6, 1e6]


def drawn_lead(rng):
    kind, m = int(rng.integers(0, 11)), int(rng.integers(1, 6))
    if kind == 0:
        return random_lead(int(rng.integers(10**6)), m, is_complex=bool(rng.integers(2)))
    if kind == 1:
        return random_lead(int(rng.integers(10**6)), m, is_complex=bool(rng.integers(2)), rank=1)
    if kind == 2:  # small integers: accidental degeneracies and flat bands
        cell, hop = random_lead(int(rng.integers(10**6)), m, is_complex=False)
        return np.round(cell), np.round(hop)
    if kind == 3:  # almost dead bonds
        cell, hop = square(m, 0.3 * rng.normal(size=m))
        return cell, hop * 10.0 ** -rng.integers(0, 7, size=m)
    families = (
        lambda: square(m),
        lambda: square(m, 0.5 * rng.normal(size=m)),
        lambda: landau(m, rng.choice([0.1, np.pi / 2, 2 * np.pi / 3])),
        lambda: zigzag(min(m, 4)),
        lambda: rashba(min(m, 3), rng.choice([0.2, 0.5]), rng.choice([0.0, 0.2])),
        lambda: ssh(*rng.choice([0.5, 1.0, 1.5], 2)),
        lambda: kitaev(rng.choice([0.0, 0.5, 2.0])) if m > 1 else bhz(1),
    )
    return families[kind - 4]()


def edge_distance(cell, hop, energy):
    """Distance to the nearest extremum of a band, or to a flat or crossing stretch of one."""
    grid = np.linspace(-0.1, 2 * np.pi, 745)  # past k = 0, where most edges are
    bands = np.array(
        [np.linalg.eigvalsh(cell + (v := np.exp(-1j * k) * hop) + v.conj().T) for k in grid]
    )
    turning = (bands[1:-1] - bands[:-2]) * (bands[1:-1] - bands[2:]) >= 0
    return np.abs(bands[1:-1][turning] - energy).min(initial=np.inf)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_answer_is_wrong(seed):
    reference = pytest.importorskip("solvers.modes.reference", exc_type=ImportError)
    rng = np.random.default_rng([20261121, seed])
    outcomes, messages, pessimistic = Counter(), [], 0
    for _ in range(60):
        cell, hop = drawn_lead(rng)
        if not np.any(hop):
            continue
        nasty = rng.random() < 0.6
        energy = float(rng.choice(ROUND) + rng.choice(OFFSETS) if nasty else rng.choice(PLAIN))
        hop = hop.conj().T if rng.random() < 0.5 else hop
        distance, unit = edge_distance(cell, hop, energy), rng.choice(UNITS)
        label = f"{len(cell)} orbitals, E = {energy!r}, edge at {distance:.0e}, unit {unit}"
        try:
            modes = prepare(unit * cell, unit * hop).modes(unit * energy)
        except Unreliable as error:
            # the grid knows the edges to its spacing squared
            near = distance < 1e-4
            outcomes["refused at an edge" if near else "refused"] += 1
            messages += [] if near else [f"{label}: {error}"]
            continue
        p = modes.ports
        truth = reference.reflection(unit * cell, unit * hop, unit * energy, p.a, scale=8 * unit)
        true_error = np.abs(p.reflection - truth).max(initial=0.0)
        bound = max(modes.error, modes.mode_error)
        right = true_error < 1e-7 and reference.counted(truth) == modes.count
        honest = true_error < 10 * bound + 1e-14
        outcomes["right" if right and honest else "wrong"] += 1
        pessimistic += true_error < 1e-10 and bound > 1e-8
        if not right or not honest:
            messages.append(f"{label}: error {true_error:.0e}, bound {bound:.0e}, {modes.method}")
    assert outcomes["wrong"] == 0, messages
    assert outcomes["refused"] == 0, messages
    assert pessimistic <= 0.05 * outcomes["right"]
    assert outcomes["right"] >= 40, outcomes
