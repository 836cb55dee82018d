r"""Magnetic field by Peierls phases: one Landau gauge in the device, another in every lead.

A bond from :math:`r'` to :math:`r` picks up
:math:`\exp\big(\tfrac{i q}{\hbar} \int_{r'}^{r} \mathbf A \cdot d\mathbf l\big)`. All vector
potentials here are linear, :math:`\mathbf A = B M (\mathbf r - \mathbf c)`, so that the integral
along a straight bond is exactly :math:`\mathbf A` at its middle times the bond.
"""

from dataclasses import dataclass

import numpy as np

from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM

# e/ħ in 1/(T nm²): the phase of a unit charge around a unit area in a unit field.
PHASE_PER_FLUX = 2 * np.pi / FLUX_QUANTUM


@dataclass(frozen=True, eq=False)
class Gauge:
    r"""Vector potential :math:`\mathbf A = B M (\mathbf r - \mathbf c)` of a field B along z.

    Parameters
    ----------
    matrix : real array, shape (D, D)
        :math:`M`.
    center : real array, shape (D,)
        :math:`\mathbf c`, where A vanishes, nm.
    """

    matrix: RealArray
    center: RealArray

    def bonds(self, vectors: RealArray, ends: RealArray) -> RealArray:
        r"""Phases of unit charges in a unit field.

        .. math:: \theta = \tfrac{e}{\hbar}\, \boldsymbol\delta^T M
                  (\mathbf r - \tfrac12 \boldsymbol\delta - \mathbf c)

        Parameters
        ----------
        vectors : real array, shape (n, D)
            :math:`\boldsymbol\delta = \mathbf r - \mathbf r'`.
        ends : real array, shape (n, D)
            :math:`\mathbf r`.

        Returns
        -------
        real array, shape (n,)
            In rad/T.
        """
        middles = ends - vectors / 2 - self.center
        phases: RealArray = PHASE_PER_FLUX * ((vectors @ self.matrix) * middles).sum(axis=1)
        return phases

    def change(self, other: "Gauge", positions: RealArray) -> RealArray:
        r"""Gauge function that leads from `other` to this gauge, for unit charge and field.

        .. math:: \mathbf A - \mathbf A_{other} = \nabla \chi, \qquad
                  H_{r r'} = e^{i \chi(r)} H^{other}_{r r'} e^{-i \chi(r')}

        Returns
        -------
        real array, shape (n,)
            In rad/T.
        """
        place = positions - self.center
        # both fields are equal, so the difference of the matrices is symmetric
        difference = self.matrix - other.matrix
        quadratic = ((place @ difference) * place).sum(axis=1) / 2
        linear = place @ (other.matrix @ (other.center - self.center))
        phases: RealArray = PHASE_PER_FLUX * (quadratic + linear)
        return phases

    def equals(self, other: "Gauge") -> bool:
        """Whether both vector potentials are the same."""
        shift = self.matrix @ (self.center - other.center)
        return bool(np.allclose(self.matrix, other.matrix) and np.allclose(shift, 0.0))


def landau_gauge(direction: RealArray, center: RealArray) -> Gauge:
    r"""Gauge that does not change along ``direction``: :math:`M \mathbf e = 0`.

    .. math:: M = \mathbf e (\mathbf e \times \hat z_\perp)^T + \tfrac12 e_z [\mathbf e]_\times

    For a direction in the plane this is :math:`\mathbf A = B (\mathbf e \times \hat z \cdot
    \mathbf r)\, \mathbf e`, for x the familiar :math:`(-B y, 0)`.
    """
    e = np.zeros(3)
    e[: len(direction)] = direction / np.linalg.norm(direction)
    across = np.array([0.0, 0.0, 1.0]) - e[2] * e
    matrix = np.outer(e, np.cross(e, across))
    matrix += 0.5 * e[2] * np.array([[0, -e[2], e[1]], [e[2], 0, -e[0]], [-e[1], e[0], 0]])
    space = len(direction)
    return Gauge(matrix[:space, :space], np.asarray(center, dtype=np.float64))
