"""Mean fields: densities, self-consistency, broken symmetry, and a contact that screens."""

import warnings

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.contact import (
    BrokenSymmetry,
    hartree_contact,
    landauer,
    lowest_subband,
    mean_field,
    smooth_barrier,
    subbands,
)
from sharvin.manybody.contact.chain import lead_self_energy, occupations
from sharvin.manybody.contact.mixing import fixed_point

MASS, OMEGA_Y, ENERGY, REACH = 0.067, 3.0, 12.0, 400.0


def test_a_clean_chain_is_filled_as_its_band_is():
    for mu in (-1.5, 0.0, 0.7):
        exact = np.arccos(-mu / 2) / np.pi
        np.testing.assert_allclose(occupations(np.zeros(7), 1.0, mu), exact, atol=2e-9)


def test_occupations_of_a_barrier_are_those_of_a_long_closed_chain():
    """Two routes: imaginary frequencies, and the eigenvectors of 801 sites."""
    onsite = np.random.default_rng(3).uniform(-0.5, 0.5, 9)
    n = 801
    h = -np.eye(n, k=1) - np.eye(n, k=-1)
    middle = slice(n // 2 - 4, n // 2 + 5)
    h[middle, middle] += np.diag(onsite)
    e, waves = np.linalg.eigh(h)
    exact = (waves[middle, e < 0.3] ** 2).sum(axis=1)
    # A closed chain of n sites is filled in steps of 1/n.
    np.testing.assert_allclose(occupations(onsite, 1.0, 0.3), exact, atol=3e-3)


def test_the_self_energy_of_a_lead_solves_its_own_equation():
    z = np.array([0.3 + 0.1j, -2.5 + 1e-9j, 1j, 1.9 + 0j])
    delta = lead_self_energy(z, 1.0)
    np.testing.assert_allclose(delta, 1 / (z - delta), atol=1e-12)
    assert (delta.imag <= 0).all()


def test_weak_repulsion_leaves_the_spins_alone():
    b = smooth_barrier(sites=61, gate=-0.1, interaction=0.5)
    free, restricted = mean_field(b), mean_field(b, polarized=False)
    np.testing.assert_allclose(free.transmissions, restricted.transmissions, atol=1e-6)
    assert abs(free.moment) < 1e-6


def test_strong_repulsion_polarizes_with_a_warning():
    b = smooth_barrier(sites=61, gate=-0.1, interaction=1.1)
    with pytest.warns(BrokenSymmetry, match="contact of finite length cannot"):
        found = mean_field(b)
    # Computed once by another program: .911, .534 and a moment of .26.
    np.testing.assert_allclose(found.transmissions, [0.911, 0.534], atol=1.5e-3)
    assert found.moment == pytest.approx(0.26, abs=0.005)
    assert found.residual < 1e-8
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mean_field(b, polarized=False).moment == 0
        assert mean_field(b, zeeman=0.02).moment > 0.2


def test_without_interaction_mean_field_is_landauer():
    b = smooth_barrier(sites=41, gate=0.03, chemical_potential=-0.4)
    np.testing.assert_allclose(
        mean_field(b, zeeman=0.1).transmissions, landauer(b, 0.1), atol=1e-12
    )


def contact(model=None, length=2 * REACH, **options):
    def potential(x, y, gate=6.0):
        s = np.clip(x / REACH, -0.9999, 0.9999)
        top = gate * np.exp(-4 * s**2 / (1 - s**2))
        return top + MASS / (4 * 38.0998) * OMEGA_Y**2 * y**2

    options.setdefault("leads", {"source": sv.lead("left"), "drain": sv.lead("right")})
    model = model or sv.electron_gas(mass=MASS, spacing=8.0)
    return sv.Device(model, region=sv.rectangle(length, 128.0), potential=potential, **options)


@pytest.fixture(scope="module")
def screened():
    device = contact()
    return {
        gate: (
            hartree_contact(device, chemical_potential=ENERGY, interaction=0.0, gate=gate),
            hartree_contact(device, chemical_potential=ENERGY, interaction=8.0, gate=gate),
        )
        for gate in (6.0, 7.6, 9.0)
    }


def test_plateaus_stay_and_risers_move(screened):
    for gate, count in ((6.0, 2), (9.0, 1)):
        for each in screened[gate]:
            assert each.transmissions.sum() == pytest.approx(count, abs=2e-5)
    free, charged = (each.transmissions.sum() for each in screened[7.6])
    assert free - charged > 0.05
    assert charged == pytest.approx(round(charged), abs=0.5)


def test_the_screened_device_is_a_device_that_the_solver_agrees_with(screened):
    """Two routes: adiabatic chains, and the S-matrix of the whole strip."""
    for gate, (_, charged) in screened.items():
        s = sv.smatrix(charged.device, energy=ENERGY, gate=gate)
        # A parabola across and a barrier along separate, so the subbands do not mix.
        assert s.transmission(to="drain", from_="source") == pytest.approx(
            charged.transmissions.sum(), abs=1e-9
        )


def test_the_density_is_self_consistent_and_counts_electrons(screened):
    _, charged = screened[6.0]
    assert charged.residual < 1e-7
    s = charged.x / (charged.x[-1] + 8.0)
    window = np.exp(-(s**6) / (1 - s**2))
    np.testing.assert_allclose(charged.potential, 8.0 * window * charged.line_density, atol=1e-6)
    bands = subbands(contact(), 4, gate=6.0)
    k = np.arccos((bands.lead_levels - ENERGY) / (2 * bands.hopping)) / 8.0
    # Friedel oscillations of what the barrier reflects are a few percent at its ends.
    assert charged.line_density[0] == pytest.approx(2 * k.sum() / np.pi, rel=0.1)


def test_the_lowest_subband_becomes_a_barrier():
    b = lowest_subband(contact(), chemical_potential=8.0, interaction=2.0, gate=7.0)
    assert b.onsite.max() == pytest.approx(7.0, abs=0.05)
    assert b.interaction.max() == pytest.approx(2.0)
    curvature = np.sqrt(4 * 7.0 * 4 * 38.0998 / MASS) / REACH
    assert b.curvature == pytest.approx(curvature, rel=0.02)
    device = contact()
    s = sv.smatrix(device, energy=8.0, gate=7.0)
    s_lowest = sum(landauer(b)) / 2
    assert s_lowest == pytest.approx(s.transmission(to="drain", from_="source"), abs=1e-8)


def test_devices_that_have_no_adiabatic_subbands_are_refused():
    with pytest.raises(InvalidInput, match="one orbital per site"):
        subbands(contact(sv.electron_gas(mass=MASS, spacing=8.0, g_factor=-0.44)), B=1.0)
    with pytest.raises(InvalidInput, match="magnetic field"):
        subbands(contact(field=0.5))
    with pytest.raises(InvalidInput, match="two leads"):
        subbands(contact(leads={"source": sv.lead("left"), "top": sv.lead("top", width=100.0)}))
    with pytest.raises(InvalidInput, match="rows"):
        subbands(contact(), 99)
    disk = sv.Device(
        sv.square_lattice(), region=sv.disk(9.0),
        leads={"a": sv.lead("left", width=5), "b": sv.lead("right", width=5)},
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="rectangle"):
        subbands(disk)
    h = -np.eye(5, k=1) - np.eye(5, k=-1)
    lead = {
        n: sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[i]) for n, i in (("a", 0), ("b", 4))
    }
    with pytest.raises(InvalidInput, match="carved"):
        subbands(sv.Device.from_matrices(h, lead))


def test_hartree_refusals():
    with pytest.raises(InvalidInput, match="no subband is open"):
        hartree_contact(contact(), chemical_potential=0.5, interaction=1.0)
    with pytest.raises(InvalidInput, match="not be negative"):
        hartree_contact(contact(), chemical_potential=12.0, interaction=-1.0)
    with pytest.raises(InvalidInput, match="well"):
        hartree_contact(contact(), chemical_potential=9.0, interaction=1.0, gate=-4.0)


def test_a_fixed_point_that_is_none_is_refused():
    with pytest.raises(Unreliable, match="the toy did not converge"):
        fixed_point(
            lambda x: x + 1, np.zeros(3), tolerance=1e-9, what="the toy", limit=30, memory=2
        )
    x, residual, calls = fixed_point(np.cos, np.array([0.5]), tolerance=1e-12, what="cosine")
    assert x[0] == pytest.approx(np.cos(x[0]), abs=1e-12)
    assert residual <= 1e-12
    assert calls < 12
