"""Finite bias against direct integration, closed forms, and the laws of the two profiles."""

import numpy as np
import pytest
from scipy.integrate import quad

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName
from sharvin.sweeps.profile import Profile
from sharvin.units import BOLTZMANN

NANO = 38.74045865  # nA per meV of one spinless mode, e²/h times 1 mV
ENDS = {"to": "drain", "from_": "source"}


def contact(**options):
    """A smooth contact of 25 x 11 sites, riser of a few tenths at energies near 0.5."""
    described = {
        "region": sv.rectangle(25, 11),
        "leads": {"source": sv.lead("left"), "drain": sv.lead("right")},
        "potential": lambda x, y, gate: gate / np.cosh(x / 4) ** 2,
    }
    return sv.Device(sv.square_lattice(onsite=4.0), **{**described, **options})


def exact(device, function, low, high, **parameters):
    """Adaptive integral of T(E) function(E), energy by energy, knowing nothing of the verb."""

    def integrand(energy):
        s = sv.smatrix(device, energy=energy, **parameters)
        return s.transmission(**ENDS) * function(energy)

    return quad(integrand, low, high, epsabs=1e-7, epsrel=1e-7, limit=200)[0]


def test_zero_temperature_is_the_integral_between_the_levels():
    device = contact()
    found = sv.bias_spectroscopy(
        device, **ENDS, bias=[-0.1, 0.05, 0.12], chemical_potential=0.62, gate=[0.5, 0.7],
        tolerance=1e-4,
    )  # fmt: skip
    assert found.conductance.dims == ("gate", "bias")
    for gate in (0.5, 0.7):
        for bias in (-0.1, 0.05, 0.12):
            value = found.sel(gate=gate, bias=bias)
            high, low = 0.62 + bias / 2, 0.62 - bias / 2
            area = exact(device, lambda e: 1.0, low, high, gate=gate)
            assert float(value.current) == pytest.approx(NANO * area, abs=1e-4)
            assert abs(float(value.current) - NANO * area) <= float(value.current_error) + 1e-6
            ends = [
                sv.smatrix(device, energy=e, gate=gate).transmission(**ENDS) for e in (low, high)
            ]
            assert float(value.conductance) == pytest.approx(np.mean(ends), abs=2e-4)
    assert np.ptp(found.conductance.values) > 0.1


def test_temperature_and_an_uneven_share():
    device = contact()
    kelvin, share, bias, mu, gate = 0.2, 0.8, 0.1, 0.62, 0.6
    kt = BOLTZMANN * kelvin
    found = sv.bias_spectroscopy(
        device, **ENDS, bias=bias, share=share, chemical_potential=mu, gate=gate,
        temperature=kelvin, tolerance=1e-4,
    )  # fmt: skip
    high, low = mu + share * bias, mu - (1 - share) * bias

    def fermi(e, level):
        return 1 / (1 + np.exp((e - level) / kt))

    def bell(e, level):
        return 1 / (4 * kt * np.cosh((e - level) / (2 * kt)) ** 2)

    window = low - 30 * kt, high + 30 * kt
    area = exact(device, lambda e: fermi(e, high) - fermi(e, low), *window, gate=gate)
    slope = exact(
        device, lambda e: share * bell(e, high) + (1 - share) * bell(e, low), *window, gate=gate
    )
    assert found.current.dims == ()
    assert float(found.current) == pytest.approx(NANO * area, abs=2e-4)
    assert float(found.conductance) == pytest.approx(slope, abs=2e-4)


def test_small_biases_are_the_linear_conductance():
    device = contact()
    found = sv.bias_spectroscopy(
        device, **ENDS, bias=[-1e-3, 1e-3], chemical_potential=0.6, gate=0.6, temperature=0.1
    )
    linear = sv.conductance(
        device, **ENDS, chemical_potential=0.6, gate=0.6, temperature=0.1, progress=False
    )
    np.testing.assert_allclose(found.conductance.values, float(linear), atol=2e-3)
    odd = found.current.values
    assert odd[0] == pytest.approx(-odd[1], abs=1e-9)


def test_half_plateaus_only_where_both_levels_move():
    """Abrupt steps: a clean wire's band bottoms (entry of Glazman and Khaetskii)."""
    wire = contact(potential=None)
    edges = 4 - 2 * np.cos(np.pi * np.arange(1, 4) / 12) - 2
    spacing = edges[1] - edges[0]
    mu = edges[1]
    common = {"chemical_potential": mu + 1e-3 * spacing, "bias": 0.6 * spacing}
    both = sv.bias_spectroscopy(wire, **ENDS, **common)
    one = sv.bias_spectroscopy(wire, **ENDS, **common, share=1.0)
    assert float(both.conductance) == pytest.approx(1.5, abs=1e-3)
    assert float(one.conductance) == pytest.approx(2.0, abs=1e-3)


def test_a_given_drop_equals_a_device_that_has_it_in_its_potential():
    """Three ways to say one profile; each must move the leads with their levels."""
    device, mu, gate = contact(), 0.62, 0.6
    bias = np.array([0.0, 0.04, 0.08, 0.12])

    def drop(x, y):
        return np.clip(x / 24 + 0.5, 0, 1)

    own = contact(
        potential=[device.potential, lambda x, y, lift=0.0: lift * (0.5 - drop(x, y))],
    )
    options = {**ENDS, "bias": bias, "chemical_potential": mu, "gate": gate, "tolerance": 1e-4}
    linear = sv.bias_spectroscopy(device, profile="linear", **options)
    given = sv.bias_spectroscopy(device, profile=drop, **options)
    named = sv.bias_spectroscopy(own, profile="lift", **options)
    np.testing.assert_allclose(given.current, linear.current, atol=1e-9)
    np.testing.assert_allclose(named.current, linear.current, atol=1e-9)
    area = exact(own, lambda e: 1.0, mu - 0.04, mu + 0.04, gate=gate, lift=0.08)
    assert float(linear.current[2]) == pytest.approx(NANO * area, abs=1e-4)

    def current(volts):
        return NANO * exact(own, lambda e: 1.0, mu - volts / 2, mu + volts / 2, gate=gate,
                            lift=volts)  # fmt: skip

    step = 1e-3
    slope = (current(0.08 + step) - current(0.08 - step)) / (2 * step) / NANO
    assert float(linear.conductance[2]) == pytest.approx(slope, abs=5e-3)
    rigid = sv.bias_spectroscopy(device, **options)
    assert abs(float(rigid.current[3] - linear.current[3])) > 1e-3


def test_onsager_two_terminal_conductance_is_even_in_the_field():
    device = contact(field="B", disorder=sv.disorder(0.5, 3))
    for energy in (0.6, 0.9):
        there, back = (
            sv.smatrix(device, energy=energy, gate=0.3, B=field).transmission(**ENDS)
            for field in (70.0, -70.0)
        )
        assert there == pytest.approx(back, abs=1e-10)
        none = sv.smatrix(device, energy=energy, gate=0.3, B=0.0).transmission(**ENDS)
        assert abs(there - none) > 1e-4


def test_biases_beyond_the_band_are_refused():
    device = contact()
    with pytest.raises(InvalidInput, match=r"lead 'drain' is -0\.4 meV.*beyond the band"):
        sv.bias_spectroscopy(device, **ENDS, bias=2.0, chemical_potential=0.6, gate=0.1)
    # The leads follow a profile, so that their own filling never changes.
    options = {"bias": [1.8, 2.0], "chemical_potential": 0.6, "gate": 0.1, "tolerance": 0.05}
    assert sv.bias_spectroscopy(device, **ENDS, profile="linear", **options).current.size == 2


def test_bad_questions_are_refused():
    device = contact()
    common = {**ENDS, "chemical_potential": 0.6, "gate": 0.1}
    with pytest.raises(InvalidInput, match="evenly spaced"):
        sv.bias_spectroscopy(device, **common, bias=[0.1, 0.2, 0.5], profile="linear")
    with pytest.raises(InvalidInput, match="share"):
        sv.bias_spectroscopy(device, **common, bias=0.1, share=1.5)
    with pytest.raises(InvalidInput, match="profile must be"):
        sv.bias_spectroscopy(device, **common, bias=0.1, profile="triangular")
    with pytest.raises(InvalidInput, match="not energy="):
        sv.bias_spectroscopy(device, **ENDS, bias=0.1, energy=0.6, gate=0.1)
    with pytest.raises(UnknownName):
        sv.bias_spectroscopy(device, **common, bias=0.1, gte=0.2)
    with pytest.raises(InvalidInput, match="NaN"):
        sv.bias_spectroscopy(device, **common, bias=np.nan)
    three = contact(
        leads={
            "source": sv.lead("left"), "drain": sv.lead("right"),
            "gnd": sv.lead("top", at=0.0, width=3.0),
        }
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="two leads"):
        sv.bias_spectroscopy(three, **common, bias=0.1)
    with pytest.raises(InvalidInput, match=r"positions|sites"):
        Profile.of(raw(), "linear", 0.5, "L", "R")


def raw():
    ends = {n: sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[0]) for n in ("L", "R")}
    return sv.Device.from_matrices(np.array([[0.5]]), leads=ends)
