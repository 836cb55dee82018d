"""How large a device will be, asked before anything is allocated."""

import os
from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from sharvin.app.toml import Place

if TYPE_CHECKING:
    from sharvin.app.device_file import DeviceFile

# While eight points are eliminated side by side, each worker holds this many bytes per orbital:
# 1.8 kB measured on point contacts of 32,500 and 130,000 sites with real Hamiltonians; complex
# numbers take twice as much.
BYTES_PER_ORBITAL = 2_000
BASE = 2e8  # Python, numpy and the compiled kernels
MOST_POINTS = 50_000_000
_FALLBACK_MEMORY = 64e9  # where the system does not say


def orbitals(file: "DeviceFile") -> float:
    """Orbitals of the device, from the area of its region."""
    return file.region.area / file.material.cell_area * file.material.orbitals


def memory(file: "DeviceFile", workers: int = 1) -> float:
    """Bytes that computing will take, within a factor of two."""
    is_complex = file.field is not None or file.material.kind == "rashba"
    return BASE + orbitals(file) * BYTES_PER_ORBITAL * (2 if is_complex else 1) * workers


def available_memory() -> float:
    """Bytes that this machine has."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return _FALLBACK_MEMORY


def points(file: "DeviceFile") -> int:
    """Numbers in the result."""
    sizes = [len(values) for values in file.swept.values()]
    if file.experiment is not None:
        asked = (*file.experiment.filling.values(), file.experiment.temperature)
        sizes += [len(values) for values in asked if isinstance(values, tuple)]
    return prod(sizes)


def budget_problems(file: "DeviceFile") -> Iterator[tuple[Place, str]]:
    """Yield what is too large or too small to be computed."""
    left, right, bottom, top = file.region.bounds
    cell = file.material.cell_area**0.5
    if min(right - left, top - bottom) < cell:
        yield (
            ("region",),
            f"the region of {right - left:g} nm x {top - bottom:g} nm is smaller than the grid "
            f"constant of the material, {cell:g} nm, and holds no site",
        )
        return
    need, have = memory(file), available_memory()
    if need > have:
        yield (
            ("region",),
            f"the device would have {orbitals(file):.2g} orbitals and need about "
            f"{need / 1e9:.3g} GB of memory; this machine has {have / 1e9:.3g} GB. Make the region "
            "smaller or the grid constant of the material larger",
        )
    try:
        count = points(file)
    except (KeyError, ValueError):
        return  # an axis is wrong by itself and says so
    if count > MOST_POINTS:
        yield (
            ("axes",),
            f"the axes hold {count:.3g} points together; needed are at most {MOST_POINTS:.0e}",
        )
