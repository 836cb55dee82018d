"""Bilayers: closed forms, the magic angle, symmetries of the moiré and its lattice version."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.device import Device, lead, rectangle
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.matter import (
    bilayer_graphene,
    haldane,
    twisted_bilayer_graphene,
    twisted_bilayer_lattice,
)
from sharvin.matter.bilayer import commensurate_angle
from sharvin.solvers.smatrix import smatrix
from sharvin.topology import berry_curvature, chern_number
from sharvin.topology.crystal import fractions, levels

# Small enough for tests; the flat bands move by 0.02 meV against cutoff 6.
CUTOFF = 3.6


def chiral_at(alpha):
    wave = 97.5 / (594.4 * alpha)
    angle = 2 * np.degrees(np.arcsin(wave * 3 * 0.246 / (8 * np.pi)))
    return twisted_bilayer_graphene(angle, w0=0.0, cutoff=4.5)


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(-300, 300))
def test_bernal_bilayer_has_its_closed_form(kx, ky, bias):
    a, g0, g1 = 0.246, 3160.0, 381.0
    x, y = kx * a, ky * a
    square = 3 + 2 * np.cos(x) + 4 * np.cos(x / 2) * np.cos(np.sqrt(3) * y / 2)
    e2 = g0**2 * max(square, 0.0)
    root = np.sqrt(g1**4 / 4 + e2 * (g1**2 + bias**2))
    squares = g1**2 / 2 + bias**2 / 4 + e2 + np.array([-1, 1]) * root
    levels_ = bilayer_graphene().bands([kx, ky, 0.0], bias=bias)
    # square roots of differences of squares near 1e7 meV²
    assert levels_[2:] == pytest.approx(np.sqrt(np.maximum(squares, 0)), abs=1e-3)
    assert levels_ == pytest.approx(-levels_[::-1], abs=1e-8)


def test_trigonal_warping_and_asymmetry_are_those_of_the_full_model():
    model = bilayer_graphene(gamma3=380, gamma4=140)
    k = np.array([4 * np.pi / 3 / 0.246, 0.0, 0.0])
    # at the corner only γ1 is left
    assert model.bands(k) == pytest.approx([-381, 0, 0, 381], abs=1e-6)
    lengths = {}
    for hop in model.hoppings:
        bond = np.array(hop.offset) @ model.lattice.vectors
        bond = bond + model.lattice.basis[hop.to] - model.lattice.basis[hop.from_]
        lengths.setdefault((hop.from_, hop.to), []).append(np.linalg.norm(bond[:2]))
    assert {pair: len(found) for pair, found in lengths.items()} == {
        (1, 2): 1, (0, 1): 3, (2, 3): 3, (0, 3): 3, (0, 2): 3, (1, 3): 3,
    }  # fmt: skip
    assert np.concatenate(list(lengths.values()))[1:] == pytest.approx(0.246 / np.sqrt(3))


def test_bilayers_carry_current_in_a_device():
    a = 0.246
    device = Device(
        bilayer_graphene(),
        rectangle(3 * a, 6 * np.sqrt(3) * a),
        {"l": lead("left"), "r": lead("right")},
    )
    s = smatrix(device, energy=50.0, bias=20.0)
    assert s.transmission(to="r", from_="l") == pytest.approx(s.modes[0], abs=1e-9)
    assert s.modes[0] >= 1


def test_flat_bands_at_the_first_magic_angle_of_the_chiral_limit():
    # TKV: α = 0.586. The width there is what the discrete grid and the cutoff leave.
    widths = []
    for alpha in (0.55, 0.586, 0.62):
        bilayer = chiral_at(alpha)
        assert bilayer.alpha == pytest.approx(alpha, rel=1e-9)
        middle = bilayer.neutrality
        flat = levels(bilayer, fractions((4, 4)), {})[..., middle - 1 : middle + 1]
        widths.append(np.ptp(flat))
    assert widths[1] < 0.3
    assert min(widths[0], widths[2]) > 10


def bands_from_bonds(bilayer, k):
    """Plane waves of both layers with their bonds -t in full, and positive bonds in between."""
    a = bilayer.lattice_constant
    t = bilayer.velocity * 2 / np.sqrt(3) / a
    turns = 2 * np.pi * np.arange(3) / 3
    bonds = a / np.sqrt(3) * np.stack([-np.sin(turns), np.cos(turns)], -1)  # from A to B
    corners = 4 * np.pi / (3 * a) * np.stack([np.cos(turns), np.sin(turns)], -1)
    layers, _, places = bilayer._waves
    n = len(layers)
    h = np.zeros((n, 2, n, 2), complex)
    for w, layer in enumerate(layers):
        half = np.radians(bilayer.angle / 2) * (2 * layer - 1)
        turn = np.array([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]])
        p = turn @ corners[0] + k - places[w]
        h[w, 0, w, 1] = -t * np.exp(1j * (bonds @ turn.T) @ p).sum()
        h[w, 1, w, 0] = h[w, 0, w, 1].conj()
    for corner, q in zip(corners, bilayer.transfers, strict=True):
        # a bond from B to another sublattice: the phase of the reciprocal vector at B
        phase = np.exp(1j * (corner - corners[0]) @ bonds[0])
        w0, w1 = bilayer.w0, bilayer.w1
        between = np.array([[w0, w1 / phase], [w1 * phase, w0]])
        apart = np.linalg.norm(places[:, None] - places[None, :] + q, axis=-1) < 1e-6
        for top, bottom in np.argwhere(apart & (layers[:, None] > layers[None, :])):
            h[top, :, bottom, :] += between
            h[bottom, :, top, :] += between.conj().T
    return np.linalg.eigvalsh(h.reshape(2 * n, 2 * n))


def test_electrons_and_holes_are_told_apart_by_the_signs_of_bonds():
    """BM: -t within layers, positive between them; at Γ the flat bands are at -10.5 and 12.8."""
    bilayer = twisted_bilayer_graphene(1.05, cutoff=CUTOFF)
    flat = slice(bilayer.neutrality - 1, bilayer.neutrality + 1)
    for k in (np.zeros(2), np.array([0.1, 0.05]), bilayer.transfers[0] / 2):
        found = bilayer.bands(k)[flat]
        # the cones of real layers bend: 0.3 meV. Mirrored bands differ by 2 to 4 meV.
        assert found == pytest.approx(bands_from_bonds(bilayer, k)[flat], abs=0.4)
    assert bilayer.bands(np.zeros(2))[flat] == pytest.approx([-10.5, 12.8], abs=0.1)


@settings(max_examples=5)
@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_signs_of_tunneling_mirror_energies_and_senses_of_rotation_mirror_momenta(kx, ky):
    k, mirrored = np.array([kx, ky]), np.array([kx, -ky])
    plain = twisted_bilayer_graphene(1.05, cutoff=CUTOFF).bands(k)
    for signs in ({"w0": -79.7}, {"w1": -97.5}, {"velocity": -594.4}):
        other = twisted_bilayer_graphene(1.05, cutoff=CUTOFF, **signs).bands(k)
        assert other == pytest.approx(-plain[::-1], abs=1e-8)
    both = twisted_bilayer_graphene(1.05, w0=-79.7, w1=-97.5, cutoff=CUTOFF)
    assert both.bands(k) == pytest.approx(plain, abs=1e-8)
    turned = twisted_bilayer_graphene(-1.05, cutoff=CUTOFF)
    assert turned.bands(mirrored) == pytest.approx(plain, abs=1e-8)
    # Tarnopolsky, Kruchkov and Vishwanath: σ_z turns H to -H
    chiral = twisted_bilayer_graphene(1.05, w0=0, cutoff=CUTOFF).bands(k)
    assert chiral == pytest.approx(-chiral[::-1], abs=1e-8)


@settings(max_examples=5)
@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
def test_valleys_are_time_reverses_and_bands_repeat_from_zone_to_zone(kx, ky):
    one = twisted_bilayer_graphene(1.3, mass=(10.0, 3.0), cutoff=CUTOFF)
    other = twisted_bilayer_graphene(1.3, mass=(10.0, 3.0), valley=-1, cutoff=CUTOFF)
    k = np.array([kx, ky])
    assert other.bands(-k) == pytest.approx(one.bands(k), abs=1e-9)


@pytest.mark.parametrize("valley", [1, -1])
def test_states_continue_into_the_next_zone(valley):
    bilayer = twisted_bilayer_graphene(1.3, mass=(10.0, 3.0), valley=valley, cutoff=7.0)
    k = np.array([0.03, 0.11])
    middle = slice(bilayer.neutrality - 1, bilayer.neutrality + 1)
    states = np.linalg.eigh(bilayer.bloch(k))[1][:, middle]
    for steps in ([1, 0], [0, 1], [-1, 1]):
        there = k + np.array(steps) @ bilayer.lattice.reciprocal
        energies, beyond = np.linalg.eigh(bilayer.bloch(there))
        overlap = beyond[:, middle].conj().T @ bilayer.translated(states, np.array(steps))
        # what the cutoff leaves out of these states
        assert np.abs(overlap) == pytest.approx(np.eye(2), abs=2e-2)
        assert energies[middle] == pytest.approx(bilayer.bands(k)[middle], abs=0.2)


def test_one_layer_alone_is_graphene():
    bilayer = twisted_bilayer_graphene(2.0, w0=0, w1=0, cutoff=3.0)
    p = 0.05
    for corner in (bilayer.transfers[0], -bilayer.transfers[0]):
        low = np.abs(bilayer.bands(corner + np.array([p, 0.0])))
        assert low.min() == pytest.approx(594.4 * p, rel=1e-9)
        assert np.abs(bilayer.bands(corner)).min() == pytest.approx(0, abs=1e-9)


def velocity(bilayer, p=1e-4):
    """Of the Dirac cone at a corner of the moiré zone, in units of that of one layer."""
    levels_ = bilayer.bands(bilayer.transfers[0] + np.array([0.0, p]))
    middle = bilayer.neutrality
    return (levels_[middle] - levels_[middle - 1]) / (2 * p) / 594.4


def test_the_dirac_velocity_shrinks_as_in_perturbation_theory():
    # Bistritzer and MacDonald, first shell, for w0 = w1; the next order has α⁴ times about 20.
    bilayer = twisted_bilayer_graphene(0.5, w0=9.0, w1=9.0, cutoff=6.0)
    a = bilayer.alpha
    assert velocity(bilayer) == pytest.approx((1 - 3 * a**2) / (1 + 6 * a**2), abs=30 * a**4)
    # Tarnopolsky, Kruchkov and Vishwanath, chiral limit, to eighth order
    for w in (9.0, 22.0):
        bilayer = twisted_bilayer_graphene(0.5, w0=0.0, w1=w, cutoff=6.0)
        a = bilayer.alpha
        above = 1 - 3 * a**2 + a**4 - 111 / 49 * a**6 + 143 / 294 * a**8
        below = 1 + 3 * a**2 + 2 * a**4 + 6 / 7 * a**6 + 107 / 98 * a**8
        # the dispersion itself bends by (p / q)² = 5e-7
        assert velocity(bilayer) == pytest.approx(above / below, abs=2e-6 + a**10)


def test_a_mass_gives_the_flat_bands_chern_numbers_that_flip_with_it():
    def flat(**options):
        bilayer = twisted_bilayer_graphene(1.05, cutoff=CUTOFF, **options)
        n = bilayer.neutrality
        return [chern_number(bilayer, bands=(i, i + 1), grid=8) for i in (n - 1, n)]

    assert flat(mass=17.0) == [1, -1]
    assert flat(mass=-17.0) == [-1, 1]
    assert flat(mass=17.0, valley=-1) == [-1, 1]
    assert flat(mass=(17.0, -17.0)) == [0, 0]


def test_the_positive_valley_is_where_graphene_has_the_same_curvature():
    """Without tunneling and with a mass: the sign of the curvature at K = (4π/3a, 0)."""
    k = np.array([4 * np.pi / 3, 0.0])
    assert berry_curvature(haldane(next_nearest=0, staggered=0.3), k, filled=1) > 0
    bilayer = twisted_bilayer_graphene(2.0, w0=0, w1=0, mass=(5.0, 90.0), cutoff=2.5)
    x, y = bilayer.slopes(k)
    energies, states = np.linalg.eigh(bilayer.bloch(-bilayer.transfers[0]))
    lower = bilayer.neutrality - 1
    u = states[:, lower]
    apart = energies - energies[lower]
    apart[lower] = np.inf
    a, b = states.conj().T @ x @ u, states.conj().T @ y @ u
    assert -2 * np.imag(np.sum(a.conj() * b / apart**2)) > 0


def test_strain_widens_the_flat_bands_and_keeps_neutrality():
    plain, strained = (
        levels(twisted_bilayer_graphene(1.05, strain=e, strain_angle=20, cutoff=CUTOFF),
               fractions((4, 4)), {})
        for e in (0.0, 0.003)
    )  # fmt: skip
    n = plain.shape[-1] // 2
    assert np.ptp(strained[..., n - 1 : n + 1]) > 1.3 * np.ptp(plain[..., n - 1 : n + 1])


@pytest.mark.parametrize(("index", "atoms"), [(1, 28), (2, 76)])
def test_the_commensurate_lattice_has_its_atoms_bonds_and_angle(index, atoms):
    model = twisted_bilayer_lattice(index)
    assert len(model.orbitals) == atoms
    assert commensurate_angle(1) == pytest.approx(21.787, abs=1e-3)
    height = model.lattice.basis[:, 2]
    inside = [h for h in model.hoppings if height[h.to] == height[h.from_]]
    assert len(inside) == 3 * atoms // 2
    assert np.allclose(
        [
            np.linalg.norm(
                np.array(h.offset) @ model.lattice.vectors
                + model.lattice.basis[h.to] - model.lattice.basis[h.from_]
            )
            for h in inside
        ],
        0.246 / np.sqrt(3),
    )  # fmt: skip
    # one rotated by the twist against the other
    sides = []
    for z in (0.0, height.max()):
        bonds = [
            np.array(h.offset) @ model.lattice.vectors
            + model.lattice.basis[h.to] - model.lattice.basis[h.from_]
            for h in inside if height[h.to] == z
        ]  # fmt: skip
        sides.append(np.angle(np.mean([complex(b[0], b[1]) ** 6 for b in bonds])) / 6)
    turn = np.degrees(sides[1] - sides[0])
    assert np.mod(turn - commensurate_angle(index) + 1e-6, 60) < 1e-5


def test_lattice_and_continuum_agree_on_the_dirac_velocity():
    lattice = twisted_bilayer_lattice(2, interlayer=480)
    corner = np.append(np.array([2, 1]) @ lattice.lattice.reciprocal[:, :2] / 3, 0.0)
    found = lattice.bands(corner)
    middle = len(found) // 2
    # four levels meet at the corner up to what couples the valleys at this large angle
    assert np.ptp(found[middle - 2 : middle + 2]) < 3.0
    p = 0.02
    step = lattice.bands(corner + np.array([p, 0.0, 0.0]))
    velocity = (step[middle] - step[middle - 1]) / 2 / p
    assert velocity == pytest.approx(np.sqrt(3) / 2 * 0.246 * 2700, rel=0.03)


def test_leads_attach_to_the_twisted_lattice():
    model = twisted_bilayer_lattice(1)
    length = float(np.linalg.norm(model.lattice.vectors[0]))
    device = Device(
        model, rectangle(3 * length, 2 * length), {"l": lead("left"), "r": lead("right")}
    )
    s = smatrix(device, energy=1500.0)
    assert s.unitarity_defect() < 1e-9
    assert s.transmission(to="r", from_="l") == pytest.approx(s.modes[0], abs=1e-6)
    assert s.modes[0] > 0


REFUSED = [
    (lambda: twisted_bilayer_graphene(20.0), InvalidInput, "see twisted_bilayer_lattice"),
    (lambda: twisted_bilayer_graphene(0.0), InvalidInput, "angles up to 12"),
    (lambda: twisted_bilayer_graphene(valley=2), InvalidInput, "valley must be 1 or -1"),
    (lambda: twisted_bilayer_graphene(mass=(1, 2, 3)), ShapeMismatch, r"\(bottom, top\)"),
    (lambda: twisted_bilayer_graphene(cutoff=1), InvalidInput, "between 2 and 20"),
    (lambda: twisted_bilayer_graphene(cutoff=2).bloch([0, 0], m=1), UnknownName, "'m'"),
    (lambda: twisted_bilayer_lattice(0), InvalidInput, "from 1 on"),
    (lambda: twisted_bilayer_lattice(15), InvalidInput, "use the continuum"),
    (lambda: bilayer_graphene(scaling=0.5), InvalidInput, "scaling >= 1"),
]


@pytest.mark.parametrize(("build", "error", "message"), REFUSED)
def test_nonsense_is_refused_in_one_line(build, error, message):
    with pytest.raises(error, match=message) as refusal:
        build()
    assert "\n" not in str(refusal.value)
