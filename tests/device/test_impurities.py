"""Kinds of disorder: what they draw, that they depend on seed and site alone, what they do."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput

T = {"to": "drain", "from_": "source"}


def strip(disorder, length=30, width=12, model=None, **more):
    return sv.Device(
        sv.square_lattice() if model is None else model,
        region=sv.rectangle(length, width),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        disorder=disorder,
        **more,
    )


def spinful():
    """Square lattice with two equal orbitals per site."""
    one = np.eye(2)
    return sv.Model(
        sv.Lattice([[1.0, 0.0], [0.0, 1.0]]),
        onsite=[0 * one],
        orbitals=(2,),
        hoppings=[sv.Hopping(-one, (1, 0)), sv.Hopping(-one, (0, 1))],
    )


def test_an_alloy_has_two_energies_in_the_asked_shares():
    energy = strip(sv.binary_disorder(3.0, "x", "seed"), 200, 100).potential_energy(
        {"x": 0.3, "seed": 5}
    )
    assert set(np.unique(energy)) == {0.0, 3.0}
    # binomial: 2e4 sites, standard deviation 0.0032
    assert (energy > 0).mean() == pytest.approx(0.3, abs=0.015)


def test_a_sample_does_not_know_what_lies_around_it():
    alloy, origin = sv.binary_disorder(1.0, 0.4, "seed"), (0.5, 0.5)
    small, large = (strip(alloy, n, 12, origin=origin) for n in (20, 40))
    kept = np.abs(large.positions[:, 0]) < 10
    found = [d.potential_energy({"seed": 3}) for d in (small, large)]
    inside = {tuple(r): e for r, e in zip(large.positions[kept], found[1][kept], strict=True)}
    assert all(inside[tuple(r)] == e for r, e in zip(small.positions, found[0], strict=True))
    assert not np.array_equal(found[0], small.potential_energy({"seed": 4}))


def test_a_vacancy_is_a_missing_site():
    """A device whose region has holes, against one whose sites there have walls."""
    device = strip(sv.vacancies(0.1, "seed"))
    for seed in (1, 2, 3):
        gone = device.positions[device.potential_energy({"seed": seed}) > 0]
        # leads keep their first cell whole, so holes at the rim are left out of the comparison
        holes = {tuple(r) for r in gone}

        def outside(r, holes=holes):
            return np.array([tuple(p) not in holes for p in r])

        inner = np.abs(gone[:, 0]) < 14
        if not inner.all():
            continue
        carved = sv.Device(
            sv.square_lattice(),
            region=sv.rectangle(30, 12) & sv.Region(outside, (-15.0, -6.0), (15.0, 6.0)),
            leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        )
        ours = sv.smatrix(device, energy=-1.3, seed=seed)
        other = sv.smatrix(carved, energy=-1.3)
        assert ours.transmission(**T) == pytest.approx(other.transmission(**T), abs=1e-7)


def test_vacancies_where_a_lead_touches_are_answered_well():
    device = strip(sv.vacancies(0.3, "seed"), 6, 12)
    for seed in range(6):
        s = sv.smatrix(device, energy=-1.3, seed=seed)
        assert s.unitarity_defect() < 1e-8


def test_magnetic_impurities_break_time_reversal_and_flip_spins():
    device = strip(sv.magnetic_impurities("J", 0.5, "seed"), 12, 6, model=spinful())
    s = sv.smatrix(device, energy=-1.1, J=0.0, seed=1)
    assert np.abs(s.data - s.data.T).max() < 1e-10
    s = sv.smatrix(device, energy=-1.1, J=0.8, seed=1)
    assert np.abs(s.data - s.data.T).max() > 0.01
    assert s.unitarity_defect() < 1e-10
    blocks = sv.magnetic_impurities(1.0, 0.5, 1).bind("test")[0]
    from sharvin.device.landscape import Points

    cells = np.stack(np.meshgrid(np.arange(60), np.arange(60)), -1).reshape(-1, 2)
    points = Points(cells.astype(float), cells, np.zeros(len(cells), dtype=int))
    spins = blocks.evaluate(points, {})
    there = np.abs(spins).sum(axis=(1, 2)) > 0
    assert there.mean() == pytest.approx(0.5, abs=0.04)
    np.testing.assert_allclose(np.linalg.eigvalsh(spins[there]), [[-1.0, 1.0]] * there.sum())
    n = np.stack([spins[there, 0, 1].real, -spins[there, 0, 1].imag, spins[there, 0, 0].real])
    # uniform on the sphere: no mean, and 1/3 of the square in each direction
    assert np.abs(n.mean(axis=1)).max() < 0.06
    np.testing.assert_allclose((n**2).mean(axis=1), 1 / 3, atol=0.04)


def test_magnetic_impurities_of_any_model_with_spin():
    model = sv.bhz(a=1, b=1, d=0, mass=1, spacing=1)

    def edges(disorder):
        device = sv.Device(
            model,
            sv.rectangle(24, 14),
            {"l": sv.lead("left"), "r": sv.lead("right")},
            disorder=disorder,
        )
        return sv.smatrix(device, energy=0.1).transmission(to="r", from_="l")

    # helical edges pass a scalar disorder (14 sites wide: exp(-14/ξ)) and not a magnetic one
    assert edges(sv.disorder(1.0, 3)) == pytest.approx(2, abs=1e-3)
    assert edges(sv.magnetic_impurities(1.0, 1.0, 3, spin=model.spin[0])) < 1.9
    with pytest.raises(InvalidInput, match=r"two orbitals, up and down.*has 4"):
        edges(sv.magnetic_impurities(1.0))
    with pytest.raises(InvalidInput, match="not a spin one half"):
        sv.magnetic_impurities(1.0, spin=np.ones((3, 2, 2)))


def test_magnetic_impurities_keep_a_superconductor_particle_hole_symmetric():
    wire = sv.rashba_nanowire()
    exchange = sv.magnetic_impurities(0.3, 0.5, 2, spin=wire.spin[0])
    device = sv.Device(wire, sv.interval("200 nm"), disorder=exchange)
    h = device.pattern.matrix(device.values({"B": 0.3})).toarray()
    mirror = np.kron(np.eye(len(h) // 4), np.kron([[0, 1], [1, 0]], np.eye(2)))
    np.testing.assert_allclose(mirror @ h.conj() @ mirror, -h, atol=1e-12)


def test_rough_edges_stay_within_their_depth_and_differ_between_the_edges():
    device = strip(sv.rough_edges(4.0, "seed"), 60, 20)
    gone = device.potential_energy({"seed": 2}).reshape(-1) > 0
    y = device.positions[:, 1]
    assert gone.any()
    assert not gone[np.abs(y) <= 9.5 - 4].any()
    low, high = (gone & (y < 0)).sum(), (gone & (y > 0)).sum()
    # a depth uniform in [0, 4) takes 1, 2, 3 or 4 rows (distance 0 always): 60 columns of 2.5
    for count in (low, high):
        assert count == pytest.approx(150, abs=40)
    assert low != high
    clean = strip(sv.rough_edges("depth", 1), 20, 12)
    assert sv.smatrix(clean, energy=-1, depth=0).transmission(**T) == pytest.approx(8)
    rough = sv.smatrix(clean, energy=-1, depth="2 nm").transmission(**T)
    assert 1 < rough < 7.5


def test_pieces_of_an_edge_are_as_long_as_asked():
    device = strip(sv.rough_edges(6.0, 3, length=10.0), 60, 20)
    gone = device.potential_energy({}) > 0
    columns = np.unique(device.positions[:, 0])
    top = [
        gone[(device.positions[:, 0] == x) & (device.positions[:, 1] > 0)].sum() for x in columns
    ]
    for start in range(0, 60, 10):
        assert len(set(top[start : start + 10])) == 1
    assert len(set(top)) > 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sv.vacancies(1.2), "between 0 and 1, got 1.2"),
        (lambda: sv.binary_disorder(1.0, -0.1), "between 0 and 1, got -0.1"),
        (lambda: sv.rough_edges(-1.0), "must not be negative"),
        (lambda: sv.rough_edges(1.0, length=0.0), "must be positive"),
        (lambda: strip(sv.magnetic_impurities(1.0)), "two orbitals, up and down"),
        (
            lambda: strip(sv.correlated_disorder(1.0, 0.5)).values({}),
            "0.5 nm lies below the lattice spacing of 1 nm",
        ),
        (
            lambda: strip(sv.vacancies("x")).values({"x": 7.0}),
            "x must lie between 0 and 1, got 7",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()
