"""Verbs on the results of a job: its numbers so far. They run in a worker."""

from pathlib import Path
from typing import Any

from sharvin.errors import InvalidInput

_ERROR = "error"


def data(folder: str) -> dict[str, Any]:
    """Labelled numbers of a job, finished or not; points still to come are null."""
    from sharvin.app.export import read

    stored = [Path(folder) / name for name in ("device.nc", "device.sharvin")]
    path = next((path for path in stored if path.is_file()), None)
    if path is None:
        raise InvalidInput("this job has no numbers yet")
    found = read(path)
    units = {str(name): str(c.attrs.get("units", "")) for name, c in found.coords.items()}
    return {
        "dims": [str(name) for name in found.dims],
        "coords": {
            str(name): {
                "values": found.coords[name].values.tolist(),
                "unit": units[str(name)],
                "label": str(found.coords[name].attrs.get("long_name", name)),
            }
            for name in found.dims
        },
        "values": found.values,
        "errors": found.coords[_ERROR].values if _ERROR in found.coords else None,
        "unit": str(found.attrs.get("units", "")),
        "label": str(found.attrs.get("long_name", found.name or "value")),
        "name": str(found.name or "value"),
        "complete": bool(found.attrs.get("complete", 1)),
    }
