"""Electrons and holes told apart: doubling, Majorana peaks, levels, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName
from sharvin.formulas import andreev_doubling, btk_conductance, short_junction_level
from sharvin.matter.kitaev import kitaev_chain
from sharvin.matter.nambu import nambu
from sharvin.observables import (
    andreev_blocks,
    andreev_levels,
    ns_conductance,
    ns_conductance_matrix,
)

GAP = 2e-4  # of the hopping, at half filling: Andreev's approximation errs by gap over bandwidth
NORMAL = {"pairing": 0.0}


def contact(barrier):
    """Chain with a barrier on its last normal site before a superconductor."""
    chain = sv.Model(sv.Lattice([[1.0]]), [0.0], [sv.Hopping(-1.0, (1,))], degeneracy=2)
    sides = {
        "normal": sv.lead("left", parameters=NORMAL, potential=0.0),
        "super": sv.lead("right", potential=0.0),
    }
    return sv.Device(
        nambu(chain, pairing=GAP), region=sv.interval(1), leads=sides, potential=barrier
    )


def majorana(sites, mu):
    probe = sv.lead("left", parameters={"pairing": 0.0, "mu": 0.0})
    return sv.Device(kitaev_chain(mu=mu), region=sv.interval(sites), leads={"probe": probe})


@settings(max_examples=15, deadline=None)
@given(st.floats(0.0, 6.0))
def test_zero_bias_conductance_follows_the_doubling_formula(barrier):
    # a site energy U on a chain at its middle: T = 1/(1 + (U/2)²)
    transmission = 1 / (1 + (barrier / 2) ** 2)
    s = sv.smatrix(contact(barrier), energy=1e-9)
    # corrections of order gap over bandwidth: measured 6e-5 for the worst
    assert ns_conductance(s, lead="normal", unit="2e²/h") == pytest.approx(
        float(andreev_doubling(transmission)), abs=GAP
    )


@pytest.mark.parametrize("barrier", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("energy", [0.3, 0.9, 1.2, 3.0])
def test_finite_bias_is_that_of_btk(barrier, energy):
    s = sv.smatrix(contact(barrier), energy=energy * GAP)
    expected = btk_conductance(energy, gap=1.0, barrier=barrier / 2)
    g = ns_conductance(s, lead="normal", unit="2e²/h")
    assert g == pytest.approx(float(expected), abs=GAP)


def test_a_majorana_state_gives_one_quantum_of_two_and_a_trivial_chain_none():
    topological = sv.smatrix(majorana(40, 0.5), energy=1e-6)
    assert ns_conductance(topological, lead="probe") == pytest.approx(2.0, abs=1e-9)
    assert ns_conductance(sv.smatrix(majorana(40, 3.0), energy=1e-6), lead="probe") < 1e-9


def test_a_short_chain_has_no_peak_at_zero_but_close_to_it():
    assert ns_conductance(sv.smatrix(majorana(10, 0.5), energy=0.0), lead="probe") < 1e-9
    assert ns_conductance(sv.smatrix(majorana(10, 0.5), energy=1e-3), lead="probe") > 1.5


def test_blocks_are_those_of_a_unitary_matrix_with_particle_hole_symmetry():
    device = majorana(25, 0.7)
    s, opposite = sv.smatrix(device, energy=0.05), sv.smatrix(device, energy=-0.05)
    blocks = andreev_blocks(s, to="probe", from_="probe")
    total = sum(np.abs(blocks[k]) ** 2 for k in ("ee", "he"))
    assert total == pytest.approx(np.ones((1, 1)), abs=1e-9)
    assert sv.check_particle_hole(s, opposite)
    mirrored = andreev_blocks(opposite, to="probe", from_="probe")
    assert abs(blocks["he"][0, 0]) == pytest.approx(abs(mirrored["eh"][0, 0]), abs=1e-9)


def test_the_matrix_of_several_normal_leads():
    """A superconductor between two normal leads: at low bias it takes twice what enters."""
    probes = {
        "a": sv.lead("left", parameters={"pairing": 0.0, "mu": 0.0}),
        "b": sv.lead("right", parameters={"pairing": 0.0, "mu": 0.0}),
    }
    device = sv.Device(kitaev_chain(mu=0.5), region=sv.interval(5), leads=probes)
    s = sv.smatrix(device, energy=0.02)
    leads, g = ns_conductance_matrix(s)
    assert leads == ("a", "b")
    assert g[0, 0] == pytest.approx(ns_conductance(s, lead="a"), rel=1e-12)
    b = andreev_blocks(s, to="b", from_="a")
    crossed = abs(b["he"][0, 0]) ** 2 - abs(b["ee"][0, 0]) ** 2
    assert g[1, 0] == pytest.approx(crossed, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1.0), st.floats(0.0, 6.28), st.floats(-3, 3))
def test_levels_of_one_channel(transmission, phase, offset):
    r, t = np.sqrt(1 - transmission), np.sqrt(transmission)
    s = sv.SMatrix(np.array([[r, 1j * t], [1j * t, r]]), ("l", "r"), (1, 1))
    levels = andreev_levels(s, phases={"l": offset, "r": offset + phase}, gap=0.2)
    expected = float(short_junction_level(transmission, phase, gap=0.2))
    # the phases of the round trip are known to 1e-15, those of a twofold one to the root of that
    assert levels == pytest.approx([-expected, expected], abs=1e-7)


def test_levels_agree_with_a_closed_lattice():
    """One site between two superconducting chains, diagonalized: no S-matrix involved."""
    gap, barrier, n = 0.02, 1.0, 900
    site = sv.Device(
        sv.Model(sv.Lattice([[1.0]]), [0.0], [sv.Hopping(-1.0, (1,))]),
        region=sv.interval(1),
        leads={"l": sv.lead("left", potential=0.0), "r": sv.lead("right", potential=0.0)},
        potential=barrier,
    )
    phases = np.array([0.4, 1.5, np.pi])
    found = andreev_levels(sv.smatrix(site, energy=0.0), phases={"l": 0.0, "r": phases}, gap=gap)
    for phase, levels in zip(phases, found, strict=True):
        # corrections of order gap over bandwidth, 0.005 of the gap
        assert levels[1] == pytest.approx(_lattice_level(n, gap, barrier, phase), abs=0.005 * gap)


def _lattice_level(n, gap, barrier, phase):
    from scipy.sparse import bmat, diags
    from scipy.sparse.linalg import eigsh

    onsite, size = np.zeros(2 * n + 1), 2 * n + 1
    onsite[n] = barrier
    h = diags([-np.ones(size - 1), onsite, -np.ones(size - 1)], [-1, 0, 1])
    pairing = np.full(size, gap, dtype=complex)
    pairing[n] = 0
    pairing[n + 1 :] *= np.exp(1j * phase)
    d = diags([pairing], [0])
    bdg = bmat([[h, d], [d.conj(), -h]], format="csc")
    near = eigsh(bdg, k=4, sigma=1e-6, which="LM", return_eigenvectors=False)
    return np.abs(near).min()


def test_what_is_not_resolved_or_not_closed_is_refused():
    plain = sv.SMatrix(np.eye(2), ("l", "r"), (1, 1))
    with pytest.raises(InvalidInput, match="electron and hole"):
        ns_conductance(plain, lead="l")
    with pytest.raises(InvalidInput, match="electron and hole"):
        ns_conductance_matrix(plain)
    with pytest.raises(UnknownName, match="lead"):
        ns_conductance(plain, lead="x")
    with pytest.raises(InvalidInput, match="every lead once"):
        andreev_levels(plain, phases={"l": 0.0}, gap=1.0)
    with pytest.raises(InvalidInput, match="gap must be positive"):
        andreev_levels(plain, phases={"l": 0.0, "r": 0.0}, gap=0.0)
    leaky = sv.SMatrix(0.5 * np.eye(2), ("l", "r"), (1, 1))
    with pytest.raises(InvalidInput, match="loses particles"):
        andreev_levels(leaky, phases={"l": 0.0, "r": 0.0}, gap=1.0)


def test_a_lead_may_have_parameters_of_its_own_but_only_the_models():
    with pytest.raises(UnknownName, match="pairing"):
        sv.Device(
            kitaev_chain(),
            region=sv.interval(3),
            leads={"probe": sv.lead("left", parameters={"paring": 0.0})},
        )
