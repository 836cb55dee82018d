"""How an expansion is made and what its result says about it: moments, kernel, bounds, probes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.numerics.chebyshev.bounds import interval_of
from sharvin.numerics.chebyshev.damping import (
    KERNELS,
    Interval,
    damping,
    delta_weights,
    green_weights,
    moments_for,
    resolution,
)
from sharvin.numerics.chebyshev.engine import Engine
from sharvin.numerics.chebyshev.operators import Operator
from sharvin.progress import Progress, counted
from sharvin.spectral.closed import Closed
from sharvin.spectral.probes import Probes, engine_for
from sharvin.typing import RealArray
from sharvin.units import quantity

if TYPE_CHECKING:
    import xarray as xr

Wish = bool | Callable[[Progress], None] | None  # for progress

MIN_MOMENTS = 8
MEMORY = 2e9  # bytes that blocks of vectors may take by default


@dataclass(frozen=True)
class Settings:
    """What a caller asked for, checked.

    Parameters
    ----------
    interval : Interval
    moments : int
    kernel : str
    broadening : float or None
        Half width of an exact Lorentzian in place of a kernel, meV.
    probes : Probes
    memory : float
        Bytes.
    workers : int or None
    array_module : module or None
    progress : bool, callable or None
        See `sharvin.progress.reporter`.
    """

    interval: Interval
    moments: int
    kernel: str
    broadening: float | None
    probes: Probes
    memory: float
    workers: int | None
    array_module: Any
    progress: Wish = None

    def engine(
        self, operators: Mapping[str, Operator], blocks: int, *, is_complex: bool = False
    ) -> Engine:
        """Engine whose widest blocks fit ``blocks`` times into the memory."""
        entry = 16 if is_complex or any(o.is_complex for o in operators.values()) else 8
        room = self.memory / (blocks * entry * operators["h"].size)
        return engine_for(
            operators, array_module=self.array_module, workers=self.workers,
            width=max(1, int(room)), is_complex=is_complex,
        )  # fmt: skip

    @contextmanager
    def watching(self, engine: Engine, products: int) -> Iterator[None]:
        """Show how many of the `products` of H with a vector are done meanwhile."""
        done = 0
        with counted(products, "products", self.progress) as tell:

            def heard(width: int) -> None:
                nonlocal done
                done = min(done + width, products)
                tell(done)

            engine.heard = heard
            try:
                yield
            finally:
                engine.heard = None

    def weights(self, energy: RealArray, moments: int | None = None) -> RealArray:
        """Series of δ(energy - H), shape (energies, moments); zero outside the interval."""
        count = self.moments if moments is None else moments
        if self.broadening is not None:
            green = green_weights(count, self.interval, energy, self.broadening)
            return -green.imag / np.pi
        inside = np.abs(self.interval.scaled(energy)) < 1
        found = np.zeros((len(energy), count))
        found[inside] = delta_weights(self.kernel, count, self.interval, energy[inside])
        return found

    @property
    def makes_curves(self) -> bool:
        """Whether products are to be had at all energies at once: see `greenwood_curve`."""
        return self.broadening is None and self.array_module is None

    def damped(self, moments: int) -> RealArray:
        """Factors of T_n in the series of δ(E - H), but for those that the energy gives."""
        return damping(self.kernel, moments) * np.where(np.arange(moments) == 0, 1.0, 2.0)

    def resolved(self, energy: RealArray) -> RealArray:
        """Width in energy of what stands for the delta function, meV."""
        if self.broadening is not None:
            return np.full(len(energy), self.broadening)
        return resolution(self.kernel, self.moments, self.interval, energy)

    def attributes(self, closed: Closed) -> dict[str, Any]:
        """What a result says of how it was made."""
        named = self.kernel if self.broadening is None else "exact Lorentzian"
        return {
            "moments": self.moments,
            "kernel": named,
            "vectors": self.probes.label,
            "vector_seed": self.probes.seed,
            "bounds": [self.interval.center - self.interval.half,
                       self.interval.center + self.interval.half],
            "orbitals": closed.hamiltonian.size,
            "boundary": "periodic" if closed.is_periodic else "closed, leads cut off",
            "degeneracy": closed.system.degeneracy,
        }  # fmt: skip


def settings_of(
    closed: Closed,
    *,
    moments: int | None,
    vectors: int | str,
    vector_seed: int,
    kernel: str = "jackson",
    broadening: float | str | None = None,
    energy: RealArray | None = None,
    bounds: Sequence[float | str] | None = None,
    memory: float = MEMORY,
    workers: int | None = None,
    array_module: Any = None,
    progress: Wish = None,
) -> Settings:
    """Check what a caller gave and find the interval of the expansion."""
    if kernel not in KERNELS:
        raise UnknownName.among("kernel", kernel, KERNELS)
    probes = Probes.of(vectors, vector_seed, closed)
    ends = None if bounds is None else np.atleast_1d(quantity(bounds, "meV", name="bounds"))
    if ends is not None and ends.shape != (2,):
        raise InvalidInput(f"bounds must be two energies, (low, high), got {bounds!r}")
    interval = interval_of(closed.hamiltonian, ends, workers=workers)
    width = None
    if broadening is not None:
        width = float(quantity(broadening, "meV", name="broadening"))
        moments = _enough(interval, energy, width, moments)
    count = 512 if moments is None else moments
    if isinstance(count, bool) or int(count) != count or count < MIN_MOMENTS:
        raise InvalidInput(f"moments must be a whole number, {MIN_MOMENTS} or more, got {moments}")
    return Settings(
        interval, int(count), kernel, width, probes, float(memory), workers, array_module, progress
    )


def energies_of(energy: Any) -> tuple[RealArray, bool]:
    """Energies in meV, shape (k,), and whether it was a single number."""
    values = np.asarray(quantity(energy, "meV", name="energy"), dtype=np.float64)
    if values.ndim > 1 or not values.size or not np.isfinite(values).all():
        raise InvalidInput(f"energy must be a finite number or a list of them, got {energy!r}")
    return np.atleast_1d(values), values.ndim == 0


def dataset(
    energy: RealArray, parts: Mapping[str, tuple[Any, str, str]], attrs: Mapping[str, Any]
) -> "xr.Dataset":
    """Labelled curves over energy: name -> (values, unit, long name)."""
    import xarray as xr

    return xr.Dataset(
        {
            name: ("energy", values, {"units": unit, "long_name": words})
            for name, (values, unit, words) in parts.items()
        },
        {"energy": ("energy", energy, {"units": "meV", "long_name": "energy"})},
        dict(attrs),
    )


def _enough(interval: Interval, energy: RealArray | None, width: float, moments: int | None) -> int:
    """Moments for an exact Lorentzian; fewer than it needs are refused."""
    where = np.array([interval.center]) if energy is None else energy
    if not width > 0:
        raise InvalidInput(f"broadening must be positive, got {width} meV")
    need = moments_for(interval, where, width)
    if moments is not None and moments < need:
        raise InvalidInput(
            f"a Lorentzian of half width {width:g} meV needs {need} moments, got {moments}; give "
            "more, or leave moments out"
        )
    return need if moments is None else moments
