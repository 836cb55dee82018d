"""A kind of anyon matter: which particles there are, how they fuse and how they exchange."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName, Unreliable
from sharvin.manybody.anyons.consistency import hexagon_defect, pentagon_defect, unitarity_defect
from sharvin.typing import BoolArray, ComplexArray, IntArray

# Largest measured defect of the built-in models is 2e-14 (SU(2)_12, sums of 13 products).
CONSISTENT = 1e-12


@dataclass(frozen=True, eq=False)
class AnyonModel:
    r"""Fusion rules, F and R of a model without fusion multiplicities, verified on construction.

    .. math:: |(ab)_e\, c; d\rangle = \sum_f [F^{abc}_d]_{ef}\, |a\,(bc)_f; d\rangle, \qquad
              \text{exchange: } |ab; c\rangle \to R^{ab}_c |ba; c\rangle

    Exchanges are counterclockwise; `mirrored` gives the opposite chirality.

    Parameters
    ----------
    name : str
    labels : tuple of str
        The particles; the first is the vacuum.
    fusion : bool array, shape (labels, labels, labels)
        Whether a × b contains c.
    f : complex array, shape (labels,) * 6
        ``f[a, b, c, d, e, f]``; zero where not admissible.
    r : complex array, shape (labels,) * 3
        ``r[a, b, c]``; zero where not admissible.

    Raises
    ------
    ShapeMismatch, InvalidInput
        When the fusion rules are not those of any particles.
    Unreliable
        When pentagon, hexagon or unitarity fail by more than 1e-12, with the defect.

    References
    ----------
    A. Kitaev, Ann. Phys. 321, 2 (2006); C. Nayak et al., Rev. Mod. Phys. 80, 1083 (2008).
    """

    name: str
    labels: tuple[str, ...]
    fusion: BoolArray
    f: ComplexArray
    r: ComplexArray

    def __post_init__(self) -> None:
        n = len(self.labels)
        if len(set(self.labels)) != n or not n:
            raise InvalidInput(f"{self.name}: labels must be distinct, got {self.labels}")
        for field, kind, order in (("fusion", bool, 3), ("f", complex, 6), ("r", complex, 3)):
            array = np.array(getattr(self, field), dtype=kind)
            if array.shape != (n,) * order:
                raise ShapeMismatch(
                    f"{self.name}: {field} has shape {array.shape}, but {n} labels need "
                    f"{(n,) * order}"
                )
            array.setflags(write=False)
            object.__setattr__(self, field, array)
        _check_fusion(self.name, self.fusion)
        for name, defect in self.defects.items():
            if not defect <= CONSISTENT:
                raise Unreliable(
                    f"{self.name}: the {name} fails by {defect:.1e}, more than {CONSISTENT:.0e}; "
                    "these F and R belong to no consistent particles"
                )

    @cached_property
    def defects(self) -> dict[str, float]:
        """Largest violations of the pentagon, the hexagons and unitarity."""
        return {
            "pentagon": pentagon_defect(self.fusion, self.f),
            "hexagon": hexagon_defect(self.fusion, self.f, self.r),
            "unitarity": unitarity_defect(self.fusion, self.f, self.r),
        }

    @cached_property
    def duals(self) -> IntArray:
        """Index of every particle's antiparticle."""
        return np.asarray(np.argmax(self.fusion[:, :, 0], axis=1))

    def index(self, label: str) -> int:
        """Position of a particle among the labels."""
        if label not in self.labels:
            raise UnknownName.among(f"particle of {self.name}", label, self.labels)
        return self.labels.index(label)

    def fuse(self, first: str, second: str) -> tuple[str, ...]:
        """What two particles can become."""
        row = self.fusion[self.index(first), self.index(second)]
        return tuple(self.labels[c] for c in np.flatnonzero(row))

    def f_matrix(self, a: str, b: str, c: str, total: str) -> ComplexArray:
        """Recoupling of three particles: rows e in a × b, columns f in b × c, admissible ones."""
        i, j, k, d = (self.index(label) for label in (a, b, c, total))
        rows = np.flatnonzero(self.fusion[i, j] & self.fusion[:, k, d])
        columns = np.flatnonzero(self.fusion[j, k] & self.fusion[i, :, d])
        if not rows.size:
            raise InvalidInput(f"{a}, {b} and {c} cannot fuse to {total} in {self.name}")
        block: ComplexArray = self.f[i, j, k, d][np.ix_(rows, columns)]
        return block

    def exchange(self, a: str, b: str, channel: str) -> complex:
        """Phase R of a counterclockwise exchange of two particles whose fusion is known."""
        i, j, c = (self.index(label) for label in (a, b, channel))
        if not self.fusion[i, j, c]:
            raise InvalidInput(
                f"{a} × {b} does not contain {channel} in {self.name}; it contains "
                + ", ".join(self.fuse(a, b))
            )
        return complex(self.r[i, j, c])

    def mirrored(self) -> "AnyonModel":
        """The same particles seen from the other side of the plane: F and R conjugate."""
        return AnyonModel(
            f"mirrored {self.name}", self.labels, self.fusion, self.f.conj(), self.r.conj()
        )


def _check_fusion(name: str, fusion: BoolArray) -> None:
    n = len(fusion)
    counts = fusion.astype(int)
    if not np.array_equal(fusion[0], np.eye(n, dtype=bool)):
        raise InvalidInput(f"{name}: the first label must be the vacuum, 1 × a = a")
    if not np.array_equal(fusion, fusion.swapaxes(0, 1)):
        raise InvalidInput(f"{name}: fusion must not depend on the order, a × b = b × a")
    if not np.all(counts[:, :, 0].sum(axis=1) == 1):
        raise InvalidInput(f"{name}: every particle needs exactly one antiparticle")
    left = np.einsum("abe,ecd->abcd", counts, counts)
    right = np.einsum("bcf,afd->abcd", counts, counts)
    if not np.array_equal(left, right):
        raise InvalidInput(
            f"{name}: fusion is not associative, (a × b) × c differs from a × (b × c)"
        )
