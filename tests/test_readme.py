"""The README says nothing that does not run."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.M | re.S)


# The main example takes minutes as written. The test takes fewer points of each axis in a smaller
# window, and nothing else: every line runs.
SHORTER = {
    "np.linspace(-1.7, -0.5, 200)": "np.linspace(-1.7, -0.5, 3)",
    "np.linspace(0, 2, 21)": "np.linspace(0, 2, 3)",
    'length="1.5 um", width="0.78 um"': 'length="0.6 um", width="0.4 um"',
    'temperature=["0 K", "0.6 K", "4.2 K"]': 'temperature=["0 K", "4.2 K"]',
}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder in which the examples may leave their files."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("number", range(len(BLOCKS)))
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what xarray imports to plot
def test_python_in_the_readme_runs(number, elsewhere):
    code = BLOCKS[number]
    if number == 0:
        for written, shorter in SHORTER.items():
            assert code.count(written) == 1, written
            code = code.replace(written, shorter)
    space = {"__name__": "readme"}
    exec(compile(code, f"README.md, block {number}", "exec"), space)
    if number == 0:
        assert space["g"].dims == ("gate", "temperature")
        assert space["g"].attrs["units"] == "2e²/h"
        assert (elsewhere / "qpc.png").stat().st_size > 0


def test_commands_in_the_readme_exist():
    from sharvin.cli.app import app

    known = {command.name for command in app.registered_commands}
    named = re.findall(r"^\$ sharvin ([\w-]+)", TEXT, flags=re.M)
    assert named
    assert set(named) <= known


def test_the_impurity_in_the_readme_transmits_what_its_formula_says():
    space = {"__name__": "readme"}
    (block,) = [text for text in BLOCKS if "# an impurity" in text]
    exec(block, space)
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
