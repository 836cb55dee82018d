"""Which pages there are; each is imported when it is asked for."""

from importlib import import_module

from sharvin.errors import UnknownName
from sharvin.gallery.phenomenon import Phenomenon

# In the order in which a reader meets them. The module of an id has underscores.
_IDS = (
    "landauer",
    "staircase",
    "saddle-point",
    "adiabatic",
    "regimes",
    "thermal",
    "finite-bias",
    "reservoirs",
    "thermoelectric",
    "four-terminal",
    "series-resistance",
    "shot-noise",
    "fano-third",
    "zeeman",
    "valley",
    "contact-disorder",
    "ucf",
    "weak-localisation",
    "anderson",
    "ohm",
    "kubo",
    "aharonov-bohm",
    "quantum-hall",
    "quantum-spin-hall",
    "anomalous-hall",
    "thouless-pump",
    "babinet",
    "resonant-level",
    "coulomb-blockade",
    "kondo",
    "zero-point-seven",
    "luttinger",
    "fractional-pump",
    "anyons",
    "andreev-majorana",
)


def ids() -> tuple[str, ...]:
    """Names of all pages, in reading order."""
    return _IDS


def phenomenon(id_: str) -> Phenomenon:
    """Return the page of this name."""
    if id_ not in _IDS:
        raise UnknownName.among("phenomenon", id_, _IDS)
    module = import_module(f"sharvin.gallery.{id_.replace('-', '_')}")
    page: Phenomenon = module.PAGE
    return page
