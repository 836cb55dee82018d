"""Read-only arrays and checked lead lists, shared by the types of this floor."""

from collections.abc import Iterable
from operator import index
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.typing import ComplexArray


def frozen_complex(values: ArrayLike, name: str) -> ComplexArray:
    """`values` as a read-only, finite complex array that nobody else can write to.

    An array that is complex, owns its memory and is read-only already is taken as it is: waves
    of a million orbitals are not worth a second gigabyte.
    """
    if (
        isinstance(values, np.ndarray)
        and values.dtype == np.complex128
        and values.flags.owndata
        and not values.flags.writeable
    ):
        array = values
    else:
        array = np.array(values, dtype=np.complex128)
        array.flags.writeable = False
    if not np.isfinite(array).all():
        bad = int(array.size - np.isfinite(array).sum())
        raise InvalidInput(
            f"{name} holds {bad} of {array.size} values that are not finite; "
            "a scatterer is complete or it is not made"
        )
    return array


def checked_leads(
    leads: Iterable[str], modes: Iterable[Any]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Distinct lead names with one mode count (zero is allowed) each."""
    if isinstance(leads, str):
        raise InvalidInput(f"leads must be a sequence of names, got the string {leads!r}")
    names = tuple(leads)
    for name in names:
        if not isinstance(name, str):
            raise InvalidInput(f"a lead's name must be a string, got {name!r}")
    try:
        counts = tuple(index(count) for count in modes)
    except TypeError:
        raise InvalidInput(f"modes must be whole numbers, one per lead, got {modes!r}") from None
    if len(set(names)) < len(names):
        raise InvalidInput(f"lead names must be distinct, got {names}")
    if len(names) != len(counts):
        raise ShapeMismatch(
            f"{len(names)} leads {names} need as many mode counts, got {len(counts)}: {counts}"
        )
    if any(count < 0 for count in counts):
        raise InvalidInput(f"a mode count cannot be negative, got modes={counts} of leads {names}")
    return names, counts


def lead_position(leads: tuple[str, ...], lead: str) -> int:
    """Where `lead` stands among `leads`."""
    if lead not in leads:
        raise UnknownName.among("lead", lead, leads)
    return leads.index(lead)


def lead_span(leads: tuple[str, ...], modes: tuple[int, ...], lead: str) -> slice:
    """Places of the modes of `lead` when the modes of all leads are numbered through."""
    position = lead_position(leads, lead)
    start = sum(modes[:position])
    return slice(start, start + modes[position])
