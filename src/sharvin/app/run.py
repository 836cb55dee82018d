"""Verb ``run``: the experiment of a device file, with its figure and its numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.analysis.plateaus import Plateau
from sharvin.app import build
from sharvin.app.device_file import DeviceFile, load
from sharvin.app.experiment import Conductance, Fano, Resistance
from sharvin.app.export import one_array, write_all
from sharvin.app.scene import point, scene
from sharvin.app.toml import DeviceFileError
from sharvin.errors import InvalidInput

if TYPE_CHECKING:
    import xarray as xr

    from sharvin.device.device import Device


@dataclass(frozen=True, eq=False)
class Report:
    """What a run leaves behind.

    Parameters
    ----------
    result : DataArray
    files : tuple of Path
        Figure, data and table.
    plateaus : tuple of Plateau
        Of the coldest curve; empty where there is no staircase.
    axis : tuple of str
        Name and unit of what the plateaus lie on.
    """

    result: "xr.DataArray"
    files: tuple[Path, ...]
    plateaus: tuple[Plateau, ...]
    axis: tuple[str, str]


@dataclass(frozen=True)
class Options:
    """How to compute, as opposed to what.

    Parameters
    ----------
    workers : int, optional
        Threads, or workers of a local cluster; by default one per core.
    resume : bool
        Continue from what an earlier run of the same file left in the store.
    fresh : bool
        Forget what an earlier run left there.
    cluster : str, optional
        ``"local"`` or the address of a Dask scheduler.
    executor : str, optional
        ``"threads"`` or ``"processes"``.
    progress : bool, callable or None
    """

    workers: int | None = None
    resume: bool = False
    fresh: bool = False
    cluster: str | None = None
    executor: str | None = None
    progress: bool | Callable[..., None] | None = None


def run(path: str | Path, out: str | Path = "results", options: Options | None = None) -> Report:
    """Compute the experiment of a device file and write everything to the folder ``out``.

    It holds NAME.nc (labelled data), NAME.csv, NAME.png and NAME.pdf, and NAME.sharvin, the
    journal from which an interrupted run resumes.
    """
    options = options or Options()
    file, document = load(path)
    if file.experiment is None:
        raise DeviceFileError(
            f"{document.path}: there is no [experiment] to run; `sharvin new qpc` shows one"
        )
    device = build.device(file, document)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / document.path.stem
    store = stem.with_name(f"{stem.name}.sharvin")
    _check_store(store, options)
    result = _measure(file, device, store, options)
    result.attrs |= {
        "title": file.title, "subtitle": file.subtitle, "device_file": document.text
    }  # fmt: skip
    picture = _scene(file, device, result)
    files, plateaus, axis = write_all(result, stem, picture=picture)
    return Report(result, files, plateaus, axis)


def _check_store(store: Path, options: Options) -> None:
    """An earlier run is continued or forgotten only when asked for."""
    if options.fresh:
        for suffix in ("", "-wal", "-shm"):
            store.with_name(store.name + suffix).unlink(missing_ok=True)
    elif store.exists() and not options.resume:
        raise InvalidInput(
            f"{store} holds an earlier run; add --resume to continue it, --fresh to start again, "
            "or --out with another folder"
        )


def _measure(file: DeviceFile, device: "Device", store: Path, options: Options) -> "xr.DataArray":
    from sharvin.sweeps import measure

    given: dict[str, Any] = {
        **build.arguments(file),
        "store": store,
        "resume": True,
        "workers": options.workers,
        "executor": options.executor,
        "cluster": options.cluster,
        "progress": options.progress,
    }
    match file.experiment:
        case Conductance(to=to, from_=from_, unit=unit):
            found = measure.conductance(device, to=to, from_=from_, unit=unit, **given)
        case Resistance(current=current, voltage=voltage, unit=unit):
            found = measure.resistance(device, current=current, voltage=voltage, unit=unit, **given)
        case Fano(to=to, from_=from_):
            found = measure.fano_factor(device, to=to, from_=from_, **given)
        case _:
            raise AssertionError("every kind of experiment has a verb")
    return one_array(found)


def _scene(file: DeviceFile, device: "Device", result: "xr.DataArray") -> Any:
    """Device in the middle of the sweep, for a corner of the figure."""
    if device.positions is None or device.positions.shape[1] != 2 or not file.gates:
        return None
    at = point(file, {})
    names = [name for name in file.swept if name in result.dims]
    caption = ", ".join(_spoken(name, at[name], file.units[name]) for name in names)
    return scene(file, device, at, caption)


def _spoken(name: str, value: float, unit: str) -> str:
    from sharvin.plot.labels import symbol_of

    return f"{symbol_of(name)} = {value:.3g} {unit}".rstrip().replace("-", "−")
