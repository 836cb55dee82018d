"""Environment of the processes that a studio starts: this package, and one BLAS thread each."""

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]  # the folder that holds the package
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def environment() -> dict[str, str]:
    """Variables for a process that imports the same package as this one."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    one = dict.fromkeys(_THREADS, "1")
    return {**os.environ, **one, "PYTHONPATH": path, "MPLBACKEND": "Agg"}
