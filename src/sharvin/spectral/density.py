"""Densities of states, of the whole system and on chosen orbitals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.numerics.chebyshev.recursion import Expansion
from sharvin.spectral.closed import Closed, System, closed
from sharvin.spectral.probes import Tally
from sharvin.spectral.settings import MEMORY, Settings, Wish, dataset, energies_of, settings_of
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr


def density_of_states(
    system: System,
    energy: Any = None,
    *,
    moments: int = 512,
    vectors: int | str = 8,
    vector_seed: int = 0,
    kernel: str = "jackson",
    per: str = "orbital",
    bounds: Sequence[float | str] | None = None,
    workers: int | None = None,
    array_module: Any = None,
    progress: Wish = None,
    **parameters: Any,
) -> "xr.Dataset":
    r"""Density of states of a closed system, by the kernel polynomial method.

    .. math:: \rho(E) = \frac{1}{N} \operatorname{Tr} \delta(E - H)

    Two moments come from each product of H with a block of vectors; nothing larger than two
    blocks is kept.

    Parameters
    ----------
    system : Torus or Device
        The leads of a device are cut off.
    energy : float, str or array, optional
        In meV; by default the whole spectrum, four points per resolved width.
    moments : int
        Terms of the series; the resolved width is π times half the bandwidth over it.
    vectors : int or "all"
        Random vectors of the trace; "all" takes the exact trace of a small system, or of a clean
        torus of any size, where one cell stands for all.
    vector_seed : int
        Which vectors; the result does not depend on the number of workers.
    kernel : str
        "jackson" (nearly Gaussian) or "lorentz".
    per : str
        "orbital" (integrates to one), "total" or "volume" (per nm, nm² or nm³); the last two
        count the degeneracy.
    bounds : (low, high), optional
        Interval of the expansion. The spectrum must lie inside; by default it is found.
    workers : int, optional
        Threads; by default one per core.
    array_module : module, optional
        A module of the array API standard (`numpy`, `torch`, `cupy`) in place of compiled loops;
        never run on a GPU so far.
    progress : bool or callable, optional
        By default a bar on a terminal, for what takes long.
    **parameters
        Parameters of the system.

    Returns
    -------
    xarray.Dataset
        Over energy: ``density``, its standard ``error``, its ``change`` from half as many moments,
        and the ``resolution`` in meV.

    References
    ----------
    A. Weiße, G. Wellein, A. Alvermann and H. Fehske, Rev. Mod. Phys. 78, 275 (2006).
    """
    whole = closed(system, parameters)
    settings = settings_of(
        whole, moments=moments, vectors=vectors, vector_seed=vector_seed, kernel=kernel,
        bounds=bounds, memory=MEMORY, workers=workers, array_module=array_module, progress=progress,
    )  # fmt: skip
    factor, unit = _measure(whole, per)
    where = _grid(settings) if energy is None else energies_of(energy)[0]
    engine = settings.engine({"h": whole.hamiltonian}, blocks=2)
    expansion = Expansion(engine, settings.interval)
    tally = settings.probes.tally()
    with settings.watching(engine, settings.probes.vectors * (settings.moments // 2)):
        for chosen in settings.probes.blocks(engine):
            tally.add(expansion.moments(chosen.make(), settings.moments).T)
    curves = Tally(tally.copies, list(np.array(tally.samples) @ settings.weights(where).T))
    half = settings.weights(where, settings.moments // 2)
    coarse = half @ tally.trace[: half.shape[1]]
    parts = {
        "density": (factor * curves.trace, unit, "density of states"),
        "error": (factor * curves.error, unit, "standard error of the trace"),
        "change": (factor * (curves.trace - coarse), unit, "change from half as many moments"),
        "resolution": (settings.resolved(where), "meV", "resolved width"),
    }
    made = dataset(where, parts, settings.attributes(whole))
    return made.isel(energy=0) if energy is not None and energies_of(energy)[1] else made


def local_density_of_states(
    system: System,
    orbitals: Sequence[int],
    energy: Any = None,
    *,
    moments: int = 512,
    kernel: str = "jackson",
    bounds: Sequence[float | str] | None = None,
    workers: int | None = None,
    array_module: Any = None,
    progress: Wish = None,
    **parameters: Any,
) -> "xr.Dataset":
    r"""Density of states on single orbitals of a closed system: no random vectors, no error.

    .. math:: \rho_i(E) = \langle i | \delta(E - H) | i \rangle

    The degeneracy is not multiplied in. (`sharvin.ldos` solves an open device exactly.)

    Parameters
    ----------
    system : Torus or Device
    orbitals : sequence of int
        Their numbers; see `Torus` for the order.
    energy, moments, kernel, bounds, workers, array_module, progress, **parameters
        As in `density_of_states`.

    Returns
    -------
    xarray.Dataset
        ``density`` and ``change`` over (orbital, energy) in 1/meV; ``resolution`` over energy.
    """
    import xarray as xr

    whole = closed(system, parameters)
    settings = settings_of(
        whole, moments=moments, vectors="all", vector_seed=0, kernel=kernel, bounds=bounds,
        workers=workers, array_module=array_module, progress=progress,
    )  # fmt: skip
    chosen = _numbers(orbitals, whole.hamiltonian.size)
    where = _grid(settings) if energy is None else energies_of(energy)[0]
    engine = settings.engine({"h": whole.hamiltonian}, blocks=2)
    expansion = Expansion(engine, settings.interval)
    found = []
    widest = max(engine.widths)
    parts = [chosen[first : first + widest] for first in range(0, len(chosen), widest)]
    widths = [_fitting(len(part), engine.widths) for part in parts]
    with settings.watching(engine, sum(widths) * (settings.moments // 2)):
        for part, width in zip(parts, widths, strict=True):
            columns = np.zeros((engine.size, width))
            columns[part, np.arange(len(part))] = 1.0
            moments_of = expansion.moments(engine.block(columns), settings.moments)
            found.append(moments_of[:, : len(part)].T)
    moments_found = np.concatenate(found)
    fine = moments_found @ settings.weights(where).T
    half = settings.weights(where, settings.moments // 2)
    coarse = moments_found[:, : half.shape[1]] @ half.T
    unit = {"units": "1/meV"}
    return xr.Dataset(
        {
            "density": (("orbital", "energy"), fine, unit | {"long_name": "local density"}),
            "change": (("orbital", "energy"), fine - coarse, unit),
            "resolution": ("energy", settings.resolved(where), {"units": "meV"}),
        },
        {"orbital": chosen, "energy": ("energy", where, {"units": "meV"})},
        settings.attributes(whole),
    )


def _fitting(count: int, widths: Sequence[int]) -> int:
    return min(width for width in widths if width >= count)


def _grid(settings: Settings) -> RealArray:
    """Energies over the whole interval, closer where the kernel is narrower."""
    angles = np.pi * (np.arange(4 * settings.moments) + 0.5) / (4 * settings.moments)
    grid: RealArray = settings.interval.center - settings.interval.half * np.cos(angles)
    return grid


def _measure(whole: Closed, per: str) -> tuple[float, str]:
    """Factor of a trace, and the unit that it gives."""
    if per == "orbital":
        return 1 / whole.hamiltonian.size, "1/meV"
    if per == "total":
        return float(whole.system.degeneracy), "1/meV"
    if per != "volume":
        raise InvalidInput(f"per must be 'orbital', 'total' or 'volume', got {per!r}")
    if whole.volume is None:
        raise InvalidInput("a device given by matrices has no volume; use per='orbital'")
    power = {1: "nm", 2: "nm²", 3: "nm³"}[whole.dimension or 1]
    return whole.system.degeneracy / whole.volume, f"1/(meV {power})"


def _numbers(orbitals: Sequence[int], size: int) -> Any:
    index = np.atleast_1d(np.asarray(orbitals))
    if index.ndim != 1 or not index.size or index.dtype.kind not in "iu":
        raise InvalidInput(f"orbitals must be a list of orbital numbers, got {orbitals!r}")
    if not 0 <= index.min() <= index.max() < size:
        raise InvalidInput(f"orbitals must lie in 0..{size - 1}, got {orbitals!r}")
    return index
