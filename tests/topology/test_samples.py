"""Finite and disordered samples: torus, Bott index, marker, twists; one sign for all of them."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import eigsh

from sharvin.device import Device, box, disk, disorder, lead, rectangle
from sharvin.device.presets import hall_bar
from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.matter import haldane, hofstadter, kane_mele, qwz, square_lattice
from sharvin.observables.resistance import resistance
from sharvin.solvers.smatrix import smatrix
from sharvin.spectral import Torus, kubo_conductivity
from sharvin.topology import (
    anomalous_hall,
    bott_index,
    chern_number,
    local_chern_marker,
    many_body_chern_number,
    marker,
    projector,
    sample_chern_number,
    tknn_integers,
    torus,
)
from sharvin.topology.crystal import fractions, levels
from sharvin.units import FLUX_QUANTUM

# Corrections to a plateau are exp(-width/decay length); the bars below are 10 decay lengths wide.
PLATEAU = 1e-6
# Finite samples: the marker in the middle approaches C like exp(-distance to the edge).
BULK = 1e-2


def hall(device, energy):
    s = smatrix(device, energy=energy)
    return resistance(s, current=("source", "drain"), voltage=("1", "3"))


@pytest.mark.parametrize(
    ("model", "energy", "expected"),
    [(qwz(mass=-1.0), 0.1, 1), (qwz(mass=1.0), 0.1, -1), (haldane(next_nearest=0.2), 0.02, 1)],
    ids=["qwz -1", "qwz 1", "haldane"],
)
def test_all_roads_to_the_chern_number_agree_in_sign(model, energy, expected):
    assert chern_number(model, filled=1) == expected
    bar = hall_bar(model, length=32, width=20, probe_width=9)
    assert hall(bar, energy) == pytest.approx(1 / expected, abs=PLATEAU)
    assert bott_index(torus(model, (10, 10)), energy=energy) == expected
    flake = Device(model, region=rectangle(18, 18))
    inner = local_chern_marker(flake, energy=energy, within=rectangle(5, 5))
    assert np.nanmean(inner) == pytest.approx(expected, abs=BULK)
    assert sample_chern_number(model, (4, 4), filled=16) == expected
    assert anomalous_hall(model, mu=energy) == pytest.approx(-expected, abs=1e-6)
    kubo = kubo_conductivity(
        Torus(model, (24, 24)), energy, component="xy", moments=128, vectors=16, workers=1
    )
    # random vectors leave about 0.05, the finite number of moments 0.03
    assert float(kubo.conductivity) == pytest.approx(-expected, abs=0.2)


def test_a_field_along_z_has_the_sign_of_landau_levels():
    phi = "1/10"
    model = hofstadter(phi)
    assert chern_number(model, energy=-3.1) == tknn_integers(phi)[1] == 1
    bar = hall_bar(square_lattice(), length=40, width=24, probe_width=10, field=0.1 * FLUX_QUANTUM)
    assert hall(bar, -3.1) == pytest.approx(1, abs=PLATEAU)
    # the periodic model itself, cut into a device, is the same crystal
    cut = Device(model, rectangle(20, 20), {"l": lead("left"), "r": lead("right")})
    whole = Device(
        square_lattice(), rectangle(20, 20), {"l": lead("left"), "r": lead("right")},
        field=0.1 * FLUX_QUANTUM, origin=(0.0, 0.0),
    )  # fmt: skip
    for energy in (-3.1, -2.3):
        one, two = (smatrix(d, energy=energy).transmission(to="r", from_="l") for d in (cut, whole))
        assert one == pytest.approx(two, abs=1e-9)


@pytest.mark.parametrize(("flux", "filled"), [("1/3", 1), ("1/3", 2), ("2/5", 1), ("2/5", 2)])
def test_hofstadter_gaps_are_read_off_a_hall_bar(flux, filled):
    c = tknn_integers(flux)[filled]
    model = hofstadter(flux)
    grid = levels(model, fractions((40, 40)), {})
    low, high = grid[..., filled - 1].max(), grid[..., filled].min()
    p, q = map(int, flux.split("/"))
    bar = hall_bar(
        square_lattice(), length=56, width=32, probe_width=14, field=p / q * FLUX_QUANTUM
    )
    # smallest gap 0.5 t: edge states decay over a few sites
    assert hall(bar, (low + high) / 2) == pytest.approx(1 / c, abs=1e-4)


def test_a_torus_has_the_levels_of_the_bands_at_its_wave_vectors():
    model = haldane(staggered=0.2, phase=0.9)
    for twist in (0.0, (0.4, -1.3)):
        wound = torus(model, (5, 7), twist=twist)
        k = fractions((5, 7)) + np.broadcast_to(twist, 2) / np.array([5, 7]) / (2 * np.pi)
        expected = np.sort(levels(model, k, {}).ravel())
        assert np.linalg.eigvalsh(wound.hamiltonian.toarray()) == pytest.approx(expected, abs=1e-12)
    full = (
        torus(model, (5, 7), twist=(2 * np.pi, 0.0)).hamiltonian - torus(model, (5, 7)).hamiltonian
    )
    assert abs(full).max() < 1e-14
    assert wound.fractions.shape == (70, 2)


def test_disorder_of_a_torus_is_that_of_a_device():
    model = qwz()
    wound = torus(model, (6, 5), onsite=disorder(2.0, 7)).hamiltonian.diagonal()
    clean = torus(model, (6, 5)).hamiltonian.diagonal()
    device = Device(model, box((0, 0), (6, 5)), disorder=disorder(2.0, 7), origin=(0.0, 0.0))
    energies = device.potential_energy({})
    assert (wound - clean)[::2] == pytest.approx(energies, abs=1e-14)


def test_indices_survive_disorder_and_die_with_the_gap():
    model = qwz(mass=-1.0)
    wild = torus(model, (12, 12), onsite=disorder(2.0, 5))
    assert bott_index(wild, energy=0.0) == 1
    assert bott_index(wild, filled=144) == 1
    assert bott_index(torus(model, (8, 8), onsite=disorder(40.0, 5)), energy=0.0) == 0
    assert sample_chern_number(model, (6, 6), filled=36, onsite=disorder(2.0, 5)) == 1
    h = torus(model, (8, 8))
    assert bott_index(h.hamiltonian, h.fractions, energy=0.0) == 1


def test_the_marker_of_a_whole_open_sample_adds_up_to_zero():
    flake = Device(qwz(mass=-1.0), region=disk(9.0), disorder=disorder(1.0, 3))
    values = local_chern_marker(flake, energy=0.0)
    # the trace of a commutator, summed over 254 sites of up to 10 each
    assert values.sum() == pytest.approx(0, abs=1e-9)
    middle = (flake.positions**2).sum(axis=1) < 9
    assert values[middle].mean() == pytest.approx(1, abs=0.03)  # disorder scatters single sites


def test_polynomials_and_diagonalization_agree_site_by_site(monkeypatch):
    flake = Device(haldane(next_nearest=0.2), region=rectangle(22, 20), disorder=disorder(0.5, 1))
    within = rectangle(8, 8)
    exact = local_chern_marker(flake, energy=0.0, within=within)
    for room in (marker, projector):
        monkeypatch.setattr(room, "DENSE", 10)
    fast = local_chern_marker(flake, energy=0.0, within=within, tolerance=1e-3)
    wanted = np.isfinite(exact)
    assert wanted.sum() > 100
    assert np.isfinite(fast[wanted]).all()
    assert fast[wanted] == pytest.approx(exact[wanted], abs=2e-3)  # twice what was asked


def test_the_marker_finds_where_two_phases_meet():
    def halves(x):
        wall = np.zeros((len(x), 2, 2))
        wall[:, 0, 0] = np.where(x > 0, 2.0, 0.0)  # mass -1 on the left, +1 on the right
        wall[:, 1, 1] = -wall[:, 0, 0]
        return wall

    flake = Device(qwz(mass=-1.0), rectangle(30, 16), potential=halves)
    values, x = local_chern_marker(flake, energy=0.02), flake.positions
    inside = abs(x[:, 1]) < 3
    left = values[inside & (abs(x[:, 0] + 8) < 2)]
    right = values[inside & (abs(x[:, 0] - 8) < 2)]
    assert left.mean() == pytest.approx(1, abs=BULK)
    assert right.mean() == pytest.approx(-1, abs=BULK)


def hops(states, n):
    """Sparse matrices of c_k^† c_j on bit strings, by a sign that counts the particles between."""
    where = {state: number for number, state in enumerate(states)}
    for k in range(n):
        for j in range(n):
            rows, columns, signs = [], [], []
            for number, state in enumerate(states):
                without = state & ~(1 << j)
                if state >> j & 1 and not without >> k & 1:
                    low, high = sorted((j, k))
                    between = without >> (low + 1) & ((1 << max(high - low - 1, 0)) - 1)
                    rows.append(where[without | 1 << k])
                    columns.append(number)
                    signs.append(-1.0 if bin(between).count("1") % 2 else 1.0)
            shape = (len(states), len(states))
            yield k, j, sparse.csr_matrix((signs, (rows, columns)), shape)


@pytest.mark.parametrize("mass", [-1.0, 1.0, 3.0])
def test_a_many_body_chern_number_survives_interactions(mass):
    """Six spinless electrons on twelve orbitals that repel each other on the same site."""
    model, shape, n = qwz(mass=mass), (2, 3), 12
    states = [s for s in range(1 << n) if s.bit_count() == n // 2]
    terms = list(hops(states, n))
    meeting = np.array([sum(s >> 2 * c & 3 == 3 for c in range(n // 2)) for s in states])

    def ground(x, y, strength):
        h = torus(model, shape, twist=(x, y)).hamiltonian.toarray()
        many = sparse.diags(strength * meeting).astype(complex).tocsr()
        for k, j, term in terms:
            if h[k, j]:
                many = many + h[k, j] * term
        start = np.random.default_rng(0).normal(size=len(states))
        return eigsh(many, 1, which="SA", v0=start)[1]

    expected = chern_number(model, filled=1)
    assert sample_chern_number(model, shape, filled=6) == expected
    assert many_body_chern_number(lambda x, y: ground(x, y, 0.5), grid=6) == expected


METAL = Device(qwz(mass=-1.0), rectangle(40, 40))
SMALL = Device(qwz(), rectangle(4, 4))
REFUSED = [
    (lambda: torus(qwz(), (0, 9)), InvalidInput, "positive numbers"),
    (lambda: torus(qwz(), (9,)), ShapeMismatch, "2 numbers of cells"),
    (lambda: torus(qwz(), (5, 5), onsite=np.ones(7)), ShapeMismatch, "the torus has 50 orbitals"),
    (lambda: bott_index(np.eye(4), energy=0), InvalidInput, "an open sample has no Bott index"),
    (
        lambda: bott_index(np.eye(4), positions=np.zeros((3, 2)), energy=0),
        ShapeMismatch,
        r"positions of shape \(4, 2\)",
    ),
    (lambda: bott_index(torus(qwz(), (5, 5))), InvalidInput, "say either"),
    (lambda: bott_index(torus(qwz(), (5, 5)), energy=-9), InvalidInput, "0 of 50 states"),
    (
        lambda: bott_index(torus(qwz(mass=0.0), (6, 6)), filled=36),
        Unreliable,
        "the gap is closed: levels 35 and 36 meet",
    ),
    (
        lambda: sample_chern_number(qwz(mass=0.0), (4, 4), filled=16),
        Unreliable,
        "closes at the twist",
    ),
    (
        lambda: many_body_chern_number(lambda x, y: np.array([1, np.exp(0.5j * x)]) / 2**0.5),
        InvalidInput,
        "span different spaces",
    ),
    (lambda: many_body_chern_number(lambda x, y: np.ones(3)), InvalidInput, "orthonormal columns"),
    (lambda: local_chern_marker(METAL, energy=1.9), Unreliable, "lie in a gap|lies in a band"),
    (
        lambda: local_chern_marker(SMALL, energy=0, within=box((9, 9), (10, 10))),
        InvalidInput,
        "contains no site",
    ),
    (
        lambda: local_chern_marker(qwz(), energy=0),
        InvalidInput,
        "needs a Device carved",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("build", "error", "message"), REFUSED)
def test_what_has_no_answer_is_refused_in_one_line(build, error, message):
    with pytest.raises(error, match=message) as refusal:
        build()
    assert "\n" not in str(refusal.value)


def test_time_reversal_makes_every_chern_number_vanish():
    assert chern_number(kane_mele(rashba=0.05), filled=2) == 0
    assert bott_index(torus(kane_mele(), (6, 6)), filled=72) == 0
