"""Properties of orbitals that follow from their place in the lattice cell."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sharvin.errors import InvalidInput, UnknownName
from sharvin.matter.conserved import Conserved
from sharvin.matter.model import Model
from sharvin.typing import IntArray, NumberArray, RealArray


@dataclass(frozen=True, eq=False)
class Orbitals:
    """Orbitals of a list of sites, site by site.

    Parameters
    ----------
    model : Model
    sublattice : int array, shape (sites,)
    """

    model: Model
    sublattice: NDArray[np.integer]

    @cached_property
    def first(self) -> IntArray:
        """Number of each site's first orbital, and at the end their total, shape (sites + 1,)."""
        counts = np.array(self.model.orbitals, dtype=np.int64)
        if (counts == counts[0]).all():
            starts: IntArray = np.arange(len(self.sublattice) + 1, dtype=np.int64) * counts[0]
            return starts
        ends: IntArray = np.cumsum(counts[self.sublattice])
        return np.concatenate((np.zeros(1, dtype=np.int64), ends))

    @cached_property
    def owner(self) -> NDArray[np.int32]:
        """Site of each orbital, shape (orbitals,)."""
        return np.repeat(np.arange(len(self.sublattice), dtype=np.int32), np.diff(self.first))

    @property
    def kind(self) -> IntArray:
        """Number of each orbital among those of one lattice cell, shape (orbitals,)."""
        counts = np.array(self.model.orbitals, dtype=np.int64)
        change = (np.cumsum(counts) - counts)[self.sublattice] - self.first[:-1]
        kind: IntArray = np.arange(self.first[-1]) + change[self.owner]
        return kind

    @property
    def charges(self) -> RealArray:
        """Charge of each orbital in e, shape (orbitals,)."""
        return np.concatenate(self.model.charges)[self.kind]

    @property
    def signs(self) -> RealArray | None:
        """How each orbital feels the potential energy of an electron; None: all alike.

        In a model of electrons and holes the holes feel its opposite.
        """
        charges = np.concatenate(self.model.charges)
        if not ((charges > 0).any() and (charges < 0).any()):
            return None
        return np.where(charges > 0, -1.0, 1.0)[self.kind]

    def operator(self, quantity: Conserved) -> NumberArray:
        """Matrix of a local quantity on these orbitals, shape (orbitals, orbitals)."""
        dtype = np.result_type(*(block.dtype for block in quantity.operators))
        total = np.zeros((self.first[-1], self.first[-1]), dtype=dtype)
        for site, kind in enumerate(self.sublattice):
            part = slice(self.first[site], self.first[site + 1])
            total[part, part] = quantity.operators[kind]
        total.flags.writeable = False
        return total


def chosen_quantity(model: Model, asked: str | Conserved | None) -> Conserved | None:
    """The conserved quantity that leads are resolved by; the model's only one by default."""
    if isinstance(asked, Conserved):
        if len(asked.operators) != len(model.orbitals):
            raise InvalidInput(
                f"conserved needs one operator per basis site ({len(model.orbitals)})"
            )
        return asked
    if asked is None:
        return next(iter(model.conserved.values())) if len(model.conserved) == 1 else None
    if asked not in model.conserved:
        raise UnknownName.among("conserved quantity", asked, model.conserved)
    return model.conserved[asked]
