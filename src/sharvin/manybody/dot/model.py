"""A quantum dot: orbitals, what its electrons cost each other, and how gates move its levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, Unreliable
from sharvin.typing import NumberArray, RealArray
from sharvin.units import quantity

MAX_ORBITALS = 12
MAX_STATES = 1024
HERMITIAN = 1e-12  # relative to the largest entry


@dataclass(frozen=True, eq=False)
class Dot:
    r"""Orbitals with interactions; made by `quantum_dot`, `constant_interaction` and `from_device`.

    .. math:: H = \sum_{ij} h_{ij} d^†_i d_j + \tfrac12 \sum_{i \ne j} U_{ij} n_i n_j
              + \tfrac12 \sum V_{ijkl}\, d^†_i d^†_j d_k d_l - \sum_{ki} e α_{ki} V_k n_i

    Parameters
    ----------
    hamiltonian : matrix, shape (n, n)
        h, meV.
    repulsion : array, shape (n, n)
        U between electrons in two orbitals, meV.
    exchange : array, shape (n, n, n, n), or None
        Further terms V, meV.
    lever_arms : mapping of str to array, shape (n,)
        How far one volt on a gate (or on a lead) moves each orbital, in eV: positive.
    charges : pair of int
        Smallest and largest number of electrons that is considered.
    """

    hamiltonian: NumberArray
    repulsion: RealArray
    exchange: NumberArray | None = None
    lever_arms: Mapping[str, RealArray] = field(default_factory=dict)
    charges: tuple[int, int] = (0, MAX_ORBITALS)

    def __post_init__(self) -> None:
        n = len(self.hamiltonian)
        low, high = self.charges
        object.__setattr__(self, "charges", (max(low, 0), min(high, n)))
        object.__setattr__(self, "lever_arms", MappingProxyType(dict(self.lever_arms)))
        for array in (self.hamiltonian, self.repulsion, *self.lever_arms.values()):
            array.flags.writeable = False

    @property
    def orbitals(self) -> int:
        """Number of orbitals, spin included."""
        return len(self.hamiltonian)

    def __repr__(self) -> str:
        low, high = self.charges
        gates = ", ".join(self.lever_arms) or "none"
        return f"Dot of {self.orbitals} orbitals, {low} to {high} electrons; gates: {gates}"


def quantum_dot(
    hamiltonian: Any,
    *,
    repulsion: Any = 0.0,
    exchange: Any = None,
    lever_arms: Mapping[str, Any] | None = None,
    charges: tuple[int, int] | None = None,
) -> Dot:
    """Dot from matrices.

    Parameters
    ----------
    hamiltonian : matrix, shape (n, n), or array of n energies
        Single-particle Hamiltonian in meV, spin included: two orbitals per level with spin.
    repulsion : float, str or matrix, shape (n, n)
        Cost of a pair of electrons in two orbitals, meV; a number is the same for every pair.
    exchange : array, shape (n, n, n, n), optional
        Coefficients of ``1/2 d†_i d†_j d_k d_l``.
    lever_arms : mapping, optional
        Per gate a number or n numbers between 0 and 1: an electron's energy falls by so many eV
        per volt. By default one gate "gate" that shifts every orbital by 1 eV per volt.
    charges : pair of int, optional
        Only states with so many electrons; needed for large dots.

    Raises
    ------
    InvalidInput
        For a Hamiltonian that is not Hermitian, or numbers that are not finite.
    Unreliable
        For more states than a master equation can treat.
    """
    h = _matrix(hamiltonian, "hamiltonian")
    n = len(h)
    u = np.asarray(quantity(repulsion, "meV", name="repulsion"), dtype=np.float64)
    u = np.full((n, n), float(u)) if u.ndim == 0 else _matrix(u, "repulsion")
    if u.shape != (n, n):
        raise ShapeMismatch(f"repulsion has shape {u.shape}, but {n} orbitals need ({n}, {n})")
    v = None if exchange is None else np.array(exchange)
    if v is not None and v.shape != (n,) * 4:
        raise ShapeMismatch(f"exchange has shape {v.shape}, but {n} orbitals need {(n,) * 4}")
    window = (0, n) if charges is None else charges
    _check_size(n, window)
    given = {"gate": 1.0} if lever_arms is None else lever_arms
    arms = {name: _per_orbital(arm, n, f"lever arm of {name!r}") for name, arm in given.items()}
    if v is not None:
        _check_hermitian_exchange(v)
    return Dot(h, u - np.diag(np.diag(u)), v, arms, window)


def spin_orbitals(levels: Sequence[float], zeeman: float) -> RealArray:
    """Energies of all levels with spin up and down, up first, each pair split by `zeeman`."""
    both = np.asarray(levels, dtype=np.float64)[:, None] + np.array([-zeeman / 2, zeeman / 2])
    energies: RealArray = both.ravel()
    return energies


def _matrix(given: Any, name: str) -> NumberArray:
    array = np.array(given)
    if array.dtype.kind not in "fiuc":
        array = np.asarray(quantity(given, "meV", name=name))
    array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    if array.ndim == 1:
        array = np.diag(array)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not len(array):
        raise ShapeMismatch(f"{name} must be square or a list of energies, got {array.shape}")
    if not np.isfinite(array).all():
        raise InvalidInput(f"{name} has entries that are not finite")
    defect = np.abs(array - array.conj().T).max()
    if defect > HERMITIAN * max(np.abs(array).max(), 1e-300):
        raise InvalidInput(
            f"{name} is not Hermitian: it differs from its adjoint by {defect:.3g} meV; "
            "losses belong into the tunneling rates"
        )
    return array


def _per_orbital(given: Any, n: int, name: str) -> RealArray:
    array = np.asarray(given, dtype=np.float64)
    if array.ndim == 0:
        array = np.full(n, float(array))
    if array.shape != (n,) or not np.isfinite(array).all():
        raise ShapeMismatch(f"{name} must be a number or {n} finite numbers, got {given!r}")
    return array.copy()


def _check_size(n: int, window: tuple[int, int]) -> None:
    from math import comb

    low, high = window
    if not 0 <= low <= high:
        raise InvalidInput(f"charges must be a pair 0 <= lowest <= highest, got {window}")
    states = sum(comb(n, k) for k in range(low, min(high, n) + 1))
    if n > 2 * MAX_ORBITALS or states > MAX_STATES:
        raise Unreliable(
            f"{n} orbitals have {states} many-electron states, more than {MAX_STATES}; keep fewer "
            "orbitals, or give charges=(lowest, highest) around the number of electrons of interest"
        )


def _check_hermitian_exchange(v: NumberArray) -> None:
    mirrored = v.transpose(3, 2, 1, 0).conj()
    if np.abs(v - mirrored).max() > HERMITIAN * np.abs(v).max():
        raise InvalidInput(
            "exchange is not Hermitian: V[i, j, k, l] must be the conjugate of V[l, k, j, i]"
        )
