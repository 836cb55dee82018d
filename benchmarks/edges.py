"""How far an energy is from the nearest band edge of a lead: where a refusal is legitimate."""

import numpy as np
from cases import Case, CaseLead
from scipy.optimize import minimize_scalar

GRID = 721
# Bands closer than this at an extremum cross there; then velocities of the pair decide.
DEGENERATE = 1e-6
# A true extremum found to 1e-9 in k has a velocity far below this, a crossing far above.
STILL = 1e-4


def distance_to_edge(case: Case) -> float:
    """Distance to the nearest extremum of any lead's bands, in units of the largest hopping."""
    hopping = max(np.abs(lead.hop).max() for lead in case.leads)
    alive = [lead for lead in case.leads if lead.hop.any()]
    near = [_distance(lead, case.energy) for lead in alive]
    return float(min(near, default=np.inf) / hopping) if hopping else np.inf


def _distance(lead: CaseLead, energy: float) -> float:
    momenta = np.linspace(-np.pi, np.pi, GRID)[:-1]
    bands = np.linalg.eigvalsh(_bloch(lead, momenta))
    before, after = np.roll(bands, 1, axis=0), np.roll(bands, -1, axis=0)
    turning = (bands - before) * (after - bands) <= 0
    # The grid misses an extremum by curvature * step**2 / 8, far less than this window.
    window = 1e-2 * np.abs(lead.hop).max() + 1e-3
    best = np.inf
    for at, band in np.argwhere(turning & (np.abs(bands - energy) < window)):
        best = min(best, abs(_extremum(lead, momenta[at], int(band), energy)))
    return best


def _extremum(lead: CaseLead, start: float, band: int, energy: float) -> float:
    """Energy of the extremum near ``start`` relative to ``energy``; infinite at a crossing."""
    step = 2 * np.pi / (GRID - 1)
    values = [_energies(lead, start + shift)[band] for shift in (-step, 0, step)]
    sign = 1.0 if values[1] <= (values[0] + values[2]) / 2 else -1.0
    found = minimize_scalar(
        lambda k: sign * _energies(lead, k)[band],
        bounds=(start - step, start + step),
        method="bounded",
        options={"xatol": 1e-9},
    )
    # Symmetric points are extrema exactly; the search only comes close to them.
    momentum = min((found.x, start), key=lambda k: sign * _energies(lead, k)[band])
    levels, states = np.linalg.eigh(_bloch(lead, np.array([momentum]))[0])
    pair = states[:, np.abs(levels - levels[band]) < DEGENERATE]
    hop = lead.hop.astype(complex)
    slope = -1j * hop * np.exp(-1j * momentum) + 1j * hop.conj().T * np.exp(1j * momentum)
    speeds = np.linalg.eigvalsh(pair.conj().T @ slope @ pair)
    if np.abs(speeds).min() > STILL * np.abs(hop).max():
        return np.inf
    return float(levels[band] - energy)


def _energies(lead: CaseLead, momentum: float) -> np.ndarray:
    return np.linalg.eigvalsh(_bloch(lead, np.array([momentum]))[0])


def _bloch(lead: CaseLead, momenta: np.ndarray) -> np.ndarray:
    """h + v exp(-ik) + v^H exp(ik), shape (k, m, m)."""
    phase = np.exp(-1j * momenta)[:, None, None]
    return lead.cell + lead.hop * phase + lead.hop.conj().T * phase.conj()
