"""Slope of a conductance map along the gate, smoothed as much as its noise asks for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.analysis.maps import Measured, read_map
from sharvin.analysis.residuals import noise_level
from sharvin.errors import InvalidInput, UnitError
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE, ratio

if TYPE_CHECKING:
    import xarray as xr

QUIET = 0.06  # of the steepest slopes: the noise that smoothing leaves
WIDEST = 40  # the window is no wider than this part of the gate's range
ROWS = 60  # biases to which a map of currents is reduced by its derivative


@dataclass(frozen=True, eq=False)
class BiasMap:
    """Differential conductance of a contact that opens with the gate.

    Parameters
    ----------
    gate : real array, shape (columns,)
        Rising; mirrored where the contact opens toward negative gates, see `sign`.
    bias : real array, shape (rows,)
        Rising, mV; the rows are independent of each other.
    conductance : real array, shape (rows, columns)
        In 2e²/h if `is_counted`, NaN where nothing was measured.
    across : real array, shape (rows, columns)
        Bias across the contact alone, mV: `bias` less what a series resistance takes.
    noise : float
        Standard deviation of one point.
    sign : float
        -1 for a mirrored gate.
    is_counted : bool
        Whether the record names a unit of conductance.
    source : str
    """

    gate: RealArray
    bias: RealArray
    conductance: RealArray
    across: RealArray
    noise: float
    sign: float
    is_counted: bool
    source: str


def bias_map(
    record: Any, units: tuple[str, str] = ("V", "mV"), series_resistance: float = 0.0
) -> BiasMap:
    """Differential conductance of a record, with the part of a series resistance taken out.

    Parameters
    ----------
    record : record of `load`
        Variable ``G`` or ``I`` over ``gate`` and ``bias``.
    units : (str, str)
        Of gate and bias where the record names none.
    series_resistance : float
        In Ω, see `fit_plateaus`.
    """
    raw = read_map(record, units, what="bias spectroscopy")
    factor, is_counted = _factor(raw)
    body, bias = raw.body * factor, raw.bias
    if raw.is_current:
        bias, body = _slopes(bias, body)
    if series_resistance:
        if not is_counted:
            raise UnitError("a series resistance needs a map with a unit of conductance or current")
        body, across = _without(bias, body, series_resistance)
    else:
        across = np.broadcast_to(bias[:, None], body.shape)
    tenth = max(body.shape[1] // 10, 1)
    rises = _mean(body[:, -tenth:]) >= _mean(body[:, :tenth])
    gate, sign = (raw.gate, 1.0) if rises else (-raw.gate[::-1], -1.0)
    body, across = (body, across) if rises else (body[:, ::-1], across[:, ::-1])
    levels = [noise_level(row) for row in body if np.isfinite(row).sum() >= 5]
    noise = float(np.median(levels)) if levels else 0.0
    return BiasMap(gate, bias, body, across, noise, sign, is_counted, raw.source)


def transconductance(
    record: Any, *, width: float | None = None, units: tuple[str, str] = ("V", "mV")
) -> "xr.Dataset":
    r"""Transconductance :math:`\partial G/\partial V_g` of a map over gate and bias.

    The slope is that of a Gaussian window of standard deviation `width`, which passes
    :math:`0.375\,(\delta/w)^{3/2}\,\sigma/\delta` of white noise σ sampled at steps δ.

    Parameters
    ----------
    record : record of `load`
        Variable ``G`` or ``I`` over ``gate`` and ``bias``.
    width : float, optional
        In V. Without it the narrowest for which the noise of the slope stays below 6 % of the
        steepest risers.
    units : (str, str)
        Of gate and bias where the record names none.

    Returns
    -------
    xarray.Dataset
        ``G`` and ``transconductance`` over ``bias`` and an even ``gate``; the attributes of the
        latter name ``noise`` (its standard deviation) and ``width``.
    """
    import xarray as xr

    found = bias_map(record, units)
    even, slope, sigma, used = slope_map(found, width)
    unit = "2e²/h" if found.is_counted else "1"
    if found.sign < 0:
        even, slope = -even[::-1], -slope[:, ::-1]
    gate = found.sign * found.gate
    order = np.argsort(gate)
    body = np.stack([np.interp(even, gate[order], row[order]) for row in found.conductance])
    labels = {"units": f"{unit} / V", "long_name": "transconductance", "noise": sigma}
    return xr.Dataset(
        {
            "G": (("bias", "gate"), body, {"units": unit}),
            "transconductance": (("bias", "gate"), slope, {**labels, "width": used}),
        },
        {"gate": ("gate", even, {"units": "V"}), "bias": ("bias", found.bias, {"units": "mV"})},
        {"source": found.source},
    )


def slope_map(
    found: BiasMap, width: float | None = None
) -> tuple[RealArray, RealArray, float, float]:
    """Even gates, slopes of shape (rows, gates), their noise, and the width of the window (V)."""
    from scipy.ndimage import gaussian_filter1d

    even = np.linspace(found.gate[0], found.gate[-1], found.gate.size)
    step = float(even[1] - even[0])
    body = np.stack([_bridged(even, found.gate, row) for row in found.conductance])
    if width is not None and not width > 0:
        raise InvalidInput(f"a smoothing width is positive, got {width}")
    points = 1.0 if width is None else width / step
    while True:
        slope = gaussian_filter1d(body, points, axis=1, order=1, mode="nearest") / step
        sigma = 0.375 * found.noise / step / points**1.5
        enough = sigma < QUIET * float(np.quantile(slope, 0.97)) or points > even.size / WIDEST
        if width is not None or enough:
            return even, slope, float(sigma), float(points * step)
        points *= 1.25


def _mean(body: RealArray) -> float:
    finite = body[np.isfinite(body)]
    return float(finite.mean()) if finite.size else 0.0


def _bridged(even: RealArray, gate: RealArray, row: RealArray) -> RealArray:
    finite = np.isfinite(row)
    if finite.sum() < 2:
        return np.zeros_like(even)
    return np.interp(even, gate[finite], row[finite])


def _factor(raw: Measured) -> tuple[float, bool]:
    """What turns the body into 2e²/h (currents: times mV), and whether there is a unit at all."""
    if not raw.unit:
        return 1.0, False
    if raw.is_current:
        try:
            return ratio(raw.unit, "A") / (2e-3 * CONDUCTANCE_PER_MODE), True
        except UnitError:
            raise UnitError(
                f"bias spectroscopy: the map is in {raw.unit!r}; a current (nA) or a conductance "
                "(uS, 2e²/h) is needed"
            ) from None
    try:
        return ratio(raw.unit, "2e²/h"), True
    except UnitError:
        raise UnitError(
            f"bias spectroscopy: the map is in {raw.unit!r}; a conductance (uS, 2e²/h) is needed"
        ) from None


def _slopes(bias: RealArray, current: RealArray) -> tuple[RealArray, RealArray]:
    """Slope dI/dV of straight lines through blocks of biases that share no point."""
    block = max(3, -(-bias.size // ROWS))
    count = bias.size // block
    if count < 8:
        raise InvalidInput(
            f"bias spectroscopy: {bias.size} biases of a current are too few to differentiate; "
            "24 are needed"
        )
    first = (bias.size - count * block) // 2
    kept = slice(first, first + count * block)
    x = bias[kept].reshape(count, block)
    y = current[kept].reshape(count, block, -1)
    away = x - x.mean(axis=1, keepdims=True)
    slope = np.einsum("cb,cbg->cg", away, y) / (away**2).sum(axis=1)[:, None]
    return x.mean(axis=1), slope


def _without(bias: RealArray, g: RealArray, ohms: float) -> tuple[RealArray, RealArray]:
    """Conductance of the contact alone, and the bias across it, point by point."""
    per_mode = 2 * CONDUCTANCE_PER_MODE * ohms
    if float(np.nanmax(g)) * per_mode >= 1:
        raise InvalidInput(
            f"series_resistance = {ohms:g} Ω is more than the whole resistance of the open contact"
        )
    filled = np.stack([_bridged(bias, bias, column) for column in g.T], axis=1)
    mean = 0.5 * (filled[1:] + filled[:-1]) * np.diff(bias)[:, None]
    current = np.concatenate([np.zeros((1, g.shape[1])), np.cumsum(mean, axis=0)])
    zero = int(np.argmin(np.abs(bias)))
    current -= current[zero] - bias[zero] * filled[zero]
    return g / (1 - per_mode * g), bias[:, None] - per_mode * current
