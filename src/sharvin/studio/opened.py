"""Device files as they come from a page: text in, a device out, kept for the next slider move."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sharvin.app import build
from sharvin.app.budget import orbitals
from sharvin.app.device_file import DeviceFile, checked
from sharvin.app.scene import fermi_energy, point
from sharvin.app.toml import DeviceFileError, Document, parse
from sharvin.device.device import Device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.studio.limits import SITES
from sharvin.studio.raster import Raster, pixel_of

_KEPT = 6  # devices, with their plans of elimination
_NAME = Path("device.toml")


@dataclass(frozen=True, eq=False)
class Opened:
    """A device file, the device that it describes, and the grid of its pictures."""

    file: DeviceFile
    document: Document
    device: Device
    raster: Raster

    def at(self, params: Mapping[str, float]) -> dict[str, float]:
        """A value for every parameter: as given, or as the file says."""
        units = self.file.units
        for name in params:
            if name not in units:
                raise UnknownName.among("parameter", name, units)
        return {**point(self.file, {}), **params}

    @property
    def sites(self) -> int:
        """How many sites the device has."""
        return len(self.raster.place)

    @property
    def level(self) -> float:
        """Energy at which the experiment is done, meV."""
        return fermi_energy(self.file, self.device)


def read(toml: str) -> tuple[DeviceFile, Document]:
    """Device file in a text; it may name no other file.

    Raises
    ------
    DeviceFileError
        With line, key and complaint of every problem.
    """
    try:
        document = parse(toml, _NAME)
    except RecursionError:
        raise DeviceFileError(
            f"{_NAME}:1: the file is nested too deeply", [(1, "", "the file is nested too deeply")]
        ) from None
    _refuse_files(document)
    return checked(document)


def _refuse_files(document: Document) -> None:
    """A table is a path on this machine; a page has no business with those."""
    gates = document.data.get("gates")
    for index, gate in enumerate(gates if isinstance(gates, list) else []):
        if isinstance(gate, Mapping) and gate.get("kind") == "table":
            raise document.error(
                ("gates", index),
                "a table is read from a file, which a page may not do; run this device with "
                "`sharvin run`",
            )


@lru_cache(maxsize=_KEPT)
def opened(toml: str) -> Opened:
    """Device of a text, built once."""
    file, document = read(toml)
    count = orbitals(file)
    if count > SITES:
        raise InvalidInput(
            f"the device has about {count:.2g} orbitals, too many to follow a slider (at most "
            f"{SITES}); start a sweep instead, or make the grid constant larger"
        )
    device = build.device(file, document)
    positions = device.positions
    assert positions is not None  # a device file always carves its device
    pixel = pixel_of(positions, file.material.cell_area)
    return Opened(file, document, device, Raster.over(positions, pixel))


def title(toml: str) -> str:
    """Title of a device file, for a list of jobs."""
    return str(tomllib.loads(toml).get("title", ""))
