"""Topological models against closed forms, their symmetries and what others call them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter import (
    Hopping,
    Lattice,
    Model,
    bhz,
    chain,
    electron_gas,
    graphene,
    haldane,
    kane_mele,
    kitaev_chain,
    nambu,
    qwz,
    rashba_nanowire,
    rice_mele,
)
from sharvin.matter.honeycomb import BONDS, LOOPS, SHIFT, VECTORS
from sharvin.matter.nambu import check_nambu, particle_hole
from sharvin.matter.spin import PAULI
from sharvin.units import BOHR_MAGNETON, HBAR2_OVER_2ME

ATOL = 1e-12  # closed form and diagonalization each round a few times at band size

wave = st.floats(-10, 10)
energy = st.floats(-2, 2)


@given(wave, wave, energy)
def test_qwz_has_its_closed_form(kx, ky, m):
    d = [np.sin(2 * kx), np.sin(2 * ky), m + np.cos(2 * kx) + np.cos(2 * ky)]
    h = 3 * np.einsum("i,iab->ab", d, PAULI)
    assert qwz(hopping=3, spacing=2).bloch([kx, ky], mass=m) == pytest.approx(h, abs=ATOL)


@given(energy, st.floats(-np.pi, np.pi))
def test_the_gap_of_haldane_at_its_dirac_points(staggered, phase):
    model = haldane(staggered=staggered, phase=phase, next_nearest=0.1)
    k = 4 * np.pi / 3
    masses = [staggered + s * 3 * np.sqrt(3) * 0.1 * np.sin(phase) for s in (1, -1)]
    for sign in (1, -1):
        low, high = model.bands([sign * k, 0.0])
        assert min(abs(high - low - 2 * abs(mass)) for mass in masses) < 1e-10


def test_second_neighbors_go_counterclockwise_around_a_hexagon():
    corners = {0: [np.zeros(2)], 1: [SHIFT]}
    corners[0] += [np.array(c) @ VECTORS for c in np.ndindex(5, 5)]
    corners[0] = [np.array([m, n]) @ VECTORS for m in range(-3, 4) for n in range(-3, 4)]
    corners[1] = [r + SHIFT for r in corners[0]]
    for site, start in ((0, np.zeros(2)), (1, SHIFT)):
        for offset in LOOPS:
            step = (1 if site == 0 else -1) * np.array(offset) @ VECTORS
            between = [
                r for r in corners[1 - site]
                if np.allclose(np.linalg.norm(r - start), np.linalg.norm(SHIFT))
                and np.allclose(np.linalg.norm(r - start - step), np.linalg.norm(SHIFT))
            ]  # fmt: skip
            (corner,) = between
            # going counterclockwise one turns left at the corner between start and end
            first, second = corner - start, start + step - corner
            assert first[0] * second[1] - first[1] * second[0] > 0
    assert len(BONDS) == 3


@given(wave, wave, energy, energy, energy)
def test_kane_mele_obeys_time_reversal_and_splits_into_two_haldanes(kx, ky, so, rashba, v):
    model = kane_mele()
    k = np.array([kx, ky])
    values = {"spin_orbit": so, "rashba": rashba, "staggered": v}
    theta = np.kron(np.eye(2), 1j * PAULI[1])
    h, back = model.bloch(k, **values), model.bloch(-k, **values)
    assert theta @ h.conj() @ theta.conj().T == pytest.approx(back, abs=ATOL)
    flat = model.bloch(k, spin_orbit=so, rashba=0.0, staggered=v)
    up = haldane(next_nearest=so, staggered=v).bloch(k)
    assert flat[::2, ::2] == pytest.approx(up, abs=ATOL)
    assert abs(flat[::2, 1::2]).max() == 0


def test_rashba_coupling_splits_graphene_as_published():
    # At K two of the four levels stay at zero energy and two move to ±3 λ_R.
    model = kane_mele(spin_orbit=0, rashba=0.05)
    levels = model.bands([4 * np.pi / 3, 0.0])
    assert levels == pytest.approx([-0.15, 0, 0, 0.15], abs=ATOL)


def test_mercury_telluride_has_its_published_dispersion():
    a, b, d, m = 364.5, -686.0, -512.0, -10.0
    model = bhz(spacing=0.5)
    k = 0.02
    exact = -d * k**2 + np.array([-1, 1]) * np.hypot(a * k, m - b * k**2)
    # The grid takes (k s)²/6 = 2e-5 off the linear term.
    assert model.bands([k, 0.0])[::2] == pytest.approx(exact, rel=1e-4)
    assert model.bands([0.0, 0.0]) == pytest.approx([m, m, -m, -m], abs=1e-9)
    theta = 1j * model.spin[0][1]
    h, back = model.bloch([0.3, 0.7]), model.bloch([-0.3, -0.7])
    assert theta @ h.conj() @ theta.conj().T == pytest.approx(back, abs=1e-9)


@given(wave, energy, energy)
def test_rice_mele_has_its_closed_form(k, delta, stagger):
    expected = np.sqrt(stagger**2 + 4 * np.cos(k) ** 2 + 4 * delta**2 * np.sin(k) ** 2)
    bands = rice_mele().bands(k, dimerization=delta, staggered=stagger)
    assert bands == pytest.approx([-expected, expected], abs=1e-10)


@given(wave, energy, energy)
def test_kitaev_chain_has_its_closed_form(k, mu, delta):
    expected = np.hypot(2 * np.cos(k) + mu, 2 * delta * np.sin(k))
    model = kitaev_chain()
    assert model.bands(k, mu=mu, pairing=delta) == pytest.approx([-expected, expected], abs=1e-10)
    check_nambu(model, {"mu": mu, "pairing": delta})


@given(st.floats(0, 1), st.floats(-1, 1), st.floats(0, 0.6))
def test_nanowire_gap_at_zero_momentum_closes_where_majoranas_appear(pairing, mu, field):
    model = rashba_nanowire()
    zeeman = 0.5 * 50 * BOHR_MAGNETON * field
    gap = abs(np.hypot(pairing, mu) - zeeman)
    levels = model.bands(0.0, B=field, mu=mu, pairing=pairing)
    # The middle pair is a square root of a difference of squares of energies near 1 meV.
    assert abs(levels).min() == pytest.approx(gap, abs=1e-9)
    check_nambu(model, {"B": field, "mu": mu})


def test_pairing_opens_the_gap_of_the_parent():
    gas = electron_gas(mass=0.1, spacing=5, dimension=1)
    metal = Model(gas.lattice, [gas.onsite[0].terms[""] - 10.0], gas.hoppings, degeneracy=2)
    wire = nambu(metal, pairing="0.5 meV")
    k = np.linspace(-0.6, 0.6, 5001)[:, None]
    assert wire.bands(k) == pytest.approx(
        np.hypot(metal.bands(k), 0.5) * np.array([-1, 1]), abs=1e-9
    )
    assert (wire.degeneracy, wire.charges[0].tolist()) == (2, [-1, 1])
    check_nambu(wire)
    # with spin in the orbitals, the same levels appear twice instead of a degeneracy
    t = HBAR2_OVER_2ME / 0.1 / 25
    spinful = Model(
        gas.lattice, [(2 * t - 10) * np.eye(2)], [Hopping(-t * np.eye(2), (1,))], orbitals=2,
        spin=[PAULI],
    )  # fmt: skip
    both = nambu(spinful, pairing=0.5, phase=0.7)
    assert both.bands(k)[:, ::2] == pytest.approx(wire.bands(k), abs=1e-9)
    check_nambu(both)


def test_pairing_keeps_parameters_given_by_functions():
    model = Model(
        Lattice([[1.0]]),
        [0.3],
        [Hopping(lambda theta: np.exp(1j * theta), (1,))],
        degeneracy=2,
    )
    super_ = nambu(model, pairing=0.2)
    assert super_.parameters == ("pairing", "theta")
    hop = super_.hopping_block(0, {"theta": 0.4})
    assert np.diag(hop) == pytest.approx([np.exp(0.4j), -np.exp(-0.4j)])


def test_spins_are_spins():
    for model in (
        kane_mele(),
        bhz(),
        rashba_nanowire(),
        electron_gas(mass=1, spacing=1, g_factor=2),
    ):
        for x, y, z in model.spin:
            assert x @ y == pytest.approx(1j * z)
    assert qwz().spin == ()
    h = rashba_nanowire().bloch(0.1, B=1.0, alpha=0.0, pairing=0.0, mu=0.0)
    sigma = rashba_nanowire().spin[0]
    assert h @ sigma[0] == pytest.approx(sigma[0] @ h)


LINE = Lattice([[1.0]])
WRONG_HOLES = Model(LINE, [np.eye(2)], [], orbitals=2, charges=[[-1, 1]])
WRONG_PAIRING = Model(
    LINE, [np.diag([1.0, -1.0])], [Hopping(np.array([[1, 0.3], [0.3, -1]]), (1,))], orbitals=2,
    charges=[[-1, 1]],
)  # fmt: skip
REFUSED = [
    (lambda: check_nambu(WRONG_HOLES), InvalidInput, "its onsite block of site 0 differs"),
    (lambda: check_nambu(WRONG_PAIRING), InvalidInput, "its hopping 0 differs.*antisymmetric"),
    (lambda: particle_hole(chain()), InvalidInput, "not in Nambu order: site 0 has charges"),
    (lambda: nambu(qwz(), pairing=1), InvalidInput, "has no singlet to pair"),
    (lambda: nambu(kane_mele(), pairing=1, parameter="rashba"), InvalidInput, "choose another"),
    (
        lambda: nambu(Model(LINE, [lambda u: u], [], degeneracy=2), pairing=1),
        InvalidInput,
        "must be arrays or mappings",
    ),
    (lambda: bhz(spacing=-1), InvalidInput, "positive spacing"),
    (lambda: haldane(lattice_constant=0), InvalidInput, "lattice_constant must be positive"),
    (lambda: Model(LINE, [0], [], spin=[PAULI]), ShapeMismatch, "spin has shapes"),
    (
        lambda: Model(LINE, [np.eye(2)], [], orbitals=2, spin=[PAULI / 2]),
        InvalidInput,
        "not a spin one half",
    ),
]


@pytest.mark.parametrize(("build", "error", "message"), REFUSED)
def test_nonsense_is_refused_in_one_line(build, error, message):
    with pytest.raises(error, match=message) as refusal:
        build()
    assert "\n" not in str(refusal.value)


def test_any_lattice_becomes_a_superconductor_with_the_right_holes():
    check_nambu(nambu(graphene(), pairing=1.0))
    # complex hoppings: holes have the conjugate ones
    normal = kane_mele(rashba=0.1, staggered=0.2)
    paired = nambu(normal, pairing=0.3)
    check_nambu(paired)
    k = np.array([0.4, 1.3])
    # time reversal pairs k with -k: every normal level opens by the same gap
    levels = np.hypot(normal.bands(k), 0.3)
    assert paired.bands(k) == pytest.approx(np.sort(np.concatenate([-levels, levels])), abs=1e-12)
