"""What braids do to states of n anyons: relations, measurements, knots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.manybody import anyons
from sharvin.manybody.anyons import Braid, FusionSpace

# Products of up to thirty unitary matrices, each exact to 3e-16.
ATOL = 1e-12

SPACES = {
    "seven τ": lambda: FusionSpace(anyons.fibonacci(), ("τ",) * 7, "τ"),
    "eight σ": lambda: FusionSpace(anyons.ising(), ("σ",) * 8, "ψ"),
    "six spins 1/2": lambda: FusionSpace(anyons.su2(4), ("1/2",) * 6, "1"),
    "five spins 1": lambda: FusionSpace(anyons.su2(5), ("1",) * 5, "2"),
    "four quasiparticles": lambda: FusionSpace(anyons.laughlin(3), ("1",) * 4, "4"),
}


@pytest.mark.parametrize("name", SPACES)
def test_generators_obey_the_braid_relations(name):
    g = anyons.generators(SPACES[name]())
    unit = np.eye(len(g[0]))
    for i, one in enumerate(g):
        assert np.abs(one @ one.conj().T - unit).max() < ATOL
        for j, other in enumerate(g[i + 1 :], start=i + 1):
            left, right = one @ other, other @ one
            if j == i + 1:
                left, right = left @ one, right @ other
            assert np.abs(left - right).max() < ATOL


def test_dimensions_are_fibonacci_numbers():
    dimensions = [FusionSpace(anyons.fibonacci(), ("τ",) * n, "1").dimension for n in range(2, 12)]
    assert dimensions == [1, 1, 2, 3, 5, 8, 13, 21, 34, 55]


def test_fibonacci_matrices_are_the_published_ones():
    golden = (1 + 5**0.5) / 2
    f = np.array([[1 / golden, golden**-0.5], [golden**-0.5, -1 / golden]])
    r = np.diag(np.exp([-0.8j * np.pi, 0.6j * np.pi]))
    one, two = anyons.generators(anyons.qubit())
    assert np.abs(one - r).max() < ATOL
    assert np.abs(two - f @ r @ f).max() < ATOL
    assert np.abs(np.linalg.matrix_power(one, 10) - np.eye(2)).max() < ATOL
    center = np.linalg.matrix_power(one @ two, 3)
    assert np.abs(center - np.exp(0.4j * np.pi) * np.eye(2)).max() < ATOL


def test_basis_positions_are_found_again():
    space = SPACES["six spins 1/2"]()
    assert np.array_equal(space.index(space.paths), np.arange(space.dimension))
    assert len(set(space.labels())) == space.dimension


words = st.lists(st.sampled_from([-3, -2, -1, 1, 2, 3]), max_size=12)


@settings(deadline=None, max_examples=25)
@given(words, words, st.integers(0, 1000))
def test_anyons_of_different_kinds_follow_the_same_laws(first, second, seed):
    kinds = tuple(np.random.default_rng(seed).choice(["1/2", "1", "3/2"], 4))
    total = "0" if sum(k != "1" for k in kinds) % 2 == 0 else "1/2"
    try:
        space = FusionSpace(anyons.su2(4), kinds, total)
    except InvalidInput:
        return
    one, other = Braid(4, first), Braid(4, second)
    between = anyons.after(space, one)
    product = anyons.matrix(between, other) @ anyons.matrix(space, one)
    assert np.abs(product - anyons.matrix(space, one + other)).max() < ATOL
    back = anyons.matrix(space, one + one.inverse())
    assert np.abs(back - np.eye(space.dimension)).max() < ATOL
    sliding = Braid(4, (1, 2, 1)), Braid(4, (2, 1, 2))
    assert np.abs(np.subtract(*(anyons.matrix(space, b) for b in sliding))).max() < ATOL


def test_a_state_of_many_anyons_follows_without_matrices():
    space = FusionSpace(anyons.fibonacci(), ("τ",) * 20, "1")
    assert space.dimension == 4181
    braid = Braid(20, np.random.default_rng(2).integers(1, 20, 25))
    state = np.zeros(space.dimension, dtype=complex)
    state[7] = 1
    moved = anyons.apply(space, braid, state)
    assert np.linalg.norm(moved) == pytest.approx(1, abs=ATOL)
    assert np.abs(anyons.apply(space, braid.inverse(), moved) - state).max() < ATOL
    assert np.abs(moved[7]) < 0.999


def test_a_group_of_anyons_keeps_its_charge_under_its_own_braids():
    space = SPACES["seven τ"]()
    rng = np.random.default_rng(4)
    state = rng.normal(size=space.dimension) + 1j * rng.normal(size=space.dimension)
    state /= np.linalg.norm(state)
    before = anyons.fusion_probabilities(space, state, first=3, last=5)
    assert sum(before.values()) == pytest.approx(1, abs=ATOL)
    inside = anyons.apply(space, Braid(7, (3, 4, -3, 4)), state)
    outside = anyons.apply(space, Braid(7, (2, 5)), state)
    assert anyons.fusion_probabilities(space, inside, first=3, last=5) == pytest.approx(before)
    changed = anyons.fusion_probabilities(space, outside, first=3, last=5)
    assert abs(changed["1"] - before["1"]) > 1e-3


def test_measurement_projects():
    space = SPACES["six spins 1/2"]()
    projectors = [
        anyons.charge_projector(space, first=2, last=4, charge=c).toarray() for c in ("1/2", "3/2")
    ]
    assert np.abs(sum(projectors) - np.eye(space.dimension)).max() < ATOL
    assert np.abs(projectors[0] @ projectors[0] - projectors[0]).max() < ATOL
    state = space.state(["1", "3/2", "1", "1/2"])
    left = anyons.collapsed(space, state, first=2, last=4, outcome="3/2")
    again = anyons.fusion_probabilities(space, left, first=2, last=4)
    assert again["3/2"] == pytest.approx(1, abs=ATOL)


def test_two_tau_out_of_two_pairs_fuse_to_vacuum_once_in_golden_squared():
    # Pairs (12) and (34) from the vacuum; 2 and 3 are strangers.
    space = FusionSpace(anyons.fibonacci(), ("τ",) * 4, "1")
    chance = anyons.fusion_probabilities(space, space.state(["1", "τ"]), first=2, last=3)
    assert chance["1"] == pytest.approx(((5**0.5 - 1) / 2) ** 2, abs=ATOL)


# Published polynomials (D. Rolfsen's table; our crossings are those with V = t + t³ - t⁴).
KNOTS = {
    "unknot": (2, (1,), {0: 1}),
    "trefoil": (2, (1, 1, 1), {1: 1, 3: 1, 4: -1}),
    "figure eight": (3, (1, -2, 1, -2), {2: 1, 1: -1, 0: 1, -1: -1, -2: 1}),
    "5_1": (2, (1,) * 5, {2: 1, 4: 1, 5: -1, 6: 1, 7: -1}),
    "5_2": (3, (1, 1, 1, 2, -1, 2), {1: 1, 2: -1, 3: 2, 4: -1, 5: 1, 6: -1}),
    "Hopf link": (2, (1, 1), {0.5: -1, 2.5: -1}),
}


@pytest.mark.parametrize("level", [2, 3, 5])
@pytest.mark.parametrize("name", KNOTS)
def test_closed_braids_give_jones_polynomials(name, level):
    strands, crossings, polynomial = KNOTS[name]
    t = np.exp(-2j * np.pi / (level + 2))
    expected = sum(c * t**e for e, c in polynomial.items())
    assert anyons.jones_polynomial(Braid(strands, crossings), level) == pytest.approx(
        expected, abs=ATOL
    )
    mirror = anyons.jones_polynomial(Braid(strands, crossings).inverse(), level)
    assert mirror == pytest.approx(np.conj(expected), abs=ATOL)


def test_fibonacci_worldlines_know_the_jones_polynomial_too():
    t = np.exp(-2j * np.pi / 5)
    trefoil = anyons.closure_amplitude(anyons.fibonacci(), Braid(2, (1, 1, 1)), "τ")
    # τ is the spin 3/2 particle times a spin 1/2: the same amplitude, seen in a mirror.
    values = [t + t**3 - t**4, np.conj(t + t**3 - t**4)]
    assert min(abs(trefoil - v) for v in values) < ATOL


def test_a_stabilized_braid_closes_to_the_same_knot():
    model = anyons.su2(4)
    small, large = Braid(2, (1, 1, 1)), Braid(3, (1, 1, 1, -2))
    for kind in ("1/2", "1", "3/2"):
        one, other = (anyons.closure_amplitude(model, b, kind) for b in (small, large))
        assert one == pytest.approx(other, abs=ATOL)


def test_words():
    braid = Braid(4, (1, 2, 2, -3, 3))
    assert braid.reduced().crossings == (1, 2, 2)
    assert str(braid.reduced()) == "σ1 σ2²"
    assert braid.writhe == 3
    assert Braid(3, (1, 2)).order == (1, 2, 0)
    assert (Braid(3, (1, -2)) * -2).crossings == (2, -1, 2, -1)
    assert anyons.from_syllables(3, [(1, 2), (2, -1)]) == Braid(3, (1, 1, -2))


def test_refusals():
    fib = anyons.fibonacci()
    with pytest.raises(InvalidInput, match="does not contain"):
        FusionSpace(anyons.ising(), ("σ", "σ", "σ"), "ψ")
    with pytest.raises(InvalidInput, match="take fewer"):
        FusionSpace(fib, ("τ",) * 60, "1")
    space = FusionSpace(fib, ("τ",) * 4, "1")
    with pytest.raises(InvalidInput, match="places ±1"):
        Braid(3, (3,))
    with pytest.raises(ShapeMismatch, match="cannot follow"):
        anyons.matrix(space, Braid(3, (1,)))
    with pytest.raises(InvalidInput, match="norm 1"):
        anyons.fusion_probabilities(space, np.array([1, 1]), first=1, last=2)
    with pytest.raises(InvalidInput, match="never found"):
        anyons.collapsed(space, space.state(["1", "τ"]), first=1, last=2, outcome="τ")
    with pytest.raises(InvalidInput, match="not admissible"):
        space.state(["1", "1"])
