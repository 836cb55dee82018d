"""Kernels that turn white noise into potentials of a given covariance: Gaussian, donors."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from sharvin.device.screening import Screening
from sharvin.errors import InvalidInput
from sharvin.typing import RealArray
from sharvin.units import HBAR2_OVER_2ME


class Kernel(Protocol):
    """How white noise is smeared; ``spacing`` is that of the noise, nm."""

    @property
    def spacing(self) -> float:
        """Distance of two nodes, nm."""

    @property
    def correlation_length(self) -> float:
        """Distance at which the covariance falls to exp(-1/2), nm."""

    @property
    def kind(self) -> int:
        """Keeps the noise of different kernels apart."""

    def weights(self, dimension: int) -> RealArray:
        """Weights on the nodes around one, shape (2 m + 1,) * dimension; squares add up to 1."""


@dataclass(frozen=True, eq=False)
class GaussianKernel:
    r"""Covariance :math:`U_{rms}^2 e^{-r^2 / 2 \ell^2}`, any dimension.

    Parameters
    ----------
    length : float
        ℓ in nm.
    """

    length: float
    kind = -1

    @property
    def spacing(self) -> float:
        """Distance of two nodes, nm: interpolation errors stay below 0.1 %."""
        return self.length / 4

    @property
    def correlation_length(self) -> float:
        """Distance at which the covariance falls to exp(-1/2), nm."""
        return self.length

    def weights(self, dimension: int) -> RealArray:
        """Gaussian of variance ℓ²/2: two of them, folded, give ℓ²."""
        offsets = np.arange(-16, 17) / 4
        line = np.exp(-(offsets**2))
        line /= np.linalg.norm(line)
        weights = np.ones(())
        for _ in range(dimension):
            weights = np.multiply.outer(weights, line)
        return weights


@dataclass(frozen=True, eq=False)
class DonorKernel:
    r"""Potential of one donor, screened by the gas, at a setback s from it.

    .. math:: U(q) = \frac{e^2}{2 \epsilon_0 \epsilon_r} \,
              \frac{e^{-q s} - e^{-q (2 d - s)}}{q \, \epsilon(q)}

    with :math:`\epsilon(q)` of `Screening`; without a surface the second term and d drop out.

    Parameters
    ----------
    setback : float
        s in nm.
    depth : float
        d of the gas below a surface at fixed potential, nm; infinite without one.
    rule : Screening
        Mass and permittivity.
    """

    setback: float
    depth: float
    rule: Screening
    kind = -2

    @property
    def spacing(self) -> float:
        """Distance of two nodes, nm."""
        return self.setback / 3

    def spectrum(self, q: RealArray) -> RealArray:
        """Potential of one donor, meV nm²."""
        safe = np.where(q > 0, q, 1e-9 / self.setback)
        charge = 4 * np.pi * HBAR2_OVER_2ME / self.rule.mass / self.rule.bohr_radius  # e²/2ε
        mirrored = np.exp(-safe * (2 * self.depth - self.setback))
        bare = (np.exp(-safe * self.setback) - mirrored) / safe
        depth = min(self.depth, 1e9 * self.setback)
        result: RealArray = charge * bare / (1 + self.rule.susceptibility(safe, depth))
        return result

    @cached_property
    def energy_per_root_density(self) -> float:
        r"""Rms potential of :math:`N` donors per nm², over :math:`\sqrt N`, meV nm."""
        from scipy.integrate import quad

        # ∫ d²q / (2π)² U(q)²; the exponential ends it
        power, _ = quad(
            lambda p: p * self.spectrum(np.array(p / self.setback)) ** 2, 0, 40, limit=200
        )
        return float(np.sqrt(power / (2 * np.pi))) / self.setback

    @cached_property
    def _image(self) -> RealArray:
        """Kernel in the plane, cut off smoothly between 6 and 12 setbacks."""
        reach, size = 36, 256
        q = 2 * np.pi * np.fft.fftfreq(size, self.spacing)
        image = np.fft.ifft2(self.spectrum(np.hypot(q[:, None], q[None, :]))).real
        around = np.arange(-reach, reach + 1)
        near = image[np.ix_(around, around)]
        share = np.clip(2 * np.hypot(around[:, None], around[None, :]) / reach - 1, 0, 1)
        near = near * np.cos(np.pi / 2 * share) ** 2
        scaled: RealArray = near / np.linalg.norm(near)
        return scaled

    def weights(self, dimension: int) -> RealArray:
        """Weights of the noise on a plane of donors."""
        if dimension != 2:
            raise InvalidInput("donors lie in a plane: donor_disorder needs a two-dimensional gas")
        return self._image

    @cached_property
    def correlation_length(self) -> float:
        """Distance at which the covariance falls to exp(-1/2), nm."""
        spectrum = np.abs(np.fft.fft2(self._image, s=(256, 256))) ** 2
        line = np.fft.ifft2(spectrum).real[0, :40]
        below = int(np.argmax(line < np.exp(-0.5) * line[0]))
        share = (line[below - 1] - np.exp(-0.5) * line[0]) / (line[below - 1] - line[below])
        return float((below - 1 + share) * self.spacing)
