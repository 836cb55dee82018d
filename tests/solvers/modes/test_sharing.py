"""What prepared leads remember and share: contents, energies, and the two ends of one wire."""

import threading

import numpy as np
import pytest

from sharvin.solvers.modes import both_ends, prepare
from sharvin.solvers.modes.prepare import Memory
from sharvin.solvers.modes.wire import Wire
from solvers.modes.leads import landau, random_lead, square


def test_equal_contents_are_prepared_once():
    cell, hop = random_lead(11, 4, is_complex=False)
    assert prepare(cell, hop).wire is prepare(cell.copy(), hop.astype(complex)).wire
    assert prepare(cell, hop).wire is not prepare(cell, 2 * hop).wire


def test_the_other_end_shares_the_wire():
    cell, hop = random_lead(12, 4, is_complex=True)
    one, other = prepare(cell, hop), prepare(cell, hop.conj().T)
    assert one.wire is other.wire
    # which of them is the wire's own end is read off the content, not off who came first
    assert {one.mirrored, other.mirrored} == {False, True}
    again = prepare(cell, hop.conj().T), prepare(cell, hop)
    assert (again[0].mirrored, again[1].mirrored) == (other.mirrored, one.mirrored)


def test_an_energy_is_solved_once_for_both_ends(monkeypatch):
    solved = []
    modes = Wire.modes

    def watched(self, energy, ends, careful):
        solved.append((energy, tuple(ends)))
        return modes(self, energy, ends, careful)

    monkeypatch.setattr(Wire, "modes", watched)
    cell, hop = random_lead(13, 4, is_complex=True)
    first, second = both_ends(cell, hop, 0.4)
    assert solved == [(0.4, (False, True))]
    assert prepare(cell, hop).modes(0.4) is first
    assert prepare(cell, hop.conj().T).modes(0.4) is second
    assert len(solved) == 1


def test_changing_an_array_afterwards_changes_nothing():
    cell, hop = random_lead(14, 4, is_complex=False)
    before = prepare(cell, hop).modes(0.7).sigma.copy()
    mine = 2 * cell
    lead = prepare(mine, 2 * hop)
    mine[:] = 0
    np.testing.assert_allclose(lead.modes(1.4).sigma, 2 * before, rtol=1e-9)


def test_answers_are_read_only():
    modes = prepare(*square(4)).modes(2.2)
    for array in (modes.sigma, modes.w, modes.wave_in, modes.ports.reflection, modes.lam_out):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_threads_get_the_same_answer():
    cell, hop = landau(30, 0.13)
    expected = prepare(*landau(30, 0.13)).modes(0.9).velocity_out
    found = []

    def work(energy):
        for _ in range(3):
            found.append(prepare(cell, hop).modes(energy).velocity_out)
            prepare(cell, hop.conj().T).modes(energy)

    threads = [threading.Thread(target=work, args=(0.9,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    for velocity in found:
        np.testing.assert_allclose(velocity, expected, rtol=1e-9)


def test_memory_forgets_what_was_not_used_for_longest():
    memory = Memory(2)
    for key in "ab":
        memory.put(key, key.upper())
    assert memory.get("a") == "A"
    memory.put("c", "C")
    assert memory.get("b") is None
    assert memory.put("a", "other") == "A", "the first one stays"
