"""Quantum dots against closed forms, exact transmission, and the laws of thermodynamics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, ShapeMismatch, UnitError, UnknownName, Unreliable
from sharvin.formulas import thermal_average
from sharvin.formulas.polygamma import trigamma
from sharvin.manybody import dot
from sharvin.manybody.dot import fock
from sharvin.manybody.dot.transport import AMPERE
from sharvin.units import BOLTZMANN, ELEMENTARY_CHARGE

KELVIN = 1.0
KT = BOLTZMANN * KELVIN
LEFT, RIGHT = 0.004, 0.007
RATES = {"source": LEFT, "drain": RIGHT}
# The master equation is solved without subtractions: what is left is rounding.
EXACT = 1e-12


def occupied(energy, mu=0.0, kt=KT):
    return 1 / (1 + np.exp((energy - mu) / kt))


def in_rates(data, lead="source"):
    """Electrons into the dot over ħ, meV."""
    return -data.current.sel(lead=lead).values / AMPERE


@pytest.mark.parametrize(("energy", "bias"), [(0.3, 0.5), (-0.2, 0.1), (0.0, -0.7), (5.0, 0.2)])
def test_one_level(energy, bias):
    data = dot.transport(
        dot.quantum_dot([energy]), rates=RATES, temperature=KELVIN, source=-bias * 1e-3
    )
    f, g = occupied(energy, bias), occupied(energy)
    exact = LEFT * RIGHT / (LEFT + RIGHT) * (f - g)
    assert in_rates(data) == pytest.approx(exact, rel=EXACT)
    assert float(data.charge) == pytest.approx((LEFT * f + RIGHT * g) / (LEFT + RIGHT), rel=EXACT)


@pytest.mark.parametrize(("energy", "bias"), [(0.3, 0.5), (-0.2, 0.4)])
def test_one_level_with_spin_and_infinite_repulsion(energy, bias):
    one = dot.quantum_dot([energy, energy], repulsion=1e5)
    data = dot.transport(one, rates=RATES, temperature=KELVIN, source=-bias * 1e-3)
    f, g = occupied(energy, bias), occupied(energy)
    exact = 2 * LEFT * RIGHT * (f - g) / (LEFT * (1 + f) + RIGHT * (1 + g))
    assert in_rates(data) == pytest.approx(exact, rel=EXACT)


def test_the_peak_of_a_spin_doublet_is_off_resonance_by_half_ln_2():
    gate = np.linspace(-0.6, 0.6, 2401) * KT * 1e-3
    one = dot.quantum_dot([0.0, 0.0], repulsion=1e3)
    g = dot.differential_conductance(one, rates=RATES, temperature=KELVIN, gate=gate)
    # One electron enters in two ways but leaves in one: the peak is where the dot is emptier.
    assert -1e3 * gate[int(g.values.argmax())] == pytest.approx(0.5 * np.log(2) * KT, abs=1e-3 * KT)
    height = 2 * np.pi * LEFT * RIGHT / (LEFT + RIGHT) / KT * 2 / (3 + 2 * np.sqrt(2))
    # A difference of 1e-3 k_B T, and a grid of 5e-4.
    assert float(g.max()) == pytest.approx(height, rel=1e-6)


@pytest.mark.parametrize("method", ["pauli", "redfield"])
def test_the_linear_conductance_is_the_thermal_limit_of_breit_and_wigner(method):
    width, level = 1e-4, 0.15
    g = dot.differential_conductance(
        dot.quantum_dot([level]),
        rates={"source": width, "drain": width},
        temperature=KELVIN,
        method=method,
    )
    exact = thermal_average(
        lambda e: width**2 / ((e - level) ** 2 + width**2), 0.0, KT, points_per_thermal_energy=20000
    )
    assert float(g) == pytest.approx(float(exact), rel=2 * width / KT)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from(["pauli", "redfield"]))
def test_laws_on_random_dots(seed, orbitals, method):
    """Gibbs without voltage; with it, charge and energy are conserved and heat is dissipated."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(orbitals, orbitals))
    u = rng.uniform(0, 1, size=(orbitals, orbitals))
    random = dot.quantum_dot(a + a.T + np.diag(np.arange(orbitals)), repulsion=u + u.T)
    rates = {name: 1e-5 * rng.uniform(0.2, 1, orbitals) for name in "abc"}
    still = dot.transport(random, rates=rates, temperature=2.0, method=method, gate=1e-3)
    states = fock.patterns(orbitals, 0, orbitals)
    h = fock.single_particle(states, np.asarray(random.hamiltonian))
    whole = h + np.diag(fock.pair_energy(states, random.repulsion) - fock.counted(states))
    energies = np.linalg.eigvalsh(whole)
    weight = np.exp(-(energies - energies[0]) / (2 * BOLTZMANN))
    # Superpositions know of the coupling to the leads: Gibbs but for Γ/kT.
    exact = method == "pauli"
    rtol, atol = (1e-9, 1e-14) if exact else (0.0, still.attrs["broadening"])
    found, gibbs = np.sort(still.probability), np.sort(weight / weight.sum())
    np.testing.assert_allclose(found, gibbs, rtol=rtol, atol=atol)
    volts = dict(zip("abc", rng.uniform(-2e-3, 2e-3, 3), strict=True))
    driven = dot.transport(random, rates=rates, temperature=2.0, method=method, gate=1e-3, **volts)
    # Charge is conserved relative to the largest flow in either direction.
    largest = AMPERE * max(r.max() for r in rates.values())
    assert abs(float(driven.current.sum())) <= 1e-12 * largest
    power = float(sum(v * driven.current.sel(lead=n) for n, v in volts.items()))
    assert float(driven.heat_current.sum()) == pytest.approx(power, abs=1e-9 * largest * 1e-3)
    assert power >= -1e-12 * largest * 1e-3
    if method == "pauli":
        assert (driven.probability >= 0).all()


def test_a_hot_lead_drives_a_current_and_heat_flows_to_the_cold_one():
    data = dot.transport(
        dot.quantum_dot([0.2]), rates=RATES, temperature={"source": 2.0, "drain": 1.0}
    )
    f, g = occupied(0.2, kt=2 * KT), occupied(0.2)
    assert in_rates(data) == pytest.approx(LEFT * RIGHT / (LEFT + RIGHT) * (f - g), rel=EXACT)
    assert data.heat_current.sel(lead="drain") > 0 > data.heat_current.sel(lead="source")


def test_current_is_conserved_on_a_map():
    d = dot.constant_interaction([0.0, 0.4], capacitances={"source": 20, "drain": 20, "gate": 10})
    data = dot.transport(
        d, rates=RATES, temperature=0.5, source=np.linspace(-4e-3, 4e-3, 21),
        gate=np.linspace(0, 0.05, 31),
    )  # fmt: skip
    assert data.attrs["conservation"] < 1e-13
    assert data.current.dims == ("lead", "source", "gate")
    assert data.valid.all()


def test_diamonds_give_back_the_capacitances():
    c = {"source": 25.0, "drain": 15.0, "gate": 8.0}
    total = sum(c.values())
    d = dot.constant_interaction([0.0, 0.0, 0.0], capacitances=c, spin=False)
    gate, source = np.linspace(0.0, 0.062, 1241), np.linspace(-1.5e-3, 1.5e-3, 7)
    data = dot.transport(
        d, rates={"source": 1e-4, "drain": 1e-4}, temperature=0.02, gate=gate, source=source
    )
    charge = data.charge.values
    peaks = dot.differential_conductance(
        d, rates={"source": 1e-4, "drain": 1e-4}, temperature=0.02, gate=gate
    ).values
    tops = gate[1:-1][(peaks[1:-1] > peaks[:-2]) & (peaks[1:-1] > peaks[2:]) & (peaks[1:-1] > 0.01)]
    # e/C_g between peaks, to a step of the grid.
    assert np.diff(tops) == pytest.approx(1.602176634e-1 / c["gate"], abs=6e-5)
    edges = np.array([gate[np.argmax(row > 0.25)] for row in charge.T])
    leave = np.array([gate[len(gate) - 1 - np.argmax(row[::-1] < 0.75)] for row in charge.T])
    slopes = [np.polyfit(edges[:3], source[:3], 1)[0], np.polyfit(edges[-3:], source[-3:], 1)[0]]
    slopes += [np.polyfit(leave[:3], source[:3], 1)[0], np.polyfit(leave[-3:], source[-3:], 1)[0]]
    expected = sorted([-c["gate"] / c["source"], c["gate"] / (total - c["source"])])
    # The two families of edges; three points on a grid of 0.05 mV in 1 mV.
    assert min(slopes) == pytest.approx(expected[0], rel=0.06)
    assert max(slopes) == pytest.approx(expected[1], rel=0.06)


def test_an_excited_state_shows_at_its_energy():
    """In the gap between the first two charge states a step of current appears at eV = Δ."""
    gap = 0.6
    d = dot.quantum_dot([0.0, gap], repulsion=5.0)
    source = -np.linspace(0.1e-3, 1.2e-3, 221)
    g = dot.differential_conductance(
        d, rates={"source": 2e-4, "drain": 1e-4}, temperature=0.05, gate=0.05e-3, source=source
    )
    late = np.abs(source) > 0.3e-3
    place = np.abs(source[late][int(g.values[late].argmax())]) * 1e3
    assert place == pytest.approx(gap - 0.05, abs=0.01)  # the gate lowers it by 0.05 meV


def test_negative_differential_conductance_of_a_slow_excited_state():
    d = dot.quantum_dot([0.0, 0.6], repulsion=50.0)
    rates = {"source": [2e-3, 2e-3], "drain": [2e-3, 1e-6]}
    source = -np.linspace(0.3e-3, 1.2e-3, 40)
    data = dot.transport(d, rates=rates, temperature=0.2, gate=-0.1e-3, source=source)
    current = np.abs(data.current.sel(lead="source").values)
    assert current.max() > 5 * current[-1]


def test_noise_of_known_dots():
    one, spin = dot.quantum_dot([0.0]), dot.quantum_dot([0.0, 0.0], repulsion=1e4, charges=(0, 1))
    far = {"source": -0.01, "gate": -0.005}
    fano = dot.noise(one, rates=RATES, temperature=KELVIN, **far).fano
    expected = (LEFT**2 + RIGHT**2) / (LEFT + RIGHT) ** 2
    np.testing.assert_allclose(fano, expected, rtol=1e-10)
    fano = dot.noise(spin, rates=RATES, temperature=KELVIN, **far).fano
    np.testing.assert_allclose(fano, (4 * LEFT**2 + RIGHT**2) / (2 * LEFT + RIGHT) ** 2, rtol=1e-10)


def test_noise_in_equilibrium_is_johnson_and_nyquist():
    d = dot.quantum_dot([0.1, 0.1], repulsion=0.7)
    power = dot.noise(d, rates=RATES, temperature=KELVIN).noise
    g = dot.differential_conductance(d, rates=RATES, temperature=KELVIN, unit="S")
    nyquist = 4 * KT * 1e-3 * ELEMENTARY_CHARGE * float(g)
    # The derivative is a difference over 1e-3 k_B T.
    assert float(power.sel(lead="source", other="source")) == pytest.approx(nyquist, rel=1e-6)
    np.testing.assert_allclose(power.sum("lead"), 0.0, atol=1e-12 * nyquist)


def transmission(h, left, right, energy):
    g = np.linalg.inv(energy[:, None, None] * np.eye(len(h)) - h + 0.5j * (left + right))
    return np.einsum("ij,ejk,kl,eil->e", left, g, right, g.conj()).real


def landauer(h, left, right, mu, kt):
    """Current from the left, at chemical potentials mu and 0, over ħ."""
    e = np.linspace(-4, 4, 80001)
    window = occupied(e, mu, kt) - occupied(e, 0.0, kt)
    return (window * transmission(h, left, right, e)).sum() * (e[1] - e[0]) / (2 * np.pi)


@pytest.mark.parametrize("gate", [-0.3, -0.1, 0.0, 0.2])
def test_degenerate_orbitals_without_repulsion_agree_with_landauer(gate):
    h = np.diag([0.0, 1e-3])
    v, w = np.array([1.0, 0.6]), np.array([1.0, -0.3])
    left, right = 1e-3 * np.outer(v, v), 1e-3 * np.outer(w, w)
    kw = {"rates": {"source": left, "drain": right}, "temperature": KELVIN}
    kw |= {"source": -0.4e-3, "gate": gate * 1e-3}
    with pytest.raises(Unreliable, match="redfield"):
        dot.transport(dot.quantum_dot(h), **kw)
    data = dot.transport(dot.quantum_dot(h), method="redfield", **kw)
    exact = landauer(h - gate * np.eye(2), left, right, 0.4, KT)
    # Second order in Γ: (Γ/kT) = 0.02 of the largest current.
    assert in_rates(data) == pytest.approx(exact, abs=0.02 * 1e-3)


def test_two_dots_in_a_row_at_a_large_bias():
    """Their exact current does not depend on temperature; rates between eigenstates miss it."""
    t, detuning, left, right = 0.02, 0.01, 0.015, 0.02
    h = np.array([[0.0, t], [t, detuning]])
    rates = {"source": [left, 0.0], "drain": [0.0, right]}
    data = dot.transport(
        dot.quantum_dot(h), rates=rates, temperature=KELVIN, method="redfield", source=-5, drain=5
    )
    width = left + right
    exact = t**2 * width / (t**2 * width**2 / (left * right) + detuning**2 + width**2 / 4)
    # Principal parts fall off as Γ over the bias of 5 eV.
    assert in_rates(data) == pytest.approx(exact, rel=1e-5)


@pytest.mark.parametrize(("level", "kelvin"), [(1.0, 0.1), (1.0, 0.6), (-0.8, 0.3)])
def test_the_cotunneling_tail_is_that_of_the_exact_resonance(level, kelvin):
    width = 0.004
    g = dot.differential_conductance(
        dot.quantum_dot([level]),
        rates={"source": width, "drain": width},
        temperature=kelvin,
        method="cotunneling",
    )
    exact = float(
        thermal_average(
            lambda e: width**2 / ((e - level) ** 2 + width**2),
            0.0,
            BOLTZMANN * kelvin,
            points_per_thermal_energy=400,
        )
    )
    # The T matrix neglects (Γ/ε)² = 6e-5 and, where sequential tunneling adds, Γ/kT of that.
    assert float(g) == pytest.approx(exact, rel=4 * (width / level) ** 2 * 2)


def test_inelastic_cotunneling_sets_in_at_the_splitting():
    d = dot.quantum_dot([-1.7, -1.3], repulsion=3.0)
    source = np.linspace(0.02e-3, 0.8e-3, 79)
    g = dot.differential_conductance(
        d, rates={"source": 4e-3, "drain": 4e-3}, temperature=0.1, source=source,
        method="cotunneling",
    ).values  # fmt: skip
    step = source[int(np.argmax(np.gradient(g)))]
    assert step * 1e3 == pytest.approx(0.4, abs=0.05)
    assert g[-1] > 1.5 * g[0]


def test_cotunneling_obeys_detailed_balance():
    d = dot.quantum_dot([-1.2, -0.9], repulsion=3.0)
    data = dot.transport(
        d, rates={"source": 4e-3, "drain": 1e-3}, temperature=0.4, method="cotunneling"
    )
    p = data.probability.values
    ratio = np.exp(0.3 / (0.4 * BOLTZMANN))
    assert p[1:3].max() / p[1:3].min() == pytest.approx(ratio, rel=1e-9)
    np.testing.assert_allclose(data.current, 0.0, atol=1e-12 * AMPERE * 1e-5)
    data = dot.transport(
        d, rates={"source": 4e-3, "drain": 1e-3}, temperature=0.4, method="cotunneling",
        source=[0.1e-3, 0.5e-3],
    )  # fmt: skip
    power = data.current.sel(lead="source") * [0.1e-3, 0.5e-3]
    np.testing.assert_allclose(data.heat_current.sum("lead"), power, rtol=1e-9)


def test_near_a_resonance_cotunneling_gives_no_number():
    data = dot.transport(
        dot.quantum_dot([0.0]), rates={"source": 1e-3, "drain": 1e-3}, temperature=KELVIN,
        method="cotunneling", gate=[0.0, -0.01],
    )  # fmt: skip
    assert data.valid.values.tolist() == [False, True]
    assert np.isnan(data.current[0, 0])
    assert data.attrs["invalid"] == 1


def test_trigamma_has_its_known_values():
    z = np.array([0.5 + 0j, 1.0 + 0j, 0.5 + 3j])
    found = trigamma(z)
    np.testing.assert_allclose(found[:2].real, [np.pi**2 / 2, np.pi**2 / 6], rtol=1e-14)
    # Re ψ'(1/2 + iy) = π²/2 sech²(πy).
    assert found[2].real == pytest.approx(np.pi**2 / 2 / np.cosh(3 * np.pi) ** 2, abs=1e-14)


def honeycomb(mutual=2.0):
    return dot.coupled_islands(
        [[0.0], [0.0]],
        capacitances=[{"left": 3.0, "source": 10.0}, {"right": 3.0, "drain": 10.0}],
        mutual=mutual,
        spin=False,
    )


def test_a_double_dot_fills_in_honeycombs():
    """Triple points are split by the mutual charging energy."""
    d = honeycomb()
    volts = np.linspace(0, 0.09, 46)
    data = dot.transport(
        d, rates={"source": [1e-4, 0], "drain": [0, 1e-4]}, temperature=0.1, left=volts, right=volts
    )
    charge = data.charge.values
    assert charge.min() == pytest.approx(0, abs=1e-6)
    assert charge.max() == pytest.approx(2, abs=1e-6)
    diagonal = np.diagonal(charge)
    shared = volts[(diagonal > 0.5) & (diagonal < 1.5)]
    c, m = 15.0, 2.0
    arm = 3.0 * (1 / (c - m))  # both gates together
    width = 160.2177 * m / (c**2 - m**2) / 1e3 / arm
    assert np.ptp(shared) == pytest.approx(width, abs=2 * (volts[1] - volts[0]))


def test_voltages_that_pull_coupled_orbitals_apart_are_followed():
    """Point by point the states are those of the matrix with the voltages written into it."""
    h = np.array([[0.1, 0.05], [0.05, -0.1]])
    arms = {"left": [1.0, 0.2], "right": [0.2, 1.0]}
    swept = dot.quantum_dot(h, repulsion=0.8, lever_arms=arms)
    rates = {"source": [1e-4, 0], "drain": [0, 1e-4]}
    left = np.array([-2e-4, 0.0, 5e-4])
    data = dot.transport(swept, rates=rates, temperature=0.5, left=left, right=1e-4, source=-2e-4)
    for k, v in enumerate(left):
        moved = h - 1e3 * np.diag([v + 0.2e-4, 0.2 * v + 1e-4])
        one = dot.transport(
            dot.quantum_dot(moved, repulsion=0.8), rates=rates, temperature=0.5, source=-2e-4
        )
        np.testing.assert_allclose(data.current[:, k], one.current, rtol=1e-9)


def test_exchange_terms_split_singlet_and_triplet():
    n, j = 4, 0.3
    v = np.zeros((n,) * 4)
    for a, b in ((0, 1), (1, 0)):  # levels; orbitals 2a + spin
        for s in (0, 1):
            for t in (0, 1):
                v[2 * a + s, 2 * b + t, 2 * a + t, 2 * b + s] = j
    d = dot.quantum_dot(np.diag([0.0, 0.0, 2.0, 2.0]), repulsion=5.0, exchange=v, charges=(2, 2))
    from sharvin.manybody.dot.states import states

    e = np.sort(states(d, {}, 1).energies[0] - 5.0)
    np.testing.assert_allclose(e, [0.0, 2 - j, 2 - j, 2 - j, 2 + j, 4.0], atol=1e-12)


def kw(**more):
    return {"rates": RATES, "temperature": KELVIN} | more


D = dot.quantum_dot([0.0, 1.0])
REFUSED = {
    "Γ < k_B T": lambda: dot.transport(D, **kw(temperature=0.05)),
    "dark": lambda: dot.transport(D, **kw(rates={"source": [1e-3, 0], "drain": [1e-3, 0]})),
    "superposition of orbitals is dark": lambda: dot.transport(
        dot.quantum_dot([0.0, 0.0]), method="redfield",
        **kw(rates={"source": 1e-3 * np.ones((2, 2)), "drain": 1e-3 * np.ones((2, 2))}),
    ),
    "not Hermitian": lambda: dot.quantum_dot([[0.0, 1.0], [0.5, 0.0]]),
    "not finite": lambda: dot.quantum_dot([0.0, np.nan]),
    "more than 1024": lambda: dot.quantum_dot(np.zeros(11)),
    "must be positive": lambda: dot.transport(D, **kw(temperature=0.0)),
    "is negative": lambda: dot.transport(D, **kw(rates={"source": -1.0})),
    "2 numbers or": lambda: dot.transport(D, **kw(rates={"source": [1e-3] * 3})),
    "did you mean 'gate'": lambda: dot.transport(D, **kw(gat=1.0)),
    "did you mean 'pauli'": lambda: dot.transport(D, **kw(method="paulli")),
    "is missing for 'drain'": lambda: dot.transport(D, **kw(temperature={"source": 1.0})),
    "same temperature": lambda: dot.transport(
        D, method="cotunneling", **kw(temperature={"source": 1.0, "drain": 2.0})
    ),
    "at least one lead": lambda: dot.transport(D, rates={}, temperature=1.0),
    "at least one capacitance": lambda: dot.constant_interaction([0.0], capacitances={}),
    "must be square": lambda: dot.quantum_dot(np.zeros((2, 3))),
    "fails at every point": lambda: dot.transport(D, **kw(method="cotunneling")),
    "an energy is needed": lambda: dot.quantum_dot([0.0], repulsion="1 T"),
    "exchange is not Hermitian": lambda: dot.quantum_dot(
        [0.0, 1.0], exchange=np.arange(16.0).reshape(2, 2, 2, 2)
    ),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
def test_what_cannot_be_is_refused(message):
    errors = (InvalidInput, ShapeMismatch, UnitError, UnknownName, Unreliable)
    with pytest.raises(errors, match=message):
        REFUSED[message]()
