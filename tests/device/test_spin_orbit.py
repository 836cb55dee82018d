"""Random spin-orbit coupling: Hermitian, time-reversal invariant, gauge covariant, reproducible."""

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput

T = {"to": "drain", "from_": "source"}


def spinful():
    """Square lattice with two equal orbitals per site."""
    one = np.eye(2)
    return sv.Model(
        sv.Lattice([[1.0, 0.0], [0.0, 1.0]]),
        onsite=[0 * one],
        hoppings=[sv.Hopping(-one, (1, 0)), sv.Hopping(-one, (0, 1))],
        orbitals=(2,),
    )


def strip(strength="so", length=14, width=6, **more):
    return sv.Device(
        spinful(),
        region=sv.rectangle(length, width),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        disorder=[sv.disorder(1.5, "seed"), sv.spin_orbit_disorder(strength, "seed")],
        **more,
    )


def matrix(device, params):
    import scipy.sparse as sp

    pattern, n = device.pattern, device.pattern.n
    values = device.values(params)
    return sp.csr_matrix((values, pattern.indices, pattern.indptr), shape=(n, n)).toarray()


def test_the_hamiltonian_is_hermitian_and_obeys_time_reversal():
    device = strip(field="B")
    h = matrix(device, {"so": 0.4, "seed": 3, "B": 0.0})
    assert np.abs(h - h.conj().T).max() < 1e-15
    theta = np.kron(np.eye(len(h) // 2), np.array([[0, -1j], [1j, 0]]))
    assert np.abs(theta @ h.conj() @ theta.conj().T - h).max() < 1e-15
    bare = matrix(device, {"so": 0.0, "seed": 3, "B": 0.0})
    added = (h - bare)[np.abs(h - bare) > 0]
    # three components of variance one over four entries of a block: 2 n² lambda² in all
    bonds = 13 * 6 + 14 * 5
    assert np.sum(np.abs(added) ** 2) == pytest.approx(2 * bonds * 2 * 3 * 0.4**2, rel=0.15)
    turned = matrix(device, {"so": 0.4, "seed": 3, "B": 55.0})
    assert np.abs(turned - turned.conj().T).max() < 1e-15
    np.testing.assert_allclose(np.abs(turned), np.abs(h), atol=1e-14)


def test_kramers_pairs_in_the_transmission():
    device = strip(field="B")
    s = sv.smatrix(device, energy=-1.0, so=0.3, seed=5, B=0.0)
    t = sv.transmission_eigenvalues(s, **T)
    np.testing.assert_allclose(t[::2], t[1::2], atol=1e-9)
    assert s.unitarity_defect() < 1e-10
    in_field = sv.smatrix(device, energy=-1.0, so=0.3, seed=5, B=80.0)
    split = sv.transmission_eigenvalues(in_field, **T)
    assert np.abs(split[::2] - split[1::2]).max() > 1e-3
    back = sv.smatrix(device, energy=-1.0, so=0.3, seed=5, B=-80.0)
    assert back.transmission(**T) == pytest.approx(in_field.transmission(**T), rel=1e-9)


def test_spins_flip_and_only_with_the_coupling():
    plain = sv.smatrix(strip(0.0), energy=-1.0, seed=5).transmission(**T)
    clean = sv.Device(
        sv.square_lattice(),
        region=sv.rectangle(14, 6),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        disorder=sv.disorder(1.5, "seed"),
    )
    assert plain == pytest.approx(2 * sv.smatrix(clean, energy=-1.0, seed=5).transmission(**T))
    assert sv.smatrix(strip(0.3), energy=-1.0, seed=5).transmission(**T) != pytest.approx(plain)


def test_a_bond_is_the_same_whatever_lies_around_it():
    small, large = (strip(0.4, n, 6, origin=(0.5, 0.5)) for n in (8, 14))
    h, wide = matrix(small, {"seed": 2}), matrix(large, {"seed": 2})
    inside = np.repeat(np.abs(large.positions[:, 0]) < 4, 2)
    order = np.lexsort(large.positions[np.abs(large.positions[:, 0]) < 4].T)
    own = np.lexsort(small.positions.T)

    def sorted_by_place(m, places):
        index = (2 * places[:, None] + np.arange(2)).ravel()
        return m[np.ix_(index, index)]

    cut = wide[np.ix_(inside, inside)]
    np.testing.assert_array_equal(sorted_by_place(h, own), sorted_by_place(cut, order))


def test_a_model_without_spin_is_refused():
    with pytest.raises(InvalidInput, match="two orbitals, up and down"):
        sv.Device(
            sv.square_lattice(), region=sv.rectangle(4, 4), leads={"source": sv.lead("left")},
            disorder=sv.spin_orbit_disorder(0.1),
        )  # fmt: skip
