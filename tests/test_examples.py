"""Every example runs, checks itself and leaves its figure and its numbers."""

import runpy
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_says_where_its_results_are(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [str(path), str(tmp_path / "results")])
    runpy.run_path(str(path), run_name="__main__")
    written = sorted((tmp_path / "results").iterdir())
    assert {file.suffix for file in written} >= {".png", ".csv"}
    said = capsys.readouterr().out
    for file in written:
        assert file.stat().st_size > 0
        assert str(file) in said
