"""A grid of frequencies and the grid of times that belongs to it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.typing import ComplexArray, RealArray

RESOLUTION = 4.0  # points per thermal energy
COARSEST = 4.0
MOST = 1 << 16


@dataclass(frozen=True)
class FrequencyGrid:
    """Equidistant frequencies in the order of the fast Fourier transform, zero first.

    Parameters
    ----------
    count : int
        Even; products of small primes are fast.
    step : float
        dω.
    """

    count: int
    step: float

    @classmethod
    def covering(
        cls, barrier: HubbardBarrier, thermal_energy: float, count: int | None
    ) -> "FrequencyGrid":
        """Grid that holds the spectrum three times and resolves the temperature.

        A second-order self-energy is three times as wide as the spectrum; on a narrower grid it
        meets its own other end, and charge leaks.

        Raises
        ------
        InvalidInput
            Where `count` is too small for the temperature.
        """
        top = 2 * barrier.hopping + max(0.0, float((barrier.onsite + barrier.interaction).max()))
        half = 1.5 * (top + 2 * barrier.hopping)
        if count is None:
            count = _fast(2 * half * RESOLUTION / thermal_energy)
        if not (isinstance(count, int | np.integer) and count >= 64 and count % 2 == 0):
            raise InvalidInput(f"frequencies must be an even number, 64 or more, got {count!r}")
        step = 2 * half / count
        if step > thermal_energy / COARSEST:
            needed = _fast(2 * half * COARSEST / thermal_energy)
            raise InvalidInput(
                f"{count} frequencies are {step:.2g} apart, too coarse for a thermal energy of "
                f"{thermal_energy:.2g}; use {needed} or more, or a higher temperature"
            )
        if count > MOST:
            raise InvalidInput(
                f"a thermal energy of {thermal_energy:.2g} needs {count} frequencies (at most "
                f"{MOST}); at such temperatures use functional_rg, which is for T = 0"
            )
        return cls(int(count), float(step))

    @property
    def frequencies(self) -> RealArray:
        """ω from the chemical potential, shape (count,)."""
        return np.asarray(np.fft.fftfreq(self.count) * self.count * self.step, dtype=np.float64)

    def to_time(self, values: ComplexArray) -> ComplexArray:
        r""":math:`F(t) = \int \frac{d\omega}{2\pi} F(\omega) e^{-i\omega t}`, last axis."""
        from scipy import fft

        times: ComplexArray = fft.fft(values, axis=-1)
        times *= self.step / (2 * np.pi)
        return times

    def to_frequency(self, values: ComplexArray) -> ComplexArray:
        r""":math:`F(\omega) = \int dt\, F(t) e^{i\omega t}` along the last axis."""
        from scipy import fft

        found: ComplexArray = fft.ifft(values, axis=-1, overwrite_x=True)
        found *= 2 * np.pi / self.step
        return found

    def retarded(self, gap: ComplexArray) -> ComplexArray:
        r"""Retarded function whose greater less lesser function is `gap`, along the last axis.

        .. math:: F^R(\omega) = \int \frac{d\omega'}{2\pi}
                  \frac{i F_{\text{gap}}(\omega')}{\omega - \omega' + i0}

        The grid is padded: with a step function on the periodic grid of times, the spectrum would
        repeat itself beyond the grid, and its images shift the levels.
        """
        from scipy import fft

        half = self.count // 2
        padded = np.zeros((*gap.shape[:-1], 2 * self.count), dtype=np.complex128)
        padded[..., :half], padded[..., -half:] = gap[..., :half], gap[..., half:]
        found = fft.ifft(fft.fft(padded, overwrite_x=True) * self._pole, overwrite_x=True)
        both: ComplexArray = np.concatenate((found[..., :half], found[..., -half:]), axis=-1)
        return both

    @cached_property
    def _pole(self) -> ComplexArray:
        """Transform of the kernel i / 2π(ω + i0), band limited: 2/k for odd k, -iπ at zero."""
        from scipy import fft

        k = np.fft.fftfreq(2 * self.count) * 2 * self.count
        kernel = np.where(k % 2 == 1, 2 / np.where(k == 0, 1.0, k), 0.0).astype(np.complex128)
        kernel[0] = -1j * np.pi
        transformed: ComplexArray = fft.fft(kernel) * 1j / (2 * np.pi)
        return transformed


def _fast(least: float) -> int:
    """Smallest even length that transforms fast."""
    from scipy import fft

    return 2 * int(fft.next_fast_len(max(32, int(np.ceil(least / 2)))))
