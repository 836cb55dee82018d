"""How the particles of a Landau level repel each other."""

from collections.abc import Mapping
from dataclasses import dataclass

from sharvin.errors import InvalidInput


@dataclass(frozen=True)
class Haldane:
    r"""Energies of pairs by their relative angular momentum.

    Parameters
    ----------
    values : mapping of int to float
        :math:`V_m`; ``{1: 1.0}`` is the Hamiltonian whose exact ground state at 1/3 is Laughlin's,
        ``{0: 1.0}`` that of bosons at 1/2.

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 51, 605 (1983); S. A. Trugman, S. Kivelson, Phys. Rev. B 31,
    5280 (1985).
    """

    values: tuple[tuple[int, float], ...]

    def __init__(self, values: Mapping[int, float] | None = None) -> None:
        given = dict({1: 1.0} if values is None else values)
        if not given or any(int(m) != m or m < 0 for m in given):
            raise InvalidInput(
                "pseudopotentials need relative angular momenta from 0 on, such as {1: 1.0}, got "
                f"{values!r}"
            )
        object.__setattr__(
            self, "values", tuple(sorted((int(m), float(v)) for m, v in given.items()))
        )

    def check(self, *, bosons: bool) -> None:
        """Refuse what two such particles never feel."""
        parity = 0 if bosons else 1
        if not any(m % 2 == parity and v for m, v in self.values):
            kind, felt = ("bosons", "even") if bosons else ("fermions", "odd")
            raise InvalidInput(
                f"{kind} have {felt} relative angular momenta only, got "
                f"{[m for m, _ in self.values]}: nothing would repel them"
            )


@dataclass(frozen=True)
class Coulomb:
    r""":math:`e^2/4\pi\varepsilon r` in the lowest Landau level, energies in e²/4πε l.

    With a neutralizing background where there is one (sphere, torus).
    """


@dataclass(frozen=True)
class Cluster:
    """Energy 1 for each group of particles that is as close as can be.

    Three fermions: the Hamiltonian of the Moore-Read state at 1/2; two: of Laughlin's at 1/3. Two
    bosons: of Laughlin's at 1/2; three: of the Pfaffian at 1; more: of Read and Rezayi's states.

    References
    ----------
    M. Greiter, X.-G. Wen, F. Wilczek, Phys. Rev. Lett. 66, 3205 (1991); N. Read, E. Rezayi, Phys.
    Rev. B 59, 8084 (1999).
    """

    size: int = 3

    def __post_init__(self) -> None:
        if int(self.size) != self.size or not 2 <= self.size <= 5:
            raise InvalidInput(f"a cluster has 2 to 5 particles, got {self.size!r}")


Interaction = Haldane | Coulomb | Cluster
