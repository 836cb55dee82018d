"""Tables of S over energy: exact where polynomials are, refined where they are not."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput
from sharvin.observables.currents import AMPERE_PER_MEV, currents
from sharvin.observables.reservoirs import reservoirs
from sharvin.observables.spectrum import Panel, Spectrum, transmissions
from sharvin.sweeps.spectra import MOST_PANELS, spectrum, tabulate
from sweeps.devices import chain, thresholds, wire

TOLERANCE = 1e-6


def chain_transmission(energy, gate):
    """One impurity in a chain with hopping 1: T = v²/(v² + gate²), v = 2 sin k."""
    v2 = 4 - energy**2
    return v2 / (v2 + gate**2)


def quad(function, low, high):
    x, w = np.polynomial.legendre.leggauss(400)
    return 0.5 * (high - low) * w @ function(0.5 * (high + low) + 0.5 * (high - low) * x)


def test_a_cold_current_is_the_integral_of_the_transmission():
    table = spectrum(
        chain(), chemical_potential=0.5, voltages={"left": "-1 mV"}, gate=0.7, tolerance=TOLERANCE
    )
    flow = currents(table, reservoirs(table.leads, voltages={"left": "-1 mV"}, level=0.5))
    expected = -AMPERE_PER_MEV * quad(lambda e: chain_transmission(e, 0.7), 0.5, 1.5)
    assert flow.charge[0] == pytest.approx(expected, rel=1e-9)
    assert abs(flow.charge[0] - expected) <= AMPERE_PER_MEV * flow.errors[0, 0] + 1e-18


def test_the_edge_of_a_band_is_found_and_integrated_to_its_root():
    # T = (4 - E²)/(4 - E² + gate²) for a flat left lead ends at E = 2, inside the window.
    table = spectrum(
        chain(), chemical_potential=1.5, voltages={"left": "-1 mV"}, gate=0.1, tolerance=TOLERANCE
    )
    edges = [p.high for p in table.panels if p.is_edge[1]]
    assert edges == pytest.approx([2.0], abs=2e-6)
    flow = currents(table, reservoirs(table.leads, voltages={"left": "-1 mV"}, level=1.5))
    # In E = 2 sin x the integrand is smooth at the edge.
    x0 = np.arcsin(0.75)
    expected = quad(lambda x: chain_transmission(2 * np.sin(x), 0.1) * 2 * np.cos(x), x0, np.pi / 2)
    assert -flow.charge[0] / AMPERE_PER_MEV == pytest.approx(expected, abs=1e-6)


def test_subbands_of_a_wire_make_steps_exactly_where_they_open():
    device = wire(width="120 nm")
    edges = thresholds(20)
    table = spectrum(device, chemical_potential="4 meV", temperature="2 K", gate=0.0)
    found = sorted(p.low for p in table.panels if p.is_edge[0])
    inside = [e for e in edges if abs(e - 4) < 16.2 * sv.units.BOLTZMANN * 2]  # exp(-16) = 1e-7
    assert found == pytest.approx(inside, abs=2e-6)
    values = table.at(transmissions, np.array([0.5 * (inside[1] + inside[2])]))
    assert values[0, 1] == pytest.approx(3.0, abs=1e-6)


def test_one_table_serves_smaller_windows_and_refuses_larger_ones():
    device = chain()
    table = spectrum(device, chemical_potential=0.3, temperature="2 K", gate=0.5,
                     tolerance=TOLERANCE)  # fmt: skip
    for kelvin in (2.0, 0.5, 0.01):
        direct = sv.conductance(
            device, to="right", from_="left", chemical_potential=0.3, temperature=kelvin, gate=0.5,
            tolerance=1e-6, progress=False,
        )  # fmt: skip
        micro = {"left": 1e-8}  # 1e-5 meV: linear
        flow = currents(
            table, reservoirs(table.leads, voltages=micro, temperature=kelvin, level=0.3)
        ) if kelvin < 2 else None  # fmt: skip
        if flow is not None:
            measured = flow.charge[0] / 1e-8 / sv.units.CONDUCTANCE_PER_MODE
            assert measured == pytest.approx(float(direct), abs=3e-6)
    with pytest.raises(InvalidInput, match="make it for a larger bias or temperature"):
        currents(table, reservoirs(table.leads, temperatures={"left": 3.0}, level=0.3))


def test_a_narrow_resonance_is_resolved():
    # A site behind weak bonds of 0.05: width Gamma = 2 * 0.05² at the band center.
    h = np.zeros((3, 3))
    h[0, 1] = h[1, 0] = h[1, 2] = h[2, 1] = -0.05
    end = sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[0])
    other = sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[2])
    device = sv.Device.from_matrices(h, leads={"left": end, "right": other})
    table = spectrum(device, chemical_potential=0.0, temperature="1 K", tolerance=TOLERANCE)
    baths = reservoirs(table.leads, voltages={"left": 1e-6}, temperature=0.9)
    g = currents(table, baths).charge[0] / 1e-6 / sv.units.CONDUCTANCE_PER_MODE
    # A Breit-Wigner line with Gamma = 2 * 0.05² to either side, averaged over the window; that
    # Gamma changes along the band is of relative order kT².
    gamma, width = 2 * 0.05**2, sv.units.BOLTZMANN * 0.9
    kernel = sv.formulas.thermal_kernel
    x = np.linspace(-np.pi / 2, np.pi / 2, 4001)[1:-1]  # E = gamma tan x
    line = gamma * kernel(gamma * np.tan(x), 0.0, width)
    assert g == pytest.approx(line.sum() * (x[1] - x[0]), rel=0.01)
    assert len(table.panels) < MOST_PANELS


@pytest.mark.parametrize("is_edge", [(False, False), (True, False), (False, True), (True, True)])
def test_places_and_energies_of_a_panel_are_inverse(is_edge):
    panel = Panel(1.0, 3.0, is_edge)
    u = np.linspace(-1, 1, 9)
    assert panel.places(panel.energies(u)) == pytest.approx(u, abs=1e-7)
    step = 1e-6
    slope = (panel.energies(u + step) - panel.energies(u - step)) / (2 * step)
    assert panel.slopes(u)[1:-1] == pytest.approx(slope[1:-1], abs=1e-8)
    assert np.all((panel.nodes > 1) & (panel.nodes < 3))


def test_polynomials_are_integrated_exactly_with_any_cuts():
    table = tabulate(chain(), {"gate": 0.0}, [reservoirs(("left", "right"), temperature=1.0)])
    read = transmissions
    cuts = np.array([-0.5, 0.1, 0.7])
    values, errors = table.integrals(read, lambda e: np.stack((e**0, e**3), axis=1), cuts)
    assert values[0, 1] == pytest.approx(1.2, rel=1e-12)
    assert values[1, 1] == pytest.approx((0.7**4 - 0.5**4) / 4, rel=1e-11)
    assert np.all(errors < 1e-9)


def test_nothing_else_is_a_table():
    with pytest.raises(InvalidInput, match="needed is an SMatrix or a Spectrum, got float"):
        Spectrum.of(1.0)
    with pytest.raises(InvalidInput, match="tolerance must lie between 0 and 1"):
        spectrum(chain(), chemical_potential=0.0, gate=0.0, tolerance=2.0)
