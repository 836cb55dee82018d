"""A contact whose electrons screen its gate, between reservoirs that do not interact."""

from dataclasses import dataclass, replace

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.manybody.contact.chain import chain_transmission, occupations
from sharvin.manybody.contact.mixing import fixed_point
from sharvin.manybody.contact.subbands import Subbands, subbands
from sharvin.typing import RealArray


@dataclass(frozen=True, eq=False)
class HartreeContact:
    """A device with the potential of its own electrons.

    Parameters
    ----------
    device : Device
        With that potential added: whatever takes a device takes it, at the same parameters.
    x : real array, shape (columns,)
        nm.
    potential : real array, shape (columns,)
        Hartree energy, meV.
    line_density : real array, shape (columns,)
        Electrons per nm, with degeneracy.
    transmissions : real array, shape (modes,)
        Of each adiabatic subband, per spin.
    residual : float
        Of the potential, meV.
    iterations : int
    """

    device: Device
    x: RealArray
    potential: RealArray
    line_density: RealArray
    transmissions: RealArray
    residual: float
    iterations: int

    @property
    def conductance(self) -> float:
        """In e²/h, of the adiabatic subbands, with degeneracy."""
        return float(self.transmissions.sum()) * self.device.degeneracy


def hartree_contact(
    device: Device,
    *,
    chemical_potential: float,
    interaction: float,
    tolerance: float = 1e-7,
    **params: float,
) -> HartreeContact:
    r"""Self-consistent Hartree potential of a contact at zero temperature.

    .. math:: \phi(x) = g\, w(x)\, \lambda(x), \qquad
              \lambda(x) = \frac{2}{a} \sum_n n_n(x; \phi)

    The line density λ is that of all adiabatic subbands, each a chain between its leads. The
    window w makes the reservoirs non-interacting. Then interactions move the thresholds and do
    nothing to the plateaus: deep in the reservoirs an electron that gets through is free again.
    Exchange and correlations are left out.

    Parameters
    ----------
    device : Device
        As for `subbands`.
    chemical_potential : float
        meV.
    interaction : float
        g in meV nm: energy of an electron per electron and nm beside it.
    tolerance : float
        Of the potential, in meV.
    **params
        The device's own parameters.

    Returns
    -------
    HartreeContact

    Raises
    ------
    Unreliable
        Where the iteration does not converge.
    """
    if not (np.isfinite(interaction) and interaction >= 0):
        raise InvalidInput(f"the interaction must not be negative, got {interaction!r} meV nm")
    bands = _open_subbands(device, chemical_potential, params)
    energies = chemical_potential - bands.lead_levels
    barriers = bands.levels - bands.lead_levels[:, None]
    strength = interaction * bands.window * device.degeneracy / bands.spacing

    def filled(phi: RealArray) -> RealArray:
        found: RealArray = occupations(barriers + phi, bands.hopping, energies).sum(axis=0)
        return found

    phi, residual, calls = fixed_point(
        lambda phi: strength * filled(phi), np.zeros(len(bands.x)), tolerance=tolerance,
        what="the Hartree potential", mixing=0.3, limit=200,
    )  # fmt: skip
    transmissions = np.array(
        [
            float(chain_transmission(barrier + phi, bands.hopping, energy))
            for barrier, energy in zip(barriers, energies, strict=True)
        ]
    )
    density = filled(phi) * device.degeneracy / bands.spacing
    return HartreeContact(
        _with_potential(device, bands.x, phi), bands.x, phi, density, transmissions, residual, calls
    )


def _open_subbands(device: Device, energy: float, params: dict[str, float]) -> Subbands:
    """Those that are open in the leads; no other may hold electrons."""
    rows = len(np.unique(np.round(_positions(device)[:, 1], 6))) if _dimension(device) > 1 else 1
    bands = subbands(device, rows, **params)
    bottoms = bands.lead_levels - 2 * bands.hopping
    count = int((bottoms < energy).sum())
    if count == 0:
        raise InvalidInput(
            f"at {energy:g} meV no subband is open in the leads; the lowest begins at "
            f"{bottoms[0]:.4g} meV"
        )
    if count < rows and bands.levels[count:].min() - 2 * bands.hopping < energy:
        raise InvalidInput(
            "the device holds electrons in a subband that is closed in its leads: a well, whose "
            "charge this mean field cannot follow; widen the leads or raise the potential"
        )
    if np.abs(energy - bands.lead_levels[:count]).max() >= 2 * bands.hopping:
        raise InvalidInput(f"{energy:g} meV lies above the band of the lowest subband")
    return Subbands(
        bands.x, bands.levels[:count], bands.lead_levels[:count], bands.localization[:count],
        bands.hopping, bands.spacing,
    )  # fmt: skip


def _positions(device: Device) -> RealArray:
    if device.positions is None:
        raise InvalidInput("a Hartree contact needs a device carved from a model")
    return device.positions


def _dimension(device: Device) -> int:
    return int(_positions(device).shape[1])


def _with_potential(device: Device, x: RealArray, phi: RealArray) -> Device:
    at = np.interp(_positions(device)[:, 0], x, phi)
    given = device.potential
    parts = list(given) if isinstance(given, list | tuple) else [given]
    return replace(device, potential=[*(part for part in parts if part is not None), at])
