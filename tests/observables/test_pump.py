"""Pumped charge: conserved, by area, whole for a sliding lattice, none for a loop without area."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable

ENERGY = -0.7


def chain_of(matrices, n):
    lead = {"cell": [[0.0]], "hop": [[-1.0]]}
    leads = {
        "left": sv.MatrixLead(**lead, sites=[0]),
        "right": sv.MatrixLead(**lead, sites=[n - 1]),
    }
    return sv.Device.from_matrices(matrices, leads=leads)


def two_gates():
    n = 8
    h = -np.eye(n, k=1) - np.eye(n, k=-1)
    one, two = np.zeros((n, n)), np.zeros((n, n))
    one[2, 2] = two[5, 5] = 1.0
    return chain_of({"": h, "first": one, "second": two}, n)


def loop(count, radius=0.6):
    angle = 2 * np.pi * np.arange(count) / count
    return {"first": 0.5 + radius * np.cos(angle), "second": 0.5 + radius * np.sin(angle)}


def test_charge_is_conserved_reverses_with_the_loop_and_converges():
    device = two_gates()
    right, error = sv.pumped_charge(device, to="right", path=loop(80), energy=ENERGY)
    left, _ = sv.pumped_charge(device, to="left", path=loop(80), energy=ENERGY)
    assert abs(right) > 0.01
    assert right + left == pytest.approx(0.0, abs=1e-9)
    back = {name: values[::-1] for name, values in loop(80).items()}
    assert sv.pumped_charge(device, to="right", path=back, energy=ENERGY)[0] == pytest.approx(
        -right, abs=1e-12
    )
    better, _ = sv.pumped_charge(device, to="right", path=loop(320), energy=ENERGY)
    assert abs(better - right) < max(error, 1e-9) < 1e-3


def test_small_loops_pump_by_brouwers_area_law():
    """Q = area times the curl, here from derivatives of S by differences."""
    device = two_gates()
    radius, step = 0.02, 1e-3

    def s(a, b):
        return sv.smatrix(device, energy=ENERGY, first=0.5 + a, second=0.5 + b).data

    d_first = (s(step, 0) - s(-step, 0)) / (2 * step)
    d_second = (s(0, step) - s(0, -step)) / (2 * step)
    curl = np.sum((d_first[1].conj() * d_second[1]).imag) / np.pi
    charge, _ = sv.pumped_charge(device, to="right", path=loop(24, radius), energy=ENERGY)
    assert abs(charge) > 1e-5
    assert charge == pytest.approx(-curl * np.pi * radius**2, rel=2e-3)


def test_a_loop_without_area_pumps_nothing():
    path = {"first": 0.5 + 0.4 * np.cos(2 * np.pi * np.arange(40) / 40)}
    charge, _ = sv.pumped_charge(two_gates(), to="right", path=path, energy=ENERGY, second=0.3)
    assert charge == pytest.approx(0.0, abs=1e-10)


def test_a_sliding_lattice_in_its_gap_carries_whole_electrons_downstream():
    """Ground state of period three, Fermi energy in its lowest gap: one electron per cycle."""
    n, count = 48, 60
    h = -np.eye(n, k=1) - np.eye(n, k=-1)
    x = np.arange(n)
    window = np.minimum(1.0, np.minimum(x, n - 1 - x) / 8)
    cos, sin = (np.diag(2.0 * window * f(2 * np.pi * x / 3)) for f in (np.cos, np.sin))
    device = chain_of({"": h, "c": cos, "s": sin}, n)
    angle = 2 * np.pi * np.arange(count) / count  # cos(2 pi x / 3 - angle): minima move right
    path = {"c": np.cos(angle), "s": np.sin(angle)}
    right, _ = sv.pumped_charge(device, to="right", path=path, energy=-1.2)
    left, _ = sv.pumped_charge(device, to="left", path=path, energy=-1.2)
    assert right == pytest.approx(1.0, abs=2e-3)  # what tunnels through 48 sites
    assert left == pytest.approx(-right, abs=1e-6)


def test_bad_cycles_are_refused():
    device = two_gates()
    with pytest.raises(InvalidInput, match="even number"):
        sv.pumped_charge(device, to="right", path=loop(5), energy=ENERGY)
    path = {"first": np.zeros(6), "second": np.zeros(8)}
    with pytest.raises(InvalidInput, match="equally many"):
        sv.pumped_charge(device, to="right", path=path, energy=ENERGY)
    with pytest.raises(InvalidInput, match="path="):
        sv.pumped_charge(device, to="right", energy=ENERGY, first=0, second=0)
    with pytest.raises(Unreliable, match="more points"):
        sv.pumped_charge(device, to="right", path=loop(4, 3.0), energy=ENERGY)
