"""Verbs on one device at one point: check, scene, point, layer. They run in a worker."""

import math
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from sharvin.app.budget import orbitals
from sharvin.app.device_file import DeviceFile
from sharvin.app.toml import DeviceFileError
from sharvin.errors import InvalidInput
from sharvin.studio import outlines
from sharvin.studio.limits import SITES
from sharvin.studio.opened import opened, read
from sharvin.studio.readings import ends, readings

_SMALL = """
[material]
kind = "electron_gas"
mass = 0.067
spacing = "5 nm"
[region]
shape = "rectangle"
length = "60 nm"
width = "50 nm"
[leads.a]
side = "left"
[leads.b]
side = "right"
"""
_HALF_RANGE = {"V": 1.0, "T": 5.0, "meV": 10.0, "nm": 100.0}  # of a slider without an axis


def warm(step: str) -> dict[str, Any]:
    """Load compiled kernels, or what reads results, before somebody waits for them."""
    if step == "point":
        point(_SMALL, {}, 10.0)
    elif step == "results":
        import_module("xarray")
        import_module("sharvin.app.export")
    else:
        layer(_SMALL, {}, 10.0, step, None)
    return {}


def check(toml: str) -> dict[str, Any]:
    """Problems of a device file with line and key, and the parameters that it has."""
    try:
        file, _ = read(toml)
        count = orbitals(file)
        sites = opened(toml).sites if count <= SITES else round(count)
    except DeviceFileError as error:
        return {"ok": False, "problems": listed(error), "parameters": [], "sites": None}
    return {
        "ok": True,
        "problems": [],
        "parameters": _parameters(file),
        "sites": sites,
        "leads": list(file.leads),
        "title": file.title,
        "energy": _energy(file),
        "can_sweep": file.experiment is not None,
    }


def listed(error: DeviceFileError) -> list[dict[str, Any]]:
    """Problems of a device file as a page shows them."""
    return [{"line": line, "key": key, "message": text} for line, key, text in error.problems]


def _parameters(file: DeviceFile) -> list[dict[str, Any]]:
    units, swept, fixed = file.units, file.swept, file.fixed
    found = []
    for name, unit in units.items():
        if name in swept:
            low, high = min(swept[name]), max(swept[name])
            value = swept[name][len(swept[name]) // 2]
        else:
            value = fixed[name]
            half = max(_HALF_RANGE.get(unit, 1.0), abs(value))
            low, high = value - half, value + half
        if low == high:
            low, high = low - 1.0, high + 1.0
        found.append({"name": name, "unit": unit, "min": low, "max": high, "value": value})
    return found


def _energy(file: DeviceFile) -> dict[str, Any]:
    """Slider of the energy: the axis of the file, or from the bottom to twice the level."""
    given = {} if file.experiment is None else file.experiment.filling
    value = given.get("energy", given.get("chemical_potential"))
    if isinstance(value, tuple):
        return {
            "unit": "meV",
            "min": min(value),
            "max": max(value),
            "value": value[len(value) // 2],
        }
    if value is None:
        return {"unit": "meV", "min": None, "max": None, "value": None}
    half = max(abs(value), 1.0)
    return {"unit": "meV", "min": value - half, "max": value + half, "value": value}


def scene(toml: str, params: Mapping[str, float]) -> dict[str, Any]:
    """What a page draws of a device: potential on a grid, outline, gates, contacts."""
    found = opened(toml)
    raster, at = found.raster, found.at(params)
    potential = found.device.potential_energy(at)
    return {
        "x": raster.x.tolist(),
        "y": raster.y.tolist(),
        "potential": raster.image(potential),
        "outline": outlines.region(found.file.region),
        "holes": outlines.holes(found.file.region),
        "gates": outlines.gates(found.file),
        "leads": outlines.leads(found.file),
        "box": found.file.region.bounds,
        "level": found.level,
        "params": at,
        "sites": len(potential),
    }


def point(toml: str, params: Mapping[str, float], energy: float | None = None) -> dict[str, Any]:
    """All transmissions at one point, and the conductance between the contacts of the file."""
    from sharvin.solvers.smatrix import smatrix

    found = opened(toml)
    level = found.level if energy is None else energy
    start = time.perf_counter()
    s = smatrix(found.device, energy=level, **found.at(params))
    seconds = time.perf_counter() - start
    to, from_ = ends(found.file)
    return {
        "transmissions": s.transmissions.tolist(),
        "leads": list(s.leads),
        "modes": list(s.modes),
        "conductance": s.degeneracy * s.transmission(to=to, from_=from_),
        "unit": "e²/h",
        "readings": readings(found.file.experiment, s),
        "to": to,
        "from": from_,
        "degeneracy": s.degeneracy,
        "energy": level,
        "error": s.error_estimate,
        "seconds": seconds,
    }


def layer(
    toml: str, params: Mapping[str, float], energy: float | None, kind: str, lead: str | None
) -> dict[str, Any]:
    """Local density of states, or the current density out of one contact, as an image.

    The density is per energy and area, 1/(meV nm²), degeneracy included; the current density in
    e²/h per nm and volt of the contact.
    """
    found = opened(toml)
    level = found.level if energy is None else energy
    at, raster, device = found.at(params), found.raster, found.device
    area = found.file.material.cell_area
    axes = {"x": raster.x.tolist(), "y": raster.y.tolist(), "kind": kind, "energy": level}
    if kind == "ldos":
        from sharvin.solvers.states import ldos

        orbital = ldos(device, energy=level, **at)
        sites = np.bincount(device.orbital_site, orbital, found.sites)
        values = raster.image(sites * device.degeneracy / area)
        return {**axes, "values": values, "unit": "1/(meV nm²)"}
    from sharvin.solvers.currents import current_density

    source = ends(found.file)[1] if lead is None else lead
    device.check_lead(source)
    numbers: dict[str, Any] = dict(at)
    flow = current_density(device, energy=level, from_=source, **numbers)
    u, v = (raster.image(column / area) for column in flow.vectors.T)
    values = np.hypot(u, v)
    return {**axes, "values": values, "u": u, "v": v, "lead": source, "unit": "e²/h/nm"}


def bands(toml: str, params: Mapping[str, float], lead: str) -> dict[str, Any]:
    """Dispersion of a contact: energies at momenta from -π to π per cell of the contact."""
    from sharvin.device.blocks import LeadBlocks
    from sharvin.studio.dispersion import dispersion

    found = opened(toml)
    found.device.check_lead(lead)
    place = found.device.lead_names.index(lead)
    blocks = found.device.lead_blocks(found.device.resolve(found.at(params)))[place]
    if not isinstance(blocks, LeadBlocks):  # pragma: no cover - files have no such contact
        raise InvalidInput(f"lead {lead!r} is given by a self-energy and has no bands")
    level = found.level
    momenta, energies = dispersion(blocks.cell, blocks.hop, level)
    below = energies[:, energies.min(axis=0) <= level] if math.isfinite(level) else energies
    return {
        "k": momenta.tolist(),
        "bands": energies.T.tolist(),
        "level": level,
        "lead": lead,
        "open": int(below.shape[1]),
        "k_unit": "1/cell",
        "unit": "meV",
    }
