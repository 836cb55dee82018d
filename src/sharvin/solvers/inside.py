r"""One point of a device solved with its factors kept: waves everywhere, and how S moves.

With the scattering states :math:`\psi` (unit incoming current) of a Hamiltonian whose entries
move by :math:`dH` inside the device,

.. math:: i\,S^\dagger dS = \psi^\dagger\, dH\, \psi ,

so one downward pass over the kept factors holds every derivative of S (see `adjoint`, `delay`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.channels import Channels
from sharvin.solvers.junction import Junction, Point, junction_of
from sharvin.solvers.sectors import Joined
from sharvin.solvers.smatrix import CAREFUL, TOLERANCE, join_leads, resolve, to_smatrix
from sharvin.solvers.surface import Surface
from sharvin.typing import BoolArray, ComplexArray, RealArray

if TYPE_CHECKING:
    from sharvin.numerics.elimination import Factors

TOGETHER = 32  # waves that are in memory at once
NEGLIGIBLE = 1e-11  # relative weight below which a wave is not followed inside


@dataclass(frozen=True, eq=False)
class Inside:
    """One point with everything that waves inside need.

    Parameters
    ----------
    device : Device
    parameters : mapping
        The device's parameters as numbers.
    junction : Junction
    point : Point
    factors : tuple of Factors
        One per sector of the interior.
    channels : tuple of Channels
    joined : Joined
    """

    device: Device
    parameters: Mapping[str, float]
    junction: Junction
    point: Point
    factors: "tuple[Factors, ...]"
    channels: tuple[Channels, ...]
    joined: Joined

    @cached_property
    def smatrix(self) -> SMatrix:
        """The S-matrix of the point."""
        return to_smatrix(self.device, self.point, self.joined, self.channels)

    @cached_property
    def interface(self) -> ComplexArray:
        """Waves on the kept orbitals, in the order of ``interior.kept``, shape (q, n)."""
        interior = self.point.layout.interior
        waves = np.zeros((len(interior.kept), self.joined.data.shape[1]), complex)
        for sector, factor, root in zip(
            interior.sectors, self.factors, self.joined.waves, strict=True
        ):
            waves[sector.kept] = root[factor.reduced.delayed :]
        return waves

    @cached_property
    def surfaces(self) -> tuple[Surface | None, ...]:
        """The ends of the leads, for derivatives; None for those without a self-energy of cells."""
        return tuple(
            Surface(lead, contact, channels, self.point.energy)
            if isinstance(lead, LeadBlocks) and channels.ports is None
            else None
            for lead, contact, channels in zip(
                self.point.leads, self.point.layout.extension.contacts, self.channels, strict=True
            )
        )

    def waves(self, mixture: ComplexArray | None = None) -> ComplexArray:
        """Scattering states on all orbitals of the extended device, or mixtures of them.

        Parameters
        ----------
        mixture : complex array, shape (n, m), optional
            Amplitudes of the incoming modes in each wave that is wanted.

        Returns
        -------
        complex array, shape (orbitals, m)
            The device's own orbitals come first, then those of appended lead cells.
        """
        interior = self.point.layout.interior
        columns = self.joined.data.shape[1] if mixture is None else mixture.shape[1]
        waves: ComplexArray | None = None
        for sector, factor, root in zip(
            interior.sectors, self.factors, self.joined.waves, strict=True
        ):
            found = factor.expand(root if mixture is None else root @ mixture)
            if sector.orbitals is None:
                return found
            if waves is None:
                waves = np.zeros((interior.size, columns), complex)
            waves[sector.orbitals] = found
        return np.zeros((interior.size, columns), complex) if waves is None else waves


def solve_inside(device: Device, energy: float | str, parameters: Mapping[str, Any]) -> Inside:
    """Solve one point and keep its factors; refused where its S-matrix would be."""
    number, values = resolve(device, {"energy": energy, **parameters})
    junction = junction_of(device)
    point = junction.point(number, values)
    factors = point.layout.interior.factorize(point.values, point.energy)
    parts = [f.reduced for f in factors]
    channels = junction.channels(point)
    joined = join_leads(point, parts, channels)
    if not joined.error < CAREFUL:
        careful = junction.channels(point, careful=True)
        other = join_leads(point, parts, careful)
        if other.error < joined.error or not np.isfinite(joined.error):
            channels, joined = careful, other
    if not joined.error < TOLERANCE:
        raise Unreliable(
            f"at energy {point.energy:.12g} the waves would be uncertain by {joined.error:.1e} "
            f"(allowed: {TOLERANCE:.0e}): a state is almost cut off from the leads; "
            "move the energy by about 1e-6 of the bandwidth or couple that state to a lead"
        )
    return Inside(device, values, junction, point, factors, tuple(channels), joined)


def refuse_closed(s: SMatrix, what: str, leads: Sequence[str] = ()) -> None:
    """Refuse an energy at which no mode is open, or none in one of `leads`."""
    if not sum(s.modes):
        raise InvalidInput(
            f"at energy {s.energy:.12g} no lead has an open mode, so there is no {what}; "
            "choose an energy inside a band of some lead"
        )
    for name in leads:
        if not s.modes[s.leads.index(name)]:
            raise InvalidInput(
                f"at energy {s.energy:.12g} lead {name!r} has no open mode, so there is no {what} "
                "that starts there; choose an energy inside its band, or another lead"
            )


def quadratic_density(inside: Inside, kernel: ComplexArray) -> RealArray:
    r"""Diagonal of :math:`\psi K \psi^\dagger` on all orbitals of the extended device.

    Where the inside is real, all waves are combinations of half as many real ones; those that K
    needs are found at the interface and only they are followed inside.
    """
    interior = inside.point.layout.interior
    density = np.zeros(interior.size)
    for sector, factor, root in zip(
        interior.sectors, inside.factors, inside.joined.waves, strict=True
    ):
        is_real = np.isrealobj(factor.reduced.matrix)
        basis, weights = (_real_form if is_real else _complex_form)(root, kernel)
        everywhere = slice(None) if sector.orbitals is None else sector.orbitals
        for start in range(0, len(weights), TOGETHER):
            part = slice(start, start + TOGETHER)
            waves = factor.expand(np.ascontiguousarray(basis[:, part]))
            squares = waves**2 if is_real else waves.real**2 + waves.imag**2
            density[everywhere] += squares @ weights[part]
    return density


def _complex_form(root: ComplexArray, kernel: ComplexArray) -> tuple[ComplexArray, RealArray]:
    """Waves at the root, and weights, with root K root† = basis weights basis†."""
    weights, vectors = np.linalg.eigh(kernel)
    kept = _weighty(weights)
    return root @ vectors[:, kept], weights[kept]


def _real_form(root: ComplexArray, kernel: ComplexArray) -> tuple[RealArray, RealArray]:
    """The same for the real part of root K root†, with a real basis."""
    basis, triangle = np.linalg.qr(np.concatenate([root.real, root.imag], axis=1))
    both = np.block([[kernel.real, kernel.imag], [-kernel.imag, kernel.real]])
    weights, vectors = np.linalg.eigh(triangle @ both @ triangle.T)
    kept = _weighty(weights)
    return basis @ vectors[:, kept], weights[kept]


def _weighty(weights: RealArray) -> BoolArray:
    """Weights that are more than rounding, or more than NEGLIGIBLE of the largest."""
    size = np.abs(weights)
    kept: BoolArray = size > NEGLIGIBLE * size.max(initial=0.0)
    return kept
