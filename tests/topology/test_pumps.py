"""One electron per cycle, counted in the bulk, outside, in time, by atoms and with repulsion."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.hopping import Hopping
from sharvin.matter.model import Model
from sharvin.matter.qwz import qwz
from sharvin.matter.rice_mele import rice_mele
from sharvin.topology.chern import chern_number
from sharvin.topology.pumps import pump_chern
from sharvin.topology.pumps_atoms import cloud_displacement, open_chain
from sharvin.topology.pumps_driven import two_tone_pump
from sharvin.topology.pumps_interacting import interacting_gap, interacting_pump
from sharvin.topology.pumps_scattering import pumped_charge, reflection_winding
from sharvin.topology.pumps_time import evolve_pump
from sharvin.units import BOLTZMANN, HBAR

CHAIN = rice_mele()
METAL = {"dimerization": 0.0, "staggered": 0.0}


def cycle(phase):
    return {"dimerization": 0.5 * np.cos(phase), "staggered": np.sin(phase)}


def backward(phase):
    return cycle(-phase)


def aside(phase):
    return {"dimerization": 0.5 * np.cos(phase), "staggered": 1.5 + np.sin(phase)}


def through(phase):
    return {"dimerization": 0.5 * np.cos(phase), "staggered": 1.0 + np.sin(phase)}


def piece(cells):
    leads = {side: sv.lead(side, parameters=METAL) for side in ("left", "right")}
    return sv.Device(CHAIN, region=sv.interval(2 * cells), leads=leads)


@pytest.mark.parametrize(
    ("loop", "charge", "leak"), [(cycle, 1, 2e-6), (backward, -1, 2e-6), (aside, 0, 2e-4)]
)
def test_three_routes_count_the_same_electrons(loop, charge, leak):
    assert pump_chern(CHAIN, loop) == charge
    device = piece(8)
    assert reflection_winding(device, loop, lead="right", energy=0.0, phases=80) == charge
    # what eight cells transmit stays open: 1e-6, and 1e-4 where the cycle's gap is smaller
    out = pumped_charge(device, loop, lead="right", energy=0.0, phases=160)
    assert out == pytest.approx(charge, abs=leak)
    assert pumped_charge(device, loop, lead="left", energy=0.0, phases=160) == pytest.approx(
        -out, abs=1e-9
    )
    # a smooth ramp of 30/J: measured 3e-5, and 0.04 where the gap is smaller
    moved = evolve_pump(CHAIN, loop, period=30 * HBAR, ramp="smooth")
    assert moved == pytest.approx(charge, abs=1e-4 if charge else 0.1)


@pytest.mark.parametrize(("cells", "charge"), [(2, 0.893), (4, 0.998)])
def test_a_short_chain_leaks(cells, charge):
    found = pumped_charge(piece(cells), cycle, lead="right", energy=0.0, phases=160)
    assert found == pytest.approx(charge, abs=1e-3)


def test_blocks_as_functions_pump_like_blocks_as_sums():
    """Sums of matrices take a short cut; functions of the parameters are asked every time."""
    functions = Model(
        CHAIN.lattice,
        onsite=[lambda staggered: staggered, lambda staggered: -staggered],
        hoppings=[
            Hopping(lambda dimerization: -1.0 - dimerization, (0,), to=1, from_=0),
            Hopping(lambda dimerization: -1.0 + dimerization, (1,), to=0, from_=1),
        ],
    )
    sums, asked = (evolve_pump(m, cycle, period=3 * HBAR) for m in (CHAIN, functions))
    assert sums == pytest.approx(asked, abs=1e-12)  # rounding


def test_haste_costs_charge_that_falls_with_the_square_of_the_period():
    missed = {t: abs(1 - evolve_pump(CHAIN, cycle, period=t * HBAR)) for t in (2, 10, 30, 60)}
    assert missed[2] > 0.2
    assert missed[10] == pytest.approx(0.03, abs=0.005)
    # it oscillates under an envelope: measured at most 6 / period²
    assert all(error * period**2 < 8 for period, error in missed.items())


def test_a_hot_pump_carries_less():
    cold, warm, hot = (
        evolve_pump(
            CHAIN, cycle, period=10 * HBAR, temperature=kt / BOLTZMANN, chemical_potential=0.0
        )
        for kt in (1e-3, 0.5, 50.0)
    )
    assert cold == pytest.approx(evolve_pump(CHAIN, cycle, period=10 * HBAR), abs=1e-9)
    assert hot < warm < cold
    assert abs(hot) < 0.02


def test_a_cloud_moves_like_the_filled_band():
    way = cloud_displacement(CHAIN, cycle, period=5 * HBAR, cycles=2)
    assert way[0] == 0
    # the same step of time on an open chain and in momentum space: measured 1e-8
    assert way[2] == pytest.approx(evolve_pump(CHAIN, cycle, period=5 * HBAR, cycles=2), abs=1e-6)


def test_an_open_chain_has_the_bands_of_the_model():
    ring = open_chain(CHAIN, 30, {"dimerization": 0.3, "staggered": 0.4}).toarray()
    assert np.abs(ring - ring.conj().T).max() == 0
    edge = np.sort(np.linalg.eigvalsh(ring))
    k = np.linspace(0, np.pi, 200)[:, None]
    bands = CHAIN.bands(k, dimerization=0.3, staggered=0.4)
    assert edge[0] >= bands.min() - 1e-12
    assert edge[-1] <= bands.max() + 1e-12


@pytest.mark.parametrize("mass", [-1.0, 1.0, -3.0])
def test_two_tones_pump_energy_by_the_chern_number(mass):
    slow = 0.25 / HBAR
    ratio = (1 + np.sqrt(5)) / 2
    found = two_tone_pump(
        qwz(mass=mass), frequencies=(slow, slow / ratio), duration=4 * np.pi / slow, phases=4
    )
    # the sudden start costs of the order of (frequency/gap)²
    assert found == pytest.approx(chern_number(qwz(mass=mass), filled=1), abs=0.05)


def test_repulsion_leaves_the_integer_until_it_makes_an_insulator_of_its_own():
    ring = {"cells": 2, "twists": 4, "phases": 12}
    assert interacting_pump(CHAIN, cycle, repulsion=0.0, **ring) == 2
    assert interacting_pump(CHAIN, backward, repulsion=1.0, **ring) == -2
    assert interacting_pump(CHAIN, cycle, repulsion=6.0, **ring) == 0
    assert interacting_pump(CHAIN, aside, repulsion=1.0, **ring) == 0


def test_the_ring_without_repulsion_is_that_of_single_electrons():
    gap = interacting_gap(CHAIN, cycle, cells=3, repulsion=0.0, phases=4)
    k = 2 * np.pi * np.arange(3)[:, None] / 3 / 2
    for found, phase in zip(gap, (0, np.pi / 2, np.pi, 3 * np.pi / 2), strict=True):
        bands = CHAIN.bands(k, **cycle(phase))
        assert found == pytest.approx(bands[:, 1].min() - bands[:, 0].max(), abs=1e-9)


def test_two_electrons_on_two_sites_repel_as_hubbard_says():
    def still(phase):  # bonds of 2 inside the cells, none between them
        return {"dimerization": 1.0, "staggered": 0.0}

    gap = interacting_gap(CHAIN, still, cells=2, repulsion=3.0, phases=3)
    # each pair is a singlet at U/2 - sqrt(U²/4 + 4t²), t = 2; its triplet is at zero
    assert gap == pytest.approx((np.sqrt(9 + 64) - 3) / 2 * np.ones(3), abs=1e-9)


def test_what_is_no_pump_is_refused():
    with pytest.raises(Unreliable, match=r"without a gap .* phase 4\.7124"):
        pump_chern(CHAIN, through)
    with pytest.raises(InvalidInput, match="not closed: 'staggered'"):
        pump_chern(CHAIN, lambda t: {"dimerization": 0.5, "staggered": t})
    with pytest.raises(InvalidInput, match="one periodic direction"):
        pump_chern(qwz(), cycle)
    with pytest.raises(InvalidInput, match="filled"):
        pump_chern(CHAIN, cycle, filled=2)
    with pytest.raises(InvalidInput, match="period of a pump must be positive"):
        evolve_pump(CHAIN, cycle, period=0.0)
    with pytest.raises(InvalidInput, match="chemical_potential"):
        evolve_pump(CHAIN, cycle, period=1.0, temperature=1.0)
    with pytest.raises(Unreliable, match="run around"):
        evolve_pump(CHAIN, cycle, period=40 * HBAR, momenta=32)
    with pytest.raises(Unreliable, match="end of the chain"):
        cloud_displacement(CHAIN, cycle, period=20 * HBAR, cells=12)
    with pytest.raises(InvalidInput, match="at most 8 sites"):
        interacting_pump(CHAIN, cycle, cells=5, repulsion=1.0)
    with pytest.raises(InvalidInput, match="cannot hold"):
        interacting_pump(CHAIN, cycle, cells=2, repulsion=1.0, electrons=(5, 1))
    with pytest.raises(InvalidInput, match="two periodic directions"):
        two_tone_pump(CHAIN, frequencies=(1.0, 1.0), duration=1.0)


def test_a_pump_seen_from_outside_needs_leads_that_stay_and_enough_points():
    leads = {"left": sv.lead("left"), "right": sv.lead("right", parameters=METAL)}
    moving = sv.Device(CHAIN, region=sv.interval(8), leads=leads)
    with pytest.raises(InvalidInput, match="changes lead 'left'"):
        pumped_charge(moving, cycle, lead="right", energy=0.0)
    with pytest.raises(Unreliable, match="no integer winding"):
        reflection_winding(piece(2), cycle, lead="right", energy=0.0, phases=80)
    with pytest.raises(InvalidInput, match="even number"):
        pumped_charge(piece(2), cycle, lead="right", energy=0.0, phases=51)
    with pytest.raises(Unreliable, match="not converged"):
        pumped_charge(piece(12), cycle, lead="right", energy=0.0, phases=16)
