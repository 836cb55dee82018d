"""Pumped charge against closed forms, the curvature inside the cycle, and evolution in time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName, Unreliable
from sharvin.manybody import dot
from sharvin.units import BOLTZMANN, HBAR

KT = BOLTZMANN  # at 1 K
RATES = {"source": 0.004, "drain": 0.007}
MEMORY = HBAR / 0.011  # ps, of a level with both barriers open
AROUND = 2 * np.pi * np.arange(16) / 16


def fermi(energy):
    return 1 / (1 + np.exp(energy / KT))


def level(**more):
    """A cycle of the level and of one barrier."""
    given = {"gate": 1e-4 * np.cos(AROUND), "openings": {"source": 1 + 0.8 * np.sin(AROUND)}}
    return dot.pump(dot.quantum_dot([0.0]), rates=RATES, temperature=1.0, **(given | more))


@pytest.mark.parametrize(("low", "high"), [(-0.6, 0.6), (-0.1, 0.3), (0.2, -0.2)])
def test_a_turnstile_carries_the_change_of_charge(low, high):
    """Filled from the source at one level, emptied into the drain at another: f(E) - f(E')."""
    found = dot.pump(
        dot.quantum_dot([0.0]), rates=RATES, temperature=1.0,
        gate=-1e-3 * np.array([low, low, high, high]),
        openings={"source": [1, 0, 0, 1], "drain": [0, 1, 1, 0]},
    )  # fmt: skip
    exact = fermi(low) - fermi(high)
    np.testing.assert_allclose(found.electrons, [exact, -exact], atol=1e-10)


def test_a_cold_turnstile_carries_one_electron_whatever_the_repulsion():
    corners = {"gate": 1e-3 * np.array([1.0, 1.0, -1.0, -1.0])}
    openings = {"source": [1, 0, 0, 1], "drain": [0, 1, 1, 0]}
    for dot_ in (dot.quantum_dot([0.0]), dot.quantum_dot([0.0, 0.0], repulsion=3.0)):
        kw = {"rates": {"source": 1e-3, "drain": 2e-3}, "temperature": 0.4, "openings": openings}
        found = dot.pump(dot_, **kw, **corners)
        # exp(-1 meV / 0.4 K) is left.
        np.testing.assert_allclose(found.electrons, [1.0, -1.0], atol=1e-11)
        backward = {name: values[::-1] for name, values in openings.items()}
        turned = dot.pump(dot_, **{**kw, "openings": backward}, gate=corners["gate"][::-1])
        np.testing.assert_allclose(turned.electrons, -found.electrons, atol=1e-9)


def test_one_level_is_the_integral_of_its_share():
    """Q = ∮ Γ_L/Γ df along the polygon."""
    gate, opening = 1e-4 * np.cos(AROUND), 1 + 0.8 * np.sin(AROUND)
    x, w = np.polynomial.legendre.leggauss(20)
    s = (x + 1) / 2
    total = 0.0
    for k in range(16):
        energy = -1e3 * (gate[k] + (gate[k - 15] - gate[k]) * s)
        share = RATES["source"] * (opening[k] + (opening[k - 15] - opening[k]) * s)
        share /= share + RATES["drain"]
        slope = (
            -(energy[-1] - energy[0]) / (s[-1] - s[0]) / (4 * KT) / np.cosh(energy / 2 / KT) ** 2
        )
        total += (w / 2 * share * slope).sum()
    found = level()
    assert float(found.electrons[0]) == pytest.approx(total, abs=1e-8)
    assert abs(total) > 0.1
    assert float(found.error) < 1e-6


def test_a_slow_cycle_in_time_tends_to_the_geometric_charge():
    slow = float(level().electrons[0])
    off = [abs(float(level(period=n * MEMORY).electrons[0]) - slow) for n in (30.0, 300.0, 3000.0)]
    # Here the first order in the frequency vanishes by symmetry, so that errors fall off faster.
    assert off[0] > 10 * off[1] > 10 * off[2]
    assert off[2] < 1e-5
    assert off[0] > 1e-3


def test_spin_and_repulsion_in_time():
    spin = {"openings": {"source": 1 + 0.8 * np.sin(AROUND)}, "gate": 1e-4 * np.cos(AROUND)}
    d = dot.quantum_dot([0.0, 0.0], repulsion=2.0)
    slow = dot.pump(d, rates=RATES, temperature=1.0, **spin)
    timed = dot.pump(d, rates=RATES, temperature=1.0, period=2e4 * MEMORY, **spin)
    assert float(timed.electrons[0]) == pytest.approx(float(slow.electrons[0]), abs=3e-5)
    assert abs(float(slow.electrons[0])) > 0.1
    assert float(timed.relaxation) == pytest.approx(float(slow.relaxation), rel=1e-3)


def test_with_a_bias_a_cycle_in_time_carries_the_current_times_the_period():
    """Where nothing moves but by nothing, the stationary current is left."""
    d, period = dot.quantum_dot([0.1]), 500.0
    still = {"rates": RATES, "temperature": 1.0, "source": -4e-4}
    current = dot.transport(d, **still, gate=1e-4).current
    found = dot.pump(d, **still, gate=[1e-4] * 3, period=period)
    charge = -current.values * period * 1e-12 / 1.602176634e-19
    np.testing.assert_allclose(found.electrons, charge, rtol=1e-9)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6))
def test_laws_of_random_cycles(seed):
    """Charge is conserved; turned around it changes sign; refining the polygon changes nothing."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(2, 2))
    d = dot.quantum_dot(a + a.T + np.diag([0.0, 1.0]), repulsion=rng.uniform(0, 2))
    kw = {"rates": {n: 1e-4 * rng.uniform(0.2, 1, 2) for n in "ab"}, "temperature": 3.0}
    gate, one = rng.uniform(-1e-3, 1e-3, 3), rng.uniform(0.2, 1, 3)
    found = dot.pump(d, gate=gate, openings={"a": one}, **kw)
    assert found.attrs["conservation"] < 1e-9
    assert found.attrs["lowest_probability"] >= 0
    turned = dot.pump(d, gate=gate[::-1], openings={"a": one[::-1]}, **kw)
    np.testing.assert_allclose(turned.electrons, -found.electrons, atol=3e-6)
    fine = [np.stack([v, (v + np.roll(v, -1)) / 2], axis=1).ravel() for v in (gate, one)]
    again = dot.pump(d, gate=fine[0], openings={"a": fine[1]}, **kw)
    np.testing.assert_allclose(again.electrons, found.electrons, atol=3e-6)


def test_around_a_triple_point_of_two_islands_one_electron_goes_through():
    """The pump of Pothier et al.: one electron around one triple point, back around the other."""
    islands = dot.coupled_islands(
        [[0.0], [0.0]],
        capacitances=[{"left": 3.0, "source": 10.0}, {"right": 3.0, "drain": 10.0}],
        mutual=6.0, tunneling=0.1, spin=False,
    )  # fmt: skip
    kw = {"rates": {"source": [1e-3, 0], "drain": [0, 1e-3]}, "temperature": 0.5}
    volts = np.linspace(0.0, 0.09, 61)
    curvature = dot.pumping_curvature(islands, left=volts, right=volts, **kw)
    flux = curvature.sel(lead="source").values * (volts[1] - volts[0]) ** 2
    above = np.add.outer(curvature.left.values, curvature.right.values) > 2 * 0.0263
    x, y = (np.array([-1.0, 1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0]))
    for side, sign in ((above, -1), (~above, 1)):
        assert flux[side].sum() == pytest.approx(sign, abs=0.02)
    for center, sign in ((0.0345, -1), (0.018, 1)):
        found = dot.pump(islands, left=center + 0.0079 * x, right=center + 0.0079 * y, **kw)
        assert abs(float(found.electrons[0])) > 0.5
        assert np.sign(float(found.electrons[0])) == sign
        inside = [np.abs(v - center) < 0.0079 for v in (curvature.left, curvature.right)]
        area = flux[np.ix_(*inside)].sum()
        # Stokes: the cells inside, but for those that the cycle cuts.
        assert area == pytest.approx(float(found.electrons[0]), abs=0.06)


REFUSED = {
    "three corners": {"gate": [0.0, 1e-4], "openings": {}},
    "infinitely much": {"source": 1e-4},
    "as many corners": {"gate": np.zeros(5)},
    "must be positive": {"period": -1.0},
    "not negative": {"openings": {"source": -np.ones(16)}},
    "cut off": {"openings": {"source": np.arange(16) > 8, "drain": np.arange(16) > 9}},
    "did you mean 'gate'": {"gat": np.zeros(16)},
    "did you mean 'drain'": {"openings": {"drian": np.ones(16)}},
    "Γ < k_B T": {"openings": {"source": 40 * np.ones(16)}},
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_is_refused(message):
    with pytest.raises((InvalidInput, ShapeMismatch, UnknownName, Unreliable), match=message):
        level(**REFUSED[message])


def test_a_curvature_needs_two_lists():
    with pytest.raises(InvalidInput, match="two voltages that are lists"):
        dot.pumping_curvature(dot.quantum_dot([0.0]), rates=RATES, temperature=1.0, gate=[0.0, 1.0])
