"""Laws of periodic models: Hermitian, periodic, the same however a block is written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.matter import Conserved, Hopping, Lattice, Model, chain

# Sums of a few dozen products of numbers of order one, in double precision.
ATOL = 1e-13

seeds = st.integers(0, 2**32 - 1)


def random_model(seed: int, *, real: bool = False) -> Model:
    """Random crystal: 1-3 dimensions, 1-3 sites of 1-3 orbitals, hops of up to three cells."""
    rng = np.random.default_rng(seed)
    dimension, sites = rng.integers(1, 4), rng.integers(1, 4)
    orbitals = [int(count) for count in rng.integers(1, 4, size=sites)]

    def matrix(rows: int, columns: int) -> np.ndarray:
        values = rng.normal(size=(rows, columns))
        return values if real else values + 1j * rng.normal(size=(rows, columns))

    def hermitian(size: int) -> np.ndarray:
        values = matrix(size, size)
        return values + values.conj().T

    hoppings, seen = [], set()
    for _ in range(int(rng.integers(1, 6))):
        offset = tuple(int(step) for step in rng.integers(-3, 4, size=dimension))
        to, from_ = (int(site) for site in rng.integers(0, sites, size=2))
        back = tuple(-step for step in offset)
        if {(to, from_, offset), (from_, to, back)} & seen or (to == from_ and not any(offset)):
            continue
        seen.add((to, from_, offset))
        shape = orbitals[to], orbitals[from_]
        hoppings.append(Hopping({"": matrix(*shape), "alpha": matrix(*shape)}, offset, to, from_))
    return Model(
        Lattice(rng.normal(size=(dimension, dimension)), rng.normal(size=(sites, dimension))),
        onsite=[{"": hermitian(count), "B": hermitian(count)} for count in orbitals],
        hoppings=hoppings,
        orbitals=orbitals,
        defaults={"B": 0.0},
    )


def given_parameters(model: Model, rng: np.random.Generator) -> dict[str, float]:
    return {name: float(rng.normal()) for name in model.parameters}


def test_a_hop_takes_the_wave_from_its_origin_to_its_target():
    # One-way phase: only a complex hop tells k from -k, and the target from the origin.
    model = Model(Lattice([[2.0]]), onsite=[0], hoppings=[Hopping(np.exp(0.3j), (1,))])
    k = 0.4
    # ⟨n+1|H|n⟩ = e^{iφ} gives E(k) = 2 cos(φ - k a).
    assert model.bands(k) == pytest.approx([2 * np.cos(0.3 - 2 * k)], abs=ATOL)


def test_rows_of_a_block_are_the_orbitals_of_its_target():
    model = Model(
        Lattice([[1.0]], [[0.0], [0.5]]),
        onsite=[0, np.zeros((2, 2))],
        hoppings=[Hopping([[1], [2]], (0,), to=1, from_=0)],
        orbitals=[1, 2],
    )
    assert model.bloch(0.7).real.tolist() == [[0, 1, 2], [1, 0, 0], [2, 0, 0]]


@given(seeds)
def test_bloch_is_hermitian(seed):
    model, rng = random_model(seed), np.random.default_rng(seed)
    k = rng.normal(size=(2, 3, model.lattice.space))
    h = model.bloch(k, **given_parameters(model, rng))
    assert h.shape == (2, 3, sum(model.orbitals), sum(model.orbitals))
    np.testing.assert_allclose(h, np.swapaxes(h.conj(), -1, -2), atol=ATOL)


@given(seeds)
def test_bloch_repeats_with_the_reciprocal_lattice(seed):
    model, rng = random_model(seed), np.random.default_rng(seed)
    params = given_parameters(model, rng)
    k = rng.normal(size=model.lattice.space)
    shift = rng.integers(-2, 3, size=model.lattice.dimension) @ model.lattice.reciprocal
    # Random vectors may be nearly dependent: their reciprocal ones are long and lose digits.
    atol = 1e-12 * (1 + np.abs(shift).max() * np.abs(model.lattice.vectors).max())
    np.testing.assert_allclose(
        model.bloch(k + shift, **params), model.bloch(k, **params), atol=atol
    )


@given(seeds)
def test_real_blocks_are_time_reversal_invariant_and_stay_real(seed):
    model, rng = random_model(seed, real=True), np.random.default_rng(seed)
    params = given_parameters(model, rng)
    k = rng.normal(size=model.lattice.space)
    np.testing.assert_allclose(
        model.bloch(-k, **params), model.bloch(k, **params).conj(), atol=ATOL
    )
    assert model.onsite_block(0, params).dtype == np.float64
    for index in range(len(model.hoppings)):
        assert model.hopping_block(index, {"alpha": 2.0}).dtype == np.float64


@given(seeds)
def test_a_function_says_the_same_as_an_affine_mapping(seed):
    affine, rng = random_model(seed), np.random.default_rng(seed)

    def as_function(terms):
        zero = 0 * next(iter(terms.values()))
        if "alpha" in terms:
            return lambda alpha: terms.get("", zero) + alpha * terms["alpha"]
        return lambda B=0.0: terms.get("", zero) + B * terms["B"]

    function = Model(
        affine.lattice,
        onsite=[as_function(block.terms) for block in affine.onsite],
        hoppings=[
            Hopping(as_function(hop.block.terms), hop.offset, hop.to, hop.from_)
            for hop in affine.hoppings
        ],
        orbitals=affine.orbitals,
    )
    assert function.parameters == affine.parameters
    assert function.defaults == affine.defaults
    params = given_parameters(affine, rng)
    k = rng.normal(size=affine.lattice.space)
    np.testing.assert_allclose(function.bloch(k, **params), affine.bloch(k, **params), atol=ATOL)


@given(seeds)
def test_many_wave_vectors_at_once_are_the_same_as_one_by_one(seed):
    model, rng = random_model(seed), np.random.default_rng(seed)
    params = given_parameters(model, rng)
    k = rng.normal(size=(4, model.lattice.space))
    one_by_one = [model.bands(wave, **params) for wave in k]
    np.testing.assert_allclose(model.bands(k, **params), one_by_one, atol=1e-12)


def test_a_complex_term_of_weight_zero_leaves_the_block_real():
    model = Model(Lattice([[1.0]]), onsite=[0], hoppings=[Hopping({"": -1, "phase": 1j}, (1,))])
    assert model.hopping_block(0, {"phase": 0.0}).dtype == np.float64
    assert model.hopping_block(0, {"phase": 0.1}).dtype == np.complex128


def test_parameters_say_what_each_block_depends_on():
    model = random_model(3)
    assert model.onsite[0].parameters == ("B",)
    assert model.hoppings[0].parameters == ("alpha",)
    assert model.parameters == ("B", "alpha")
    assert dict(model.defaults) == {"B": 0.0}
    # A device hands over all its parameters, foreign ones too.
    model.onsite_block(0, {"gate": 1.0, "B": 2.0})


def test_a_model_is_frozen_down_to_its_arrays():
    model = chain()
    with pytest.raises(ValueError, match="read-only"):
        model.lattice.vectors[0, 0] = 3
    with pytest.raises(ValueError, match="read-only"):
        model.onsite[0].terms[""][0, 0] = 3
    with pytest.raises(AttributeError):
        model.degeneracy = 3
    mine = np.eye(1)
    lattice = Lattice(mine)
    mine[0, 0] = 7
    assert lattice.vectors[0, 0] == 1


def test_reach_is_the_longest_hop_along_each_vector():
    hoppings = [Hopping(1, (-3, 1)), Hopping(1, (2, 2))]
    assert Model(Lattice(np.eye(2)), [0], hoppings).reach.tolist() == [3, 2]
    assert Model(Lattice(np.eye(2)), [0], []).reach.tolist() == [0, 0]


def test_charges_are_electrons_unless_said_otherwise():
    assert [charge.tolist() for charge in random_model(5).charges] == [
        [-1.0] * count for count in random_model(5).orbitals
    ]
    nambu = Model(Lattice([[1.0]]), [np.eye(2)], [], orbitals=2, charges=[[-1, 1]])
    assert nambu.charges[0].tolist() == [-1.0, 1.0]


LINE = Lattice([[1.0]])
REFUSED = [
    (lambda: Lattice([[1, 0], [2, 0]]), InvalidInput, "not linearly independent"),
    (lambda: Lattice([[1e-9, 0], [0, 0]]), InvalidInput, "not linearly independent"),
    (lambda: Lattice([1, 0]), ShapeMismatch, r"must be rows.*\(2,\)"),
    (lambda: Lattice([[1.0], [2.0]]), ShapeMismatch, "must be rows"),
    (lambda: Lattice([[1.0]], [[0.0, 1.0]]), ShapeMismatch, "1 components, but basis sites have 2"),
    (lambda: Lattice([[np.nan]]), InvalidInput, "NaN"),
    (lambda: Lattice([["a"]]), ShapeMismatch, "rows of numbers in nm"),
    (lambda: Model(LINE, [1j], []), InvalidInput, "onsite block of site 0 is not Hermitian"),
    (lambda: Model(LINE, [{"": 1, "a": 1j}], []), InvalidInput, "not Hermitian"),
    (lambda: Model(LINE, [lambda a: 1j], []).bands(0, a=1), InvalidInput, "not Hermitian"),
    (lambda: Model(LINE, [np.eye(2)], []), ShapeMismatch, r"shape \(2, 2\), but needs \(1, 1\)"),
    (lambda: Model(LINE, [[[np.nan]]], []), InvalidInput, "contains NaN"),
    (lambda: Model(LINE, ["x"], []), ShapeMismatch, "must be a matrix of numbers"),
    (lambda: Model(LINE, [{}], []), InvalidInput, "mapping is empty"),
    (lambda: Model(LINE, [{"a b": 1}], []), UnknownName, "cannot be a parameter name"),
    (lambda: Model(LINE, [lambda *a: 1], []), InvalidInput, "have no names; write them out"),
    (lambda: Model(LINE, [0, 0], []), ShapeMismatch, r"one block per basis site \(1\), got 2"),
    (lambda: Model(LINE, [0], [], orbitals=[1, 1]), ShapeMismatch, "1 positive counts"),
    (lambda: Model(LINE, [0], [], orbitals=0), ShapeMismatch, "1 positive counts"),
    (lambda: Model(LINE, [0], [Hopping(1, (1, 0))]), ShapeMismatch, r"offset \(1, 0\)"),
    (lambda: Model(LINE, [0], [Hopping(1, (0.5,))]), ShapeMismatch, "whole numbers of cells"),
    (lambda: Model(LINE, [0], [Hopping(1, (1,), to=1)]), InvalidInput, r"sites: 0\.\.0"),
    (lambda: Model(LINE, [0], [Hopping(1, (0,))]), InvalidInput, "put it into the onsite block"),
    (
        lambda: Model(LINE, [0], [Hopping(1, (1,)), Hopping(1, (-1,))]),
        InvalidInput,
        "hopping 1 repeats an earlier hopping or is its adjoint",
    ),
    (lambda: Model(LINE, [0], [], degeneracy=0), InvalidInput, "positive whole number"),
    (lambda: Model(LINE, [0], [], degeneracy=1.5), InvalidInput, "positive whole number"),
    (lambda: Model(LINE, [0], [], charges=[[1, 1]]), ShapeMismatch, "charges have shapes"),
    (lambda: Model(LINE, [0], [], defaults={"a": 1}), UnknownName, "unknown parameter 'a'"),
    (lambda: Model(LINE, [0], [], units={"a": "T"}), UnknownName, "unknown parameter 'a'"),
    (
        lambda: Model(LINE, [0], [], conserved={"q": Conserved((1j,), {})}),
        InvalidInput,
        "operator of 'q' on site 0 is not Hermitian",
    ),
    (
        lambda: Model(LINE, [0], [], conserved={"q": Conserved((1, 1), {})}),
        ShapeMismatch,
        "one operator per basis site",
    ),
    (lambda: chain().bands([[0.0, 0.0]]), ShapeMismatch, "1 components of each wave vector"),
    (lambda: chain().bands(0, gate=1), UnknownName, "there is no parameter here"),
    (lambda: random_model(3).bloch(np.zeros(9), alpah=1), ShapeMismatch, "last axis"),
    (lambda: Model(LINE, [{"alpha": 1}], []).bands(0), InvalidInput, "needs a value for 'alpha'"),
    (
        lambda: Model(LINE, [{"alpha": 1}], []).bands(0, alhpa=1),
        UnknownName,
        "did you mean 'alpha'",
    ),
]


@pytest.mark.parametrize(("build", "error", "message"), REFUSED)
def test_nonsense_is_refused_in_one_line(build, error, message):
    with pytest.raises(error, match=message) as refusal:
        build()
    assert "\n" not in str(refusal.value)
