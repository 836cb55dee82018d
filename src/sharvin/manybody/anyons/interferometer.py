"""Anyons that go around others in an interferometer: the phase that shows their statistics."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.anyons.model import AnyonModel
from sharvin.manybody.anyons.modular import monodromy
from sharvin.typing import RealArray


def laughlin_phase(denominator: int, flux: float | RealArray, quasiparticles: int) -> RealArray:
    r"""Phase of a quasiparticle that goes once around an interferometer at filling 1/m.

    .. math:: θ = \frac{2π}{m} \left( \frac{Φ}{Φ_0} - n \right), \qquad Φ_0 = h/e

    Parameters
    ----------
    denominator : int
        m.
    flux : float or real array
        Magnetic flux through the interferometer, in h/e; it acts on the charge e/m.
    quasiparticles : int
        n, those inside, of the kind that goes around; -1 for one of the opposite kind.

    Returns
    -------
    real array
        In radians, not reduced. One flux quantum more is the same as one quasiparticle less:
        that is how a fractional charge and a fractional statistics hang together.

    References
    ----------
    D. Arovas, J. R. Schrieffer and F. Wilczek, Phys. Rev. Lett. 53, 722 (1984); J. Nakamura et
    al., Nat. Phys. 16, 931 (2020): jumps of 2π/3 at filling 1/3.
    """
    m = denominator
    if isinstance(m, bool) or int(m) != m or m < 1:
        raise InvalidInput(f"Laughlin states have filling 1/m with integer m >= 1, got m = {m!r}")
    if int(quasiparticles) != quasiparticles:
        raise InvalidInput(f"quasiparticles are counted, got {quasiparticles!r}")
    return np.asarray(2 * np.pi / m * (np.asarray(flux, dtype=float) - quasiparticles))


def interference(
    model: AnyonModel,
    mover: str,
    enclosed: str,
    phase: float | RealArray,
    *,
    amplitudes: tuple[float, float] = (0.1, 0.1),
) -> RealArray:
    r"""Probability that an anyon tunnels at one of two contacts around what is enclosed.

    .. math:: P = t_1^2 + t_2^2 + 2 t_1 t_2\, \mathrm{Re}(M_{ab} e^{iθ})

    M is the `monodromy`: a phase for Abelian anyons; less than one in size where the enclosed
    anyon keeps a record of the way taken (zero for σ around σ: no interference at all).

    Parameters
    ----------
    model : AnyonModel
    mover, enclosed : str
        The anyon that goes around, and the total charge inside.
    phase : float or real array
        Of everything else, such as the Aharonov-Bohm phase; radians.
    amplitudes : (float, float)
        t_1 and t_2 of the contacts; weak, so that only one tunneling counts.

    References
    ----------
    P. Bonderson, A. Kitaev and K. Shtengel, Phys. Rev. Lett. 96, 016803 (2006).
    """
    one, two = amplitudes
    if not (one >= 0 and two >= 0 and one + two <= 1):
        raise InvalidInput(f"amplitudes are positive and add up to at most 1, got {amplitudes}")
    wave = monodromy(model, mover, enclosed) * np.exp(1j * np.asarray(phase, dtype=float))
    return np.asarray(one**2 + two**2 + 2 * one * two * wave.real)
