"""Where a lead sits: the strip of lattice sites that continues the edge of a device.

All is done in units of the lead's period along its direction: a site's height s grows by one from
cell to cell. Cell 0 is the outermost slab of the device, cell 1 the first of the lead.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharvin.device.lead import Lead, shortest_translation, unit_direction
from sharvin.device.regions import Region
from sharvin.device.sites import Sites, carve, positions_of
from sharvin.device.stencil import Stencil
from sharvin.errors import InvalidInput
from sharvin.typing import BoolArray, IntArray, RealArray

# Heights are sums of a few products of order of the device's length in periods; real
# differences between them are fractions of one period.
TIE = 1e-6


@dataclass(frozen=True, eq=False)
class Strip:
    """Sites of a lead: those of cell 0, and the translation from cell to cell.

    Parameters
    ----------
    name : str
    unit : real array, shape (D,)
        Direction out of the device.
    period : int array, shape (d,)
        Translation from one cell to the next.
    cells : int array, shape (n, d)
        Integer coordinates of the sites of cell 0, ascending.
    sublattice : int array, shape (n,)
    top : float
        Largest height of a site in cell 0, in periods.
    added_cells, added_sublattice : int arrays
        Sites that the device needs so that all of cell 0 belongs to it.
    """

    name: str
    unit: RealArray
    period: IntArray
    cells: IntArray
    sublattice: IntArray
    top: float
    added_cells: IntArray
    added_sublattice: IntArray


def cut(name: str, lead: Lead, sites: Sites, stencil: Stencil) -> Strip:
    """Find the strip of a lead on the edge of ``sites``."""
    lattice = sites.lattice
    unit = unit_direction(lead, lattice.space, name)
    period = shortest_translation(lattice, unit, name)
    length = float(np.linalg.norm(period @ lattice.vectors))
    # Bonds longer than the period: a longer cell couples to its nearest neighbors only.
    longest = float(np.abs(stencil.vectors @ unit).max(initial=0.0)) / length
    repeat = max(1, int(np.ceil(longest - TIE)))
    period, length = period * repeat, length * repeat
    height = sites.positions @ (unit / length)
    chosen, window = _edge(name, lead, sites, height, unit)
    top = float(height[chosen].max())
    steps = np.floor(top - height[chosen] + TIE).astype(np.int64)
    cells = sites.cells[chosen].astype(np.int64) + steps[:, None] * period
    orbits, member = np.unique(
        np.column_stack((cells, sites.sublattice[chosen])), axis=0, return_inverse=True
    )
    gap = np.full(len(orbits), np.iinfo(np.int64).max)
    np.minimum.at(gap, member.ravel(), steps)
    added, kind = _filling(orbits, gap, period)
    if window is not None and lattice.space == 2:
        orbits = _overhanging(name, lead, sites, orbits, (unit / length, top, window))
    return Strip(name, unit, period, orbits[:, :-1], orbits[:, -1], top, added, kind)


def _edge(
    name: str, lead: Lead, sites: Sites, height: RealArray, unit: RealArray
) -> tuple[IntArray, tuple[RealArray, float, float] | None]:
    """Device sites whose rows the lead continues, and its window (axis, from, to)."""
    allowed = np.ones(len(sites), dtype=bool)
    if lead.within is not None:
        allowed = lead.within(sites.positions)
    if not allowed.any():
        raise InvalidInput(f"lead {name!r} touches nothing: no device site lies within its region")
    outermost = allowed & (height > height[allowed].max() - 1 + TIE)
    if lead.width is None:
        return np.flatnonzero(outermost), None
    if sites.lattice.space != 2:
        raise InvalidInput(
            f"lead {name!r}: a window at=, width= needs two dimensions; use within=region instead"
        )
    axis = across(unit)
    along = sites.positions @ axis
    middle = lead.at
    if middle is None:
        middle = float(along[outermost].min() + along[outermost].max()) / 2
    low, high = middle - lead.width / 2, middle + lead.width / 2
    slack = TIE * lead.width
    inside = allowed & (along >= low - slack) & (along < high - slack)
    if not inside.any():
        raise InvalidInput(
            f"lead {name!r} touches nothing: its window {low:g}..{high:g} nm holds no device site "
            f"(the device spans {along.min():g}..{along.max():g} nm there)"
        )
    return np.flatnonzero(inside), (axis, low - slack, high - slack)


def across(unit: RealArray) -> RealArray:
    """Unit vector along an edge in the plane: towards larger x, upwards on vertical edges."""
    axis = np.array([-unit[1], unit[0]])
    return -axis if axis[0] < -TIE or (abs(axis[0]) <= TIE and axis[1] < 0) else axis


def _filling(orbits: IntArray, gap: IntArray, period: IntArray) -> tuple[IntArray, IntArray]:
    """Sites between each row's outermost device site and cell 0, which is among them."""
    which = np.repeat(np.arange(len(orbits)), gap)
    back = np.arange(len(which)) - np.repeat(np.cumsum(gap) - gap, gap)
    return orbits[which, :-1] - back[:, None] * period, orbits[which, -1]


def _overhanging(
    name: str,
    lead: Lead,
    sites: Sites,
    orbits: IntArray,
    slab: tuple[RealArray, float, tuple[RealArray, float, float]],
) -> IntArray:
    """All rows in the window: those that meet no device site are refused unless wanted."""
    rise, top, (axis, low, high) = slab
    normal = rise / np.linalg.norm(rise)
    tall = 1 / np.linalg.norm(rise)

    def inside(positions: RealArray) -> BoolArray:
        level, along = positions @ rise, positions @ axis
        found: BoolArray = (
            (level > top - 1 + TIE) & (level <= top + TIE) & (along >= low) & (along < high)
        )
        return found

    corners = np.array(
        [(h * tall * normal + a * axis) for h in (top - 1, top) for a in (low, high)]
    )
    margin = tall * TIE
    region = Region(
        inside, tuple(corners.min(axis=0) - margin), tuple(corners.max(axis=0) + margin), "window"
    )
    wanted = carve(sites.lattice, region, sites.origin)
    if len(wanted) == len(orbits):
        return orbits
    if not lead.overhang:
        raise InvalidInput(
            f"lead {name!r} has missing neighbors: {len(wanted) - len(orbits)} of the "
            f"{len(wanted)} sites in its cell lie beyond the edge of the device; narrow or move "
            "its window, or say overhang=True for a lead wider than the device"
        )
    return np.column_stack((wanted.cells, wanted.sublattice)).astype(np.int64)


def first_cell_positions(strip: Strip, sites: Sites) -> RealArray:
    """Positions of the sites of cell 0, shape (n, D)."""
    return positions_of(sites.lattice, sites.origin, strip.cells, strip.sublattice)


@dataclass(frozen=True, eq=False)
class StripBonds:
    """Entries of a lead's blocks: cell to cell, and within a cell.

    Parameters
    ----------
    rows, columns : int array
        Orbitals of the lead's cell.
    numbers : int array
        Coefficients of the model.
    ends : real array, shape (entries, D)
        Position of the row's site in cell 0, nm.
    """

    rows: IntArray
    columns: IntArray
    numbers: IntArray
    ends: RealArray


def strip_bonds(strip: Strip, sites: Sites, stencil: Stencil) -> tuple[StripBonds, StripBonds]:
    """Entries of ``<cell 0|H|cell 0>`` and of the hop ``<cell 0|H|cell -1>``."""
    orbitals = np.array(stencil.model.orbitals)[strip.sublattice]
    first = np.cumsum(orbitals) - orbitals
    places = first_cell_positions(strip, sites)
    length = np.linalg.norm(strip.period @ sites.lattice.vectors)
    rise = strip.unit / length
    known = {tuple(row): n for n, row in enumerate(_keys(strip.cells, strip.sublattice))}
    parts: dict[int, list[tuple[NDArray[np.integer], ...]]] = {0: [], -1: []}
    for site, bonds in enumerate(stencil.bonds):
        members = np.flatnonzero(strip.sublattice == site)
        for bond in bonds:
            if not len(bond.rows) or not len(members):
                continue
            level = (places[members] - stencil.vectors[bond.first]) @ rise
            cell = np.ceil(level - strip.top - TIE).astype(np.int64)
            ends = strip.cells[members] + np.array(bond.offset) - cell[:, None] * strip.period
            keys = _keys(ends, np.full(len(members), bond.neighbor))
            column = np.array([known.get(tuple(key), -1) for key in keys])
            for step, found in parts.items():
                hits = np.flatnonzero((column >= 0) & (cell == step))
                row_orbital = first[members[hits]][:, None] + bond.rows
                column_orbital = first[column[hits]][:, None] + bond.columns
                number = np.broadcast_to(bond.first + np.arange(len(bond.rows)), row_orbital.shape)
                owner = np.broadcast_to(members[hits][:, None], row_orbital.shape)
                found.append(tuple(a.ravel() for a in (row_orbital, column_orbital, number, owner)))
    return _joined(parts[0], places), _joined(parts[-1], places)


def _keys(cells: IntArray, sublattice: IntArray) -> list[list[int]]:
    keys: list[list[int]] = np.column_stack((cells, sublattice)).tolist()
    return keys


def _joined(parts: list[tuple[NDArray[np.integer], ...]], places: RealArray) -> StripBonds:
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return StripBonds(none, none, none, places[:0])
    rows, columns, numbers, owners = (np.concatenate(column) for column in zip(*parts, strict=True))
    return StripBonds(rows, columns, numbers, places[owners])
