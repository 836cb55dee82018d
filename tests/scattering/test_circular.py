import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import hessenberg
from scipy.stats import kstest

from sharvin.errors import InvalidInput, UnknownName
from sharvin.scattering import circular_ensemble

seeds = st.integers(0, 2**32 - 1)
CLASSES = ["A", "AI", "AII", "AIII", "BDI", "CII", "D", "DIII", "C", "CI"]

# Measured: no symmetry is violated by more than 2e-15 per mode (up to 40 modes).
ATOL = 1e-13
SAMPLES = 1000
# Fixed seeds, so chance enters once: a mean within four standard errors is as it should be.
SIGMAS = 4
PVALUE = 6e-5  # the same four sigmas; a wrong ensemble gives less than 1e-30


def pairing(n):
    return np.kron(np.eye(n // 2), [[0, 1], [-1, 0]])


def laws(symmetry, s):
    """What must vanish in each class: the definitions, written out once more."""
    j = pairing(len(s)) if len(s) % 2 == 0 else None
    return {
        "A": [],
        "AI": [s - s.T],
        "AII": [s + s.T],
        "AIII": [s - s.conj().T],
        "BDI": [s - s.conj(), s - s.T],
        "CII": [s - s.conj().T] if j is None else [s - s.conj().T, s - j @ s.conj() @ j.T],
        "D": [s - s.conj()],
        "DIII": [s - s.conj(), s + s.T],
        "C": [] if j is None else [s - j @ s.conj() @ j.T],
        "CI": [s - s.T] if j is None else [s - s.T, s - j @ s.conj() @ j.T],
    }[symmetry]


def pfaffian(a):
    """Of a real antisymmetric matrix, from its orthogonal reduction to tridiagonal form."""
    tridiagonal, q = hessenberg(a, calc_q=True)
    return np.linalg.det(q) * np.prod(np.diag(tridiagonal, 1)[::2])


@pytest.mark.parametrize("symmetry", CLASSES)
@given(seeds, st.integers(1, 3), st.integers(0, 3))
def test_every_member_obeys_its_class(symmetry, seed, n, m):
    s = circular_ensemble(symmetry, {"a": 2 * n, "b": 2 * m}, seed)
    assert s.unitarity_defect() < ATOL
    for violation in laws(symmetry, s.data):
        assert np.abs(violation).max() < ATOL


@pytest.mark.parametrize(("n", "invariant"), [(4, 1), (4, -1), (5, 1), (5, -1), (1, -1)])
def test_class_d_has_the_determinant_asked_for(n, invariant):
    s = circular_ensemble("D", {"a": n}, 3, invariant=invariant)
    assert np.linalg.det(s.data) == pytest.approx(invariant)


@pytest.mark.parametrize("invariant", [1, -1])
def test_class_diii_has_the_pfaffian_asked_for(invariant):
    s = circular_ensemble("DIII", {"a": 4, "b": 2}, 3, invariant=invariant)
    assert pfaffian(s.data.real) == pytest.approx(invariant)


@pytest.mark.parametrize("symmetry", ["AIII", "BDI", "CII"])
@pytest.mark.parametrize("invariant", [0, 1, 3])
def test_chiral_classes_have_the_negative_eigenvalues_asked_for(symmetry, invariant):
    s = circular_ensemble(symmetry, {"a": 4, "b": 2}, 3, invariant=invariant)
    negative = np.sum(np.linalg.eigvalsh(s.data) < 0)
    assert negative == invariant * (2 if symmetry == "CII" else 1)


@pytest.mark.parametrize("symmetry", ["D", "DIII", "BDI"])
def test_without_an_invariant_both_signs_occur(symmetry):
    rng = np.random.default_rng(0)
    draws = [circular_ensemble(symmetry, {"a": 2, "b": 2}, rng).data.real for _ in range(200)]
    positive = [(pfaffian(s) if symmetry == "DIII" else np.linalg.det(s)) > 0 for s in draws]
    assert abs(np.mean(positive) - 0.5) < SIGMAS * 0.5 / np.sqrt(200)


def test_a_seed_repeats_and_a_generator_goes_on():
    same = [circular_ensemble("COE", {"a": 2, "b": 1}, 7).data for _ in range(2)]
    np.testing.assert_array_equal(*same)
    rng = np.random.default_rng(7)
    first, second = (circular_ensemble("AI", {"a": 2, "b": 1}, rng).data for _ in range(2))
    np.testing.assert_array_equal(first, same[0])
    assert np.abs(first - second).max() > 0.1


def transmissions(symmetry, n_left, n_right, **options):
    rng = np.random.default_rng(2024)
    modes = {"left": n_left, "right": n_right}
    draws = [circular_ensemble(symmetry, modes, rng, **options) for _ in range(SAMPLES)]
    return np.array([s.transmission(to="right", from_="left") for s in draws])


def mean_intensity(symmetry, n, v):
    """Mean of |S_ij|² between different leads, from the invariance of each measure.

    The group classes spread evenly over n modes; symmetric S shares with its transpose;
    an antisymmetric one has no diagonal. For S = 1 - 2P the second moment of a random projector P
    of rank v follows from tr P² = v and its Beta-distributed diagonal.
    """
    return {
        "A": 1 / n,
        "D": 1 / n,
        "C": 1 / n,
        "AI": 1 / (n + 1),
        "CI": 1 / (n + 1),
        "AII": 1 / (n - 1),
        "DIII": 1 / (n - 1),
        "AIII": 4 * v * (n - v) / (n * (n**2 - 1)),
        "BDI": 4 * v * (n - v) / (n * (n - 1) * (n + 2)),
        "CII": 16 * v * (n / 2 - v) / (n * (n - 2) * (n + 1)),
    }[symmetry]


@pytest.mark.parametrize("symmetry", CLASSES)
def test_mean_transmission_of_every_class(symmetry):
    chiral = symmetry in ("AIII", "BDI", "CII")
    options = {"invariant": 1} if chiral else {}
    t = transmissions(symmetry, 2, 4, **options)
    expected = 2 * 4 * mean_intensity(symmetry, 6, 1)
    assert abs(t.mean() - expected) < SIGMAS * t.std() / np.sqrt(SAMPLES)


@pytest.mark.parametrize(("symmetry", "expected"), [("A", 1), ("D", 1), ("C", 1), ("AI", 8 / 5)])
def test_traces_are_those_of_the_uniform_measure(symmetry, expected):
    # Phases too must be uniform, which a bare QR decomposition gets wrong: tr S averages to zero
    # and |tr S|² to 1 over a whole group (P. Diaconis and M. Shahshahani, J. Appl. Probab. 31A, 49
    # (1994)), and to 2n / (n + 1) for symmetric S.
    rng = np.random.default_rng(11)
    draws = [circular_ensemble(symmetry, {"a": 4}, rng).data for _ in range(SAMPLES)]
    traces = np.array([np.trace(s) for s in draws])
    assert abs(traces.mean()) < SIGMAS * traces.std() / np.sqrt(SAMPLES)
    powers = np.abs(traces) ** 2
    assert abs(powers.mean() - expected) < SIGMAS * powers.std() / np.sqrt(SAMPLES)


@pytest.mark.parametrize(("symmetry", "beta"), [("CUE", 2), ("COE", 1), ("CSE", 4)])
@pytest.mark.parametrize("pair", [(1, 1), (2, 3)])
def test_conductance_of_a_chaotic_cavity(symmetry, beta, pair):
    # C. W. J. Beenakker, Rev. Mod. Phys. 69, 731 (1997), equations (63) and (64) as functions of
    # beta; H. U. Baranger and P. A. Mello, Phys. Rev. Lett. 73, 142 (1994) for beta = 1, 2.
    (n1, n2), copies = pair, 2 if beta == 4 else 1
    n, c = n1 + n2, 2 / beta - 1
    mean = n1 * n2 / (n + c)
    variance = (2 / beta) * n1 * n2 * (n1 + c) * (n2 + c)
    variance /= (n - 1 + 2 / beta - 1) * (n + c) ** 2 * (n - 1 + 4 / beta)
    g = transmissions(symmetry, copies * n1, copies * n2) / copies
    assert abs(g.mean() - mean) < SIGMAS * np.sqrt(variance / SAMPLES)
    error_of_variance = np.sqrt(np.mean((g - g.mean()) ** 4) - g.var() ** 2) / np.sqrt(SAMPLES)
    assert abs(g.var() - variance) < SIGMAS * error_of_variance


@pytest.mark.parametrize(("symmetry", "beta"), [("A", 2), ("AI", 1), ("AII", 4)])
def test_distribution_of_one_channel_through_a_cavity(symmetry, beta):
    # P(T) = (beta / 2) T^(beta/2 - 1), so T^(beta/2) is uniform. (Beenakker 1997, section II.)
    copies = 2 if beta == 4 else 1
    t = transmissions(symmetry, copies, copies) / copies
    assert kstest(np.clip(t, 0, 1) ** (beta / 2), "uniform").pvalue > PVALUE


def test_a_majorana_mode_reflects_all_or_nothing():
    # O(2): T = sin²(angle) for det S = 1, so the angle recovered from T is uniform.
    t = transmissions("D", 1, 1, invariant=1)
    assert kstest(2 / np.pi * np.arcsin(np.sqrt(np.clip(t, 0, 1))), "uniform").pvalue > PVALUE


@pytest.mark.parametrize(
    ("symmetry", "modes", "options", "error", "message"),
    [
        ("BD1", {"a": 2}, {}, UnknownName, "unknown symmetry class 'BD1'; did you mean 'BDI'"),
        ("AII", {"a": 2, "b": 1}, {}, InvalidInput, "antisymmetric S.*must be even"),
        ("C", {"a": 1, "b": 1}, {}, InvalidInput, "every lead needs an even number"),
        ("A", {}, {}, InvalidInput, "needs open modes"),
        ("A", {"a": 2, "b": -1}, {}, InvalidInput, "needs open modes"),
        ("A", {"a": 2}, {"invariant": 1}, InvalidInput, "class A has no invariant"),
        ("D", {"a": 2}, {"invariant": 0}, InvalidInput, "is 1 or -1, got 0"),
        ("AIII", {"a": 2}, {"invariant": 3}, InvalidInput, "from 0 to 2, got 3"),
        ("CII", {"a": 4}, {"invariant": 3}, InvalidInput, "from 0 to 2, got 3"),
    ],
)
def test_what_a_class_cannot_be_is_refused(symmetry, modes, options, error, message):
    with pytest.raises(error, match=message):
        circular_ensemble(symmetry, modes, 0, **options)
