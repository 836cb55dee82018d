"""The levels of a device that is almost closed, and how fast they empty into its leads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks
from sharvin.device.device import Device
from sharvin.device.leads import MatrixLead
from sharvin.errors import InvalidInput, Unreliable
from sharvin.solvers.states import green
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import quantity

DENSE = 300  # orbitals up to which all levels are computed
MOST_LEVELS = 40
NARROW = 0.1  # of the mean distance of all levels; what is broader belongs to the leads


@dataclass(frozen=True, eq=False)
class ClosedLevels:
    r"""Narrow levels of a device.

    Parameters
    ----------
    energies : array, shape (n,)
        meV, ascending.
    widths : mapping of str to complex array, shape (n, n)
        :math:`\langle i|Γ_α|j\rangle` of each lead.
    waves : complex array, shape (orbitals, n)
        Of norm one.
    """

    energies: RealArray
    widths: dict[str, ComplexArray]
    waves: ComplexArray

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
    r"""Levels of a device whose contacts are nearly closed, and their rates into the leads.

    .. math:: \Bigl(H + \sum_α Σ_α\Bigr) ψ_i = (E_i - \tfrac{i}{2} Γ_i)\, ψ_i, \qquad
              Γ_{α,ij} = \langle ψ_i | i (Σ_α - Σ_α^†) | ψ_j \rangle, \quad Γ_i = \sum_α Γ_{α,ii}

    with the self-energies of the leads at one energy. Broad solutions, such as those in front of
    a barrier, belong to the leads and are left out.

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
        When no level is narrow, or one is broader than its distance to the next: there is no dot.
    """
    low, high = (float(quantity(e, "meV", name="window")) for e in window)
    if not low < high:
        raise InvalidInput(f"window must be (lowest, highest), got {window}")
    at = (low + high) / 2 if energy is None else float(quantity(energy, "meV", name="energy"))
    values = device.resolve(parameters)
    leads = device.lead_blocks(values)
    sigma = {blocks.name: _self_energy(blocks, at) for blocks in leads}
    sites = {blocks.name: np.asarray(blocks.sites) for blocks in leads}
    n = device.pattern.n
    h = device.pattern.matrix(device.values(values)).astype(np.complex128)
    for name, matrix in sigma.items():
        place = sparse.csr_matrix(
            (np.ones(len(sites[name])), (sites[name], np.arange(len(sites[name])))),
            shape=(n, len(sites[name])),
        )
        h = h + place @ sparse.csr_matrix(matrix) @ place.T
    energies, waves = _narrow(h, low, high)
    widths = {}
    for name, matrix in sigma.items():
        psi = waves[sites[name]]
        gamma = 1j * (matrix - matrix.conj().T)
        widths[name] = (psi.conj().T @ gamma @ psi).astype(np.complex128)
    return ClosedLevels(energies, widths, waves)


def _narrow(h: Any, low: float, high: float) -> tuple[RealArray, ComplexArray]:
    """Real parts and normalized waves of the narrow levels in the window."""
    n = h.shape[0]
    if n <= DENSE:
        values, waves = np.linalg.eig(h.toarray())
    else:
        from scipy.sparse.linalg import eigs

        values, waves = eigs(h.tocsc(), k=MOST_LEVELS, sigma=(low + high) / 2)
        if np.abs(values - (low + high) / 2).max() < (high - low) / 2:
            raise Unreliable(f"there are more than {MOST_LEVELS} levels in the window; narrow it")
    order = np.argsort(values.real)
    values, waves = values[order], waves[:, order]
    inside = (values.real >= low) & (values.real <= high)
    if not inside.any():
        near = values.real[np.argmin(np.abs(values - (low + high) / 2))]
        raise InvalidInput(
            f"no level lies between {low:g} and {high:g} meV; the nearest is at {near:.4g} meV"
        )
    kept = inside & (-2 * values.imag < NARROW * (high - low) / inside.sum())
    energies, widths = values.real[kept], -2 * values.imag[kept]
    gaps = np.concatenate([[np.inf], np.diff(energies), [np.inf]])
    wide = widths > np.minimum(gaps[:-1], gaps[1:]) if len(energies) else np.ones(1, bool)
    if wide.any():
        raise Unreliable(
            f"the device is open between {low:g} and {high:g} meV: its levels are as broad as "
            "their distances, or more. Close its contacts, or use smatrix"
        )
    waves = waves[:, kept]
    return energies, (waves / np.linalg.norm(waves, axis=0)).astype(np.complex128)


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
