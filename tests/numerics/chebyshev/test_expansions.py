"""Series against eigenvalues; intervals that are too small are refused."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.numerics.chebyshev.bounds import interval_of, spectral_ends
from sharvin.numerics.chebyshev.damping import (
    Interval,
    damping,
    delta_weights,
    green_weights,
    moments_for,
    resolution,
)
from sharvin.numerics.chebyshev.engine import Compiled
from sharvin.numerics.chebyshev.operators import Sparse
from sharvin.numerics.chebyshev.products import product_series
from sharvin.numerics.chebyshev.recursion import Expansion, double_moments

# Recursions of a hundred steps on vectors of unit length.
ATOL = 1e-12


def hermitian(n, seed, *, is_complex=False):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(n, n)) + 1j * is_complex * rng.normal(size=(n, n))
    a = a * (rng.random((n, n)) < 0.2)
    h = a + a.conj().T
    return h if is_complex else h.real


@pytest.fixture(params=[False, True], ids=["real", "complex"])
def case(request):
    h = hermitian(40, 1, is_complex=request.param)
    operator = Sparse.of(h)
    interval = interval_of(operator)
    return h, Expansion(Compiled({"h": operator, "v": operator}), interval)


def polynomials(h, interval, count):
    """T_n of the scaled matrix, from its eigenvectors, shape (count, n, n)."""
    levels, u = np.linalg.eigh(h)
    angle = np.arccos(interval.scaled(levels))
    return np.array([(u * np.cos(n * angle)) @ u.conj().T for n in range(count)])


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 100])
def test_moments_are_those_of_the_diagonalized_matrix(case, count):
    h, expansion = case
    start = expansion.engine.block(np.eye(len(h), 8))
    found = expansion.moments(start, count)
    exact = polynomials(h, expansion.interval, count)
    np.testing.assert_allclose(found, np.einsum("nii->ni", exact)[:, :8].real, atol=ATOL)


@pytest.mark.parametrize("count", [1, 2, 7, 60])
def test_weighted_sums(case, count):
    h, expansion = case
    engine = expansion.engine
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(2, count))
    found = expansion.sums(engine.block(np.eye(len(h), 4)), weights)
    exact = np.einsum("kn,nij->kij", weights, polynomials(h, expansion.interval, count))
    for k in range(2):
        np.testing.assert_allclose(engine.columns(found[k]), exact[k, :, :4], atol=1e2 * ATOL)


def test_a_green_function_is_inverted_to_what_was_cut_off(case):
    h, expansion = case
    engine = expansion.engine
    energy, eta = 0.7, 0.5
    count = 3 * moments_for(expansion.interval, np.array([energy]), eta)
    weights = green_weights(count, expansion.interval, np.array([energy]), eta)
    exact = np.linalg.inv((energy + 1j * eta) * np.eye(len(h)) - h)[:, :2]
    for part in ("real", "imag"):
        got = expansion.sums(engine.block(np.eye(len(h), 2)), getattr(weights, part))[0]
        # real weights times T_n: what belongs to Re and Im of 1/(E + iη - x)
        g = sum(getattr(weights[0, n], part) * t
                for n, t in enumerate(polynomials(h, expansion.interval, count)))  # fmt: skip
        np.testing.assert_allclose(engine.columns(got), g[:, :2], atol=1e2 * ATOL)
    both = sum(w * t for w, t in zip(weights[0], polynomials(h, expansion.interval, count),
                                     strict=True))  # fmt: skip
    # three times as many decades as one cut leaves
    np.testing.assert_allclose(both[:, :2], exact, atol=1e-8)


@pytest.mark.parametrize("memory", [1e9, 40 * 16 * 4 * 60, 1])
def test_pairs_of_moments_do_not_depend_on_the_memory(case, memory):
    h, expansion = case
    engine = expansion.engine
    left, right = np.eye(len(h), 4), np.eye(len(h), 4)[::-1].copy()
    found = double_moments(expansion, engine.block(left), engine.block(right), "v", 67, memory)
    t = polynomials(h, expansion.interval, 67)
    exact = np.einsum("mia,ij,nja->amn", (t @ left).conj(), h, t @ right, optimize=True)
    np.testing.assert_allclose(found, exact, atol=1e2 * ATOL)


def test_the_ends_are_outside_and_close():
    for seed in range(20):
        h = hermitian(60, seed, is_complex=bool(seed % 2))
        levels = np.linalg.eigvalsh(h)
        ends = spectral_ends(Sparse.of(h), seed=seed)
        assert ends.outer[0] <= levels[0] <= ends.inner[0] + ATOL
        assert ends.inner[1] - ATOL <= levels[-1] <= ends.outer[1]
        assert ends.outer[1] - ends.outer[0] < 1.5 * (levels[-1] - levels[0])


def test_an_interval_that_the_spectrum_touches_is_refused():
    h = hermitian(60, 4)
    levels = np.linalg.eigvalsh(h)
    low, high = levels[0], levels[-1]
    for bounds in ((low, high), (low - 1, high), (low + 1, high + 1), (low - 1, high - 1)):
        with pytest.raises(InvalidInput, match="touches the bounds"):
            interval_of(Sparse.of(h), bounds)
    kept = interval_of(Sparse.of(h), (low - 1, high + 2))
    assert (kept.center - kept.half, kept.center + kept.half) == pytest.approx((low - 1, high + 2))
    for bad in ((1, 0), (0, np.inf), (np.nan, 1)):
        with pytest.raises(InvalidInput, match="low < high"):
            interval_of(Sparse.of(h), bad)


def test_a_spectrum_outside_is_noticed_while_the_vectors_grow():
    h = hermitian(60, 4)
    levels = np.linalg.eigvalsh(h)
    expansion = Expansion(Compiled({"h": Sparse.of(h)}), Interval(0.0, 0.98 * np.abs(levels).max()))
    with pytest.raises(Unreliable, match="give wider bounds"):
        expansion.moments(expansion.engine.random(0, 0, 2), 200)


@pytest.mark.parametrize("kernel", ["jackson", "lorentz"])
def test_kernels_are_positive_normalized_and_as_wide_as_they_say(kernel):
    interval, moments = Interval(2.0, 5.0), 200
    assert damping(kernel, moments)[0] == pytest.approx(1)
    grid = interval.center + interval.half * np.cos(np.pi * (np.arange(40_000) + 0.5) / 40_000)
    weight = np.pi / 40_000 * np.sqrt(interval.half**2 - (grid - interval.center) ** 2)
    for level in (2.0, 0.5, 6.0):
        t = np.cos(np.arange(moments) * np.arccos(interval.scaled(level)))
        curve = delta_weights(kernel, moments, interval, grid) @ t
        # The Lorentz kernel dips below zero by its cut-off tail.
        assert curve.min() > -1e-2 * curve.max()
        assert (curve * weight).sum() == pytest.approx(1, abs=1e-9)
        width = resolution(kernel, moments, interval, np.array([level]))[0]
        if kernel == "jackson":
            measured = np.sqrt((curve * weight * (grid - level) ** 2).sum())
        else:
            near = np.abs(grid - level) < 0.5
            above = grid[near & (curve > curve[near].max() / 2)]
            measured = (above.max() - above.min()) / 2
        # First order in the width; cutting the tails at e^-4 widens the Lorentzian by 5 %.
        assert width == pytest.approx(measured, rel=0.08)


def test_an_unknown_kernel_is_refused():
    with pytest.raises(UnknownName, match="did you mean 'jackson'"):
        damping("jacksen", 10)


@pytest.mark.parametrize("count", [2, 3, 8, 21, 64])
@pytest.mark.parametrize("width", [1, 2, 8])
def test_products_at_all_energies_are_those_of_the_moments(case, count, width):
    """Once with room for everything, once orbital by orbital (recursions run again)."""
    h, expansion = case
    engine = expansion.engine
    rng = np.random.default_rng(count)
    weights = [rng.normal(size=count), rng.normal(size=max(2, count // 2))]
    left, right = (engine.block(rng.normal(size=(len(h), width))) for _ in range(2))
    pairs = double_moments(expansion, left, right, "v", count, 1e9).real
    angle = np.linspace(0.1, 3, 7)
    for memory in (1e9, 1.0):
        found = product_series(expansion, left, right, "v", weights, memory)
        for w, series in zip(weights, found, strict=True):
            t = np.cos(np.arange(len(w))[:, None] * angle) * w[:, None]
            exact = np.einsum("vmn,me,ne->ve", pairs[:, : len(w), : len(w)], t, t)
            mine = series @ np.cos(np.arange(series.shape[1])[:, None] * angle)
            np.testing.assert_allclose(mine, exact, atol=1e-13 * len(h) * count**2)
