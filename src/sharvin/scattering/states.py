"""Waves inside a device, one per incoming mode, and the densities they make."""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.scattering.freezing import checked_leads, frozen_complex, lead_span
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.typing import ComplexArray, RealArray


@dataclass(frozen=True, eq=False)
class ScatteringStates:
    r"""Waves on every orbital of the device when one unit of current comes in through one mode.

    Column :math:`n` solves :math:`H\psi_n = E\psi_n` with amplitude 1 in incoming mode :math:`n`
    of unit current and none in the others; the columns are those of the S-matrix.

    Parameters
    ----------
    waves : complex array, shape (orbitals, n)
        ``n = sum(modes)``. Copied, unless it is read-only and owns its memory already.
    leads : sequence of str
    modes : sequence of int
    energy : float
    smatrix : SMatrix, optional
        Where those waves go. It also knows the labels of the modes, which ports like
        ``("source", "up")`` need.
    """

    waves: ComplexArray = field(repr=False)
    leads: tuple[str, ...]
    modes: tuple[int, ...]
    energy: float = float("nan")
    smatrix: SMatrix | None = None

    def __post_init__(self) -> None:
        leads, modes = checked_leads(self.leads, self.modes)
        waves = frozen_complex(self.waves, "waves")
        if waves.ndim != 2 or waves.shape[1] != sum(modes):
            raise ShapeMismatch(
                f"waves has shape {waves.shape}, but leads {leads} with {modes} open modes need "
                f"(orbitals, {sum(modes)})"
            )
        s = self.smatrix
        if s is not None and (s.leads, s.modes) != (leads, modes):
            raise ShapeMismatch(
                f"the waves belong to leads {leads} with {modes} modes, but the S-matrix to "
                f"{s.leads} with {s.modes}"
            )
        if s is not None and not np.array_equal(s.energy, self.energy, equal_nan=True):
            raise InvalidInput(
                f"the waves are at energy {self.energy!r}, but the S-matrix is at {s.energy!r}"
            )
        values = {"waves": waves, "leads": leads, "modes": modes, "energy": float(self.energy)}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def waves_from(self, from_: Port) -> ComplexArray:
        """Waves that come in through one port, shape (orbitals, modes of the port)."""
        if self.smatrix is not None:
            return self.waves[:, self.smatrix.columns_of(from_)]
        if not isinstance(from_, str):
            raise InvalidInput(
                f"these states carry no labels, so {from_!r} selects nothing; ask for a whole lead"
            )
        return self.waves[:, lead_span(self.leads, self.modes, from_)]

    def density(self, *, from_: Port | None = None) -> RealArray:
        r"""Probability density :math:`\sum_n |\psi_n|^2`, each mode bringing in unit current.

        Parameters
        ----------
        from_ : lead or (lead, label), optional
            Only modes that come in there; all of them by default.

        Returns
        -------
        real array, shape (orbitals,)
            Per unit of the Hamiltonian. Degeneracy is not included.
        """
        picked = self.waves if from_ is None else self.waves_from(from_)
        density: RealArray = np.einsum("ij,ij->i", picked, picked.conj()).real
        return density

    def injectivity(self, *, from_: Port) -> RealArray:
        r"""Local density of states filled from one port, :math:`\sum_n |\psi_n|^2 / 2\pi`.

        Summed over all leads it is the local density of states, less the states bound inside
        the device, which no lead fills.

        Returns
        -------
        real array, shape (orbitals,)
            Per unit of energy of the Hamiltonian and orbital. Degeneracy is not included.

        References
        ----------
        V. Gasparian, T. Christen and M. Büttiker, Phys. Rev. A 54, 4022 (1996).
        """
        return self.density(from_=from_) / (2 * np.pi)
