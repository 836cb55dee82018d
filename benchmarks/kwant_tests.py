"""Kwant's own solver tests with Sharvin's drop-in functions in the place of its solver.

    PEER_PYTHON benchmarks/kwant_tests.py [pytest options]

Runs in Kwant's interpreter, on the tests of the installed Kwant. Tests that cannot apply are
listed with the reason. The exit status is that of pytest.
"""

import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import kwant
import kwant.solvers.default
import kwant.solvers.sparse
import pytest

from sharvin.interop import kwant as dropin

# Files of the installed Kwant, and in the larger ones the tests that solve for S.
TARGETS = (
    "solvers/tests/test_solvers.py",
    "tests/test_comprehensive.py",
    "tests/test_system.py",
    "physics/tests/test_noise.py",
    "tests/test_builder.py",
    "tests/test_operator.py",
    "physics/tests/test_gauge.py",
)
FUNCTIONS = ("smatrix", "greens_function", "wave_function", "ldos")
NOT_APPLICABLE = {
    "mumps": "the same tests again with options of MUMPS, of which Sharvin has none",
    "test_unfixable_gauge": "fails in Kwant 1.5 itself with SciPy >= 1.14 (lil_matrix.A is gone)",
}


class Replacement:
    """Pytest plugin: every way to Kwant's solver leads to Sharvin's functions."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    @pytest.fixture(autouse=True)
    def _replace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in FUNCTIONS:
            ours = getattr(dropin, name)
            monkeypatch.setattr(kwant, name, ours)
            monkeypatch.setattr(kwant.solvers.default, name, ours)
            # Fixtures of the tests read the functions off a solver object.
            monkeypatch.setattr(kwant.solvers.sparse.Solver, name, staticmethod(ours))

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        for item in items:
            for part, reason in NOT_APPLICABLE.items():
                if part in item.name:
                    item.add_marker(pytest.mark.skip(reason=reason))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome


def main(options: list[str]) -> int:
    """Run the tests and print what passed, failed or does not apply."""
    root = Path(kwant.__file__).parent
    targets = [str(root / target) for target in TARGETS if (root / target.split("::")[0]).exists()]
    plugin = Replacement()
    status = pytest.main(["-q", "-rN", "-p", "no:cacheprovider", *targets, *options], [plugin])
    counted = {
        word: sum(o == word for o in plugin.outcomes.values())
        for word in ("passed", "failed", "skipped")
    }
    sys.stdout.write(f"\nKwant {kwant.__version__}: {counted}\n")
    for name, outcome in sorted(plugin.outcomes.items()):
        if outcome != "skipped":
            sys.stdout.write(f"  {outcome:8} {name.rsplit('kwant/', 1)[-1]}\n")
    for part, reason in NOT_APPLICABLE.items():
        sys.stdout.write(f"  not applicable: {part}: {reason}\n")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
