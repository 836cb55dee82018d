"""Random S-matrices of the ten symmetry classes: what chaos leaves when only symmetry is known."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import NumberArray, RealArray


@dataclass(frozen=True)
class _Ensemble:
    """One class: numbers that its unitaries are made of, and what is made of a unitary."""

    numbers: str  # "real", "complex" or "quaternion": the group is O, U or Sp
    form: str  # "group", "symmetric", "antisymmetric" or "hermitian"

    @property
    def invariant(self) -> str:
        """What tells the parts of the ensemble apart: "determinant", "negative" or "none"."""
        if self.form == "hermitian":
            return "negative"
        return "determinant" if self.numbers == "real" else "none"


_ENSEMBLES = {
    "A": _Ensemble("complex", "group"),
    "AI": _Ensemble("complex", "symmetric"),
    "AII": _Ensemble("complex", "antisymmetric"),
    "AIII": _Ensemble("complex", "hermitian"),
    "BDI": _Ensemble("real", "hermitian"),
    "CII": _Ensemble("quaternion", "hermitian"),
    "D": _Ensemble("real", "group"),
    "DIII": _Ensemble("real", "antisymmetric"),
    "C": _Ensemble("quaternion", "group"),
    "CI": _Ensemble("quaternion", "symmetric"),
}
# Measured over 2000 matrices of 2 to 40 modes: S†S - 1 and every symmetry hold to 1.6e-15 times n.
ROUNDING = 2e-15
_DYSON = {"CUE": "A", "COE": "AI", "CSE": "AII"}


def circular_ensemble(
    symmetry: str,
    modes: Mapping[str, int],
    seed: int | np.random.Generator,
    *,
    invariant: int | None = None,
) -> SMatrix:
    r"""One S-matrix, drawn uniformly among all that the symmetry allows.

    With :math:`U` from the Haar measure of O(n), U(n) or Sp(n) (real, complex or quaternion
    numbers), :math:`\eta` a diagonal of signs and J the matrix that maps neighboring modes
    (0, 1), (2, 3), ... by ((0, 1), (-1, 0)):

    ========= ==========  ============================  ==========================================
    class     numbers     S                             obeys
    ========= ==========  ============================  ==========================================
    A (CUE)   complex     :math:`U`                     unitarity alone
    AI (COE)  complex     :math:`U U^T`                 :math:`S = S^T`: time reversal without spin
    AII (CSE) complex     :math:`U J U^T`               :math:`S = -S^T`: time reversal, spin 1/2
    AIII      complex     :math:`U \eta U^\dagger`      :math:`S = S^\dagger`: two sublattices
    BDI       real        :math:`U \eta U^\dagger`      :math:`S = S^\dagger = S^*`
    CII       quaternion  :math:`U \eta U^\dagger`      :math:`S = S^\dagger = J S^* J^{-1}`
    D         real        :math:`U`                     :math:`S = S^*`: Majorana modes
    DIII      real        :math:`U J U^T`               :math:`S = S^* = -S^T`
    C         quaternion  :math:`U`                     :math:`S = J S^* J^{-1}`: electrons, holes
    CI        quaternion  :math:`U U^T`                 :math:`S = S^T = J S^* J^{-1}`
    ========= ==========  ============================  ==========================================

    Every mode is counted: a Kramers pair is two modes of AII, and an electron with its hole two
    of C.

    Parameters
    ----------
    symmetry : str
        Altland-Zirnbauer class; "CUE", "COE" and "CSE" name A, AI and AII.
    modes : mapping of str to int
        Open modes of each lead. AII and DIII need an even number in all, C, CI and CII an even
        number in each lead, so that J pairs modes of one lead.
    seed : int or numpy.random.Generator
        A seed gives the same matrix every time; a generator gives another one at each call.
    invariant : int, optional
        Topological invariant: :math:`\det S = \pm 1` (D), :math:`\mathrm{Pf}\,S = \pm 1`
        (DIII), number of negative eigenvalues of S (AIII, BDI) or of pairs of them (CII). Without
        it every sign (of the determinant, of the Pfaffian, of each eigenvalue) is drawn with even
        odds.

    Returns
    -------
    SMatrix
        Without energy.

    References
    ----------
    F. J. Dyson, J. Math. Phys. 3, 140 (1962); M. R. Zirnbauer, J. Math. Phys. 37, 4986 (1996);
    C. W. J. Beenakker, Rev. Mod. Phys. 87, 1037 (2015), section IV.
    """
    name = _DYSON.get(symmetry, symmetry)
    if name not in _ENSEMBLES:
        raise UnknownName.among("symmetry class", symmetry, (*_ENSEMBLES, *_DYSON))
    ensemble, n = _ENSEMBLES[name], sum(modes.values())
    _check_modes(name, ensemble, modes)
    _check_invariant(name, ensemble, n, invariant)
    rng = np.random.default_rng(seed)
    u = _haar(n, ensemble.numbers, rng)
    if ensemble.invariant == "determinant":
        # Reflecting one basis vector maps either half of O(n) onto the other.
        wanted = rng.choice([-1, 1]) if invariant is None else invariant
        u[:, 0] *= wanted * np.sign(np.linalg.det(u))
    if ensemble.form == "group":
        data = u
    elif ensemble.form == "symmetric":
        data = u @ u.T
    elif ensemble.form == "antisymmetric":
        data = u @ _pairing(n) @ u.T
    else:
        width = 2 if ensemble.numbers == "quaternion" else 1
        data = (u * np.repeat(_signs(n // width, invariant, rng), width)) @ u.conj().T
    return SMatrix(data, tuple(modes), tuple(modes.values()), error_estimate=ROUNDING * n)


def _haar(n: int, numbers: str, rng: np.random.Generator) -> NumberArray:
    """Uniform element of O(n), U(n) or Sp(n): the unitary polar factor of a Gaussian matrix.

    A Gaussian matrix Z is as likely as VZ for every V of the group, and the polar factor of VZ is V
    times that of Z, so it is uniform; it is real or quaternion when Z is.
    """
    z: NumberArray = rng.standard_normal((n, n))
    if numbers != "real":
        z = z + 1j * rng.standard_normal((n, n))
    if numbers == "quaternion":
        z = _quaternion_part(z)
    left, _, right = np.linalg.svd(z)
    u: NumberArray = left @ right
    return _quaternion_part(u) if numbers == "quaternion" else u


def _pairing(n: int) -> RealArray:
    """J: mode 2k + 1 onto mode 2k, and mode 2k onto minus mode 2k + 1."""
    j: RealArray = np.kron(np.eye(n // 2), np.array([[0.0, 1.0], [-1.0, 0.0]]))
    return j


def _quaternion_part(z: NumberArray) -> NumberArray:
    j = _pairing(len(z))
    part: NumberArray = (z + j @ z.conj() @ j.T) / 2
    return part


def _signs(count: int, negative: int | None, rng: np.random.Generator) -> RealArray:
    """Diagonal of -1 (so many, or each with even odds) and +1."""
    if negative is None:
        return rng.choice([-1.0, 1.0], size=count)
    return np.where(np.arange(count) < negative, -1.0, 1.0)


def _check_modes(name: str, ensemble: _Ensemble, modes: Mapping[str, int]) -> None:
    if sum(modes.values()) < 1 or min(modes.values()) < 0:
        raise InvalidInput(f"an ensemble needs open modes, got modes={dict(modes)}")
    if ensemble.numbers == "quaternion" and any(count % 2 for count in modes.values()):
        raise InvalidInput(
            f"class {name} pairs the modes within each lead, so every lead needs an even number; "
            f"got modes={dict(modes)}"
        )
    if ensemble.form == "antisymmetric" and sum(modes.values()) % 2:
        raise InvalidInput(
            f"class {name} has an antisymmetric S, so the number of modes must be even; got "
            f"modes={dict(modes)}"
        )


def _check_invariant(name: str, ensemble: _Ensemble, n: int, invariant: int | None) -> None:
    if invariant is None:
        return
    if ensemble.invariant == "none":
        raise InvalidInput(f"class {name} has no invariant, got invariant={invariant!r}")
    if ensemble.invariant == "determinant" and invariant not in (-1, 1):
        raise InvalidInput(f"the invariant of class {name} is 1 or -1, got {invariant!r}")
    most = n // 2 if ensemble.numbers == "quaternion" else n
    if ensemble.invariant == "negative" and invariant not in range(most + 1):
        raise InvalidInput(
            f"the invariant of class {name} with {n} modes is from 0 to {most}, got {invariant!r}"
        )
