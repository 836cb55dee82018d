import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.lattice_reference import dense_hamiltonian, lead_sites, with_lead_cells
from sharvin.device import Device, box, disk, lead, polygon, rectangle
from sharvin.device.gauge import landau_gauge
from sharvin.errors import InvalidInput
from sharvin.matter import Hopping, Lattice, Model, electron_gas, graphene, square_lattice
from sharvin.units import FLUX_QUANTUM

# Phases of up to a few hundred radians, eigenvalues of order one.
ATOL = 1e-11
S3 = np.sqrt(3) / 2
SQUARE = square_lattice()
CARBON = graphene(hopping=1.0, lattice_constant=1.0)
HEXAGON = polygon([(6 * np.cos(a), 6 * np.sin(a)) for a in np.arange(6) * np.pi / 3])
LEADS = {
    "l": lead("left"),
    "r": lead("right"),
    "t": lead("top", at=0, width=3),
    "b": lead("bottom", at=1, width=2),
}
DEVICES = {
    "square, four leads": (SQUARE, rectangle(6, 5), LEADS),
    "top first": (SQUARE, rectangle(6, 5), {"t": LEADS["t"], "r": LEADS["r"]}),
    "disk": (SQUARE, disk(4.3), {"t": lead("top", at=0, width=4), "r": lead("right")}),
    "diagonal": (SQUARE, disk(4.3), {"d": lead((1, 1), at=0, width=4), "l": lead("left")}),
    "graphene, three leads": (
        CARBON,
        HEXAGON,
        {"a": lead((S3, 0.5)), "b": lead((-S3, 0.5)), "c": lead("bottom")},
    ),
    "graphene, zigzag and armchair": (
        CARBON,
        rectangle(5, 6),
        {"l": lead("left"), "t": lead("top")},
    ),
}


def dense(device, params):
    return device.pattern.matrix(device.values(params)).toarray()


@pytest.mark.parametrize("name", DEVICES)
def test_device_and_leads_share_one_field(name):
    """All cells together have the spectrum of a symmetric gauge on all sites."""
    device = Device(*DEVICES[name], field="B")
    for field in (0.0, 137.0, -411.0):
        h = with_lead_cells(device, {"B": field}, 2)
        place, kind, owner = lead_sites(device, 2)
        expected = dense_hamiltonian(
            device.model,
            place,
            kind,
            {},
            field,
            joined=lambda i, j, owner=owner: owner[i] == owner[j] or 0 in (owner[i], owner[j]),
        )
        assert np.allclose(abs(h), abs(expected), rtol=0, atol=ATOL)
        energies, wanted = np.linalg.eigvalsh(h), np.linalg.eigvalsh(expected)
        assert np.allclose(energies, wanted, rtol=0, atol=ATOL)


def test_electrons_pick_up_minus_e_b_area_counterclockwise():
    field = 250.0
    device = Device(SQUARE, box((0, 0), (4, 4)), LEADS and {"t": lead("top")}, field=field)
    h = with_lead_cells(device, {}, 2)
    place, _, _ = lead_sites(device, 2)
    number = {tuple(np.round(r * 2).astype(int)): i for i, r in enumerate(place)}
    flux = np.exp(-2j * np.pi * field / FLUX_QUANTUM)
    for (x, y), i in number.items():
        corners = [(x, y), (x + 2, y), (x + 2, y + 2), (x, y + 2)]
        if all(corner in number for corner in corners):
            a, b, c, d = (number[corner] for corner in corners)
            # H[b, a] hops from a to b; round a -> b -> c -> d -> a
            loop = h[b, a] * h[c, b] * h[d, c] * h[a, d]
            assert loop == pytest.approx(flux, abs=1e-12), (x, y, i)


def test_the_sign_is_that_of_the_reference_sheet():
    """H_{x, x+1} = -t exp(2 pi i (q B a^2 / h) y) with q = -e and A = (-B y, 0)."""
    device = Device(SQUARE, box((0, 0), (3, 4)), {"l": lead("left")}, field=100.0)
    h = dense(device, {})
    y = np.arange(4) - 1.5
    assert np.allclose(np.diag(h[:4, 4:8]), -np.exp(-2j * np.pi * 100 / FLUX_QUANTUM * y))


def test_without_field_everything_is_real_and_reversal_conjugates():
    device = Device(*DEVICES["square, four leads"], field="B")
    still = device.lead_blocks({"B": 0})
    assert device.values({"B": 0}).dtype == np.float64
    assert all(b.cell.dtype == b.coupling.dtype == np.float64 for b in still)
    assert np.allclose(device.values({"B": 9}), device.values({"B": -9}).conj())
    for one, other in zip(device.lead_blocks({"B": 9}), device.lead_blocks({"B": -9}), strict=True):
        for name in ("cell", "hop", "coupling"):
            assert np.allclose(getattr(one, name), getattr(other, name).conj())


@pytest.mark.parametrize("name", DEVICES)
def test_couplings_are_columns_of_the_hop_times_phases(name):
    device = Device(*DEVICES[name], field="B")
    for blocks in device.lead_blocks({"B": 80.0}):
        columns = np.flatnonzero(abs(blocks.hop).max(axis=0))
        if len(columns) == len(blocks.sites):
            ratio = blocks.coupling / np.where(blocks.hop[:, columns], blocks.hop[:, columns], 1)
            phases = np.array([column[column != 0][0] for column in ratio.T])
            assert np.allclose(abs(phases), 1)
            assert np.allclose(blocks.coupling, blocks.hop[:, columns] * phases)


@given(st.integers(0, 2**32), st.sampled_from([2, 3]))
def test_landau_gauges_have_the_field_and_do_not_change_along_their_direction(seed, space):
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=space)
    gauge = landau_gauge(direction, rng.normal(size=space))
    m = gauge.matrix
    assert np.allclose(m @ direction, 0)
    # A_i = M_ij r_j, so (curl A)_z = M_yx - M_xy
    curl = m.T - m
    expected = np.zeros((space, space))
    expected[0, 1], expected[1, 0] = 1, -1
    assert np.allclose(curl, expected)
    # around a closed triangle the phase is the flux, in any gauge
    r = rng.normal(size=(3, space))
    steps = np.roll(r, -1, axis=0) - r
    around = gauge.bonds(steps, np.roll(r, -1, axis=0)).sum()
    area = (steps[0, 0] * steps[1, 1] - steps[0, 1] * steps[1, 0]) / 2
    assert around == pytest.approx(2 * np.pi / FLUX_QUANTUM * area)
    # the gauge function between two gauges explains the difference on any bond
    other = landau_gauge(rng.normal(size=space), rng.normal(size=space))
    change = gauge.change(other, r)
    difference = gauge.bonds(steps, np.roll(r, -1, axis=0)) - other.bonds(
        steps, np.roll(r, -1, axis=0)
    )
    assert np.allclose(np.roll(change, -1) - change, difference)


def test_a_wire_in_space_feels_the_field_along_z():
    gas = electron_gas(mass=1, spacing=1, dimension=3, spin="degenerate")
    leads = {"l": lead("left"), "up": lead((0, 0, 1)), "top": lead("top")}
    device = Device(gas, box((0, 0, 0), (3, 3, 2)), leads, field="B")
    h = with_lead_cells(device, {"B": 300.0}, 2)
    place, kind, owner = lead_sites(device, 2)
    expected = dense_hamiltonian(
        gas, place, kind, {}, 300.0,
        joined=lambda i, j: owner[i] == owner[j] or 0 in (owner[i], owner[j]),
    )  # fmt: skip
    assert np.allclose(np.linalg.eigvalsh(h), np.linalg.eigvalsh(expected), rtol=0, atol=1e-9)


def nambu(pairing):
    """Square lattice of electrons and holes with onsite pairing."""
    tau_z = np.diag([1.0, -1.0])
    return Model(
        Lattice(np.eye(2)),
        [4 * tau_z + np.array([[0, pairing], [pairing, 0]])],
        [Hopping(-tau_z, (1, 0)), Hopping(-tau_z, (0, 1))],
        orbitals=2,
        charges=[np.array([-1.0, 1.0])],
    )


def test_holes_get_the_opposite_phase_and_the_opposite_potential():
    device = Device(
        nambu(0.0), rectangle(4, 3), {"l": lead("left")}, field=50.0, potential=lambda x: x
    )
    h = dense(device, {})
    electrons, holes = h[::2, ::2], h[1::2, 1::2]
    assert np.allclose(holes, -electrons.conj())
    (blocks,) = device.lead_blocks({})
    assert np.allclose(blocks.cell[1::2, 1::2], -blocks.cell[::2, ::2].conj())


def test_pairing_in_a_lead_across_the_gauge_is_refused_in_a_field():
    leads = {"l": lead("left"), "t": lead("top")}
    device = Device(nambu(0.3), rectangle(4, 3), leads, field="B")
    device.lead_blocks({"B": 0.0})
    with pytest.raises(InvalidInput, match="pairs electrons with holes"):
        device.lead_blocks({"B": 1.0})
    parallel = {"l": lead("left"), "r": lead("right")}
    Device(nambu(0.3), rectangle(4, 3), parallel, field="B").lead_blocks({"B": 1.0})
