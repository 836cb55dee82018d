"""The references of the robustness campaign are right themselves, and its scoring bites."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("mpmath")

import dense
import edges
import precise
import verdicts
from cases import Case, CaseLead, generate, known_answers, square
from verdicts import Answer, Truth, judge

# QZ and one dense solve: the worst of 230 random cases was 1.3e-10.
DENSE = 1e-8


def chain_with_impurity(energy: float, strength: float) -> Case:
    """One site of another energy in a chain: T = 4 sin²k / (4 sin²k + v²), E = -2 cos k."""
    hop = np.array([[-1.0]])
    ends = [CaseLead(np.zeros((1, 1)), hop, np.array([0]), hop) for _ in range(2)]
    return Case(0, "chain", np.array([[strength]]), tuple(ends), energy, "test")


@pytest.mark.parametrize("energy", [0.3, -1.7, 1e-9, 1.9999])
def test_both_references_know_the_chain_with_an_impurity(energy: float) -> None:
    speed = 4 - energy**2
    expected = speed / (speed + 0.49)
    for reference in (dense, precise):
        table, counts = reference.transmissions(chain_with_impurity(energy, 0.7))
        assert counts == [1, 1]
        assert table[1, 0] == pytest.approx(expected, abs=1e-12)
        assert table[0, 0] == pytest.approx(1 - expected, abs=1e-12)


def test_fifty_digits_count_a_mode_just_inside_its_band() -> None:
    # A double cannot tell the velocity here, 480 bits can.
    inside, outside = (chain_with_impurity(2 + shift, 0.7) for shift in (-1e-14, 1e-14))
    assert precise.transmissions(inside)[1] == [1, 1]
    assert precise.transmissions(outside)[1] == [0, 0]


def test_the_dense_reference_agrees_with_fifty_digits() -> None:
    compared = 0
    for case in generate(60, seed=29):
        if len(case.hamiltonian) > 16 or max(len(lead.cell) for lead in case.leads) > 4:
            continue
        try:
            table, counts = dense.transmissions(case)
        except dense.Undecided:
            continue
        exact, exact_counts = precise.transmissions(case)
        assert counts == exact_counts
        np.testing.assert_allclose(table, exact, atol=DENSE)
        compared += 1
    assert compared > 15


def test_cases_depend_on_seed_and_number_only() -> None:
    long, short = list(generate(12, seed=3)), list(generate(7, seed=3))
    for a, b in zip(long, short, strict=False):
        np.testing.assert_array_equal(a.hamiltonian, b.hamiltonian)
        assert a.energy == b.energy
    assert any(a.energy != b.energy for a, b in zip(long, generate(12, seed=4), strict=True))


def test_the_campaign_holds_what_the_promise_names() -> None:
    cases = list(generate(400, seed=1))
    assert {len(case.leads) for case in cases} == {1, 2, 3, 4, 5}
    leads = [lead for case in cases for lead in case.leads]
    ranks = [np.linalg.matrix_rank(lead.hop) for lead in leads]
    assert any(rank == 0 for rank in ranks)
    assert any(0 < rank < len(lead.cell) for rank, lead in zip(ranks, leads, strict=True))
    assert any(np.iscomplexobj(case.hamiltonian) for case in cases)
    assert any(case.energy == 0 for case in cases)
    assert any(case.kind.endswith("+1e-09") for case in cases)
    for case in cases:
        np.testing.assert_allclose(case.hamiltonian, case.hamiltonian.conj().T)


def test_known_answers_are_all_there() -> None:
    named = {(case.family, case.expected) for case in known_answers()}
    assert len(named) == 11
    assert ("zigzag 60", 1.0) in named
    # Channels of 20 rows open where |E - 4 + 2 cos q| < 2: 13 of them at E = 3t.
    assert ("strip 20 at 3t", 13.0) in named


@pytest.mark.parametrize("shift", [0.0, 3e-7, -2e-5])
def test_distance_to_the_edges_of_a_strip(shift: float) -> None:
    wire = square(5, 4.0)
    edge = 4 - 2 * np.cos(np.pi * 2 / 6) + 2
    lead = CaseLead(wire.cell, wire.hop, np.arange(5), wire.hop)
    case = Case(0, "strip", wire.cell, (lead,), float(edge + shift), "test")
    assert edges.distance_to_edge(case) == pytest.approx(abs(shift), abs=1e-12)


def test_a_band_crossing_is_no_edge() -> None:
    # Two uncoupled chains with shifted bands cross at k = pi/2 with finite velocities.
    hop = np.diag([-1.0, 1.0])
    lead = CaseLead(np.zeros((2, 2)), hop, np.arange(2), hop)
    case = Case(0, "crossing", np.zeros((2, 2)), (lead,), 1e-8, "test")
    assert edges.distance_to_edge(case) > 1e-3


def test_scoring() -> None:
    exact = Truth(np.array([[0.25, 0.75], [0.75, 0.25]]), (1, 1), 50)

    def outcome(error: float, modes: tuple[int, int] = (1, 1), distance: float = np.inf) -> str:
        answer = Answer(exact.transmissions + error, modes, 1e-9)
        return judge(answer, exact, distance).outcome

    assert outcome(1e-10) == "right"
    assert outcome(1e-8) == "loose"
    assert outcome(1e-6) == "wrong"
    assert outcome(0.0, modes=(2, 1)) == "wrong"
    assert judge(Answer(refusal="edge"), exact, 1e-7).outcome == "refused near edge"
    assert judge(Answer(refusal="edge"), exact, 1e-5).outcome == "refused away"
    assert judge(Answer(crashed=True), exact, 0.0).outcome == "crashed"


def test_every_broken_promise_is_noticed() -> None:
    good = verdicts.Record(0, "f", "k", 0.0, verdicts.Verdict("right", 1e-12, 1e-10, 50), None)
    fine = [replace(good, number=i) for i in range(1000)]
    assert verdicts.broken_promises(fine) == []
    for bad, word in [
        (verdicts.Verdict("wrong", 1e-3, 1e-2, 50), "wrong"),
        (verdicts.Verdict("crashed"), "exception"),
        (verdicts.Verdict("right", 1e-10, 1e-13, 50), "tenth"),
    ]:
        assert word in verdicts.broken_promises([*fine, replace(good, ours=bad)])[0]
    refused = [replace(good, ours=verdicts.Verdict("refused away")) for _ in range(4)]
    assert "refused away" in verdicts.broken_promises([*fine, *refused])[0]
    loud = [replace(good, ours=replace(good.ours, estimate=1e-7)) for _ in range(60)]
    assert "small estimate" in verdicts.broken_promises([*fine, *loud])[0]
