"""Kubo conductivities of closed systems: the Greenwood and the Bastin formula in Chebyshev form."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.numerics.chebyshev.operators import Operator
from sharvin.spectral.closed import AXES, Closed, System, closed
from sharvin.spectral.fermi_sea import bastin
from sharvin.spectral.fermi_surface import greenwood_curve, greenwood_pairs, greenwood_single
from sharvin.spectral.probes import Tally
from sharvin.spectral.settings import MEMORY, Settings, Wish, energies_of, settings_of
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN, quantity

if TYPE_CHECKING:
    import xarray as xr

METHODS = ("auto", "single", "pairs")
LEVELS = 4  # that take as long as all energies at once


def kubo_conductivity(
    system: System,
    energy: Any,
    *,
    component: str = "xx",
    temperature: Any = 0.0,
    moments: int | None = None,
    vectors: int | str = 8,
    vector_seed: int = 0,
    kernel: str = "jackson",
    broadening: float | str | None = None,
    current: str = "charge",
    method: str = "auto",
    volume: float | None = None,
    bounds: Sequence[float | str] | None = None,
    memory: float = MEMORY,
    workers: int | None = None,
    array_module: Any = None,
    progress: Wish = None,
    **parameters: Any,
) -> "xr.Dataset":
    r"""Conductivity of a closed system: what current density flows along a for a field along b.

    .. math:: j_a = \sum_b \sigma_{ab} E_b

    A diagonal component is the Greenwood formula, which knows only the Fermi surface; an
    off-diagonal one is the Bastin formula, which knows the whole Fermi sea:

    .. math:: \sigma_{aa}(\mu, T) &= \frac{2\pi^2}{\Omega} \frac{e^2}{h} \int dE
              \Big(-\frac{\partial f}{\partial E}\Big)
              \operatorname{Tr}\, \hbar v_a \delta(E - H)\, \hbar v_a \delta(E - H) \\
              \sigma_{ab}(\mu, T) &= \frac{i \hbar e^2}{\Omega} \int dE\, f(E) \operatorname{Tr}
              \Big[ v_a \frac{dG^+}{dE} v_b\, \delta(E - H)
              - v_a \delta(E - H)\, v_b \frac{dG^-}{dE} \Big]

    Signs: of electrons in a field B along +z, n full Landau levels give σ_xy = -n, as ρ_xy =
    +1/n; a band with Chern number C (of the Berry curvature of i⟨u|∇u⟩) gives -C.

    The delta function has a finite width, and the result is that of a system whose levels are so
    wide: the diffusive conductivity needs a width between the level spacing and ħ/τ, and
    approaches its limit like :math:`\sigma / (1 + 2\eta\tau/\hbar)` for a Lorentzian.

    Parameters
    ----------
    system : Torus or Device
        A device is taken without its leads; it has edges, where no Hall current is left over, so
        off-diagonal components need a torus.
    energy : float, str or array
        Fermi energy (chemical potential), meV.
    component : str
        Two of x, y, z.
    temperature : float, str or list
        K; a list adds a dimension.
    moments, vectors, vector_seed, kernel, bounds, workers, array_module, progress
        As in `density_of_states`.
    broadening : float or str, optional
        Half width η of an exact Lorentzian in place of a kernel (diagonal components); `moments`
        may then be left out.
    current : str
        "charge", or a conserved quantity Q of the model, such as "spin": the response is that of
        {Q, v}/2, counted in units of Q.
    method : str
        "single": one expansion for each energy; "pairs": what all pairs of moments give, for all
        energies at once; "auto": the faster one.
    volume : float, optional
        Of a device given by matrices, in nm to the power of its dimension.
    memory : float
        Bytes for blocks of vectors; what does not fit is computed again.
    **parameters
        Parameters of the system.

    Returns
    -------
    xarray.Dataset
        Over energy (and temperature): ``conductivity`` in e²/h (times nm in one dimension, per nm
        in three) with the degeneracy, its standard ``error``, its ``change`` from half as many
        moments (from twice the width, with a broadening), the ``resolution`` in meV and how many
        ``levels`` lie within it on average.

    Raises
    ------
    Unreliable
        When a diagonal component would resolve less than the mean level spacing.

    References
    ----------
    D. A. Greenwood, Proc. Phys. Soc. 71, 585 (1958); A. Bastin et al., J. Phys. Chem. Solids 32,
    1811 (1971); J. H. García, L. Covaci and T. G. Rappoport, Phys. Rev. Lett. 114, 116602 (2015);
    A. Ferreira and E. R. Mucciolo, Phys. Rev. Lett. 115, 106601 (2015).
    """
    whole = closed(system, parameters)
    levels, scalar = energies_of(energy)
    kelvins, cold = _temperatures(temperature)
    along, against = _axes(component, whole)
    is_hall = along != against
    _check_choice(method, is_hall, broadening)
    settings = settings_of(
        whole, moments=moments, vectors=vectors, vector_seed=vector_seed, kernel=kernel,
        broadening=broadening, energy=levels, bounds=bounds, memory=memory, workers=workers,
        array_module=array_module, progress=progress,
    )  # fmt: skip
    width = settings.resolved(levels)
    spread = width * whole.hamiltonian.size / (2 * settings.interval.half)
    if not is_hall:
        _refuse_single_levels(settings, levels, width, spread)
    operators: dict[str, Operator] = {
        "h": whole.hamiltonian,
        "left": whole.current(along, None if current == "charge" else current),
        "right": whole.commutator(against),
    }
    thermal = BOLTZMANN * kelvins
    if is_hall:
        fine, coarse = bastin(operators, settings, levels, thermal)
    elif method == "single" or (
        method == "auto" and _single_is_faster(settings, operators, levels, thermal)
    ):
        fine, coarse = greenwood_single(operators, settings, levels, thermal)
    elif settings.makes_curves:
        fine, coarse = greenwood_curve(operators, settings, levels, thermal)
    else:
        fine, coarse = greenwood_pairs(operators, settings, levels, thermal)
    factor = whole.system.degeneracy / _volume(whole, volume)
    made = _labelled(whole, settings, (levels, kelvins), factor, fine, coarse, (width, spread))
    made.attrs.update(component=component, current=current)
    return made.isel({name: 0 for name, one in (("energy", scalar), ("temperature", cold)) if one})


def _labelled(
    whole: Closed, settings: Settings, axes: tuple[RealArray, RealArray], factor: float,
    fine: Tally, coarse: Tally, resolved: tuple[RealArray, RealArray],
) -> "xr.Dataset":  # fmt: skip
    import xarray as xr

    unit = {1: "e²/h nm", 3: "e²/(h nm)"}.get(whole.dimension or 2, "e²/h")
    dims = ("energy", "temperature")
    names = {
        "conductivity": (fine.trace, "Kubo conductivity"),
        "error": (fine.error, "standard error of the trace"),
        "change": (fine.trace - coarse.trace, "change from half as many moments"),
    }
    parts: dict[str, Any] = {
        name: (dims, factor * values, {"units": unit, "long_name": words})
        for name, (values, words) in names.items()
    }
    parts["resolution"] = ("energy", resolved[0], {"units": "meV", "long_name": "resolved width"})
    parts["levels"] = ("energy", resolved[1], {"units": "1", "long_name": "levels in that width"})
    coords = {
        "energy": ("energy", axes[0], {"units": "meV", "long_name": "Fermi energy"}),
        "temperature": ("temperature", axes[1], {"units": "K", "long_name": "temperature"}),
    }
    return xr.Dataset(parts, coords, settings.attributes(whole))


def _axes(component: str, whole: Closed) -> tuple[str, str]:
    if not isinstance(component, str) or len(component) != 2 or set(component) - set(AXES):
        raise InvalidInput(f"component must be two of x, y, z, such as 'xy', got {component!r}")
    along, against = component[0], component[1]
    if along != against and not whole.is_periodic:
        raise InvalidInput(
            f"a closed device has edges, whose currents cancel those of its inside: component "
            f"{component!r} needs a Torus (or leads: see sharvin.resistance)"
        )
    return along, against


def _check_choice(method: str, is_hall: bool, broadening: Any) -> None:
    if method not in METHODS:
        raise InvalidInput(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if is_hall and (method == "single" or broadening is not None):
        raise InvalidInput(
            "an off-diagonal component needs the whole Fermi sea: leave out "
            + ("broadening" if broadening is not None else "method='single'")
        )


def _temperatures(temperature: Any) -> tuple[RealArray, bool]:
    kelvins = np.asarray(quantity(temperature, "K", name="temperature"), dtype=np.float64)
    if kelvins.ndim > 1 or not np.isfinite(kelvins).all() or (kelvins < 0).any():
        raise InvalidInput(f"temperature must be zero or positive, got {temperature!r}")
    return np.atleast_1d(kelvins), kelvins.ndim == 0


def _refuse_single_levels(
    settings: Settings, levels: RealArray, width: RealArray, spread: RealArray
) -> None:
    inside = np.abs(settings.interval.scaled(levels)) < 1
    if (spread[inside] < 1).any():
        narrow = width[inside].min()
        raise Unreliable(
            f"the resolved width of {narrow:.3g} meV is below the mean level spacing of "
            f"{(width / spread).min():.3g} meV: the result would show single levels of this "
            "system; take fewer moments (or a larger broadening), or a larger system"
        )


def _single_is_faster(
    settings: Settings, operators: dict[str, Operator], levels: RealArray, thermal: RealArray
) -> bool:
    """Compare what has been timed: energy by energy, all at once, by a large matrix product."""
    if thermal.any():
        return False
    moments = settings.moments
    if not settings.makes_curves:
        # A step takes about as long as 60 multiplications of that product, and so does every sum.
        return 120 * (1 + len(levels)) < moments
    entry = 16 if any(o.is_complex for o in operators.values()) else 8
    passes = 2 * entry * moments * operators["h"].size / settings.memory
    return len(levels) <= LEVELS * max(1.0, passes)


def _volume(whole: Closed, given: float | None) -> float:
    if whole.volume is not None:
        if given is not None:
            raise InvalidInput("volume is known for this system; leave it out")
        return whole.volume
    if given is None or not (np.isfinite(given) and given > 0):
        raise InvalidInput(
            f"a device given by matrices needs its volume, a positive number, got {given!r}"
        )
    return float(given)
