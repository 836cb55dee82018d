"""Every error that sharvin raises on purpose.

SharvinError
    InvalidInput        the caller can mend it by changing an argument
        ShapeMismatch       an array does not have the shape its labels promise
        UnknownName         a lead, parameter, unit or key that the object does not carry
        UnitError           a number whose unit is missing, unknown or of the wrong kind
    Unreliable          the numbers could not be trusted, so none were returned
        BandEdge            the energy lies where a mode has (nearly) zero velocity
    MissingExtra        an optional dependency is not installed
"""

import math
from collections.abc import Iterable
from difflib import get_close_matches


class SharvinError(Exception):
    """Base class: ``except SharvinError`` catches everything deliberate."""


class InvalidInput(SharvinError, ValueError):
    """An argument cannot mean what the caller wants."""


class ShapeMismatch(InvalidInput):
    """An array does not have the shape its labels promise."""


class UnknownName(InvalidInput, KeyError):
    """A name that the object does not carry; the message lists the nearest ones."""

    __str__ = Exception.__str__  # KeyError would print the repr of the message

    @classmethod
    def among(cls, kind: str, name: object, known: Iterable[str]) -> "UnknownName":
        """Error for ``name``, naming the closest of ``known`` (or all when few)."""
        names = sorted(known)
        near = get_close_matches(str(name), names, n=3, cutoff=0.5)
        if near:
            hint = "did you mean " + " or ".join(map(repr, near)) + "?"
        elif names:
            hint = "known: " + ", ".join(map(repr, names[:12]))
        else:
            hint = f"there is no {kind} here"
        return cls(f"unknown {kind} {name!r}; {hint}")


class UnitError(InvalidInput):
    """A quantity whose unit is missing, unknown or of the wrong kind."""


class Unreliable(SharvinError, ArithmeticError):
    """A result failed its own check; the message says by how much and what to do."""


class BandEdge(Unreliable):
    """The energy lies where a lead mode has zero velocity, so S is not defined there.

    Parameters
    ----------
    message : str
    clearance : float
        How far to move the energy, up or down, for an answer; NaN where it is not known.
    """

    def __init__(self, message: str, *, clearance: float = math.nan) -> None:
        super().__init__(message)
        self.clearance = clearance


class MissingExtra(SharvinError, ImportError):
    """An optional dependency is needed for this call."""
