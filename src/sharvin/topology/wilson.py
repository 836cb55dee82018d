"""Wannier centers from Wilson loops, and the Z2 invariant from how they flow."""

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter.model import Model
from sharvin.topology.crystal import check_crystal, eigen
from sharvin.topology.gaps import chosen_bands
from sharvin.typing import ComplexArray, NumberArray, RealArray

LINE = 40  # points along each loop
COARSEST, FINEST = 24, 384  # loops between the two time-reversal-invariant lines
NARROW = 1e-3  # of a lattice constant: centers closer than this to a gap's middle leave a doubt
BROKEN = 1e-9  # of the band width
PROBES = np.array([[0.137, 0.241], [0.371, -0.092], [0.288, 0.463]])


def wannier_centers(
    model: Model,
    *,
    filled: int | None = None,
    energy: float | None = None,
    bands: tuple[int, int] | None = None,
    lines: int = 48,
    points: int = LINE,
    span: float = 1.0,
    **params: float,
) -> RealArray:
    r"""Centers of hybrid Wannier functions along the first lattice vector, in its length.

    .. math:: \prod_{k_1} \langle u(k_1, k_2) | u(k_1 + \delta, k_2) \rangle
              \to e^{-2\pi i\, x_j(k_2)}

    They flow by C lattice vectors while k_2 runs over the zone. In one dimension: the centers
    themselves, whose sum is the electronic polarization.

    Parameters
    ----------
    model : Model
        One or two periodic directions.
    filled, energy, bands
        As in `chern_number`.
    lines : int
        Values of k_2, from 0 on.
    points : int
        Points of each loop.
    span : float
        Part of the zone that k_2 runs over; the last value is included where it is 1/2.

    Returns
    -------
    real array, shape (lines, bands), or (bands,) in one dimension
        Ascending in [0, 1).

    References
    ----------
    D. Vanderbilt, Berry Phases in Electronic Structure Theory (2018), §3.
    """
    dimension = model.lattice.dimension
    check_crystal(model, 1 if dimension == 1 else 2, "wannier_centers")
    grid = (max(points, 12),) * dimension
    chosen = chosen_bands(model, params, grid, filled=filled, energy=energy, bands=bands)
    if dimension == 1:
        place = (np.arange(points) / points)[None, :, None]
        single: RealArray = _centers(model, place, chosen.part, params)[0]
        return single
    across = np.linspace(0, span, lines, endpoint=span < 1)
    return _on_lines(model, across, points, chosen.part, params)


def z2_invariant(
    model: Model,
    *,
    filled: int | None = None,
    energy: float | None = None,
    time_reversal: NumberArray | None = None,
    **params: float,
) -> int:
    r"""Z2 invariant of a time-reversal-symmetric insulator in two dimensions: 1 is topological.

    Counts how often the middle of the largest gap between Wannier centers is overtaken while
    k_2 runs over half of the zone, modulo 2; needs no inversion symmetry. The number of lines is
    doubled until two answers agree.

    Parameters
    ----------
    model : Model
    filled, energy
        As in `chern_number`; Kramers pairs make the number even.
    time_reversal : array, shape (n, n), optional
        U of :math:`\Theta = U K` on the orbitals of a cell, :math:`U U^* = -1`. By default
        :math:`i\sigma_y` of the model's spin.
    **params : float

    Raises
    ------
    InvalidInput
        For a model without spin, or without time reversal: the message says by how much.
    Unreliable
        Where the gap closes.

    References
    ----------
    A. A. Soluyanov and D. Vanderbilt, Phys. Rev. B 83, 235401 (2011); R. Yu et al., Phys. Rev. B
    84, 075119 (2011).
    """
    check_crystal(model, 2, "z2_invariant")
    check_time_reversal(model, time_reversal, params)
    chosen = chosen_bands(model, params, (LINE, LINE), filled=filled, energy=energy, bands=None)
    if chosen.count % 2:
        raise InvalidInput(
            f"{chosen.count} filled bands cannot consist of Kramers pairs; Z2 needs an even number"
        )
    answers: list[int | None] = []
    lines = COARSEST
    while lines <= FINEST:
        across = np.linspace(0.0, 0.5, lines + 1)
        points = LINE if lines < 4 * COARSEST else 3 * LINE
        centers = _on_lines(model, across, points, chosen.part, params)
        answers.append(_overtaken(centers))
        if len(answers) > 1 and answers[-1] is not None and answers[-1] == answers[-2]:
            return answers[-1]
        lines *= 2
    raise Unreliable(
        f"the Wannier centers of {model.name} move too fast for {FINEST} lines: the gap is nearly "
        "closed; move away from the transition"
    )


def check_time_reversal(
    model: Model, time_reversal: NumberArray | None, params: dict[str, float]
) -> None:
    """Refuse a model whose Hamiltonian is not its own time reverse (of spin one half)."""
    size = sum(model.orbitals)
    if time_reversal is None:
        if not model.spin:
            raise InvalidInput(
                f"{model.name} carries no spin, so its time reversal makes no Kramers pairs; give "
                "its spin to the Model, or time_reversal=U"
            )
        unitary = np.zeros((size, size), dtype=np.complex128)
        start = 0
        for spin in model.spin:
            part = slice(start, start + len(spin[1]))
            unitary[part, part] = 1j * spin[1]
            start = part.stop
    else:
        unitary = np.asarray(time_reversal, dtype=np.complex128)
    if unitary.shape != (size, size) or not np.allclose(unitary @ unitary.conj(), -np.eye(size)):
        raise InvalidInput(
            f"time_reversal must be a matrix of shape ({size}, {size}) with U U* = -1, so that "
            "every level is a Kramers pair"
        )
    k = PROBES @ model.lattice.reciprocal
    there, back = model.bloch(k, **params), model.bloch(-k, **params)
    defect = np.abs(unitary @ there.conj() @ unitary.conj().T - back)
    width = float(np.abs(there).max())
    if defect.max() > BROKEN * width:
        raise InvalidInput(
            f"{model.name} is not time-reversal symmetric: H(-k) differs from the reverse of H(k) "
            f"by up to {defect.max():.3g} meV, so Z2 has no meaning; remove fields, exchange and "
            "orbital fluxes, or ask for chern_number"
        )


def _on_lines(
    model: Model, across: RealArray, points: int, part: slice, params: dict[str, float]
) -> RealArray:
    along = np.arange(points) / points
    places = np.stack(np.meshgrid(across, along, indexing="ij"), axis=-1)[..., ::-1]
    return _centers(model, places, part, params)


def _centers(model: Model, places: RealArray, part: slice, params: dict[str, float]) -> RealArray:
    """Centers along the second axis of places (lines, points, d), whose first fraction runs."""
    _, states = eigen(model, places, params)
    owner = np.repeat(np.arange(len(model.orbitals)), model.orbitals)
    # Positions in units of the lattice vectors: fractions times these are phases over 2π.
    inside = (model.lattice.basis @ model.lattice.reciprocal.T / (2 * np.pi))[owner]
    states = states[..., part] * np.exp(-2j * np.pi * places @ inside.T)[..., None]
    after = np.roll(states, -1, 1)
    after[:, -1] *= np.exp(-2j * np.pi * inside[:, 0])[:, None]
    links = states.conj().swapaxes(-1, -2) @ after
    left, singular, right = np.linalg.svd(links)
    if singular.min() < 0.05:
        raise Unreliable(
            f"neighboring states overlap by only {singular.min():.2g} along a Wilson loop; use "
            "more points"
        )
    steps: ComplexArray = left @ right
    loop = steps[:, 0]
    for point in range(1, steps.shape[1]):
        loop = loop @ steps[:, point]
    phases = np.angle(np.linalg.eigvals(loop))
    centers: RealArray = np.sort(np.mod(-phases / (2 * np.pi), 1.0), axis=-1)
    return centers


def _overtaken(centers: RealArray) -> int | None:
    """Parity of jumps of the largest gap over centers (lines, bands); None when in doubt."""
    following = np.roll(centers, -1, axis=1)
    following[:, -1] += 1
    widths = following - centers
    widest = widths.argmax(axis=1)
    rows = np.arange(len(centers))
    middle = np.mod(centers[rows, widest] + widths[rows, widest] / 2, 1.0)
    count = 0
    for here, there, row in zip(middle[:-1], middle[1:], centers[1:], strict=True):
        low, high = min(here, there), max(here, there)
        if np.abs(np.mod(row - here + 0.5, 1) - 0.5).min() < NARROW:
            return None
        count += int(((row > low) & (row < high)).sum())
    return count % 2
