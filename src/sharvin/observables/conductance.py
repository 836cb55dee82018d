"""Landauer-Büttiker conductances: from transmissions to e²/h, siemens and the like."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.scattering.transmissions import Transmissions
from sharvin.typing import RealArray
from sharvin.units import ratio


def conductance(s: SMatrix | Transmissions, *, to: Port, from_: Port, unit: str = "e²/h") -> float:
    r"""Zero-temperature current into `to` per voltage on `from_`, all other leads grounded.

    .. math:: G = g\,\frac{e^2}{h}\,T_{\mathrm{to},\mathrm{from}},
              \qquad g = \text{degeneracy}

    With two leads this is *the* conductance. With more it is minus an off-diagonal element of
    `conductance_matrix`; what a voltage probe reads is `resistance`.

    Parameters
    ----------
    s : SMatrix or Transmissions
        At the Fermi energy.
    to, from_ : lead or (lead, label)
        Two different leads; a label picks the modes of one spin or valley.
    unit : str
        Any unit of conductance, for example "2e²/h" or "uS".

    Returns
    -------
    float
        In `unit`.
    """
    if _lead(to) == _lead(from_):
        raise InvalidInput(
            f"a conductance needs two different leads, got {to!r} twice; transmission() gives the "
            "reflection, conductance_matrix() the current driven back"
        )
    return s.degeneracy * s.transmission(to=to, from_=from_) * ratio("e²/h", unit)


def conductance_matrix(s: SMatrix | Transmissions, *, unit: str = "e²/h") -> RealArray:
    r"""Linear-response conductances between all leads at zero temperature.

    .. math:: I_i = \sum_j G_{ij} V_j, \qquad
              G_{ij} = g\,\frac{e^2}{h}\,(N_i \delta_{ij} - T_{ij}), \qquad g = \text{degeneracy}

    Currents flow from lead :math:`i` *into* the device. Each row sums to zero (equal voltages drive
    nothing) and so does each column (charge is conserved), as far as S is unitary.

    Parameters
    ----------
    s : SMatrix or Transmissions
        At the Fermi energy.
    unit : str
        Any unit of conductance.

    Returns
    -------
    real array, shape (leads, leads)
        In `unit`, in the order of ``s.leads``.

    References
    ----------
    M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986).
    """
    per_mode = s.degeneracy * ratio("e²/h", unit)
    matrix: RealArray = per_mode * (np.diag(s.modes).astype(float) - s.transmissions)
    return matrix


def _lead(port: Port) -> str:
    return port if isinstance(port, str) else port[0]
