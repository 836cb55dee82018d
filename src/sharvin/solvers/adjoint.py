r"""Derivatives of anything read off S by every entry of the Hamiltonian, from one elimination.

With the scattering states :math:`\psi`, :math:`i S^\dagger dS = \psi^\dagger dH\,\psi`. A number
F(S) therefore changes by :math:`dF = \mathrm{Tr}\,K\,\psi^\dagger dH\,\psi` with a Hermitian
matrix K of the size of S. For a transmission :math:`K = -i [P_{from},\, S^\dagger P_{to} S]`, of
rank :math:`2 \min(N_{to}, N_{from})` at most, and channels that are open or closed drop out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.numerics.pairs import add_pairs
from sharvin.scattering.smatrix import Port, SMatrix
from sharvin.solvers.inside import (
    NEGLIGIBLE,
    Inside,
    quadratic_density,
    refuse_closed,
    solve_inside,
)
from sharvin.solvers.motion import energy_motion, parameter_motion, values_motion
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.typing import ComplexArray, NumberArray, RealArray

ANGLE = 1e-3  # rotation of a pair of modes by which a measure is differentiated
MOST_MODES = 150  # for a measure: it is called 4 n² times


@dataclass(frozen=True, eq=False)
class Sensitivity:
    r"""How a number read off S responds to every change of the device.

    .. math:: dF = \sum_n \kappa_n \langle w_n | dH | w_n \rangle

    Parameters
    ----------
    value : float
        The number F itself.
    onsite : real array, shape (orbitals,)
        :math:`\partial F / \partial \epsilon_i`, in 1/meV (one over the Hamiltonian's unit).
    smatrix : SMatrix
    """

    value: float
    onsite: RealArray = field(repr=False)
    smatrix: SMatrix = field(repr=False)
    _inside: Inside = field(repr=False)
    _kernel: ComplexArray = field(repr=False)
    _weight: float = field(repr=False)

    @property
    def weights(self) -> RealArray:
        r"""The :math:`\kappa_n`, per unit current, shape (m,)."""
        return self._waves[0]

    @property
    def waves(self) -> ComplexArray:
        """The :math:`w_n`, orthonormal mixtures of scattering states, shape (orbitals, m)."""
        return self._waves[1][: len(self.onsite)]

    def along(self, change: Any) -> float:
        """Derivative along a change of the Hamiltonian.

        Parameters
        ----------
        change : real array, shape (orbitals,), or matrix, shape (orbitals, orbitals)
            Of the onsite energies, or of all of H (Hermitian, dense or sparse).
        """
        import scipy.sparse as sp

        n = len(self.onsite)
        if not sp.issparse(change):
            change = np.asarray(change)
            if change.shape == (n,):
                return float(self.onsite @ change.real)
        if change.shape != (n, n):
            raise ShapeMismatch(
                f"the change has shape {change.shape}; needed are ({n},) onsite energies or a "
                f"matrix ({n}, {n})"
            )
        entries = sp.coo_matrix(change)
        return self._contract(entries.row, entries.col, entries.data)

    def derivative(self, name: str) -> float:
        """Derivative by a parameter of the device, or by ``"energy"``, leads included.

        Raises
        ------
        InvalidInput
            For a parameter without a derivative, such as a seed.
        """
        inside = self._inside
        if name == "energy":
            return self._through(energy_motion(inside)) - self._weight
        if name not in inside.device.parameters:
            raise UnknownName.among("parameter", name, ("energy", *inside.device.parameters))
        with one_blas_thread():
            change = values_motion(inside, name)
            pattern = inside.point.layout.extension.pattern
            moved = np.flatnonzero(change)
            rows = np.searchsorted(pattern.indptr, moved, side="right") - 1
            columns = pattern.indices[moved]
            if np.array_equal(rows, columns) and rows.max(initial=-1) < len(self.onsite):
                inner = float(self.onsite[rows] @ change[moved].real)
            else:
                inner = self._contract(rows, columns, change[moved])
            leads = parameter_motion(inside, name)
        return inner + (0.0 if leads is None else self._through(leads))

    def gradient(self) -> dict[str, float]:
        """Derivatives by all parameters of the device that have one."""
        found = {}
        for name in self._inside.device.parameters:
            try:
                found[name] = self.derivative(name)
            except InvalidInput:
                continue
        return found

    @cached_property
    def _waves(self) -> tuple[RealArray, ComplexArray]:
        """Weights and waves, the latter on appended lead cells too."""
        weights, vectors = np.linalg.eigh(self._kernel)
        kept = np.abs(weights) > NEGLIGIBLE * np.abs(weights).max(initial=0.0)
        with one_blas_thread():
            waves = self._inside.waves(np.ascontiguousarray(vectors[:, kept]))
        return weights[kept], waves

    def _contract(self, rows: Any, columns: Any, change: NumberArray) -> float:
        """Sum of κ conj(w_i) dH_ij w_j over entries."""
        pairs = np.zeros(len(rows), complex)
        weights, waves = self._waves
        i, j = np.asarray(columns, np.int64), np.asarray(rows, np.int64)
        add_pairs(i, j, waves * weights, waves, pairs)
        return float((pairs * change).sum().real)

    def _through(self, motion: ComplexArray) -> float:
        return float(np.einsum("ij,ji->", self._kernel, motion).real)


def sensitivity(
    device: Device,
    *,
    energy: float | str,
    to: Port | None = None,
    from_: Port | None = None,
    measure: Callable[[SMatrix], float] | None = None,
    **parameters: Any,
) -> Sensitivity:
    r"""Derivatives of a transmission by every onsite energy, hopping and parameter.

    One elimination with kept factors serves all of them: the cost does not depend on how many
    derivatives are read.

    .. math:: \frac{\partial T}{\partial \epsilon_i} = 2\,\mathrm{Im} \sum_{a \in to,\, b \in from}
              S_{ab}^* \, \psi_b(i)\, \Phi_a^*(i), \qquad \Phi = \psi S^\dagger

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    to, from_ : lead or (lead, label), optional
        Of the transmission to be differentiated; degeneracy is not multiplied in.
    measure : callable, optional
        Instead: any smooth ``measure(s) -> float`` of a unitary S-matrix that does not depend on
        the phases of modes, such as a noise or a resistance.
    **parameters
        The device's parameters.

    Returns
    -------
    Sensitivity
        ``onsite`` holds the derivatives by all onsite energies; ``derivative("gate")`` that by a
        parameter, with what it does to the leads; ``along(dH)`` that along any change of H.

    Raises
    ------
    InvalidInput
        At an energy at which no mode is open.

    References
    ----------
    V. Gasparian, T. Christen and M. Büttiker, Phys. Rev. A 54, 4022 (1996), for sensitivities of
    S to local potentials.

    Examples
    --------
    One level between two wires lets more through when it is moved towards the energy:

    >>> import numpy as np
    >>> from sharvin.device.leads import MatrixLead
    >>> ends = {n: MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[0]) for n in ("L", "R")}
    >>> level = Device.from_matrices(np.array([[0.5]]), leads=ends)
    >>> found = sensitivity(level, energy=0.0, to="R", from_="L")
    >>> exact = -2 * 0.5 / 4 / (1 + 0.5**2 / 4) ** 2  # T = 1/(1 + U²/4)
    >>> bool(abs(found.onsite[0] - exact) < 1e-12)
    True
    """
    with one_blas_thread():
        inside = solve_inside(device, energy, parameters)
        s = inside.smatrix
        refuse_closed(s, "transmission")
        if measure is None:
            if to is None or from_ is None:
                raise InvalidInput("sensitivity() needs to= and from_=, or a measure=")
            value, kernel = _transmission_kernel(s, to, from_)
        else:
            if to is not None or from_ is not None:
                raise InvalidInput("give either to= and from_=, or measure=, not both")
            value, kernel = _measure_kernel(s, measure)
        density = quadratic_density(inside, kernel)
    onsite = density[: device.pattern.n].copy()
    onsite.flags.writeable = False
    return Sensitivity(value, onsite, s, inside, kernel, float(density.sum()))


def _transmission_kernel(s: SMatrix, to: Port, from_: Port) -> tuple[float, ComplexArray]:
    rows, columns = s.rows_of(to), s.columns_of(from_)
    arriving = s.data[rows]
    both = np.zeros_like(s.data)
    both[columns] = arriving[:, columns].conj().T @ arriving
    return s.transmission(to=to, from_=from_), -1j * (both - both.conj().T)


def _measure_kernel(s: SMatrix, measure: Callable[[SMatrix], float]) -> tuple[float, ComplexArray]:
    """K of any function of S: its change under small rotations of every pair of incoming modes."""
    n = len(s.data)
    if n > MOST_MODES:
        raise InvalidInput(
            f"a measure of an S-matrix with {n} modes would be called {4 * n * n} times (most: "
            f"{MOST_MODES} modes); differentiate transmissions with to= and from_= instead"
        )
    kernel = np.zeros((n, n), complex)
    for a in range(n):
        turned = _rate(s, measure, a, a, lambda x: np.array([[np.exp(-1j * x)]]))
        kernel[a, a] = turned
        for b in range(a):
            # exp(-ix X) for X = |a><b| + |b><a| and X = -i|a><b| + i|b><a|
            real = _rate(s, measure, a, b, lambda x: _rotation(x, -1j, -1j))
            imag = _rate(s, measure, a, b, lambda x: _rotation(x, -1.0, 1.0))
            kernel[a, b] = (real - 1j * imag) / 2
            kernel[b, a] = kernel[a, b].conjugate()
    return float(measure(s)), kernel


def _rotation(angle: float, upper: complex, lower: complex) -> ComplexArray:
    c, d = np.cos(angle), np.sin(angle)
    return np.array([[c, upper * d], [lower * d, c]])


def _rate(
    s: SMatrix,
    measure: Callable[[SMatrix], float],
    a: int,
    b: int,
    rotation: Callable[[float], ComplexArray],
) -> float:
    """Derivative of the measure at angle zero of a rotation of incoming modes a and b."""
    picked = [a] if a == b else [a, b]

    def at(angle: float) -> float:
        data = s.data.copy()
        data[:, picked] = data[:, picked] @ rotation(angle)
        return float(measure(replace(s, data=data)))

    near = (at(ANGLE) - at(-ANGLE)) / (2 * ANGLE)
    far = (at(2 * ANGLE) - at(-2 * ANGLE)) / (4 * ANGLE)
    return (4 * near - far) / 3
