r"""Size and correlation field of universal conductance fluctuations, as a Gaussian process."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.analysis.fit import Fit
from sharvin.analysis.gaussian_process import Process, correlation_shape
from sharvin.analysis.residuals import noise_level, runs_test
from sharvin.analysis.text import with_error
from sharvin.errors import InvalidInput
from sharvin.formulas.ucf import fluctuation_amplitude
from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM

BLOCK = 80  # points whose correlations are treated exactly; blocks count as independent
DENSE = 5  # points per correlation field that are enough; more are thinned
FEWEST = 20
STRANGE = 1e-6  # probability of runs below which a trace is no Gaussian process of this shape
LEAST_FEATURES = 4.0  # correlation fields in the trace


def coherence_from_field(half: float, width: float, *, thermal: bool = False) -> float:
    r"""Coherence length in nm from the half-width of the autocorrelation.

    .. math:: B_c = C\,\frac{h}{e\,W L_\varphi}, \qquad
              C = \frac{\sqrt{12\,(2^{1/p} - 1)}}{2\pi} = 0.42 \text{ or, thermal, } 0.95
    """
    power = 0.5 if thermal else 1.5
    constant = np.sqrt(12 * (2 ** (1 / power) - 1)) / (2 * np.pi)
    return float(constant * FLUX_QUANTUM / (half * width))


def synthetic_fluctuations(
    field: ArrayLike,
    *,
    rms: float = 0.3,
    half_field: float = 0.02,
    noise: float = 0.02,
    thermal: bool = False,
    seed: int = 0,
) -> RealArray:
    """A random conductance in e²/h with known statistics, on a bent background."""
    b = np.asarray(field, dtype=np.float64)
    kernel = rms**2 * correlation_shape(b[:, None] - b, half_field, thermal=thermal)
    values, vectors = np.linalg.eigh(kernel)
    rng = np.random.default_rng(seed)
    random = vectors @ (np.sqrt(np.maximum(values, 0)) * rng.standard_normal(b.size))
    return np.asarray(8 + random + noise * rng.standard_normal(b.size))


def fit_fluctuations(
    field: ArrayLike,
    conductance: ArrayLike,
    sigma: float | None = None,
    *,
    width: float | None = None,
    length: float | None = None,
    thermal: bool = False,
    degree: int = 0,
) -> Fit:
    r"""Rms and correlation field of a fingerprint, by maximum likelihood of a Gaussian process.

    .. math:: \langle \delta G(B)\, \delta G(B') \rangle = (\mathrm{rms})^2
              F\Big(\frac{B - B'}{B_c}\Big) + \sigma^2 \delta_{BB'}, \qquad
              F(z) = [1 + (2^{1/p} - 1) z^2]^{-p}

    A trace of N correlation fields is N samples: errors fall as :math:`1/\sqrt{N}`, however many
    points it has. Dense traces are thinned to five points per correlation field, long ones cut
    into blocks of 80 points; a polynomial background of each block is integrated out, not
    subtracted.

    Parameters
    ----------
    field, conductance : real array, shape (points,)
        In T and e²/h.
    sigma : float, optional
        Noise of the conductance; fitted if not given.
    width, length : float, optional
        Of the wire in nm: adds the coherence length from B_c, and the rms that theory expects.
    thermal : bool
        p = 1/2 instead of 3/2: the thermal length is the shorter one.
    degree : int
        Of the background of each block: 0, or more where the mean drifts fast.

    Returns
    -------
    Fit
        ``ln_rms``, ``ln_half_field`` and ``ln_noise`` (symmetric errors), with
        ``parts["rms"]``, ``parts["half_field"]`` and, with a width, ``parts["coherence_length"]``
        as (value, error). ``fitted`` predicts every point from those before it. Errors come from
        the likelihood: residuals drawn anew would not draw new fluctuations, so there is no
        bootstrap. Refused where fluctuations are not longer than a few points or the
        trace holds fewer than four.

    References
    ----------
    P. A. Lee, A. D. Stone, H. Fukuyama, Phys. Rev. B 35, 1039 (1987).
    """
    b, g, start = _thinned(field, conductance, sigma)
    known = None if sigma is None else float(np.log(sigma))
    process = Process(b, degree, thermal, known)
    theta, covariance = process.fitted(g, start)
    names = ("ln_rms", "ln_half_field", "ln_noise")[: theta.size]
    rms, half = np.exp(theta[:2])
    errors = np.sqrt(np.diag(covariance))
    features = float(np.ptp(b)) / float(half)
    found: dict[str, Any] = {
        "rms": (float(rms), float(rms * errors[0])),
        "half_field": (float(half), float(half * errors[1])),
        "features": features,
    }
    if width is not None:
        coherence = coherence_from_field(float(half), width, thermal=thermal)
        found["coherence_length"] = (coherence, coherence * float(errors[1]))
        if length is not None:
            found["expected_rms"] = float(fluctuation_amplitude(length, coherence, beta=2, spins=2))
    predicted = process.predicted(g, theta)
    problem = _problem(theta, covariance, features, b.ravel(), g.ravel())
    if not problem and runs_test(g.ravel() - predicted) < STRANGE:
        problem = (
            "these are not conductance fluctuations: what the past of the trace does not tell "
        )
        problem += "comes in runs"
    return Fit(
        model="universal conductance fluctuations",
        formula="<dG(B) dG(B')> = rms² [1 + (2^(1/p) - 1)((B - B')/B_c)²]^-p + sigma²",
        names=names, estimates=theta, covariance=covariance, x=b.ravel(), y=g.ravel(),
        fitted=predicted, converged=not problem, problem=problem,
        labels=("magnetic field (T)", "conductance (e²/h)"),
        parts={**found, "lines": _lines(found)},
    )  # fmt: skip


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['features']:.0f} correlation fields in the trace"]
    units = {"rms": "e²/h", "half_field": "T", "coherence_length": "nm"}
    lines += [
        f"{n} = {with_error(found[n][0], found[n][1], unit)}"
        for n, unit in units.items()
        if n in found
    ]
    if "expected_rms" in found:
        lines.append(f"rms of theory for this length, beta = 2: {found['expected_rms']:.3g} e²/h")
    return lines


def _thinned(
    field: ArrayLike, conductance: ArrayLike, sigma: float | None
) -> tuple[RealArray, RealArray, RealArray]:
    """Fields and conductances in blocks, shape (blocks, points), and starting values."""
    b, g = np.asarray(field, dtype=np.float64), np.asarray(conductance, dtype=np.float64)
    good = np.isfinite(b) & np.isfinite(g) if b.shape == g.shape else np.zeros(1, bool)
    if b.ndim != 1 or good.sum() < FEWEST or not np.ptp(b[good]) > 0:
        raise InvalidInput(
            f"fluctuations need {FEWEST} finite fields and conductances or more, got shapes "
            f"{b.shape} and {g.shape}"
        )
    order = np.flatnonzero(good)[np.argsort(b[good], kind="stable")]
    b, g = b[order], g[order]
    start = _start(b, g)
    spacing = float(np.median(np.diff(b)))
    every = max(int(np.exp(start[1]) / (DENSE * max(spacing, 1e-300))), 1)
    every = min(every, max(b.size // FEWEST, 1))
    b, g = b[::every], g[::every]
    blocks = -(-b.size // BLOCK)
    points = b.size // blocks
    used = blocks * points
    start = start if sigma is None else start[:2]
    return b[:used].reshape(blocks, points), g[:used].reshape(blocks, points), start


def _start(b: RealArray, g: RealArray) -> RealArray:
    """Spread of the trace, the lag at which its autocorrelation has fallen to half, and noise."""
    rms = float(np.std(g)) or 1.0
    grid = np.linspace(b[0], b[-1], b.size)
    y = np.interp(grid, b, g) - g.mean()
    correlation = np.fft.irfft(np.abs(np.fft.rfft(y, 2 * y.size)) ** 2)[: y.size]
    below = np.flatnonzero(correlation < 0.5 * correlation[0])
    half = max(float(below[0]) if len(below) else 1.0, 1.0) * (grid[1] - grid[0])
    noise = max(0.5 * noise_level(g), 1e-4 * rms)
    return np.log([rms, half, noise])


def _problem(
    theta: RealArray, covariance: RealArray, features: float, b: RealArray, g: RealArray
) -> str:
    rms, half = np.exp(theta[:2])
    noise = float(np.exp(theta[2])) if theta.size > 2 else 0.0
    if half < float(np.median(np.diff(b))) or rms < noise / 2:
        return "no fluctuations found: neighboring points are as different as distant ones"
    if features < LEAST_FEATURES or rms > 5 * float(np.std(g)):
        return (
            f"the trace holds {features:.1f} correlation fields; {LEAST_FEATURES:g} are needed for "
            "an rms: measure a wider range"
        )
    if not np.isfinite(covariance).all():
        return "the likelihood has no maximum for these data"
    return ""
