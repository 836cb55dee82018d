"""What the sections of a device file must agree on; every check yields a place and a complaint."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.app.budget import budget_problems
from sharvin.app.potentials import Table
from sharvin.app.problems import written
from sharvin.app.quantities import values
from sharvin.app.toml import Place, spelled
from sharvin.errors import UnknownName

if TYPE_CHECKING:
    from sharvin.app.device_file import DeviceFile

Problem = tuple[Place, str]

_WITH_DENSITY = ("electron_gas", "graphene")
_EDGE = 1e-9  # windows that miss an edge by rounding touch it


def disagreements(file: "DeviceFile", folder: Path) -> Iterator[Problem]:
    """Yield everything that makes this file impossible, with where it stands."""
    for index, gate in enumerate(file.gates):
        if isinstance(gate, Table) and not (folder / gate.file).is_file():
            yield ("gates", index, "file"), f"got {written(gate.file)}: there is no such file"
    yield from _leads(file)
    yield from _parameters(file)
    yield from _experiment(file)
    yield from budget_problems(file)


def _leads(file: "DeviceFile") -> Iterator[Problem]:
    bounds = file.region.bounds
    for name, lead in file.leads.items():
        if lead.at is not None and lead.width is None:
            yield ("leads", name, "at"), 'needs a width too, such as width = "150 nm"'
            continue
        low, high = lead.window(bounds)
        first, last = lead.edge(bounds)
        slack = _EDGE * (last - first)
        if low < first - slack or high > last + slack:
            along = "x" if lead.is_vertical else "y"
            yield (
                ("leads", name, "at" if lead.at is not None else "width"),
                f"the window reaches from {along} = {low:g} to {high:g} nm, off the region, which "
                f"ends at {first:g} and {last:g} nm",
            )
    for (one, a), (two, b) in combinations(file.leads.items(), 2):
        if a.side == b.side and _overlap(a.window(bounds), b.window(bounds)):
            yield (
                ("leads", two),
                f"overlaps lead {one!r} on the {a.side} side; give each a window with at = ... and "
                "width = ...",
            )


def _overlap(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return min(a[1], b[1]) - max(a[0], b[0]) > _EDGE * (a[1] - a[0])


def _parameters(file: "DeviceFile") -> Iterator[Problem]:
    units = file.units
    for section, given in (("parameters", file.parameters), ("axes", file.axes)):
        for name, value in given.items():
            if name not in units:
                yield (section, name), f"{UnknownName.among('parameter', name, units)}"
                continue
            yield from _value(section, name, value, units[name])
    for name in file.axes:
        if name in file.parameters and name in units:
            yield (
                ("parameters", name),
                f"{name!r} is an axis too; it cannot be swept and kept",
            )
    yield from _missing(file)


def _value(section: str, name: str, value: Any, unit: str) -> Iterator[Problem]:
    try:
        found = values(value, unit)
    except ValueError as error:
        yield (section, name), f"got {written(value)}: {error}"
        return
    if section == "parameters" and isinstance(found, tuple):
        yield (section, name), f"got {written(value)}; several values belong under [axes]"
    if section == "axes" and not isinstance(found, tuple):
        yield (section, name), f"got {written(value)}; a single value belongs under [parameters]"


def _missing(file: "DeviceFile") -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place, name, unit in file.knobs():
        if seen.setdefault(name, unit) != unit:
            yield place, f"{name!r} stands for a number of {seen[name]} elsewhere; rename one"
        elif name not in file.parameters and name not in file.axes:
            example = f'{name} = "0 {unit}"' if unit else f"{name} = 0"
            yield (
                place,
                f"{name!r} is a parameter without a value; give it one under [parameters], such "
                f"as {example}, or several under [axes]",
            )


def _experiment(file: "DeviceFile") -> Iterator[Problem]:
    experiment = file.experiment
    if experiment is None:
        return
    for key, names in experiment.contacts.items():
        for name in names:
            if name not in file.leads:
                yield ("experiment", key), f"{UnknownName.among('lead', name, file.leads)}"
        if len(set(names)) < len(names):
            yield ("experiment", key), f"got {written(names)}; needed are two different leads"
    ends = [experiment.contacts[key] for key in ("from", "to") if key in experiment.contacts]
    if len(ends) == 2 and ends[0] == ends[1]:
        yield ("experiment", "to"), f"got {written(ends[1][0])}, the same lead as in `from`"
    filling = experiment.filling
    if len(filling) != 1:
        keys = " and ".join(filling) or "none of them"
        yield (
            ("experiment", *list(filling)[1:2]),
            "needed is exactly one of energy, chemical_potential and density (write for example "
            f'chemical_potential = "12.7 meV"), got {keys}',
        )
    hot = (
        [experiment.temperature]
        if isinstance(experiment.temperature, float)
        else list(experiment.temperature)
    )
    if "energy" in filling and max(hot) > 0:
        yield (
            ("experiment", "temperature"),
            "an energy is one energy, which no temperature smears; write chemical_potential "
            "instead of energy",
        )
    if "density" in filling:
        yield from _density(file.material.kind, filling["density"])


def _density(material: str, density: float | tuple[float, ...]) -> Iterator[Problem]:
    if material not in _WITH_DENSITY:
        yield (
            ("experiment", "density"),
            "a density means an energy only in an electron gas and in graphene, not in "
            f'{material!r}; write chemical_potential = "..." instead',
        )
    lowest = min(density) if isinstance(density, tuple) else density
    if lowest <= 0 and material == "electron_gas":
        yield (
            ("experiment", "density"),
            f"got {lowest:g} m^-2: a density of an electron gas must be positive",
        )


__all__ = ["Problem", "disagreements", "spelled"]
