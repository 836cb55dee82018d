"""Compile this folder's kernels: cached on disk under a hash of the sources they are made from."""

from pathlib import Path
from typing import Any

from sharvin.numerics.elimination.kernel import Function, cache_folder, numba

CACHE = cache_folder(Path(__file__).parent)
# Strict arithmetic: see `numerics.elimination.kernel`. The vector loops fuse by their own hand.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def kernel(function: Function) -> Function:
    """Compile ``function`` without the GIL; see `numerics.elimination.kernel.kernel`."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE) if CACHE else before
    try:
        compiled: Function = numba.njit(cache=CACHE is not None, **_OPTIONS)(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled
