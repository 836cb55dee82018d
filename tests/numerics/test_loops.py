"""Interfering random walks against the theory of films that they should add up to."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput
from sharvin.formulas.hikami import fit_hikami, hikami
from sharvin.numerics.loops import loop_correction
from sharvin.units import FLUX_QUANTUM

FLUXES = np.concatenate([[0.0], np.geomspace(5e-4, 2e-2, 6)])
FIELDS = FLUXES * FLUX_QUANTUM  # steps of 1 nm
# A walk on a grid is diffusion up to steps over the coherence length, squared, times a few.
GRID = 0.04


def test_the_coherence_length_of_the_walks_is_recovered():
    for length in (5.0, 8.0):
        _, gain, error = loop_correction(FLUXES, length, walks=8_000)
        found = fit_hikami(FIELDS[1:], gain[1:], error[1:], prefactor=1.0)
        spread = 4 * length * error[-1] / gain[-1] + GRID * length
        assert found.coherence_length == pytest.approx(length, abs=spread)


def test_it_grows_with_the_logarithm_of_the_coherence_length():
    short, long = (loop_correction(FLUXES[:1], n, walks=8_000, seed=2)[0][0] for n in (4.0, 8.0))
    # -(2/π) ln 2; a return weighs one, and a walk has two or three: 3 % of each number
    assert long - short == pytest.approx(-2 / np.pi * np.log(2), abs=0.12)


def test_turned_spins_reverse_the_sign():
    turn = 0.6
    value, gain, error = loop_correction(FLUXES, 6.0, turn=turn, walks=4_000)
    expected = hikami(FIELDS, 6.0, 2 / turn)
    assert (np.abs(gain - expected) < 4 * error + 0.06 * np.abs(expected) + 1e-3)[:5].all()
    assert gain[4] < -4 * error[4]
    assert value[0] > loop_correction(FLUXES[:1], 6.0, walks=4_000)[0][0]


def test_even_in_the_flux_and_the_same_for_a_seed():
    one = loop_correction(np.array([0.0, 0.01, -0.01]), 4.0, walks=640)
    two = loop_correction(np.array([0.0, 0.01, -0.01]), 4.0, walks=640)
    other = loop_correction(np.array([0.0, 0.01, -0.01]), 4.0, walks=640, seed=1)
    assert np.array_equal(one[1], two[1])
    assert one[1][1] == one[1][2]
    assert one[1][1] != other[1][1]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"coherence_length": 1.0}, "no diffusion"),
        ({"turn": 2.0}, "between 0 and 1"),
        ({"walks": 3}, "at least 32 walks"),
    ],
)
def test_what_makes_no_sense_is_refused(more, message):
    with pytest.raises(InvalidInput, match=message):
        loop_correction(FLUXES, **({"coherence_length": 5.0} | more))
