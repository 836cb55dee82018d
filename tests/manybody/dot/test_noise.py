"""Noise with superpositions: scattering theory, published closed forms, and the Pauli limit."""

import numpy as np
import pytest
from scipy.integrate import quad

from sharvin.errors import UnknownName, Unreliable
from sharvin.manybody import dot
from sharvin.manybody.dot.transport import AMPERE

LEFT, RIGHT, HOP, DETUNING = 0.015, 0.02, 0.02, 0.01
SERIES = {"source": [LEFT, 0.0], "drain": [0.0, RIGHT]}
# At ±5 V what is left of the principal parts is Γ over the bias, 1e-6 of the results.
FAR = {"temperature": 1.0, "method": "redfield", "source": -5, "drain": 5}


def two_dots(**more):
    return dot.quantum_dot([[0.0, HOP], [HOP, DETUNING]], **more)


@pytest.mark.parametrize("source", [0.0, -3e-4, [-2e-3, 1e-3]])
def test_without_superpositions_it_is_the_noise_of_the_rates(source):
    d = dot.quantum_dot([0.1, 0.3], repulsion=0.7)
    kw = {"rates": {"source": 0.004, "drain": 0.007}, "temperature": 1.0, "source": source}
    rates, matrices = (dot.noise(d, method=m, **kw) for m in ("pauli", "redfield"))
    np.testing.assert_allclose(matrices.noise, rates.noise, rtol=1e-12)
    np.testing.assert_allclose(matrices.current, rates.current, rtol=1e-12, atol=1e-12 * AMPERE)
    np.testing.assert_allclose(
        matrices.current, dot.transport(d, **kw).current, rtol=1e-12, atol=1e-14 * AMPERE
    )


def test_two_dots_without_repulsion_have_the_noise_of_their_transmission():
    def passed(energy):
        inverse = [[energy + 0.5j * LEFT, -HOP], [-HOP, energy - DETUNING + 0.5j * RIGHT]]
        return LEFT * RIGHT * abs(np.linalg.inv(np.array(inverse))[0, 1]) ** 2

    options = {"points": [0.0, DETUNING], "limit": 400, "epsabs": 1e-14}
    current = quad(passed, -3, 3, **options)[0]
    partition = quad(lambda e: passed(e) * (1 - passed(e)), -3, 3, **options)[0]
    found = dot.noise(two_dots(), rates=SERIES, **FAR)
    np.testing.assert_allclose(found.fano, partition / current, rtol=1e-5)


def test_two_dots_with_one_electron_have_the_published_fano_factor():
    """Kießlich et al., Phys. Rev. Lett. 99, 206602 (2007); current of Stoof and Nazarov (1996)."""
    found = dot.noise(two_dots(repulsion=50.0, charges=(0, 1)), rates=SERIES, **FAR)
    t2, left, right = HOP**2, LEFT, RIGHT
    current = -float(found.current.sel(lead="source")) / AMPERE
    # Tunneling shifts the two levels apart; the current says by how much.
    detuning2 = t2 * right / current - t2 * (2 + right / left) - right**2 / 4
    assert detuning2 > DETUNING**2
    spread = 4 * detuning2 * (right - left) + 3 * left * right**2 + right**3 + 8 * right * t2
    width = left * right**2 + 4 * left * detuning2 + 4 * t2 * (right + 2 * left)
    fano = 1 - 8 * left * t2 * spread / width**2
    np.testing.assert_allclose(found.fano, fano, rtol=1e-5)
    # Probabilities alone are refused here; of superpositions nothing would be left in them.
    with pytest.raises(Unreliable, match="redfield"):
        dot.noise(two_dots(), rates=SERIES, **{**FAR, "method": "pauli"})


def test_in_equilibrium_it_is_johnson_and_nyquist_and_every_result_carries_its_flags():
    kw = {"rates": SERIES, "temperature": 1.0, "method": "redfield"}
    power = dot.noise(two_dots(repulsion=0.3), gate=1e-4, **kw)
    g = dot.differential_conductance(two_dots(repulsion=0.3), gate=1e-4, unit="S", **kw)
    nyquist = 4 * 1.380649e-23 * float(g)
    # Superpositions know of the coupling: Γ/kT = 0.2 of the fluctuation theorem.
    assert float(power.noise[0, 0]) == pytest.approx(nyquist, rel=0.05)
    moved = dot.transport(two_dots(repulsion=0.3), gate=1e-4, source=1e-4, **kw)
    for result in (power, g, moved):
        attrs = result.attrs
        assert attrs["method"] == "redfield"
        assert attrs["trust"] == "quantitative"
        assert 0 < attrs["broadening"] < 0.3
        assert attrs["conservation"] < 1e-9
        assert attrs["lowest_probability"] > -0.02
        assert attrs["invalid"] == 0
    assert bool(power.valid)


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownName, match="did you mean 'pauli'"):
        dot.noise(two_dots(), rates=SERIES, temperature=1.0, method="paull")
