"""The front door of the solver: a device at one point, or at many, to S-matrices."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.errors import Unreliable
from sharvin.numerics.elimination import Accuracy, Reduced
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.channels import Channels
from sharvin.solvers.junction import Junction, Point, junction_of
from sharvin.solvers.sectors import Joined, join_sectors, refer
from sharvin.solvers.together import glue_together
from sharvin.units import quantity

LANES = 8  # points that the elimination takes at once
# Points are taken one by one where eight sets of values would not fit in this many bytes.
BATCH_BYTES = 2e8
# Interfaces with more orbitals are joined one by one: there arithmetic is all that counts.
STACKED = 512
# Largest accepted uncertainty of an element of S; beyond it the answer is refused.
TOLERANCE = 1e-7
# Above this estimate a point is solved again the careful way, which costs as much as the first.
CAREFUL = 1e-8


def smatrix(device: Device, *, energy: float | str, **parameters: Any) -> SMatrix:
    r"""Complete scattering matrix of a device at one energy.

    The device's closed inside is eliminated down to the orbitals that the leads touch, and the
    result is joined to the leads' modes,

    .. math:: S = D + W^\dagger (E - H - \Sigma)^{-1} Q .

    Rows are outgoing modes, columns incoming modes, normalized to unit current; leads in the
    order of ``device.lead_names``, modes by ascending momentum of the outgoing wave.

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit), or a string such as ``"12.7 meV"``.
    **parameters
        A value for each of ``device.parameters`` that has no default.

    Returns
    -------
    SMatrix
        With ``error_estimate``, the estimated largest error of its elements.

    Raises
    ------
    BandEdge
        Where a mode of a lead has (nearly) zero velocity.
    Unreliable
        Where the estimated error exceeds 1e-7.
    UnknownName
        For a parameter that the device does not take.

    References
    ----------
    D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981); I. S. Duff and J. K. Reid, ACM
    Trans. Math. Softw. 9, 302 (1983) for the elimination.
    """
    return next(smatrices(device, [{"energy": energy, **parameters}]))


def smatrices(
    device: Device,
    points: Sequence[Mapping[str, Any]],
    *,
    workers: int = 1,
    junction: Junction | None = None,
) -> Iterator[SMatrix]:
    """Scattering matrices at many points, eight at a time, in the order given.

    Parameters
    ----------
    device : Device
    points : sequence of mappings
        Each holds ``"energy"`` and the device's parameters.
    workers : int
        Threads. BLAS is held to one thread meanwhile.
    junction : Junction, optional
        What is known of the device from before; by default all that this process knows.

    Yields
    ------
    SMatrix
        The same as `smatrix` gives for the point, up to rounding.
    """
    resolved = [resolve(device, point) for point in points]
    if junction is None:
        junction = junction_of(device, many=len(resolved) >= LANES)
    size = _chunk_size(device)
    chunks = [resolved[i : i + size] for i in range(0, len(resolved), size)]
    with one_blas_thread():
        if workers <= 1 or len(chunks) <= 1:
            for chunk in chunks:
                yield from _solve_chunk(device, junction, chunk)
            return
        with ThreadPoolExecutor(workers) as pool:
            for solved in pool.map(lambda c: _solve_chunk(device, junction, c), chunks):
                yield from solved


def solve_resolved(
    device: Device, junction: Junction, points: Sequence[tuple[float, dict[str, float]]]
) -> list[SMatrix]:
    """`smatrices` for a caller that has resolved its points and holds BLAS to one thread.

    Looking for BLAS libraries costs as much as a small device.
    """
    size = _chunk_size(device)
    found: list[SMatrix] = []
    for start in range(0, len(points), size):
        found += _solve_chunk(device, junction, points[start : start + size])
    return found


_HELD = threading.local()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread: for matrices of this size more threads only slow it down.

    Looking for BLAS libraries costs a millisecond: inside of itself it does nothing.
    """
    if getattr(_HELD, "now", False):
        yield
        return
    with threadpool_limits(limits=1, user_api="blas"):
        _HELD.now = True
        try:
            yield
        finally:
            _HELD.now = False


def resolve(device: Device, point: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
    """Energy and parameters of a point as numbers, checked against the device."""
    parameters = {name: value for name, value in point.items() if name != "energy"}
    energy = float(quantity(point["energy"], "meV"))
    return energy, device.resolve(parameters)


def _chunk_size(device: Device) -> int:
    bytes_of_eight = 8.0 * LANES * len(device.pattern.indices)
    return LANES if bytes_of_eight < BATCH_BYTES else 1


def _solve_chunk(
    device: Device, junction: Junction, chunk: Sequence[tuple[float, dict[str, float]]]
) -> list[SMatrix]:
    """Solve up to eight points together, those of one kind (layout, real or complex) at a time."""
    points = junction.points([e for e, _ in chunk], [p for _, p in chunk])
    kinds: dict[tuple[int, bool], list[int]] = {}
    for number, point in enumerate(points):
        kind = (id(point.layout.interior), np.iscomplexobj(point.values))
        kinds.setdefault(kind, []).append(number)
    solved: dict[int, SMatrix] = {}
    for numbers in kinds.values():
        group = [points[i] for i in numbers]
        solved.update(zip(numbers, _finish_group(device, junction, group), strict=True))
    return [solved[i] for i in range(len(points))]


def _finish_group(device: Device, junction: Junction, group: Sequence[Point]) -> list[SMatrix]:
    """Eliminate points of one kind and join them together; alone where that does not suit."""
    reduced = _reduce(group)
    together = _join_together(junction, group, reduced)
    found = []
    for point, parts, (joined, own) in zip(group, reduced, together, strict=True):
        if joined is not None and own is not None and joined.error < CAREFUL:
            found.append(to_smatrix(device, point, joined, own))
        else:
            found.append(finish(device, junction, point, parts, own))
    return found


def _join_together(
    junction: Junction, group: Sequence[Point], reduced: Sequence[tuple[Reduced, ...]]
) -> Sequence[tuple[Joined | None, Sequence[Channels] | None]]:
    """Points joined at once and their channels, where known; None: to be joined alone."""
    interior = group[0].layout.interior
    if len(group) < 2 or len(interior.sectors) != 1 or len(interior.kept) > STACKED:
        return [(None, None)] * len(group)
    if len(interior.sectors[0].kept) != len(interior.kept):
        return [(None, None)] * len(group)
    channels = junction.channels_of_all(group)
    glued = glue_together([parts[0] for parts in reduced], channels, group[0].layout.places)
    found: list[tuple[Joined | None, Sequence[Channels] | None]] = []
    for one, own in zip(glued, channels, strict=True):
        joined = None
        if one is not None and own is not None:
            joined = refer(Joined(one.data, (one.waves,), one.error), own)
        found.append((joined, own))
    return found


def _reduce(points: Sequence[Point], accuracy: Accuracy = "fast") -> list[tuple[Reduced, ...]]:
    first = points[0].values
    shared = all(point.values is first for point in points)
    values = first if shared else np.stack([point.values for point in points])
    energies = np.array([point.energy for point in points])
    return points[0].layout.interior.reduce(values, energies, accuracy)


def finish(
    device: Device,
    junction: Junction,
    point: Point,
    parts: tuple[Reduced, ...],
    channels: Sequence[Channels] | None = None,
) -> SMatrix:
    """Join an eliminated point to its leads; where that is unreliable, eliminate it again by LU."""
    channels = junction.channels(point) if channels is None else channels
    joined = join_leads(point, parts, channels)
    is_wide = len(point.layout.interior.kept) > STACKED
    if not joined.error < CAREFUL and is_wide:
        # Keeping the leads' bonds as unknowns would cost more than the elimination does.
        parts = _reduce([point], "high")[0]
        joined = _better(joined, join_leads(point, parts, channels))
    if not joined.error < CAREFUL:
        careful = junction.channels(point, careful=True)
        joined = _better(joined, join_leads(point, parts, careful))
        if not joined.error < CAREFUL and not is_wide:
            joined = _better(joined, join_leads(point, _reduce([point], "high")[0], careful))
    if not joined.error < TOLERANCE:
        raise Unreliable(
            f"at energy {point.energy:.12g} the S-matrix would be uncertain by {joined.error:.1e} "
            f"(allowed: {TOLERANCE:.0e}): a state is almost cut off from the leads; "
            f"move the energy by about 1e-6 of the bandwidth or couple that state to a lead"
        )
    return to_smatrix(device, point, joined, channels)


def _better(one: Joined, other: Joined) -> Joined:
    """The result with the smaller estimated error; `one` where they tell alike."""
    return other if other.error < one.error or not np.isfinite(one.error) else one


def to_smatrix(
    device: Device, point: Point, joined: Joined, channels: Sequence[Channels]
) -> SMatrix:
    """The solved junction with the device's names on it."""
    return SMatrix(
        data=joined.data,
        leads=device.lead_names,
        modes=tuple(c.count for c in channels),
        energy=point.energy,
        degeneracy=device.degeneracy,
        error_estimate=joined.error,
        labels_out=_labels([c.labels_out for c in channels]),
        labels_in=_labels([c.labels_in for c in channels]),
        labels=_known_labels(point),
    )


def join_leads(point: Point, parts: Sequence[Reduced], channels: Sequence[Channels]) -> Joined:
    """S and interface waves of one eliminated point."""
    kept = [sector.kept for sector in point.layout.interior.sectors]
    return join_sectors(parts, kept, channels, point.layout.places)


def _known_labels(point: Point) -> tuple[str | float, ...]:
    """Every label that a mode of some lead may carry, so that a closed channel answers zero."""
    known: dict[str | float, None] = {}
    for lead in point.leads:
        if isinstance(lead, LeadBlocks) and lead.conserved is not None:
            known.update(dict.fromkeys(lead.labels.values() if lead.labels else _values(lead)))
    return tuple(known)


def _values(lead: LeadBlocks) -> list[float]:
    """Eigenvalues of a lead's conserved quantity, which is nearly always diagonal."""
    conserved = lead.conserved
    assert conserved is not None
    diagonal = conserved.diagonal()
    if np.array_equal(conserved, np.diag(diagonal)):
        return [round(float(value), 9) for value in np.unique(diagonal.real)]
    return [round(float(value), 9) for value in np.unique(np.linalg.eigvalsh(conserved).round(9))]


def _labels(
    labels: Sequence[tuple[str | float, ...] | None],
) -> tuple[tuple[str | float, ...] | None, ...] | None:
    return None if all(one is None for one in labels) else tuple(labels)
