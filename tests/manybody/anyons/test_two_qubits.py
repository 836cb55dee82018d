"""Gates on two qubits: exact where they must be, and honest about what leaks."""

import numpy as np
import pytest

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.manybody import anyons
from sharvin.manybody.anyons import Braid

ATOL = 1e-12


def test_two_qubits_are_four_of_thirteen_states():
    assert anyons.two_qubits().dimension == 13
    assert np.abs(anyons.two_qubit_gate(Braid(8)).block - np.eye(4)).max() < ATOL


def test_braids_inside_the_qubits_are_products_and_do_not_leak():
    one, two = anyons.generators(anyons.qubit())
    gate = anyons.two_qubit_gate(Braid(8, (1, 2, 5, 6, 6)))
    assert np.abs(gate.block - np.kron(two @ one, two @ two @ one)).max() < ATOL
    assert gate.leakage < ATOL


def test_one_crossing_between_the_qubits_leaks():
    # Anyons 4 and 5 are strangers: only the part of σ that is a multiple of 1 stays inside.
    gate = anyons.two_qubit_gate(Braid(8, (4,)))
    golden = (1 + 5**0.5) / 2
    r = np.exp([-0.8j * np.pi, 0.6j * np.pi])
    stays = abs(r[0] / golden**2 + r[1] / golden) ** 2
    assert gate.leakage == pytest.approx(1 - stays, abs=ATOL)


@pytest.mark.parametrize(("half", "leakage", "error"), [(10, 0.05, 0.07), (16, 1e-3, 0.035)])
def test_controlled_not(half, leakage, error):
    gate = anyons.controlled_not(half)
    assert gate.leakage < leakage
    assert gate.error < error
    # A first qubit in 0 has the vacuum on the move: nothing happens, exactly.
    assert np.abs(gate.block[:2, :2] - np.eye(2)).max() < ATOL
    flip = np.abs(gate.block[2:, 2:])
    assert flip[0, 1] > 1 - leakage * 4
    assert flip[0, 0] < error


def test_refusals():
    with pytest.raises(ShapeMismatch, match="8 anyons"):
        anyons.two_qubit_gate(Braid(6))
    with pytest.raises(InvalidInput, match="4 to 24"):
        anyons.controlled_not(2)
