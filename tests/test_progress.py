"""How long work shows itself: words, estimates, and bars that keep quiet over a moment's work."""

import io
import time

import pytest

from sharvin.progress import PATIENCE, Bar, Lines, Progress, counted, reporter


def test_the_estimate_counts_this_run_only():
    half = Progress(60, 100, kept=20, energies=400, seconds=20.0)
    assert half.rate == pytest.approx(2.0)
    assert half.left == pytest.approx(20.0)
    assert str(half) == "60/100 points (60 %), 2 points/s, 400 energies, 20 s left"
    assert str(Progress(0, 8, what="sectors")) == "0/8 sectors (0 %)"


def test_lines_are_rare_and_end_with_the_last():
    stream = io.StringIO()
    show = Lines(stream)
    for done in range(5):
        show.update(Progress(done, 4, what="moments"))
    assert stream.getvalue().splitlines() == [
        "0/4 moments (0 %)",
        "4/4 moments (100 %), 0 moments/s",
    ]


def test_a_bar_appears_only_for_work_that_lasts(capsys):
    quick = Bar()
    quick.update(Progress(1, 1))
    quick.close()
    assert capsys.readouterr().err == ""
    slow = Bar()
    slow.update(Progress(0, 2))
    time.sleep(PATIENCE + 0.3)
    slow.update(Progress(2, 2, seconds=1.3))
    slow.close()
    assert "2/2 points (100 %)" in capsys.readouterr().err


def test_counted_work_tells_a_function():
    seen = []
    with counted(3, "sectors", seen.append) as tell:
        tell(1)
    assert [(p.done, p.total, p.what) for p in seen] == [(1, 3, "sectors")]


def test_silence_is_a_wish(capsys):
    show = reporter(False)
    show.update(Progress(1, 2))
    show.close()
    assert capsys.readouterr() == ("", "")
