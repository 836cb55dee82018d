"""Uniform dephasing: Ohm's law of a chain, two routes, refusals."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, UnitError
from sharvin.observables import conductance_matrix, resistance
from sharvin.observables.probes import occupation_shares
from sharvin.solvers.dephasing import dephased

RTOL = 1e-9


def chain(length, disorder=0.0, seed=0):
    onsite = np.random.default_rng(seed).uniform(-0.5, 0.5, length) * disorder
    h = -(np.eye(length, k=1) + np.eye(length, k=-1)) + np.diag(onsite)
    ends = {"left": 0, "right": length - 1}
    leads = {k: sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[i]) for k, i in ends.items()}
    return sv.Device.from_matrices(h, leads=leads)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(10, 1.10002), (50, 1.50005), (100, 2.00008), (200, 3.00012), (400, 5.00021)],
)
def test_a_clean_chain_becomes_ohmic(length, expected):
    found = dephased(chain(length), energy=0.0, broadening=0.02)
    ohm = resistance(found, current=("left", "right"), voltage=("left", "right"))
    assert ohm == pytest.approx(expected, abs=6e-6)
    assert found.error_estimate < 1e-12


def hall_cross(flux):
    """Six by five sites in a field, leads of different widths on three sides."""
    lx, ly = 6, 5
    place = np.arange(lx * ly).reshape(lx, ly)
    h = np.zeros((lx * ly, lx * ly), complex)
    for x in range(lx):
        for y in range(ly):
            if x + 1 < lx:
                h[place[x + 1, y], place[x, y]] = -np.exp(2j * np.pi * flux * y)
            if y + 1 < ly:
                h[place[x, y + 1], place[x, y]] = -1
    h += h.conj().T
    h += np.diag(np.random.default_rng(3).uniform(-1, 1, lx * ly))
    cell = -(np.eye(3, k=1) + np.eye(3, k=-1))
    leads = {
        "left": sv.MatrixLead(cell=cell, hop=-np.eye(3), sites=place[0, :3]),
        "right": sv.MatrixLead(cell=cell, hop=-np.eye(3), sites=place[-1, 1:4]),
        "top": sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[place[2, -1]]),
    }
    return h, leads


def test_it_agrees_with_real_leads_as_probes():
    # The same probes as self-energy leads of the ordinary solver, eliminated by hand.
    h, leads = hall_cross(0.07)
    eta, energy, n = 0.15, 0.3, len(h)
    fast = dephased(sv.Device.from_matrices(h, leads=leads), energy=energy, broadening=eta)
    probes = {
        f"p{i}": sv.SelfEnergyLead(self_energy=lambda _: np.array([[-1j * eta]]), sites=[i])
        for i in range(n)
    }
    s = sv.smatrix(sv.Device.from_matrices(h, leads={**leads, **probes}), energy=energy)
    shares = occupation_shares(s.transmissions, np.arange(3, 3 + n))
    assert fast.shares == pytest.approx(shares[3:, :3], abs=RTOL)
    slow = s.transmissions[:3] @ shares[:, :3]
    assert fast.transmissions == pytest.approx(slow, abs=RTOL)
    assert fast.modes == s.modes[:3]


def test_currents_balance_and_shares_are_probabilities():
    h, leads = hall_cross(0.11)
    found = dephased(sv.Device.from_matrices(h, leads=leads), energy=-0.4, broadening=0.3)
    g = conductance_matrix(found)
    assert g.sum(axis=0) == pytest.approx(0, abs=RTOL)
    assert g.sum(axis=1) == pytest.approx(0, abs=RTOL)
    assert found.shares.sum(axis=1) == pytest.approx(1, abs=RTOL)
    assert found.shares.min() > 0


def test_reversing_the_field_transposes():
    forth, back = (
        dephased(
            sv.Device.from_matrices(hall_cross(flux)[0], leads=hall_cross(flux)[1]),
            energy=0.2, broadening=0.1,
        ).transmissions
        for flux in (0.13, -0.13)
    )  # fmt: skip
    assert forth == pytest.approx(back.T, abs=RTOL)


def test_little_dephasing_changes_little():
    device = chain(8, disorder=1.0)
    coherent = sv.smatrix(device, energy=0.2).transmission(to="right", from_="left")
    found = dephased(device, energy=0.2, broadening=1e-7)
    assert found.transmission(to="right", from_="left") == pytest.approx(coherent, abs=1e-5)


def test_time_length_and_broadening_say_the_same():
    device = chain(20)
    by_time = dephased(device, energy=0.0, time="5 ps")
    by_length = dephased(device, energy=0.0, length="2 um", velocity="400 nm/ps")
    by_broadening = dephased(device, energy=0.0, broadening=sv.units.HBAR / 10)
    assert by_time.transmissions == pytest.approx(by_broadening.transmissions, rel=1e-12)
    assert by_length.transmissions == pytest.approx(by_broadening.transmissions, rel=1e-12)


def test_wrong_rates_are_refused():
    device = chain(4)
    with pytest.raises(InvalidInput, match="give one of broadening=, time= and length="):
        dephased(device, energy=0.0)
    with pytest.raises(InvalidInput, match="got 2 of them"):
        dephased(device, energy=0.0, time=1.0, broadening=0.1)
    with pytest.raises(InvalidInput, match="needs the velocity too"):
        dephased(device, energy=0.0, length="1 um")
    for wrong in (0.0, -0.1):
        with pytest.raises(InvalidInput, match="must be positive and finite"):
            dephased(device, energy=0.0, broadening=wrong)
    with pytest.raises(UnitError, match="time"):
        dephased(device, energy=0.0, time="1 nm")
    with pytest.raises(InvalidInput, match="modes have no labels"):
        dephased(device, energy=0.0, broadening=0.1).transmission(to=("left", "up"), from_="right")
