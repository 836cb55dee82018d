"""Weak repulsion on a device, and Luttinger parameters from chains and from curves."""

from itertools import combinations

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.luttinger import (
    device_conductance,
    exponents,
    fit_parameter,
    impurity_conductance,
    renormalized_conductance,
    renormalized_transmission,
    xxz_parameter,
    xxz_velocity,
)
from sharvin.units import BOLTZMANN


def chain(impurity=1.0, mu=0.0):
    device = sv.Device(
        sv.chain(hopping=100.0),
        region=sv.interval(11),
        leads={"left": sv.lead("left"), "right": sv.lead("right")},
        potential=lambda x: np.where(np.abs(x) < 0.5, impurity, 0.0),
    )
    return device, {"to": "right", "from_": "left", "chemical_potential": mu}


def test_without_repulsion_the_temperature_does_not_matter():
    g = renormalized_conductance(
        lambda e: np.full_like(e, 0.3), [0.01, 1.0], alpha=0.0, bandwidth=50.0
    )
    np.testing.assert_allclose(g, 0.3, atol=1e-12)


def test_its_powers_are_those_of_the_liquid():
    alpha = 0.2
    cold = renormalized_conductance(
        lambda e: np.full_like(e, 0.5), [1e-12, 2e-12], alpha=alpha, bandwidth=50.0
    )
    law = exponents(1 / (1 + alpha))
    assert np.log2(cold[1] / cold[0]) == pytest.approx(law.strong, rel=1e-3)


def test_the_flow_composes():
    """Lowering the cutoff in two steps is lowering it in one."""
    t = np.array([0.1, 0.5, 0.95])
    once = renormalized_transmission(t, 0.01, alpha=0.3, bandwidth=1.0)
    half = renormalized_transmission(t, 0.1, alpha=0.3, bandwidth=1.0)
    np.testing.assert_allclose(
        renormalized_transmission(half, 0.1, alpha=0.3, bandwidth=1.0), once, atol=1e-14
    )
    np.testing.assert_allclose(renormalized_transmission(t, 5.0, alpha=0.3, bandwidth=1.0), t)
    ends = renormalized_transmission([0.0, 1.0], 1e-9, alpha=0.3, bandwidth=1.0)
    np.testing.assert_allclose(ends, [0.0, 1.0])


def test_a_device_gets_colder_and_cuts():
    device, where = chain(impurity=150.0)
    kelvin = np.array([1.0, 10.0, 40.0])
    bare = device_conductance(device, temperature=kelvin, alpha=0.0, bandwidth=100.0, **where)
    verb = sv.conductance(device, temperature=kelvin, progress=False, **where)
    # `conductance` promises 1e-3.
    np.testing.assert_allclose(bare, verb.values, atol=1e-3)
    g = device_conductance(device, temperature=kelvin, alpha=0.2, bandwidth=100.0, **where)
    assert (g < bare).all()
    assert (np.diff(g) > 0).all()
    t0 = 1 / (1 + (150.0 / 200.0) ** 2)
    closed = renormalized_conductance(
        lambda e: np.full_like(e, t0), BOLTZMANN * kelvin[:1], alpha=0.2, bandwidth=100.0
    )
    assert g[0] == pytest.approx(closed[0], abs=1e-4)


def test_two_channels_are_refused():
    strip = sv.Device(
        sv.square_lattice(onsite=4.0), region=sv.rectangle(9, 9),
        leads={"left": sv.lead("left"), "right": sv.lead("right")},
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="second channel"):
        device_conductance(
            strip, to="right", from_="left", chemical_potential=1.0, temperature=[0.1],
            alpha=0.1, bandwidth=1.0,
        )  # fmt: skip


def test_a_sharp_resonance_needs_more_energies():
    device = sv.Device(
        sv.chain(hopping=100.0), region=sv.interval(31),
        leads={"left": sv.lead("left"), "right": sv.lead("right")},
        potential=lambda x: np.where(np.abs(np.abs(x) - 8) < 0.5, 900.0, 0.0),
    )  # fmt: skip
    with pytest.raises(Unreliable, match="raise energies"):
        device_conductance(
            device, to="right", from_="left", chemical_potential=3.0, temperature=[30.0],
            alpha=0.1, bandwidth=100.0, energies=17,
        )  # fmt: skip


def test_known_parameters_of_the_chain():
    assert xxz_parameter(0.0) == pytest.approx(1.0, abs=1e-15)
    assert xxz_parameter(0.5) == pytest.approx(0.75, abs=1e-15)
    assert xxz_parameter(1.0) == pytest.approx(0.5, abs=1e-15)
    assert xxz_velocity(0.0) == pytest.approx(1.0)
    assert xxz_velocity(1.0) == pytest.approx(np.pi / 2)
    for delta in (-1.0, 1.2, np.nan):
        with pytest.raises(InvalidInput, match="XXZ"):
            xxz_parameter(delta)


def ground_energy(sites, up, delta):
    """Lowest energy of a ring in the sector of `up` spins, by full diagonalization."""
    states = [sum(1 << i for i in c) for c in combinations(range(sites), up)]
    place = {s: n for n, s in enumerate(states)}
    h = np.zeros((len(states), len(states)))
    for n, s in enumerate(states):
        for i in range(sites):
            j = (i + 1) % sites
            one, two = s >> i & 1, s >> j & 1
            h[n, n] += delta * (one - 0.5) * (two - 0.5)
            if one != two:
                h[place[s ^ (1 << i) ^ (1 << j)], n] += 0.5
    return np.linalg.eigvalsh(h)[0]


@pytest.mark.parametrize("delta", [-0.4, 0.0, 0.4])
def test_the_parameter_is_that_of_exact_diagonalization(delta):
    """A spin more costs πu/(2KL) on a ring of L sites; corrections fall as 1/L²."""
    found = []
    for sites in (8, 12):
        cost = ground_energy(sites, sites // 2 + 1, delta) - ground_energy(sites, sites // 2, delta)
        found.append(np.pi * xxz_velocity(delta) / (2 * sites * cost))
    extrapolated = (found[1] * 144 - found[0] * 64) / 80
    # The next power of 1/L, and for Δ = 0.4 a slower one: 0.4 % seen.
    assert extrapolated == pytest.approx(xxz_parameter(delta), rel=1e-2)


@pytest.mark.parametrize("law", ["strong", "end", "bulk", "weak"])
@pytest.mark.parametrize(("k", "flavors"), [(0.7, 1), (0.6, 2), (0.28, 4)])
def test_the_parameter_comes_back_from_noisy_powers(law, k, flavors):
    t = np.logspace(-1, 1, 30)
    power = getattr(exponents(k, flavors=flavors), law)
    noise = 1 + 0.004 * np.random.default_rng(5).normal(size=30)
    g = 0.1 * t**power * noise
    clean = None
    if law == "weak":
        g, clean = 1 - 0.05 * t**power * noise, 1.0
    fit = fit_parameter(t, g, law=law, flavors=flavors, clean=clean, r_squared=0.98)
    assert fit.k == pytest.approx(k, rel=0.01) or law == "bulk"
    assert abs(fit.k - k) < 5 * fit.k_error
    assert fit.points == 30


def test_only_the_straight_part_of_a_crossover_is_used():
    t = np.logspace(-2, 2, 60)
    g = impurity_conductance(t, 1 / 3, half_temperature=1.0).conductance
    fit = fit_parameter(t, g, r_squared=0.9999)
    assert fit.k == pytest.approx(1 / 3, rel=0.02)
    assert fit.window[1] < 0.7
    assert fit.r_squared >= 0.9999


def test_fits_are_refused_where_there_is_no_power():
    t = np.logspace(-1, 1, 20)
    with pytest.raises(Unreliable, match="no range"):
        fit_parameter(t, 1 + 0.5 * np.sin(8 * np.log(t)))
    with pytest.raises(Unreliable, match="no Luttinger liquid"):
        fit_parameter(t, t**-3.0)
    with pytest.raises(InvalidInput, match="clean="):
        fit_parameter(t, 1 - 0.1 * t**-0.5, law="weak")
    with pytest.raises(InvalidInput, match="law must be"):
        fit_parameter(t, t, law="kink")
    with pytest.raises(InvalidInput, match="one shape"):
        fit_parameter(t, t[1:])


def test_bad_input_of_weak_repulsion():
    with pytest.raises(InvalidInput, match="alpha"):
        renormalized_transmission(0.5, 1.0, alpha=-0.1, bandwidth=1.0)
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        renormalized_transmission(1.5, 1.0, alpha=0.1, bandwidth=1.0)
    with pytest.raises(InvalidInput, match="thermal energy"):
        renormalized_conductance(lambda e: e * 0, [0.0], alpha=0.1, bandwidth=1.0)
