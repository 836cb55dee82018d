import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from sharvin.device import Device, MatrixLead, SelfEnergyLead
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName


def chain(n):
    return sp.diags_array([-np.ones(n - 1)] * 2, offsets=[1, -1]).tocsr()


def end(site, **changes):
    return MatrixLead(**{"cell": [[0.0]], "hop": [[-1.0]], "sites": [site], **changes})


def ends(n, **changes):
    return {"left": end(0), "right": end(n - 1, **changes)}


def test_the_pattern_is_the_union_of_all_terms_with_the_whole_diagonal():
    bond = sp.csr_array(([1.0, 1.0], ([0, 3], [3, 0])), shape=(4, 4))
    device = Device.from_matrices({"": chain(4), "t": bond}, ends(4))
    pattern = device.pattern
    h = pattern.matrix(device.values({"t": 0.5})).toarray()
    assert np.array_equal(h, chain(4).toarray() + 0.5 * bond.toarray())
    assert np.array_equal(pattern.indices[pattern.diagonal], np.arange(4))
    assert pattern.nnz == 4 + 6 + 2


@given(st.integers(0, 2**32), st.integers(1, 8), st.booleans())
def test_affine_values_are_the_matrix_sum(seed, n, is_complex):
    rng = np.random.default_rng(seed)

    def hermitian():
        m = rng.normal(size=(n, n)) + is_complex * 1j * rng.normal(size=(n, n))
        m[rng.random((n, n)) < 0.5] = 0
        return m + m.conj().T

    h0, h1, p = hermitian(), hermitian(), rng.normal()
    device = Device.from_matrices({"": sp.coo_array(h0), "p": h1}, {"left": end(0)})
    h = device.pattern.matrix(device.values({"p": p})).toarray()
    assert np.array_equal(h, h0 + p * h1)
    assert (h.dtype == np.float64) == (not (h0 + h1).imag.any())


def test_a_sweep_gets_the_same_objects_while_nothing_changes():
    device = Device.from_matrices(
        chain(3), {"left": end(0), "right": end(2, cell={"": [[0.0]], "gate": [[1.0]]})}
    )
    assert device.parameters == ("gate",)
    assert device.values({"gate": 1}) is device.values({"gate": 2})
    one, two = device.lead_blocks({"gate": 1}), device.lead_blocks({"gate": 2})
    assert one[0] is two[0]
    assert one[1] is not two[1]
    assert device.lead_blocks({"gate": 1})[1] is one[1]
    assert two[1].cell == [[2.0]]


def test_a_vanishing_complex_term_leaves_a_real_matrix():
    current = np.array([[0, 1j], [-1j, 0]])
    device = Device.from_matrices({"": chain(2), "phi": current}, ends(2))
    assert device.values({"phi": 0.0}).dtype == np.float64
    assert device.values({"phi": 0.1}).dtype == np.complex128
    assert Device.from_matrices(chain(2) + 0j, ends(2)).values({}).dtype == np.float64


def test_blocks_and_self_energies_may_be_functions_of_named_parameters():
    leads = {
        "left": end(0, cell=lambda gate: [[gate]]),
        "tip": SelfEnergyLead(lambda energy, gamma=0.5: [[-0.5j * gamma * energy]], sites=[1]),
    }
    device = Device.from_matrices(chain(3), leads)
    assert device.parameters == ("gate", "gamma")
    assert dict(device.defaults) == {"gamma": 0.5}
    left, tip = device.lead_blocks({"gate": 3.0})
    assert left.cell == [[3.0]]
    assert tip.self_energy(2.0) == [[-0.5j]]


def test_arrays_are_copied_and_read_only():
    h, hop, sites = chain(3).toarray(), np.array([[-1.0]]), np.array([2])
    device = Device.from_matrices(h, {"right": end(0, hop=hop, sites=sites)})
    h[0, 1] = hop[0, 0] = sites[0] = 0
    (lead,) = device.lead_blocks({})
    assert device.values({})[1] == -1
    assert lead.hop == [[-1.0]]
    assert lead.sites == [2]
    for array in (device.values({}), lead.cell, lead.hop, lead.coupling, lead.sites):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_the_coupling_defaults_to_the_hop_and_may_be_of_any_shape():
    (lead,) = Device.from_matrices(chain(3), {"a": end(0)}).lead_blocks({})
    assert np.array_equal(lead.coupling, lead.hop)
    wide = end(0, cell=np.zeros((2, 2)), hop=np.eye(2), sites=[0, 1, 2], coupling=np.ones((2, 3)))
    (lead,) = Device.from_matrices(chain(3), {"a": wide}).lead_blocks({})
    assert lead.coupling.shape == (2, 3)


def test_the_hash_knows_contents_and_nothing_else():
    def made(value):
        return Device.from_matrices(chain(3) * value, ends(3)).content_hash

    assert made(1.0) == made(1.0)
    assert made(1.0) != made(1.5)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"cell": [[1j]]}, InvalidInput, "cell of lead 'right' is not Hermitian"),
        ({"cell": [[0, 1]]}, ShapeMismatch, "cell of lead 'right'"),
        ({"hop": np.eye(2)}, ShapeMismatch, "hop of lead 'right'"),
        ({"hop": [[np.nan]]}, InvalidInput, "hop of lead 'right' holds NaN"),
        ({"sites": [0, 1]}, ShapeMismatch, "touches 2 sites: give its coupling"),
        ({"coupling": np.ones((1, 2))}, ShapeMismatch, "coupling of lead 'right'"),
        ({"sites": [3]}, InvalidInput, "'right' are out of range: 3 is not in 0..2"),
        ({"sites": [-1]}, InvalidInput, "'right' are out of range: -1"),
        ({"sites": [1, 1]}, InvalidInput, "'right' must be distinct: 1 comes twice"),
        ({"sites": [True]}, InvalidInput, "np.flatnonzero"),
        ({"sites": []}, InvalidInput, "touches no orbital"),
        ({"cell": {"energy": [[1.0]]}}, InvalidInput, "would shadow a keyword"),
        ({"cell": {"2x": [[1.0]]}}, InvalidInput, "cannot name a parameter"),
        ({"conserved": np.eye(2)}, ShapeMismatch, "conserved of lead 'right'"),
    ],
)
def test_a_bad_lead_is_refused_by_name(changes, error, message):
    with pytest.raises(error, match=message):
        Device.from_matrices(chain(3), ends(3, **changes))


@pytest.mark.parametrize(
    ("hamiltonian", "error", "message"),
    [
        ([[0, 1], [2, 0]], InvalidInput, "hamiltonian is not Hermitian"),
        ([[0, 1j], [1j, 0]], InvalidInput, "hamiltonian is not Hermitian"),
        ([[0, np.inf], [np.inf, 0]], InvalidInput, "NaN or infinity"),
        (np.ones((2, 3)), ShapeMismatch, "square"),
        ({"": np.eye(2), "gate": np.eye(3)}, ShapeMismatch, "term 'gate' has shape"),
        ({"": np.eye(2), "store": np.eye(2)}, InvalidInput, "would shadow a keyword"),
        (lambda gate: np.eye(2), InvalidInput, "not known beforehand"),
    ],
)
def test_a_bad_hamiltonian_is_refused(hamiltonian, error, message):
    with pytest.raises(error, match=message):
        Device.from_matrices(hamiltonian, {"left": end(0)})


def test_rounding_of_the_sender_is_accepted_and_made_exact():
    h = chain(3).toarray()
    h[0, 1] *= 1 + 1e-13
    device = Device.from_matrices(h, ends(3))
    assert abs(device.pattern.matrix(device.values({})) - chain(3)).max() < 1e-12
    matrix = device.pattern.matrix(device.values({}))
    assert (matrix - matrix.T).count_nonzero() == 0


def test_unknown_and_missing_parameters_are_refused():
    device = Device.from_matrices({"": chain(3), "gate": np.eye(3)}, ends(3))
    with pytest.raises(UnknownName, match="did you mean 'gate'"):
        device.values({"gat": 1.0})
    with pytest.raises(InvalidInput, match="needs a value for its parameter 'gate'"):
        device.values({})
    with pytest.raises(InvalidInput, match="finite"):
        device.values({"gate": np.nan})
    with pytest.raises(UnknownName, match="did you mean 'left'"):
        device.check_lead("lef")


def test_a_quantity_that_is_not_conserved_is_refused():
    spin = np.diag([1.0, -1.0])
    wire = {"cell": np.zeros((2, 2)), "hop": np.eye(2), "sites": [0, 1], "conserved": spin}
    labels = {1.0: "up", -1.0: "down"}
    (lead,) = Device.from_matrices(np.eye(2), {"a": MatrixLead(**wire, labels=labels)}).lead_blocks(
        {}
    )
    assert lead.labels == labels
    mixing = MatrixLead(**{**wire, "cell": np.array([[0, 1], [1, 0]])})
    with pytest.raises(InvalidInput, match="does not conserve"):
        Device.from_matrices(np.eye(2), {"a": mixing})


def test_positions_need_one_row_per_orbital():
    device = Device.from_matrices(chain(3), ends(3), positions=[[0], [1], [2]])
    assert device.pattern.positions.shape == (3, 1)
    with pytest.raises(ShapeMismatch, match=r"\(3, d\)"):
        Device.from_matrices(chain(3), ends(3), positions=[[0], [1]])
