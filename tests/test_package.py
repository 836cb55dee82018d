"""The house rules: what the package shows, what it loads, and how large its rooms are."""

import ast
import doctest
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sharvin

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sharvin"
HEAVY = {"scipy", "numba", "xarray", "matplotlib", "pandas", "pydantic", "numpy", "kwant"}
MODULES = sorted(
    module.name for module in pkgutil.walk_packages(sharvin.__path__, "sharvin.")
    if not module.name.endswith("__main__")
)  # fmt: skip

# Small is a budget: 300 lines and what a formatter adds. Compiled kernels that inline one another
# share a file, since numba hashes and caches by file.
MAX_LINES = 330
MAX_KERNEL_LINES = 450


def loaded_by(*arguments: str) -> set[str]:
    """Top-level modules in memory after Python ran with these arguments."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write('LOADED ' + ' '.join(sys.modules)))\n"
    )
    program = code + arguments[0]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments[1:]],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "", "HOME": str(ROOT)},
    )
    assert "LOADED" in result.stderr, result.stderr
    return {name.partition(".")[0] for name in result.stderr.partition("LOADED ")[2].split()}


def test_importing_sharvin_loads_nothing_heavy():
    assert not loaded_by("import sharvin; dir(sharvin)") & HEAVY


@pytest.mark.parametrize("option", ["--help", "--version", "from-kwant --help"])
def test_help_loads_nothing_heavy(option):
    program = "from sharvin.cli.app import main; main()"
    # typer itself reads the types of a command's options with pydantic.
    allowed = {"pydantic"} if "from-kwant" in option else set()
    assert not loaded_by(program, *option.split()) & (HEAVY - allowed)


def test_public_names_are_sorted_and_all_there():
    assert sharvin.__all__ == ["__version__", *sorted(sharvin.__all__[1:])]
    assert len(set(sharvin.__all__)) == len(sharvin.__all__)
    for name in sharvin.__all__:
        assert getattr(sharvin, name) is not None
        assert name in dir(sharvin)


def test_type_checkers_see_the_same_public_names():
    tree = ast.parse((SOURCE / "__init__.py").read_text())
    block = next(
        node
        for node in tree.body
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
    )
    shown = {
        alias.asname: (node.module or "")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    hidden = {
        name: "sharvin" if name == room else f"sharvin.{room}"
        for name, room in sharvin._HOME.items()
    }
    assert shown == hidden


def test_every_public_name_is_documented():
    undocumented = [name for name in sharvin.__all__[1:] if not getattr(sharvin, name).__doc__]
    assert not undocumented


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'smatirx'"):
        _ = sharvin.smatirx


def test_the_changelog_begins_with_this_version():
    versions = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.M)
    assert versions[0] == sharvin.__version__
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {sharvin.__version__}\n" in citation


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.name)
def test_files_stay_rooms_not_warehouses(path):
    kernels = path.parent == SOURCE / "numerics" / "elimination" or path.name == "kernels.py"
    assert len(path.read_text().splitlines()) <= (MAX_KERNEL_LINES if kernels else MAX_LINES)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_imports_says_what_it_is_for_and_its_examples_run(name):
    module = import_module(name)
    assert module.__doc__
    failed, _ = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert failed == 0


def test_no_file_names_a_machine_or_a_registry():
    for path in ROOT.glob("*.toml"):
        assert "://pypi" not in path.read_text()
    for path in [*SOURCE.rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        assert not re.search(r"/(tmp|home|work|root)/", path.read_text()), path
