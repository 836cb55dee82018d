"""The one way to compile a kernel: typed, and cached under a hash of all sources.

Numba notices an edit in the file of a cached function but not in the modules that this function
calls, and would then silently run stale machine code. Every kernel of this package is therefore
cached in a folder named after a hash of *all* sources here: any edit changes the folder.
"""

import hashlib
import importlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from sharvin.numerics.elimination import raw

numba: Any = importlib.import_module("numba")  # ships no types: one Any, here, for the package
llvmlite: Any = importlib.import_module("llvmlite")

# Inside kernels NumPy's integers of all widths mix freely, which mypy would forbid.
Index = Any
IndexArray = NDArray[Any]

Function = TypeVar("Function", bound=Callable[..., Any])

FOLDER = Path(__file__).parent


def source_hash(folder: Path = FOLDER) -> str:
    """Hash of every source in ``folder`` and of the compiler: the cache generation."""
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__}".encode())
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_candidates(folder: Path = FOLDER) -> list[Path]:
    """Places for compiled kernels, best first: the user's, beside the sources, the home."""
    name = f"sharvin-{source_hash(folder)}"
    chosen = numba.config.CACHE_DIR
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    places = [Path(chosen)] if chosen else [folder / "__pycache__", Path(home) / "sharvin"]
    return [place / name for place in places]


def cache_folder(folder: Path = FOLDER) -> Path | None:
    """First of `cache_candidates` that can be written to; None disables caching."""
    for path in cache_candidates(folder):
        try:
            path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path).close()
        except OSError:
            continue
        return path
    return None


CACHE = cache_folder()


# Strict arithmetic, no fastmath: a `part` is optimized anew in every kernel that calls it, and
# which copy a process runs depends on what it loaded first. Only strict rules make all copies
# give the same bits. (Measured: no slower, since the vector code fuses by its own hand.) Nobody
# calls a kernel from C, so none gets a wrapper for that.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
# Unpacking Python arguments takes as long to compile as a short function: only entry points need
# it.
_INNER: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, **raw.options()}


def kernel(function: Function) -> Function:
    """Compile ``function`` for calls from Python and cache it on disk.

    It drops the GIL and divides like NumPy (no exception on zero).
    """
    # Numba reads its cache setting when it decorates, never later, so lending it our folder for
    # this moment leaves every other library's cache where it was.
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE) if CACHE else before
    try:
        compiled: Function = numba.njit(cache=CACHE is not None, **_OPTIONS)(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled


def part(function: Function) -> Function:
    """Compile ``function`` for calls from kernels only; it is cached within them."""
    compiled: Function = numba.njit(**_INNER)(function)
    return compiled


def template(stub: Function) -> Callable[[Function], Function]:
    """Give ``stub`` a body that depends on the argument types (`numba.extending.overload`)."""
    decorate: Callable[[Function], Function] = importlib.import_module("numba.extending").overload(
        stub, jit_options=_INNER
    )
    return decorate


def is_complex(array: Any) -> bool:
    """Whether a numba type (array or scalar) is complex; for use while a template is typed."""
    return isinstance(getattr(array, "dtype", array), numba.types.Complex)
