r"""Uniform loss of phase memory after D'Amato and Pastawski: a probe on every orbital.

Each orbital gets a self-energy :math:`-i\eta` and a reservoir behind it that draws no current.
The probes are eliminated exactly,

.. math:: T^\text{eff} = T_{ll'} + T_{lp} W^{-1} T_{pl'}, \qquad
          W_{ij} = \delta_{ij} \sum_k T_{ik} - T_{ij} ,

with :math:`T_{ij} = 4\eta^2 |G_{ij}|^2` between probes. All of G is needed, once: one sparse
factorization and N columns (work N² times the width of the device), then one dense real
factorization of W (2N³/3). Memory 8 N² bytes: 128 MB for 4,000 orbitals.
"""

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg import lu_factor, lu_solve
from scipy.sparse.linalg import splu

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.transmissions import Transmissions
from sharvin.solvers.channels import Channels
from sharvin.solvers.junction import Point, junction_of
from sharvin.solvers.smatrix import one_blas_thread, resolve
from sharvin.typing import ComplexArray, IntArray, RealArray
from sharvin.units import HBAR, quantity

MOST_ORBITALS = 12_000  # W alone then takes 1.2 GB
COLUMNS = 256  # of G at a time
# Sums of |G|² over all orbitals against the broadening that feeds them: rounding of the solve.
MAX_IMBALANCE = 1e-7


def dephased(
    device: Device,
    *,
    energy: float | str,
    broadening: float | str | None = None,
    time: float | str | None = None,
    length: float | str | None = None,
    velocity: float | str | None = None,
    **parameters: Any,
) -> Transmissions:
    r"""Transmissions between the leads when every orbital loses phase memory at one rate.

    .. math:: \Sigma_\phi = -i\eta, \qquad \tau_\phi = \frac{\hbar}{2\eta}, \qquad
              L_\phi = v\,\tau_\phi

    Exactly one of `broadening`, `time` and `length` is given. In a chain of velocity v the
    resistance becomes :math:`(h/e^2)(1 + L\eta/\hbar v)`: half of the electrons that a probe takes
    up go on, so the mean free path is :math:`2 L_\phi`.

    Parameters
    ----------
    device : Device
        Of at most 12,000 orbitals. 4,000 take some ten seconds.
    energy : float or str
        In meV.
    broadening : float or str
        :math:`\eta` in meV (a raw Hamiltonian's own unit).
    time : float or str
        :math:`\tau_\phi` in ps.
    length : float or str
        Ballistic :math:`L_\phi` in nm; needs `velocity`. (In a diffusive conductor electrons
        lose their phase after :math:`\sqrt{D\tau_\phi}` instead: give the time.)
    velocity : float or str
        In nm/ps.
    **parameters
        The device's parameters.

    Returns
    -------
    Transmissions
        `resistance` and `conductance` read it as they read an SMatrix; ``shares`` say what each
        site is filled from.

    References
    ----------
    J. L. D'Amato and H. M. Pastawski, Phys. Rev. B 41, 7411 (1990); M. Büttiker, Phys. Rev. B 33,
    3020 (1986).
    """
    eta = _broadening(broadening, time, length, velocity)
    number, values = resolve(device, {"energy": energy, **parameters})
    n = device.pattern.n
    if n > MOST_ORBITALS:
        raise InvalidInput(
            f"dephasing couples all {n} orbitals to one another; at most {MOST_ORBITALS} fit in "
            "memory: make the device smaller or its grid coarser"
        )
    junction = junction_of(device)
    with one_blas_thread():
        point = junction.point(number, values)
        channels = junction.channels(point)
        direct, into, out, between, defect = _spread(point, channels, n, eta)
        # All that enters a probe, summed without a subtraction: shares add up to one exactly.
        weights = between.sum(axis=1) - between.diagonal() + into.sum(axis=1)
        w = -between
        w[np.arange(n), np.arange(n)] = weights
        del between
        shares: RealArray = lu_solve(lu_factor(w, overwrite_a=True), into, overwrite_b=False)
    if not defect < MAX_IMBALANCE:
        raise Unreliable(
            f"at energy {number:.12g} currents into the probes fail to balance by {defect:.1e}; "
            "increase the broadening, or move the energy"
        )
    shares.flags.writeable = False
    effective = direct + out @ shares
    modes = tuple(c.count for c in channels)
    return Transmissions(
        effective, device.lead_names, modes, point.energy, device.degeneracy, defect, shares
    )


def _broadening(broadening: Any, time: Any, length: Any, velocity: Any) -> float:
    given = [x for x in (broadening, time, length) if x is not None]
    if len(given) != 1:
        raise InvalidInput(
            f"give one of broadening=, time= and length= of the dephasing, got {len(given)} of them"
        )
    if length is not None and velocity is None:
        raise InvalidInput(
            "a dephasing length needs the velocity too, in nm/ps: L = v tau; or give time="
        )
    if broadening is not None:
        eta = float(quantity(broadening, "meV", name="broadening"))
    elif time is not None:
        eta = _rate(float(quantity(time, "ps", name="time")))
    else:
        v = float(quantity(velocity, "nm/ps", name="velocity"))
        reach = float(quantity(length, "nm", name="length"))
        eta = _rate(reach / v if v else 0.0)
    if not (np.isfinite(eta) and eta > 0):
        raise InvalidInput("dephasing must be positive and finite; without dephasing use smatrix")
    return eta


def _rate(time: float) -> float:
    return HBAR / (2 * time) if time > 0 else float("nan")


def _spread(
    point: Point, channels: list[Channels], n: int, eta: float
) -> tuple[RealArray, RealArray, RealArray, RealArray, float]:
    """Transmissions lead to lead, into probes from leads, into leads from probes, probe to probe.

    And how far the rows of all fail to balance.
    """
    pattern = point.layout.extension.pattern
    size = len(pattern.indptr) - 1
    h = sp.csr_matrix((point.values, pattern.indices, pattern.indptr), shape=(size, size))
    loss = np.zeros(size)
    loss[:n] = eta
    a = sp.diags(point.energy + 1j * loss) - h
    spots = [contact.orbitals for contact in point.layout.extension.contacts]
    a = (a - _self_energies(channels, spots, size)).tocsc()
    # A structurally symmetric matrix: minimum degree on A + A^T suits it, and the broadening
    # keeps its diagonal strong enough for it.
    lu = splu(a, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True},
              diag_pivot_thresh=0.1)  # fmt: skip
    waves = _waves(channels, spots, size)  # (size, modes): W of every lead
    owner = np.repeat(np.arange(len(channels)), [c.count for c in channels])
    member = (owner == np.arange(len(channels))[:, None]).astype(float)
    # An incoming wave is -i W D, an outgoing amplitude W† psi, that of a probe sqrt(2 eta) psi.
    incoming = lu.solve(-1j * waves @ _direct(channels))
    data = _direct(channels) + waves.conj().T @ incoming
    direct = member @ np.abs(data) ** 2 @ member.T
    into = 2 * eta * (np.abs(incoming[:n]) ** 2 @ member.T)
    between = np.empty((n, n))
    out = np.empty((len(channels), n))
    own = np.empty(n, complex)
    for start in range(0, n, COLUMNS):
        stop = min(start + COLUMNS, n)
        unit = np.zeros((size, stop - start), complex)
        unit[np.arange(start, stop), np.arange(stop - start)] = 1.0
        g = lu.solve(unit)
        own[start:stop] = g[np.arange(start, stop), np.arange(stop - start)]
        between[:, start:stop] = (2 * eta) ** 2 * (g[:n].real ** 2 + g[:n].imag ** 2)
        out[:, start:stop] = 2 * eta * member @ np.abs(waves.conj().T @ g) ** 2
    # S_ii = -1 + 2 i eta G_ii: everything that a probe sends out arrives or comes back.
    sent = between.sum(axis=0) - between.diagonal() + out.sum(axis=0)
    probe = np.abs(sent + np.abs(2j * eta * own - 1) ** 2 - 1).max(initial=0.0)
    counts = np.array([c.count for c in channels], dtype=float)
    lead = np.abs(direct.sum(axis=0) + into.sum(axis=0) - counts).max(initial=0.0)
    return direct, into, out, between, float(max(lead, probe))


def _self_energies(channels: list[Channels], spots: list[IntArray], size: int) -> Any:
    rows, columns, values = [], [], []
    for lead, place in zip(channels, spots, strict=True):
        if lead.ports is not None:
            raise Unreliable(
                "a lead has a surface state at this energy; "
                "move the energy by 1e-6 of the bandwidth"
            )
        sigma = lead.hermitian - 0.5j * (lead.v @ lead.v.conj().T)
        i, j = np.meshgrid(place, place, indexing="ij")
        rows.append(i.ravel())
        columns.append(j.ravel())
        values.append(sigma.ravel())
    index = (np.concatenate(rows), np.concatenate(columns))
    return sp.csr_matrix((np.concatenate(values), index), shape=(size, size))


def _waves(channels: list[Channels], spots: list[IntArray], size: int) -> ComplexArray:
    waves = np.zeros((size, sum(c.count for c in channels)), complex)
    column = 0
    for lead, place in zip(channels, spots, strict=True):
        w = lead.v if lead.turn is None else lead.v @ lead.turn
        waves[place, column : column + lead.count] = w
        column += lead.count
    return waves


def _direct(channels: list[Channels]) -> ComplexArray:
    total = sum(c.count for c in channels)
    direct = np.zeros((total, total), complex)
    column = 0
    for lead in channels:
        own = slice(column, column + lead.count)
        direct[own, own] = lead.direct
        column += lead.count
    return direct
