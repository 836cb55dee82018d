"""Sparse elimination of Hermitian matrices down to a few kept orbitals.

`analyze` a sparsity pattern once; the `Plan` then gives Schur complements of E - H at any values,
eight sweep points at a time in the SIMD lanes, or keeps its factors for wave functions and
densities.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharvin.numerics.elimination.factors import Factors
    from sharvin.numerics.elimination.incremental import Incremental
    from sharvin.numerics.elimination.plan import Accuracy, Plan, Reduced, analyze, connected

_HOME = {
    "Accuracy": "plan",
    "Factors": "factors",
    "Incremental": "incremental",
    "Plan": "plan",
    "Reduced": "plan",
    "analyze": "plan",
    "connected": "plan",
}

__all__ = ["Accuracy", "Factors", "Incremental", "Plan", "Reduced", "analyze", "connected"]


def __getattr__(name: str) -> Any:
    """Import on first use: numba takes half a second, which `import sharvin` must not pay."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
