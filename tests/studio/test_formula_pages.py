"""Formula pages show the numbers that the library gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, UnknownName
from sharvin.formulas import kondo_conductance, saddle_point, thermal_average
from sharvin.formulas.resonance import breit_wigner
from sharvin.studio import formula_pages
from sharvin.studio.formulas_quantum import ring_transmission
from sharvin.units import BOLTZMANN

PAGES = formula_pages.pages()
SENT = 1e-9  # numbers travel with ten digits


def y_of(id_, label=0, **values):
    found = formula_pages.curve(id_, values)
    return np.array(found["x"]), np.array(found["curves"][label]["y"], dtype=float)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 8.0])
def test_the_smeared_saddle_is_the_thermal_average_of_the_library(temperature):
    x, y = y_of("saddle-point", omega_x=0.7, omega_y=2.5, temperature=temperature)

    def steps(e):
        return saddle_point(e, hbar_omega_x=0.7, hbar_omega_y=2.5, modes=40).sum(axis=-1)

    picked = slice(None, None, 40)
    # at 0.1 K a step of 0.7 meV is smooth on the scale of kT: 20 points per kT are exact
    expected = thermal_average(steps, x[picked], BOLTZMANN * temperature)
    # 22 modes on the page against 40: at 8 K and 20 meV the missing ones are empty to 1e-5
    np.testing.assert_allclose(y[picked], expected, atol=1e-5 if temperature > 5 else 1e-8)


def test_cold_curves_are_the_formulas_themselves():
    x, y = y_of("saddle-point", omega_x=1.0, omega_y=3.0)
    expected = saddle_point(x, hbar_omega_x=1.0, hbar_omega_y=3.0, modes=22).sum(axis=-1)
    np.testing.assert_allclose(y, expected, atol=SENT)
    x, y = y_of("resonant-level", left=0.3, right=0.1, temperature=0.0)
    np.testing.assert_allclose(y, breit_wigner(x, level=0.0, left=0.3, right=0.1), atol=SENT)
    x, y = y_of("kondo", kondo_temperature=2.0)
    np.testing.assert_allclose(y, kondo_conductance(x, kondo_temperature=2.0), atol=SENT)


def test_noise_has_its_two_limits():
    """4kTG without a voltage, F 2e|I| at a large one (M. Büttiker 1992)."""
    x, s = y_of("shot-noise", t_1=0.6, t_2=0.3, temperature=0.5)
    _, poisson = y_of("shot-noise", 1, t_1=0.6, t_2=0.3, temperature=0.5)
    quantum = 2 * 3.8740458e-5
    nyquist = 4 * 1.380649e-23 * 0.5 * quantum * 0.9 * 1e28
    assert s[np.argmin(np.abs(x))] == pytest.approx(nyquist, rel=1e-6)
    _, cold = y_of("shot-noise", t_1=0.6, t_2=0.3, temperature=0.0)
    fano = (0.6 * 0.4 + 0.3 * 0.7) / 0.9
    assert cold[0] / poisson[0] == pytest.approx(fano, rel=1e-8)


@given(coupling=st.floats(0.01, 0.5), phase=st.floats(0.1, 20.0), barrier=st.floats(0.0, 1.0))
@settings(max_examples=40, deadline=None)
def test_a_ring_is_periodic_even_and_never_transmits_more_than_all(coupling, phase, barrier):
    flux = np.array([-1.3, -0.3, 0.3, 0.7, 1.3])
    t = ring_transmission(flux, coupling, phase, barrier)
    assert (t > -1e-9).all()
    assert (t < 1 + 1e-9).all()
    np.testing.assert_allclose(t[1], t[2], atol=1e-7)  # even: Onsager
    np.testing.assert_allclose(t[0], t[3], atol=1e-7)  # period h/e
    np.testing.assert_allclose(t[2], t[4], atol=1e-7)


def test_half_a_flux_quantum_closes_an_even_ring():
    closed = ring_transmission(np.array([0.5]), 0.4, 2.1, 0.0)
    assert closed[0] == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize("id_", PAGES)
@pytest.mark.parametrize("end", ["low", "high", "value"])
def test_every_curve_is_finite_at_both_ends_of_every_slider(id_, end):
    values = {slider.name: getattr(slider, end) for slider in PAGES[id_].sliders}
    found = formula_pages.curve(id_, values)
    assert len(found["x"]) > 100
    for curve in found["curves"]:
        assert len(curve["y"]) == len(found["x"])
        gaps = sum(y is None for y in curve["y"])
        assert gaps <= 1, f"{curve['label']}: {gaps} gaps"


@pytest.mark.parametrize("value", [-1.0, 1e308, 3.0001])
def test_a_slider_does_not_leave_its_scale(value):
    with pytest.raises(InvalidInput, match=r"ħω_x goes from 0\.2 to 3 meV"):
        formula_pages.curve("saddle-point", {"omega_x": value})


def test_unknown_sliders_and_pages_are_refused():
    with pytest.raises(UnknownName, match="omega_x"):
        formula_pages.curve("saddle-point", {"omega_z": 1.0})
    with pytest.raises(UnknownName, match="kondo"):
        formula_pages.curve("kondoo", {})
