"""A torus is what its model says, wave by wave; fields close around it or are refused."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.spectral.closed import closed

# Eigenvalues of matrices of a few hundred entries.
ATOL = 1e-10


def dense(operator):
    return (operator.sparse() if hasattr(operator, "sparse") else operator).matrix.toarray()


def bloch_levels(model, cells, **parameters):
    """Energies at all waves that fit around the torus."""
    turns = np.meshgrid(*(np.arange(n) / n for n in cells), indexing="ij")
    waves = sum(t[..., None] * g for t, g in zip(turns, model.lattice.reciprocal, strict=True))
    return np.sort(model.bands(waves, **parameters).ravel())


@pytest.mark.parametrize(
    ("model", "cells"),
    [
        (sv.graphene(hopping=3.0, next_nearest=0.2), (4, 5)),
        (sv.haldane(), (3, 4)),
        (sv.kane_mele(rashba=0.05), (2, 3)),
        (sv.chain(), (7,)),
        (sv.square_lattice(), (1, 2)),
    ],
)
def test_levels_are_those_of_the_waves_that_fit(model, cells):
    h = dense(closed(sv.Torus(model, cells), {}).hamiltonian)
    np.testing.assert_allclose(np.linalg.eigvalsh(h), bloch_levels(model, cells), atol=ATOL)


def test_velocities_are_slopes_of_the_bands():
    """i[H, x] between waves is dH/dk with the positions of the sites inside the cell."""
    model, cells = sv.haldane(), (3, 4)
    whole = closed(sv.Torus(model, cells), {})
    for axis, name in enumerate("xy"):
        total = np.trace(np.linalg.matrix_power(1j * dense(whole.commutator(name)), 2)).real
        step = 1e-5 * np.eye(2)[axis]
        basis = model.lattice.basis
        expected = 0.0
        for i in range(cells[0]):
            for j in range(cells[1]):
                k = np.array([i / cells[0], j / cells[1]]) @ model.lattice.reciprocal
                shifted = []
                for q in (k + step, k - step):
                    turn = np.exp(1j * basis @ q)
                    shifted.append(turn.conj()[:, None] * model.bloch(q) * turn)
                slope = (shifted[0] - shifted[1]) / 2e-5
                expected += np.trace(slope @ slope).real
        # central differences of step 1e-5
        assert total == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("quanta", [1, -3, 8])
def test_landau_levels_close_around_the_torus(quanta):
    """Hofstadter: levels do not depend on which direction carries the gauge, and each is full."""
    levels = []
    for cells in ((6, 8), (8, 6)):
        torus = sv.Torus(sv.square_lattice(), cells)
        torus = torus.replace(field=quanta * torus.flux_step)
        levels.append(np.linalg.eigvalsh(dense(closed(torus, {}).hamiltonian)))
    np.testing.assert_allclose(*levels, atol=ATOL)


def test_a_skew_cell_carries_the_same_field():
    straight = sv.Torus(sv.square_lattice(), (6, 6))
    lattice = sv.Lattice([[1.0, 0.0], [1.0, 1.0]])
    skew = sv.Torus(
        sv.Model(lattice, [0.0], [sv.Hopping(-1.0, (1, 0)), sv.Hopping(-1.0, (-1, 1))]), (6, 6)
    )
    found = [
        np.linalg.eigvalsh(dense(closed(t.replace(field=4 * t.flux_step), {}).hamiltonian))
        for t in (straight, skew)
    ]
    np.testing.assert_allclose(*found, atol=ATOL)


def test_potentials_and_parameters():
    torus = sv.Torus(
        sv.square_lattice(),
        (5, 6),
        potential=lambda x, height: height * np.cos(2 * np.pi * x / 5),
        disorder=sv.disorder("w", seed="sample"),
    )
    assert set(torus.parameters) == {"height", "w", "sample"}
    given = {"height": 2.0, "w": 0.0, "sample": 1}
    h = dense(closed(torus, given).hamiltonian)
    x = np.repeat(np.arange(5), 6)
    np.testing.assert_allclose(np.diag(h), 2.0 * np.cos(2 * np.pi * x / 5), atol=ATOL)
    rough = [
        np.diag(dense(closed(torus, {"height": 0.0, "w": 3.0, "sample": s}).hamiltonian))
        for s in (1, 1, 2)
    ]
    assert np.array_equal(rough[0], rough[1])
    assert not np.array_equal(rough[0], rough[2])
    assert np.abs(rough[0]).max() <= 1.5
    with pytest.raises(UnknownName, match="did you mean 'height'"):
        closed(torus, {"heigth": 1.0, "w": 0.0, "sample": 1})


def test_matrix_potentials_are_written_out():
    sx = np.array([[0.0, 1.0], [1.0, 0.0]])
    model = sv.qwz()
    torus = sv.Torus(model, (3, 4), potential=sv.Potential(0.7, matrix=sx))
    plain = dense(closed(sv.Torus(model, (3, 4)), {}).hamiltonian)
    h = dense(closed(torus, {}).hamiltonian)
    np.testing.assert_allclose(h - plain, np.kron(np.eye(12), 0.7 * sx), atol=ATOL)


def test_bad_tori_are_refused():
    gas = sv.square_lattice()
    for cells in (5, (5, 0), (5, 5, 5), (2.5, 3), "ab"):
        with pytest.raises(ShapeMismatch, match="cells must be 2 positive whole numbers"):
            sv.Torus(gas, cells)
    with pytest.raises(InvalidInput, match="needs a Model"):
        sv.Torus("graphene", (3, 3))
    with pytest.raises(InvalidInput, match="two-dimensional"):
        sv.Torus(sv.chain(), 5, field=1.0)
    torus = sv.Torus(gas, (5, 5))
    with pytest.raises(InvalidInput, match=r"flux quanta .* the nearest field"):
        closed(torus.replace(field=1.5 * torus.flux_step), {})
    with pytest.raises(InvalidInput, match=r"a model becomes a torus by Torus\(model, cells\)"):
        sv.spectral.density_of_states(gas)
