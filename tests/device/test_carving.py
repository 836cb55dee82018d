import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.lattice_reference import dense_hamiltonian, lead_sites, with_lead_cells
from sharvin.device import (
    Device,
    MatrixLead,
    SelfEnergyLead,
    box,
    disk,
    disorder,
    everything,
    interval,
    lead,
    polygon,
    rectangle,
)
from sharvin.device.sites import SiteTable, carve
from sharvin.errors import InvalidInput, UnknownName
from sharvin.matter import (
    Hopping,
    Lattice,
    Model,
    chain,
    electron_gas,
    graphene,
    square_lattice,
)

# Sums of a few numbers of order one.
ATOL = 1e-13
S3 = math.sqrt(3) / 2
BOTH = {"left": lead("left", potential=0), "right": lead("right", potential=0)}
SQUARE = square_lattice(onsite=4.0)
KANE = np.kron(np.eye(2), np.diag([1, -1]))


def strip_matrix(length, width, onsite, hop_x, hop_y):
    """Dense H of an L x W strip, sites ordered by (x, y), orbitals innermost."""
    along, across = np.eye(length, k=-1), np.eye(width, k=-1)
    h = np.kron(np.kron(along, np.eye(width)), hop_x)
    h = h + np.kron(np.kron(np.eye(length), across), hop_y)
    return h + h.conj().T + onsite


def dense(device, params):
    return device.pattern.matrix(device.values(params)).toarray()


def honeycomb():
    lattice = Lattice([[1, 0], [0.5, S3]], [[0, 0], [0, 1 / math.sqrt(3)]])
    hoppings = [Hopping(-1.0, offset, to=0, from_=1) for offset in [(0, 0), (0, 1), (-1, 1)]]
    return Model(lattice, [0.0, 0.0], hoppings)


# --- counting and looking up -----------------------------------------------------------------


def test_the_rectangle_of_the_readme_has_250_by_130_sites():
    gas = electron_gas(mass=0.067, spacing="6 nm", g_factor=-0.44)
    device = Device(gas, rectangle(length="1.5 um", width="0.78 um"), field="B")
    assert len(device.sites) == 250 * 130
    assert device.pattern.n == 2 * 250 * 130
    # placed symmetrically, as is a gate around the origin
    assert np.allclose(device.positions.min(axis=0), -device.positions.max(axis=0))


@pytest.mark.parametrize(
    ("region", "expected"), [(rectangle(10.9, 3.2), 30), (disk(3), 32), (rectangle(7, 1), 7)]
)
def test_a_grid_is_placed_symmetrically_in_any_box(region, expected):
    positions = Device(SQUARE, region).positions
    assert len(positions) == expected
    assert np.allclose(np.sort(positions, axis=0), -np.sort(positions, axis=0)[::-1])


def test_an_origin_puts_the_lattice_where_it_is_wanted():
    device = Device(SQUARE, box((0, 0), (3, 2)), origin=(0, 0))
    assert device.positions.tolist() == [[x, y] for x in range(3) for y in range(2)]


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 3))
def test_carving_finds_every_site_and_every_neighbor(seed, d, basis):
    rng = np.random.default_rng(seed)
    lattice = Lattice(np.eye(d) + rng.uniform(-0.4, 0.4, (d, d)), rng.uniform(0, 1, (basis, d)))
    region = disk(2.3, center=rng.uniform(-1, 1, d))
    origin = rng.uniform(-9, 9, d)
    sites = carve(lattice, region.translated(origin), origin)
    grid = np.stack(np.meshgrid(*[np.arange(-9, 10)] * d, indexing="ij"), axis=-1).reshape(-1, d)
    expected = sum(int(region(grid @ lattice.vectors + shift).sum()) for shift in lattice.basis)
    assert len(sites) == expected
    keys = [tuple(row) for row in np.column_stack((sites.cells, sites.sublattice)).tolist()]
    assert keys == sorted(set(keys))
    number = {key: i for i, key in enumerate(keys)}
    reach = np.array([2, 1, 3][:d])
    table = SiteTable.of(sites, reach)
    asked = np.column_stack((rng.integers(-12, 13, (200, d)), rng.integers(0, basis, 200)))
    found = table.find(asked[:, :-1], asked[:, -1])
    assert found.tolist() == [number.get(tuple(row), -1) for row in asked.tolist()]
    offsets = rng.integers(-reach, reach + 1, (basis, d))
    target = rng.integers(0, basis, basis)
    near = table.neighbors(offsets, target - np.arange(basis))
    wanted = [(*(np.array(k[:-1]) + offsets[k[-1]]).tolist(), int(target[k[-1]])) for k in keys]
    assert near.tolist() == [number.get(key, -1) for key in wanted]


# --- the six workloads of the solver study, against plain numpy -------------------------------


def test_w1_gated_strip():
    w, length = 10, 20
    xc, yc = (length - 1) / 2, (w - 1) / 2

    def gate(x, y, v_g):
        return v_g * np.exp(-(((x - xc) / 2) ** 2)) * 0.5 * (1 + np.tanh((abs(y - yc) - 1) / 4))

    device = Device(SQUARE, box((0, 0), (length, w)), BOTH, potential=gate, origin=(0, 0))
    x, y = np.divmod(np.arange(length * w), w)
    for v in (0.0, 0.7):
        expected = strip_matrix(length, w, np.diag(4 + gate(x, y, v)), -np.eye(1), -np.eye(1))
        assert np.allclose(dense(device, {"v_g": v}), expected, rtol=0, atol=ATOL)
    left, right = device.lead_blocks({"v_g": 0.7})
    assert np.array_equal(left.cell, 4 * np.eye(w) - np.eye(w, k=1) - np.eye(w, k=-1))
    assert np.array_equal(left.hop, -np.eye(w))
    assert np.array_equal(left.sites, np.arange(w))
    assert np.array_equal(right.sites, np.arange(w) + (length - 1) * w)


def test_w2_w3_disordered_strips():
    w, length = 5, 9
    samples = np.random.default_rng(2).uniform(-0.5, 0.5, (3, length, w))
    fixed = Device(SQUARE, box((0, 0), (length, w)), BOTH, disorder=samples[0].ravel())
    swept = Device(
        SQUARE, box((0, 0), (length, w)), BOTH, disorder=lambda r: samples[int(r)].ravel()
    )
    for r in range(3):
        onsite = np.diag(4 + samples[r].ravel())
        expected = strip_matrix(length, w, onsite, -np.eye(1), -np.eye(1))
        assert np.array_equal(dense(swept, {"r": r}), expected)
    assert np.array_equal(fixed.values({}), swept.values({"r": 0}))
    assert np.array_equal(np.diag(swept.lead_blocks({"r": 1})[0].cell), np.full(w, 4.0))


def test_w5_graphene_ribbon():
    nx, ny = 7, 5
    model = honeycomb()
    region = rectangle(nx, ny * S3, corner=(0, 0))
    device = Device(model, region, {"left": lead("left"), "right": lead("right")})
    assert len(device.sites) == 2 * nx * ny
    place, kind = device.positions, device.sites.sublattice
    expected = dense_hamiltonian(model, place, kind, {})
    assert np.array_equal(dense(device, {}), expected)
    for blocks in device.lead_blocks({}):
        assert blocks.cell.shape == (2 * ny, 2 * ny)
        assert len(blocks.sites) == ny - 1  # every bond between cells joins two rows


def test_w6_four_orbitals():
    w, length = 3, 4
    pauli_x, pauli_y = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]])
    on = 3.4 * KANE - 0.4 * np.eye(4)
    hop_x = -KANE + 0.1 * np.eye(4) + 0.5j * np.kron(np.diag([1, -1]), pauli_x)
    hop_y = -KANE + 0.1 * np.eye(4) - 0.5j * np.kron(np.eye(2), pauli_y)
    model = Model(
        Lattice(np.eye(2)), [on], [Hopping(hop_x, (1, 0)), Hopping(hop_y, (0, 1))], orbitals=4
    )
    u = np.random.default_rng(3).uniform(-0.5, 0.5, length * w)
    device = Device(model, box((0, 0), (length, w)), BOTH, disorder=u)
    onsite = np.kron(np.eye(length * w), on) + np.kron(np.diag(u), np.eye(4))
    expected = strip_matrix(length, w, onsite, hop_x, hop_y)
    assert np.allclose(dense(device, {}), expected, rtol=0, atol=ATOL)
    # structural zeros stay out: the two spins are separate blocks
    spins = np.kron(np.ones(length * w), [0, 0, 1, 1])
    rows = np.repeat(np.arange(device.pattern.n), np.diff(device.pattern.indptr))
    assert (spins[rows] == spins[device.pattern.indices]).all()


# --- leads ------------------------------------------------------------------------------------


def compare_with_crystal(device, params, cells=2):
    h = with_lead_cells(device, params, cells)
    place, kind, owner = lead_sites(device, cells)
    expected = dense_hamiltonian(
        device.model, place, kind, params, joined=lambda i, j: owner[i] == owner[j] or 0 in
        (owner[i], owner[j]),
    )  # fmt: skip
    assert np.allclose(h, expected, rtol=0, atol=ATOL)


LONG_RANGE = Model(
    Lattice(np.eye(2)),
    [0.5],
    [Hopping(-1.0, (1, 0)), Hopping(0.3, (2, 1)), Hopping(0.2, (0, 1)), Hopping(0.1, (3, 0))],
)
UNEQUAL = Model(
    Lattice([[1, 0], [0.3, 1.1]], [[0, 0], [0.4, 0.5]]),
    [np.diag([1.0, 2.0]), 3.0],
    [
        Hopping([[1.0, 0.5j]], (0, 0), to=1, from_=0),
        Hopping([[0.3], [0.2]], (1, 0), to=0, from_=1),
        Hopping([[0.7]], (0, 1), to=1, from_=1),
        Hopping(np.array([[0.1, 1j], [0.2, 0.4]]), (1, -1), to=0, from_=0),
    ],
    orbitals=(2, 1),
)
HEXAGON = polygon([(6 * np.cos(a), 6 * np.sin(a)) for a in np.arange(6) * np.pi / 3])
CASES = {
    "square": (SQUARE, rectangle(5, 4), {
        "l": lead("left"), "t": lead("top", at=0, width=3), "b": lead("bottom", at=0.5, width=2),
    }),
    "chain": (chain(), interval(4), {"l": lead("left"), "r": lead("right")}),
    "cubic wire": (electron_gas(mass=1, spacing=1, dimension=3), box((0, 0, 0), (4, 2, 3)), {
        "l": lead("left"), "r": lead("right"), "up": lead((0, 0, 1)),
    }),
    "zigzag": (honeycomb(), rectangle(5, 4 * S3, corner=(0, 0)), {
        "l": lead("left"), "r": lead("right"),
    }),
    "armchair": (honeycomb(), rectangle(4, 6, corner=(0, 0)), {
        "b": lead("bottom"), "t": lead("top"),
    }),
    "graphene hexagon": (honeycomb(), HEXAGON, {
        "a": lead((S3, 0.5)), "b": lead((-S3, 0.5)), "c": lead("bottom"),
    }),
    "graphene at 60 degrees": (honeycomb(), rectangle(8, 5.5).rotated(np.pi / 3), {
        "a": lead((0.5, S3)), "b": lead((-0.5, -S3)),
    }),
    "disk with straightened edges": (SQUARE, disk(4.2), {
        "l": lead("left", at=0, width=5), "r": lead("right", at=0, width=3),
    }),
    "long hops": (LONG_RANGE, rectangle(9, 5), {"l": lead("left"), "r": lead("right")}),
    "oblique, unequal sites": (UNEQUAL, rectangle(7, 5), {"l": lead("left"), "r": lead("right")}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_leads_continue_the_crystal(name):
    compare_with_crystal(Device(*CASES[name]), {})


def test_leads_of_a_perfect_strip_equal_the_device_itself():
    device = Device(SQUARE, rectangle(6, 4), {"l": lead("left"), "r": lead("right")})
    h = dense(device, {})
    left, right = device.lead_blocks({})
    assert np.array_equal(left.cell, h[4:8, 4:8])
    assert np.array_equal(left.hop, h[:4, 4:8])  # outwards is to the left
    assert np.array_equal(right.hop, h[8:12, 4:8])
    assert np.array_equal(left.hop, right.hop.T)


def test_a_carved_device_and_its_matrices_are_one_device():
    carved = Device(
        SQUARE, rectangle(5, 3), BOTH, potential=lambda x, gate: gate * x, disorder=disorder(1.0, 7)
    )
    h0, h1 = dense(carved, {"gate": 0}), dense(carved, {"gate": 1})
    blocks = carved.lead_blocks({"gate": 0})
    raw = Device.from_matrices(
        {"": h0, "gate": h1 - h0},
        {b.name: MatrixLead(b.cell, b.hop, b.sites, b.coupling) for b in blocks},
        positions=carved.positions,
    )
    assert np.array_equal(raw.pattern.indices, carved.pattern.indices)
    assert np.allclose(raw.values({"gate": 3}), carved.values({"gate": 3}), rtol=0, atol=ATOL)


def test_the_period_of_a_lead_is_the_shortest_translation():
    zigzag, armchair = (Device(*CASES[name]) for name in ("zigzag", "armchair"))
    lattice = zigzag.model.lattice
    (strip, _), (other, _) = (d._carved.strips.values() for d in (zigzag, armchair))
    assert np.allclose(strip.period @ lattice.vectors, [-1, 0])
    assert np.allclose(other.period @ lattice.vectors, [0, -math.sqrt(3)])


def test_a_window_counts_its_rows():
    gas = electron_gas(mass=0.067, spacing="6 nm")
    device = Device(
        gas,
        rectangle("1.5 um", "0.78 um"),
        {"top": lead("top", at="300 nm", width="150 nm"), "left": lead("left", width="60 nm")},
    )
    top, left = device.lead_blocks({})
    assert len(top.cell) == 25
    x, y = device.positions[top.sites].T
    assert (x.min(), x.max(), y.min()) == pytest.approx((225, 369, 387))
    assert device.positions[left.sites][:, 1].mean() == pytest.approx(0)


def test_a_wide_lead_on_a_narrow_device_must_be_asked_for():
    with pytest.raises(InvalidInput, match="'l' has missing neighbors: 4 of the 8 sites"):
        Device(SQUARE, rectangle(5, 4), {"l": lead("left", at=0, width=8)})
    wide = Device(SQUARE, rectangle(5, 4), {"l": lead("left", at=0, width=8, overhang=True)})
    (blocks,) = wide.lead_blocks({})
    assert blocks.cell.shape == (8, 8)
    assert blocks.coupling.shape == (8, 4)


def test_given_leads_take_regions_or_orbitals():
    device = Device(
        SQUARE,
        rectangle(4, 3),
        {
            "tip": SelfEnergyLead(
                lambda e: -1j * np.eye(3), sites=rectangle(1, 3, center=(-1.5, 0))
            ),
            "wire": MatrixLead([[0.0]], [[-1.0]], sites=[11]),
        },
    )
    tip, wire = device.lead_blocks({})
    assert tip.sites.tolist() == [0, 1, 2]
    assert wire.sites.tolist() == [11]


def test_conserved_quantities_label_leads_that_conserve_them():
    gas = electron_gas(mass=1, spacing=1, g_factor=2)
    leads = {"l": lead("left")}
    (blocks,) = Device(gas, rectangle(3, 2), leads).lead_blocks({"B": 1.0})
    assert blocks.labels == {1.0: "up", -1.0: "down"}
    assert np.array_equal(np.diag(blocks.conserved), [1, -1, 1, -1])
    from sharvin.device import Potential

    tilted = {"potential": Potential(0.5, [[0, 1], [1, 0]])}
    (blocks,) = Device(gas, rectangle(3, 2), leads, **tilted).lead_blocks({"B": 1.0})
    assert blocks.conserved is None
    insisting = Device(gas, rectangle(3, 2), leads, conserved="spin", **tilted)
    with pytest.raises(InvalidInput, match="does not conserve"):
        insisting.lead_blocks({"B": 1.0})
    with pytest.raises(UnknownName, match="'spin'"):
        Device(gas, rectangle(3, 2), leads, conserved="spinn")


# --- refusals and finish ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Device(SQUARE), "needs a region"),
        (lambda: Device(np.eye(2)), "from_matrices"),
        (lambda: Device(SQUARE, everything()), "has no end"),
        (lambda: Device(SQUARE, disk(0.1), origin=(0.5, 0.5)), "contains no site"),
        (lambda: Device(SQUARE, rectangle(3, 3), {"l": 3}), "lead 'l' must come from"),
        (lambda: Device(SQUARE, rectangle(3, 3), {"": lead("left")}), "non-empty string"),
        (lambda: Device(SQUARE, rectangle(3, 3), {"l": lead((1, 0.317))}), "no short lattice"),
        (lambda: Device(SQUARE, rectangle(3, 3), {"l": lead("top", at=9, width=2)}), "holds no"),
        (lambda: Device(chain(), interval(3), {"l": lead("top")}), "only 1 coordinate"),
        (lambda: Device(chain(), interval(3), field=1.0), "one dimension"),
        (
            lambda: Device(SQUARE, rectangle(3, 3), {"a": lead("left"), "b": lead("left")}),
            "overlap",
        ),
        (lambda: Device(SQUARE, rectangle(3, 3), potential=lambda x, energy: x), "would shadow"),
        (lambda: Device(SQUARE, rectangle(3, 3), field="temperature"), "would shadow"),
        (lambda: lead("left", at=3), "needs a width"),
        (lambda: lead("lft"), "did you mean 'left'"),
        (lambda: lead((0, 0)), "not zero"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


def test_a_device_tells_what_it_is():
    device = Device(SQUARE, rectangle(3, 2), BOTH, potential=lambda x, gate=2.0: gate, field="B")
    text = repr(device)
    for part in ("6 sites", "6 orbitals", "'left' touches 2", "gate = 2", "B (T)"):
        assert part in text
    assert device.lead_names == ("left", "right")
    assert set(device.parameters) == {"B", "gate"}
    assert dict(device.defaults) == {"gate": 2.0}
    assert device.resolve({"B": "20 mT"}) == {"B": 0.02, "gate": 2.0}


def test_the_hash_follows_functions_regions_and_replacements():
    def made(slope, radius):
        return Device(SQUARE, disk(radius), BOTH, potential=lambda x, gate: gate * x * slope)

    device = made(1.0, 3)
    assert device.content_hash == made(1.0, 3).content_hash
    others = [made(2.0, 3), made(1.0, 2), dataclasses.replace(device, field=1.0)]
    assert len({d.content_hash for d in [device, *others]}) == 4


def test_orbital_sites_of_unequal_sites():
    device = Device(UNEQUAL, rectangle(3, 3))
    counts = np.bincount(device.orbital_site)
    assert np.array_equal(counts, np.array([2, 1])[device.sites.sublattice])
    expected = dense_hamiltonian(UNEQUAL, device.positions, device.sites.sublattice, {})
    assert np.allclose(dense(device, {}), expected, rtol=0, atol=ATOL)


def test_graphene_presets_make_devices_with_their_degeneracy():
    device = Device(graphene(scaling=4), rectangle("20 nm", "10 nm"), {"l": lead("left")})
    assert device.degeneracy == 2
    with pytest.raises(InvalidInput, match="too strong"):
        dataclasses.replace(device, field=1e4).values({})
