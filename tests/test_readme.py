"""The README says nothing that does not run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.M | re.S)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_python_in_the_readme_runs(number):
    exec(compile(BLOCKS[number], f"README.md, block {number}", "exec"), {"__name__": "readme"})


def test_the_impurity_in_the_readme_transmits_what_its_formula_says():
    space = {"__name__": "readme"}
    exec(BLOCKS[1], space)
    expected = 1 / (1 + 0.7**2 / (4 - 0.4**2))
    # The formula is exact; the solver works to rounding.
    assert space["s"].transmission(to="right", from_="left") == pytest.approx(expected, abs=1e-12)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), target


def test_make_targets_in_the_readme_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^\$ make (\w+)", TEXT, flags=re.M):
        assert re.search(rf"^{target}:", makefile, flags=re.M), target
