"""The spectrum of the dot: delta functions made smooth, and what the self-energy makes of them."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.manybody.nrg.blocks import Charges
from sharvin.manybody.nrg.conductance import energies, independent_spins, provenance
from sharvin.manybody.nrg.flow import Shell
from sharvin.manybody.nrg.model import Anderson, Wilson
from sharvin.manybody.nrg.run import averaged, thermal_energies
from sharvin.manybody.nrg.weights import peaks
from sharvin.numerics.elimination.kernel import kernel
from sharvin.typing import ComplexArray, RealArray

if TYPE_CHECKING:
    import xarray as xr

FAINT = 1e-16  # weights below this add up to nothing
PER_DECADE = 100  # bins of the delta functions
LOWEST, HIGHEST = 1e-3, 20.0  # in k_B T; in half-widths of the band
NODES = 50  # per decade, between which spectra are taken as straight for their real parts
THERMAL = 0.5  # of k_B T: width of the linear broadening


def spectral_function(
    model: Anderson,
    *,
    energy: Any,
    temperature: float | str,
    wilson: Wilson | None = None,
    broadening: float = 0.4,
) -> "xr.Dataset":
    r"""Spectral function of each spin, by way of its self-energy.

    .. math:: A = -\tfrac1π \operatorname{Im} \frac{1}{ω - ε - Δ(ω) - Σ(ω)}, \qquad
              Σ = U \frac{\langle\langle d_σ n_{\barσ}; d^†_σ \rangle\rangle}
              {\langle\langle d_σ; d^†_σ \rangle\rangle}, \qquad
              Δ = \frac{Γ}{2π} \ln\Bigl|\frac{ω + D}{ω - D}\Bigr| - \frac{iΓ}{2}

    Both correlation functions are delta functions, which are broadened in the same way: log-normal
    with the width `broadening` in ln ω, then by half of :math:`k_B T` in ω. What that does to
    them cancels for the most part in the ratio, and the broadening by the leads is exact.

    Parameters
    ----------
    energy : array
        From the Fermi energy, meV.
    temperature : float or str
        One temperature, K.
    broadening : float
        Width in ln ω; too small and the discretization shows.

    Returns
    -------
    Dataset
        ``up`` and ``down`` in 1/meV with dim energy; ``self_energy`` in meV, complex, dims (spin,
        energy); ``sum_rule``: the total weight of the delta functions, exactly 1 but for rounding.
        ``attrs["acausal"]`` is the largest :math:`\operatorname{Im} Σ > 0` over Γ, an error of
        the broadening that is set to zero.

    References
    ----------
    R. Bulla, A. C. Hewson and Th. Pruschke, J. Phys.: Condens. Matter 10, 8365 (1998);
    A. Weichselbaum and J. von Delft, Phys. Rev. Lett. 99, 076402 (2007).
    """
    import xarray as xr

    wilson = wilson or Wilson()
    _, kt = thermal_energies(model, temperature)
    if len(kt) != 1:
        raise InvalidInput("a spectral function is taken at one temperature")
    if not 0.05 <= broadening <= 2:
        raise InvalidInput(f"broadening must lie between 0.05 and 2, got {broadening!r}")
    omega, bins, edges = energies(energy), *_bins(model, wilson, kt)
    found, sigma, acausal = [], [], 0.0
    for spin, level in zip(bins, (-0.5, 0.5), strict=True):
        smooth = _smoothed(spin, edges, broadening, float(kt[0]))
        g, f = _correlators(smooth, edges, omega / model.bandwidth, float(kt[0]))
        raw = model.interaction * f / g
        acausal = max(acausal, float(raw.imag.max(initial=0.0)))
        causal = raw.real + 1j * np.minimum(raw.imag, 0.0)
        own = omega - model.level - level * model.zeeman - hybridization(model, omega)
        found.append(-(1 / (own - causal)).imag / np.pi)
        sigma.append(causal)
    parts = {
        "up": ("energy", found[0], {"units": "1/meV"}),
        "down": ("energy", found[1], {"units": "1/meV"}),
        "self_energy": (("spin", "energy"), np.array(sigma), {"units": "meV"}),
        "sum_rule": ((), bins[:, 0].sum(axis=1).mean(), {"units": "1"}),
    }
    coordinates = {"energy": ("energy", omega, {"units": "meV"}), "spin": ["up", "down"]}
    return xr.Dataset(parts, coordinates, {**provenance(wilson), "acausal": acausal / model.width})


def hybridization(model: Anderson, omega: RealArray) -> ComplexArray:
    """Self-energy Δ of the leads' flat band, meV, shape of `omega`."""
    x = omega / model.bandwidth
    with np.errstate(divide="ignore"):
        real = np.log(np.abs((x + 1) / (x - 1))) / (2 * np.pi)
    inside = np.where(np.abs(x) < 1, 0.5, 0.0)
    return np.asarray(model.width * (real - 1j * inside), dtype=np.complex128)


def _bins(model: Anderson, wilson: Wilson, kt: RealArray) -> tuple[RealArray, RealArray]:
    """Weights of both correlation functions of up and down, shape (2, 2, bins), and edges."""
    edges = _edges(float(kt[0]))
    spins = independent_spins(model)

    def read(shells: Sequence[Shell], shift: float, sites: int) -> RealArray:
        return np.array([_histogram(shells, kt, spin, edges) for spin in spins])

    bins, _ = averaged(model, wilson, float(kt[0]), read, spins, dressed=True)
    if len(bins) == 2:
        return bins, edges
    if not model.zeeman:
        return np.concatenate([bins, bins]), edges
    # Holes of one spin are electrons of the other: d n becomes d (1 - n). The bins lie evenly on
    # both sides of the Fermi energy.
    bare, dressed = bins[0, :, ::-1]
    return np.array([bins[0], [bare, bare - dressed]]), edges


def _edges(kt: float) -> RealArray:
    """Bins in ω: fine and even in ln|ω| down to far below k_B T."""
    count = int(np.log10(HIGHEST / (LOWEST * kt)) * PER_DECADE)
    positive = np.geomspace(LOWEST * kt, HIGHEST, count)
    return np.concatenate([-positive[::-1], positive])


def _histogram(
    shells: Sequence[Shell], kt: RealArray, spin: Charges, edges: RealArray
) -> RealArray:
    """Weights per bin of d and of d n, shape (2, bins)."""
    total = np.zeros((2, len(edges) - 1))
    least, step = np.log(edges[len(edges) // 2]), np.log(edges[-1] / edges[-2])
    for block in peaks(shells, kt, spin, np.inf):
        _binned(block.weights[0], block.dressed[0], block.rows, block.columns, least, step, total)
    return total


@kernel
def _binned(
    weights: RealArray,
    dressed: RealArray,
    rows: RealArray,
    columns: RealArray,
    least: float,
    step: float,
    total: RealArray,
) -> None:  # pragma: no cover - compiled
    """Add both weights to the bin of ω = columns - rows, even in ln|ω| on each side of zero."""
    middle = total.shape[1] // 2
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            if abs(weights[i, j]) + abs(dressed[i, j]) > FAINT:
                omega = columns[j] - rows[i]
                place = 0
                if abs(omega) > 0.0:
                    place = math.floor((math.log(abs(omega)) - least) / step) + 1
                place = min(max(place, 0), middle)
                at = middle + place if omega > 0.0 else middle - place
                total[0, at] += weights[i, j]
                total[1, at] += dressed[i, j]


def _smoothed(bins: RealArray, edges: RealArray, width: float, kt: float) -> RealArray:
    """Weights spread log-normally on each side of the Fermi energy; their sum is kept."""
    middle = bins.shape[-1] // 2
    step = np.log(edges[-1] / edges[-2])
    reach = int(np.ceil(5 * width / step))
    kernel = np.exp(-((np.arange(-reach, reach + 1) * step / width - width / 4) ** 2))
    kernel /= kernel.sum()
    spread = np.zeros_like(bins)
    for row, found in zip(bins, spread, strict=True):
        for side in (slice(middle + 1, None), slice(middle - 1, None, -1)):
            found[side] = np.convolve(row[side], kernel)[reach : reach + middle]
        found[middle] = row.sum() - found.sum()  # with what came closer than the lowest bin
    return spread


def _correlators(bins: RealArray, edges: RealArray, omega: RealArray, kt: float) -> ComplexArray:
    """Retarded functions of both rows at energies, with linear broadening; shape (2, energies)."""
    count = int(np.log10(HIGHEST / (0.01 * kt)) * NODES)
    fine = np.geomspace(0.01 * kt, 0.9 * HIGHEST, count)
    nodes = np.unique(np.concatenate([-fine, [0.0], fine, omega]))
    width = THERMAL * kt
    density = bins / np.diff(edges)
    spectra = np.empty((len(bins), len(nodes)))
    for k, x in enumerate(nodes):
        passed = 0.5 * np.tanh(np.clip((edges - x) / (2 * width), -20, 20))
        spectra[:, k] = density @ np.diff(passed)
    wanted = np.searchsorted(nodes, omega)
    real = hilbert(nodes, spectra, wanted)
    found: ComplexArray = real - 1j * np.pi * spectra[:, wanted]
    return found


def hilbert(nodes: RealArray, values: RealArray, wanted: Any) -> RealArray:
    r"""Principal values :math:`P\!\int A(x)\, dx / (ω - x)` of a polygon, at some of its nodes.

    Parameters
    ----------
    nodes : array, shape (n,)
        Ascending.
    values : array, shape (rows, n)
    wanted : integer array, shape (w,)

    Returns
    -------
    array, shape (rows, w)
    """
    step = np.diff(nodes)
    slope = np.diff(values) / step
    found = np.empty((len(values), len(wanted)))
    for k, at in enumerate(wanted):
        away = np.abs(nodes[at] - nodes)
        away[at] = 1.0  # both neighbors diverge there, and cancel
        logs = -np.diff(np.log(away))
        extended = values[:, :-1] + slope * (nodes[at] - nodes[:-1])
        found[:, k] = (extended * logs - slope * step).sum(axis=1)
    return found
