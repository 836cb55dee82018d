"""Hall bars, Corbino disks and H-bars: who sits where, with which sign, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

import sharvin as sv
from sharvin.device.necks import narrowest_neck
from sharvin.device.presets import corbino, h_bar, hall_bar
from sharvin.errors import InvalidInput
from sharvin.units import FLUX_QUANTUM

# φ = 0.05 flux quanta per plaquette of 1 nm²; then l_B = 1.78 nm.
FIELD = 0.05 * FLUX_QUANTUM
MAGNETIC_LENGTH = 1 / np.sqrt(2 * np.pi * 0.05)
# A clean bar is quantized to rounding: measured 1e-14 for one channel, 2e-15 for three.
EXACT = 1e-9
SQUARE = sv.square_lattice()
ENDS = ("source", "drain")


def bar(**options):
    given = {"length": 60, "width": 30, "probe_width": 10, "separation": 26, "field": "B"}
    return hall_bar(SQUARE, **(given | options))


@pytest.mark.parametrize(("energy", "filling"), [(-3.4, 1), (-3.05, 2), (-2.5, 3)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clean_bar_is_quantized_with_the_sign_of_electrons(energy, filling, sign):
    s = sv.smatrix(bar(), energy=energy, B=sign * FIELD)
    for pair in (("1", "3"), ("2", "4")):
        hall = sv.resistance(s, current=ENDS, voltage=pair)
        assert hall == pytest.approx(sign / filling, abs=EXACT)
    for pair in (("1", "2"), ("3", "4")):
        assert abs(sv.resistance(s, current=ENDS, voltage=pair)) < EXACT


def test_arms_and_unequal_probes_change_nothing():
    device = bar(arm=4, probe_width=[15, 16, 17, 18])
    s = sv.smatrix(device, energy=-3.4, B=FIELD)
    assert sv.resistance(s, current=ENDS, voltage=("1", "3")) == pytest.approx(1, abs=EXACT)
    assert [len(b.sites) for b in device.lead_blocks({"B": 0.0})] == [30, 30, 15, 16, 17, 18]


def test_one_probe_a_side_makes_a_cross():
    cross = bar(probes=1)
    assert cross.lead_names == ("source", "drain", "1", "2")
    s = sv.smatrix(cross, energy=-3.4, B=FIELD)
    assert sv.resistance(s, current=ENDS, voltage=("1", "2")) == pytest.approx(1, abs=EXACT)


def test_probes_lie_where_their_names_say():
    assert bar().lead_names == ("source", "drain", "1", "2", "3", "4")
    device = bar()
    at = {
        b.name: device.positions[device.orbital_site[b.sites]].mean(axis=0)
        for b in device.lead_blocks({"B": 0.0})
    }
    assert at["1"][0] < 0 < at["1"][1]
    assert at["2"][0] > 0 < at["2"][1]
    assert at["3"][0] < 0 > at["3"][1]
    assert at["source"][0] < at["drain"][0]


def test_a_corbino_disk_has_no_edge_from_rim_to_rim():
    disk = corbino(SQUARE, inner=6, outer=20, field="B")
    conducting = sv.smatrix(disk, energy=-3.4, B=0.0).transmission(to="outer", from_="inner")
    between_levels = sv.smatrix(disk, energy=-3.4, B=FIELD).transmission(to="outer", from_="inner")
    # The metal leaves 11 nm, 6.2 magnetic lengths: exp(-(6.2/2)²) = 7e-5 bounds what tunnels.
    assert conducting > 1
    assert between_levels < 7e-5


def test_an_h_bar_in_a_field_is_a_circle_of_one_way_links():
    device = h_bar(
        SQUARE, leg_length=50, leg_width=16, bridge_length=16, bridge_width=16, field="B"
    )
    t = sv.smatrix(device, energy=-3.4, B=FIELD).transmissions
    # electrons, B > 0: from 2 (bottom left) up to 1, against the order of the names
    assert t == pytest.approx(np.roll(np.eye(4), 1, axis=1), abs=1e-6)


def test_a_neck_is_as_wide_as_the_strip_left_there():
    straight = bar(probe_width=20, separation=30, arm=5)
    # odd widths have a middle row; of an even one a row is not counted
    assert narrowest_neck(straight) == pytest.approx(19)
    bitten = replace(straight, region=straight.region - sv.rectangle(9, 15, center=(0, 10.5)))
    assert narrowest_neck(bitten) == pytest.approx(18 - 1, abs=1.01)
    cut = replace(straight, region=straight.region - sv.rectangle(9, 60))
    assert narrowest_neck(cut) == 0


def test_a_neck_of_graphene():
    ribbon = sv.Device(
        sv.graphene(hopping=1.0, lattice_constant=1.0),
        region=sv.rectangle(20, 15),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    )
    assert narrowest_neck(ribbon) == pytest.approx(15, abs=1.2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"separation": 58}, "reach from -34 to 34 nm"),
        ({"separation": 6}, "overlap"),
        ({"probe_width": [10, 10, 10]}, "4 of them"),
        ({"arm": -1}, "at least 0"),
        ({"probes": 0}, "at least one probe"),
    ],
)
def test_impossible_bars_are_refused(change, message):
    with pytest.raises(InvalidInput, match=message):
        bar(**change)


def test_impossible_disks_and_h_bars_are_refused():
    with pytest.raises(InvalidInput, match="room for two contacts"):
        corbino(SQUARE, inner=6, outer=8)
    with pytest.raises(InvalidInput, match="positive broadening"):
        corbino(SQUARE, inner=6, outer=18, broadening=-1.0)
    with pytest.raises(InvalidInput, match="longer than the bridge"):
        h_bar(SQUARE, leg_length=10, leg_width=5, bridge_length=5, bridge_width=12)


def test_a_neck_needs_a_shape_and_leads():
    chain = sv.Device.from_matrices(np.zeros((2, 2)), leads={})
    with pytest.raises(InvalidInput, match="carved"):
        narrowest_neck(chain)
