"""Textbook contacts: shapes, curvatures, and the conductances that are known for them."""

from functools import partial

import numpy as np
import pytest

from sharvin.device import Device, cosh_barrier, find_saddle, lead, rectangle, saddle, taper
from sharvin.device.regions import interval
from sharvin.errors import InvalidInput, UnitError
from sharvin.matter import electron_gas, square_lattice
from sharvin.matter.chain import chain
from sharvin.solvers.smatrix import smatrices
from sharvin.units import HBAR2_OVER_2ME

# t = a = 1: the mass that makes ħ²/2m = 1.
LATTICE = HBAR2_OVER_2ME
BOTH = {"l": lead("left"), "r": lead("right")}


def conductances(device, points):
    return [s.transmission(to="r", from_="l") for s in smatrices(device, points)]


def test_a_saddle_has_its_height_and_both_curvatures():
    contact = saddle(height="2 meV", omega_x=1, omega_y="3 meV", center=(30, "-10 nm"))
    found = find_saddle(contact.energy, at=(25, 0))
    assert (found.x, found.y, found.height) == pytest.approx((30, -10, 2), abs=1e-6)
    assert (found.omega_x, found.omega_y) == pytest.approx((1, 3), rel=1e-6)
    # ½ m ω² y² at the oscillator length, ħ/(mω) = l², is ħω/2
    length = np.sqrt(2 * HBAR2_OVER_2ME / 0.067 / 3)
    assert contact.energy(30, -10 + length) == pytest.approx(2 + 1.5, rel=1e-12)


def test_all_numbers_of_a_saddle_may_be_parameters():
    contact = saddle(height="top", omega_x="wx", omega_y="wy")
    assert contact.parameters.names == ("top", "wx", "wy")
    fixed = saddle(height=1.5, omega_x=0.7, omega_y=2)
    x, y = np.meshgrid(np.linspace(-50, 50, 5), np.linspace(-30, 30, 4))
    values = contact.energy(x, y, top="1.5 meV", wx=0.7, wy="2 meV")
    assert np.allclose(values, fixed.energy(x, y), rtol=1e-14)
    device = Device(electron_gas(mass=0.067, spacing=10), rectangle(100, 60), potential=contact)
    on, off = (
        device.values({"top": 1.5, "wx": w, "wy": 2 * w})[device.pattern.diagonal] for w in (0.7, 0)
    )
    assert np.allclose(on - off, saddle(omega_x=0.7, omega_y=1.4).energy(*device.positions.T))


def test_a_barrier_near_its_top_is_a_saddle():
    barrier = cosh_barrier(height=0.3, length=15, omega_y=0.12, mass=LATTICE)
    found = find_saddle(barrier.energy, mass=LATTICE, step=0.05)
    assert found.height == pytest.approx(0.3)
    assert found.omega_x == pytest.approx(2 * np.sqrt(0.3) / 15, rel=1e-4)
    assert found.omega_y == pytest.approx(0.12, rel=1e-5)
    assert barrier.energy(15, 0) == pytest.approx(0.3 / np.cosh(1) ** 2)
    assert barrier.energy(1e6, 0) == 0  # no overflow
    assert barrier.energy(1e9, 10) == pytest.approx(0.12**2 * 100 / 4)


def test_a_taper_fades_as_a_gaussian():
    contact = taper(omega_y=0.14, length=20, height="shift", mass=LATTICE)
    x = np.array([0.0, 10.0, 40.0])
    expected = (0.14 * np.exp(-((x / 20) ** 2))) ** 2 * 9 / 4
    assert np.allclose(contact.energy(x, 3, shift=0.5), 0.5 + expected)


def test_eckarts_barrier_on_a_chain_transmits_as_it_should():
    height, length = 0.1, 12.0
    device = Device(
        chain(),
        interval(161),
        BOTH,
        potential=cosh_barrier(height=height, length=length, mass=LATTICE),
    )
    energies = np.array([0.04, 0.09, 0.1, 0.12])
    k = np.sqrt(energies)
    open_share = np.sinh(np.pi * k * length) ** 2
    closed = np.cosh(np.pi / 2 * np.sqrt(4 * height * length**2 - 1)) ** 2
    found = conductances(device, [{"energy": e - 2} for e in energies])
    # the lattice adds k⁴/12 to the energy, at the top of the barrier a shift by 1e-3
    assert np.allclose(found, open_share / (open_share + closed), atol=0.02)


def test_the_smooth_taper_of_the_physics_sheet():
    device = Device(
        square_lattice(),
        rectangle(121, 51),
        BOTH,
        potential=taper(omega_y=0.14, length=20, mass=LATTICE),
    )
    found = conductances(device, [{"energy": n * 0.14 - 4} for n in (1, 2, 3)])
    assert np.allclose(found, [1.00004, 2.00054, 3.00244], atol=1.5e-5)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (partial(saddle, omega_x="1 nm", omega_y=1), UnitError, "omega_x of a saddle"),
        (partial(saddle, omega_x=1, omega_y=1, mass=0), InvalidInput, "mass must be positive"),
        (partial(saddle, omega_x=1, omega_y=1, center=0), InvalidInput, "pair"),
        (partial(taper, omega_y=1, length=0), InvalidInput, "length of a taper must be positive"),
        (partial(cosh_barrier, height=1, length="-3 nm"), InvalidInput, "length of a barrier"),
    ],
)
def test_contacts_that_mean_nothing_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_confined_contact_on_a_chain_is_refused():
    with pytest.raises(InvalidInput, match="coordinate 'y'"):
        Device(chain(), interval(9), potential=taper(omega_y=1, length=3)).values({})
