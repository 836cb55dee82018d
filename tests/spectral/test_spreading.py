"""Spreading waves: exact displacement, ballistic and diffusive motion, refusals."""

import numpy as np
import pytest
from scipy.linalg import expm

import sharvin as sv
from sharvin.errors import InvalidInput
from sharvin.spectral import spreading
from sharvin.spectral.closed import closed
from sharvin.units import HBAR


def test_it_is_the_commutator_with_the_evolution():
    """On an open chain, where [X, U] can be written down."""
    chain = sv.Device(sv.chain(), sv.interval(24), {}, disorder=sv.disorder(1.0, seed=1))
    h = chain.pattern.matrix(chain.values({})).toarray()
    x = np.diag(chain.positions[:, 0])
    levels, u = np.linalg.eigh(h)
    times = np.array([0.4, 1.5])
    found = spreading(chain, [0.3], times, moments=24, vectors="all")
    width = found.resolution.values[0]
    gauss = np.exp(-((0.3 - levels) ** 2) / (2 * width**2))
    delta = (u * gauss) @ u.conj().T
    for row, t in enumerate(times):
        evolution = expm(-1j * h * t / HBAR)
        moved = x @ evolution - evolution @ x
        expected = np.trace(moved.conj().T @ delta @ moved).real / gauss.sum()
        # Jackson's kernel of 24 moments is a Gaussian to a few percent.
        assert float(found.displacement[row, 0]) == pytest.approx(expected, rel=0.05)


def test_a_clean_wave_runs():
    """v = 2t sin k on a chain: v² = 4 - E² in units of t/ħ."""
    found = spreading(
        sv.Torus(sv.chain(), 400), [0.0, 1.0], [5.0, 10.0, 20.0], moments=128, vectors=16
    )
    expected = np.sqrt(4 - np.array([0.0, 1.0]) ** 2) / HBAR
    np.testing.assert_allclose(found.velocity, expected, rtol=0.03)  # stochastic trace
    square = found.displacement / found.time**2
    np.testing.assert_allclose(square, np.tile(expected**2, (3, 1)), rtol=0.05)
    assert np.isnan(found.mean_free_path).all()  # nothing ends the growth


def test_a_localized_wave_stays():
    found = spreading(
        sv.Torus(sv.chain(), 300, disorder=sv.disorder(4.0, seed=1)),
        0.0,
        np.linspace(4, 40, 10),
        moments=64,
        vectors=8,
    )
    # 1D Anderson: ξ is about 105/W² = 6.6 sites at the band center.
    assert float(found.displacement[-1, 0]) < 15**2
    # While diffusion would double it, it hardly grows any more.
    assert float(found.displacement[-1, 0]) < 1.4 * float(found.displacement[4, 0])
    assert 0 < float(found.mean_free_path[0]) < 15


def test_diffusion_is_einsteins():
    """D = v_x² τ; for W = 1.5, E = -1 on the square lattice τ = 6.02 ħ/t, v_x = 2.234/√2."""
    torus = sv.Torus(sv.square_lattice(), (64, 64), disorder=sv.disorder(1.5, seed=2))
    found = spreading(torus, -1.0, [4.0, 8.0, 10.0, 12.0], moments=64, vectors=4)
    born = (2.234**2 / 2) * 6.02 / HBAR
    # crossing over from ballistic motion: 1 - exp(-t/τ) = 0.94 at 11 ps; Born; a few vectors
    assert float(found.diffusion[-1, 0]) == pytest.approx(born, rel=0.15)


def test_the_number_of_time_steps_does_not_matter():
    torus = sv.Torus(sv.haldane(), (5, 6), disorder=sv.disorder(0.5, seed=1))
    few = spreading(torus, [0.8], [1.0, 4.0], moments=16, vectors=3)
    many = spreading(torus, [0.8], [0.5, 1.0, 2.0, 3.0, 4.0], moments=16, vectors=3)
    assert float(many.displacement[-1, 0]) == pytest.approx(
        float(few.displacement[-1, 0]), rel=1e-9
    )
    assert closed(torus, {}).hamiltonian.is_complex


def test_bad_times_are_refused():
    torus = sv.Torus(sv.chain(), 30)
    for times in (1.0, [2.0, 1.0], [0.0, 1.0], [1.0, np.inf], []):
        with pytest.raises(InvalidInput, match="ascending positive times"):
            spreading(torus, 0.0, times)
