"""Kubo conductivities: signs and plateaus, published numbers, two routes, refusals."""

import array_api_strict
import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName, Unreliable
from sharvin.spectral.closed import closed


def dense(operator):
    return (operator.sparse() if hasattr(operator, "sparse") else operator).matrix.toarray()


def hall_of_levels(torus, mu, quantity=None):
    """σ_xy at T = 0 from all eigenstates: what perturbation theory gives for j_x = σ_xy E_y.

    With the energy +eE_y y of an electron, first order in E_y:
    σ_xy = (4π/Ω) Σ_{n filled, m empty} Im(ħv_x,nm ħv_y,mn)/(E_m - E_n)², in e²/h.
    """
    whole = closed(torus, {})
    levels, u = np.linalg.eigh(dense(whole.hamiltonian))
    vx = u.conj().T @ (1j * dense(whole.current("x", quantity))) @ u
    vy = u.conj().T @ (1j * dense(whole.commutator("y"))) @ u
    filled = levels < mu
    pairs = (vx * vy.T).imag[np.ix_(filled, ~filled)]
    apart = levels[filled][:, None] - levels[~filled]
    return 4 * np.pi * (pairs / apart**2).sum() / torus.volume


def hall(torus, mu, moments, **more):
    found = sv.kubo_conductivity(torus, mu, component="xy", moments=moments, vectors="all", **more)
    return float(found.conductivity)


def test_electrons_in_a_field_along_z_have_a_negative_hall_conductivity():
    """As in a Hall bar, where R_xy = (V_top - V_bottom)/I = +1/ν for a current to the right."""
    torus = sv.Torus(sv.square_lattice(), (16, 16))
    torus = torus.replace(field=16 * torus.flux_step)
    for mu, filling in ((-3.4, 1), (-2.75, 2)):
        exact = hall_of_levels(torus, mu)
        assert exact == pytest.approx(-filling, abs=1e-3)  # corrections are exp(-L/l_B)
    # The kernel's finite width leaves an error of a few percent at 128 moments.
    assert hall(torus, -3.4, 128) == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize(("mass", "sign"), [(-1.0, -1), (1.0, 1), (-3.0, 0)])
def test_a_chern_insulator_is_quantized(mass, sign):
    """QWZ with half bandwidth 3.6: 1.171 and 1.041 for 32 and 64 moments (published numbers)."""
    torus = sv.Torus(sv.qwz(mass=mass), (12, 12))
    assert hall_of_levels(torus, 0.0) == pytest.approx(sign, abs=1e-3)  # finite size
    bounds = (-3.6, 3.6) if sign else None
    for moments, expected in ((32, 1.171), (64, 1.041)):
        found = hall(torus, 0.0, moments, bounds=bounds)
        # finite size and printed digits; without edges of the bands at hand the tails are larger
        assert found == pytest.approx(expected * sign, abs=2e-3 if sign else 0.04)


def test_haldane_has_the_sign_of_its_phase():
    for phase in (np.pi / 2, -np.pi / 2):
        torus = sv.Torus(sv.haldane(phase=phase), (12, 12))
        exact = hall_of_levels(torus, 0.0)
        assert abs(exact) == pytest.approx(1, abs=0.02)
        assert hall(torus, 0.0, 96) == pytest.approx(exact, abs=0.1)
        assert np.sign(exact) == -np.sign(phase)  # Chern number +1 for a positive phase


def test_it_is_antisymmetric_and_filled_bands_do_nothing():
    torus = sv.Torus(sv.qwz(), (8, 8), disorder=sv.disorder(1.0, seed=3))
    options = {"moments": 64, "vectors": "all"}
    xy = sv.kubo_conductivity(torus, [0.0, -20.0, 20.0], component="xy", **options).conductivity
    yx = sv.kubo_conductivity(torus, 0.0, component="yx", **options).conductivity
    assert float(xy[0]) == pytest.approx(-float(yx), rel=1e-5)  # tails in the gap
    assert float(xy[0]) == pytest.approx(hall_of_levels(torus, 0.0), abs=0.1)
    assert float(xy[1]) == 0.0
    assert abs(float(xy[2])) < 1e-6  # tails of the kernel beyond the rim


def test_temperature_empties_the_gap():
    torus = sv.Torus(sv.qwz(), (8, 8))
    found = sv.kubo_conductivity(
        torus, 0.0, component="xy", moments=64, vectors="all", temperature=[0.0, 1e-3, 10.0, 1e4]
    ).conductivity.values
    assert found[1] == pytest.approx(found[0], abs=1e-3)
    assert -1 < found[2] < -0.3
    assert abs(found[3]) < 1e-2


def test_the_spin_hall_conductivity_counts_the_two_copies():
    torus = sv.Torus(sv.kane_mele(spin_orbit=0.2), (8, 8))
    charge = hall(torus, 0.0, 48)
    spin = hall(torus, 0.0, 48, current="spin")
    assert charge == pytest.approx(0, abs=1e-9)
    expected = hall_of_levels(torus, 0.0, "spin")
    assert abs(expected) == pytest.approx(2, abs=0.05)  # finite size
    assert spin == pytest.approx(expected, rel=0.1)  # 48 moments


def test_greenwood_is_a_sum_over_pairs_of_levels():
    torus = sv.Torus(sv.square_lattice(), (9, 8), disorder=sv.disorder(2.0, seed=1))
    eta, energy = 0.3, -1.0
    found = sv.kubo_conductivity(torus, energy, broadening=eta, vectors="all")
    whole = closed(torus, {})
    levels, u = np.linalg.eigh(dense(whole.hamiltonian))
    v = u.conj().T @ (1j * dense(whole.commutator("x"))) @ u
    delta = eta / np.pi / ((energy - levels) ** 2 + eta**2)
    expected = 2 * np.pi**2 / torus.volume * (np.abs(v) ** 2 * np.outer(delta, delta)).sum()
    # the series is cut at 1e-3 of its first term, an oscillating error
    assert float(found.conductivity) == pytest.approx(expected, rel=2e-3)
    assert float(found.resolution) == eta
    more = sv.kubo_conductivity(
        torus, energy, broadening=eta, vectors="all", moments=3 * found.attrs["moments"]
    )
    assert float(more.conductivity) == pytest.approx(expected, rel=1e-8)


def test_two_methods_and_any_library_agree():
    torus = sv.Torus(sv.graphene(hopping=1.0), (9, 8), disorder=sv.disorder(1.0, seed=1))
    options = {"moments": 32, "vectors": 6}
    energy = [-1.0, 0.4]
    single = sv.kubo_conductivity(torus, energy, method="single", **options)
    others = [
        sv.kubo_conductivity(torus, energy, method="pairs", **options),
        sv.kubo_conductivity(torus, energy, method="pairs", memory=1.0, **options),
        sv.kubo_conductivity(torus, energy, method="single", memory=1.0, **options),
        *(
            sv.kubo_conductivity(
                torus, energy, method=method, array_module=array_api_strict, **options
            )
            for method in ("single", "pairs")
        ),
    ]
    for other in others:
        for name in ("conductivity", "error", "change"):
            np.testing.assert_allclose(other[name], single[name], rtol=1e-9)
    warm = sv.kubo_conductivity(torus, energy, temperature="1 mK", **options)
    np.testing.assert_allclose(warm.conductivity, single.conductivity, rtol=1e-3)


def test_the_fermi_sea_gives_the_fermi_surface():
    """Two formulas for the same σ_xx: the Bastin integral with equal velocities."""
    from sharvin.spectral.fermi_sea import bastin
    from sharvin.spectral.settings import settings_of

    torus = sv.Torus(sv.square_lattice(), (9, 8), disorder=sv.disorder(2.0, seed=1))
    whole = closed(torus, {})
    options = {"moments": 32, "vectors": "all"}
    settings = settings_of(whole, vector_seed=0, **options)
    velocity = whole.commutator("x")
    operators = {"h": whole.hamiltonian, "left": velocity, "right": velocity}
    sea, _ = bastin(operators, settings, np.array([-1.0, 0.5]), np.zeros(1))
    surface = sv.kubo_conductivity(torus, [-1.0, 0.5], **options).conductivity
    # an integral of 128 points, read off between them
    np.testing.assert_allclose(sea.trace[:, 0] / torus.volume, surface, rtol=2e-3)


def test_drude_with_the_width_of_the_levels():
    """σ_B/(1 + 2ητ) with σ_B = 13.64 e²/h and τ = 6.02 ħ/t for W = 1.5 at E = -1."""
    found = []
    for seed in range(6):
        torus = sv.Torus(sv.square_lattice(), (28, 28), disorder=sv.disorder(1.5, seed=seed))
        found.append(sv.kubo_conductivity(torus, -1.0, broadening=0.1, vectors=24).conductivity)
    mean, error = np.mean(found), np.std(found, ddof=1) / np.sqrt(6)
    assert error < 0.35
    # 4 standard errors of six samples around 6.2 (Born approximation)
    assert abs(mean - 13.64 / (1 + 2 * 0.1 * 6.02)) < 4 * error


def test_a_closed_device_has_the_conductivity_of_its_inside():
    device = sv.Device(sv.square_lattice(), sv.rectangle(30, 30), {})
    options = {"broadening": 0.5, "vectors": 16}
    inside = sv.kubo_conductivity(sv.Torus(sv.square_lattice(), (30, 30)), -1.0, **options)
    found = sv.kubo_conductivity(device, -1.0, **options)
    # Edges within v/2η = 2 sites carry less: 2 · 2/30, and the trace's own error.
    assert float(found.conductivity) == pytest.approx(float(inside.conductivity), rel=0.2)
    raw = sv.Device.from_matrices(
        device.pattern.matrix(device.values({})), {}, positions=device.positions
    )
    again = sv.kubo_conductivity(raw, -1.0, volume=900.0, **options)
    assert float(again.conductivity) == pytest.approx(float(found.conductivity), rel=1e-9)


def test_bad_requests_are_refused():
    torus = sv.Torus(sv.square_lattice(), (6, 6))
    device = sv.Device(sv.square_lattice(), sv.rectangle(6, 6), {})
    with pytest.raises(Unreliable, match="below the mean level spacing"):
        sv.kubo_conductivity(torus, -1.0, moments=512)
    with pytest.raises(InvalidInput, match="needs a Torus"):
        sv.kubo_conductivity(device, -1.0, component="xy", moments=16)
    with pytest.raises(InvalidInput, match="two of x, y, z"):
        sv.kubo_conductivity(torus, -1.0, component="xw", moments=16)
    with pytest.raises(UnknownName, match="unknown axis 'z'"):
        sv.kubo_conductivity(torus, -1.0, component="zz", moments=16)
    with pytest.raises(UnknownName, match="conserved quantity"):
        sv.kubo_conductivity(torus, -1.0, current="spin", moments=16)
    with pytest.raises(InvalidInput, match="whole Fermi sea"):
        sv.kubo_conductivity(torus, -1.0, component="xy", broadening=0.5)
    with pytest.raises(InvalidInput, match=r"needs \d+ moments, got 16"):
        sv.kubo_conductivity(torus, -1.0, broadening=0.5, moments=16)
    with pytest.raises(InvalidInput, match="broadening must be positive"):
        sv.kubo_conductivity(torus, -1.0, broadening="0 meV")
    with pytest.raises(InvalidInput, match="temperature must be zero or positive"):
        sv.kubo_conductivity(torus, -1.0, temperature=-1.0)
    with pytest.raises(InvalidInput, match="method must be one of"):
        sv.kubo_conductivity(torus, -1.0, method="fast")
    with pytest.raises(InvalidInput, match="volume is known"):
        sv.kubo_conductivity(torus, -1.0, moments=16, volume=1.0)
    raw = sv.Device.from_matrices(np.eye(30), {}, positions=np.zeros((30, 2)))
    with pytest.raises(InvalidInput, match="needs its volume"):
        sv.kubo_conductivity(raw, 0.5, moments=8)
    bare = sv.Device.from_matrices(np.diag(np.arange(30.0)), {})
    with pytest.raises(InvalidInput, match="need positions"):
        sv.kubo_conductivity(bare, 0.5, moments=8, volume=1.0)
