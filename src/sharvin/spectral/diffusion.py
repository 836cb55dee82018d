"""How a wave of given energy spreads in time: diffusion, mean free path, localization."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.numerics.chebyshev.engine import Block, Engine
from sharvin.numerics.chebyshev.recursion import Expansion
from sharvin.spectral.closed import Closed, System, closed
from sharvin.spectral.probes import Tally
from sharvin.spectral.settings import Settings, Wish, energies_of, settings_of
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import HBAR, quantity

if TYPE_CHECKING:
    import xarray as xr

# Terms of the time evolution that are smaller than this are left out.
SMALL = 1e-12


def spreading(
    system: System,
    energy: Any,
    times: Any,
    *,
    axis: str = "x",
    moments: int = 256,
    vectors: int | str = 8,
    vector_seed: int = 0,
    kernel: str = "jackson",
    bounds: Sequence[float | str] | None = None,
    workers: int | None = None,
    array_module: Any = None,
    progress: Wish = None,
    **parameters: Any,
) -> "xr.Dataset":
    r"""Mean square displacement of waves with a given energy, and what follows from it.

    .. math:: \Delta X^2(E, t) &= \frac{\operatorname{Tr}\, C(t)^\dagger\, \delta(E - H)\, C(t)}
              {\operatorname{Tr}\, \delta(E - H)}, \qquad C = [X, U], \quad U = e^{-iHt/\hbar} \\
              D(E, t) &= \frac12 \frac{d}{dt} \Delta X^2

    It grows like v²t² at first, like 2Dt in a diffusive system and stays below the square of the
    localization length in a localized one. The largest D gives the mean free path l = d D/v.

    Parameters
    ----------
    system : Torus or Device
        Large enough that the wave does not go around it, or reach its edge: the result says by
        ``span`` how much room there was.
    energy : float, str or array
        In meV.
    times : array or list
        In ps, ascending and positive; at least two.
    axis : str
    moments, vectors, vector_seed, kernel, bounds, workers, array_module, progress,
    **parameters
        As in `density_of_states`.

    Returns
    -------
    xarray.Dataset
        ``displacement`` (nm², over time and energy) with its ``error``; ``diffusion`` (nm²/ps, at
        the middles of the time steps, the first of which starts at 0); over energy the
        ``velocity`` along the axis (rms, nm/ps), ``mean_free_path`` (nm, from the largest
        diffusion and the velocity at the energy) and ``resolution``. The mean free path is NaN
        where the diffusion is still growing at the last time.

    References
    ----------
    S. Roche and D. Mayou, Phys. Rev. Lett. 79, 2518 (1997); Z. Fan et al., Phys. Rep. 903, 1
    (2021).
    """
    whole = closed(system, parameters)
    where = energies_of(energy)[0]
    steps = _steps(times)
    settings = settings_of(
        whole, moments=moments, vectors=vectors, vector_seed=vector_seed, kernel=kernel,
        bounds=bounds, workers=workers, array_module=array_module, progress=progress,
    )  # fmt: skip
    operators = {"h": whole.hamiltonian, "v": whole.commutator(axis)}
    engine = settings.engine(operators, blocks=8, is_complex=True)
    weights = settings.weights(where)
    tally = settings.probes.tally()
    with settings.watching(engine, settings.probes.vectors * _products(settings, steps)):
        for chosen in settings.probes.blocks(engine):
            start = chosen.make()
            density = _projected(engine, settings, start, weights)
            velocity = engine.zeros(chosen.width)
            engine.step("v", start, velocity, 1 / HBAR, 0.0, 0.0)
            found = [density, _projected(engine, settings, velocity, weights)]
            moved = engine.zeros(chosen.width)
            for step in steps:
                start, moved = _evolve(engine, settings, start, moved, step)
                found.append(_projected(engine, settings, moved, weights))
            tally.add(np.array(found).transpose(2, 0, 1))
    return _labelled(whole, settings, (where, np.cumsum(steps)), tally, axis)


def _products(settings: Settings, steps: RealArray) -> int:
    """Products of H with each vector: projections, and series of U and of its commutator."""
    terms = sum(3 * len(_evolution(settings, step)) - 2 for step in steps)
    return (2 + len(steps)) * (settings.moments // 2) + terms


def _projected(engine: Engine, settings: Settings, block: Block, weights: RealArray) -> RealArray:
    """⟨v|δ(E - H)|v⟩, shape (energies, width)."""
    expansion = Expansion(engine, settings.interval)
    return weights @ expansion.moments(engine.copy(block), settings.moments)


def _evolve(
    engine: Engine, settings: Settings, state: Block, moved: Block, time: float
) -> tuple[Block, Block]:
    r"""Evolve ψ and [X, U]ψ by one time step.

    [X, U(t + s)] = U(s) [X, U(t)] + [X, U(s)] U(t), and the commutators C_n = [X, T_n] follow
    C_{n+1} = 2 [X, H̃] T_n + 2 H̃ C_n - C_{n-1}.
    """
    width = len(engine.inner(state, state))
    series = _evolution(settings, time)
    scale, shift = 1 / settings.interval.half, settings.interval.center
    turned = Expansion(engine, settings.interval).sums(moved, series[None, :])[0]
    ahead = engine.zeros(width)
    engine.add(ahead, series[0], state, 0.0, state)
    before, now = state, engine.zeros(width)
    c_before, c_now = engine.zeros(width), engine.zeros(width)
    engine.step("h", before, now, scale, shift, 0.0)
    # [X, H] = -[H, X]
    engine.step("v", before, c_now, -scale, 0.0, 0.0)
    for n in range(1, len(series)):
        engine.add(ahead, series[n], now, 0.0, now)
        engine.add(turned, series[n], c_now, 0.0, c_now)
        engine.step("h", now, before, 2 * scale, shift, -1.0)
        engine.step("h", c_now, c_before, 2 * scale, shift, -1.0)
        engine.step("v", now, c_before, -2 * scale, 0.0, 1.0)
        now, before, c_now, c_before = before, now, c_before, c_now
    return ahead, turned


def _evolution(settings: Settings, time: float) -> ComplexArray:
    r"""Series of :math:`e^{-iHt/\hbar}`: :math:`h_n (-i)^n J_n(\Delta t/\hbar)`, with a phase."""
    from scipy.special import jv

    reach = settings.interval.half * time / HBAR
    n = np.arange(int(reach + 12 * reach ** (1 / 3)) + 30)
    bessel = jv(n, reach)
    last = int(np.flatnonzero(np.abs(bessel) > SMALL)[-1]) + 2
    n, bessel = n[:last], bessel[:last]
    phase = np.exp(-1j * settings.interval.center * time / HBAR)
    series: ComplexArray = phase * np.where(n == 0, 1.0, 2.0) * (-1j) ** (n % 4) * bessel
    return series


def _labelled(
    whole: Closed, settings: Settings, axes: tuple[RealArray, RealArray], tally: Tally, axis: str
) -> "xr.Dataset":
    import xarray as xr

    where, times = axes
    samples = np.array(tally.samples)
    total = samples.sum(axis=0)
    ratio = total[1:] / total[0]
    # The error of a ratio of means: of its numerator less the ratio times its denominator.
    rest = samples[:, 1:] - ratio * samples[:, :1]
    count = len(samples)
    error = 0.0 if tally.copies else np.sqrt(count / (count - 1) * (rest**2).sum(axis=0)) / total[0]
    error = np.broadcast_to(error, ratio.shape)
    velocity = np.sqrt(np.maximum(ratio[0], 0.0))
    spread = np.concatenate([np.zeros((1, len(where))), ratio[1:]])
    diffusion = np.diff(spread, axis=0) / np.diff(times, prepend=0.0)[:, None] / 2
    largest = diffusion.argmax(axis=0)
    best = diffusion.max(axis=0)
    dimension = whole.dimension or 1
    with np.errstate(divide="ignore", invalid="ignore"):
        path = np.where(largest < len(times) - 1, np.sqrt(dimension) * best / velocity, np.nan)
    middles = times - np.diff(times, prepend=0.0) / 2
    both = ("time", "energy")
    parts: dict[str, Any] = {
        "displacement": (both, ratio[1:], {"units": "nm²", "long_name": "mean square shift"}),
        "error": (both, error[1:], {"units": "nm²", "long_name": "standard error of displacement"}),
        "diffusion": (("middle", "energy"), diffusion, {"units": "nm²/ps"}),
        "velocity": ("energy", velocity, {"units": "nm/ps", "long_name": "rms velocity"}),
        "mean_free_path": ("energy", path, {"units": "nm"}),
        "resolution": ("energy", settings.resolved(where), {"units": "meV"}),
    }  # fmt: skip
    coords = {
        "time": ("time", times, {"units": "ps"}),
        "middle": ("middle", middles, {"units": "ps"}),
        "energy": ("energy", where, {"units": "meV"}),
    }
    return xr.Dataset(parts, coords, settings.attributes(whole) | {"axis": axis})


def _steps(times: Any) -> RealArray:
    values = np.atleast_1d(np.asarray(quantity(times, "ps", name="times"), dtype=np.float64))
    steps = np.diff(values, prepend=0.0)
    if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all() or steps.min() <= 0:
        raise InvalidInput(f"times must be at least two ascending positive times, got {times!r}")
    return steps
