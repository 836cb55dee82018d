"""Fractional Chern insulators: degeneracy, many-body Chern number, spectral flow."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.fractional import (
    FlatBand,
    Repulsion,
    checkerboard,
    many_body_chern,
    spectral_flow,
)
from sharvin.manybody.fractional.flat_bands import NEIGHBORS
from sharvin.matter.hopping import Hopping
from sharvin.matter.model import Model
from sharvin.topology.chern import chern_number


@pytest.fixture(scope="module")
def band():
    return FlatBand(checkerboard(), (3, 4), 4)


def test_three_ground_states_share_one_chern_number(band):
    found = many_body_chern(band, states=3, grid=6)
    # Same sign as the band, a third of it for each state.
    assert found.number == chern_number(checkerboard(), filled=1)
    assert found.raw == pytest.approx(found.number, abs=1e-6)
    assert found.gap > 3 * found.spread


def test_the_number_does_not_depend_on_the_grid(band):
    found = many_body_chern(band, states=3, grid=5)
    assert found.raw == pytest.approx(-1.0, abs=1e-10)
    # Also across a whole twist, where electrons change places and signs.
    finer = many_body_chern(band, states=3, grid=10)
    assert 1 - finer.overlap < 0.4 * (1 - found.overlap)


def test_a_filled_band_has_the_chern_number_of_the_band():
    model = checkerboard()
    found = many_body_chern(FlatBand(model, (3, 3), 9), states=1, grid=5)
    assert found.number == chern_number(model, filled=1)
    upper = many_body_chern(FlatBand(model, (3, 3), 9, band=1), states=1, grid=5)
    assert upper.number == -found.number


def test_reversed_in_time_it_turns_the_other_way():
    model = checkerboard()
    hoppings = [
        Hopping(model.hopping_block(i, {}).conj(), h.offset, to=h.to, from_=h.from_)
        for i, h in enumerate(model.hoppings)
    ]
    back = Model(model.lattice, onsite=[0.0, 0.0], hoppings=hoppings)
    assert many_body_chern(FlatBand(back, (3, 4), 4), states=3, grid=5).number == 1


def test_levels_trade_places_and_return_after_three_quanta(band):
    flux, energies = spectral_flow(band, turns=3, points=2, count=1)
    np.testing.assert_allclose(flux, np.arange(7) / 2)
    trio = [energies[k][:, 0] for k in ((0, 2), (1, 2), (2, 2))]
    start = np.array([e[0] for e in trio])
    for turn, shift in ((2, 1), (4, 2), (6, 0)):
        # Four electrons in three columns: each quantum moves the total momentum by one.
        after = np.array([e[turn] for e in trio])
        np.testing.assert_allclose(after, np.roll(start, -shift), atol=1e-12)
    assert np.ptp(start) > 1e-3  # so that "return" says something


def test_energies_do_not_know_the_gauge_of_waves(band, monkeypatch):
    before = {k: level.energies for k, level in band.lowest().items()}
    waves, rng = FlatBand.waves, np.random.default_rng(0)

    def turned(self, twist=(0.0, 0.0)):
        u = waves(self, twist)
        return u * np.exp(2j * np.pi * rng.uniform(size=len(u)))[:, None]

    monkeypatch.setattr(FlatBand, "waves", turned)
    for k, level in band.lowest().items():
        np.testing.assert_allclose(level.energies, before[k], atol=1e-12)


def test_one_bond_of_two_electrons_by_hand():
    """Energies of a pair from the projector onto the band in real space."""
    model, cells = checkerboard(), (2, 3)
    band = FlatBand(model, cells, 2, repulsion=[NEIGHBORS[1]])
    found = np.sort(np.concatenate([v.energies for v in band.lowest(count=99).values()]))
    places = np.array([(x, y) for x in range(2) for y in range(3)])
    k = 2 * np.pi * places / np.array(cells)
    u = np.linalg.eigh(model.bloch(k))[1][..., 0]
    waves = np.exp(1j * places @ k.T)[:, None, :] * u.T[None] / np.sqrt(6)  # cell, site, k
    flat = waves.reshape(12, 6)
    pairs = [(a, b) for a in range(6) for b in range(a + 1, 6)]
    two = np.stack(
        [(np.outer(flat[:, a], flat[:, b]) - np.outer(flat[:, b], flat[:, a])).ravel() / np.sqrt(2)
         for a, b in pairs], axis=1,
    )  # fmt: skip
    energy = np.zeros((12, 12))
    for x, y in places:
        i, j = 2 * (3 * x + y), 2 * (3 * ((x - 1) % 2) + y) + 1
        energy[i, j] += 1.0
        energy[j, i] += 1.0
    exact = np.linalg.eigvalsh(two.conj().T @ (energy.ravel()[:, None] * two))
    np.testing.assert_allclose(found, exact, atol=1e-12)


def test_bad_input():
    model = checkerboard()
    with pytest.raises(InvalidInput, match="2 x 2"):
        FlatBand(model, (1, 4), 2)
    with pytest.raises(InvalidInput, match="do not fit"):
        FlatBand(model, (2, 2), 5)
    with pytest.raises(InvalidInput, match="take fewer"):
        FlatBand(model, (6, 6), 12)
    with pytest.raises(InvalidInput, match="bands 0 to 1"):
        FlatBand(model, (2, 2), 2, band=2)
    with pytest.raises(InvalidInput, match="bands 0 to 1"):
        FlatBand(model, (2, 2), 2, repulsion=[Repulsion(0, 5, (0, 0))])
    band = FlatBand(model, (3, 4), 4)
    with pytest.raises(InvalidInput, match="grid"):
        many_body_chern(band, states=3, grid=2)
    with pytest.raises(Unreliable):
        # Two of three degenerate partners: no gap above them.
        many_body_chern(band, states=2, grid=4)
