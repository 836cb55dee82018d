"""The adiabatic subbands of a device: its transverse levels, column by column, and its leads'."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.device.blocks import LeadBlocks
from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.typing import IntArray, RealArray

MISMATCH = 1e-9  # of the hopping: rounding of the matrix elements
PROFILE = 6  # power of the window in which electrons repel each other


@dataclass(frozen=True, eq=False)
class Subbands:
    r"""Bottoms of the subbands along a contact; each is a chain with its own potential.

    Parameters
    ----------
    x : real array, shape (columns,)
        nm.
    levels : real array, shape (modes, columns)
        :math:`\epsilon_n(x)`: a wave in the chain has the energy :math:`\epsilon_n - 2 t \cos ka`.
    lead_levels : real array, shape (modes,)
        The same in the leads.
    localization : real array, shape (modes, columns)
        :math:`\sum_y |\phi_n(x, y)|^4`: two electrons of a contact interaction feel it.
    hopping, spacing : float
        t in meV and a in nm.
    """

    x: RealArray
    levels: RealArray
    lead_levels: RealArray
    localization: RealArray
    hopping: float
    spacing: float

    @property
    def window(self) -> RealArray:
        """Smooth window: one in the middle and zero at the leads, shape (columns,)."""
        middle = (self.x[0] + self.x[-1]) / 2
        s = (self.x - middle) / (self.x[-1] - middle + self.spacing)
        weight: RealArray = np.exp(-(np.abs(s) ** PROFILE) / (1 - s**2))
        return weight


def subbands(device: Device, modes: int = 1, **params: float) -> Subbands:
    """Lowest transverse levels in every column of a device on a square grid.

    Parameters
    ----------
    device : Device
        A rectangle of a one-orbital grid (or a chain) with two equal leads at its left and right
        ends, without a magnetic field.
    modes : int
    **params
        The device's own parameters.

    Raises
    ------
    InvalidInput
        For any other device.
    """
    if device.positions is None:
        raise InvalidInput("subbands need a device carved from a model, with positions")
    columns = _columns(device.positions)
    if device.pattern.n != columns.size:
        raise InvalidInput(
            "subbands need one orbital per site; leave the spin degenerate (no g_factor)"
        )
    if not 1 <= modes <= columns.shape[1]:
        raise InvalidInput(f"modes must lie between 1 and the {columns.shape[1]} rows, got {modes}")
    matrix = device.pattern.matrix(device.values(params)).tocsr()
    if np.iscomplexobj(matrix.data):
        raise InvalidInput("subbands need a device without a magnetic field or complex hopping")
    x = device.positions[columns[:, 0], 0]
    hopping, across = _blocks(matrix, columns)
    levels, waves = np.linalg.eigh(across)
    localization = (waves[:, :, :modes] ** 4).sum(axis=1)
    return Subbands(
        x, levels[:, :modes].T, _lead_levels(device, params, modes, columns),
        localization.T, hopping, float(x[1] - x[0]),
    )  # fmt: skip


def lowest_subband(
    device: Device,
    *,
    chemical_potential: float,
    interaction: float,
    **params: float,
) -> HubbardBarrier:
    r"""Hubbard barrier whose potential is the device's lowest adiabatic subband.

    .. math:: V_j = \epsilon_0(x_j) - \epsilon_0^{\text{lead}}, \qquad
              U_j = U_0\, w(x_j) \sum_y |\phi_0(x_j, y)|^4 \big/ \max

    where w falls smoothly to zero at the leads, which do not interact. Mixing of subbands is left
    out: the contact must be smooth.

    Parameters
    ----------
    device : Device
        As for `subbands`.
    chemical_potential : float
        In meV, counted like the device's energies.
    interaction : float
        U_0 in meV, on one site of the grid, where the subband is narrowest. On a grid of spacing
        a it stands for a contact interaction of strength U_0 a (meV nm).
    **params
        The device's own parameters.

    Returns
    -------
    HubbardBarrier
    """
    bands = subbands(device, 1, **params)
    shape = bands.window * bands.localization[0]
    return HubbardBarrier(
        onsite=bands.levels[0] - bands.lead_levels[0],
        interaction=interaction * shape / shape.max(),
        hopping=bands.hopping,
        chemical_potential=chemical_potential - float(bands.lead_levels[0]),
        spacing=bands.spacing,
    )


def _columns(positions: RealArray) -> IntArray:
    """Site numbers on a rectangle, shape (columns, rows)."""
    across = positions[:, 1] if positions.shape[1] > 1 else np.zeros(len(positions))
    along = np.round(positions[:, 0], 6)
    order = np.lexsort((across, along))
    counts = np.unique(along, return_counts=True)[1]
    if len(counts) < 3 or (counts != counts[0]).any():
        raise InvalidInput(
            "subbands need a rectangle with as many sites in every column; this device has "
            f"between {counts.min()} and {counts.max()} in {len(counts)} columns"
        )
    return order.reshape(len(counts), counts[0])


def _blocks(matrix: Any, columns: IntArray) -> tuple[float, RealArray]:
    """Return t of the bonds along x, and the Hamiltonian of each column.

    Bonds along x must lead to the next column and row by row, all alike.
    """
    count, rows = columns.shape
    place = np.empty(columns.size, dtype=np.int64)
    place[columns.ravel()] = np.arange(columns.size)
    entries = matrix.tocoo()
    (i, p), (j, q) = (divmod(place[part], rows) for part in (entries.row, entries.col))
    inside = i == j
    across = np.zeros((count, rows, rows))
    across[i[inside], p[inside], q[inside]] = entries.data[inside]
    bonds = entries.data[~inside]
    t = -float(bonds[0]) if len(bonds) else 0.0
    alike = np.abs(bonds + t).max(initial=0.0) <= MISMATCH * abs(t)
    nearest = (np.abs(i - j) <= 1).all() and (p[~inside] == q[~inside]).all()
    if not (alike and nearest and len(bonds) == 2 * rows * (count - 1)):
        raise InvalidInput(
            "subbands need equal bonds along x to nearest neighbors only, as in electron_gas"
        )
    if t <= 0:
        raise InvalidInput(f"the hopping along x must be positive, got {t:g}")
    return t, across


def _lead_levels(
    device: Device, params: Mapping[str, float], modes: int, columns: IntArray
) -> RealArray:
    blocks = device.lead_blocks(params)
    rows = columns.shape[1]
    ends = {frozenset(columns[0].tolist()), frozenset(columns[-1].tolist())}
    touched = {frozenset(np.asarray(block.sites).tolist()) for block in blocks}
    if touched != ends or any(
        not isinstance(block, LeadBlocks) or block.cell.shape != (rows, rows) for block in blocks
    ):
        raise InvalidInput("subbands need two leads, one at the left and one at the right end")
    found = [
        np.linalg.eigvalsh(block.cell)[:modes] for block in blocks if isinstance(block, LeadBlocks)
    ]
    if np.abs(found[0] - found[1]).max() > 1e-6 * max(1.0, float(np.abs(found[0]).max())):
        raise InvalidInput(
            "both leads must have the same subbands; their lowest levels are "
            f"{found[0][0]:.4g} and {found[1][0]:.4g} meV"
        )
    level: RealArray = found[0]
    return level
