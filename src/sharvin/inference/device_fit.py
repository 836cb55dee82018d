"""A device fitted to a measured trace, with the solver's own derivatives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sharvin.analysis.evidence import weighed
from sharvin.analysis.fit import Fit, fit_curve
from sharvin.device.device import Device
from sharvin.errors import InvalidInput, SharvinError, UnknownName, Unreliable
from sharvin.inference.device_model import ENERGY, HEAT, OWN, SERIES, DeviceModel
from sharvin.inference.traces import trace_of
from sharvin.scattering.smatrix import Port
from sharvin.units import quantity

# Relative fall of chi² that ends a fit: of a hundred points it moves values by 1e-3 errors.
SETTLED = 1e-8
_UNITS = {HEAT: "K", SERIES: "Ω", ENERGY: "meV"}


def fit_device(
    device: Device,
    record: Any,
    *,
    free: Mapping[str, Any],
    to: Port,
    from_: Port,
    axis: str,
    sigma: float | None = None,
    x: str | None = None,
    y: str | None = None,
    nodes: int = 8,
    workers: int = 1,
    **fixed: Any,
) -> Fit:
    r"""Parameters of a device from a measured conductance trace, with errors.

    .. math:: G_m(x) = \frac{G}{1 + R_s G}, \qquad
              G = g \int T(E; p)\,\Big({-\frac{\partial f}{\partial E}}\Big) dE, \qquad
              p_{\mathrm{axis}} = \mathrm{offset} + \mathrm{lever\_arm} \cdot x

    Least squares from the given start: the derivatives come from the adjoint solution, one
    elimination per point and energy however many values are free. A start within half a step of
    the measured risers converges; from farther away one plateau may be taken for another.

    Parameters
    ----------
    device : Device
    record : xarray.DataArray, Dataset or pair of arrays
        One trace: abscissa, and conductance with its unit in ``attrs`` (e²/h without one).
    free : mapping
        Name to ``start``, to ``(start, lowest, highest)``, or to a *list* of values to be tried
        one by one, such as seeds. Names: the device's parameters, ``"lever_arm"`` and ``"offset"``
        of the axis, ``"energy"`` (meV), ``"temperature"`` (K), ``"series_resistance"`` (Ω).
    to, from_ : lead or (lead, label)
    axis : str
        What the abscissa moves: a parameter of the device, or ``"energy"``.
    sigma : float, optional
        Noise of the conductance in e²/h.
    x, y : str, optional
        Variables of a Dataset.
    nodes : int
        Energies of a thermal average (Gauss): 8 where T changes little within k_B T, more for
        resonances that are sharper.
    workers : int
        Threads.
    **fixed
        What stays: the energy, other parameters of the device, and any of the names above.

    Returns
    -------
    Fit
        ``parts["tried"]`` holds the residuals of listed values.
        Refused when the values cannot be told apart or the device does not explain the trace.

    Raises
    ------
    InvalidInput, UnknownName
        For names that are neither free nor fixed, or both.
    """
    if not isinstance(device, Device):
        raise InvalidInput(f"fit_device needs a Device, got {type(device).__name__}")
    at, of, names = trace_of(record, x, y, unit="e²/h")
    values = {name: _number(device, name, value) for name, value in fixed.items()}
    listed = {name: value for name, value in free.items() if isinstance(value, list | range)}
    smooth = {name: value for name, value in free.items() if name not in listed}
    _check(device, axis, free, values)
    if len(listed) > 1:
        raise InvalidInput(f"one list of values at a time can be tried, got {sorted(listed)}")
    if not smooth:
        raise InvalidInput("give one value at least that is free: offset, for instance")

    def attempt(extra: Mapping[str, float]) -> Fit:
        model = DeviceModel(
            device, to, from_, axis, {**values, **extra}, tuple(smooth), nodes, workers
        )
        return _fit(model, at, of, sigma, smooth, names)

    if not listed:
        return weighed(attempt({}), "the device")
    ((name, candidates),) = listed.items()
    return weighed(_tried(name, candidates, attempt), "the device")


def _fit(
    model: DeviceModel, at: Any, of: Any, sigma: float | None, free: Mapping[str, Any],
    names: tuple[str, str],
) -> Fit:  # fmt: skip
    start, bounds = {}, {}
    for name, value in free.items():
        given = value if isinstance(value, tuple) else (value,)
        if len(given) not in (1, 3):
            raise InvalidInput(f"{name}: give a start, or (start, lowest, highest), got {value!r}")
        numbers = [_number(model.device, name, one) for one in given]
        start[name] = numbers[0]
        if len(numbers) == 3:
            bounds[name] = (numbers[1], numbers[2])
        elif name in (HEAT, SERIES):
            bounds[name] = (0.0, np.inf)
    return fit_curve(
        model.curve, at, of, sigma, start=start, bounds=bounds, jacobian=model.slopes,
        tolerance=SETTLED,
        units=_UNITS | dict(model.device.units), name="device",
        formula="G = G_ideal/(1 + R_s G_ideal), G_ideal = g int T(E) (-df/dE) dE, "
        f"{model.axis} = offset + lever_arm x",
        labels=(names[0], f"{names[1]} (e²/h)"),
    )  # fmt: skip


def _tried(name: str, candidates: Sequence[float], attempt: Any) -> Fit:
    """The best of the fits with each candidate held."""
    fits: dict[float, Fit] = {}
    for value in candidates:
        try:
            fits[float(value)] = attempt({name: float(value)})
        except SharvinError:
            continue
    usable = {value: fit for value, fit in fits.items() if fit.converged}
    if not usable:
        raise Unreliable(f"no fit converged with any of the {len(candidates)} values of {name!r}")
    rest = {value: float(np.sqrt((fit.residuals**2).mean())) for value, fit in usable.items()}
    best = min(rest, key=rest.__getitem__)
    others = [r for value, r in rest.items() if value != best]
    note = f"{name} = {best:g} of {len(candidates)} tried, residuals {rest[best]:.3g} rms"
    if others:
        note += f"; the next best leaves {min(others):.3g}"
    found = usable[best]
    return replace(found, parts={**found.parts, "tried": rest, name: best},
                   notes=(*found.notes, note))  # fmt: skip


def _check(device: Device, axis: str, free: Mapping[str, Any], fixed: Mapping[str, float]) -> None:
    known = (*device.parameters, *OWN)
    if axis not in (*device.parameters, ENERGY):
        raise UnknownName.among("axis", axis, (*device.parameters, ENERGY))
    for name in (*free, *fixed):
        if name not in known:
            raise UnknownName.among("parameter", name, known)
        if name == axis:
            raise InvalidInput(
                f"{name!r} is what the abscissa moves: free its offset and lever_arm instead"
            )
    twice = sorted(set(free) & set(fixed))
    if twice:
        raise InvalidInput(f"{twice[0]!r} is both free and fixed")
    needed = {*device.parameters, ENERGY} - {axis, *device.defaults}
    missing = sorted(needed - set(free) - set(fixed))
    if missing:
        raise InvalidInput(f"{missing[0]!r} is neither free nor fixed")


def _number(device: Device, name: str, value: Any) -> float:
    if isinstance(value, str):
        unit = {**device.units, HEAT: "K", SERIES: "Ohm", ENERGY: "meV"}.get(name, "")
        return quantity(value, unit, name=name)
    number = float(value)
    if not np.isfinite(number):
        raise InvalidInput(f"{name} must be finite, got {number}")
    return number
