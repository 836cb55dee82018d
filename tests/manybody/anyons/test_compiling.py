"""Gates as braids: errors measured on the multiplied braid, lengths within what is promised."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import unitary_group

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName, Unreliable
from sharvin.manybody import anyons
from sharvin.manybody.anyons.compiling import fixed, norm_equation, ring
from sharvin.manybody.anyons.compiling.compiled import qubit
from sharvin.manybody.anyons.compiling.search import braid_table, search
from sharvin.manybody.anyons.compiling.synthesis import braid_of, column_of

# A braid of 500 crossings multiplied in floats.
FLOATS = 3e-14


def made(compiled, space=None):
    """Distance of the braid's own matrix from the target."""
    return anyons.distance(compiled.target, anyons.matrix(space or qubit(), compiled.braid))


def test_distinct_gates_per_length_are_the_published_counts():
    sizes = [len(q) for q in braid_table(qubit(), 10).quaternions]
    assert list(np.cumsum(sizes)) == [1, 5, 17, 42, 90, 184, 360, 690, 1314, 2488, 4698]


@pytest.mark.parametrize(
    ("name", "error", "crossings"), [("H", 0.02917, 13), ("T", 0.0219, 17), ("X", 0.3895, 2)]
)
def test_the_search_finds_the_shortest_braids_known(name, error, crossings):
    found = anyons.compile_gate(name, error=error)
    assert found.method == "search"
    assert len(found.braid) == crossings
    assert made(found) == pytest.approx(found.error, abs=FLOATS)
    assert found.error <= error


@pytest.mark.slow
@pytest.mark.parametrize("name", ["X", "H", "T"])
def test_a_thousandth_takes_at_most_38_crossings(name):
    found = anyons.compile_gate(name, error=1e-3, method="search")
    assert len(found.braid) <= 38
    assert made(found) < 1e-3


@pytest.mark.parametrize(
    ("error", "crossings"), [(1e-4, 100), (1e-10, 200), (1e-20, 330), (1e-30, 470)]
)
def test_rotations_of_any_precision(error, crossings):
    found = anyons.compile_rotation(Fraction(1, 4), error=error, unit="pi")
    assert found.error <= error
    assert len(found.braid) <= crossings
    assert made(found) == pytest.approx(0, abs=max(error, FLOATS))


@settings(deadline=None, max_examples=15)
@given(st.floats(-10, 10), st.floats(2, 12))
def test_every_rotation_is_compiled(angle, digits):
    found = anyons.compile_rotation(angle, error=10**-digits)
    assert made(found) <= 10**-digits + FLOATS
    assert made(found) == pytest.approx(found.error, abs=FLOATS)


@pytest.mark.parametrize("seed", range(3))
def test_general_gates_take_three_rotations(seed):
    target = unitary_group.rvs(2, random_state=seed)
    found = anyons.compile_gate(target, error=1e-10)
    assert made(found) <= 1e-10
    assert len(found.braid) <= 600


@pytest.mark.parametrize("name", ["X", "Y", "H", "Z", "S"])
def test_named_gates_at_high_precision(name):
    found = anyons.compile_gate(name, error=1e-8)
    assert found.method == "exact"
    assert made(found) <= 1e-8


def test_powers_of_a_crossing_are_exact():
    for j in range(-4, 12):
        found = anyons.compile_rotation(Fraction(j, 5), error=1e-30, unit="pi")
        assert found.error == 0
        assert len(found.braid) <= 5


def test_angles_next_to_exact_ones():
    for angle, error in ((1e-9, 1e-10), (1e-14, 1e-15)):
        found = anyons.compile_rotation(angle, error=error)
        assert 0 < found.error <= error


def test_solovay_kitaev_is_longer():
    slow = anyons.compile_gate("H", error=2e-4, method="solovay-kitaev")
    fast = anyons.compile_gate("H", error=2e-4, method="exact")
    assert made(slow) <= 2e-4
    assert made(fast) <= 2e-4
    assert 10 < len(slow.braid) < 200


def test_a_braid_is_its_exact_column():
    rng = np.random.default_rng(3)
    for _ in range(20):
        braid = anyons.Braid(3, rng.choice([-2, -1, 1, 2], 40))
        u, v = column_of(braid)
        a, b = ring.square(u)
        c, d = ring.tau_times(ring.square(v), (0, 1))
        assert (a + c, b + d) == (1, 0)
        again = column_of(braid_of(u, v))
        assert ring.square(again[0]) == (a, b)
        assert len(braid_of(u, v)) <= 60


def test_a_column_that_is_not_unitary_is_refused():
    with pytest.raises(Unreliable, match="no unitary"):
        braid_of((2, 0, 0, 0), (1, 0, 0, 0))


small = st.tuples(*[st.integers(-(10**6), 10**6)] * 4)


def value(x, power=1):
    return sum(c * np.exp(1j * np.pi * power * i / 5) for i, c in enumerate(x))


@settings(deadline=None)
@given(small, small)
def test_ring_arithmetic(x, y):
    scale = 1e-9 * (1 + abs(value(x)) + abs(value(y))) ** 2 + 1e-3
    assert abs(value(ring.times(x, y)) - value(x) * value(y)) < scale
    assert abs(value(ring.conjugate(x)) - np.conj(value(x))) < scale
    assert abs(value(ring.galois(x)) - value(x, 3)) < scale
    assert ring.sign(ring.square(x)) == (1 if x != (0, 0, 0, 0) else 0)
    assert ring.times(ring.conjugate(x), ring.conjugate(y)) == ring.conjugate(ring.times(x, y))
    if y != (0, 0, 0, 0):
        divisor = ring.gcd(ring.times(x, y), y)
        assert ring.tau_norm(ring.square(divisor)) == ring.tau_norm(ring.square(y))


@settings(deadline=None)
@given(small)
def test_solutions_of_the_norm_equation_are_exact(x):
    xi = ring.square(x)
    v = norm_equation.solve(xi)
    assert v is None or ring.square(v) == xi


def test_the_norm_equation_is_solved_or_proven_impossible():
    assert norm_equation.solve((0, 0)) == ring.ZERO
    assert norm_equation.solve((3, 0)) is None  # 3 stays prime in Z[ω]
    assert ring.square(norm_equation.solve((11, 0))) == (11, 0)
    assert norm_equation.solve((-1, 0)) is None


def test_big_numbers_against_mpmath():
    mp = pytest.importorskip("mpmath")
    with mp.workprec(420):
        one = mp.mpf(2) ** 400
        assert abs(fixed.pi(400) / one - mp.pi) < 8 / one
        c, s = fixed.cosine_sine(Fraction(-7, 3), 400)
        assert abs(c / one - mp.cos(mp.mpf(7) / 3)) < 8 / one
        assert abs(s / one + mp.sin(mp.mpf(7) / 3)) < 8 / one


def test_ising_anyons_know_24_gates_and_no_t():
    space = qubit(anyons.ising())
    table = braid_table(space, 8)
    assert table.complete
    assert sum(map(len, table.quaternions)) == 24
    for name in ("H", "S", "X", "Y", "Z"):
        found = anyons.compile_gate(name, space=space)
        assert made(found, space) < FLOATS
    # T is π/8 from 1 and from S: 2 sin(π/16).
    with pytest.raises(InvalidInput, match=r"24 gates and no others.* misses this gate by 0.3902"):
        anyons.compile_gate("T", space=space)


def test_refusals():
    with pytest.raises(InvalidInput, match="not unitary"):
        anyons.compile_gate([[1, 1], [0, 1]])
    with pytest.raises(ShapeMismatch, match="2 × 2"):
        anyons.compile_gate(np.eye(4))
    with pytest.raises(UnknownName, match="known"):
        anyons.compile_gate("CNOT")
    with pytest.raises(InvalidInput, match="between 0 and 2"):
        anyons.compile_gate("H", error=0)
    with pytest.raises(InvalidInput, match="error lies between"):
        anyons.compile_rotation(1.0, error=-1e-3)
    with pytest.raises(InvalidInput, match="matrix of floats"):
        anyons.compile_gate("H", error=1e-20)
    with pytest.raises(InvalidInput, match="method is one of"):
        anyons.compile_gate("H", method="magic")
    with pytest.raises(InvalidInput, match="finite number"):
        anyons.compile_rotation(float("nan"))
    with pytest.raises(InvalidInput, match="two states"):
        anyons.compile_gate("H", space=anyons.FusionSpace(anyons.fibonacci(), ("τ",) * 5, "τ"))
    with pytest.raises(Unreliable, match="the best misses by"):
        search(anyons.gate("H"), qubit(), 1e-3, half=6)
