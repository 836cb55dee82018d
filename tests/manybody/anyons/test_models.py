"""Models of anyons: consistent, and with the numbers that conformal field theory gives them."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName, Unreliable
from sharvin.manybody import anyons
from sharvin.manybody.anyons import AnyonModel

GOLDEN = (1 + 5**0.5) / 2
# Sums of up to seven products of numbers near one: the largest defect measured is 7e-15.
ATOL = 1e-13

MODELS = {
    "Fibonacci": (anyons.fibonacci, 14 / 5),
    "Ising": (anyons.ising, 1 / 2),
    "SU(2)_1": (lambda: anyons.su2(1), 1.0),
    "SU(2)_2": (lambda: anyons.su2(2), 3 / 2),
    "SU(2)_3": (lambda: anyons.su2(3), 9 / 5),
    "SU(2)_5": (lambda: anyons.su2(5), 15 / 7),
    "semion": (lambda: anyons.abelian(2, 1), 1.0),
    "Z_3": (lambda: anyons.abelian(3, 2), 2.0),
    "bosons at 1/4": (lambda: anyons.laughlin(4), 1.0),
}


@pytest.fixture(params=MODELS, ids=str)
def model_and_charge(request):
    make, charge = MODELS[request.param]
    return make(), charge


def test_pentagon_and_hexagons_hold(model_and_charge):
    model, _ = model_and_charge
    assert max(model.defects.values()) < ATOL


def test_central_charge_is_that_of_the_edge(model_and_charge):
    model, charge = model_and_charge
    assert anyons.central_charge(model) == pytest.approx(charge, abs=1e-11)


def test_s_alone_knows_the_fusion_rules(model_and_charge):
    model, _ = model_and_charge
    assert np.array_equal(anyons.verlinde(model), model.fusion)


def test_s_and_t_represent_the_modular_group(model_and_charge):
    model, _ = model_and_charge
    s, t = anyons.s_matrix(model), anyons.t_matrix(model)
    conjugation = s @ s
    assert np.abs(conjugation - np.eye(len(s))[model.duals]).max() < ATOL
    assert np.abs(np.linalg.matrix_power(s @ t, 3) - conjugation).max() < 10 * ATOL


def test_quantum_dimensions_are_growth_rates(model_and_charge):
    model, _ = model_and_charge
    largest = [np.abs(np.linalg.eigvals(n.astype(float))).max() for n in model.fusion]
    assert anyons.quantum_dimensions(model) == pytest.approx(np.array(largest), abs=1e-7)


def test_s_of_su2_in_closed_form():
    s = anyons.s_matrix(anyons.su2(4))
    a = np.arange(1, 6)
    expected = np.sqrt(2 / 6) * np.sin(np.outer(a, a) * np.pi / 6)
    assert np.abs(s - expected).max() < ATOL


def test_integer_spins_of_level_three_are_fibonacci():
    big, small = anyons.su2(3), anyons.fibonacci()
    d = anyons.quantum_dimensions(big)[2]
    assert d == pytest.approx(GOLDEN, abs=ATOL)
    assert anyons.twists(big)[2] == pytest.approx(anyons.twists(small)[1], abs=ATOL)
    # The sign of the off-diagonal entries is a choice of phases of the vertices.
    blocks = big.f_matrix("1", "1", "1", "1"), small.f_matrix(*"ττττ")
    assert np.abs(np.abs(blocks[0]) - np.abs(blocks[1])).max() < ATOL


def test_mirrored_particles_turn_the_other_way():
    model = anyons.fibonacci()
    assert anyons.twists(model.mirrored())[1] == pytest.approx(
        anyons.twists(model)[1].conjugate(), abs=ATOL
    )
    assert anyons.central_charge(model.mirrored()) == pytest.approx(8 - 2.8, abs=1e-11)


def entries():
    model = anyons.su2(3)
    f, r = np.argwhere(model.f != 0), np.argwhere(model.r != 0)
    rng = np.random.default_rng(5)
    nontrivial = f[(f[:, :3] > 0).all(axis=1)]
    some = [("f", tuple(row)) for row in nontrivial[rng.permutation(len(nontrivial))[:8]]]
    braided = r[(r[:, :2] > 0).all(axis=1)]
    return some + [("r", tuple(row)) for row in braided]


@pytest.mark.parametrize(("field", "place"), entries())
def test_an_entry_off_by_a_thousandth_is_refused(field, place):
    model = anyons.su2(3)
    arrays = {"f": model.f.copy(), "r": model.r.copy()}
    arrays[field][place] *= np.exp(1e-3j)  # still unitary: only pentagon or hexagon can tell
    with pytest.raises(Unreliable, match=r"pentagon|hexagon|unitarity"):
        AnyonModel("broken", model.labels, model.fusion, arrays["f"], arrays["r"])


def test_laughlin_phases():
    model = anyons.laughlin(3)
    one = anyons.twists(model)[1]
    assert np.angle(one) == pytest.approx(np.pi / 3, abs=ATOL)
    assert np.angle(anyons.monodromy(model, "1", "1")) == pytest.approx(2 * np.pi / 3, abs=ATOL)
    # Three quasiparticles are an electron: a fermion, which a full turn does not notice.
    assert anyons.twists(model)[3] == pytest.approx(-1, abs=ATOL)
    assert anyons.monodromy(model, "1", "3") == pytest.approx(1, abs=ATOL)
    assert not anyons.is_modular(model)
    with pytest.raises(InvalidInput, match="braids trivially"):
        anyons.central_charge(model)


def test_a_sigma_around_a_sigma_loses_its_interference():
    model = anyons.ising()
    assert abs(anyons.monodromy(model, "σ", "σ")) < ATOL
    assert anyons.monodromy(model, "σ", "ψ") == pytest.approx(-1, abs=ATOL)


def test_monodromy_is_read_off_s():
    model = anyons.su2(4)
    s = anyons.s_matrix(model)
    for a, x in enumerate(model.labels):
        for b, y in enumerate(model.labels):
            ratio = s[a, b].conj() * s[0, 0] / (s[0, a] * s[0, b])
            assert anyons.monodromy(model, x, y) == pytest.approx(ratio, abs=10 * ATOL)


def test_refusals():
    fib = anyons.fibonacci()
    with pytest.raises(UnknownName, match="known: '1', 'τ'"):
        fib.fuse("sigma", "τ")
    with pytest.raises(InvalidInput, match="does not contain"):
        fib.exchange("1", "τ", "1")
    with pytest.raises(InvalidInput, match="cannot fuse"):
        anyons.ising().f_matrix("σ", "σ", "σ", "ψ")
    for level in (0, -1, 2.5, 40, True):
        with pytest.raises(InvalidInput, match="level"):
            anyons.su2(level)
    with pytest.raises(InvalidInput, match="both odd"):
        anyons.abelian(3, 1)
    with pytest.raises(InvalidInput, match="1/m"):
        anyons.laughlin(0)
    with pytest.raises(ShapeMismatch, match="2 labels need"):
        AnyonModel("bad", ("1", "τ"), fib.fusion, fib.f[0], fib.r)
    wrong = fib.fusion.copy()
    wrong[1, 1] = [False, True]
    with pytest.raises(InvalidInput, match="antiparticle"):
        AnyonModel("bad", ("1", "τ"), wrong, fib.f, fib.r)
