import numpy as np
import pytest

from sharvin.device import Device, Potential, box, disk, disorder, lead, rectangle
from sharvin.device.disorder import uniform
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter import Hopping, Lattice, Model, square_lattice

SQUARE = square_lattice()
PAULI_X = np.array([[0.0, 1.0], [1.0, 0.0]])
SPINFUL = Model(
    Lattice(np.eye(2)),
    [np.eye(2)],
    [Hopping(-np.eye(2), (1, 0)), Hopping(-np.eye(2), (0, 1))],
    orbitals=2,
)


def dense(device, params=None):
    return device.pattern.matrix(device.values(params or {})).toarray()


def diagonal(device, params=None):
    return device.values(params or {})[device.pattern.diagonal]


def test_a_list_is_a_sum_of_numbers_arrays_functions_and_text():
    terms = [1.0, "2 meV", np.arange(6.0), lambda x, y, gate: gate * x * y]
    device = Device(SQUARE, box((0, 0), (3, 2)), potential=terms, origin=(0, 0))
    x, y = device.positions.T
    assert np.allclose(diagonal(device, {"gate": 0.5}), 3 + np.arange(6) + 0.5 * x * y)


def test_a_number_may_be_left_to_a_parameter():
    device = Device(SQUARE, rectangle(2, 2), potential="depth")
    assert np.array_equal(diagonal(device, {"depth": "3 eV"}), np.full(4, 3000.0))


def test_leads_continue_the_edge_unless_told_otherwise():
    region = box((0, 0), (4, 3))
    slope = {"potential": lambda x, y, v: v * (10 * x + y), "origin": (0, 0)}
    leads = {
        "l": lead("left"),
        "r": lead("right"),
        "flat": lead("top", potential="flat"),
        "up": lead("bottom", shift="5 meV"),
    }
    device = Device(SQUARE, region, leads, **slope)
    left, right, flat, up = device.lead_blocks({"v": 1.0, "flat": 7.0})
    assert np.allclose(np.diag(left.cell), np.arange(3))
    assert np.allclose(np.diag(right.cell), 30 + np.arange(3))
    assert np.allclose(np.diag(flat.cell), 7)
    assert np.allclose(np.diag(up.cell), 5 + 10 * np.arange(4))


def test_arrays_reach_into_leads_too_but_disorder_does_not():
    values = np.arange(12.0)
    for name, expected in [("potential", [0, 1, 2]), ("disorder", [0, 0, 0])]:
        device = Device(SQUARE, box((0, 0), (4, 3)), {"l": lead("left")}, **{name: values})
        assert np.array_equal(diagonal(device), values)
        (left,) = device.lead_blocks({})
        assert np.allclose(np.diag(left.cell), expected)


def test_only_what_a_lead_depends_on_renews_it():
    device = Device(
        SQUARE,
        rectangle(4, 3),
        {"l": lead("left", potential=0)},
        potential=lambda x, gate: gate * x,
    )
    one, two = (device.lead_blocks({"gate": g})[0] for g in (0.0, 1.0))
    assert one is two
    # a gate that vanishes at the edge changes the parameters of the lead, not its numbers
    device = Device(
        SQUARE, rectangle(4, 3), {"l": lead("left")}, potential=lambda x, gate: gate * (x > 0)
    )
    one, two = (device.lead_blocks({"gate": g})[0] for g in (0.0, 1.0))
    assert one is two
    assert device.values({"gate": 1.0}) is device.values({"gate": 1.0})


def test_scalars_multiply_unity_and_matrices_are_matrices():
    device = Device(SPINFUL, rectangle(3, 2), potential=lambda x: x)
    assert device.pattern.nnz == 2 * (6 + 2 * 7)  # spins stay apart
    x = np.repeat(device.positions[:, 0], 2)
    assert np.allclose(diagonal(device), 1 + x)

    def field(x, b):
        return b * x[:, None, None] * PAULI_X

    by_matrix = Device(
        SPINFUL,
        rectangle(3, 2),
        {"l": lead("left")},
        potential=Potential(lambda x, b: b * x, PAULI_X),
    )
    by_blocks = Device(SPINFUL, rectangle(3, 2), {"l": lead("left")}, potential=field)
    expected = np.eye(12) + np.kron(np.diag(by_matrix.positions[:, 0]), PAULI_X) * 0.4
    onsite = np.kron(np.eye(6), np.ones((2, 2)))
    for device in (by_matrix, by_blocks):
        assert np.allclose(dense(device, {"b": 0.4}) * onsite, expected)
        (left,) = device.lead_blocks({"b": 0.4})
        assert left.cell[0, 1] == pytest.approx(-0.4)


def test_a_complex_matrix_makes_h_complex_only_when_it_is_on():
    sigma_y = np.array([[0, -1j], [1j, 0]])
    device = Device(SPINFUL, rectangle(3, 2), potential=Potential("b", sigma_y))
    h = dense(device, {"b": 2.0})
    assert np.allclose(h[:2, :2], np.eye(2) + 2 * sigma_y)


@pytest.mark.parametrize(
    ("potential", "error", "message"),
    [
        (np.ones(5), ShapeMismatch, r"one number per site, \(6,\)"),
        (lambda x: x[:2], ShapeMismatch, r"one number per site, \(6,\)"),
        (lambda x: np.where(x > 0, np.nan, x), InvalidInput, "NaN or infinity"),
        (lambda x: 1j * x, InvalidInput, "must be real"),
        (lambda z: z, InvalidInput, "only x, y"),
        (lambda x, **more: x, InvalidInput, "name every parameter"),
        (lambda x: np.ones((len(x), 2, 2)), ShapeMismatch, "write Potential"),
        ([1.0, "3 T"], InvalidInput, "magnetic field"),
    ],
)
def test_bad_potentials_are_refused(potential, error, message):
    with pytest.raises(error, match=message):
        Device(SQUARE, rectangle(3, 2), potential=potential).values({})


def test_array_defaults_are_data_and_not_parameters():
    table = np.arange(6.0)

    def gate(x, v=1.0, table=table):
        return v * table

    device = Device(SQUARE, rectangle(3, 2), potential=gate)
    assert device.parameters == ("v",)
    assert np.array_equal(diagonal(device), table)


# --- disorder ---------------------------------------------------------------------------------


def test_disorder_belongs_to_the_site_and_not_to_the_order():
    small = Device(SQUARE, box((0, 0), (4, 4)), disorder=disorder(2.0, 5), origin=(0, 0))
    large = Device(SQUARE, disk(7), disorder=disorder(2.0, 5), origin=(0, 0))
    values = dict(zip(map(tuple, large.positions.tolist()), diagonal(large), strict=True))
    assert all(
        values[tuple(r)] == v
        for r, v in zip(small.positions.tolist(), diagonal(small), strict=True)
    )
    cells = np.random.default_rng(0).integers(-50, 50, (100, 2))
    order = np.random.default_rng(1).permutation(100)
    kind = np.zeros(100, np.int16)
    assert np.array_equal(uniform(3, cells, kind)[order], uniform(3, cells[order], kind))


def test_disorder_is_uniform_and_uncorrelated():
    n = 400
    cells = np.stack(np.meshgrid(np.arange(n) - 77, np.arange(n), indexing="ij"), axis=-1)
    values = uniform(1, cells.reshape(-1, 2), np.zeros(n * n, np.int16)).reshape(n, n)
    # 160 000 samples: each of these estimates has a standard error below 0.0026, in units in
    # which the quantity would be of order one if something were wrong; five of them are allowed.
    assert -0.5 <= values.min() < -0.4999
    assert 0.4999 < values.max() < 0.5
    assert abs(values.mean()) < 5 * np.sqrt(1 / 12) / n
    assert 12 * values.var() == pytest.approx(1, abs=5 * np.sqrt(0.8) / n)
    for shift in [(1, 0), (0, 1), (1, 1), (2, 0), (1, -1)]:
        other = np.roll(values, shift, axis=(0, 1))
        assert abs(12 * (values * other).mean()) < 5 / n
    assert abs(12 * (values * values.T).mean()) < 5 * np.sqrt(2) / n
    counts = np.histogram(values, bins=50, range=(-0.5, 0.5))[0]
    assert ((counts - n * n / 50) ** 2 / (n * n / 50)).sum() < 49 + 5 * np.sqrt(2 * 49)
    for seed in (0, 2, 2**40, -1):
        other = uniform(seed, cells.reshape(-1, 2), np.zeros(n * n, np.int16)).reshape(n, n)
        assert abs(12 * (values * other).mean()) < 5 / n


def test_strength_and_seed_may_be_parameters():
    device = Device(SQUARE, rectangle(5, 5), disorder=disorder("w", "sample"))
    one = diagonal(device, {"w": "1 meV", "sample": 3})
    assert np.allclose(diagonal(device, {"w": 2.0, "sample": 3}), 2 * one)
    assert abs(np.corrcoef(one, diagonal(device, {"w": 1, "sample": 4}))[0, 1]) < 0.9
    with pytest.raises(InvalidInput, match="whole number"):
        device.values({"w": 1, "sample": 0.5})
