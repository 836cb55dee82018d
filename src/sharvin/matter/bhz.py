"""Bernevig-Hughes-Zhang model of HgTe quantum wells, on a square grid."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.conserved import Conserved
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.spin import IDENTITY, PAULI, SIGMA_X, SIGMA_Y, SIGMA_Z
from sharvin.typing import NumberArray
from sharvin.units import quantity


def bhz(
    *,
    mass: float | str = -10.0,
    a: float | str = 364.5,
    b: float = -686.0,
    d: float = -512.0,
    spacing: float | str = 5.0,
) -> Model:
    r"""Quantum spin Hall insulator in the orbitals (E↑, H↑, E↓, H↓).

    .. math:: H = \begin{pmatrix} h(\mathbf k) & 0 \\ 0 & h^*(-\mathbf k) \end{pmatrix}, \qquad
              h = -d k^2 + a (k_x \sigma_x + k_y \sigma_y) + (M - b k^2) \sigma_z

    with :math:`k^2 \to (4 - 2\cos k_x s - 2\cos k_y s)/s^2` and :math:`k_x \to \sin(k_x s)/s` on a
    grid of spacing s. Inverted, and then a quantum spin Hall insulator, for 0 < M/b < 4/s²
    (the numbers of a 7 nm well are the default); normal for M/b < 0. Spin up has Chern number
    sign(b) in the inverted regime (signs as in `sharvin.topology.chern_number`).

    Parameters
    ----------
    mass : float or str
        M, in meV; the default of the parameter ``"mass"``. Negative beyond the critical
        thickness of 6.3 nm.
    a : float or str
        In meV nm.
    b, d : float
        In meV nm². The conduction and valence bands overlap where |d| > |b|.
    spacing : float or str
        s, in nm. Keep 4 |b|/s² well above |M|.

    References
    ----------
    B. A. Bernevig, T. L. Hughes, S.-C. Zhang, Science 314, 1757 (2006). Numbers: M. König et al.,
    J. Phys. Soc. Jpn. 77, 031007 (2008).
    """
    s = quantity(spacing, "nm", name="spacing")
    speed = quantity(a, "meV nm", name="a")
    if not (s > 0 and np.isfinite([b, d]).all()):
        raise InvalidInput(f"bhz needs a positive spacing and finite b and d, got {s}, {b}, {d}")
    curve = -(d * IDENTITY + b * SIGMA_Z) / s**2

    def both(up: NumberArray, down: NumberArray) -> NumberArray:
        zero = np.zeros((2, 2))
        return np.block([[up, zero], [zero, down]])

    def step(sigma: NumberArray) -> NumberArray:
        # -σ* in the lower block: h*(-k) reverses k and conjugates.
        odd = 1j * speed / (2 * s)
        return both(odd * sigma - curve, -odd * sigma.conj() - curve)

    exchange = np.stack([np.kron(sigma, IDENTITY) for sigma in PAULI])
    return Model(
        Lattice(s * np.eye(2)),
        onsite=[{"": both(4 * curve, 4 * curve), "mass": both(SIGMA_Z, SIGMA_Z)}],
        hoppings=[Hopping(step(SIGMA_X), (1, 0)), Hopping(step(SIGMA_Y), (0, 1))],
        orbitals=4,
        defaults={"mass": quantity(mass, "meV", name="mass")},
        units={"mass": "meV"},
        conserved={"spin": Conserved((exchange[2].real,), {1.0: "up", -1.0: "down"})},
        name="Bernevig-Hughes-Zhang model",
        spin=[exchange],
    )
