"""How many samples: a number of them, or as many as a standard error asks for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.numerics.statistics import Moments
from sharvin.typing import RealArray

MOST = 100_000  # samples, where only a standard error is asked for
SAMPLES = 200  # where nothing is
FIRST_LOOK = 64  # samples before a standard error is believed: its own error is then 9 %
GROWTH = 1.4  # of the number of samples between two looks


@dataclass(frozen=True)
class Goal:
    """When an ensemble is large enough.

    Parameters
    ----------
    samples : int or None
        So many, exactly.
    error : float or None
        Or until every mean of the first observable has this standard error at most.
    is_relative : bool
        Whether `error` is meant relative to the mean.
    most : int
        Samples at most, with `error`.
    """

    samples: int | None
    error: float | None
    is_relative: bool
    most: int

    @classmethod
    def read(cls, samples: object, standard_error: object, most: object) -> "Goal":
        """Goal of a call; contradictory or meaningless ones are refused."""
        if samples is not None and standard_error is not None:
            raise InvalidInput(
                "samples= and standard_error= both say when to stop; give one of them "
                "(most= limits the samples that a standard error may take)"
            )
        if standard_error is None:
            if most is not None:
                raise InvalidInput("most= limits what standard_error= may take; say samples=")
            count = _count(SAMPLES if samples is None else samples, "samples")
            return cls(count, None, False, count)
        error, is_relative = _error(standard_error)
        return cls(None, error, is_relative, _count(MOST if most is None else most, "most"))

    def looks(self, group: int) -> Iterator[int]:
        """Numbers of chunks after which to look, the last one being the most."""
        last = -(-self.most // group)
        now = last if self.samples is not None else min(last, -(-FIRST_LOOK // group))
        while True:
            yield now
            if now >= last:
                return
            now = min(last, int(np.ceil(now * GROWTH)))

    def is_reached(self, found: Moments) -> bool:
        """Whether these samples are enough.

        Raises
        ------
        Unreliable
            Where the samples allowed will not do, as far as these tell.
        """
        if self.error is None:
            return found.count >= self.most
        wanted = self._wanted(found)
        short = found.mean_error > wanted
        if not short.any():
            return True
        with np.errstate(divide="ignore"):
            needed = float((found.count * (found.mean_error / wanted) ** 2)[short].max())
        # half as many again: a variance of FIRST_LOOK samples is known to 18 %
        if needed > 1.5 * self.most or found.count >= self.most:
            raise Unreliable(
                f"a standard error of {self._text} needs about {needed:.2g} samples, more than "
                f"the {self.most} allowed: after {found.count} it is "
                f"{float(found.mean_error.max()):.2g}; raise most=, or ask for less"
            )
        return False

    def _wanted(self, found: Moments) -> RealArray:
        assert self.error is not None
        scale = np.abs(found.mean) if self.is_relative else np.ones_like(found.mean)
        wanted: RealArray = self.error * scale
        return wanted

    @property
    def _text(self) -> str:
        assert self.error is not None
        return f"{100 * self.error:g} %" if self.is_relative else f"{self.error:g}"


def _count(given: object, name: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int | np.integer | float):
        raise InvalidInput(f"{name} must be a whole number, got {given!r}")
    if given != int(given):
        raise InvalidInput(f"{name} must be a whole number, got {given!r}")
    if given < 2:
        raise InvalidInput(f"{name} must be at least 2, or no error can be told; got {given}")
    return int(given)


def _error(given: object) -> tuple[float, bool]:
    text = given.strip() if isinstance(given, str) else None
    try:
        if text is not None and text.endswith("%"):
            error, is_relative = float(text[:-1]) / 100, True
        else:
            error, is_relative = float(given), False  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInput(
            f"standard_error must be a number or a percentage such as '1 %', got {given!r}"
        ) from None
    if not (error > 0 and np.isfinite(error)):
        raise InvalidInput(f"standard_error must be positive, got {given!r}")
    return error, is_relative
