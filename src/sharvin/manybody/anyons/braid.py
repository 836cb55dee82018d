"""A braid as a word: which neighbors pass each other, in which sense, in which order."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput


@dataclass(frozen=True)
class Braid:
    """Crossings of neighboring strands, the earliest first.

    Parameters
    ----------
    strands : int
    crossings : tuple of int
        i: the strands at places i and i + 1 (counted from 1) are exchanged counterclockwise;
        -i: clockwise.
    """

    strands: int
    crossings: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.strands, bool) or int(self.strands) != self.strands or self.strands < 1:
            raise InvalidInput(f"a braid needs a positive number of strands, got {self.strands!r}")
        word = tuple(int(c) for c in self.crossings)
        for place, crossing in enumerate(self.crossings):
            if crossing != word[place] or not 1 <= abs(word[place]) < self.strands:
                raise InvalidInput(
                    f"crossing {place} is {crossing!r}, but {self.strands} strands cross at "
                    f"places ±1 … ±{self.strands - 1}"
                )
        object.__setattr__(self, "crossings", word)

    def __len__(self) -> int:
        return len(self.crossings)

    def __add__(self, later: "Braid") -> "Braid":
        """Return this braid followed by a later one."""
        if not isinstance(later, Braid) or later.strands != self.strands:
            raise InvalidInput(f"only braids of as many strands follow each other, got {later!r}")
        return Braid(self.strands, self.crossings + later.crossings)

    def __mul__(self, times: int) -> "Braid":
        """Return the braid repeated; negative: its inverse repeated."""
        base = self if times >= 0 else self.inverse()
        return Braid(self.strands, base.crossings * abs(times))

    def inverse(self) -> "Braid":
        """Return the braid that undoes this one."""
        return Braid(self.strands, tuple(-c for c in reversed(self.crossings)))

    def reduced(self) -> "Braid":
        """Return the word without pairs that cancel at sight."""
        word: list[int] = []
        for crossing in self.crossings:
            if word and word[-1] == -crossing:
                word.pop()
            else:
                word.append(crossing)
        return Braid(self.strands, tuple(word))

    @property
    def writhe(self) -> int:
        """Counterclockwise less clockwise crossings."""
        return sum(int(np.sign(c)) for c in self.crossings)

    @property
    def order(self) -> tuple[int, ...]:
        """Which strand (by its place at the start, from 0) ends at each place."""
        places = list(range(self.strands))
        for crossing in self.crossings:
            i = abs(crossing)
            places[i - 1], places[i] = places[i], places[i - 1]
        return tuple(places)

    def __str__(self) -> str:
        """Powers of generators, the earliest first: ``σ1² σ2⁻¹``."""
        return " ".join(_power(i, n) for i, n in self.syllables()) or "identity"

    def syllables(self) -> tuple[tuple[int, int], ...]:
        """(generator, exponent) of equal crossings in a row."""
        found: list[tuple[int, int]] = []
        for crossing in self.crossings:
            sign = 1 if crossing > 0 else -1
            if found and found[-1][0] == abs(crossing) and found[-1][1] * sign > 0:
                found[-1] = (abs(crossing), found[-1][1] + sign)
            else:
                found.append((abs(crossing), sign))
        return tuple(found)


def from_syllables(strands: int, syllables: Iterable[tuple[int, int]]) -> Braid:
    """Braid from (generator, exponent) pairs."""
    word: list[int] = []
    for i, n in syllables:
        word += [i if n > 0 else -i] * abs(n)
    return Braid(strands, tuple(word))


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(generator: int, exponent: int) -> str:
    return f"σ{generator}" + ("" if exponent == 1 else str(exponent).translate(_RAISED))
