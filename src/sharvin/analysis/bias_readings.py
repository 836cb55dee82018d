"""Numbers read off a map once its lines are known: plateaus, half plateaus, apexes."""

from collections.abc import Sequence

import numpy as np

from sharvin.analysis.bias_diamond import BiasDiamond, Pair, SplitRiser
from sharvin.analysis.bias_errors import Lines, subbands
from sharvin.analysis.bias_model import PER_RISER
from sharvin.analysis.transconductance import BiasMap
from sharvin.typing import RealArray

MIDDLE = 0.15  # of a diamond: half the box in which its plateau is read


def first_number(found: BiasMap, theta: RealArray) -> int:
    """Number of the plateau above the first riser."""
    place = theta[: subbands(theta)]
    below = max(place[0] - 0.5 * (place[1] - place[0]), found.gate[0])
    level = _read(found, (below, theta[-2]), (0.1 * (place[1] - place[0]), 1e-9))[0]
    return 1 + max(round(level), 0) if found.is_counted and np.isfinite(level) else 1


def read_risers(
    found: BiasMap,
    theta: RealArray,
    lines: Lines,
    values: RealArray,
    errors: RealArray,
    first: int,
) -> tuple[SplitRiser, ...]:
    """Every riser with its lever arm, share of the bias, width and half plateau."""
    count = subbands(theta)
    place, _, _, width, _ = theta[:-2].reshape(PER_RISER, count)
    spread, _ = lines.spread(np.eye(theta.size))
    own = np.sqrt(np.diag(spread))
    gap = np.append(np.diff(place), np.diff(place)[-1])
    made = []
    for n in range(count):
        lever, share = count - 1 + n, 2 * count - 1 + n
        high = values[max(n - 1, 0) : n + 1][: count - 1].mean() if count > 1 else np.nan
        box = (MIDDLE * gap[n], MIDDLE * high)
        halves = [_read(found, (place[n], theta[-2] + s * high), box) for s in (1.0, -1.0)]
        made.append(
            SplitRiser(
                first + n, (found.sign * float(place[n]), float(own[n])),
                (float(values[lever]), float(errors[lever])),
                (float(values[share]), float(errors[share])),
                (float(width[n]), float(own[3 * count + n])), _mean(halves),
            )
        )  # fmt: skip
    return tuple(made)


def read_diamonds(
    found: BiasMap, theta: RealArray, risers: Sequence[SplitRiser], values: RealArray,
    errors: RealArray,
) -> tuple[BiasDiamond, ...]:  # fmt: skip
    """Every gap between two risers, with its apexes and its plateau."""
    count = subbands(theta)
    place, drain, source, _, _ = theta[:-2].reshape(PER_RISER, count)
    up, down = values[3 * count - 1 : 4 * count - 2], values[4 * count - 2 :]
    offset = float(theta[-2])
    made = []
    for k in range(count - 1):
        above = found.sign * float(place[k] + drain[k] * up[k]), offset + float(up[k])
        below = found.sign * float(place[k] - source[k] * down[k]), offset - float(down[k])
        middle = (place[k] + place[k + 1]) / 2, offset
        box = (MIDDLE * (place[k + 1] - place[k]), MIDDLE * values[k])
        inside = _covers(found, above) and _covers(found, below)
        made.append(
            BiasDiamond(
                risers[k].number, risers[k].gate, risers[k + 1].gate,
                (float(values[k]), float(errors[k])), (above, below), _read(found, middle, box),
                inside,
            )
        )  # fmt: skip
    return tuple(made)


def _covers(found: BiasMap, point: tuple[float, float]) -> bool:
    """Whether this gate and bias lie within the map."""
    gate = found.sign * point[0]
    column = int(np.argmin(np.abs(found.gate - gate)))
    across = found.across[:, column]
    return bool(found.gate[0] <= gate <= found.gate[-1] and across[0] <= point[1] <= across[-1])


def _read(found: BiasMap, center: tuple[float, float], half: tuple[float, float]) -> Pair:
    """Mean of the map in a box, and its error from noise and rows."""
    columns = np.abs(found.gate - center[0]) <= half[0]
    if not columns.any():
        columns = np.abs(found.gate - center[0]) == np.abs(found.gate - center[0]).min()
    body, across = found.conductance[:, columns], found.across[:, columns]
    if not across.min() <= center[1] <= across.max():
        return float("nan"), float("nan")
    away = np.abs(across - center[1])
    inside = away <= np.maximum(half[1], away.min(axis=0))
    body = body[inside & np.isfinite(body)]
    if not body.size:
        return float("nan"), float("nan")
    return float(body.mean()), float(max(body.std(), found.noise) / np.sqrt(body.size))


def _mean(pairs: Sequence[Pair]) -> Pair:
    """Mean of both polarities; their difference is part of the error."""
    good = [p for p in pairs if np.isfinite(p[0])]
    if not good:
        return float("nan"), float("nan")
    values, errors = np.array(good).T
    apart = float(np.ptp(values)) / 2
    return float(values.mean()), float(np.hypot(np.sqrt((errors**2).sum()) / len(good), apart))
