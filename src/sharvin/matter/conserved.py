"""Local quantities that the Hamiltonian conserves, by which leads can be resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sharvin.errors import ShapeMismatch
from sharvin.matter.block import Block
from sharvin.typing import NumberArray


@dataclass(frozen=True, eq=False)
class Conserved:
    """A local quantity that commutes with the whole Hamiltonian, such as the spin along z.

    Parameters
    ----------
    operators : sequence of arrays
        One Hermitian matrix per basis site, acting on its orbitals.
    labels : mapping of float to str
        What each eigenvalue is called, for example ``{1: "up", -1: "down"}``.
    """

    operators: tuple[NumberArray, ...]
    labels: Mapping[float, str]


def checked_conserved(
    given: Mapping[str, Conserved], orbitals: tuple[int, ...]
) -> Mapping[str, Conserved]:
    """Quantities with one Hermitian operator per basis site, read-only."""
    checked = {}
    for name, quantity in given.items():
        if len(quantity.operators) != len(orbitals):
            raise ShapeMismatch(f"{name!r} needs one operator per basis site ({len(orbitals)})")
        blocks = []
        for site, (operator, count) in enumerate(zip(quantity.operators, orbitals, strict=True)):
            block = Block.of(operator, (count, count), f"operator of {name!r} on site {site}")
            block.check_hermitian(block.at({}))
            blocks.append(block.at({}))
        labels = MappingProxyType(
            {float(key): str(label) for key, label in quantity.labels.items()}
        )
        checked[name] = Conserved(tuple(blocks), labels)
    return MappingProxyType(checked)
