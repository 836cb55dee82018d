"""A worker in another process answers, refuses and ends as it should."""

import sys

import numpy as np
import pytest
import versus_kwant
from cases import generate
from protocol import HERE, Peer, PeerFailed, pack, unpack
from robustness import solve_ours
from versus_kwant import Row


def test_arrays_travel_exactly() -> None:
    arrays = {"a": np.random.default_rng(0).normal(size=(3, 2)), "b": np.array([1j, 1e-300])}
    for name, value in unpack(pack(arrays)).items():
        np.testing.assert_array_equal(value, arrays[name])


def test_a_worker_reports_errors_and_lives_on(tmp_path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from protocol import serve\n"
        "def half(x):\n"
        "    print('noise')\n"
        "    return x / 2\n"
        "serve({'half': half})\n"
    )
    with Peer(sys.executable, str(script)) as peer:
        assert peer.ask("half", x=3) == 1.5
        with pytest.raises(PeerFailed, match="TypeError"):
            peer.ask("half", x="three")
        with pytest.raises(PeerFailed, match="KeyError"):
            peer.ask("double", x=3)
        assert peer.ask("half", x=5) == 2.5


def test_a_dead_worker_is_noticed(tmp_path) -> None:
    script = tmp_path / "worker.py"
    script.write_text("raise SystemExit(3)\n")
    with Peer(sys.executable, str(script)) as peer, pytest.raises(PeerFailed, match="status 3"):
        peer.ask("anything")


def test_floors_are_checked() -> None:
    rows = [
        Row.of("W1", 0.01, 0.5, 1e-12, (10.0, 60.0)),  # 50x where 60x is due
        Row.of("W6", 0.1, 2.0, 1e-8, (90.0, 180.0)),  # fast enough, but differs
        Row.of("W5-115500 one-shot", 0.2, 2.0, 1e-12, (100.0, 300.0)),  # too much memory
        Row.of("W3", 0.01, 0.8, 1e-12, (10.0, 60.0)),
    ]
    missed = versus_kwant.shortfalls(rows)
    assert len(missed) == 3
    assert "W1: 50.0x Kwant, the floor is 60x" in missed[0]
    assert "differ" in missed[1]
    assert "quarter" in missed[2]


def test_without_kwant_nothing_is_missed_for_its_absence() -> None:
    nan = float("nan")
    assert versus_kwant.shortfalls([Row.of("W1", 0.01, nan, nan, (10.0, nan))]) == []


def test_the_campaign_gets_answers_from_the_package() -> None:
    # A regression of the package shows here within seconds; the campaign itself takes minutes.
    answered = [solve_ours(case) for case in generate(25, seed=2)]
    assert not any(answer.crashed for answer in answered)
    assert sum(answer.transmissions is not None for answer in answered) >= 20
