"""Static functional RG: exact limits, symmetries, orders in U, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.contact import functional_rg, halves, landauer, smooth_barrier
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import transmission

SITES = 31


def barrier(gate=-0.05, interaction=0.6, sites=SITES, **options):
    return smooth_barrier(sites=sites, gate=gate, interaction=interaction, **options)


def lattice_device(b):
    """The same chain for the S-matrix solver."""
    h = np.diag(b.onsite) - b.hopping * (np.eye(b.sites, k=1) + np.eye(b.sites, k=-1))
    leads = {
        name: sv.MatrixLead(cell=[[0.0]], hop=[[-b.hopping]], sites=[site])
        for name, site in (("left", 0), ("right", b.sites - 1))
    }
    return sv.Device.from_matrices(h, leads)


@settings(max_examples=6, deadline=None)
@given(st.floats(-0.5, 0.3), st.floats(-1.2, 1.2), st.floats(0, 0.5), st.floats(-0.3, 0.3))
def test_without_interaction_it_is_landauers_formula(gate, mu, zeeman, skew):
    """Two routes: the flow of nothing, and the S-matrix of the same chain."""
    b = barrier(gate, 0.0, chemical_potential=mu, skew=skew, sites=41)
    device = lattice_device(b)
    exact = [
        sv.smatrix(device, energy=mu + sign * zeeman / 2).transmission(to="right", from_="left")
        for sign in (1, -1)
    ]
    # Both solve the same linear system; 1e-10 is the promise, 1e-13 is seen.
    np.testing.assert_allclose(landauer(b, zeeman), exact, atol=1e-10)
    static = [transmission(b, sign * zeeman / 2) for sign in (1, -1)]
    np.testing.assert_allclose(static, exact, atol=1e-10)
    np.testing.assert_allclose(functional_rg(b, zeeman=zeeman).transmissions, exact, atol=1e-10)


@pytest.mark.parametrize("skew", [0.0, 0.2])
def test_spin_rotation_survives_the_flow_of_two_separate_spins(skew):
    b = barrier(skew=skew)
    apart = functional_rg(b, resolve_spin=True, tolerance=1e-7)
    assert apart.symmetry_defect < 1e-10
    assert apart.transmissions[0] == pytest.approx(apart.transmissions[1], abs=1e-12)
    together = functional_rg(b, tolerance=1e-7)
    # Two integrations, each to 1e-7 of the vertex; a step is Ω_x = 0.18 wide.
    np.testing.assert_allclose(apart.transmissions, together.transmissions, atol=1e-5)
    for name in ("P", "X", "D_uu", "D_ud", "D_dd"):
        np.testing.assert_allclose(apart.vertex[name], together.vertex[name], atol=1e-5)


def test_a_field_breaks_spin_rotation_and_turning_it_exchanges_the_spins():
    up, down = (functional_rg(barrier(), zeeman=b) for b in (0.1, -0.1))
    assert up.symmetry_defect > 1e-3
    assert up.transmissions[0] > up.transmissions[1]
    np.testing.assert_allclose(up.transmissions, down.transmissions[::-1], atol=1e-6)


@pytest.mark.parametrize(("sites", "zeeman"), [(31, 0.0), (31, 0.1), (30, 0.1)])
def test_a_mirror_symmetric_barrier_is_solved_in_halves_with_the_same_result(
    monkeypatch, sites, zeeman
):
    x = np.linspace(-0.95, 0.95, sites)
    bump = np.exp(-(x**2) / (1 - x**2))
    b = HubbardBarrier(1.95 * bump, 0.6 * bump**2, chemical_potential=0.1)
    assert halves.halves_of(b).pairs == sites // 2
    half = functional_rg(b, zeeman=zeeman, tolerance=1e-8)
    monkeypatch.setattr(halves, "halves_of", lambda barrier: halves.Halves(barrier.sites, 0))
    whole = functional_rg(b, zeeman=zeeman, tolerance=1e-8)
    # The steps are chosen by the errors of other numbers; 1e-8 of each.
    np.testing.assert_allclose(half.transmissions, whole.transmissions, atol=1e-6)
    np.testing.assert_allclose(half.self_energy, whole.self_energy, atol=1e-6)
    for name, channel in whole.vertex.items():
        np.testing.assert_allclose(half.vertex[name], channel, atol=1e-6)


def test_products_element_by_element_are_those_between_sites():
    rng = np.random.default_rng(7)
    for pairing in (halves.Halves(7, 3), halves.Halves(6, 3), halves.Halves(5, 0)):
        a, b = rng.normal(size=(2, pairing.sites, pairing.sites)) + 1j * rng.normal(
            size=(2, pairing.sites, pairing.sites)
        )
        a, b = (m + m.T + (m + m.T)[::-1, ::-1] * bool(pairing.pairs) for m in (a, b))
        one, other = pairing.fold(a), pairing.fold(b)
        found = halves.bubbles(*one, *other)
        np.testing.assert_allclose(pairing.unfold(*found[:2]), (a * b.conj()).real, atol=1e-14)
        np.testing.assert_allclose(pairing.unfold(*found[2:]), (a * b).real, atol=1e-14)
        real = pairing.fold(a.real)
        found = halves.multiplied(*real, *other)
        np.testing.assert_allclose(pairing.unfold(*found), a.real * b.real, atol=1e-14)


def test_a_barrier_that_is_skewed_a_little_has_no_halves():
    b = barrier()
    tilted = b.onsite * (1 + 1e-9 * np.linspace(-1, 1, b.sites))
    assert halves.halves_of(HubbardBarrier(tilted, b.interaction)).pairs == 0


def test_to_first_order_it_is_the_hartree_potential():
    """dT/dU at U = 0 against the exact first-order self-energy U n, by differences."""
    from sharvin.manybody.contact.chain import occupations

    b, u = barrier(interaction=1.0), 1e-4
    filled = occupations(b.onsite, b.hopping, 0.0)
    shape = b.interaction
    exact = (
        transmission(b, 0.0, np.diag(u * shape * filled))
        - transmission(b, 0.0, -np.diag(u * shape * filled))
    ) / (2 * u)
    small = HubbardBarrier(b.onsite, u * shape, b.hopping)
    found = (functional_rg(small, tolerance=1e-8).transmissions[0] - landauer(b)[0]) / u
    # Second order in U and the start of the flow at a finite cutoff: 2e-3 seen.
    assert found == pytest.approx(exact, rel=5e-3)


def test_the_flow_of_the_vertex_matters_in_second_order():
    ratios = []
    for u in (0.05, 0.1):
        with_, without = (
            functional_rg(barrier(0.0, u), vertex_flow=flag, tolerance=1e-8).transmissions[0]
            for flag in (True, False)
        )
        ratios.append((with_ - without) / u**2)
    assert abs(ratios[0]) > 0.02
    # Third order makes the difference: U/4 here.
    assert ratios[1] == pytest.approx(ratios[0], rel=0.15)


def test_energies_scale():
    """In another unit of energy nothing else changes."""
    one = barrier()
    other = HubbardBarrier(20 * one.onsite, 20 * one.interaction, hopping=20.0)
    a, b = functional_rg(one, zeeman=0.05), functional_rg(other, zeeman=1.0)
    np.testing.assert_allclose(a.transmissions, b.transmissions, atol=1e-8)
    assert other.strength == pytest.approx(one.strength, rel=1e-12)


def test_the_end_does_not_depend_on_where_the_flow_begins(monkeypatch):
    import sys

    module = sys.modules["sharvin.manybody.contact.functional_rg"]
    near = functional_rg(barrier(), tolerance=1e-7).transmissions[0]
    monkeypatch.setattr(module, "START", 1000.0)
    far = functional_rg(barrier(), tolerance=1e-7).transmissions[0]
    # The start is exact to second order in 1/cutoff.
    assert near == pytest.approx(far, abs=2e-4)


def test_repulsion_makes_the_step_lopsided_and_the_control_does_not():
    gates = np.arange(-0.24, 0.2, 0.04)
    lopsided = {}
    for u in (0.0, 1.25):
        g = [functional_rg(barrier(v, u, sites=41)).transmissions[0] for v in gates]
        at = [np.interp(-level, -np.array(g), gates) for level in (0.9, 0.5, 0.1)]
        lopsided[u] = (at[1] - at[0]) / (at[2] - at[1])
    assert lopsided[0.0] == pytest.approx(1.0, abs=0.08)  # 41 sites: the lattice shows
    assert lopsided[1.25] > lopsided[0.0] + 0.2


def test_a_diverging_flow_is_refused_with_the_cure():
    with pytest.raises(Unreliable, match=r"diverges.*lower the interaction"):
        functional_rg(barrier(interaction=4.0))


def test_a_flat_wire_that_diverges_is_refused_as_well():
    wire = HubbardBarrier(np.zeros(SITES), 40 * barrier().interaction)
    with pytest.raises(Unreliable, match="diverges"):
        functional_rg(wire)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"onsite": np.ones(SITES)}, "falls to zero"),
        ({"interaction": np.ones(SITES)}, "reservoirs do not interact"),
        ({"interaction": -barrier().interaction}, "repulsion"),
        ({"interaction": barrier().interaction[1:]}, "same shape"),
        ({"onsite": np.full(SITES, np.nan)}, "finite"),
        ({"hopping": 0.0}, "hopping must be positive"),
        ({"chemical_potential": 2.5}, "outside the band"),
    ],
)
def test_a_barrier_that_is_none_is_refused(change, message):
    from dataclasses import replace

    with pytest.raises(InvalidInput, match=message):
        replace(barrier(), **change)


def test_other_bad_input():
    with pytest.raises(InvalidInput, match="out of the band"):
        functional_rg(barrier(), zeeman=5.0)
    with pytest.raises(InvalidInput, match="tolerance"):
        functional_rg(barrier(), tolerance=0.0)
    with pytest.raises(InvalidInput, match="odd integer"):
        smooth_barrier(sites=40)
    with pytest.raises(InvalidInput, match="skew"):
        smooth_barrier(skew=0.8)
    with pytest.raises(InvalidInput, match="no top"):
        _ = HubbardBarrier(np.zeros(9), np.zeros(9)).strength
    with pytest.raises(InvalidInput, match="can be lifted"):
        HubbardBarrier(np.zeros(9), np.zeros(9)).lifted(0.1)


def test_lifting_is_what_a_gate_does():
    b = barrier(gate=0.1)
    np.testing.assert_allclose(b.lifted(-0.1).onsite, barrier(gate=0.0).onsite, atol=1e-14)
    assert not b.without_interaction().interaction.any()
