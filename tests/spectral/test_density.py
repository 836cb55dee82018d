"""Densities of states: norms, exact levels, statistics of the trace, refusals."""

import array_api_strict
import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName
from sharvin.spectral import density_of_states, local_density_of_states
from sharvin.spectral.closed import closed

GRAPHENE = sv.Torus(sv.graphene(hopping=1.0), (7, 6), disorder=sv.disorder(0.5, seed=2))


def levels_of(system):
    h = closed(system, {}).hamiltonian
    return np.linalg.eigvalsh((h.sparse() if hasattr(h, "sparse") else h).matrix.toarray())


def test_the_exact_trace_is_a_sum_of_gaussians():
    energy = np.array([-1.1, 0.3, 1.2])
    found = density_of_states(GRAPHENE, energy, moments=200, vectors="all")
    width = found.resolution.values[:, None]
    gauss = np.exp(-((energy[:, None] - levels_of(GRAPHENE)) ** 2) / (2 * width**2))
    expected = (gauss / np.sqrt(2 * np.pi) / width).mean(axis=1)
    # Jackson's kernel is a Gaussian up to corrections of order 1/moments.
    np.testing.assert_allclose(found.density, expected, rtol=0.02)
    assert np.array_equal(found.error, np.zeros(3))


def test_one_cell_of_a_clean_torus_stands_for_all():
    clean = sv.Torus(sv.haldane(), (5, 6))
    same = clean.replace(potential=np.zeros(60))  # nothing that the code knows to be nothing
    energy = [-1.1, 0.3]
    for per in ("orbital", "total"):
        found = [
            density_of_states(t, energy, moments=64, vectors="all", per=per).density
            for t in (clean, same)
        ]
        np.testing.assert_allclose(*found, rtol=1e-10)
    for component in ("xx", "xy"):
        found = [
            sv.kubo_conductivity(t, energy, component=component, moments=24, vectors="all")
            for t in (clean, same)
        ]
        np.testing.assert_allclose(*(f.conductivity for f in found), rtol=1e-8)


def test_it_integrates_to_one_and_says_how_it_was_made():
    found = density_of_states(GRAPHENE, moments=64, vectors=4, vector_seed=9)
    assert np.trapezoid(found.density, found.energy) == pytest.approx(1, abs=1e-4)
    assert found.attrs["moments"] == 64
    assert found.attrs["vectors"] == 4
    assert found.attrs["vector_seed"] == 9
    assert found.attrs["kernel"] == "jackson"
    assert found.attrs["orbitals"] == 84
    assert found.attrs["bounds"][0] < levels_of(GRAPHENE)[0]
    assert found.density.attrs["units"] == "1/meV"


def test_the_error_bar_is_honest():
    """Deviations from the exact trace in units of the error have a mean square near one."""
    energy = np.linspace(-2, 2, 9)
    exact = density_of_states(GRAPHENE, energy, moments=32, vectors="all").density
    z = []
    for seed in range(12):
        found = density_of_states(GRAPHENE, energy, moments=32, vectors=16, vector_seed=seed)
        z.append(((found.density - exact) / found.error).values)
    # Student's t with 15 degrees of freedom has variance 1.15; 108 correlated samples.
    assert 0.7 < np.mean(np.square(z)) < 1.8


def test_the_change_shrinks_where_the_density_is_smooth():
    torus = sv.Torus(sv.square_lattice(), (40, 40))
    changes = [
        abs(float(density_of_states(torus, -1.9, moments=m, vectors=2).change)) for m in (16, 64)
    ]
    assert changes[1] < changes[0]


def test_units():
    per = {
        name: density_of_states(GRAPHENE, 1.0, moments=32, vectors=4, per=name).density
        for name in ("orbital", "total", "volume")
    }
    assert float(per["total"]) == pytest.approx(2 * 84 * float(per["orbital"]), rel=1e-12)
    expected = 2 * 84 / GRAPHENE.volume * float(per["orbital"])
    assert float(per["volume"]) == pytest.approx(expected, rel=1e-12)
    assert per["volume"].attrs["units"] == "1/(meV nm²)"
    assert float(density_of_states(GRAPHENE, 99.0, moments=32).density) == 0


def test_a_device_without_its_leads():
    region, leads = sv.rectangle(8, 5), {"left": sv.lead("left")}
    device = sv.Device(sv.square_lattice(), region, leads, disorder=sv.disorder(1.0, seed=1))
    found = density_of_states(device, [0.5], moments=32, vectors="all")
    h = device.pattern.matrix(device.values({}))
    raw = sv.Device.from_matrices(h, leads={})
    again = density_of_states(raw, [0.5], moments=32, vectors="all")
    assert float(found.density[0]) == pytest.approx(float(again.density[0]), rel=1e-12)
    assert found.attrs["boundary"] == "closed, leads cut off"


def test_local_densities_add_up_and_see_their_own_site():
    energy = np.linspace(-2, 2, 5)
    orbitals = np.arange(GRAPHENE.size)
    local = local_density_of_states(GRAPHENE, orbitals, energy, moments=50)
    mean = density_of_states(GRAPHENE, energy, moments=50, vectors="all").density
    np.testing.assert_allclose(local.density.mean("orbital"), mean, rtol=1e-10)
    h = closed(GRAPHENE, {}).hamiltonian.sparse().matrix.toarray()
    levels, u = np.linalg.eigh(h)
    width = local.resolution.values[2]
    gauss = np.exp(-((energy[2] - levels) ** 2) / (2 * width**2)) / np.sqrt(2 * np.pi) / width
    expected = np.abs(u[11]) ** 2 @ gauss
    assert float(local.density[11, 2]) == pytest.approx(expected, rel=0.05)


def test_any_array_library_gives_the_same():
    energy = np.linspace(-2, 2, 5)
    ours = density_of_states(GRAPHENE, energy, moments=32, vectors=4)
    for module in (np, array_api_strict):
        theirs = density_of_states(GRAPHENE, energy, moments=32, vectors=4, array_module=module)
        np.testing.assert_allclose(theirs.density, ours.density, rtol=1e-10)


def test_bad_requests_are_refused():
    with pytest.raises(InvalidInput, match="at least 2"):
        density_of_states(GRAPHENE, vectors=1)
    with pytest.raises(InvalidInput, match="touches the bounds"):
        density_of_states(GRAPHENE, bounds=(-3, 3))
    with pytest.raises(InvalidInput, match="two energies"):
        density_of_states(GRAPHENE, bounds=3)
    with pytest.raises(InvalidInput, match="8 or more"):
        density_of_states(GRAPHENE, moments=4)
    with pytest.raises(UnknownName, match="did you mean 'lorentz'"):
        density_of_states(GRAPHENE, kernel="lorenz")
    with pytest.raises(InvalidInput, match="per must be"):
        density_of_states(GRAPHENE, per="site")
    with pytest.raises(InvalidInput, match=r"0\.\.83"):
        local_density_of_states(GRAPHENE, [84])
    big = sv.Torus(sv.square_lattice(), (200, 200), disorder=sv.disorder(1.0))
    with pytest.raises(InvalidInput, match="above 20000 take random vectors"):
        density_of_states(big, vectors="all")
