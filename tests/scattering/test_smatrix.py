import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import chiral_edge, delta_barrier, helical_ring, random_device, weak_probe
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.scattering import SMatrix

seeds = st.integers(0, 2**32 - 1)
mode_counts = st.integers(0, 4)

# At most a hundred products of order one are summed.
ATOL = 1e-13


# --- conventions -----------------------------------------------------------------------------


def test_rows_are_outgoing():
    # Only a one-way scatterer can tell S from its transpose.
    edge = chiral_edge(leads=3, channels=2)
    assert edge.transmission(to="1", from_="0") == 2
    assert edge.transmission(to="0", from_="1") == 0
    np.testing.assert_array_equal(edge.block(to="1", from_="0"), np.eye(2))


def test_transmissions_have_the_outgoing_lead_first():
    edge = chiral_edge(leads=3, channels=1)
    np.testing.assert_array_equal(edge.transmissions, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])


def test_the_same_lead_twice_is_reflection():
    barrier = delta_barrier(2.0)
    assert barrier.transmission(to="L", from_="L") == pytest.approx(0.8, abs=1e-15)
    assert barrier.block(to="L", from_="L").shape == (1, 1)


def test_modes_are_numbered_through_in_lead_order():
    s = SMatrix(np.diag([1, 1j, -1]), ("a", "b"), (1, 2))
    assert s.modes_of("b") == slice(1, 3)
    np.testing.assert_array_equal(s.block(to="b", from_="b"), np.diag([1j, -1]))


def test_degeneracy_does_not_touch_transmission():
    barrier = delta_barrier(1.0)
    doubled = replace(barrier, degeneracy=2)
    assert doubled.transmission(to="R", from_="L") == barrier.transmission(to="R", from_="L")


def test_a_closed_lead_keeps_its_place():
    s = SMatrix(np.eye(2), ["a", "closed", "b"], [1, 0, 1])
    assert s.block(to="closed", from_="a").shape == (0, 1)
    assert s.transmission(to="closed", from_="closed") == 0
    assert s.transmission(to="b", from_="b") == 1


def test_a_device_without_open_modes_is_a_scatterer_too():
    s = SMatrix(np.zeros((0, 0)), ("a", "b"), (0, 0))
    assert s.transmission(to="a", from_="b") == 0
    assert s.unitarity_defect() == 0


# --- labels ----------------------------------------------------------------------------------


def test_a_label_picks_its_modes():
    ring = helical_ring(leads=4)
    assert ring.transmission(to=("2", "up"), from_="1") == 1
    assert ring.transmission(to=("2", "down"), from_="1") == 0
    assert ring.transmission(to="1", from_=("2", "down")) == 1
    assert ring.block(to=("2", "up"), from_=("1", "up")).shape == (1, 1)


def test_outgoing_and_incoming_modes_have_labels_of_their_own():
    # One mode each way; what comes in as "e" leaves as "h" (Andreev reflection).
    s = SMatrix([[0, 1], [1, 0]], ("N",), (2,), labels_out=(("h", "e"),), labels_in=(("h", "e"),))
    assert s.transmission(to=("N", "h"), from_=("N", "e")) == 1
    swapped = replace(s, labels_out=(("e", "h"),))
    assert swapped.transmission(to=("N", "h"), from_=("N", "e")) == 0


@given(seeds, st.lists(st.sampled_from(["up", "down"]), min_size=6, max_size=6))
def test_labels_add_up_to_the_lead(seed, spins):
    labels = (tuple(spins[:2]), tuple(spins[2:]))
    s = replace(random_device(seed, a=2, b=4), labels_out=labels, labels_in=labels)
    s = replace(s, labels=("up", "down"))
    parts = [
        s.transmission(to=("b", i), from_=("a", j)) for i in ("up", "down") for j in ("up", "down")
    ]
    assert sum(parts) == pytest.approx(s.transmission(to="b", from_="a"), abs=ATOL)


def test_a_label_without_open_modes_transmits_nothing():
    # Above one spin's threshold only: asking for the other is a fair question.
    up = (("up",), ("up",))
    s = replace(delta_barrier(1.0), labels_out=up, labels_in=up, labels=("up", "down"))
    assert s.transmission(to=("R", "down"), from_="L") == 0
    assert s.block(to=("R", "down"), from_="L").shape == (0, 1)


def test_labels_may_be_numbers_known_to_rounding():
    spins = ((0.5 - 1e-10, -0.5),) * 2
    s = SMatrix(np.eye(4), ("a", "b"), (2, 2), labels_out=spins, labels_in=spins)
    assert s.transmission(to=("a", 0.5), from_=("a", 0.5)) == 1
    assert s.transmission(to=("a", -0.5), from_=("a", 0.5)) == 0


def test_labels_must_exist():
    ring = helical_ring(leads=3)
    with pytest.raises(UnknownName, match="unknown label 'uppp'; did you mean 'up'"):
        ring.block(to=("1", "uppp"), from_="2")
    with pytest.raises(InvalidInput, match=r"lead 'L' carry no labels.*conserved quantity"):
        delta_barrier(1.0).block(to=("L", "up"), from_="R")
    with pytest.raises(InvalidInput, match="pair"):
        ring.block(to=("1", "up", "extra"), from_="2")


# --- laws and closed forms -------------------------------------------------------------------


@given(seeds, mode_counts, mode_counts, st.integers(1, 4))
def test_transmissions_sum_to_the_modes(seed, a, b, c):
    s = random_device(seed, a=a, b=b, c=c)
    np.testing.assert_allclose(s.transmissions.sum(axis=0), s.modes, atol=ATOL)
    np.testing.assert_allclose(s.transmissions.sum(axis=1), s.modes, atol=ATOL)
    assert s.unitarity_defect() < ATOL
    for to in s.leads:
        for from_ in s.leads:
            total = np.sum(np.abs(s.block(to=to, from_=from_)) ** 2)
            assert s.transmission(to=to, from_=from_) == pytest.approx(total, abs=ATOL)


@pytest.mark.parametrize("z", [0.0, 0.5, 3.0])
def test_a_delta_barrier_transmits_one_over_one_plus_z_squared(z):
    barrier = delta_barrier(z)
    # One complex division: a few roundings.
    assert barrier.transmission(to="R", from_="L") == pytest.approx(1 / (1 + z**2), abs=1e-15)
    assert barrier.unitarity_defect() < 1e-15


def test_a_defect_is_reported_as_it_is():
    lossy = SMatrix([[0, 0.5], [1, 0]], ("a", "b"), (1, 1))
    assert lossy.unitarity_defect() == 0.75
    assert weak_probe(0.3).unitarity_defect() < 1e-15


# --- one owner of the data -------------------------------------------------------------------


def test_data_cannot_be_changed_behind_its_back():
    raw = np.eye(2, dtype=complex)
    s = SMatrix(raw, ("a", "b"), (1, 1))
    raw[0, 0] = 7
    assert s.data[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        s.data[0, 0] = 7
    with pytest.raises(ValueError, match="read-only"):
        s.transmissions[0, 0] = 7
    with pytest.raises(FrozenInstanceError):
        s.energy = 1.0
    view = np.eye(2, dtype=complex)
    frozen_view = view[:]
    frozen_view.flags.writeable = False  # read-only, but `view` can still write
    s = SMatrix(frozen_view, ("a", "b"), (1, 1))
    view[0, 0] = 7
    assert s.data[0, 0] == 1


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_copies_are_equal_and_as_frozen(duplicate):
    s = replace(helical_ring(leads=3), energy=2.5, degeneracy=2, error_estimate=1e-12)
    twin = duplicate(s)
    np.testing.assert_array_equal(twin.data, s.data)
    assert not twin.data.flags.writeable
    assert (twin.leads, twin.modes, twin.labels_out) == (s.leads, s.modes, s.labels_out)
    assert (twin.energy, twin.degeneracy, twin.error_estimate) == (2.5, 2, 1e-12)


def test_the_repr_is_short():
    assert len(repr(chiral_edge(leads=6, channels=40))) < 300


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"modes": (1, 2)}, ShapeMismatch, r"shape \(2, 2\).*need \(3, 3\)"),
        ({"leads": ("a", "b", "c")}, ShapeMismatch, "3 leads.*as many mode counts"),
        ({"leads": ("a", "a")}, InvalidInput, "distinct"),
        ({"leads": "ab"}, InvalidInput, "sequence of names"),
        ({"leads": ("a", 1)}, InvalidInput, "must be a string, got 1"),
        ({"modes": (3, -1)}, InvalidInput, "negative"),
        ({"modes": (1.5, 0.5)}, InvalidInput, "whole numbers"),
        ({"data": [[1, np.nan], [0, 1]]}, InvalidInput, "1 of 4 values that are not finite"),
        ({"data": [[1, 0], [np.inf, 1j]]}, InvalidInput, "not finite"),
        ({"degeneracy": 0}, InvalidInput, "at least 1, got 0"),
        ({"degeneracy": 1.5}, InvalidInput, "whole number"),
        ({"error_estimate": -1.0}, InvalidInput, "not be negative"),
        ({"labels_out": (("up",),)}, ShapeMismatch, "labels_out has 1 entries.*2 leads"),
        ({"labels_in": (("up",), ())}, ShapeMismatch, "lead 'b' has 0 labels, but 1 modes"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, error, message):
    given = {"data": np.eye(2), "leads": ("a", "b"), "modes": (1, 1)} | changes
    with pytest.raises(error, match=message):
        SMatrix(**given)


def test_an_unknown_lead_is_refused_with_the_nearest_names():
    s = SMatrix(np.eye(2), ("drain", "source"), (1, 1))
    with pytest.raises(UnknownName, match="unknown lead 'sorce'; did you mean 'source'"):
        s.transmission(to="drain", from_="sorce")
    with pytest.raises(UnknownName):
        s.block(to="drian", from_="source")
    with pytest.raises(UnknownName):
        s.modes_of("x")
