from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import beam_splitter, chiral_edge, clean_wire, delta_barrier, random_device
from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.scattering import SMatrix, connect, join

seeds = st.integers(0, 2**32 - 1)
mode_counts = st.integers(1, 4)

# join() solves one linear system. In 3000 random devices errors grew at most 210-fold (a defect of
# 3e-14), so two of sixteen digits are lost; 1e-12 leaves two to spare.
ATOL = 1e-12


# --- conventions -----------------------------------------------------------------------------


def test_a_circulator_keeps_its_sense_when_extended():
    longer = join(chiral_edge(3, channels=1), clean_wire(0, "in", "far"), {"1": "in"})
    assert longer.leads == ("0", "2", "far")
    assert longer.transmission(to="far", from_="0") == 1
    assert longer.transmission(to="2", from_="far") == 1
    assert longer.transmission(to="0", from_="far") == 0


def test_mode_k_enters_the_partner_as_mode_k():
    wire = clean_wire([0.1, 0.2, 0.3], "b", "c", modes=3)
    through = join(random_device(5, a=2, b=3), wire, {"b": "b"})
    phases = np.exp(1j * np.array([0.1, 0.2, 0.3]))
    expected = phases[:, None] * random_device(5, a=2, b=3).block(to="b", from_="a")
    np.testing.assert_allclose(through.block(to="c", from_="a"), expected, atol=ATOL)


def test_energy_degeneracy_and_labels_are_carried_over():
    spins = (("up", "down"),) * 2
    wire = clean_wire(0, "a", "b", modes=2)
    first = replace(wire, energy=3.0, degeneracy=4, labels_out=spins, labels_in=spins)
    second = replace(first, energy=float("nan"))
    joined = join(first, second, {"b": "a"})
    assert (joined.leads, joined.energy, joined.degeneracy) == (("a", "b"), 3.0, 4)
    assert joined.labels_in == spins
    assert joined.transmission(to=("b", "up"), from_=("a", "up")) == 1
    assert joined.transmission(to=("b", "up"), from_=("a", "down")) == 0
    with pytest.raises(InvalidInput, match="degeneracy 4 and 1"):
        join(first, clean_wire(0, modes=2), {"b": "L"})


# --- laws ------------------------------------------------------------------------------------


@given(seeds, mode_counts, mode_counts, mode_counts)
def test_joining_conserves_current(seed, n_left, n_wire, n_right):
    left = random_device(seed, a=n_left, b=n_wire)
    right = random_device(seed + 1, b=n_wire, c=n_right)
    assert join(left, right, {"b": "b"}).unitarity_defect() < ATOL


@given(seeds, mode_counts)
def test_joining_is_associative(seed, n):
    a, b, c = (random_device(seed + i, left=n, right=n) for i in range(3))
    wires = {"right": "left"}
    left_first = join(join(a, b, wires), c, wires)
    right_first = join(a, join(b, c, wires), wires)
    np.testing.assert_allclose(left_first.data, right_first.data, rtol=0, atol=ATOL)


@given(seeds, mode_counts, mode_counts)
def test_two_wires_at_once_are_one_after_the_other(seed, n, m):
    first, second = random_device(seed, a=1, b=n, c=m), random_device(seed + 1, d=n, e=m, f=2)
    at_once = join(first, second, {"b": "d", "c": "e"})
    one_by_one = connect(join(first, second, {"c": "e"}), {"b": "d"})
    np.testing.assert_allclose(at_once.data, one_by_one.data, rtol=0, atol=ATOL)


@given(seeds, mode_counts)
def test_the_order_of_the_partners_does_not_matter(seed, n):
    first, second = random_device(seed, a=2, b=n), random_device(seed + 1, c=n, d=1)
    one = join(first, second, {"b": "c"})
    other = join(second, first, {"c": "b"})
    for to in one.leads:
        for from_ in one.leads:
            ours, theirs = one.block(to=to, from_=from_), other.block(to=to, from_=from_)
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=ATOL)


@given(seeds, mode_counts, st.floats(-12, -5))
def test_the_error_estimate_bounds_what_an_error_does(seed, n, exponent):
    size = 10.0**exponent
    rng = np.random.default_rng(seed)
    a, b = random_device(seed, left=n, right=n), random_device(seed + 1, left=n, right=n)
    exact = join(a, b, {"right": "left"})

    def disturbed(s):
        error = size * np.exp(2j * np.pi * rng.random(s.data.shape))
        return replace(s, data=s.data + error, error_estimate=size)

    joined = join(disturbed(a), disturbed(b), {"right": "left"})
    # 1 % for the second order: errors stay below 1e-5 * 200.
    assert np.abs(joined.data - exact.data).max() <= 1.01 * joined.error_estimate
    assert joined.error_estimate < 1e4 * size


@given(seeds, mode_counts)
def test_a_perfect_wire_changes_nothing(seed, n):
    device = random_device(seed, a=n, b=n)
    joined = join(device, clean_wire(0, "c", "d", modes=n), {"b": "c"})
    np.testing.assert_allclose(joined.data, device.data, rtol=0, atol=ATOL)


# --- closed forms ----------------------------------------------------------------------------


def test_two_barriers_at_one_place_are_one_of_twice_the_strength():
    joined = join(delta_barrier(1.0), delta_barrier(1.0), {"R": "L"})
    np.testing.assert_allclose(joined.data, delta_barrier(2.0).data, atol=1e-15)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("phase", [0.4, 1.3, 2.9])
def test_a_row_of_barriers_has_bands_and_gaps(count, phase):
    # Periodic row with Bloch phase q, cos q = Re 1/t: 1/T - 1 grows by (sin nq / sin q)².
    # (D. W. L. Sprung, H. Wu and J. Martorell, Am. J. Phys. 61, 1118 (1993).)
    period = join(delta_barrier(1.5), clean_wire(phase), {"R": "L"})
    row = period
    for _ in range(count - 1):
        row = join(row, period, {"R": "L"})
    q = np.arccos(np.real(1 / period.block(to="R", from_="L")[0, 0]) + 0j)
    growth = np.abs(np.sin(count * q) / np.sin(q)) ** 2
    assert row.transmission(to="R", from_="L") == pytest.approx(
        1 / (1 + 1.5**2 * growth), rel=1e-10
    )


@pytest.mark.parametrize("transparency", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("phase", [0.0, 1.0, np.pi])
def test_two_beam_splitters_interfere(transparency, phase):
    # Mach-Zehnder: a -> c -> c' and a -> d -> c' with amplitudes t t e^{i phase} and r r.
    arm = join(beam_splitter(transparency), clean_wire(phase, "in", "c"), {"c": "in"})
    out = replace(beam_splitter(transparency), leads=("a'", "b'", "c'", "d'"))
    interferometer = join(arm, out, {"c": "a'", "d": "b'"})
    expected = abs(transparency * np.exp(1j * phase) - (1 - transparency)) ** 2
    assert interferometer.transmission(to="c'", from_="a") == pytest.approx(expected, abs=1e-14)
    assert interferometer.transmission(to="b", from_="a") == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize("z", [0.0, 0.5, 2.0])
def test_andreev_reflection_behind_a_barrier(z):
    # C. W. J. Beenakker, Phys. Rev. B 46, 12841 (1992): R_he = T² / (2 - T)².
    electron = delta_barrier(z).data
    labels = (("electron", "hole"),) * 2
    both = np.zeros((4, 4), complex)
    both[::2, ::2], both[1::2, 1::2] = electron, electron.conj()
    normal = SMatrix(both, ("N", "S"), (2, 2), labels_out=labels, labels_in=labels)
    mirror = SMatrix(-1j * np.array([[0, 1], [1, 0]]), ("M",), (2,))
    junction = join(normal, mirror, {"S": "M"})
    t = 1 / (1 + z**2)
    andreev = junction.transmission(to=("N", "hole"), from_=("N", "electron"))
    assert andreev == pytest.approx((t / (2 - t)) ** 2, abs=1e-14)


def test_a_loop_on_a_circulator_reflects():
    # Leads 0 and 2 of four are tied: what enters 1 leaves at 2, comes back at 0 and leaves at 1.
    tied = connect(chiral_edge(4, channels=1), {"0": "2"})
    assert tied.leads == ("1", "3")
    np.testing.assert_array_equal(tied.transmissions, np.eye(2))


def test_no_wires_set_scatterers_side_by_side():
    apart = join(delta_barrier(1.0, "a", "b"), delta_barrier(2.0, "c", "d"), {})
    assert apart.leads == ("a", "b", "c", "d")
    assert apart.transmission(to="c", from_="a") == 0
    assert apart.transmission(to="d", from_="c") == pytest.approx(0.2)


def test_a_closed_lead_can_be_wired():
    dark = SMatrix(np.eye(1), ("a", "b"), (1, 0))
    assert join(dark, replace(dark, leads=("c", "b")), {"b": "b"}).leads == ("a", "c")


# --- refusals --------------------------------------------------------------------------------


def test_a_trapped_state_is_refused_not_guessed():
    mirrors = SMatrix(np.eye(2), ("a", "b"), (1, 1))
    with pytest.raises(Unreliable, match="traps a state"):
        join(mirrors, mirrors, {"b": "a"})
    almost = SMatrix(np.diag([1, np.exp(1e-12j)]), ("a", "b"), (1, 1))
    with pytest.raises(Unreliable, match="move off the resonance"):
        join(almost, mirrors, {"b": "a"})
    with pytest.raises(Unreliable, match="traps a state"):
        connect(chiral_edge(4, channels=1), {"1": "2"})


def test_wires_must_fit():
    first, second = random_device(0, a=1, b=2), random_device(1, c=1, d=1)
    with pytest.raises(InvalidInput, match=r"'first.b' with 2 modes to 'second.c' with 1"):
        join(first, second, {"b": "c"})
    with pytest.raises(InvalidInput, match="each lead takes one wire"):
        connect(chiral_edge(4, channels=1), {"0": "2", "1": "2"})
    with pytest.raises(InvalidInput, match="each lead takes one wire"):
        connect(chiral_edge(4, channels=1), {"0": "0"})
    with pytest.raises(UnknownName, match="unknown lead 'x'"):
        join(first, second, {"a": "x"})
    with pytest.raises(UnknownName, match="unknown lead 'x'"):
        join(first, second, {"x": "c"})


def test_open_leads_need_distinct_names():
    with pytest.raises(InvalidInput, match=r"distinct names.*dataclasses.replace"):
        join(delta_barrier(1.0), delta_barrier(1.0), {"R": "R"})


def test_different_energies_and_crossed_labels_are_refused():
    one, two = replace(delta_barrier(1.0), energy=1.0), replace(delta_barrier(1.0), energy=2.0)
    with pytest.raises(InvalidInput, match=r"different energies, 1.0 and 2.0"):
        join(one, two, {"R": "L"})
    up = (("up", "down"),) * 2
    down = (("down", "up"),) * 2
    wire = clean_wire(0, modes=2)
    with pytest.raises(InvalidInput, match="list them in one order"):
        join(
            replace(wire, labels_out=up, labels_in=up),
            replace(wire, labels_out=down, labels_in=down),
            {"R": "L"},
        )
