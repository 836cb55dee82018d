"""Kubo equals Landauer, whichever cross-sections measure the current."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import InvalidInput, ShapeMismatch

# Two solutions of the same linear equations: rounding, times the size of G on the sections.
RTOL = 1e-9


def strip(seed=1, field=0.0):
    return sv.Device(
        sv.square_lattice(),
        sv.rectangle(10, 6),
        {"left": sv.lead("left"), "right": sv.lead("right")},
        disorder=sv.disorder(1.0, seed=seed),
        field=field,
    )


@given(
    seed=st.integers(0, 10**6),
    energy=st.floats(-3.5, 3.5),
    field=st.sampled_from([0.0, 90.0]),
    sections=st.tuples(st.integers(-4, 4), st.integers(-4, 4)),
)
@given_settings(max_examples=25)
def test_any_two_sections_measure_the_transmission(seed, energy, field, sections):
    device = strip(seed, field)
    landauer = sv.smatrix(device, energy=energy).transmission(to="right", from_="left")
    found = sv.kubo_conductance(device, energy=energy, sections=sections)
    assert found == pytest.approx(landauer, rel=RTOL, abs=RTOL)


def test_crooked_sections_of_graphene():
    device = sv.Device(
        sv.graphene(),
        sv.rectangle("4 nm", "2 nm"),
        {"left": sv.lead("left"), "right": sv.lead("right")},
        disorder=sv.disorder("200 meV", seed=5),
    )
    x, y = device.positions[device.orbital_site].T
    crooked = x + 0.5 * np.sin(4 * y) < 0.3
    landauer = sv.smatrix(device, energy=1100.0).transmission(to="right", from_="left")
    assert landauer > 1  # at lower energies the ribbon has no open mode
    for sections in (("0 nm", crooked), (crooked, crooked), (~crooked, "-1 nm")):
        found = sv.kubo_conductance(device, energy="1100 meV", sections=sections)
        assert found == pytest.approx(landauer, rel=RTOL)


def test_sections_sum_over_the_leads_that_they_keep_apart():
    device = sv.Device(
        sv.square_lattice(),
        sv.rectangle(12, 9),
        {
            "left": sv.lead("left"),
            "right": sv.lead("right"),
            "top": sv.lead("top", at=2.0, width=3.0),
        },
        disorder=sv.disorder(1.0, seed=5),
    )
    s = sv.smatrix(device, energy=-0.7)
    expected = s.transmission(to="right", from_="left") + s.transmission(to="top", from_="left")
    assert sv.kubo_conductance(device, energy=-0.7, sections=(-4.0, -2.0)) == pytest.approx(
        expected, rel=RTOL
    )
    with pytest.raises(InvalidInput, match="keep different leads apart"):
        sv.kubo_conductance(device, energy=-0.7, sections=(-4.0, 4.5))
    with pytest.raises(InvalidInput, match="cuts through"):
        sv.kubo_conductance(device, energy=-0.7, sections=(-4.0, 2.0))


def test_what_never_crosses_carries_nothing():
    h = np.diag([1.0, 0.0, 1.0], 1)
    leads = {
        name: sv.MatrixLead(cell=[[0.0]], hop=[[1.0]], sites=[site])
        for name, site in (("a", 0), ("b", 3))
    }
    device = sv.Device.from_matrices(h + h.T, leads)
    side = np.array([True, True, False, False])
    assert sv.kubo_conductance(device, energy=0.3, sections=(side, side)) == 0.0


def test_bad_sections_are_refused():
    device = strip()
    with pytest.raises(InvalidInput, match="all leads on one side"):
        sv.kubo_conductance(device, energy=-0.7, sections=(0.0, 40.0))
    with pytest.raises(InvalidInput, match="must be a pair"):
        sv.kubo_conductance(device, energy=-0.7, sections=0.0)
    with pytest.raises(ShapeMismatch, match="one truth value per orbital"):
        sv.kubo_conductance(device, energy=-0.7, sections=(0.0, np.array([True, False])))
    with pytest.raises(InvalidInput, match="axis must be one of"):
        sv.kubo_conductance(device, energy=-0.7, sections=(0.0, 0.0), axis="z")
