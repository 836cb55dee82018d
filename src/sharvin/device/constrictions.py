"""Contacts of textbook shape: saddle point, smooth taper, cosh barrier; and the saddle of any gate.

Frequencies are given as energies: ħω = 1 meV. On a grid of hopping t and spacing a the mass
is ``HBAR2_OVER_2ME / (t a**2)`` electron masses; with t = a = 1 the formulas of the literature
hold as they stand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.landscape import Factor, Points, Term
from sharvin.device.parameters import Parameters, joined
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import HBAR2_OVER_2ME, quantity


@dataclass(frozen=True, eq=False)
class Constriction:
    """A sum of shapes in one plane, each times a number or a parameter of the device.

    Parameters
    ----------
    name : str
        For messages and pictures.
    pieces : tuple of Piece
    center : tuple of float
        Middle of the contact, nm.
    """

    name: str
    pieces: tuple["Piece", ...]
    center: tuple[float, float]

    @property
    def parameters(self) -> Parameters:
        """The parameters that a point of a sweep gives."""
        return joined(piece.factor.knob.parameters for piece in self.pieces)

    def energy(self, x: Any, y: Any = 0.0, **params: float | str) -> RealArray:
        """Potential energy, meV, at points given by arrays in nm."""
        known = self.parameters.resolve(params)
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        total = np.zeros(np.broadcast(x, y).shape)
        for piece in self.pieces:
            total += piece.factor.at(known) * piece.shape(x - self.center[0], y - self.center[1])
        return total

    def bind(self, what: str) -> tuple[Term, ...]:
        """One term per piece."""
        return tuple(self._term(piece, what) for piece in self.pieces)

    def _term(self, piece: "Piece", what: str) -> Term:
        def evaluate(points: Points, params: Mapping[str, float]) -> RealArray:
            x = points.coordinate("x", what) - self.center[0]
            # A chain of sites has no y, and a barrier along it needs none.
            y = points.coordinate("y", what) - self.center[1] if piece.needs_y else np.zeros(1)
            return np.array(np.broadcast_to(piece.shape(x, y), x.shape))

        return Term(evaluate, Parameters(), factor=piece.factor)

    def __repr__(self) -> str:
        return f"{self.name} at {self.center} nm"


@dataclass(frozen=True, eq=False)
class Piece:
    """One shape (x, y) -> number and what multiplies it."""

    shape: Callable[[RealArray, RealArray], RealArray]
    factor: Factor
    needs_y: bool = False


def saddle(
    *,
    height: float | str = 0.0,
    omega_x: float | str,
    omega_y: float | str,
    mass: float = 0.067,
    center: Any = (0.0, 0.0),
) -> Constriction:
    r"""Saddle point of two parabolas.

    .. math:: U = V_0 - \tfrac12 m \omega_x^2 x^2 + \tfrac12 m \omega_y^2 y^2, \qquad
              \tfrac12 m \omega^2 x^2 = \frac{(\hbar \omega)^2 x^2}{2 \hbar^2 / m}

    The device must reach far enough for its edge to lie well below the energy: a saddle that is
    cut off early reflects at the cut.

    Parameters
    ----------
    height, omega_x, omega_y : float or str
        V₀, ħω_x (along the current) and ħω_y in meV, or names of parameters.
    mass : float
        In electron masses.
    center : pair
        Of the saddle, nm.

    References
    ----------
    M. Büttiker, Phys. Rev. B 41, 7906 (1990).
    """
    stiffness = _stiffness(mass)
    pieces = (
        Piece(_one, Factor.of(height, "meV", "height of a saddle")),
        Piece(lambda x, y: -stiffness * x**2, _square(omega_x, "omega_x of a saddle")),
        Piece(lambda x, y: stiffness * y**2, _square(omega_y, "omega_y of a saddle"), True),
    )
    return _constriction("saddle", pieces, center)


def taper(
    *,
    omega_y: float | str,
    length: float | str,
    height: float | str = 0.0,
    mass: float = 0.067,
    center: Any = (0.0, 0.0),
) -> Constriction:
    r"""Smooth contact whose confinement fades along the current, without a barrier.

    .. math:: U = V_0 + \tfrac12 m \omega_y(x)^2 y^2, \qquad
              \omega_y(x) = \omega_y e^{-(x/\ell)^2}

    Parameters
    ----------
    omega_y : float or str
        ħω_y in the middle, meV, or the name of a parameter.
    length : float or str
        ℓ in nm. The confinement is 2 % of its largest at 2ℓ.
    height : float or str
        V₀ in meV, or the name of a parameter.
    mass, center
        As for `saddle`.
    """
    reach, stiffness = _positive(length, "length of a taper"), _stiffness(mass)

    def shape(x: RealArray, y: RealArray) -> RealArray:
        return stiffness * y**2 * np.exp(-2 * (x / reach) ** 2)

    pieces = (
        Piece(_one, Factor.of(height, "meV", "height of a taper")),
        Piece(shape, _square(omega_y, "omega_y of a taper"), True),
    )
    return _constriction("taper", pieces, center)


def cosh_barrier(
    *,
    height: float | str,
    length: float | str,
    omega_y: float | str = 0.0,
    mass: float = 0.067,
    center: Any = (0.0, 0.0),
) -> Constriction:
    r"""Barrier across a wire of parabolic confinement, whose transmission is known exactly.

    .. math:: U = \frac{V_0}{\cosh^2(x/\ell)} + \tfrac12 m \omega_y^2 y^2

    Near its top it is a saddle with :math:`\hbar \omega_x = (2/\ell) \sqrt{V_0 \hbar^2/2m}`.

    Parameters
    ----------
    height : float or str
        V₀ in meV, or the name of a parameter.
    length : float or str
        ℓ in nm.
    omega_y : float or str
        ħω_y in meV, or the name of a parameter; zero also suits a chain.
    mass, center
        As for `saddle`.

    References
    ----------
    C. Eckart, Phys. Rev. 35, 1303 (1930).
    """
    reach, stiffness = _positive(length, "length of a barrier"), _stiffness(mass)
    pieces = (
        # tanh, since cosh² overflows far away
        Piece(lambda x, y: 1 - np.tanh(x / reach) ** 2, Factor.of(height, "meV", "height")),
        Piece(lambda x, y: stiffness * y**2, _square(omega_y, "omega_y of a barrier"), True),
    )
    return _constriction("cosh barrier", pieces, center)


@dataclass(frozen=True)
class SaddlePoint:
    """Where a contact is narrowest: position (nm), height and both frequencies ħω (meV)."""

    x: float
    y: float
    height: float
    omega_x: float
    omega_y: float


def find_saddle(
    energy: Callable[..., Any],
    *,
    at: Any = (0.0, 0.0),
    mass: float = 0.067,
    step: float | str = "2 nm",
) -> SaddlePoint:
    """Saddle point of a potential near a point, from its gradient and curvature.

    Parameters
    ----------
    energy : callable
        ``energy(x, y)`` in meV for arrays in nm, such as ``partial(gates.energy, gate=-1.2)``.
    at : pair
        Where the search starts, nm.
    mass : float
        In electron masses.
    step : float or str
        Over which derivatives are taken, nm; a tenth of the depth of the gates is small enough.
    """
    place = np.asarray(quantity(at, "nm", name="at"), dtype=np.float64)
    width = _positive(step, "step")
    for _ in range(50):
        gradient, curvature, height = _derivatives(energy, place, width)
        move = np.linalg.lstsq(curvature, -gradient, rcond=1e-12)[0]
        size = float(np.linalg.norm(move))
        place = place + move * min(1.0, 10 * width / max(size, 1e-300))
        if size < 1e-6 * width:
            break
    along, across = curvature[0, 0], curvature[1, 1]
    if not (along <= 0 <= across):
        raise InvalidInput(
            f"near ({place[0]:.0f}, {place[1]:.0f}) nm the potential has no saddle with the "
            "current along x: it must fall along x and rise along y"
        )
    # U = (ħω)² x² / (4 ħ²/2m), so ħω = sqrt(2 U'' ħ²/2m)
    scale = 2 * HBAR2_OVER_2ME / mass
    return SaddlePoint(
        float(place[0]),
        float(place[1]),
        height,
        float(np.sqrt(-along * scale)),
        float(np.sqrt(across * scale)),
    )


def _derivatives(
    energy: Callable[..., Any], place: RealArray, step: float
) -> tuple[RealArray, RealArray, float]:
    """Gradient, Hessian and value by differences on nine points."""
    offsets = step * np.arange(-1.0, 2.0)
    u = np.asarray(energy(place[0] + offsets[:, None], place[1] + offsets[None, :]))
    gradient = np.array([u[2, 1] - u[0, 1], u[1, 2] - u[1, 0]]) / (2 * step)
    mixed = (u[2, 2] - u[2, 0] - u[0, 2] + u[0, 0]) / 4
    xx, yy = u[2, 1] - 2 * u[1, 1] + u[0, 1], u[1, 2] - 2 * u[1, 1] + u[1, 0]
    curvature = np.array([[xx, mixed], [mixed, yy]]) / step**2
    return gradient, curvature, float(u[1, 1])


def _constriction(name: str, pieces: tuple[Piece, ...], center: Any) -> Constriction:
    place = np.asarray(quantity(center, "nm", name=f"center of a {name}"))
    if place.shape != (2,):
        raise InvalidInput(f"center of a {name} must be a pair (x, y), got {center!r}")
    used = tuple(piece for piece in pieces if not piece.factor.is_zero)
    return Constriction(name, used, (float(place[0]), float(place[1])))


def _one(x: RealArray, y: RealArray) -> RealArray:
    return np.ones(np.broadcast(x, y).shape)


def _square(omega: Any, what: str) -> Factor:
    return Factor.of(omega, "meV", what, power=2)


def _stiffness(mass: float) -> float:
    """``m ω² / 2`` for ħω = 1 meV, in meV/nm²."""
    if not (isinstance(mass, int | float) and np.isfinite(mass) and mass > 0):
        raise InvalidInput(f"mass must be positive, got {mass!r}")
    return mass / (4 * HBAR2_OVER_2ME)


def _positive(value: Any, what: str) -> float:
    number = float(quantity(value, "nm", name=what))
    if not (number > 0 and np.isfinite(number)):
        raise InvalidInput(f"{what} must be positive, got {value!r}")
    return number
