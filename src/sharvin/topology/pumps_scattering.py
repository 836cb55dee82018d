"""Thouless pumps seen from outside: the charge that slow parameters push into a lead."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, Unreliable
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrices
from sharvin.topology.pumps import TURN, Cycle, check_cycle
from sharvin.typing import ComplexArray

# Half as many phases must give the same charge within this: the rule converges exponentially.
CONVERGED = 1e-6
LARGEST_TURN = np.pi / 2  # of the phase of det r from one point to the next
TRANSPARENT = 1e-2  # transmission at which the winding of det r has lost its meaning
FEWEST = 16


def pumped_charge(
    device: Device,
    cycle: Cycle,
    *,
    lead: str,
    energy: float | str,
    phases: int = 200,
    **params: Any,
) -> float:
    r"""Electrons that one slow cycle sends out through a lead.

    .. math:: Q_\ell = -\frac{1}{2\pi} \oint d\theta\; \mathrm{Im}\,
              \mathrm{Tr} \Big[ \frac{\partial S}{\partial\theta} S^\dagger \Big]_{\ell\ell}

    the trace running over the outgoing modes of the lead. By the sum rule of Friedel a growing
    phase of S draws electrons in, hence the sign. With the degeneracy of the device. The integrand
    is periodic: derivative and integral are exact for all harmonics below phases/2.

    Parameters
    ----------
    device : Device
        Its leads must not take part in the cycle.
    cycle : callable
        Phase in rad to parameters of the device.
    lead : str
    energy : float or str
        Fermi energy, meV.
    phases : int
        Points of the cycle, an even number.
    **params
        Parameters that stay.

    Returns
    -------
    float
        In electrons; positive out of the device. Not an integer unless the device is opaque.

    Raises
    ------
    Unreliable
        When half of the points give another charge: take more, or the cycle meets a resonance.

    References
    ----------
    P. W. Brouwer, Phys. Rev. B 58, R10135 (1998).
    """
    cycle_s = _around(device, cycle, energy, phases, params)
    rows = cycle_s[0].rows_of(lead)
    data = np.stack([s.data for s in cycle_s])
    charge, coarse = _brouwer(data, rows), _brouwer(data[::2], rows)
    if not abs(charge - coarse) <= CONVERGED:
        raise Unreliable(
            f"the pumped charge is not converged: {charge:.8f} with {phases} points of the cycle, "
            f"{coarse:.8f} with half of them; take more phases"
        )
    return charge * device.degeneracy


def reflection_winding(
    device: Device,
    cycle: Cycle,
    *,
    lead: str,
    energy: float | str,
    phases: int = 200,
    **params: Any,
) -> int:
    r"""Electrons sent out by an opaque device: minus the winding of the determinant of r.

    .. math:: W = -\frac{1}{2\pi} \oint d \arg \det r

    An exact integer, without the degeneracy of the device. Parameters as for `pumped_charge`.

    Raises
    ------
    Unreliable
        When so much is transmitted that det r may pass zero, or the phase turns too far from one
        point to the next.
    """
    cycle_s = _around(device, cycle, energy, phases, params)
    blocks = [s.block(to=lead, from_=lead) for s in cycle_s]
    weakest = [float(np.linalg.svd(r, compute_uv=False).min(initial=1.0)) for r in blocks]
    if 1 - min(weakest) ** 2 > TRANSPARENT:
        raise Unreliable(
            f"up to {1 - min(weakest) ** 2:.2g} of a mode is transmitted on this cycle, so that "
            "its reflection has no integer winding; take a longer device, an energy in the gap, or "
            "pumped_charge()"
        )
    determinant = np.array([np.linalg.det(r) for r in blocks])
    turns = np.angle(np.roll(determinant, -1) / determinant)
    if np.abs(turns).max() > LARGEST_TURN:
        raise Unreliable(
            f"the phase of det r turns by {np.abs(turns).max():.2f} rad between two of {phases} "
            "points; take more phases"
        )
    return -round(float(turns.sum()) / TURN)


def _around(
    device: Device, cycle: Cycle, energy: float | str, phases: int, params: Mapping[str, Any]
) -> list[SMatrix]:
    """S-matrices at equal steps of the cycle, in one basis of modes."""
    check_cycle(cycle)
    if int(phases) != phases or phases < FEWEST or phases % 2:
        raise InvalidInput(f"phases must be an even number of at least {FEWEST}, got {phases!r}")
    points = [{**params, **cycle(t)} for t in TURN * np.arange(phases) / phases]
    _check_leads(device, points[0], points[phases // 3])
    return list(smatrices(device, [{"energy": energy, **point} for point in points]))


def _check_leads(device: Device, one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """The phases of modes mean something only in leads that stay as they are."""
    for a, b in zip(device.lead_blocks(one), device.lead_blocks(other), strict=True):
        for part in ("cell", "hop", "coupling"):
            before, after = getattr(a, part, None), getattr(b, part, None)
            if not (before is None or after is None or np.array_equal(before, after)):
                raise InvalidInput(
                    f"the cycle changes lead {a.name!r}; give the lead parameters of its own, "
                    "lead(..., parameters={...}), so that only the device takes part"
                )


def _brouwer(data: ComplexArray, rows: Any) -> float:
    count = len(data)
    orders = np.fft.fftfreq(count, 1 / count)
    orders[count // 2] = 0  # of the highest harmonic of an even grid nothing is known
    slope = np.fft.ifft(1j * orders[:, None, None] * np.fft.fft(data[:, rows], axis=0), axis=0)
    rate = np.einsum("tij,tij->t", slope, data[:, rows].conj()).imag
    return -float(rate.mean())
