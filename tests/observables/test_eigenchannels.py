import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import chiral_edge, helical_ring, random_device
from sharvin.errors import Unreliable
from sharvin.observables import fano_factor, transmission_eigenvalues
from sharvin.scattering import SMatrix, circular_ensemble

seeds = st.integers(0, 2**32 - 1)
mode_counts = st.integers(0, 4)
ATOL = 1e-13  # singular values of a dozen modes


def conductor(eigenvalues):
    """Two leads joined by independent channels of the given transparencies."""
    t, r = np.diag(np.sqrt(eigenvalues)), 1j * np.diag(np.sqrt(1 - np.asarray(eigenvalues)))
    n = len(eigenvalues)
    return SMatrix(np.block([[r, t], [t, r]]), ("a", "b"), (n, n))


@given(seeds, mode_counts, mode_counts, st.integers(1, 3))
def test_as_many_as_the_narrower_lead_and_between_zero_and_one(seed, a, b, c):
    s = random_device(seed, a=a, b=b, c=c)
    t = transmission_eigenvalues(s, to="a", from_="b")
    assert t.shape == (min(a, b),)
    assert np.all((t >= 0) & (t <= 1))
    assert np.all(np.diff(t) <= 0)
    assert t.sum() == pytest.approx(s.transmission(to="a", from_="b"), abs=ATOL)


@given(seeds, st.integers(1, 4), st.integers(1, 4))
def test_both_directions_have_the_same_eigenvalues(seed, a, b):
    # Of two leads, even without time reversal: t t† and t' t'† differ by a basis.
    s = random_device(seed, a=a, b=b)
    forth = transmission_eigenvalues(s, to="a", from_="b")
    np.testing.assert_allclose(forth, transmission_eigenvalues(s, to="b", from_="a"), atol=ATOL)


@given(seeds, st.integers(1, 4))
def test_transmission_and_reflection_complement_each_other(seed, n):
    s = random_device(seed, a=n, b=n)
    t = transmission_eigenvalues(s, to="b", from_="a")
    r = transmission_eigenvalues(s, to="a", from_="a")
    np.testing.assert_allclose(t + r[::-1], 1, atol=ATOL)


def test_kramers_pairs_transmit_alike():
    t = transmission_eigenvalues(circular_ensemble("CSE", {"a": 4, "b": 6}, 3), to="a", from_="b")
    np.testing.assert_allclose(t[::2], t[1::2], atol=ATOL)


def test_a_closed_channel_is_not_lost_in_rounding():
    s = conductor([1.0, 1e-25])
    t = transmission_eigenvalues(s, to="b", from_="a")
    assert t[1] == pytest.approx(1e-25, rel=1e-6)


def test_ports_with_labels():
    ring = helical_ring(leads=3)
    t = transmission_eigenvalues(ring, to=("2", "up"), from_="1")
    np.testing.assert_array_equal(t, [1])


@pytest.mark.parametrize(
    ("eigenvalues", "fano"), [([1.0, 1.0], 0.0), ([1e-9, 1e-9], 1.0), ([0.5], 0.5), ([1, 0], 0.0)]
)
def test_fano_factor_of_textbook_conductors(eigenvalues, fano):
    s = conductor(eigenvalues)
    assert fano_factor(s, to="b", from_="a") == pytest.approx(fano, abs=1e-8)


def test_a_diffusive_wire_has_fano_factor_one_third():
    # Dorokhov: T = 1 / cosh²(x) with x uniform; the midpoint rule on 300 points up to x = 12
    # (T = 1.5e-10) is converged to 1e-8.
    x = (np.arange(300) + 0.5) * 12 / 300
    s = conductor(1 / np.cosh(x) ** 2)
    assert fano_factor(s, to="b", from_="a") == pytest.approx(1 / 3, abs=1e-8)


def test_a_large_chaotic_cavity_has_fano_factor_one_quarter():
    # Exact mean for beta = 2 with N modes on each side: <T(1-T)>/<T> = N² / (4N² - 1).
    rng = np.random.default_rng(5)
    cavity = [circular_ensemble("A", {"a": 20, "b": 20}, rng) for _ in range(40)]
    fano = np.mean([fano_factor(s, to="b", from_="a") for s in cavity])
    # The spread of one cavity is about 0.25/20, so that of the mean is below 0.003.
    assert fano == pytest.approx(400 / 1599, abs=0.004)


def test_the_fano_factor_of_nothing_is_undefined():
    assert np.isnan(fano_factor(chiral_edge(3, channels=1), to="0", from_="1"))


def test_more_than_certainty_is_refused():
    s = SMatrix([[0, 1.1], [1, 0]], ("a", "b"), (1, 1))
    with pytest.raises(Unreliable, match=r"1.21 > 1.*check_unitarity"):
        transmission_eigenvalues(s, to="a", from_="b")
