"""Devices read from Kwant systems give Kwant's numbers, replayed where Kwant is not installed."""

import gc
import weakref

import numpy as np
import pytest

from interop.replay import NAMES, STORED, ReplayedSystem, find, matrix, replayed
from sharvin.errors import InvalidInput, UnknownName
from sharvin.interop.kwant import from_kwant
from sharvin.solvers.smatrix import smatrices, smatrix

# Both solvers lose a few digits to the conditioning of E - H, at most four in these systems.
ATOL = 1e-11

POINTS = [(name, i) for name in NAMES for i in range(len(STORED["systems"][name]["points"]))]


@pytest.mark.parametrize(("name", "number"), POINTS)
def test_transmissions_and_mode_counts_are_those_of_kwant(name: str, number: int) -> None:
    system = replayed(name)
    point = system.points[number]
    s = smatrix(from_kwant(system, point["params"]), energy=point["energy"])
    np.testing.assert_allclose(s.transmissions, point["transmissions"], atol=ATOL)
    assert list(s.modes) == point["counts"]


@pytest.mark.parametrize("name", NAMES)
def test_the_matrix_is_that_of_kwant(name: str) -> None:
    system = replayed(name)
    point = system.points[-1]
    device = from_kwant(system, point["params"])
    h = device.pattern.matrix(device.values({})).toarray()
    np.testing.assert_array_equal(h, matrix(point["hamiltonian"]))


def test_numbers_are_parameters_and_one_plan_serves_the_sweep() -> None:
    system = replayed("gated")
    device = from_kwant(system, {"gate": 0.7})
    assert device.parameters == ("gate",)
    assert dict(device.defaults) == {"gate": 0.7}
    points = [{"energy": p["energy"], **p["params"]} for p in system.points]
    for s, point in zip(smatrices(device, points), system.points, strict=True):
        np.testing.assert_allclose(s.transmissions, point["transmissions"], atol=ATOL)


def test_an_entry_that_vanishes_at_the_first_point_may_appear_later() -> None:
    # At zero flux the Hamiltonian is real, and Kwant leaves out what is zero.
    system = replayed("three_terminal_field")
    device = from_kwant(system, {"flux": 0.0})
    assert device.values({}).dtype == np.float64
    assert device.values({"flux": 0.4}).dtype == np.complex128


def test_values_that_are_no_numbers_pass_through() -> None:
    seen = []

    class Recording(ReplayedSystem):
        parameters = frozenset({"gate", "shape", "sample"})

        def hamiltonian_submatrix(self, args=(), sparse=False, return_norb=False, params=None):
            seen.append(params)
            return super().hamiltonian_submatrix(
                args, sparse, return_norb, {"gate": params["gate"]}
            )

    plain = replayed("gated")
    system = Recording(
        plain.graph, plain.norb, plain.positions, plain.lead_interfaces, plain.points
    )
    for lead in system.leads:
        lead.parameters = frozenset()
    device = from_kwant(system, {"gate": 0.7, "shape": np.sin, "sample": 3})
    assert device.parameters == ("gate", "sample")
    device.values({"gate": 0.0, "sample": 5.0})
    assert seen[-1] == {"gate": 0.0, "shape": np.sin, "sample": 5}
    assert isinstance(seen[-1]["sample"], int)  # a whole number may index a table


def test_a_conservation_law_labels_the_modes() -> None:
    system = replayed("spin_conserved")
    point = system.points[0]
    s = smatrix(from_kwant(system, {}), energy=point["energy"])
    counts = point["leads"][0]["block_nmodes"]
    assert sum(counts) == s.modes[0]
    assert min(counts) != max(counts)  # else the test could not tell the blocks apart
    for block, count in enumerate(counts):
        port = ("0", str(block))
        assert s.block(to=port, from_="1").shape[0] == count
    total = sum(s.transmission(to=("1", str(b)), from_=("0", "1")) for b in range(len(counts)))
    assert total == pytest.approx(s.transmission(to="1", from_=("0", "1")), abs=ATOL)


def test_each_point_evaluates_the_hamiltonian_once() -> None:
    system = replayed("gated")
    device = from_kwant(system, {"gate": 0.7})
    smatrix(device, energy=1.3)
    assert system.evaluations == 1
    smatrix(device, energy=1.3, gate=0.0)
    assert system.evaluations == 2


def test_the_device_keeps_its_system_alive_and_lets_it_go() -> None:
    system = replayed("graphene")
    alive = weakref.ref(system)
    device = from_kwant(system)
    del system
    gc.collect()
    assert alive() is not None
    del device
    gc.collect()
    assert alive() is None


def test_missing_and_unknown_parameters_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"'gate'.*default that each point"):
        from_kwant(replayed("gated"))
    with pytest.raises(UnknownName, match="did you mean 'gate'"):
        from_kwant(replayed("gated"), {"gate": 0.7, "gat": 1})


def test_a_builder_is_refused_with_the_cure() -> None:
    with pytest.raises(InvalidInput, match=r"call \.finalized\(\)"):
        from_kwant(object())


def test_a_hamiltonian_that_is_not_hermitian_is_refused() -> None:
    system = replayed("gated")
    point = find(system.points, {"gate": 0.7})
    point["hamiltonian"][0][1][0] += 0.1
    try:
        with pytest.raises(InvalidInput, match="not Hermitian"):
            from_kwant(system, {"gate": 0.7})
    finally:
        point["hamiltonian"][0][1][0] -= 0.1
