"""Spectra and conductivities of large closed systems by Chebyshev expansion, without eigenstates.

Nouns: a `Torus` of a model's cells, or a `Device` without its leads. Verbs: densities of states,
Kubo conductivities, spreading of waves in time; each with a stochastic error, the change from half
as many moments, and the width in energy that it resolves.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sharvin.spectral.conductivity import kubo_conductivity
    from sharvin.spectral.density import density_of_states, local_density_of_states
    from sharvin.spectral.diffusion import spreading
    from sharvin.spectral.torus import Torus

_HOME = {
    "Torus": "torus",
    "density_of_states": "density",
    "kubo_conductivity": "conductivity",
    "local_density_of_states": "density",
    "spreading": "diffusion",
}

__all__ = [
    "Torus",
    "density_of_states",
    "kubo_conductivity",
    "local_density_of_states",
    "spreading",
]


def __getattr__(name: str) -> Any:
    """Import on first use: numba takes half a second, which `import sharvin` must not pay."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
