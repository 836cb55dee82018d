"""Closed forms of interference and disorder: published values, sum rules, limits."""

import numpy as np
import pytest
from scipy import integrate

from sharvin.errors import InvalidInput, Unreliable
from sharvin.formulas import cavity, dmpk, hikami, localization, ucf
from sharvin.scattering.circular import circular_ensemble


def test_wires_of_random_matrix_theory():
    assert dmpk.series_conductance(20, 5.13) == pytest.approx(3.2626, abs=1e-4)
    np.testing.assert_allclose(dmpk.path_from_conductance(20, 20 / 6.13), 5.13)
    assert [float(dmpk.localization_correction(1e6, b)) for b in (1, 2, 4)] == pytest.approx(
        [-1 / 3, 0, 1 / 6], abs=1e-5
    )
    assert [float(dmpk.conductance_variance(1e6, b)) for b in (1, 2, 4)] == pytest.approx(
        [2 / 15, 1 / 15, 1 / 30]
    )
    # short wires do not scatter, and so do not fluctuate
    assert float(dmpk.conductance_variance(0.0, 1)) == 0
    np.testing.assert_allclose(
        dmpk.fano_factor([1.28, 2.57, 5.14, 7.71]), [0.305, 0.326, 0.332, 0.333], atol=1e-3
    )
    assert float(dmpk.mean_conductance(20, 5.13, 1)) == pytest.approx(3.2626 - 0.1954, abs=1e-3)
    # measured with 2,000 samples: 0.159(9) to 0.177(9) in fields of one to two flux quanta
    assert float(dmpk.magnetoconductance(20, 5.13)) == pytest.approx(0.167, abs=0.002)
    assert [float(dmpk.localization_length(7, 20.0, b)) for b in (1, 2)] == [160.0, 280.0]


def test_the_bimodal_density_gives_ohm_and_one_third():
    """Its integral over T is g, and over T (1 - T) a third of it."""
    g = 3.0
    total = integrate.quad(lambda u: 2 * u * (1 - u**2) * g / 2 / (1 - u**2) / u, 0, 1)[0]
    noise = integrate.quad(lambda u: 2 * u * (1 - u**2) * u**2 * g / 2 / (1 - u**2) / u, 0, 1)[0]
    assert total == pytest.approx(g)
    assert noise / total == pytest.approx(1 / 3)
    edges = np.linspace(0.1, 1, 10)
    # the row of PHYSICS entry 22, channels per sample for g = 3.254 without localization
    found = dmpk.bimodal_count(edges[:-1], edges[1:], 3.29)
    for low, high, count in zip(edges, edges[1:], found, strict=False):
        by_hand = integrate.quad(lambda u: 3.29 / (1 - u**2), np.sqrt(1 - high), np.sqrt(1 - low))[
            0
        ]
        assert count == pytest.approx(by_hand, rel=1e-6)
    assert dmpk.bimodal_density(0.5, g) == pytest.approx(g / 2 / 0.5 / np.sqrt(0.5))


def test_fluctuations_of_wires_and_squares():
    assert ucf.fluctuation_variance(1.0) == pytest.approx(2 / 15)
    # a narrow film is a wire, and 0.862 e²/h of a spinful square is 0.1858 per spin
    assert ucf.fluctuation_variance(1.0, 1e-3) == pytest.approx(2 / 15, rel=1e-5)
    assert ucf.fluctuation_variance(2.0, 2.0) == pytest.approx((0.862 / 2) ** 2, rel=2e-3)
    assert ucf.fluctuation_variance(1.0, 1.0, beta=2) * 2 == pytest.approx(
        ucf.fluctuation_variance(1.0, 1.0)
    )
    # wide films are as many squares side by side: var grows as W/L
    wide = ucf.fluctuation_variance(1.0, 40.0)
    assert ucf.fluctuation_variance(1.0, 80.0) == pytest.approx(2 * wide, rel=0.02)
    assert float(ucf.fluctuation_amplitude(4.0, 1.0, spins=2)) == pytest.approx(np.sqrt(12) / 8)
    cold = ucf.fluctuation_amplitude(4.0, 1.0, 0.01, spins=2)
    assert float(cold) == pytest.approx(
        0.01 / 4 * np.sqrt(1 / 4) * np.sqrt(8 * np.pi / 3), rel=1e-3
    )
    assert float(ucf.thouless_energy(2.0, 10.0)) == pytest.approx(0.02 * np.pi)


@pytest.mark.parametrize(("beta", "symmetry"), [(1, "COE"), (2, "CUE")])
@pytest.mark.parametrize(("n1", "n2"), [(1, 1), (2, 3)])
def test_cavities_against_random_matrices(beta, symmetry, n1, n2):
    rng = np.random.default_rng(11)
    g = np.array([
        circular_ensemble(symmetry, {"a": n1, "b": n2}, rng).transmission(to="b", from_="a")
        for _ in range(3000)
    ])  # fmt: skip
    # four standard errors of 3,000 matrices
    assert g.mean() == pytest.approx(
        float(cavity.cavity_conductance(n1, n2, beta)), abs=4 * g.std() / np.sqrt(3000)
    )
    assert g.var() == pytest.approx(float(cavity.cavity_variance(n1, n2, beta)), rel=0.11)


def test_cavities_of_many_modes():
    assert float(cavity.cavity_variance(500, 500, 1)) == pytest.approx(1 / 8, rel=0.01)
    assert float(cavity.cavity_variance(500, 500, 2)) == pytest.approx(1 / 16, rel=0.01)
    assert float(cavity.cavity_fano(7, 7)) == 0.25
    change = cavity.cavity_conductance(500, 500, 1) - cavity.cavity_conductance(500, 500, 2)
    assert float(change) == pytest.approx(-0.25, abs=1e-3)
    mean = integrate.quad(lambda t: t * float(cavity.cavity_density(t, 1)), 0, 1)[0]
    assert mean == pytest.approx(0.5)


def test_magnetoconductivity_of_a_film():
    assert float(hikami.coherence_field(1000.0)) == pytest.approx(0.16455e-3, rel=1e-4)
    gain = hikami.hikami([1e-3, 1e-2, 0.1], 1000.0)
    np.testing.assert_allclose(gain, [0.1527, 0.7075, 1.4178], atol=1e-4)
    # strong spin-orbit coupling: minus one half
    np.testing.assert_allclose(hikami.hikami([1e-3], 1000.0, 5.0), -gain[0] / 2, rtol=1e-3)
    # even, smooth where the two formulas meet
    b = np.array([0.99e-3, 1.01e-3]) * hikami.coherence_field(1000.0)
    small = hikami.hikami(b, 1000.0)
    assert small[1] / small[0] == pytest.approx((1.01 / 0.99) ** 2, rel=1e-3)
    assert float(hikami.hikami(-0.01, 500.0)) == float(hikami.hikami(0.01, 500.0))
    assert float(hikami.wire_correction(0.0, 100.0, 10.0, 25.0)) == pytest.approx(-0.5)
    assert abs(float(hikami.wire_correction(5.0, 100.0, 10.0, 25.0))) < 0.5


def test_a_fit_returns_what_was_put_in():
    b = np.linspace(0, 0.02, 30)
    found = hikami.fit_hikami(b, hikami.hikami(b, 800.0))
    assert found.coherence_length == pytest.approx(800, rel=1e-6)
    assert found.prefactor == pytest.approx(1, rel=1e-6)
    lengths, pulls = [], []
    rng = np.random.default_rng(2)
    for _ in range(200):
        noisy = hikami.hikami(b, 800.0, 5.0) + 0.01 * rng.standard_normal(len(b))
        one = hikami.fit_hikami(b, noisy, np.full(len(b), 0.01), prefactor=-0.5)
        lengths.append(one.coherence_length)
        pulls.append((one.coherence_length - 800) / one.coherence_length_error)
    assert np.std(pulls) == pytest.approx(1, abs=0.25)
    assert np.mean(lengths) == pytest.approx(800, rel=0.03)


def test_localization_of_a_chain():
    assert float(localization.chain_localization_length(1.0, 0.5)) == 288
    assert float(localization.chain_localization_length(0.0, 1.0)) == pytest.approx(
        105.045, abs=5e-4
    )
    assert float(localization.edge_lyapunov(0.3)) == pytest.approx(0.0566, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: dmpk.mean_conductance(5, 1.0, 3), InvalidInput, "beta must be 1, 2 or 4"),
        (lambda: dmpk.fano_factor(-1.0), InvalidInput, "must not be negative"),
        (lambda: dmpk.bimodal_density(0.0, 1.0), InvalidInput, "above 0 and up to 1"),
        (lambda: dmpk.path_from_conductance(3, 4.0), InvalidInput, "between 0 and the 3 modes"),
        (lambda: ucf.fluctuation_variance(0.0), InvalidInput, "positive length"),
        (lambda: ucf.fluctuation_variance(1.0, beta=3), InvalidInput, "beta must be"),
        (lambda: cavity.cavity_variance(0, 1, 1), InvalidInput, "at least one mode"),
        (lambda: hikami.hikami(1.0, 0.0), InvalidInput, "must be positive"),
        (lambda: hikami.fit_hikami([1, 2], [1, 2]), InvalidInput, "needs 4 points"),
        (lambda: hikami.fit_hikami([1, 2, 3], [1, 2]), InvalidInput, "as many fields"),
        (lambda: hikami.fit_hikami([1, 2, 3, 4.0], np.zeros(4)), Unreliable, "do not tell"),
        (lambda: localization.chain_localization_length(2.0, 1.0), InvalidInput, "inside the band"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
