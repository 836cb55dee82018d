"""Local currents: conserved everywhere, equal to transmissions across any line."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from solvers.random_devices import random_raw

ENERGY = -1.7
seeds = st.integers(0, 10**6)


def bar(**options):
    model = options.pop("model", sv.square_lattice())
    return sv.Device(
        model,
        region=sv.rectangle(24, 10),
        leads={
            "source": sv.lead("left"),
            "drain": sv.lead("right"),
            "probe": sv.lead("top", at=-4.0, width=6.0),
        },
        disorder=sv.disorder(1.0, 7),
        field="B",
        **options,
    )


@pytest.mark.parametrize("field", [0.0, 100.0])
def test_current_across_any_line_is_the_transmission(field):
    device = bar()
    found = sv.current_density(device, energy=ENERGY, from_="source", B=field)
    s = sv.smatrix(device, energy=ENERGY, B=field)
    x = found.positions[:, 0]
    drained = s.transmission(to="drain", from_="source")
    entered = s.modes[0] - s.transmission(to="source", from_="source")
    assert found.through(x < 3) == pytest.approx(drained, abs=1e-10)
    assert found.through(x < 9) == pytest.approx(drained, abs=1e-10)
    assert found.through(x < -9) == pytest.approx(entered, abs=1e-10)
    inner = (np.abs(x) < 11) & (found.positions[:, 1] < 4)
    assert np.abs(found.divergence[inner]).max() < 1e-12
    assert np.abs(found.divergence).max() > 1e-2  # at the leads


def test_voltages_add_up_and_equal_ones_drive_nothing_without_a_field():
    device = bar()
    one = sv.current_density(device, energy=ENERGY, from_="source", B=0.0)
    other = sv.current_density(device, energy=ENERGY, from_="drain", B=0.0)
    probe = sv.current_density(device, energy=ENERGY, from_="probe", B=0.0)
    both = sv.current_density(
        device, energy=ENERGY, voltages={"source": 0.5, "drain": "-500 mV"}, B=0.0
    )
    np.testing.assert_allclose(both.current, 0.5 * (one.current - other.current), atol=1e-12)
    total = one.current + other.current + probe.current
    assert np.abs(total).max() < 1e-10
    assert np.abs(one.current).max() > 0.1


def test_the_density_is_the_injectivity_and_vectors_point_downstream():
    device = bar(model=sv.square_lattice(degeneracy=2))
    found = sv.current_density(device, energy=ENERGY, from_="source", B=0.0)
    states = sv.states(device, energy=ENERGY, B=0.0)
    np.testing.assert_allclose(found.density, 2 * states.injectivity(from_="source"), atol=1e-12)
    flow = found.vectors[:, 0].sum()
    drained = 2 * found.smatrix.transmission(to="drain", from_="source")
    assert flow > 0.5 * drained * 20
    assert found.potential.shape == (240,)


@settings(max_examples=10, deadline=None)
@given(seeds, st.booleans(), st.booleans())
def test_what_leaves_the_lead_sites_is_the_transmission(seed, real, coupling):
    """On any graph, with any coupling: Kirchhoff's law at every orbital without a lead."""
    raw = random_raw(seed, leads=2, real=real, coupling=coupling)
    device = raw.device()
    s = sv.smatrix(device, energy=raw.energy)
    assume(min(s.modes) > 0)
    found = sv.current_density(device, energy=raw.energy, from_="lead0")
    touched = np.zeros(14, bool)
    for _, _, sites, _ in raw.leads.values():
        touched[sites] = True
    scale = 1 + np.abs(found.current).max(initial=0)
    assert np.abs(found.divergence[~touched]).max(initial=0) < 1e-10 * scale
    only = np.zeros(14, bool)
    only[raw.leads["lead1"][2]] = True
    only[raw.leads["lead0"][2]] = False
    if not set(raw.leads["lead0"][2]) & set(raw.leads["lead1"][2]):
        drained = s.transmission(to="lead1", from_="lead0")
        assert -found.through(only) == pytest.approx(drained, abs=1e-9 * scale)


def test_several_orbitals_on_a_site_share_its_bonds():
    spins = bar(model=two_copies())
    found = sv.current_density(spins, energy=ENERGY, from_="source", B=0.0)
    single = sv.current_density(bar(), energy=ENERGY, from_="source", B=0.0)
    assert found.bonds.shape == single.bonds.shape
    order = np.lexsort(single.bonds.T)
    np.testing.assert_array_equal(found.bonds[np.lexsort(found.bonds.T)], single.bonds[order])
    np.testing.assert_allclose(
        found.current[np.lexsort(found.bonds.T)], 2 * single.current[order], atol=1e-10
    )


def two_copies():
    one = np.eye(2)
    hop = sv.Hopping(-one, (1, 0)), sv.Hopping(-one, (0, 1))
    return sv.Model(sv.Lattice(np.eye(2)), onsite=[0 * one], hoppings=hop, orbitals=2)


def test_occupation_is_a_weighted_mean_and_exact_in_a_clean_wire():
    device = bar()
    filling = {"source": 1.0, "probe": 0.25}
    found = sv.occupation(device, energy=ENERGY, filling=filling, B=30.0)
    states = sv.states(device, energy=ENERGY, B=30.0)
    parts = {name: states.density(from_=name) for name in device.lead_names}
    expected = (parts["source"] + 0.25 * parts["probe"]) / sum(parts.values())
    np.testing.assert_allclose(found, expected, atol=1e-12)
    same = sv.occupation(device, energy=ENERGY, filling=dict.fromkeys(device.lead_names, 0.3), B=0)
    np.testing.assert_allclose(same, 0.3, atol=1e-12)
    clean = sv.Device(
        sv.square_lattice(), region=sv.rectangle(12, 5),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    )  # fmt: skip
    np.testing.assert_allclose(
        sv.occupation(clean, energy=-1.7, filling={"source": 1.0}), 0.5, atol=1e-10
    )


def test_bad_questions_are_refused():
    device = bar()
    with pytest.raises(InvalidInput, match="no lead has an open mode"):
        sv.current_density(device, energy=-9.0, from_="source", B=0.0)
    with pytest.raises(UnknownName, match="did you mean 'source'"):
        sv.current_density(device, energy=ENERGY, from_="sorce", B=0.0)
    with pytest.raises(InvalidInput, match="from_="):
        sv.current_density(device, energy=ENERGY, B=0.0)
    with pytest.raises(InvalidInput, match="0 to 1"):
        sv.occupation(device, energy=ENERGY, filling={"source": 1.2}, B=0.0)
    found = sv.current_density(device, energy=ENERGY, from_="source", B=0.0)
    with pytest.raises(ShapeMismatch, match="boolean"):
        found.through(np.arange(3))
