"""What the F and R of a model imply: dimensions, twists, S and T, central charge."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.typing import ComplexArray, IntArray, RealArray

# S is unitary to rounding, or singular: nothing lies between.
UNITARY = 1e-9


def quantum_dimensions(model: AnyonModel) -> RealArray:
    r"""Growth of the Hilbert space per particle, :math:`d_a = 1/|[F^{a\bar aa}_a]_{00}|`.

    Equal to the largest eigenvalue of the fusion matrix of a.
    """
    a, dual = np.arange(len(model.labels)), model.duals
    return np.asarray(1 / np.abs(model.f[a, dual, a, a, 0, 0]))


def twists(model: AnyonModel) -> ComplexArray:
    r"""Phases :math:`\theta_a = \sum_c (d_c/d_a) R^{aa}_c` of a particle turned by 2π."""
    d = quantum_dimensions(model)
    a = np.arange(len(d))
    return np.asarray((model.r[a, a] @ d) / d)


def s_matrix(model: AnyonModel) -> ComplexArray:
    r"""Links of two closed worldlines.

    .. math:: S_{ab} = \frac{1}{D} \sum_c N_{a \bar b}^c
              \frac{\theta_c}{\theta_a \theta_{\bar b}} d_c, \qquad D^2 = \sum_a d_a^2

    Unitary if every particle but the vacuum is noticed by some braid.
    """
    d, theta = quantum_dimensions(model), twists(model)
    links = (model.fusion @ (theta * d)) / np.outer(theta, theta)
    return np.asarray(links[:, model.duals] / np.linalg.norm(d))


def t_matrix(model: AnyonModel) -> ComplexArray:
    r"""Twists on the diagonal, :math:`T_{aa} = \theta_a e^{-2\pi i c/24}`."""
    return np.diag(twists(model) * np.exp(-2j * np.pi * central_charge(model) / 24))


def is_modular(model: AnyonModel) -> bool:
    """Whether S is unitary."""
    s = s_matrix(model)
    return bool(np.abs(s @ s.conj().T - np.eye(len(s))).max() < UNITARY)


def central_charge(model: AnyonModel) -> float:
    r"""Chiral central charge c modulo 8, from :math:`\sum_a d_a^2 \theta_a = D e^{2\pi i c/8}`.

    Between 0 (included) and 8.
    """
    _need_modular(model, "a central charge")
    d = quantum_dimensions(model)
    charge = float(np.angle(np.sum(d**2 * twists(model))) * 4 / np.pi)
    return round(charge % 8, 12) % 8


def verlinde(model: AnyonModel) -> IntArray:
    r"""Fusion numbers read off S alone, to be compared with ``model.fusion``.

    .. math:: N_{ab}^c = \sum_x \frac{S_{ax} S_{bx} S^*_{cx}}{S_{0x}}

    References
    ----------
    E. Verlinde, Nucl. Phys. B 300, 360 (1988).
    """
    _need_modular(model, "Verlinde's formula")
    s = s_matrix(model)
    numbers = np.einsum("ax,bx,cx,x->abc", s, s, s.conj(), 1 / s[0])
    return np.asarray(np.rint(numbers.real).astype(np.int64))


def monodromy(model: AnyonModel, mover: str, enclosed: str) -> complex:
    r"""Average amplitude of one particle carried counterclockwise around another.

    .. math:: M_{ab} = \frac{S^*_{ab} S_{00}}{S_{0a} S_{0b}}
              = \sum_c \frac{d_c}{d_a d_b} N_{ab}^c \frac{\theta_c}{\theta_a \theta_b}

    A phase for Abelian particles; of modulus below one where the pair gets entangled.
    """
    a, b = model.index(mover), model.index(enclosed)
    d, theta = quantum_dimensions(model), twists(model)
    weights = model.fusion[a, b] * d / (d[a] * d[b])
    return complex(weights @ theta / (theta[a] * theta[b]))


def _need_modular(model: AnyonModel, what: str) -> None:
    if not is_modular(model):
        raise InvalidInput(
            f"{model.name} has {what} only if its S matrix is unitary, but some particle (an "
            "electron?) braids trivially with all others"
        )
