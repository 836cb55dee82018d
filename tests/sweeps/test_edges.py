"""Where leads gain a mode: flat levels of a strong field are enclosed, not only parabolas."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.sweeps.edges import EdgeFinder
from sharvin.sweeps.thermal import edge_width

FIELD = 5.0  # T: a magnetic length of 11.5 nm in a strip of 200 nm
FLAT = 0.01  # meV, a tenth of what neighboring wells of this coarse grid make of the second level


@pytest.fixture(scope="module")
def strip():
    return sv.Device(
        sv.electron_gas(mass=0.067, spacing="10 nm"),
        region=sv.rectangle("50 nm", "200 nm"),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        field="B",
    )


def landau_level(number, spacing, field):
    """Landau level of the grid: a Harper chain around the bottom of one of its wells, meV."""
    t = sv.units.HBAR2_OVER_2ME / (0.067 * spacing**2)
    flux = 2 * np.pi * field * spacing**2 / sv.units.FLUX_QUANTUM
    sites = np.arange(-12, 13)
    chain = np.diag(4 * t - 2 * t * np.cos(flux * sites)) - t * (
        np.eye(len(sites), k=1) + np.eye(len(sites), k=-1)
    )
    return float(np.linalg.eigvalsh(chain)[number])


def test_a_flat_landau_level_is_enclosed(strip):
    parameters = strip.resolve({"B": FIELD})
    expected = landau_level(1, 10.0, FIELD)
    width = 1e-3
    low, high = EdgeFinder(strip, width).sides(parameters, expected - 1.3, expected + 1.7)
    assert low - FLAT < expected < high + FLAT
    assert high - low <= 2 * width
    (middle,) = EdgeFinder(strip, width).edges(parameters, expected - 1.3, expected + 1.7)
    assert low <= middle <= high


def test_where_no_mode_opens_there_is_no_edge(strip):
    parameters = strip.resolve({"B": FIELD})
    expected = landau_level(1, 10.0, FIELD)
    assert EdgeFinder(strip, 1e-3).sides(parameters, expected + 1.0, expected + 2.0) == []


def test_both_ends_of_a_wire_are_asked_once(strip, monkeypatch):
    from sharvin.sweeps import edges

    asked = []
    search = edges._around_edge
    monkeypatch.setattr(edges, "_around_edge", lambda *a: asked.append(a) or search(*a))
    parameters = strip.resolve({"B": FIELD})
    EdgeFinder(strip, 1e-3).sides(parameters, 8.0, 9.0)
    assert len(asked) == 1


def test_the_enclosure_belongs_to_the_tolerance():
    assert edge_width([4.2, 1.5], 0.05) == pytest.approx(0.1 * 0.05 * sv.units.BOLTZMANN * 1.5)
    assert edge_width([0.0], 0.05) == edge_width([0.0, 1e-9], 1e-3) == 1e-6


def test_thermal_hall_resistance_of_a_bar_needs_few_energies():
    """Between Landau levels at 1.5 K; the levels themselves lie in the tails of the window."""
    bar = sv.hall_bar(
        sv.electron_gas(mass=0.067, spacing="6 nm"), length=396.0, width=162.0, probe_width=84.0,
        separation=198.0, field=FIELD,
    )  # fmt: skip
    found = sv.resistance(
        bar, current=("source", "drain"), voltage=("1", "3"), chemical_potential=11.0,
        temperature=[0.0, 4.2], tolerance=0.02,
    )  # fmt: skip
    cold, warm = found.values
    level = landau_level(1, 6.0, FIELD)
    share = 1 / (1 + np.exp((level - 11.0) / (4.2 * sv.units.BOLTZMANN)))
    assert cold == pytest.approx(0.5, abs=1e-9)  # degeneracy 2
    # The second level adds its share of a channel to the first: 1/(1 + f) to first order.
    assert warm == pytest.approx(0.5 / (1 + share), abs=0.02)
    assert found.attrs["energies_used"] < 60
    assert found.attrs["quadrature_error"] < 0.02
