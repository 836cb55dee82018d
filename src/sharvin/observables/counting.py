r"""Full counting statistics: how much charge enters through a lead in a long time t.

.. math:: \ln \langle e^{i\lambda n} \rangle = \frac{g\,t}{h} \int dE\;
          \ln\det\big[1 - f + f\, S^\dagger e^{i\lambda P} S\, e^{-i\lambda P}\big]

n counts charges e into the device, P the modes of the lead and f the occupations: each electron
that enters takes charge -e in.
"""

from math import factorial

import numpy as np

from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.currents import MEV
from sharvin.observables.reservoirs import Reservoirs
from sharvin.observables.spectrum import Spectrum
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import PLANCK

# The generating function has its nearest branch points at |lambda| = pi (D. A. Ivanov and
# A. G. Abanov, EPL 92, 37008 (2010)); on this circle 48 points leave (1.5/pi)^48 = 4e-16.
RADIUS = 1.5
POINTS = 48
MOST_ORDERS = 12
BATCH = 4096  # determinants at once
ATTEMPTS_PER_MEV = MEV / PLANCK  # 1/s: electrons that one mode sends per second and meV
MOST_CHARGES = 1 << 16


def generating_function(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, fields: ComplexArray, *, lead: str
) -> ComplexArray:
    """Rate of the logarithm of the characteristic function, shape of `fields`, 1/s.

    Parameters
    ----------
    s : SMatrix or Spectrum
        A table must have been made with ``resolved=True``, or by `sharvin.cumulants`.
    reservoirs : Reservoirs
    fields : complex array, shape (m,)
        Counting fields lambda, with a real part between -pi and pi.
    lead : str
        Whose charge is counted.

    References
    ----------
    L. S. Levitov and G. B. Lesovik, JETP Lett. 58, 230 (1993); L. S. Levitov, H. Lee and
    G. B. Lesovik, J. Math. Phys. 37, 4845 (1996).
    """
    table = Spectrum.of(s)
    if lead not in table.leads:
        raise UnknownName.among("lead", lead, table.leads)
    lam = np.asarray(fields, dtype=np.complex128)
    rate = ATTEMPTS_PER_MEV * table.degeneracy
    if table.constant is not None:
        one = table.constant
        energies, weights = table.grid(reservoirs.cuts())
        total = np.zeros(len(lam), complex)
        # Cuts are few and cold stretches are constant, so equal occupations are taken together.
        f, _ = reservoirs.occupations(energies)
        levels, place = np.unique(f.round(15), axis=0, return_inverse=True)
        shares = np.bincount(place.ravel(), weights=weights, minlength=len(levels))
        step = max(1, BATCH // len(lam))
        for k in range(0, len(levels), step):
            total += shares[k : k + step] @ _logs(one, levels[k : k + step], lam, lead)
        total *= rate
        return total

    def read(energy: float, one: SMatrix) -> RealArray:
        f, _ = reservoirs.occupations(np.array([energy]))
        found = _logs(one, f, lam, lead)[0]
        return np.concatenate((found.real, found.imag))

    values, _ = table.averages(read)
    return np.asarray(rate * (values[: len(lam)] + 1j * values[len(lam) :]), dtype=np.complex128)


def _logs(s: SMatrix, occupations: RealArray, fields: ComplexArray, lead: str) -> ComplexArray:
    """Log-determinants on the branch that vanishes at zero field, shape (occupations, fields).

    With s the rows of the lead and z = e^{i lambda}, S†z^P S z^-P - 1 = B C has rank 2m, m the
    modes of the lead, and det(1 + f B C) = det(1 + C f B) is as small.
    """
    own = s.modes_of(lead)
    f = np.repeat(occupations, s.modes, axis=1)
    rows = s.data[own]
    m, n = rows.shape
    if m == 0:
        return np.zeros((len(f), len(fields)), complex)
    enter = np.zeros((n, m))
    enter[own] = np.eye(m)
    basis = np.concatenate((rows.conj().T, enter), axis=1)
    gram = np.einsum("ai,ea,aj->eij", basis.conj(), f, basis, optimize=True)
    z = np.exp(1j * fields)[:, None, None]
    # C = [[(z - 1), (z - 1)(1/z - 1) r], [0, 1/z - 1]], r = the lead's reflection
    c = np.zeros((len(fields), 2 * m, 2 * m), complex)
    c[:, :m, :m] = (z - 1) * np.eye(m)
    c[:, :m, m:] = (z - 1) * (1 / z - 1) * rows[:, own]
    c[:, m:, m:] = (1 / z - 1) * np.eye(m)
    values = np.linalg.eigvals(np.eye(2 * m) + c[None] @ gram[:, None])
    # The zeros of the characteristic function lie at negative z, so that each factor stays off
    # the negative axis, and its principal logarithm is the continuous one.
    found: ComplexArray = np.log(values).sum(axis=-1)
    return found


def cumulants(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, *, lead: str, order: int = 6
) -> RealArray:
    r"""Cumulants of the charge that enters through a lead, per second.

    .. math:: C_k = \frac{1}{t} \frac{d^k}{d(i\lambda)^k} \ln \langle e^{i\lambda n} \rangle
              \Big|_{\lambda = 0}

    Returns
    -------
    real array, shape (order,)
        :math:`C_1 = I/e`, :math:`C_2 = S/2e^2`, :math:`C_3` the skewness, ..., in charges e.
    """
    if not 1 <= order <= MOST_ORDERS:
        raise InvalidInput(f"order must be from 1 to {MOST_ORDERS}, got {order!r}")
    circle = RADIUS * np.exp(2j * np.pi * np.arange(POINTS // 2 + 1) / POINTS)
    half = generating_function(s, reservoirs, -1j * circle, lead=lead)  # lambda = -i circle
    # Real for real cumulant fields: the other half of the circle is conjugate.
    taylor = np.fft.fft(np.concatenate((half, half[-2:0:-1].conj()))) / POINTS
    found = [factorial(k) * taylor[k].real / RADIUS**k for k in range(1, order + 1)]
    return np.array(found)


def charge_distribution(
    s: SMatrix | Spectrum, reservoirs: Reservoirs, *, lead: str, time: float
) -> tuple[RealArray, RealArray]:
    r"""Probability that a whole number of charges has entered through a lead in a time.

    .. math:: P(n) = \int_{-\pi}^{\pi} \frac{d\lambda}{2\pi}\, e^{-i\lambda n}
              \langle e^{i\lambda n} \rangle

    Valid for times in which many electrons try: t is much longer than h/eV and h/kT.

    Parameters
    ----------
    s, reservoirs, lead
        As for `cumulants`.
    time : float
        In ps.

    Returns
    -------
    charges, probabilities : real array, shape (m,)
        All n that occur with more than rounding.
    """
    if not time > 0:
        raise InvalidInput(f"the counting time must be positive, got {time!r} ps")
    mean, variance = cumulants(s, reservoirs, lead=lead, order=2) * time * 1e-12
    reach = int(np.ceil(12 * np.sqrt(max(variance, 0.0)) + 24))
    if reach > MOST_CHARGES // 2:
        raise InvalidInput(
            f"in {time:g} ps the charge scatters over {reach} electrons; ask for a shorter time, "
            "or use cumulants, which then say everything"
        )
    count = 1 << int(np.ceil(np.log2(2 * reach)))
    middle = round(mean)
    fields = 2 * np.pi * (np.arange(count) - count // 2 + 0.5) / count
    half = fields[count // 2 :]
    logs = generating_function(s, reservoirs, half.astype(complex), lead=lead) * time * 1e-12
    charges = middle + np.arange(-reach, reach + 1)
    waves = np.exp(logs[None, :] - 1j * np.outer(charges, half))
    chances = 2 * waves.real.sum(axis=1) / count
    return charges.astype(np.float64), np.maximum(chances, 0.0)
