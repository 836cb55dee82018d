"""Sharvin against Kwant on a user's own system: transmission, time and memory side by side."""

import multiprocessing
import runpy
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.interop.kwant import dropin
from sharvin.interop.kwant.leads import has_modes
from sharvin.interop.kwant.reading import check_system
from sharvin.optional import require
from sharvin.typing import RealArray


@dataclass(frozen=True, eq=False)
class Measured:
    """What one solver said, and what it cost.

    Parameters
    ----------
    transmissions : real array, shape (leads, leads)
    seconds : float
        CPU time of the second call; the first one compiles and plans.
    first_seconds : float
        CPU time of the first call.
    megabytes : float
        Peak resident memory of both calls above what the system itself takes; NaN where the
        operating system does not tell.
    """

    transmissions: RealArray
    seconds: float
    first_seconds: float
    megabytes: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both solvers on one system at one energy."""

    ours: Measured
    kwant: Measured
    energy: float
    orbitals: int

    @property
    def difference(self) -> float:
        """Largest difference of a transmission."""
        apart = np.abs(self.ours.transmissions - self.kwant.transmissions)
        return float(apart.max(initial=0.0))

    @property
    def speedup(self) -> float:
        """How many times faster than Kwant a repeated call is, in CPU time."""
        return self.kwant.seconds / max(self.ours.seconds, 1e-9)

    def table(self) -> str:
        """Plain-text table: one line per pair of leads, then time and memory."""
        lines = [
            f"{self.orbitals} orbitals, {len(self.ours.transmissions)} leads, "
            f"energy {self.energy:g}",
            f"{'':24}{'sharvin':>16}{'kwant':>16}{'difference':>14}",
        ]
        pairs = zip(
            np.ndindex(self.ours.transmissions.shape),
            self.ours.transmissions.flat,
            self.kwant.transmissions.flat,
            strict=True,
        )
        lines += [
            f"T to {i} from {j}".ljust(24) + f"{a:16.9f}{b:16.9f}{abs(a - b):14.1e}"
            for (i, j), a, b in pairs
        ]
        for title, key, unit in (
            ("time of a point", "seconds", "s"),
            ("time of the first", "first_seconds", "s"),
            ("peak memory", "megabytes", "MB"),
        ):
            a, b = getattr(self.ours, key), getattr(self.kwant, key)
            ratio = f"{b / a:.1f}x" if a > 0 else ""
            lines.append(f"{title}, {unit}".ljust(24) + f"{a:16.4g}{b:16.4g}{ratio:>14}")
        return "\n".join(lines)


def check_script(
    target: str, *, energy: float = 0.0, params: Mapping[str, Any] | None = None
) -> Comparison:
    """Run a script and solve the Kwant system it defines with both solvers.

    Parameters
    ----------
    target : str
        ``"script.py:name"``, where ``name`` is a finalized system, a builder, or a function
        without arguments that returns one. The script runs as a module, not as ``__main__``.
    energy : float
    params : mapping, optional
        Parameters of the system's value functions.

    Returns
    -------
    Comparison
        With ``table()``, ``difference`` and ``speedup``.

    Raises
    ------
    InvalidInput
        In one line, where the script, the name or the system is at fault.
    """
    kwant = require("kwant")
    system = check_system(load_system(target))
    leads = [number for number, lead in enumerate(system.leads) if has_modes(lead)]
    ours: Callable[..., Any] = dropin.smatrix
    theirs = kwant.smatrix
    if len(leads) < len(system.leads):
        # Kwant has no S-matrix of leads that are known by their self-energy only.
        ours, theirs = dropin.greens_function, kwant.greens_function
        leads = list(range(len(system.leads)))
    arguments = {"energy": energy, "params": dict(params) if params else None}
    return Comparison(
        _measure(ours, system, leads, arguments),
        _measure(theirs, system, leads, arguments),
        float(energy),
        len(system.hamiltonian_submatrix(sparse=True, params=arguments["params"]).tocsr().indptr)
        - 1,
    )


def load_system(target: str) -> Any:
    """Run the script and return the finalized system that ``"script.py:name"`` stands for."""
    path, colon, name = target.rpartition(":")
    if not colon or not name.isidentifier():
        raise InvalidInput(f"{target!r} must read SCRIPT:SYSTEM, for example wire.py:system")
    script = Path(path)
    if not script.is_file():
        raise InvalidInput(f"there is no script {path!r}")
    found = _run(script)
    if name not in found:
        public = sorted(key for key in found if not key.startswith("_"))
        raise InvalidInput(f"{path} defines no {name!r}; it defines {', '.join(public[:12])}")
    value = found[name]
    if callable(value) and not hasattr(value, "finalized"):
        value = _guarded(value, f"{path}: {name}()")
    if hasattr(value, "finalized"):
        value = _guarded(value.finalized, f"{path}: finalizing {name}")
    return value


def _run(script: Path) -> dict[str, Any]:
    # Scripts import their neighbors, as they do when they are run by name.
    sys.path.insert(0, str(script.resolve().parent))
    try:
        found: dict[str, Any] = _guarded(lambda: runpy.run_path(str(script)), str(script))
        return found
    finally:
        sys.path.pop(0)


def _guarded(function: Callable[[], Any], what: str) -> Any:
    try:
        return function()
    except (Exception, SystemExit) as error:
        raise InvalidInput(f"{what} failed: {type(error).__name__}: {error}") from error


def _measure(
    solver: Callable[..., Any], system: Any, leads: Sequence[int], arguments: Mapping[str, Any]
) -> Measured:
    """Solve twice in a forked child: only there does the peak memory belong to one solver."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return _solve_twice(solver, system, leads, arguments)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        try:
            sender.send(_solve_twice(solver, system, leads, arguments))
        except Exception as error:
            sender.send(f"{type(error).__name__}: {error}")

    with warnings.catch_warnings():
        # Python warns of threads in the parent; the child uses none of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = context.Process(target=run)
        child.start()
    sender.close()
    try:
        result = receiver.recv()
    except EOFError:
        result = "the process ended, probably for lack of memory"
    child.join()
    if isinstance(result, str):
        raise InvalidInput(f"{solver.__module__}.{solver.__name__} failed: {result}")
    measured: Measured = result
    return measured


def _solve_twice(
    solver: Callable[..., Any], system: Any, leads: Sequence[int], arguments: Mapping[str, Any]
) -> Measured:
    before = _memory("VmRSS")
    start = time.process_time()
    solver(system, **arguments)
    middle = time.process_time()
    result = solver(system, **arguments)
    end = time.process_time()
    matrix = np.array([[result.transmission(i, j) for j in leads] for i in leads])
    return Measured(matrix, end - middle, middle - start, _memory("VmHWM") - before)


def _memory(entry: str) -> float:
    """Present (VmRSS) or largest (VmHWM) resident memory in MB; NaN where Linux is not."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith(entry))
    return int(kilobytes) / 1024
