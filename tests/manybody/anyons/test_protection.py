"""A gate depends on the braid and not on the path; interferometers read the statistics."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.manybody import anyons
from sharvin.manybody.anyons import Braid, Worldlines

ATOL = 1e-12  # as for products of braid matrices

words = st.lists(st.sampled_from([-3, -2, -1, 1, 2, 3]), max_size=10)


@settings(deadline=None, max_examples=30)
@given(words)
def test_paths_of_a_braid_are_read_as_that_braid(word):
    braid = Braid(4, word)
    lines = anyons.worldlines(braid)
    assert lines.separation() > 0.99
    assert anyons.read_braid(lines) == braid
    assert lines.positions[-1, list(braid.order)] == pytest.approx(np.arange(4.0))


@settings(deadline=None, max_examples=25)
@given(words, st.integers(0, 10**6), st.floats(0.05, 0.48))
def test_a_shaken_path_makes_the_same_gate(word, seed, amplitude):
    space = anyons.FusionSpace(anyons.fibonacci(), ("τ",) * 4, "τ")
    braid = Braid(4, word)
    shaken = anyons.jittered(anyons.worldlines(braid, steps=60), amplitude, seed=seed)
    read = anyons.read_braid(shaken)
    assert np.abs(anyons.matrix(space, read) - anyons.matrix(space, braid)).max() < ATOL


def test_shaking_does_add_crossings_that_undo_each_other():
    braid = Braid(3, (1, 2, -1))
    lines = anyons.worldlines(braid, steps=200)
    lengths = {
        len(anyons.read_braid(anyons.jittered(lines, 0.49, seed=seed, rate=20)))
        for seed in range(6)
    }
    assert max(lengths) > 3


def test_one_more_crossing_is_another_gate():
    for extra in (-2, -1, 1, 2):
        braid = Braid(3, (1, 1, -2, 1, 2, -1))
        one, other = (anyons.matrix(anyons.qubit(), b) for b in (braid, braid + Braid(3, (extra,))))
        assert anyons.distance(one, other) > 0.5


def test_a_turn_against_the_clock_is_positive():
    angle = np.linspace(0, np.pi, 9)
    z = 0.5 * np.exp(1j * angle)
    assert anyons.read_braid(Worldlines(angle, np.column_stack([-z, z]))) == Braid(2, (1,))
    assert anyons.read_braid(Worldlines(angle, np.column_stack([z, -z]).conj())) == Braid(2, (-1,))


def test_paths_that_are_no_braid_are_refused():
    with pytest.raises(Unreliable, match="meet"):
        anyons.read_braid(Worldlines([0, 1], [[0, 1], [1, 0]]))
    with pytest.raises(Unreliable, match="more times"):
        anyons.read_braid(Worldlines([0, 1], [[1 + 1j, 0, 2 + 3j], [1 + 1j, 2, 3j]]))
    with pytest.raises(InvalidInput, match="pass through"):
        anyons.jittered(anyons.worldlines(Braid(2, (1,))), 0.6)
    with pytest.raises(ShapeMismatch, match="two times"):
        Worldlines([0], [[0, 1]])
    with pytest.raises(InvalidInput, match="increase"):
        Worldlines([0, 0], [[0, 1], [0, 1]])


def test_a_quasiparticle_inside_shifts_the_fringes_by_a_third():
    flux = np.linspace(0, 6, 61)
    theta = anyons.laughlin_phase(3, flux, 0)
    model = anyons.laughlin(3)
    empty = anyons.interference(model, "1", "0", theta)
    filled = anyons.interference(model, "1", "1", -theta)
    # Seen from the particle that goes around against the clock, flux and particle count oppositely.
    shifted = anyons.interference(model, "1", "0", anyons.laughlin_phase(3, flux, 1))
    assert filled == pytest.approx(shifted, abs=ATOL)
    assert np.ptp(empty) == pytest.approx(0.04, abs=1e-3)
    jump = anyons.laughlin_phase(3, 0.0, 1) - anyons.laughlin_phase(3, 0.0, 0)
    assert jump == pytest.approx(-2 * np.pi / 3)
    assert anyons.laughlin_phase(3, 1.0, 1) == pytest.approx(0)


def test_an_odd_number_of_sigmas_silences_the_interferometer():
    theta = np.linspace(0, 2 * np.pi, 20)
    model = anyons.ising()
    silent = anyons.interference(model, "σ", "σ", theta)
    assert np.ptp(silent) < ATOL
    even = [anyons.interference(model, "σ", charge, theta) for charge in ("1", "ψ")]
    assert even[0] - 0.02 == pytest.approx(0.02 - even[1], abs=ATOL)
    with pytest.raises(InvalidInput, match="at most 1"):
        anyons.interference(model, "σ", "σ", theta, amplitudes=(0.9, 0.9))
    with pytest.raises(InvalidInput, match="1/m"):
        anyons.laughlin_phase(0, 1.0, 1)
