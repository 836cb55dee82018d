r"""One device under many local changes of its potential, each as cheap as it is local.

Two routes give the same numbers. `LocalChanges` keeps all updates of one elimination and redoes
the fronts between the change and the root. `Patch` keeps the columns of the Green function on a
small region; a change :math:`\Delta` on k of its orbitals then is a k x k solve,

.. math:: S' = S - i\,S\,\psi_k^\dagger\, \Delta\, (1 - G_{kk} \Delta)^{-1} \psi_k .
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.glue import root_green
from sharvin.solvers.junction import Junction, junction_of
from sharvin.solvers.root import assemble
from sharvin.solvers.smatrix import CAREFUL, TOLERANCE, join_leads, resolve, to_smatrix
from sharvin.typing import ComplexArray, IntArray, RealArray

Change = tuple[IntArray, RealArray]  # orbitals, and what is added to their onsite energies


class LocalChanges:
    """A device at one point, to be solved again and again with changed onsite energies.

    Mutable inside and not safe to share between threads.

    Parameters
    ----------
    device : Device
    energy : float or str
    parameters : mapping
    """

    def __init__(self, device: Device, energy: float | str, parameters: Mapping[str, Any]) -> None:
        number, values = resolve(device, {"energy": energy, **parameters})
        self._device = device
        self._junction = junction_of(device)
        self._point = self._junction.point(number, values)
        self._channels = self._junction.channels(self._point)
        self._diagonal = self._point.layout.extension.pattern.diagonal
        sectors = self._point.layout.interior.sectors
        start = self._point.values
        self._states = [s.plan.incremental(s.pick(start), number) for s in sectors]

    def smatrix(self, change: Change) -> SMatrix:
        """S with a change of some onsite energies; the leads stay as they are."""
        values = self._point.values.copy()
        orbitals, energies = change
        values[self._diagonal[orbitals]] += energies
        sectors = self._point.layout.interior.sectors
        parts = tuple(
            state.update(sector.pick(values))
            for state, sector in zip(self._states, sectors, strict=True)
        )
        channels = self._channels
        joined = join_leads(self._point, parts, channels)
        if not joined.error < CAREFUL:
            # The layout may count on a symmetry that the change breaks: each sector as a whole.
            parts = tuple(
                s.plan.schur(s.pick(values), self._point.energy, accuracy="high") for s in sectors
            )
            channels = self._junction.channels(self._point, careful=True)
            joined = join_leads(self._point, parts, channels)
        if not joined.error < TOLERANCE:
            raise Unreliable(
                f"at energy {self._point.energy:.12g} the S-matrix would be uncertain by "
                f"{joined.error:.1e}: a state is almost cut off from the leads; move the energy"
            )
        return to_smatrix(self._device, self._point, joined, channels)


class Patch:
    """Green function and waves of a device on a few of its orbitals, at one point.

    Parameters
    ----------
    device : Device
    energy : float or str
    parameters : mapping
    orbitals : int array
        Where changes may be made.
    """

    def __init__(
        self,
        device: Device,
        energy: float | str,
        parameters: Mapping[str, Any],
        orbitals: IntArray,
    ) -> None:
        number, values = resolve(device, {"energy": energy, **parameters})
        junction = Junction(device, keep=np.unique(orbitals))
        point = junction.point(number, values)
        interior = point.layout.interior
        parts = interior.reduce(point.values, np.array([number]), "high")[0]
        channels = junction.channels(point)
        joined = join_leads(point, parts, channels)
        if not joined.error < TOLERANCE:
            raise Unreliable(
                f"at energy {number:.12g} the device without the tip would be uncertain by "
                f"{joined.error:.1e}: a state is almost cut off from the leads; move the energy"
            )
        kept = [s.kept for s in interior.sectors]
        root = assemble(parts, kept, len(interior.kept))
        green, error = root_green(root, channels, point.layout.places)
        self.error = max(error, joined.error)
        self.smatrix = to_smatrix(device, point, joined, channels)
        self._green = green[root.delayed :, root.delayed :]
        self._waves = np.zeros((len(interior.kept), len(self.smatrix.data)), complex)
        for part, sector, waves in zip(parts, interior.sectors, joined.waves, strict=True):
            self._waves[sector.kept] = waves[part.delayed :]
        self._kept = interior.kept

    def changed(self, changes: Sequence[Change], columns: IntArray) -> list[ComplexArray]:
        """Columns of S under each of several changes, shape (all outgoing modes, columns)."""
        found: list[ComplexArray] = [self.smatrix.data[:, columns]] * len(changes)
        sizes: dict[int, list[int]] = {}
        for number, (orbitals, _) in enumerate(changes):
            if len(orbitals):
                sizes.setdefault(len(orbitals), []).append(number)
        for numbers in sizes.values():
            places = np.stack([np.searchsorted(self._kept, changes[i][0]) for i in numbers])
            delta = np.stack([changes[i][1] for i in numbers])
            for number, data in zip(numbers, self._stacked(places, delta, columns), strict=True):
                found[number] = data
        return found

    def _stacked(self, places: IntArray, delta: RealArray, columns: IntArray) -> ComplexArray:
        """The same for changes of equally many orbitals: one stacked solve."""
        k = places.shape[1]
        green = self._green[places[:, :, None], places[:, None, :]]
        waves = self._waves[places]
        response = np.linalg.solve(np.eye(k) - green * delta[:, None, :], waves[:, :, columns])
        arriving = waves.conj().swapaxes(1, 2) @ (delta[:, :, None] * response)
        data: ComplexArray = self.smatrix.data[:, columns] - 1j * (self.smatrix.data @ arriving)
        return data
