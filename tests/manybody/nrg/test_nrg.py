"""Kondo physics against exact results: no interaction, the Bethe ansatz, the Friedel sum rule."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.formulas import (
    friedel_conductance,
    haldane_temperature,
    kondo_conductance,
    symmetric_susceptibility,
    thermal_average,
)
from sharvin.manybody import nrg
from sharvin.manybody.nrg import flow as flow_module
from sharvin.manybody.nrg.blocks import DOWN, UP
from sharvin.manybody.nrg.chain import wilson_chain
from sharvin.manybody.nrg.flow import flow, impurity_energies
from sharvin.manybody.nrg.weights import peaks, thermal_sum
from sharvin.units import BOLTZMANN

COARSE = nrg.Wilson(ratio=3.0, states=300, shifts=2)
SMALL = nrg.Wilson(ratio=3.0, states=200, shifts=1)
WIDTH = 0.2  # Γ, with U = 1: U/Δ = 10
# Two discretizations and 300 states: errors of up to 0.004 in G were measured.
TOLERANCE = 0.006


def kondo_dot(level=-0.5, interaction=1.0, **more):
    rates = {"source": WIDTH / 2, "drain": WIDTH / 2}
    return nrg.anderson(level=level, interaction=interaction, rates=rates, **more)


def kondo_scale(**given):
    energy = haldane_temperature(-0.5, interaction=1.0, width=WIDTH)
    return float(energy) / BOLTZMANN


@pytest.fixture(scope="module")
def curve():
    kelvin = kondo_scale() * np.geomspace(0.01, 8, 12)
    return kelvin, nrg.conductance(
        kondo_dot(), temperature=kelvin, wilson=COARSE, unit="2e²/h"
    ).conductance.values


def test_the_wilson_chain_of_the_conventional_discretization():
    """Wilson's closed form falls off in the same way; Campo and Oliveira change its scale."""
    n, x = np.arange(30), 3.0
    wilson = (
        (1 + 1 / x)
        / 2
        * (1 - x ** (-n - 1.0))
        / np.sqrt((1 - x ** (-2 * n - 1.0)) * (1 - x ** (-2 * n - 3.0)))
    )
    ours = wilson_chain(x, 1.0, 31) * x ** (n / 2)
    scale = np.log(x) * (1 + 1 / x) / (2 * (1 - 1 / x))  # of a logarithmic mean to Wilson's
    np.testing.assert_allclose(ours[15:] / wilson[15:], 1 / scale, rtol=1e-6)


@pytest.mark.parametrize("shift", [0.3, 1.0])
def test_the_chain_has_the_moments_of_the_band(shift):
    """Two sites of the chain see the second moment of the levels, ∫E² dE = 1/3 when Λ -> 1."""
    fine = wilson_chain(1.02, shift, 3)
    assert fine[0] ** 2 == pytest.approx(1 / 3, rel=1e-3)
    assert fine[1] ** 2 == pytest.approx(1 / 5 / (1 / 3) - 1 / 3, rel=1e-3)


def test_mirror_images_are_eigenstates():
    """The blocks that are copied agree with those that are diagonalized."""
    hops = [0.1, *wilson_chain(3.0, 1.0, 9)]
    start = impurity_energies(-0.3, 0.5, 0.0)
    copied = flow(start, hops, states=200)
    tilted = flow(impurity_energies(-0.3, 0.5, 1e-13), hops, states=200)
    assert tilted[0].parities is None
    for one, other in zip(copied, tilted, strict=True):
        assert one.states == other.states
        for charges in one.energies:
            np.testing.assert_allclose(one.energies[charges], other.energies[charges], atol=1e-11)
        for spin in (UP, DOWN):
            for charges, d in one.impurity[spin].items():
                mine, theirs = np.sum(d**2), np.sum(other.impurity[spin][charges] ** 2)
                assert mine == pytest.approx(theirs, abs=1e-9)


def test_a_short_chain_is_the_exact_small_system():
    """Nothing is truncated on four sites: all levels are those of the whole Hamiltonian."""
    hops, e, u = [0.3, 0.5, 0.2], -0.4, 1.1
    shell = flow(impurity_energies(e, u, 0.1), hops, states=1000)[-1]
    found = np.sort(np.concatenate(list(shell.energies.values())))
    assert len(found) == 4**4
    single = np.diag(hops, 1) + np.diag(hops, -1)
    single[0, 0] = e
    from sharvin.manybody.dot.fock import pair_energy, patterns, single_particle

    h = np.kron(single, np.eye(2)) + np.diag([-0.05, 0.05] + [0.0] * 6)
    repulsion = np.zeros((8, 8))
    repulsion[0, 1] = repulsion[1, 0] = u
    states = patterns(8, 0, 8)
    whole = single_particle(states, h) + np.diag(pair_energy(states, repulsion))
    exact = np.linalg.eigvalsh(whole)
    np.testing.assert_allclose(found, exact - exact[0], atol=1e-12)


@pytest.mark.parametrize("zeeman", [0.0, 0.02])
def test_the_delta_functions_add_up_to_one_and_to_the_conductance(zeeman):
    hops = [0.1, *wilson_chain(3.0, 0.5, 34)]
    shells = flow(impurity_energies(-0.05, 0.13, zeeman), hops, states=200)
    kt = np.array([1e-4, 3e-3])
    total, seen = np.zeros(2), np.zeros(2)
    for block in peaks(shells, kt, DOWN, np.inf):
        total[block.which] += block.weights.sum(axis=(1, 2))
        omega = (block.columns[None, :] - block.rows[:, None]) / (2 * kt[block.which, None, None])
        kernel = 1 / np.cosh(np.minimum(np.abs(omega), 300)) ** 2
        seen[block.which] += (block.weights * kernel).sum(axis=(1, 2)) / (4 * kt[block.which])
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    # Shells far above k_B T are left out there. What they would add is an error of the truncation:
    # 5e-4 with 200 states, 1e-5 with 500.
    np.testing.assert_allclose(thermal_sum(shells, kt, DOWN), seen, rtol=1e-3)


def test_without_interaction_it_is_the_landauer_formula():
    dot = nrg.anderson(level=-0.3, interaction=0.0, rates={"source": 0.6, "drain": 0.4})
    kelvin = np.array([0.01, 0.1, 0.4]) / BOLTZMANN
    g = nrg.conductance(dot, temperature=kelvin, wilson=COARSE).conductance
    exact = [
        float(thermal_average(lambda e: 2 * 0.24 / ((e + 0.3) ** 2 + 0.25), 0.0, BOLTZMANN * t))
        for t in kelvin
    ]
    np.testing.assert_allclose(g, exact, atol=TOLERANCE)
    n = nrg.occupation(dot, temperature=kelvin[:1], wilson=COARSE)
    assert float(n.up[0]) == pytest.approx(0.5 + np.arctan(0.6) / np.pi, abs=0.004)


def test_the_conductance_rises_to_the_unitary_limit(curve):
    _, g = curve
    assert g[0] == pytest.approx(1.0, abs=TOLERANCE)
    assert (np.diff(g) < 0.004).all()


def test_the_conductance_follows_the_empirical_curve(curve):
    kelvin, g = curve
    t_k = np.exp(np.interp(-0.5, -g, np.log(kelvin)))
    near = kelvin < 5 * t_k
    empirical = kondo_conductance(kelvin[near], kondo_temperature=t_k)
    np.testing.assert_allclose(g[near], empirical, atol=0.02)
    t_l = 1 / (4 * symmetric_susceptibility(1.0, WIDTH)) / BOLTZMANN
    # The ratio of the two definitions tends to 1 in the Kondo limit: 1.03 at U/Δ = 7.5.
    assert 0.98 < t_k / t_l < 1.07


@pytest.mark.parametrize("ratio", [5.0, 12.5])
def test_the_susceptibility_is_that_of_the_bethe_ansatz(ratio):
    dot = nrg.anderson(level=-ratio / 2, interaction=ratio, rates={"source": 1.0, "drain": 1.0})
    t_l = nrg.kondo_temperature(dot, definition="susceptibility", wilson=COARSE)
    exact = 1 / (4 * symmetric_susceptibility(ratio, 2.0)) / BOLTZMANN
    assert t_l == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize("level", [-0.35, -0.1])
def test_friedel_sum_rule_away_from_the_middle(level):
    dot = kondo_dot(level)
    g = nrg.conductance(dot, temperature=1e-3, wilson=COARSE).conductance
    n = nrg.occupation(dot, temperature=1e-3, wilson=COARSE)
    assert float(g[0]) == pytest.approx(float(2 * friedel_conductance(n.up)[0]), abs=0.01)


def test_a_field_splits_the_resonance_and_keeps_the_sum_rule():
    dot = kondo_dot(field=0.5)
    kelvin = kondo_scale() / 30
    g = float(nrg.conductance(dot, temperature=kelvin, wilson=SMALL).conductance[0])
    n = nrg.occupation(dot, temperature=kelvin, wilson=SMALL)
    assert float(n.up[0]) - float(n.down[0]) > 0.6  # spin up is the lower one
    expected = friedel_conductance(n.up)[0] + friedel_conductance(n.down)[0]
    # One discretization: the sum rule holds to 0.02.
    assert g == pytest.approx(float(expected), abs=0.03)
    assert g < 0.5
    zeeman = dot.zeeman
    energy = np.linspace(-4 * zeeman, 4 * zeeman, 401)
    a = nrg.spectral_function(dot, energy=energy, temperature=kelvin, wilson=SMALL)
    assert float(a.sum_rule) == pytest.approx(1.0, abs=1e-10)
    # The Kondo peaks of the two spins move to opposite sides of the Fermi energy.
    peak = energy[int(a.up.values.argmax())]
    assert peak * energy[int(a.down.values.argmax())] < 0


def test_asymmetric_leads_lower_the_conductance_and_nothing_else():
    lopsided = nrg.anderson(level=-0.5, interaction=1.0, rates={"a": 0.15, "b": 0.05})
    kelvin = kondo_scale()
    g = nrg.conductance(lopsided, temperature=kelvin, wilson=SMALL).conductance
    even = nrg.conductance(kondo_dot(), temperature=kelvin, wilson=SMALL).conductance
    np.testing.assert_allclose(g, 0.75 * even, rtol=1e-9)


def test_a_gate_sweep_is_symmetric_and_even_valleys_are_dark():
    swept = nrg.conductance(
        kondo_dot(), temperature=[kondo_scale() / 10], level=[-1.4, -0.5, 0.4], wilson=SMALL
    )
    left, middle, right = swept.conductance.values[:, 0]
    assert left == right
    assert middle > 5 * left
    assert swept.conductance.dims == ("level", "temperature")


def test_entropy_and_moment_have_their_fixed_points():
    dot = nrg.anderson(
        level=-0.5, interaction=1.0, rates={"source": 0.02, "drain": 0.02}, bandwidth=1000.0
    )
    hot, local = 50.0 / BOLTZMANN, 0.01 / BOLTZMANN
    wilson = nrg.Wilson(states=300, shifts=2)
    data = nrg.thermodynamics(dot, temperature=[hot, local], wilson=wilson)
    # Free orbital: ln 4 and 1/8; local moment: ln 2 and a little less than 1/4 (logarithms).
    assert data.entropy.values == pytest.approx([np.log(4), np.log(2)], abs=0.03)
    assert data.moment.values[0] == pytest.approx(1 / 8, abs=0.004)
    assert 0.2 < data.moment.values[1] < 0.25


def test_the_three_kondo_temperatures_stand_in_their_ratios():
    """Wilson's number: T_K(moment) = 0.4128 T_L for the Kondo limit."""
    dot = nrg.anderson(level=-5.0, interaction=10.0, rates={"a": 1.0, "b": 1.0})
    t_w = nrg.kondo_temperature(dot, definition="moment", wilson=SMALL)
    exact = 1 / (4 * symmetric_susceptibility(10.0, 2.0)) / BOLTZMANN
    assert t_w / exact == pytest.approx(0.4128, rel=0.03)


REFUSED = {
    "larger than 1": lambda: nrg.Wilson(ratio=1.0),
    "resolves nothing": lambda: nrg.Wilson(ratio=20.0),
    "too few": lambda: nrg.Wilson(ratio=2.0, states=300),
    "at least 1": lambda: nrg.Wilson(shifts=0),
    "rates must be positive": lambda: nrg.anderson(level=0, interaction=1, rates={"a": 0.0}),
    "not wide": lambda: kondo_dot(bandwidth=2.0),
    "too short": lambda: nrg.conductance(
        kondo_dot(), temperature=1e-4, wilson=nrg.Wilson(states=200, shifts=1, sites=12)
    ),
    "must be positive": lambda: nrg.conductance(kondo_dot(), temperature=0.0),
    "compared with the band": lambda: nrg.conductance(kondo_dot(), temperature=1e3),
    "no local moment": lambda: nrg.kondo_temperature(kondo_dot(level=0.3)),
    "at zero field": lambda: nrg.kondo_temperature(kondo_dot(field=1.0)),
    "did you mean": lambda: nrg.conductance(
        kondo_dot(), temperature=1.0, to="surce", from_="drain"
    ),
    "must be finite": lambda: kondo_dot(level=np.inf),
    "not one of": lambda: nrg.kondo_temperature(kondo_dot(), definition="tk"),
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_is_refused(message):
    with pytest.raises((InvalidInput, UnknownName, Unreliable), match=message):
        REFUSED[message]()


def test_multiplets_are_kept_whole():
    energies = np.repeat(np.arange(60.0), 4)
    assert flow_module._cut(energies, 101) % 1 == pytest.approx(0.5)
    assert flow_module._cut(energies, 400) == np.inf
