r"""Babinet pairs: an aperture in a screen and the obstacle of its shape, exact on the lattice.

Both stand on one line of sites, x = 0, of a strip that is its own mirror image. A wave is split
into an even part, which does not feel a Neumann wall on that line, and an odd part, which does not
feel a hard (Dirichlet) one. If the screen is hard where the obstacle is Neumann, or the other way
round, what one does to the odd waves the other does to the even ones, and

.. math:: t_\mathrm{aperture} + t_\mathrm{obstacle} = t_\mathrm{free}

holds for the matrices of amplitudes, hence :math:`G_\mathrm{aperture} + G_\mathrm{obstacle} = N`.
A hard screen and a hard obstacle are no such pair: their sum misses N by a number of order one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import sparse

from sharvin.device.device import Device
from sharvin.device.leads import MatrixLead
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.matter.model import Model
from sharvin.typing import BoolArray, IntArray, RealArray
from sharvin.units import quantity

Wall = Literal["screen", "obstacle", "both"]
FREE, HARD, NEUMANN = 0, 1, 2  # what a site of the line is
ALONG = 1e-9  # of the lattice constant, in telling x from y


@dataclass(frozen=True, eq=False)
class BabinetPair:
    """Two devices that complete each other, and the strip without either.

    Parameters
    ----------
    aperture : Device
        The screen with its openings. Leads of all three: ``left``, ``right``.
    obstacle : Device
        What would fill the openings, alone.
    free : Device
        The open strip; its transmission holds the phases that amplitudes are referred to.
    openings : bool array, shape (rows,)
        Rows of the strip that are open in the screen.
    y : real array, shape (rows,)
        Their coordinates, nm.
    hard : str
        Which of the two is hard; the other one is Neumann ("both": none is, and no identity).
    """

    aperture: Device
    obstacle: Device
    free: Device
    openings: BoolArray
    y: RealArray
    hard: Wall


def babinet_pair(
    model: Model,
    *,
    width: float | str,
    openings: Sequence[tuple[float | str, float | str]] | BoolArray,
    hard: Wall = "screen",
    potential: Any = 0.0,
    field: float | str = 0.0,
) -> BabinetPair:
    r"""Screen with openings and obstacle in their place, across a strip along x.

    On a Neumann line every site is split into a left and a right copy. In each half the line is
    the last row of a lattice, whose sites count half: :math:`-\sqrt2 t` joins a copy to its own
    side, :math:`-t` copies along the line and :math:`-t/\sqrt2` a copy to a whole site. Hard sites
    are left out.

    Parameters
    ----------
    model : Model
        Square lattice of one orbital with nearest-neighbor hopping.
    width : float or str
        Of the strip, nm.
    openings : sequence of (from, to), or bool array
        Intervals in y, nm, counted from the middle of the strip; or one truth value per row. None
        and all are allowed.
    hard : {"screen", "obstacle", "both"}
        The dual that is hard. ``"screen"``: a hard screen and a Neumann obstacle; ``"obstacle"``:
        a Neumann screen and a hard obstacle; both duals are exact. ``"both"`` is the pair that
        experiments have: the sum of its conductances falls short of N by less than one per edge.
    potential : number or array, shape (rows,), optional
        Energy of every row, the same along x, meV.
    field : number or str
        Must be zero: a magnetic field tells left from right, and no pair is exact in it.

    Raises
    ------
    InvalidInput
        For a field, another lattice, or openings outside the strip.

    References
    ----------
    A. Babinet, C. R. Acad. Sci. 4, 638 (1837); C. J. Bouwkamp, Rep. Prog. Phys. 17, 35 (1954) for
    the rigorous complement.
    """
    if isinstance(field, str) or field != 0:
        raise InvalidInput(
            f"a Babinet pair cannot have a magnetic field (got {field!r}): it rests on the mirror "
            "symmetry of left and right, which a field breaks; leave it out"
        )
    if hard not in ("screen", "obstacle", "both"):
        raise InvalidInput(f"hard must be 'screen', 'obstacle' or 'both', got {hard!r}")
    spacing, hop, onsite = _square(model)
    rows = round(quantity(width, "nm") / spacing)
    if rows < 1:
        raise InvalidInput(f"a strip of width {width!r} holds no row of a grid of {spacing:g} nm")
    y: RealArray = np.asarray((np.arange(rows) - (rows - 1) / 2) * spacing, dtype=np.float64)
    is_open = _openings(openings, y)
    energies = onsite + np.broadcast_to(np.asarray(potential, dtype=np.float64), rows)
    walls = {
        "aperture": np.where(is_open, FREE, HARD if hard != "obstacle" else NEUMANN),
        "obstacle": np.where(is_open, HARD if hard != "screen" else NEUMANN, FREE),
        "free": np.full(rows, FREE),
    }
    made = {name: _strip(line, energies, hop, y, spacing) for name, line in walls.items()}
    return BabinetPair(**made, openings=is_open, y=y, hard=hard)


def _square(model: Model) -> tuple[float, float, float]:
    """Spacing, hopping (as matrix element) and onsite energy of a square lattice."""
    vectors, hoppings = model.lattice.vectors, model.hoppings
    blocks = [model.hopping_block(i, model.defaults) for i in range(len(hoppings))]
    spacing = float(np.linalg.norm(vectors[0]))
    fits = (
        model.orbitals == (1,)
        and vectors.shape == (2, 2)
        and bool(np.abs(vectors - spacing * np.eye(2)).max() < ALONG * spacing)
        and sorted(np.abs(h.offset).tolist() for h in hoppings) == [[0, 1], [1, 0]]
        and not any(np.iscomplexobj(b) for b in blocks)
        and np.ptp([float(b[0, 0]) for b in blocks]) == 0
        and not model.parameters
    )
    if not fits:
        raise InvalidInput(
            "a Babinet pair needs a square lattice of one orbital with real nearest-neighbor "
            f"hopping, such as square_lattice() or electron_gas(...); got {model.name}"
        )
    return spacing, float(blocks[0][0, 0]), float(model.onsite_block(0, model.defaults)[0, 0])


def _openings(given: Any, y: RealArray) -> BoolArray:
    array = np.asarray(given)
    if array.dtype == np.bool_:
        if array.shape != y.shape:
            raise ShapeMismatch(f"openings has {array.shape} truth values, the strip {len(y)} rows")
        return array.copy()
    is_open = np.zeros(len(y), dtype=bool)
    for pair in given:
        low, high = (quantity(end, "nm") for end in pair)
        inside = (y >= low) & (y < high)
        if not inside.any():
            raise InvalidInput(
                f"the opening {low:g}..{high:g} nm holds no row of the strip, which spans "
                f"{y[0]:g}..{y[-1]:g} nm"
            )
        is_open |= inside
    return is_open


def mode_angles(pair: BabinetPair, energy: float | str) -> RealArray:
    r"""Angle between each open mode's rays and the axis of the strip, in the order of S.

    The modes of an empty strip of W rows are standing waves of :math:`k_y = \pi m / (W+1) a`,
    two plane waves at the angles :math:`\pm\arctan(v_y / v_x)`.

    Parameters
    ----------
    pair : BabinetPair
        Made without a potential.
    energy : float or str
        meV.

    Returns
    -------
    real array, shape (modes,)
        In radians, of the outgoing modes (descending, since S sorts them by ascending momentum).
    """
    blocks = pair.free.lead_blocks({})[0]
    cell, hop = blocks.cell, float(blocks.hop[0, 0].real)  # type: ignore[union-attr]
    level = np.diag(cell).real
    if np.ptp(level) > 0:
        raise InvalidInput("modes have angles only in an empty strip; leave the potential out")
    rows = len(level)
    across = np.pi * np.arange(1, rows + 1) / (rows + 1)
    cosine = (quantity(energy, "meV") - level[0] - 2 * hop * np.cos(across)) / (2 * hop)
    open_ = np.abs(cosine) < 1
    along = np.arccos(cosine[open_])
    angles: RealArray = np.arctan2(np.sin(across[open_]), np.sin(along))
    # A negative hopping gives positive velocity to positive momenta: sorted as S sorts them.
    return angles[np.argsort(along if hop < 0 else -along)]


def _strip(line: IntArray, energies: RealArray, hop: float, y: RealArray, spacing: float) -> Device:
    """Column at x = 0 between two full columns, with leads."""
    rows = len(y)
    every = np.arange(rows)
    column = {-1: every, 1: rows + every}  # orbitals at x = -a and x = +a
    # Orbitals on the line: whole sites (side 0), and copies that belong to one side; -1 for none.
    there = {0: line == FREE, -1: line == NEUMANN, 1: line == NEUMANN}
    place, size = {}, 2 * rows
    for side, exists in there.items():
        place[side] = np.where(exists, size + np.cumsum(exists) - 1, -1)
        size += int(exists.sum())
    bonds = [(column[s][:-1], column[s][1:], 1.0) for s in (-1, 1)]
    for side in (-1, 1):
        bonds += [(place[0], column[side], 1.0), (place[side], column[side], np.sqrt(2.0))]
    for low in (-1, 0, 1):
        for high in (-1, 0, 1):
            if low * high != -1:  # the two copies of a wall do not see each other
                weight = 1.0 if low == high else np.sqrt(0.5)
                bonds.append((place[low][:-1], place[high][1:], weight))
    h = sparse.diags_array(_onto(size, place, energies, rows)).tocsr()
    for i, j, weight in bonds:
        real = (i >= 0) & (j >= 0)
        entries = (np.full(real.sum(), weight * hop), (i[real], j[real]))
        part = sparse.coo_array(entries, shape=(size, size))
        h = h + part + part.T
    x = np.concatenate([np.full(rows, -spacing), np.full(rows, spacing), np.zeros(size - 2 * rows)])
    cell = np.diag(energies) + hop * (np.eye(rows, k=1) + np.eye(rows, k=-1))
    leads = {
        name: MatrixLead(cell=cell, hop=hop * np.eye(rows), sites=column[side])
        for name, side in (("left", -1), ("right", 1))
    }
    positions = np.column_stack((x, _onto(size, place, y, rows)))
    return Device.from_matrices(sparse.csr_array(h), leads, positions)


def _onto(size: int, place: dict[int, IntArray], values: RealArray, rows: int) -> RealArray:
    """One number per row as one per orbital."""
    spread = np.empty(size)
    spread[: 2 * rows] = np.tile(values, 2)
    for numbers in place.values():
        spread[numbers[numbers >= 0]] = values[numbers >= 0]
    return spread
