"""Kwant systems in Sharvin, and Sharvin in place of Kwant's solvers.

A script changes one import, ``from sharvin.interop.kwant import smatrix``, or turns a finalized
system into a device with `from_kwant` and uses everything else. Kwant builds and evaluates the
Hamiltonian; nothing of its solvers or lead modes is used, except to reproduce the basis of
modes of leads that declare discrete symmetries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharvin.interop.kwant.check import check_script
    from sharvin.interop.kwant.dropin import greens_function, ldos, smatrix, wave_function
    from sharvin.interop.kwant.reading import from_kwant

__all__ = ["check_script", "from_kwant", "greens_function", "ldos", "smatrix", "wave_function"]

_HOME = dict.fromkeys(("greens_function", "ldos", "smatrix", "wave_function"), "dropin")
_HOME |= {"check_script": "check", "from_kwant": "reading"}


def __getattr__(name: str) -> Any:
    # PEP 562: reading a system needs no solver, and importing this no compiler.
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
