"""Levels and rates of a device against the transmission resonances of the same device."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody import dot


def chain(coupling=0.2, sites=7):
    """A chain of hopping 1 meV between leads, weakly bonded at both ends."""
    h = -np.diag(np.ones(sites - 1), 1) - np.diag(np.ones(sites - 1), -1)
    leads = {
        name: sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[at], coupling=[[-strength]])
        for name, at, strength in (("source", 0, coupling), ("drain", sites - 1, coupling / 2))
    }
    return sv.Device.from_matrices(h, leads)


def test_levels_and_rates_of_a_chain():
    found = dot.closed_levels(chain(0.02), window=(-0.9, -0.1), energy=-0.5)
    n = np.arange(1, 8)
    levels = -2 * np.cos(np.pi * n / 8)
    inside = (levels > -0.9) & (levels < -0.1)
    np.testing.assert_allclose(found.energies, levels[inside], atol=1e-4)
    end = 2 / 8 * np.sin(np.pi * n[inside] / 8) ** 2
    # To first order in the coupling; the second is (t/ΔE)² = 1e-3.
    density = np.sqrt(4 - 0.25)  # Γ = t² sqrt(4 - E²) at the end of a chain of hopping 1
    rates = found.rates(spin=False)
    np.testing.assert_allclose(rates["source"], 4e-4 * density * end, rtol=1e-3)
    np.testing.assert_allclose(rates["drain"], 1e-4 * density * end, rtol=1e-3)
    assert len(found.rates()["source"]) == 2 * len(found.energies)


def test_rates_are_the_widths_of_the_resonances():
    device = chain(0.1)
    found = dot.closed_levels(device, window=(-0.9, -0.7))
    (level,), rates = found.energies, found.rates(spin=False)
    width = float(rates["source"][0] + rates["drain"][0])
    e = level + np.linspace(-2, 2, 401) * width
    t = [sv.smatrix(device, energy=x).transmission(to="drain", from_="source") for x in e]
    peak = 4 * rates["source"][0] * rates["drain"][0] / width**2
    # Neighboring levels, 0.6 meV away, shift and lift the peak by about Γ/ΔE = 0.5 %.
    assert max(t) == pytest.approx(float(peak), rel=0.01)
    above = e[np.array(t) > max(t) / 2]
    assert np.ptp(above) == pytest.approx(width, rel=0.02)


def test_an_open_device_is_no_dot():
    with pytest.raises(Unreliable, match="is open between"):
        dot.closed_levels(chain(1.2), window=(-0.9, 0.9))
    with pytest.raises(InvalidInput, match="the nearest is at"):
        dot.closed_levels(chain(), window=(5, 6))
    with pytest.raises(InvalidInput, match="lowest, highest"):
        dot.closed_levels(chain(), window=(1, 0))


def test_a_self_energy_lead_counts_as_well():
    def sigma(energy):
        return np.array([[-0.01j]])

    h = np.diag([0.0, 1.0]) + 0.3 * np.array([[0, 1], [1, 0]])
    device = sv.Device.from_matrices(h, {"tip": sv.SelfEnergyLead(self_energy=sigma, sites=[0])})
    found = dot.closed_levels(device, window=(-1, 2))
    weight = np.abs(found.waves[0]) ** 2
    np.testing.assert_allclose(found.rates(spin=False)["tip"], 0.02 * weight)
    exact = np.linalg.eigvals(h - np.diag([0.01j, 0]))
    np.testing.assert_allclose(0.02 * weight, np.sort(-2 * exact.imag)[::-1], rtol=1e-12)
    assert found.rate_matrices()["tip"].shape == (4, 4)


def test_what_lies_in_front_of_the_barriers_belongs_to_the_leads():
    """A dot behind barriers in a long chain: two thirds of the sites are not the dot."""
    n, at = 60, 24
    onsite = np.zeros(n)
    onsite[[at, at + 9]] = 12.0
    h = np.diag(onsite) - np.diag(np.ones(n - 1), 1) - np.diag(np.ones(n - 1), -1)
    leads = {
        "source": sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[0]),
        "drain": sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[n - 1]),
    }
    device = sv.Device.from_matrices(h, leads)
    found = dot.closed_levels(device, window=(-0.2, 1.2))
    rates = found.rates(spin=False)
    for k, level in enumerate(found.energies):
        width = rates["source"][k] + rates["drain"][k]
        t = [
            sv.smatrix(device, energy=level + x).transmission(to="drain", from_="source")
            for x in np.array([0.0, 0.5]) * width
        ]
        # The self-energies are those of the middle of the window, which shifts levels a little.
        assert t[0] > 0.8
        assert t[1] / t[0] == pytest.approx(0.5, abs=0.1)
