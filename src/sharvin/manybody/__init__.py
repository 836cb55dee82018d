"""Electrons that talk to each other: one room per body of physics, loaded when it is used.

`dot`: quantum dots by master equations. `nrg`: the Kondo effect by the numerical renormalization
group. `contact`: interacting point contacts. `luttinger`: interacting wires. `fractional`: the
fractional quantum Hall effect by exact diagonalization. `anyons`: braids of anyons and gates made
of them. What a room returns says how far it can be trusted, and what it cannot compute it refuses.
"""

from importlib import import_module
from types import ModuleType

_ROOMS = ("anyons", "contact", "dot", "fractional", "luttinger", "nrg")


def __getattr__(name: str) -> ModuleType:
    if name not in _ROOMS:
        raise AttributeError(f"module 'sharvin.manybody' has no attribute {name!r}")
    return import_module(f"sharvin.manybody.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})
