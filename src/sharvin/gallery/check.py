"""One computed number against what it should be."""

from dataclasses import dataclass
from math import isfinite

# The ends of an interval belong to it, although its middle is rounded.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Check:
    """A number, what it should be, and how far off it may be and why.

    Parameters
    ----------
    name : str
        What the number is, with its unit.
    value : float
        Computed.
    expected : float
        From a formula, a publication or an independent computation.
    tolerance : float
        Largest accepted difference.
    reason : str
        Why this tolerance and not a tenth of it.
    """

    name: str
    value: float
    expected: float
    tolerance: float
    reason: str

    def __post_init__(self) -> None:
        for field in ("value", "expected", "tolerance"):
            object.__setattr__(self, field, float(getattr(self, field)))
        if not (isfinite(self.expected) and isfinite(self.tolerance) and self.tolerance >= 0):
            raise ValueError(
                f"{self.name}: expected {self.expected} and tolerance {self.tolerance} must be "
                "finite, or the check could not fail"
            )

    @classmethod
    def between(cls, name: str, value: float, low: float, high: float, reason: str) -> "Check":
        """Check that a number lies in an interval; its middle is the expected value."""
        half = (high - low) / 2 * (1 + ROUNDING)
        return cls(name, value, (low + high) / 2, half, reason)

    @property
    def passed(self) -> bool:
        """Whether the number is as expected; NaN never is."""
        return abs(self.value - self.expected) <= self.tolerance
