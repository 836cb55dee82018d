"""Tip maps against a device that has the tip in its potential."""

from dataclasses import replace

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName
from sharvin.sweeps import tip_job

ENERGY = 0.9
X, Y = np.array([-7.0, -1.5, 4.0]), np.array([-2.0, 1.0, 8.0])


def device(**options):
    described = {
        "region": sv.rectangle(26, 11),
        "leads": {"source": sv.lead("left", potential=0.0), "drain": sv.lead("right", potential=0)},
        "potential": lambda x, y, gate: gate * np.exp(-(x**2) / 9) * (y / 4) ** 2,
        "disorder": sv.disorder(0.6, 2),
        "field": "B",
    }
    return sv.Device(sv.square_lattice(onsite=4.0), **{**described, **options})


def small(x, y):
    return 0.8 * np.clip(1 - (x**2 + y**2) / 7, 0, None)


def endless(x, y):
    return 0.8 / (1 + (x**2 + y**2) / 7)


def directly(tip, x0, y0, **parameters):
    """The same device with the tip among its potentials."""
    plain = device()
    both = replace(plain, potential=[plain.potential, lambda x, y: tip(x - x0, y - y0)])
    s = sv.smatrix(both, energy=ENERGY, **parameters)
    return s.transmission(to="drain", from_="source")


@pytest.mark.parametrize("tip", [small, endless])
@pytest.mark.parametrize("field", [0.0, 60.0])
def test_a_map_is_what_a_tip_in_the_potential_gives(tip, field):
    given = {"gate": 0.5, "B": field}
    found = sv.scanning_gate(
        device(), tip=tip, x=X, y=Y, to="drain", from_="source", energy=ENERGY, **given
    )
    assert found.dims == ("x", "y")
    expected = np.array([[directly(tip, x, y, **given) for y in Y] for x in X])
    np.testing.assert_allclose(found.values, expected, atol=1e-9)
    assert np.ptp(found.values) > 1e-2
    assert float(found.error.max()) < 1e-6
    bare = sv.smatrix(device(), energy=ENERGY, **given).transmission(to="drain", from_="source")
    assert found.attrs["bare"] == pytest.approx(bare, abs=1e-12)
    if tip is small:
        assert found.values[0, 2] == pytest.approx(bare, abs=1e-12)  # beyond the edge


def test_both_routes_and_all_tile_sizes_agree(monkeypatch):
    given = {"gate": 0.5, "B": 20.0}
    options = {"tip": small, "x": X, "y": Y, "to": "drain", "from_": "source", "energy": ENERGY}
    usual = sv.scanning_gate(device(), **options, **given)
    monkeypatch.setattr(tip_job, "BLOCKS", (1,))
    single = sv.scanning_gate(device(), **options, **given, workers=1)
    monkeypatch.setattr(tip_job, "WIDEST", 0)
    fronts = sv.scanning_gate(device(), **options, **given)
    np.testing.assert_allclose(single.values, usual.values, atol=1e-10)
    np.testing.assert_allclose(fronts.values, usual.values, atol=1e-10)


def test_tips_on_spins_and_units():
    spins = sv.Device(
        sv.square_lattice(onsite=4.0, degeneracy=2),
        region=sv.rectangle(12, 5),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    )
    found = sv.scanning_gate(
        spins, tip=small, x=[0.0], y="1 nm", to="drain", from_="source", energy=ENERGY,
        unit="2e²/h",
    )  # fmt: skip
    clean = sv.smatrix(spins, energy=ENERGY).transmission(to="drain", from_="source")
    assert found.attrs["bare"] == pytest.approx(clean)
    assert found.attrs["units"] == "2e²/h"
    assert 0 < float(found[0, 0]) < clean


def test_bad_questions_are_refused():
    options = {
        "x": X,
        "y": Y,
        "to": "drain",
        "from_": "source",
        "energy": ENERGY,
        "gate": 0,
        "B": 0,
    }
    with pytest.raises(InvalidInput, match="function"):
        sv.scanning_gate(device(), tip=0.3, **options)
    with pytest.raises(InvalidInput, match="not finite"):
        sv.scanning_gate(device(), tip=lambda x, y: np.where(x > 0, np.inf, 0.0), **options)
    with pytest.raises(UnknownName):
        sv.scanning_gate(device(), tip=small, **{**options, "to": "drian"})
    with pytest.raises(InvalidInput, match="no open mode"):
        sv.scanning_gate(device(), tip=small, **{**options, "energy": -3.0})
