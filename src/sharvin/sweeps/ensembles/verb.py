"""The verb of ensembles: one device, many samples of its disorder."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import Port, SMatrix

if TYPE_CHECKING:
    import xarray as xr

    from sharvin.sweeps.axes import Axes

TOLERANCE = 1e-3  # of a thermal average, in transmission


def ensemble(
    device: Device,
    observable: str | Sequence[str] | Callable[[SMatrix], Any] = "conductance",
    *,
    samples: int | None = None,
    standard_error: float | str | None = None,
    most: int | None = None,
    to: Port | None = None,
    from_: Port | None = None,
    seed: str = "seed",
    first_seed: int = 0,
    regime: str | None = None,
    **options: Any,
) -> "xr.Dataset":
    r"""Every sample of a disordered device, with means and variances and their standard errors.

    Sample n is the device with its seed at ``first_seed + n``: the same numbers, bit for bit,
    whatever the number of workers, however often the run was interrupted, and however many other
    samples there are. All parameters and energies of one sample share its disorder, so that
    differences between them (with and without a field, say) are paired.

    Parameters
    ----------
    device : Device
        With a parameter that counts samples: ``disorder=sharvin.disorder(1.5, seed="seed")``.
    observable : str, sequence of str, or callable
        ``"conductance"`` (e²/h, degeneracy included), ``"transmission"`` (without it),
        ``"noise"`` (:math:`\sum_n T_n (1 - T_n)`, with degeneracy), ``"eigenvalues"``
        (:math:`T_n`, descending); or ``f(s)`` of an S-matrix that returns a number or a mapping
        of names to numbers.
    samples : int, optional
        How many (200 by default).
    standard_error : float or str, optional
        Instead: stop as soon as every mean of the first observable is known so well, such as
        ``0.01`` or ``"1 %"``.
    most : int, optional
        Samples that `standard_error` may take (100000 by default).
    to, from_ : lead or (lead, label), optional
        By default from the first to the second of two leads.
    seed : str
        Name of the parameter that counts samples.
    first_seed : int
    regime : {"ballistic", "diffusive", "localized"}, optional
        What the samples are meant to show. A warning gives the numbers, L/l and L/Nl, where they
        are too short or too long for it.
    **options
        The axes (``energy`` or ``chemical_potential``, ``temperature``, the device's parameters)
        and ``store``, ``resume``, ``workers``, ``executor``, ``cluster``, ``progress``,
        ``tolerance``, as for `conductance`. A store may be continued to more samples.

    Returns
    -------
    xarray.Dataset
        Each observable with dimensions (sample, axes...), and beside it ``*_mean``,
        ``*_mean_error``, ``*_variance``, ``*_variance_error``. `sharvin.statistics` has the rest:
        higher moments, quantiles, histograms, correlation functions, ratios of means. Every
        sample is kept: about 250 bytes each, and 8 for each of its numbers beyond the first.

    Raises
    ------
    InvalidInput
        For fewer than two samples, or two goals at once.
    Unreliable
        If `standard_error` is out of reach of `most` samples.

    Examples
    --------
    >>> import sharvin as sv
    >>> strip = sv.Device(
    ...     sv.square_lattice(),
    ...     region=sv.rectangle(20, 8),
    ...     leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    ...     disorder=sv.disorder(2.0, seed="seed"),
    ... )
    >>> g = sv.ensemble(strip, samples=40, energy=-1.0)
    >>> g.conductance.dims, round(float(g.conductance_mean), 2), g.attrs["samples"]
    (('sample',), 1.46, 40)
    """
    from sharvin.sweeps.ensembles.goal import Goal
    from sharvin.sweeps.ensembles.run import run
    from sharvin.sweeps.ensembles.sampling import Sampling
    from sharvin.sweeps.ensembles.window import check_regime, check_regime_name
    from sharvin.sweeps.run import Options

    if not isinstance(device, Device):
        raise InvalidInput(f"an ensemble needs a Device, got {type(device).__name__}")
    goal = Goal.read(samples, standard_error, most)
    check_regime_name(regime)
    how, rest = Options.among(options)
    tolerance = float(rest.pop("tolerance", TOLERANCE))
    first = _whole(first_seed)
    axes = _axes(device, rest, seed, first)
    reading = _reading(device, observable, to, from_, axes)
    result = run(Sampling(device, reading, axes, seed, first, tolerance), goal, how)
    if regime is not None:
        check_regime(result, device, axes, regime, to, from_)
    return result


def _axes(device: Device, given: dict[str, Any], seed: str, first: int) -> "Axes":
    from sharvin.sweeps.axes import read_axes

    if seed in given:
        raise InvalidInput(
            f"{seed}= counts the samples; give samples= (and first_seed=) instead of its values"
        )
    if seed not in device.parameters:
        known = ", ".join(device.parameters) or "it has none"
        raise InvalidInput(
            f"the device has no parameter {seed!r} that counts samples ({known}); write "
            f"disorder=disorder(strength, seed={seed!r}), or name the parameter with seed="
        )
    return read_axes(device, {**given, seed: first})


def _reading(
    device: Device,
    observable: str | Sequence[str] | Callable[[SMatrix], Any],
    to: Port | None,
    from_: Port | None,
    axes: "Axes",
) -> Any:
    from sharvin.sweeps.chunk import first_smatrix
    from sharvin.sweeps.ensembles.observables import read_observable

    def firsts() -> list[SMatrix]:
        parameters = device.resolve(next(iter(axes.parameter_sets())))
        return [first_smatrix(device, (level, parameters)) for level in axes.levels]

    is_thermal = max(axes.temperatures) > 0
    return read_observable(device, observable, to, from_, firsts, is_thermal)


def _whole(seed: object) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int | float) or seed != int(seed):
        raise InvalidInput(f"first_seed must be a whole number, got {seed!r}")
    return int(seed)
