"""Verb ``show``: the picture of a device before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sharvin.app import build
from sharvin.app.budget import memory, points
from sharvin.app.device_file import load
from sharvin.app.scene import fermi_energy, point, scene, spoken


@dataclass(frozen=True)
class Shown:
    """What ``show`` found and wrote."""

    files: tuple[Path, ...]
    lines: tuple[str, ...]


def show(
    path: str | Path, out: str | Path | None = None, at: Mapping[str, str] | None = None
) -> Shown:
    """Draw the device of a file; nothing is solved.

    Parameters
    ----------
    path : path of the device file
    out : path of a PNG or PDF, optional
        By default NAME-device.png in the current folder.
    at : mapping, optional
        Parameters other than the middle of their axes.
    """
    file, document = load(path)
    device = build.device(file, document)
    where = point(file, at or {})
    picture = scene(file, device, where, spoken(file, where))
    from sharvin.plot.device import device as draw
    from sharvin.plot.table import save

    target = Path(out) if out else Path(f"{document.path.stem}-device.png")
    suffix = target.suffix.lstrip(".") or "png"
    written = save(draw(picture), target.with_suffix(""), formats=(suffix,))
    size = f"{_grouped(len(picture.positions))} sites, {_grouped(device.pattern.n)} orbitals"
    count = points(file)
    lines = [
        file.title or document.path.stem,
        f"  {size}; {_grouped(count)} point{'s' * (count != 1)}; "
        f"about {memory(file) / 1e9:.1g} GB of memory",
        f"  leads: {', '.join(file.leads)}; parameters: {', '.join(device.parameters) or 'none'}",
        f"  drawn at {picture.caption or 'its only point'}, "
        f"Fermi energy {fermi_energy(file, device):.4g} meV",
    ]
    return Shown(tuple(written), tuple(lines))


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", " ")
