"""Thermal averages against closed forms, on tables whose T(E) is a formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from sharvin.sweeps.table import Sample, Table, Window
from sharvin.sweeps.thermal import MOST_ENERGIES, first_energies, refine
from sharvin.units import BOLTZMANN

# The estimate is no bound. On random smooth curves the true error stayed below a third of it.
HONEST = 1.0


def kelvin(kt):
    return kt / BOLTZMANN


def drive(sample, windows, tolerance, **more):
    """Run a refinement to its end on samples from a formula."""
    steps = refine(windows, tolerance, **more)
    wanted, count = next(steps), 0
    while True:
        count += len(wanted)
        try:
            wanted = steps.send([sample(e) for e in wanted])
        except StopIteration as finished:
            return finished.value, count


def channels(energy, opened, modes=(1, 1)):
    """Sample of eigenvalues given as logits."""
    opened = np.sort(opened)[::-1]
    parts = np.stack((expit(opened), expit(-opened)), axis=1)
    return Sample(energy, np.array([parts[:, 0].sum()]), parts, modes, 1e-12)


def saddle(energy, wx=1.0, wy=3.0):
    return channels(energy, 2 * np.pi * (energy - wy * (np.arange(20) + 0.5)) / wx)


@pytest.mark.parametrize(
    ("kt", "expected"),
    [(0.02, 3.04238), (0.1, 3.06728), (0.2, 3.13063), (0.5, 3.27529), (1.0, 3.32912)],
)
def test_the_saddle_formula_at_five_temperatures(kt, expected):
    """Published table: hbar wx = 1, hbar wy = 3, mu - V0 = 10 meV, in 2e²/h."""
    found, count = drive(saddle, [Window(10.0, kelvin(kt))], 1e-6)
    assert found.values[0, 0] == pytest.approx(expected, abs=5.1e-6)  # five printed decimals
    assert found.errors[0, 0] < 1e-5
    assert count < 50


def test_the_middle_of_a_plateau_stays_put():
    found, _ = drive(saddle, [Window(9.0, kelvin(0.5))], 1e-6)
    assert found.values[0, 0] == pytest.approx(3.0, abs=1e-5)


def test_one_table_serves_all_temperatures_and_levels():
    windows = [Window(mu, t) for mu in (9.0, 10.0, 11.0) for t in (0.6, 4.2)]
    together, shared = drive(saddle, windows, 1e-4)
    apart = [drive(saddle, [window], 1e-4) for window in windows]
    alone = np.array([found.values[0] for found, _ in apart])
    np.testing.assert_allclose(together.values, alone, atol=2e-4)  # the sum of both tolerances
    assert shared < 0.7 * sum(count for _, count in apart)


def step(edges):
    """Perfect steps: a mode opens at each edge and is transmitted at once."""
    edges = np.asarray(edges, float)

    def sample(energy):
        count = int((edges < energy).sum())
        parts = np.tile([1.0, 0.0], (count, 1))
        return Sample(energy, np.array([float(count)]), parts, (count, count), 0.0)

    def find(low, high):
        inside = edges[(edges > low) & (edges < high)][:1]
        return [float(e + side) for e in inside for side in (-5e-7, 5e-7)]

    return sample, find


@pytest.mark.parametrize("kt", [0.05, 0.3, 1.0])
def test_ideal_steps_become_fermi_functions(kt):
    """An ideal step smears into f(E_n - mu): 10-90 % width 2 ln 9 kT."""
    edges = [1.0, 2.5, 4.0, 6.1, 8.0, 13.0]
    sample, find = step(edges)
    for mu in (2.5, 3.2, 5.0):
        found, _ = drive(sample, [Window(mu, kelvin(kt))], 1e-5, edges=find)
        expected = expit((mu - np.array(edges)) / kt).sum()
        # Each edge is known to 1e-6 meV; -f' is at most 1/(4 kT).
        assert found.values[0, 0] == pytest.approx(expected, abs=2e-5)
        assert abs(found.values[0, 0] - expected) <= found.errors[0, 0] + 1e-6 * len(edges) / kt


def test_a_step_whose_edge_is_not_offered_is_found_by_halving():
    sample, _ = step([1.0])
    found, count = drive(sample, [Window(1.2, kelvin(0.2))], 1e-4)
    assert found.values[0, 0] == pytest.approx(expit(1.0), abs=2e-4)
    assert count < 60


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), as_logits=st.booleans())
def test_the_error_estimate_is_honest(seed, as_logits):
    """Random smooth transmissions with structure down to about kT."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 5)
    w, phase, size = rng.uniform(0, [[[2.5]], [[6.3]], [[1.0]]], (3, n, 4))

    def height(energy):
        return 2 * np.sum(size * np.sin(w * energy + phase), axis=1)

    def sample(energy):
        found = channels(energy, height(energy))
        return found if as_logits else Sample(energy, found.linear, None, (1, 1), 0.0)

    window = Window(0.0, kelvin(1.0))
    found, _ = drive(sample, [window], 1e-3)
    x = np.linspace(-25, 25, 4001)
    curve = np.array([expit(height(e)).sum() for e in x])
    exact = np.trapezoid(curve * window.weight(x), x)
    assert abs(found.values[0].sum() - exact) <= HONEST * found.errors[0].max()


def test_sums_of_samples_stay_sums():
    """Linear numbers are read linearly: what conserves current in every sample does on average."""
    rng = np.random.default_rng(3)
    c = rng.normal(size=(3, 2))

    def sample(energy):
        a, b = np.sin(c[0] * energy), np.cos(c[1] * energy)
        return Sample(energy, np.concatenate((a, b, a + b)), None, (1, 1), 0.0)

    found, _ = drive(sample, [Window(0.3, kelvin(0.4))], 1e-3)
    a, b, total = found.values[0].reshape(3, 2)
    np.testing.assert_allclose(a + b, total, atol=1e-14)


def test_a_constant_is_its_own_average():
    found, count = drive(lambda e: channels(e, np.array([3.0])), [Window(0.0, 1.0)], 1e-6)
    assert found.values[0, 0] == pytest.approx(expit(3.0), abs=1e-14)
    assert count == len(first_energies([Window(0.0, 1.0)], 1e-6))


def test_hopeless_structure_stops_at_the_limit_and_says_so():
    found, count = drive(
        lambda e: channels(e, np.array([8 * np.sin(300.0 * e)])), [Window(0.0, kelvin(1.0))], 1e-8
    )
    assert MOST_ENERGIES <= count < 3 * MOST_ENERGIES
    assert found.errors[0, 0] > 1e-3


def test_without_samples_there_is_no_average():
    steps = refine([Window(0.0, 1.0)], 1e-3)
    next(steps)
    with pytest.raises(StopIteration) as finished:
        steps.send([])
    assert finished.value.value.samples == ()


def test_an_open_channel_keeps_the_line_of_its_riser():
    """What a plateau reflects in the end does not move the riser before it."""
    energies = np.arange(0.0, 12.0)
    heights = np.minimum(6 * (energies - 4.3), 17.0)
    table = Table.of([channels(e, np.array([h])) for e, h in zip(energies, heights, strict=True)])
    kt = 1.0
    found, _, _ = table.averages([Window(5.0, kelvin(kt))])
    x = np.linspace(-10, 20, 60001)
    exact = np.trapezoid(expit(6 * (x - 4.3)) * Window(5.0, kelvin(kt)).weight(x), x)
    assert found[0, 0] == pytest.approx(exact, abs=1e-4)
