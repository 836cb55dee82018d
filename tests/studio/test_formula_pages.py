"""Formula pages show the numbers that the library gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, UnknownName
from sharvin.formulas import hikami, kondo_conductance, saddle_point, thermal_average
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


def test_pages_on_regimes_are_the_formulas_of_the_library():
    """Half plateaus, thermopower and edge channels, each against another route."""
    x, y = y_of("half-plateaus", bias=3.0, omega_x=0.2, omega_y=6.0)
    # between the first riser at 3 meV and the second the bias of 3 mV leaves 1.5 open
    assert y[np.argmin(np.abs(x - 9.0))] == pytest.approx(1.5, abs=2e-2)
    x, y = y_of("hall-plateaus", level=12.7, broadening=0.02)
    omega = 1.05457e-34 * 1.602177e-19 / (0.067 * 9.10938e-31) / 1.602177e-22  # meV/T
    levels = np.floor(12.7 / (omega * x) + 0.5)
    flat = np.abs(12.7 / (omega * x) + 0.5 - np.round(12.7 / (omega * x) + 0.5)) > 0.3
    np.testing.assert_allclose(y[flat], 0.5 / levels[flat], rtol=1e-4)
    x, y = y_of("weak-localization", coherence=600.0, spin_orbit=300.0)
    np.testing.assert_allclose(y, hikami.hikami(np.abs(1e-3 * x), 600.0, 300.0), atol=SENT)


def test_the_thermopower_page_is_mott_when_cold_and_ln_2_when_sharp():
    x, s = y_of("seebeck", temperature=0.1, omega_x=1.0, omega_y=3.0)
    g = saddle_point(x, hbar_omega_x=1.0, hbar_omega_y=3.0, modes=22).sum(axis=-1)
    mott = -(np.pi**2) / 3 * 1e3 * BOLTZMANN**2 * 0.1 * np.gradient(np.log(g), x)
    # 0.035 meV between the points against ħω_x/2π = 0.16 meV of the steps: differences are rough
    np.testing.assert_allclose(s[2:-2], mott[2:-2], atol=2e-2 * np.abs(mott).max())
    x, s = y_of("seebeck", temperature=10.0, omega_x=0.2, omega_y=6.0)
    step = np.abs(s[np.abs(x - 9.0) < 1.5]).max()
    assert step == pytest.approx(1e3 * BOLTZMANN * np.log(2) / 1.5, rel=0.1)


def test_every_page_that_a_formula_names_exists():
    from sharvin.gallery.registry import ids

    linked = {page for formula in PAGES.values() for page in formula.pages}
    assert linked <= set(ids())
    assert len(linked) > 20


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
