"""The constant-interaction model: islands of metal, capacitances, and levels on top."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.manybody.dot.model import Dot, quantum_dot, spin_orbitals
from sharvin.typing import IntArray, RealArray
from sharvin.units import BOHR_MAGNETON, ELEMENTARY_CHARGE, quantity

ATTOFARAD = ELEMENTARY_CHARGE / 1e-18 * 1e3
"""e² over 1 aF in meV: 160.2177."""


def constant_interaction(
    levels: Sequence[Any],
    *,
    capacitances: Mapping[str, Any],
    spin: bool = True,
    field: float | str = 0.0,
    g_factor: float = 2.0,
    charges: tuple[int, int] | None = None,
) -> Dot:
    r"""Dot whose electrons charge a capacitor.

    .. math:: E(N) = \sum_\text{occupied} ε_i + \frac{(Ne)^2}{2C} - N e \sum_k \frac{C_k}{C} V_k,
              \qquad C = \sum_k C_k

    Adding one more electron costs :math:`e^2/C + Δε`. In the plane of gate and source voltage the
    edges of the diamonds have the slopes :math:`-C_g/C_s` and :math:`C_g/(C - C_s)`.

    Parameters
    ----------
    levels : sequence of float or str
        Energies of the orbitals, meV.
    capacitances : mapping
        Capacitance in aF to each lead and each gate, by name; "ground" for what is not swept.
    spin : bool
        Whether each level holds two electrons.
    field, g_factor : float
        Magnetic field in T: spin up is lowered, spin down raised.
    charges : pair of int, optional

    References
    ----------
    D. V. Averin, A. N. Korotkov and K. K. Likharev, Phys. Rev. B 44, 6199 (1991); C. W. J.
    Beenakker, Phys. Rev. B 44, 1646 (1991).
    """
    farads = {name: _positive(c, name) for name, c in capacitances.items()}
    total = sum(farads.values())
    if not total > 0:
        raise InvalidInput("a dot needs at least one capacitance: {'gate': 2, 'source': 5, ...}")
    charging = ATTOFARAD / total
    energies = _orbitals(levels, spin, field, g_factor) + charging / 2
    arms = {name: c / total for name, c in farads.items() if name != "ground"}
    return quantum_dot(energies, repulsion=charging, lever_arms=arms, charges=charges)


def coupled_islands(
    levels: Sequence[Sequence[Any]],
    *,
    capacitances: Sequence[Mapping[str, Any]],
    mutual: Any,
    tunneling: Any = 0.0,
    spin: bool = True,
    field: float | str = 0.0,
    g_factor: float = 2.0,
    charges: tuple[int, int] | None = None,
) -> Dot:
    r"""Two or more islands in a row, coupled by capacitances and by tunneling.

    .. math:: E = \tfrac12 \mathbf N^T \mathsf E_C \mathbf N
              - e \mathbf N^T \mathsf C^{-1} \sum_k \mathbf C_k V_k, \qquad
              \mathsf E_C = e^2 \mathsf C^{-1}

    Parameters
    ----------
    levels : sequence of sequences
        Energies of the orbitals of each island, meV.
    capacitances : sequence of mappings
        Per island: capacitance in aF to leads and gates, by name.
    mutual : float or sequence
        Capacitance between neighboring islands, aF.
    tunneling : float or str
        Amplitude between the levels of neighboring islands, meV; spin is conserved.

    References
    ----------
    W. G. van der Wiel et al., Rev. Mod. Phys. 75, 1 (2003).
    """
    count = len(levels)
    if count != len(capacitances) or count < 2:
        raise ShapeMismatch(f"{count} islands need as many capacitances, got {len(capacitances)}")
    farads = [{name: _positive(c, name) for name, c in one.items()} for one in capacitances]
    between = np.broadcast_to(np.asarray(quantity(mutual, "1", name="mutual")), (count - 1,))
    matrix = np.diag([sum(one.values()) for one in farads]).astype(np.float64)
    for i, c in enumerate(between):
        matrix[i : i + 2, i : i + 2] += c * np.array([[1.0, -1.0], [-1.0, 1.0]])
    if np.linalg.eigvalsh(matrix)[0] <= 0:
        raise InvalidInput("every island needs a capacitance to a lead or a gate")
    inverse = np.linalg.inv(matrix)
    charging = ATTOFARAD * inverse
    per_island = [_orbitals(island, spin, field, g_factor) for island in levels]
    owner = np.repeat(np.arange(count), [len(e) for e in per_island])
    energies = np.concatenate(per_island) + np.diag(charging)[owner] / 2
    h: RealArray = np.diag(energies) + _hops(
        owner, float(quantity(tunneling, "meV", name="tunneling")), spin
    )
    names = [n for n in dict.fromkeys(name for one in farads for name in one) if n != "ground"]
    arms = {
        name: (inverse @ np.array([one.get(name, 0.0) for one in farads]))[owner] for name in names
    }
    return quantum_dot(h, repulsion=charging[owner][:, owner], lever_arms=arms, charges=charges)


def _hops(owner: IntArray, amplitude: float, spin: bool) -> RealArray:
    """Tunneling between orbitals of neighboring islands and of the same spin."""
    number = np.arange(len(owner)) % 2 if spin else np.zeros(len(owner))
    near = np.abs(owner[:, None] - owner[None, :]) == 1
    hops: RealArray = amplitude * (near & (number[:, None] == number[None, :]))
    return hops


def _orbitals(levels: Sequence[Any], spin: bool, field: Any, g_factor: float) -> RealArray:
    energies = np.atleast_1d(np.asarray(quantity(list(levels), "meV", name="levels"), float))
    if energies.ndim != 1:
        raise ShapeMismatch(f"levels must be a list of energies, got shape {energies.shape}")
    zeeman = g_factor * BOHR_MAGNETON * float(quantity(field, "T", name="field"))
    return spin_orbitals(energies.tolist(), zeeman) if spin else energies


def _positive(capacitance: Any, name: str) -> float:
    value = float(quantity(capacitance, "1", name=f"capacitance of {name!r}, in aF"))
    if not (value >= 0 and np.isfinite(value)):
        raise InvalidInput(f"the capacitance of {name!r} must be positive, got {capacitance!r}")
    return value
