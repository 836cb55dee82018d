"""Formulations tried in order until one can be believed; otherwise a refusal with all reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.linalg import LinAlgError

from sharvin.solvers.modes.attempt import Formulation, attempt
from sharvin.solvers.modes.block import Block
from sharvin.solvers.modes.bond import Bond
from sharvin.solvers.modes.limits import AGREE, EPS, MEDIUM, SMALL, SURE, SURE_MODE, Doubt
from sharvin.solvers.modes.outgoing import Outgoing, outgoing

# A generic angle replaces the hard walls (angle 0) that resonate on clean lattices; the second
# one is for the rare lead that resonates with the first.
ROBIN = (Bond(-0.83), Bond(0.5))
WAVE = Bond()
ROBIN64, ROBIN61 = Formulation("robin64", ROBIN[0], 64), Formulation("robin61", ROBIN[1], 61)
WAVE64, WAVE33 = Formulation("wave64", WAVE, 64), Formulation("wave33", WAVE, 33)
LAST = (Formulation("wave1", WAVE), Formulation("qz1", WAVE, by_qz=True))


def ladder(block: Block, careful: bool = False) -> tuple[Formulation, ...]:
    """Formulations for a block, the fastest that usually succeeds first.

    Lengths 64, 61 and 33 share no factor, so that no clean lattice resonates with two of them.
    Real ones are twice as fast as unitary ones and lose two to four digits more; the negative
    angle loses fewer of them below the middle of a band (measured on strips in a field).
    `careful` leaves the real ones for the end.
    """
    if block.rank <= SMALL:
        robin = (Formulation("robin1", ROBIN[1]),) if block.is_real else ()
        return (*LAST, *robin) if careful else (*robin, *LAST)
    if not block.is_real:
        return (WAVE64, WAVE33, *LAST)
    if careful or block.rank > MEDIUM:
        return (WAVE64, WAVE33, ROBIN64, ROBIN61, *LAST)
    return (ROBIN64, WAVE64, ROBIN61, WAVE33, *LAST)


@dataclass(eq=False)
class Verdict:
    """How far the cascade has come for one end of a block.

    Attributes
    ----------
    mirrored : bool
        Which end.
    answer : Outgoing or None
        The accepted answer.
    method : str
        Formulation(s) that made it.
    doubts : list of (formulation, Doubt)
        What went wrong on the way.
    """

    mirrored: bool
    answer: Outgoing | None = None
    method: str = ""
    doubts: list[tuple[str, Doubt]] = field(default_factory=list)
    _held: Outgoing | None = None

    @property
    def needs_second(self) -> bool:
        """Whether an answer is held that another formulation must confirm."""
        return self._held is not None

    def hear(self, name: str, new: Outgoing) -> None:
        """Take a formulation's answer: accept, hold, confirm or contradict."""
        held = self._held
        settled = new.error < SURE and new.mode_error < SURE_MODE
        if held is not None and held.out.count != new.out.count:
            reason = f"{new.out.count} modes, but {held.out.count} by {self.method}"
            self.doubts.append((name, Doubt(reason, edge=True)))
            return
        if settled:
            self.answer, self.method = replace(new, error=max(new.error, 4 * new.spread)), name
        elif held is None:
            self._held, self.method = new, name
            reason = f"uncertain by {new.error:.0e}, modes by {new.mode_error:.0e}"
            self.doubts.append((name, Doubt(reason)))
        else:
            self._compare(name, held, new)

    def _compare(self, name: str, held: Outgoing, new: Outgoing) -> None:
        """Two answers, neither sure of itself: believe their agreement."""
        difference = 10 * _difference(held, new)
        if difference < AGREE:
            better = min(held, new, key=lambda o: o.mode_error)
            self.answer = replace(better, error=max(difference, 4 * better.spread, EPS))
            self.method += "&" + name
            return
        reason = f"differs by {difference / 10:.0e} from {self.method}"
        self.doubts.append((name, Doubt(reason, edge=True)))


def _difference(one: Outgoing, other: Outgoing) -> float:
    """Largest change of the reflection and of the Bloch factors between two formulations."""
    apart = float(np.abs(one.reflection - other.reflection).max(initial=0.0))
    factors = [np.sort_complex(np.round(w.out.lam, 9)) for w in (one, other)]
    return max(apart, float(np.abs(factors[0] - factors[1]).max(initial=0.0)) / 10)


def solve(
    block: Block, energy: float, ends: Iterable[bool], careful: bool = False
) -> dict[bool, Verdict]:
    """Answer for each requested end (mirrored or not) of one block.

    The second opinion is asked for at an energy 2 ulp away: a common rounding of E - h would
    not be seen by comparing two formulations at the same E.
    """
    verdicts = {mirrored: Verdict(mirrored) for mirrored in ends}
    shift = 2 * EPS * (block.scale + abs(energy))
    for how in ladder(block, careful):
        open_ends = [v for v in verdicts.values() if v.answer is None]
        fresh = [v for v in open_ends if not v.needs_second]
        unsettled = [v for v in open_ends if v.needs_second]
        _ask(block, energy, how, fresh)
        _ask(block, energy + shift, how, unsettled)
    return verdicts


def _ask(block: Block, energy: float, how: Formulation, asking: list[Verdict]) -> None:
    """One formulation for those ends that still wait for it."""
    if not asking:
        return
    try:
        shared = attempt(block, energy, how)
    except (Doubt, LinAlgError) as error:
        for verdict in asking:
            verdict.doubts.append((how.name, _as_doubt(error)))
        return
    for verdict in asking:
        try:
            verdict.hear(how.name, outgoing(shared, mirrored=verdict.mirrored))
        except (Doubt, LinAlgError) as error:
            verdict.doubts.append((how.name, _as_doubt(error)))


def _as_doubt(error: Exception) -> Doubt:
    """A failure of LAPACK to converge counts as a doubt."""
    return error if isinstance(error, Doubt) else Doubt(f"{type(error).__name__}: {error}")
