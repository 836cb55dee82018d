"""The levels of a device that is almost closed, and how fast they empty into its leads."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.device import Device
from sharvin.device.leads import MatrixLead
from sharvin.errors import InvalidInput, Unreliable
from sharvin.solvers.states import green
from sharvin.typing import ComplexArray, NumberArray, RealArray
from sharvin.units import quantity

DENSE = 1500  # orbitals up to which all levels are computed
MOST_LEVELS = 60


@dataclass(frozen=True, eq=False)
class ClosedLevels:
    r"""Levels of a device without its leads.

    Parameters
    ----------
    energies : array, shape (n,)
        meV, ascending.
    widths : mapping of str to complex array, shape (n, n)
        :math:`\langle i|Γ_α|j\rangle` of each lead, at the energy they were asked for.
    waves : array, shape (orbitals, n)
    """

    energies: RealArray
    widths: dict[str, ComplexArray]
    waves: NumberArray

    def rates(self, *, spin: bool = True) -> dict[str, RealArray]:
        """Tunneling rate of every level (twice each with spin), for `transport`."""
        found = {name: np.diag(gamma).real for name, gamma in self.widths.items()}
        return {name: np.repeat(g, 2) if spin else g for name, g in found.items()}

    def rate_matrices(self, *, spin: bool = True) -> dict[str, ComplexArray]:
        """Whole rate matrices: needed where levels are degenerate."""
        unit = np.eye(2 if spin else 1)
        return {name: np.kron(gamma, unit).astype(complex) for name, gamma in self.widths.items()}


def closed_levels(
    device: Device, *, window: tuple[Any, Any], energy: Any = None, **parameters: Any
) -> ClosedLevels:
    r"""Levels of the device cut off from its leads, and their rates to first order.

    .. math:: Γ_{α,ij} = \langle ψ_i | i (Σ_α - Σ_α^†) | ψ_j \rangle

    The region must end inside barriers or at them: levels in front of a barrier belong to the
    lead and make it refuse.

    Parameters
    ----------
    device : Device
    window : pair of energies
        Lowest and highest level, meV.
    energy : float or str, optional
        Where the leads are taken; the middle of the window.
    **parameters
        The device's parameters.

    Raises
    ------
    Unreliable
        When a level is broader than its distance to the next one: there is no dot.
    """
    low, high = (float(quantity(e, "meV", name="window")) for e in window)
    if not low < high:
        raise InvalidInput(f"window must be (lowest, highest), got {window}")
    at = (low + high) / 2 if energy is None else float(quantity(energy, "meV", name="energy"))
    values = device.resolve(parameters)
    energies, waves = _levels(device, values, low, high)
    widths = {}
    for blocks in device.lead_blocks(values):
        sigma = _self_energy(blocks, at)
        psi = waves[np.asarray(blocks.sites)]
        gamma = 1j * (sigma - sigma.conj().T)
        widths[blocks.name] = (psi.conj().T @ gamma @ psi).astype(np.complex128)
    total = sum(np.diag(gamma).real for gamma in widths.values())
    _refuse_open(energies, np.asarray(total), high - low)
    return ClosedLevels(energies, widths, waves)


def _levels(
    device: Device, values: dict[str, float], low: float, high: float
) -> tuple[RealArray, NumberArray]:
    h = device.pattern.matrix(device.values(values))
    if device.pattern.n <= DENSE:
        energies, waves = np.linalg.eigh(h.toarray())
    else:
        from scipy.sparse.linalg import eigsh

        energies, waves = eigsh(h.tocsc(), k=MOST_LEVELS, sigma=(low + high) / 2)
        order = np.argsort(energies)
        energies, waves = energies[order], waves[:, order]
        if energies[0] > low and energies[-1] < high:
            raise Unreliable(f"there are more than {MOST_LEVELS} levels in the window; narrow it")
    inside = (energies >= low) & (energies <= high)
    if not inside.any():
        near = energies[np.argmin(np.abs(energies - (low + high) / 2))]
        raise InvalidInput(
            f"no level lies between {low:g} and {high:g} meV; the nearest is at {near:.4g} meV"
        )
    return energies[inside], waves[:, inside]


def _self_energy(blocks: LeadBlocks | SelfEnergyBlocks, energy: float) -> ComplexArray:
    """Self-energy on the sites that the lead touches, from the Green function of these alone."""
    if isinstance(blocks, SelfEnergyBlocks):
        return np.asarray(blocks.self_energy(energy), dtype=np.complex128)
    p = len(blocks.sites)
    lead = MatrixLead(
        cell=blocks.cell, hop=blocks.hop, sites=np.arange(p), coupling=blocks.coupling
    )
    alone = Device.from_matrices(np.zeros((p, p)), {"lead": lead})
    g = green(alone, energy=energy, to=np.arange(p), from_=np.arange(p))
    sigma: ComplexArray = energy * np.eye(p) - np.linalg.inv(g)
    return sigma


def _refuse_open(energies: RealArray, widths: RealArray, window: float) -> None:
    gaps = np.diff(energies) if len(energies) > 1 else np.array([window])
    nearest = np.minimum(np.append(gaps, np.inf), np.append(np.inf, gaps))
    wide = np.flatnonzero(widths > np.where(np.isfinite(nearest), nearest, window))
    if len(wide):
        k = wide[0]
        raise Unreliable(
            f"the level at {energies[k]:.4g} meV is {widths[k]:.3g} meV wide and reaches the next "
            "one: the device is open there. Close its contacts, or use smatrix"
        )
