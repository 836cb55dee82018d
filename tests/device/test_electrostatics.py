"""Self-consistent screening: closed forms where there are any, then laws."""

import numpy as np
import pytest
from scipy.optimize import brentq

from sharvin.device import Device, gate, lead, rectangle, split_gate, thomas_fermi
from sharvin.device.screening import Screening
from sharvin.device.sheet import RESIDUAL, solve_filling
from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter import electron_gas

DENSITY = "3.56e15 m^-2"
SMALL = {"density": DENSITY, "length": 300, "width": 200, "spacing": 20}
RULE = Screening()
# of a potential; the grid's own error, 20 nm under 60 nm, is not part of these laws
SOLVED = 10 * RESIDUAL


def contact(length="500 nm"):
    return split_gate(gap="250 nm", length=length, depth="60 nm")


def test_the_chemical_potential_is_that_of_the_wafer():
    gas = thomas_fermi(contact(), **SMALL)
    assert gas.chemical_potential == pytest.approx(12.72, abs=0.005)
    assert np.allclose(gas.energy([0, 50], [0, 30], gate=0), 0, atol=SOLVED)
    assert np.allclose(gas.electrons([0, 50], 0, gate=0), 3.56e-3, rtol=1e-12)


def test_under_one_wide_gate_it_is_a_plate_capacitor():
    flat = thomas_fermi(gate(x=(None, None), voltage="top", depth="60 nm"), **SMALL)
    ratio, mu = RULE.divisor(60), flat.chemical_potential
    assert ratio == pytest.approx(24.56, abs=0.01)
    # electrons leave in proportion to the voltage until none is left at -0.312 V
    threshold = -mu * ratio / 1000
    assert threshold == pytest.approx(-0.3123, abs=1e-4)
    for volts in (0.2, -0.1, 0.99 * threshold):
        assert flat.energy(0, 0, top=volts) == pytest.approx(-1000 * volts / ratio, abs=SOLVED)
    # beyond, what all electrons did for one another is gone and the gate acts bare
    bare = 1000 * (threshold - (-0.5))
    assert flat.energy(0, 0, top=-0.5) == pytest.approx(mu + bare, abs=1e-6)
    assert flat.electrons(0, 0, top=-0.5) == 0


def test_a_weak_wave_is_screened_by_the_dielectric_function():
    n, step, mu = 48, 10.0, 12.0
    q = 2 * np.pi * np.hypot(
        np.fft.fftfreq(n, step)[:, None], np.fft.rfftfreq(n, step)[None, :]
    )  # fmt: skip
    kappa = RULE.susceptibility(q, 60)
    x = step * np.arange(n)
    for waves in (1, 4):
        k = 2 * np.pi * waves / (n * step)
        bare = 5 * np.cos(k * x)[:, None] * np.ones(n)
        w = solve_filling(kappa, mu, bare, np.full((n, n), mu))
        # ε(q) written out, to check the susceptibility as well
        epsilon = 1 + 2 / RULE.bohr_radius * (1 - np.exp(-2 * k * 60)) / k
        assert np.allclose(mu - w, bare / epsilon, atol=SOLVED)


def test_the_solution_solves_the_equation_and_does_not_know_where_it_started():
    gas = thomas_fermi(contact("200 nm"), **SMALL)
    mu, bare = gas.chemical_potential, -1.3 * gas.shapes[0]
    found = [
        solve_filling(gas.kappa, mu, bare, start)
        for start in (np.full(bare.shape, mu), -bare, gas.filling({"gate": -1.0}))
    ]
    assert np.allclose(found[0], found[1], atol=1e-6)
    assert np.allclose(found[0], found[2], atol=1e-6)
    w = found[0]
    assert (w < 0).any()
    assert (w > 0).any()
    charge = np.fft.rfft2(np.maximum(w, 0) - mu)
    left = w - mu + bare + np.fft.irfft2(gas.kappa * charge, s=w.shape)
    assert np.abs(left).max() < SOLVED


def test_the_answer_does_not_depend_on_what_was_asked_before():
    volts = [-0.31, -1.27, -1.265, -0.9]  # two share a start
    forward, backward = (thomas_fermi(contact("200 nm"), **SMALL) for _ in range(2))
    one = [forward.energy(0, 20, gate=v) for v in volts]
    two = [backward.energy(0, 20, gate=v) for v in volts[::-1]]
    assert np.array_equal(one, two[::-1])  # to the last bit: a resumed sweep must agree


def test_the_contact_of_1988_pinches_off_near_its_measured_voltage():
    gas = thomas_fermi(
        contact(), density=DENSITY, length="1.5 um", width="0.78 um", spacing="15 nm"
    )
    volts = brentq(lambda v: float(gas.energy(0, 0, gate=v)) - 12.72, -2.2, -1.2, xtol=1e-3)
    assert volts == pytest.approx(-1.65, abs=0.1)
    # At a few volts a short gate leaves the channel open, since electrons creep under it.
    short = thomas_fermi(
        contact("100 nm"), density=DENSITY, length="1.5 um", width="0.78 um", spacing="15 nm"
    )
    assert short.energy(0, 0, gate=volts) < 2
    # linear response holds before any place is depleted, and not afterwards
    assert gas.lever_arms(gate=-0.1)["gate"] < contact().lever_arms()["gate"]
    assert gas.lever_arms(gate=-1.6)["gate"] > 2 * contact().lever_arms()["gate"]
    slope = gas.energy(0, 0, gate=-1.4005) - gas.energy(0, 0, gate=-1.3995)
    assert gas.lever_arms(gate=-1.4)["gate"] == pytest.approx(slope, rel=1e-6)


def test_two_gates_and_a_fixed_one():
    pair = split_gate(gap=250, length=200, depth=60, voltage=("lower", "upper"))
    one = thomas_fermi(pair, **SMALL)
    both = thomas_fermi(split_gate(gap=250, length=200, depth=60), **SMALL)
    same = one.energy([0, 30], [0, 10], lower=-0.8, upper=-0.8)
    assert np.allclose(same, both.energy([0, 30], [0, 10], gate=-0.8), atol=1e-6)
    down = one.energy(0, [-60, 60], lower=-0.5, upper=-0.9)
    up = one.energy(0, [60, -60], lower=-0.9, upper=-0.5)
    assert np.allclose(down, up, atol=1e-6)
    plunger = gate(x=(-20, 20), y=(-20, 20), voltage=0.3, depth=60)
    assert thomas_fermi(pair + plunger, **SMALL).energy(0, 0, lower=-0.8, upper=-0.8) < same[0]


def test_a_device_takes_it_as_a_potential():
    gas = thomas_fermi(contact("100 nm"), **SMALL)
    device = Device(
        electron_gas(mass=0.067, spacing=20),
        rectangle(300, 200),
        {"l": lead("left")},
        potential=gas,
    )
    on, off = (device.values({"gate": v})[device.pattern.diagonal] for v in ("-1 V", 0))
    x, y = device.positions.T
    assert np.allclose(on - off, gas.energy(x, y, gate=-1), atol=SOLVED)
    left, bare = (np.diag(device.lead_blocks({"gate": v})[0].cell) for v in (-1, 0))
    assert np.allclose(left - bare, gas.energy(x.min(), np.unique(y), gate=-1), atol=SOLVED)
    before = device.content_hash
    gas.energy(0, 0, gate=-0.7)
    assert device.content_hash == before
    assert "Thomas-Fermi, 3.56e+15 electrons per m²" in repr(gas)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"density": 0}, "positive density"),
        ({"length": "-1 um"}, "positive density, length"),
        ({"spacing": 50}, "too coarse"),
        ({"length": 1e6, "width": 1e6}, "grid would have"),
        ({"gates": "split"}, "needs gates"),
        ({"gates": contact() + gate(x=(0, 1), depth=90, voltage=0)}, "one depth"),
    ],
)
def test_what_cannot_be_solved_is_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        thomas_fermi(**({"gates": contact()} | SMALL | change))


def test_a_place_outside_the_window_is_refused():
    gas = thomas_fermi(contact(), **SMALL)
    with pytest.raises(InvalidInput, match="reaches from x = -150 to 150 nm"):
        gas.energy(200, 0, gate=0)


def test_what_does_not_settle_is_not_returned(monkeypatch):
    monkeypatch.setattr("sharvin.device.sheet.STEPS", 1)
    gas = thomas_fermi(contact(), **SMALL)
    with pytest.raises(Unreliable, match="has not settled"):
        gas.energy(0, 0, gate=-1)
