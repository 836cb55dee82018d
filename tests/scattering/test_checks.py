from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import chiral_edge, delta_barrier, helical_ring, random_device
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.scattering import (
    SMatrix,
    check_particle_hole,
    check_reciprocity,
    check_unitarity,
    circular_ensemble,
)

seeds = st.integers(0, 2**32 - 1)
# Basis changes and singular values of a dozen modes lose two digits of sixteen.
TIGHT = 1e-13


def redressed(s, seed):
    """The same scatterer in another basis of the modes of each lead, outgoing and incoming."""
    out, into = np.eye(len(s.data), dtype=complex), np.eye(len(s.data), dtype=complex)
    for k, lead in enumerate(s.leads):
        own = s.modes_of(lead)
        size = own.stop - own.start
        out[own, own] = circular_ensemble("A", {"a": size}, seed + k).data
        into[own, own] = circular_ensemble("A", {"a": size}, seed - k - 1).data
    return replace(s, data=out @ s.data @ into)


# --- unitarity -------------------------------------------------------------------------------


@given(seeds)
def test_a_unitary_scatterer_passes(seed):
    assert check_unitarity(random_device(seed, a=2, b=3), tolerance=TIGHT)


def test_a_lossy_lead_is_found():
    s = SMatrix(np.diag([1, 1, 0.5]), ("a", "b", "c"), (1, 1, 1))
    report = check_unitarity(s)
    assert not report.passed
    assert report.deviation == 0.75
    assert report.where == "into 'c' and 'c'"
    assert "S†S = 1 is violated: deviation 7.5e-01" in str(report)


def test_a_report_counts_as_its_verdict():
    # `assert check_unitarity(s)` must not pass because objects are true.
    assert not check_unitarity(SMatrix([[2]], ("a",), (1,)))
    assert bool(check_unitarity(SMatrix([[1]], ("a",), (1,)))) is True
    assert check_unitarity(SMatrix(np.zeros((0, 0)), ("a",), (0,)))


# --- reciprocity -----------------------------------------------------------------------------


@given(seeds)
def test_reversing_the_field_transposes(seed):
    s = random_device(seed, a=2, b=3, c=1)
    reversed_s = replace(s, data=s.data.T)
    assert check_reciprocity(s, reversed_s, amplitudes=True, tolerance=0)
    assert check_reciprocity(s, redressed(reversed_s, 5), tolerance=TIGHT)
    assert not check_reciprocity(s)


def test_a_chiral_edge_is_its_own_opposite_nowhere():
    edge = chiral_edge(3, channels=1)
    report = check_reciprocity(edge)
    assert (report.passed, report.deviation) == (False, 1.0)
    assert check_reciprocity(edge, replace(edge, data=edge.data.T))


@pytest.mark.parametrize("symmetry", ["AI", "AII", "BDI", "DIII", "CI", "CII"])
def test_time_reversal_invariant_classes_are_reciprocal(symmetry):
    s = circular_ensemble(symmetry, {"a": 2, "b": 4}, 1)
    assert check_reciprocity(s, tolerance=TIGHT)


def test_a_helical_ring_is_reciprocal_in_its_eigenvalues():
    assert check_reciprocity(helical_ring(4))
    assert not check_reciprocity(helical_ring(4), amplitudes=True)


def test_leads_are_matched_by_name():
    edge = chiral_edge(3, channels=1)
    order = [2, 0, 1]
    reversed_s = SMatrix(edge.data.T[np.ix_(order, order)], ("2", "0", "1"), (1, 1, 1))
    assert check_reciprocity(edge, reversed_s, amplitudes=True)
    with pytest.raises(InvalidInput, match="same leads"):
        check_reciprocity(edge, chiral_edge(4, channels=1))


def test_other_mode_counts_break_the_law():
    report = check_reciprocity(delta_barrier(1.0), SMatrix(np.eye(3), ("L", "R"), (2, 1)))
    assert report.deviation == np.inf
    assert not report.passed


# --- particle-hole symmetry ------------------------------------------------------------------


def andreev_device(seed):
    """Class C scatterer at energies +E and -E: C S(-E)* C^-1 of a random S(E)."""
    labels = (("electron", "hole"), ("electron", "hole", "electron", "hole"))
    s = random_device(seed, a=2, b=4)
    j = np.kron(np.eye(3), [[0, 1], [-1, 0]])
    s = replace(s, labels_out=labels, labels_in=labels)
    return s, replace(s, data=j @ s.data.conj() @ j.T), j


@given(seeds)
def test_electrons_scatter_as_holes_at_the_opposite_energy(seed):
    s, opposite, j = andreev_device(seed)
    assert check_particle_hole(s, opposite, tolerance=TIGHT)
    assert check_particle_hole(s, opposite, conjugation=j, tolerance=TIGHT)
    assert not check_particle_hole(s)
    assert not check_particle_hole(s, conjugation=j)


@pytest.mark.parametrize(
    ("symmetry", "conjugation"), [("D", np.eye(4)), ("C", np.kron(np.eye(2), [[0, 1], [-1, 0]]))]
)
def test_superconducting_classes_have_the_symmetry_at_zero_energy(symmetry, conjugation):
    s = circular_ensemble(symmetry, {"a": 2, "b": 2}, 4)
    assert check_particle_hole(s, conjugation=conjugation, tolerance=TIGHT)
    assert not check_particle_hole(random_device(4, a=2, b=2), conjugation=conjugation)


def test_a_lead_without_labels_is_compared_as_a_whole():
    s, opposite, _ = andreev_device(3)
    bare = {"labels_out": (None, s.labels_out[1]), "labels_in": (None, s.labels_in[1])}
    assert check_particle_hole(replace(s, **bare), replace(opposite, **bare), tolerance=TIGHT)


def test_the_conjugation_must_fit():
    with pytest.raises(ShapeMismatch, match=r"conjugation has shape \(3, 3\)"):
        check_particle_hole(delta_barrier(1.0), conjugation=np.eye(3))
