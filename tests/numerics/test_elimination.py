"""Schur complements against dense algebra: random graphs, and cases that break elimination."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.matrices import (
    dense_green,
    dissipation,
    ends,
    from_dense,
    green,
    random_sparse,
    square,
)
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.numerics.elimination import analyze

# G on kept orbitals, with a self-energy of order one: |G| <= 1 and its condition is mild, so what
# is lost is what elimination loses. Multipliers are at most 100, twice in a row at worst: 1e4 x
# eps x size.
ATOL = 1e-9
# Delayed unknowns and energies on an eigenvalue of the interior cost no more.
seeds = st.integers(0, 2**32 - 1)
laws = settings(max_examples=25, deadline=None)


def plan_of(m, kept, *, with_positions=True, **options):
    positions = m.positions if with_positions else None
    return analyze(m.indptr, m.indices, kept, positions=positions, **options)


def check(m, kept, energy, reduced, rng, atol=ATOL):
    """The reduced system reproduces the dense Green function on the kept orbitals."""
    unit = np.abs(m.dense).max() or 1.0
    sigma = unit * dissipation(rng, len(kept))
    k = reduced.delayed
    got = green(reduced.matrix, sigma)[k:, k:]
    want = dense_green(m, kept, energy, sigma)[np.ix_(kept, kept)]
    assert np.abs(got - want).max(initial=0.0) * unit < atol


@laws
@given(seeds, st.integers(1, 120), st.booleans(), st.booleans(), st.sampled_from(["fast", "high"]))
def test_the_reduced_system_has_the_green_function_of_the_whole(
    seed, n, is_complex, with_positions, accuracy
):
    rng = np.random.default_rng(seed)
    m = random_sparse(rng, n, is_complex=is_complex)
    kept = rng.permutation(n)[: rng.integers(1, n + 1)]
    plan = plan_of(m, kept, with_positions=with_positions, leaf=int(rng.integers(1, 20)))
    energy = rng.normal()
    reduced = plan.schur(m.values, energy, accuracy=accuracy)
    assert reduced.matrix.dtype == m.values.dtype
    assert np.array_equal(reduced.matrix, reduced.matrix.conj().T)
    check(m, kept, energy, reduced, rng)


def test_without_interior_the_matrix_is_the_whole():
    m = random_sparse(np.random.default_rng(1), 9, is_complex=True)
    order = np.random.default_rng(2).permutation(9)
    reduced = plan_of(m, order).schur(m.values, 0.5)
    np.testing.assert_array_equal(reduced.matrix, (0.5 * np.eye(9) - m.dense)[np.ix_(order, order)])


def test_the_schur_complement_is_the_textbook_one():
    rng = np.random.default_rng(3)
    m = random_sparse(rng, 60, is_complex=True)
    kept, inner = np.arange(7), np.arange(7, 60)
    a = 20.0 * np.eye(60) - m.dense  # far from the spectrum: nothing is delayed
    want = a[:7, :7] - a[:7, 7:] @ np.linalg.solve(a[7:, 7:], a[7:, :7])
    reduced = plan_of(m, kept).schur(m.values, 20.0)
    assert reduced.delayed == 0
    assert len(inner) == 53
    np.testing.assert_allclose(reduced.matrix, want, atol=1e-13)


@laws
@given(seeds, st.integers(2, 80), st.booleans(), st.booleans(), st.integers(1, 11))
def test_lanes_agree_with_single_points(seed, n, is_complex, shared, points):
    rng = np.random.default_rng(seed)
    m = random_sparse(rng, n, is_complex=is_complex)
    kept = rng.permutation(n)[: rng.integers(1, n)]
    plan = plan_of(m, kept)
    energies = rng.normal(size=points)
    values = np.tile(m.values, (points, 1))
    if not shared:
        values[:, m.diagonal] += rng.normal(size=(points, n))
    many = plan.schur_many(m.values if shared else values, energies)
    assert len(many) == points
    for v, energy, reduced in zip(values, energies, many, strict=True):
        dense = m.dense.copy()
        dense[m.rows, m.indices] = v
        check(from_dense(dense), kept, energy, reduced, np.random.default_rng(seed))


# A clean square at E = 0, t, 2t, ... has interior blocks that are singular to the last bit; a leaf
# of 1 makes every one of them a single orbital with a zero pivot.
@pytest.mark.parametrize("energy", [0.0, 1.0, 2.0, 3.0, 4.0, 1e-9, 2.0 + 1e-9])
@pytest.mark.parametrize("unit", [1.0, 1e-6, 1e6])
@pytest.mark.parametrize("flux", [0.0, 1e-3])
def test_singular_interior_blocks_are_harmless(energy, unit, flux):
    rng = np.random.default_rng(4)
    m = square(7, 16, hopping=-unit, flux=flux)
    kept = ends(7, 16)
    for leaf in (1, 12):
        plan = plan_of(m, kept, leaf=leaf)
        check(m, kept, unit * energy, plan.schur(m.values, unit * energy), rng)
        check(m, kept, unit * energy, plan.schur(m.values, unit * energy, accuracy="high"), rng)
        for reduced in plan.schur_many(m.values, np.full(3, unit * energy)):
            check(m, kept, unit * energy, reduced, rng)


def test_an_eigenvalue_of_the_interior_reaches_the_root():
    rng = np.random.default_rng(5)
    m = square(5, 9, onsite=0.3)
    kept = np.array([2, 42])
    inner = np.setdiff1d(np.arange(45), kept)
    plan = plan_of(m, kept)
    levels = np.linalg.eigvalsh(m.dense[np.ix_(inner, inner)])
    delayed = 0
    for energy in levels:
        reduced = plan.schur(m.values, energy)
        delayed += reduced.delayed
        check(m, kept, energy, reduced, rng, atol=1e-7)  # G itself is near a pole at some of these
    assert delayed > 0


def test_a_hard_wall_does_not_hide_the_rest():
    rng = np.random.default_rng(6)
    m = square(6, 12, hopping=-1.0)
    dense = m.dense.copy()
    wall = rng.permutation(72)[:20]
    dense[wall, wall] = 1e9
    m = from_dense(dense, m.positions)
    kept = ends(6, 12)
    reduced = plan_of(m, kept).schur(m.values, 0.3)
    assert reduced.delayed == 0
    sigma = dissipation(rng, 12)
    want = dense_green(m, kept, 0.3, sigma)[np.ix_(kept, kept)]
    np.testing.assert_allclose(green(reduced.matrix, sigma), want, atol=ATOL)


def test_a_decoupled_level_at_the_energy_is_left_out():
    m = from_dense(np.diag([1.0, 0.5, 0.5, 2.0]))
    reduced = plan_of(m, np.array([0]), with_positions=False).schur(m.values, 0.5)
    assert reduced.delayed == 0
    assert reduced.matrix[0, 0] == pytest.approx(-0.5)


def test_nan_is_carried_not_hung_on():
    m = square(6, 10)
    plan = plan_of(m, ends(6, 10))
    values = np.tile(m.values, (3, 1))
    values[1, 40] = np.nan
    many = plan.schur_many(values, np.full(3, 0.3))
    assert np.isnan(plan.schur(values[1], 0.3).matrix).any()
    assert np.isnan(many[1].matrix).any()
    assert many[1].growth == np.inf
    assert np.isfinite(many[0].matrix).all()
    assert np.isfinite(many[2].matrix).all()


@laws
@given(seeds, st.booleans())
def test_the_probe_measures_the_true_error(seed, is_complex):
    # matrix @ x - b is the error of the matrix times x: compare with an elimination in extended
    # precision.
    rng = np.random.default_rng(seed)
    n, q = 40, 6
    m = random_sparse(rng, n, is_complex=is_complex)
    kept = np.arange(q)
    reduced = plan_of(m, kept).schur(m.values, 0.1)
    k = reduced.delayed
    wide = np.clongdouble if is_complex else np.longdouble
    a = (0.1 * np.eye(n) - m.dense).astype(wide)
    for j in range(n - 1, q - 1, -1):
        pivot = q + np.argmax(np.abs(a[q : j + 1, q : j + 1]).diagonal())
        order = np.arange(j + 1)
        order[[pivot, j]] = order[[j, pivot]]
        a = a[np.ix_(order, order)]
        a = a[:j, :j] - np.outer(a[:j, j], a[j, :j]) / a[j, j]
    if k == 0:
        true = (reduced.matrix - a) @ reduced.probe_x
        size = np.abs(true).max(initial=0.0)
        measured = np.abs(reduced.probe_error).max(initial=0.0)
        # The probe also sees the rounding of its own right-hand side, a few eps of |S| |x|.
        floor = 1e-14 * (1 + np.abs(reduced.matrix).max()) * (10 + reduced.growth)
        assert measured <= 30 * size + floor
        assert measured >= size / 30 - floor


def test_the_probe_sees_a_wrong_matrix():
    m = square(6, 12)
    reduced = plan_of(m, ends(6, 12)).schur(m.values, 0.3)
    small = np.abs(reduced.probe_error).max()
    assert small < 1e-12
    wrong = reduced.matrix.copy()
    wrong[2, 3] += 1e-8
    assert np.abs(wrong @ reduced.probe_x - reduced.probe_b).max() > 1e-9


def test_the_probe_follows_delayed_unknowns():
    m = square(7, 16)
    kept = np.array([0, 111])
    reduced = plan_of(m, kept, leaf=1).schur(m.values, 0.0)
    assert reduced.delayed > 0
    assert np.abs(reduced.probe_error).max() < 1e-12


def test_the_order_without_positions_is_as_good():
    m = square(30, 60)
    kept = ends(30, 60)
    with_, without = plan_of(m, kept), plan_of(m, kept, with_positions=False)
    assert without.flops < 1.3 * with_.flops


def test_decoupled_blocks_are_solved_apart():
    one = square(10, 20)
    both = np.zeros((400, 400))
    both[::2, ::2] = both[1::2, 1::2] = one.dense
    m = from_dense(both, np.repeat(one.positions, 2, axis=0))
    kept = ends(10, 20)
    doubled = np.r_[2 * kept, 2 * kept + 1]
    assert plan_of(m, doubled).flops == pytest.approx(2 * plan_of(one, kept).flops, rel=0.01)


def test_the_cost_grows_as_for_a_planar_graph():
    # Nested dissection of an L x L square takes N^1.5 operations.
    flops = []
    for length in (24, 48):
        m = square(length, length)
        flops.append(plan_of(m, ends(length, length)).flops)
    assert np.log(flops[1] / flops[0]) / np.log(4) < 1.6


def test_two_threads_give_what_one_gives():
    from concurrent.futures import ThreadPoolExecutor

    m = square(12, 30)
    plan = plan_of(m, ends(12, 30))
    energies = np.linspace(-3, 3, 24)
    alone = plan.schur_many(m.values, energies)
    with ThreadPoolExecutor(2) as pool:
        halves = list(
            pool.map(lambda e: plan.schur_many(m.values, e), (energies[:16], energies[16:]))
        )
    for a, b in zip(alone, halves[0] + halves[1], strict=True):
        np.testing.assert_array_equal(a.matrix, b.matrix)


@pytest.mark.parametrize("is_complex", [False, True])
def test_an_update_equals_a_full_run(is_complex):
    rng = np.random.default_rng(8)
    m = square(8, 20, flux=0.1 if is_complex else 0.0)
    plan = plan_of(m, ends(8, 20))
    state = plan.incremental(m.values, 0.0)
    for site in rng.permutation(160)[:12]:
        values = state.values.copy()
        values[m.diagonal[site]] = rng.normal() if site % 3 else 0.0
        got, want = state.update(values), plan.schur(values, 0.0)
        np.testing.assert_array_equal(got.matrix, want.matrix)
        np.testing.assert_array_equal(got.probe_error, want.probe_error)
        assert got.growth == want.growth


@pytest.mark.parametrize(
    ("kept", "error", "words"),
    [([0, 0], InvalidInput, "distinct"), ([99], InvalidInput, "between 0 and 15")],
)
def test_bad_kept_orbitals_are_refused(kept, error, words):
    m = square(4, 4)
    with pytest.raises(error, match=words):
        plan_of(m, np.array(kept))


def test_bad_shapes_are_refused():
    m = square(4, 4)
    plan = plan_of(m, np.array([0]))
    with pytest.raises(ShapeMismatch, match="values have shape"):
        plan.schur(m.values[:-1], 0.0)
    with pytest.raises(ShapeMismatch, match="positions have shape"):
        analyze(m.indptr, m.indices, np.array([0]), positions=m.positions[:-1])
    with pytest.raises(InvalidInput, match="'fast' or 'high'"):
        plan.schur(m.values, 0.0, accuracy="sloppy")
