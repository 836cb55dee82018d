"""Laws that an S-matrix must obey whatever the device: reports, never repairs."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.typing import ComplexArray, NumberArray

# A solver that lost half of its sixteen digits fails; one at its usual 1e-12 has room to spare.
TOLERANCE = 1e-8


@dataclass(frozen=True)
class LawReport:
    """How well one law holds; true in a condition exactly when it `passed`.

    Parameters
    ----------
    law : str
        The law in symbols.
    deviation : float
        Largest violation met; infinite when mode counts rule the law out.
    tolerance : float
        Largest violation allowed.
    where : str
        Between which ports the deviation is largest.
    """

    law: str
    deviation: float
    tolerance: float
    where: str

    @property
    def passed(self) -> bool:
        """Whether the deviation lies within the tolerance."""
        return self.deviation <= self.tolerance

    def __bool__(self) -> bool:
        # `assert check_unitarity(s)` would otherwise hold for every report.
        return self.passed

    def __str__(self) -> str:
        verdict = "holds" if self.passed else "is violated"
        return (
            f"{self.law} {verdict}: deviation {self.deviation:.1e} ({self.where}), "
            f"tolerance {self.tolerance:.0e}"
        )


def check_unitarity(s: SMatrix, *, tolerance: float = TOLERANCE) -> LawReport:
    r"""Whether current is conserved: :math:`S^\dagger S = 1`.

    A device that absorbs fails; a solver that made a mistake may well pass, since an erroneous
    Hermitian Hamiltonian scatters unitarily too. `SMatrix.error_estimate` is the measure of error.
    """
    gram = s.data.conj().T @ s.data - np.eye(len(s.data))
    found = (
        (_largest(gram[np.ix_(s.columns_of(a), s.columns_of(b))]), f"into {a!r} and {b!r}")
        for a in s.leads
        for b in s.leads
    )
    return _report("S†S = 1", found, tolerance)


def check_reciprocity(
    s: SMatrix,
    reversed_s: SMatrix | None = None,
    *,
    amplitudes: bool = False,
    tolerance: float = TOLERANCE,
) -> LawReport:
    r"""Whether reversing the field reverses all paths: :math:`S(B) = S(-B)^T`.

    The incoming modes that the law speaks of are the time-reversed outgoing ones. A solver may
    order and phase them otherwise, so the default compares what does not depend on this: the
    singular values of each block from lead j to lead i with those of the block from i to j under
    the reversed field, that is all transmission eigenvalues, also with spin.

    Parameters
    ----------
    s : SMatrix
    reversed_s : SMatrix, optional
        The same device with field and magnetization reversed; by default `s` itself, which
        tests for time-reversal symmetry.
    amplitudes : bool
        Compare the amplitudes themselves, which holds when incoming modes are the time-reversed
        outgoing ones in the same order (as solvers choose for a real Hamiltonian).
    tolerance : float

    References
    ----------
    M. Büttiker, IBM J. Res. Dev. 32, 317 (1988).
    """
    other = s if reversed_s is None else reversed_s
    _check_same_leads(s, other)

    def pairs() -> Iterable[tuple[float, str]]:
        for i in s.leads:
            for j in s.leads:
                forth, back = s.block(to=i, from_=j), other.block(to=j, from_=i).T
                distance = _entrywise(forth, back) if amplitudes else _basis_free(forth, back)
                yield distance, f"{i!r} from {j!r}"

    return _report("S(B) = S(-B)^T", pairs(), tolerance)


def check_particle_hole(
    s: SMatrix,
    opposite: SMatrix | None = None,
    *,
    labels: tuple[str, str] = ("electron", "hole"),
    conjugation: NumberArray | None = None,
    tolerance: float = TOLERANCE,
) -> LawReport:
    r"""Whether electrons at E scatter as holes at -E: :math:`S(E) = C S(-E)^* C^{-1}`.

    Without `conjugation` the comparison does not depend on order and phases of the modes: the
    singular values of the block from port j to port i at E are those of the block between the
    exchanged ports at -E. A lead whose modes carry neither label is compared as a whole.

    Parameters
    ----------
    s : SMatrix
        At energy E above the chemical potential of the superconductor.
    opposite : SMatrix, optional
        The same device at -E; by default `s` itself, which is meant at E = 0.
    labels : pair of str
        Labels of electron and hole modes.
    conjugation : array, shape (n, n), optional
        The unitary C in the basis of modes, which compares amplitudes: the identity for Majorana
        modes (S is real), J of `circular_ensemble` for class C.
    tolerance : float

    References
    ----------
    C. W. J. Beenakker, Rev. Mod. Phys. 87, 1037 (2015), section III.
    """
    other = s if opposite is None else opposite
    _check_same_leads(s, other)
    law = "S(E) = C S(-E)* C^-1"
    if conjugation is not None:
        return _report(law, [_conjugated(s, other, np.asarray(conjugation))], tolerance)
    swapped: dict[Port, Port] = {}
    for position, lead in enumerate(s.leads):
        carried = s.labels_out and s.labels_out[position]
        if carried is not None and set(labels) <= set(s.labels):
            swapped |= {(lead, labels[0]): (lead, labels[1]), (lead, labels[1]): (lead, labels[0])}
        else:
            swapped[lead] = lead
    found = (
        (
            _basis_free(s.block(to=i, from_=j), other.block(to=swapped[i], from_=swapped[j])),
            f"{i!r} from {j!r}",
        )
        for i in swapped
        for j in swapped
    )
    return _report(law, found, tolerance)


def _conjugated(s: SMatrix, other: SMatrix, c: NumberArray) -> tuple[float, str]:
    if c.shape != s.data.shape:
        raise ShapeMismatch(f"conjugation has shape {c.shape}, but S needs {s.data.shape}")
    position = {lead: k for k, lead in enumerate(other.leads)}
    order = [other.modes_of(lead) for lead in s.leads if lead in position]
    places = np.concatenate([np.arange(0), *(np.arange(len(other.data))[o] for o in order)])
    image = c @ other.data[np.ix_(places, places)].conj() @ c.conj().T
    return _entrywise(s.data, image), "all modes"


def _check_same_leads(s: SMatrix, other: SMatrix) -> None:
    if set(s.leads) != set(other.leads):
        raise InvalidInput(
            f"the two S-matrices must have the same leads, got {s.leads} and {other.leads}"
        )


def _entrywise(a: ComplexArray, b: ComplexArray) -> float:
    return _largest(a - b) if a.shape == b.shape else float("inf")


def _basis_free(a: ComplexArray, b: ComplexArray) -> float:
    """Largest difference of singular values: at most |a - b| for the best choice of bases."""
    if a.shape != b.shape:
        return float("inf")
    return _largest(np.linalg.svd(a, compute_uv=False) - np.linalg.svd(b, compute_uv=False))


def _largest(a: NumberArray) -> float:
    return float(np.max(np.abs(a), initial=0.0))


def _report(law: str, found: Iterable[tuple[float, str]], tolerance: float) -> LawReport:
    deviation, where = max(found, default=(0.0, "nothing"), key=lambda pair: pair[0])
    return LawReport(law, deviation, tolerance, where)
