"""Closed-form values: chains, strips, dimers, ribbons, and a 420-bit reference."""

import numpy as np
import pytest

from sharvin.solvers.modes import prepare
from solvers.modes.leads import (
    bhz,
    chain,
    kitaev,
    landau,
    random_lead,
    rashba,
    square,
    ssh,
    zigzag,
)

# Closed forms are good to rounding over the distance to the band edge.
TIGHT = 1e-12


def test_chain():
    """E = -2 cos k: outgoing where dE/dk = 2 sin k > 0."""
    modes = prepare(*chain()).modes(-1.0)
    assert modes.count == 1
    np.testing.assert_allclose(modes.momenta_out, [np.pi / 3], atol=TIGHT)
    np.testing.assert_allclose(modes.momenta_in, [-np.pi / 3], atol=TIGHT)
    np.testing.assert_allclose(modes.velocity_out, [np.sqrt(3)], rtol=TIGHT)
    np.testing.assert_allclose(modes.sigma, [[-np.exp(1j * np.pi / 3)]], atol=TIGHT)
    assert modes.method == "closed"


def test_chain_outside_its_band():
    modes = prepare(*chain()).modes(3.0)
    assert modes.count == 0
    np.testing.assert_allclose(modes.sigma, [[(3 - np.sqrt(5)) / 2]], rtol=TIGHT)


@pytest.mark.parametrize("energy", [0.5, 1.7, 4.0 + 1e-3, 6.1])
@pytest.mark.parametrize("width", [1, 2, 7, 40])
def test_square_strip(width, energy):
    onsite = 4 - 2 * np.cos(np.arange(1, width + 1) * np.pi / (width + 1))
    c = (onsite - energy) / 2
    is_open = np.abs(c) < 1
    speed = 2 * np.sqrt(1 - c[is_open] ** 2)
    modes = prepare(*square(width)).modes(energy)
    assert modes.count == is_open.sum()
    np.testing.assert_allclose(np.sort(modes.velocity_out), np.sort(speed), rtol=1e-9)
    np.testing.assert_allclose(modes.velocity_in, -modes.velocity_out, rtol=TIGHT)


@pytest.mark.parametrize("energy", [1.1, 1.4, -0.9])
def test_dimers(energy):
    """E^2 = a^2 + b^2 + 2 a b cos k."""
    a, b = 1.0, 0.6
    cosine = (energy**2 - a**2 - b**2) / (2 * a * b)
    modes = prepare(*ssh(a, b)).modes(energy)
    assert modes.count == 1
    np.testing.assert_allclose(np.cos(modes.momenta_out), cosine, atol=TIGHT)
    speed = a * b * np.sqrt(1 - cosine**2) / abs(energy)
    np.testing.assert_allclose(modes.velocity_out, speed, rtol=TIGHT)


@pytest.mark.parametrize("rows", [20, 60])
def test_zigzag_edge_state_at_almost_zero_energy(rows):
    """One mode, where Kwant finds none. With q = 2 cos(k/2) < 1 the edge band is given by
    sinh(kappa N) = q sinh(kappa (N + 1)), E = sinh(kappa) / sinh(kappa (N + 1))."""
    energy = 1e-6
    modes = prepare(*zigzag(rows)).modes(energy)
    assert modes.count == 1
    lower, upper = 1e-3, 5.0
    for _ in range(200):
        kappa = (lower + upper) / 2
        if np.sinh(kappa) / np.sinh(kappa * (rows + 1)) > energy:
            lower = kappa
        else:
            upper = kappa

    def band(kappa):
        q = np.sinh(kappa * rows) / np.sinh(kappa * (rows + 1))
        return 2 * np.arccos(q / 2), np.sinh(kappa) / np.sinh(kappa * (rows + 1))

    momentum, _ = band(kappa)
    step = 1e-6
    (k1, e1), (k2, e2) = band(kappa - step), band(kappa + step)
    assert np.isclose(np.abs(modes.momenta_out[0]), momentum, atol=1e-9)
    np.testing.assert_allclose(modes.velocity_out, abs((e2 - e1) / (k2 - k1)), rtol=1e-6)


@pytest.mark.parametrize("width", [20, 50, 100])
@pytest.mark.parametrize("energy", [2.0, 3.0, 4.0])
@pytest.mark.parametrize("offset", [-1e-6, 0.0, 1e-6])
def test_commensurate_strips_count_right(width, energy, offset):
    """Round energies of clean strips, where a chunk of many cells has resonances."""
    energy = energy + offset
    onsite = 4 - 2 * np.cos(np.arange(1, width + 1) * np.pi / (width + 1))
    if np.abs(np.abs(energy - onsite) - 2).min() < 1e-7:
        pytest.skip("a band edge; test_refusals covers it")
    assert prepare(*square(width)).modes(energy).count == (np.abs(energy - onsite) < 2).sum()


@pytest.mark.parametrize("energy", [2.0, 3.0, 4.0])
def test_commensurate_strip_without_closed_form(energy):
    """The same strip with its ends swapped on every other cell: no two blocks commute."""
    width = 20
    cell, hop = square(width)
    inner, outer = np.kron(np.eye(2), cell), np.zeros((2 * width, 2 * width))
    inner[width:, :width] = inner[:width, width:] = hop
    outer[:width, width:] = hop
    doubled, modes = prepare(inner, outer), prepare(cell, hop)
    energy = energy + 2e-6
    assert doubled.modes(energy).method != "closed"
    assert doubled.modes(energy).count == modes.modes(energy).count
    np.testing.assert_allclose(
        np.sort(doubled.modes(energy).velocity_out) * 2,
        np.sort(modes.modes(energy).velocity_out),
        rtol=1e-6,
    )


REFERENCE = {
    "random": random_lead(3, 4, is_complex=True),
    "random, singular": random_lead(4, 5, is_complex=False, rank=2),
    "field": landau(4, 0.3),
    "zigzag": zigzag(3),
    "rashba": rashba(2, 0.4),
    "spin hall": bhz(1),
    "superconductor": kitaev(0.5),
    "square": square(5),
    "dimers": ssh(0.6, 1.0),
}


@pytest.mark.parametrize("name", REFERENCE)
@pytest.mark.parametrize(("energy", "reverse"), [(0.0, False), (1e-9, True), (0.3, True),
                                                 (1.0, False), (2.0 + 1e-6, False)])  # fmt: skip
def test_high_precision_reference(name, energy, reverse):
    reference = pytest.importorskip("solvers.modes.reference", exc_type=ImportError)
    cell, hop = REFERENCE[name]
    hop = hop.conj().T if reverse else hop
    if name == "zigzag" and energy in (0.0, 1e-9):
        pytest.skip("velocity below 1e-7: refused")
    if name == "square" and energy == 1.0:
        pytest.skip("a band edge: refused")
    modes = prepare(cell, hop).modes(energy)
    truth = reference.reflection(cell, hop, energy, modes.ports.a, scale=10.0)
    worst = np.abs(modes.ports.reflection - truth).max()
    assert reference.counted(truth) == modes.count
    assert worst < 1e-8
    assert worst < 10 * modes.error
