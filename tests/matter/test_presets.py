"""Ready-made materials against their closed-form dispersions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, UnitError
from sharvin.matter import chain, electron_gas, graphene, rashba_wire, square_lattice
from sharvin.units import BOHR_MAGNETON, HBAR, HBAR2_OVER_2ME

# The closed form and the diagonalization each round a few times at the size of the band.
RTOL = 1e-13

wave = st.floats(-10, 10)


@given(wave)
def test_chain_is_a_cosine(k):
    model = chain(spacing="0.5 nm", hopping="2 meV", onsite="1 meV")
    assert model.bands(k) == pytest.approx([1 - 4 * np.cos(k * 0.5)], abs=5 * RTOL)


@given(wave, wave)
def test_square_lattice_has_its_closed_form(kx, ky):
    model = square_lattice(spacing=0.7, hopping=1.5, onsite=0.2, next_nearest=0.4)
    x, y = np.cos(0.7 * kx), np.cos(0.7 * ky)
    expected = 0.2 - 3 * (x + y) - 4 * 0.4 * x * y
    assert model.bands([kx, ky]) == pytest.approx([expected], abs=10 * RTOL)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_electron_gas_starts_at_zero_with_its_effective_mass(dimension):
    model = electron_gas(mass=0.067, spacing="5 nm", dimension=dimension)
    assert model.bands(np.zeros(dimension)) == pytest.approx([0], abs=1e-12)
    assert model.degeneracy == 2
    k = 1e-3 * np.eye(dimension)
    # At k a = 0.005 the grid takes (ka)²/12 = 2e-6 off the parabola.
    parabola = HBAR2_OVER_2ME / 0.067 * 1e-6
    assert model.bands(k)[:, 0] == pytest.approx(parabola, rel=5e-6)


def test_gallium_arsenide_hopping_is_the_published_one():
    # PHYSICS.md §0: 0.067 electron masses on 5 nm give t = 22.746 meV.
    model = electron_gas(mass=0.067, spacing="5 nm")
    assert model.hopping_block(0, {})[0, 0] == pytest.approx(-22.746, abs=5e-4)


def test_grid_error_falls_as_the_square_of_the_spacing():
    k, spacings = 0.1, np.array([4.0, 2.0, 1.0, 0.5])
    exact = HBAR2_OVER_2ME / 0.067 * k**2
    errors = [
        exact - electron_gas(mass=0.067, spacing=a, dimension=1).bands(k)[0] for a in spacings
    ]
    slope = np.polyfit(np.log(spacings), np.log(errors), 1)[0]
    # The next order, (ka)^4/360, bends the line by less than 1 % here.
    assert slope == pytest.approx(2, abs=0.02)
    # And its size: E² / 12t for a wave along an axis.
    assert errors[-1] == pytest.approx(exact**2 / 12 / (HBAR2_OVER_2ME / 0.067 / 0.25), rel=1e-3)


def test_zeeman_energy_lifts_up_for_positive_g():
    model = electron_gas(mass=0.067, spacing=5, g_factor=2.0)
    assert model.parameters == ("B",)
    assert model.units["B"] == "T"
    assert model.degeneracy == 1
    h = model.bloch([0.0, 0.0], B=3.0)
    assert np.diag(h).real == pytest.approx([3 * BOHR_MAGNETON, -3 * BOHR_MAGNETON], abs=1e-12)
    spin = model.conserved["spin"]
    assert spin.labels == {1.0: "up", -1.0: "down"}
    commutator = h @ spin.operators[0] - spin.operators[0] @ h
    assert not commutator.any()


def test_zero_field_must_be_said():
    with pytest.raises(InvalidInput, match="needs a value for 'B'"):
        electron_gas(mass=0.067, spacing=5, g_factor=-0.44).bands([0.0, 0.0])


def test_the_spin_is_where_it_was_asked_for():
    degenerate = electron_gas(mass=0.067, spacing=5, g_factor=-0.44, spin="degenerate")
    assert (degenerate.orbitals, degenerate.degeneracy, degenerate.parameters) == ((1,), 2, ())
    resolved = electron_gas(mass=0.067, spacing=5, spin="resolved")
    assert (resolved.orbitals, resolved.degeneracy, resolved.parameters) == ((2,), 1, ())
    in_plane = electron_gas(mass=0.067, spacing=5, g_factor=-0.44, zeeman="B_parallel")
    assert in_plane.parameters == ("B_parallel",)


def dirac_point(a):
    return np.array([4 * np.pi / 3 / a, 0.0])


@given(wave, wave, st.floats(-300, 300))
def test_graphene_has_its_closed_form(kx, ky, t_next):
    a, t = 0.246, 2700.0
    model = graphene(next_nearest=t_next)
    x, y = kx * a, ky * a
    square = 3 + 2 * np.cos(x) + 4 * np.cos(x / 2) * np.cos(np.sqrt(3) * y / 2)
    size = np.sqrt(max(square, 0.0))
    expected = sorted([sign * t * size - t_next * (square - 3) for sign in (1, -1)])
    # The square root loses half of the digits where f vanishes.
    assert model.bands([kx, ky]) == pytest.approx(expected, abs=1e-7 * t if size < 1e-3 else 1e-9)


@pytest.mark.parametrize("scaling", [1, 2, 10, 50])
def test_dirac_velocity_does_not_depend_on_the_scaling(scaling):
    model = graphene(scaling=scaling)
    a = 0.246 * scaling
    assert model.bands(dirac_point(a)) == pytest.approx([0, 0], abs=1e-9)
    directions = np.array([[np.cos(angle), np.sin(angle)] for angle in np.linspace(0, 6, 7)])
    step = 1e-4 / a
    velocity = np.diff(model.bands(dirac_point(a) + step * directions), axis=-1)[:, 0] / (2 * step)
    # Trigonal warping changes it by about (k a)/4.
    assert velocity == pytest.approx(np.sqrt(3) / 2 * 0.246 * 2700, rel=1e-4)
    # ħ v / ħ: 874 nm/ps, the textbook 10^6 m/s within the spread of t.
    assert velocity.mean() / HBAR == pytest.approx(874, rel=1e-2)


def test_every_carbon_atom_has_three_neighbors_at_the_bond_length():
    model = graphene()
    for hop in model.hoppings:
        bond = model.lattice.positions(np.array(hop.offset), hop.to)
        assert np.linalg.norm(bond - model.lattice.basis[hop.from_]) == pytest.approx(
            0.246 / 3**0.5
        )


def test_next_nearest_neighbors_are_one_lattice_constant_away():
    model = graphene(next_nearest="0.1 eV")
    lengths = [
        np.linalg.norm(np.array(h.offset) @ model.lattice.vectors) for h in model.hoppings[3:]
    ]
    assert lengths == pytest.approx([0.246] * 6)


def test_scaled_graphene_refuses_a_field_that_its_lattice_cannot_hold():
    model = graphene(scaling=10)
    # a = 2.46 nm is a quarter of sqrt(ħ/eB) at 6.797 T.
    assert model.max_field == pytest.approx(658.2119569509 / (4 * 2.46) ** 2, rel=1e-9)
    model.check_field(6.79)
    for field in (6.81, -6.81):
        with pytest.raises(InvalidInput, match=r"quarter of the magnetic length.*smaller scaling"):
            model.check_field(field)
    graphene().check_field(1e4)  # the unscaled lattice is the real one


@given(wave, st.floats(0, 50))
def test_rashba_splits_the_parabola_sideways(k, alpha):
    a, mass = 2.0, 0.014
    model = rashba_wire(mass=mass, spacing=a, alpha=1.0, dimension=1)
    t = HBAR2_OVER_2ME / mass / a**2
    expected = 2 * t * (1 - np.cos(k * a)) + np.array([-1, 1]) * abs(alpha * np.sin(k * a)) / a
    assert model.bands(k, alpha=alpha) == pytest.approx(expected, abs=4 * t * RTOL)


def test_rashba_bottom_lies_at_the_spin_orbit_energy():
    # E_so = m α² / 2ħ² = α² / (4 ħ²/2m); InSb, α = 0.5 eV Å, grid error below 1e-3 here.
    model = rashba_wire(mass=0.014, spacing=1.0, alpha="0.5 eV Å", dimension=1)
    k = np.linspace(0, 0.03, 3001)[:, None]
    bottom = model.bands(k)[:, 0].min()
    assert bottom == pytest.approx(-(50**2) / (4 * HBAR2_OVER_2ME / 0.014), rel=1e-3)


def test_rashba_spin_turns_with_the_momentum():
    # H = α (σ_x k_y - σ_y k_x): for k along +x the lower spin points along +y.
    model = rashba_wire(mass=0.014, spacing=2.0, alpha=20.0)
    sigma_x = np.array([[0, 1], [1, 0]])
    sigma_y = np.array([[0, -1j], [1j, 0]])
    for k, sigma, expected in [([0.05, 0], sigma_y, 1), ([0, 0.05], sigma_x, -1)]:
        lower = np.linalg.eigh(model.bloch(k))[1][:, 0]
        assert (lower.conj() @ sigma @ lower).real == pytest.approx(expected, abs=1e-9)


def test_one_mode_of_rashba_is_real_and_a_plane_is_not():
    assert (
        rashba_wire(mass=0.1, spacing=2, alpha=1, dimension=1).hopping_block(0, {}).dtype == float
    )
    assert rashba_wire(mass=0.1, spacing=2, alpha=1).hopping_block(1, {}).dtype == complex


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_a_field_splits_the_rashba_crossing_unless_it_is_along_the_spin(axis):
    model = rashba_wire(mass=0.014, spacing=2, alpha=20, g_factor=50, zeeman_axis=axis, dimension=1)
    gap = np.diff(model.bands(0.0, B=0.5))[0]
    assert gap == pytest.approx(50 * BOHR_MAGNETON * 0.5, rel=1e-9)
    # Away from k = 0 a field along the spin-orbit axis shifts the two bands against each other.
    left, right = model.bands(-0.02, B=0.5), model.bands(0.02, B=0.5)
    assert np.allclose(left, right, rtol=1e-9) == (axis != "y")


REFUSED = [
    (lambda: chain(hopping="2 nm"), UnitError, "hopping: '2 nm' is a length"),
    (lambda: chain(spacing="1 meV"), UnitError, "spacing: "),
    (lambda: electron_gas(mass=0, spacing=5), InvalidInput, "must be positive, got mass=0"),
    (lambda: electron_gas(mass=0.067, spacing=-5), InvalidInput, "must be positive"),
    (lambda: electron_gas(mass=0.067, spacing=5, dimension=4), InvalidInput, "1, 2 or 3"),
    (lambda: electron_gas(mass=0.067, spacing=5, spin="both"), InvalidInput, "'degenerate'"),
    (lambda: graphene(scaling=0.5), InvalidInput, "scaling >= 1"),
    (lambda: graphene(scaling=2, next_nearest=10), InvalidInput, "leave one of them out"),
    (lambda: rashba_wire(mass=0.1, spacing=5, alpha="1 meV"), UnitError, "energy times a length"),
    (lambda: rashba_wire(mass=0.1, spacing=5, alpha=1, zeeman_axis="w"), InvalidInput, "'x', 'y'"),
    (lambda: rashba_wire(mass=0.1, spacing=5, alpha=1, dimension=3), InvalidInput, "1 or 2"),
]


@pytest.mark.parametrize(("build", "error", "message"), REFUSED)
def test_nonsense_is_refused_in_one_line(build, error, message):
    with pytest.raises(error, match=message) as refusal:
        build()
    assert "\n" not in str(refusal.value)
