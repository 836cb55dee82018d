r"""Weak localization and antilocalization in a magnetic field, in two dimensions and in wires.

Conductivities in e²/h for both spins together, lengths in nm, fields in T.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, Unreliable
from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM

_BERNOULLI = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760)  # B_2n/2n
HBAR_OVER_E = FLUX_QUANTUM / (2 * np.pi)  # T nm²
FEWEST = 4  # points of a fit: two parameters and two to test them


def coherence_field(length: ArrayLike) -> RealArray:
    r"""Field :math:`B_\varphi = \hbar / 4 e L_\varphi^2` of a length."""
    found: RealArray = HBAR_OVER_E / (4 * np.asarray(length, dtype=float) ** 2)
    return found


def _digamma_gain(field: RealArray, scale: ArrayLike) -> RealArray:
    """psi(1/2 + x) + ln(B / scale), x = scale/B: 0 at B = 0, (B/scale)²/24 in weak fields."""
    b, scale = np.broadcast_arrays(np.abs(field), np.asarray(scale, dtype=float))
    found = np.zeros(b.shape)
    strong = b > 1e-3 * scale
    x = scale[strong] / b[strong]
    found[strong] = _digamma(0.5 + x) - np.log(x)
    weak = (b / scale)[~strong]
    found[~strong] = weak**2 / 24  # where the difference above would lose its digits
    return found


def _digamma(z: RealArray) -> RealArray:
    r""":math:`\psi(z)`, z > 0: recurrence to z > 8, then its asymptotic series."""
    steps = z[..., None] + np.arange(8)
    y = z + 8
    u = 1 / y**2
    series = u * np.polynomial.Polynomial(_BERNOULLI)(u)
    found: RealArray = np.log(y) - 0.5 / y - series - (1 / steps).sum(axis=-1)
    return found


def hikami(
    field: ArrayLike, coherence_length: float, spin_orbit_length: float = np.inf
) -> RealArray:
    r"""Magnetoconductivity :math:`\sigma(B) - \sigma(0)` of a film, in e²/h, both spins.

    .. math:: \Delta\sigma = \frac{1}{\pi} \Big[
              \tfrac32 f\Big(\tfrac{B}{B_\varphi + \frac43 B_{so}}\Big)
              - \tfrac12 f\Big(\tfrac{B}{B_\varphi}\Big) \Big], \qquad
              f(z) = \ln z + \psi\Big(\tfrac12 + \tfrac1z\Big)

    Without spin-orbit coupling it is :math:`f(B/B_\varphi)/\pi`, a positive magnetoconductance;
    strong coupling leaves :math:`-\tfrac12` of that, antilocalization.

    Parameters
    ----------
    field : array, T
    coherence_length, spin_orbit_length : float, nm

    References
    ----------
    S. Hikami, A. I. Larkin, Y. Nagaoka, Prog. Theor. Phys. 63, 707 (1980).
    """
    b = np.asarray(field, dtype=float)
    if not coherence_length > 0 or not spin_orbit_length > 0:
        raise InvalidInput("the coherence and spin-orbit lengths must be positive")
    phase = coherence_field(coherence_length)
    mixed = phase + 4 / 3 * coherence_field(spin_orbit_length)
    found: RealArray = (1.5 * _digamma_gain(b, mixed) - 0.5 * _digamma_gain(b, phase)) / np.pi
    return found


def wire_correction(
    field: ArrayLike, length: float, width: float, coherence_length: float
) -> RealArray:
    r"""Weak localization :math:`\delta G(B)` of a long dirty wire, e²/h, both spins.

    .. math:: \delta G = -\frac{2}{L} \Big[\frac{1}{L_\varphi^2}
              + \frac{W^2}{3 l_m^4}\Big]^{-1/2}, \qquad l_m^2 = \hbar / eB

    For :math:`l \ll W \ll L_\varphi \ll L`. In a wire cleaner than it is wide flux cancellation
    makes the field act more weakly.

    References
    ----------
    B. L. Altshuler, A. G. Aronov, JETP Lett. 33, 499 (1981).
    """
    b = np.asarray(field, dtype=float)
    magnetic = width**2 * (b / HBAR_OVER_E) ** 2 / 3
    found: RealArray = -2 / length / np.sqrt(coherence_length**-2 + magnetic)
    return found


@dataclass(frozen=True)
class HikamiFit:
    """Coherence length of a measured or simulated magnetoconductivity.

    Parameters
    ----------
    coherence_length, coherence_length_error : float
        In nm.
    prefactor, prefactor_error : float
        What multiplies f/π: 1 without spin-orbit coupling, -1/2 with much of it.
    chi2 : float
        Per degree of freedom, where errors were given; NaN otherwise.
    """

    coherence_length: float
    coherence_length_error: float
    prefactor: float
    prefactor_error: float
    chi2: float


def fit_hikami(
    field: ArrayLike,
    gain: ArrayLike,
    error: ArrayLike | None = None,
    *,
    prefactor: float | None = None,
    guess: float | None = None,
) -> HikamiFit:
    r"""Fit :math:`\alpha f(B/B_\varphi)/\pi` to a magnetoconductivity.

    Parameters
    ----------
    field : array, T
    gain : array, e²/h, both spins
        :math:`\sigma(B) - \sigma(0)`.
    error : array, optional
        Standard errors of `gain`.
    prefactor : float, optional
        Held at this value; by default it is fitted too.
    guess : float, optional
        Coherence length to start from, nm.

    Raises
    ------
    InvalidInput
        For fewer than four points, or points of unequal number.
    Unreliable
        Where the data do not tell a coherence length.
    """
    from scipy.optimize import least_squares

    b, y = np.abs(np.asarray(field, float)), np.asarray(gain, float)
    sigma = np.ones_like(y) if error is None else np.asarray(error, float)
    if b.shape != y.shape or sigma.shape != y.shape or b.ndim != 1:
        raise InvalidInput("a fit needs as many fields as conductivities (and errors)")
    used = (b > 0) & np.isfinite(y) & (sigma > 0)
    if used.sum() < FEWEST:
        raise InvalidInput(f"a fit needs {FEWEST} points at fields that are not zero")
    b, y, sigma = b[used], y[used], sigma[used]
    start = guess or float(np.sqrt(HBAR_OVER_E / (4 * np.median(b))))

    def residuals(p: RealArray) -> RealArray:
        alpha = p[1] if prefactor is None else prefactor
        model = alpha * _digamma_gain(b, coherence_field(np.exp(p[0]))) / np.pi
        residual: RealArray = (model - y) / sigma
        return residual

    first = [np.log(start)] if prefactor is not None else [np.log(start), np.sign(y.sum()) or 1.0]
    found = least_squares(residuals, first)
    free = max(1, len(y) - len(first))
    chi2 = float((found.fun**2).sum() / free)
    jacobian: RealArray = np.asarray(found.jac)
    curvature = jacobian.T @ jacobian
    if not found.success or np.linalg.cond(curvature) > 1e12:
        raise Unreliable("these data do not tell a coherence length: no field where they bend")
    spread = np.sqrt(np.diag(np.linalg.inv(curvature)) * (chi2 if error is None else 1.0))
    length = float(np.exp(found.x[0]))
    alpha, of_alpha = (prefactor, 0.0) if prefactor is not None else (found.x[1], spread[1])
    return HikamiFit(
        length, length * float(spread[0]), float(alpha), float(of_alpha),
        chi2 if error is not None else float("nan"),
    )  # fmt: skip
