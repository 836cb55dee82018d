"""Landauer's conductance found as Kubo's: two cross-sections inside an open device."""

from typing import Any

import numpy as np
from scipy import sparse

from sharvin.device.device import Device
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.solvers.states import green
from sharvin.typing import BoolArray, ComplexArray, IntArray
from sharvin.units import quantity

AXES = ("x", "y", "z")


def kubo_conductance(
    device: Device,
    *,
    energy: float | str,
    sections: tuple[Any, Any],
    axis: str = "x",
    **parameters: Any,
) -> float:
    r"""Conductance from the correlation of the currents through two cross-sections.

    .. math:: G = 2\pi^2 \operatorname{Tr}\, I_S\, \delta(E - H)\, I_{S'}\, \delta(E - H), \qquad
              I_S = i (P H \bar P - \bar P H P), \qquad
              \delta(E - H) = \frac{i}{2\pi} (G^r - G^a)

    P projects on one side of the section and 1 - P on the other. As current is conserved, the
    answer is the same for any two sections, also for one taken twice, and it is the sum of the
    transmissions from the leads on one side to those on the other (in a field: its mean with the
    sum in the other direction).

    Parameters
    ----------
    device : Device
    energy : float or str
        In meV (a raw Hamiltonian's own unit).
    sections : pair
        Each a coordinate along `axis` in nm (text with a unit will do), or a boolean array, shape
        (orbitals,), True on one side. Both must keep the same leads apart.
    axis : str
        x, y or z.
    **parameters
        The device's parameters.

    Returns
    -------
    float
        In e²/h, without the degeneracy (like `transmission`).

    Raises
    ------
    InvalidInput
        When a section cuts through the orbitals that a lead touches, leaves all leads on one
        side, or the two keep different leads apart.

    References
    ----------
    D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981); H. U. Baranger and A. D. Stone,
    Phys. Rev. B 40, 8169 (1989).
    """
    if not isinstance(sections, tuple | list) or len(sections) != 2:
        raise InvalidInput(f"sections must be a pair, got {sections!r}")
    sides = [_side(device, section, axis) for section in sections]
    apart = [_leads_apart(device, side, parameters) for side in sides]
    flipped = tuple(not here for here in apart[1])
    if apart[0] not in (apart[1], flipped):
        raise InvalidInput(
            "the two sections keep different leads apart, so their currents are not the same; "
            f"leads {device.lead_names} lie on sides {apart[0]} and {apart[1]}"
        )
    if apart[0] == flipped:  # the same current, counted the other way
        sides[1] = ~sides[1]
    h = device.pattern.matrix(device.values(device.resolve(parameters)))
    currents = [_current(h, side) for side in sides]
    touched: list[IntArray] = [np.unique(current.nonzero()[0]) for current in currents]
    if not all(len(orbitals) for orbitals in touched):
        return 0.0  # nothing crosses the section
    both = np.unique(np.concatenate(touched))
    g = green(device, energy=energy, to=both, from_=both, **parameters)
    delta = 1j / (2 * np.pi) * (g - g.conj().T)
    first, second = (_among(current, both) for current in currents)
    return float(2 * np.pi**2 * np.trace(first @ delta @ second @ delta).real)


def _side(device: Device, section: Any, axis: str) -> BoolArray:
    """Which orbitals lie on the first side of a section, shape (orbitals,)."""
    given = np.asarray(section)
    if given.dtype == np.bool_:
        if given.shape != (device.pattern.n,):
            raise ShapeMismatch(
                f"a section must have one truth value per orbital ({device.pattern.n}), "
                f"got shape {given.shape}"
            )
        return given
    place = float(quantity(section, "nm", name="sections"))
    positions = device.positions
    if positions is None:
        raise InvalidInput("a device without positions needs sections as boolean arrays")
    if axis not in AXES[: positions.shape[1]]:
        raise InvalidInput(f"axis must be one of {AXES[: positions.shape[1]]}, got {axis!r}")
    side: BoolArray = positions[device.orbital_site, AXES.index(axis)] < place
    return side


def _leads_apart(device: Device, side: BoolArray, parameters: dict[str, Any]) -> tuple[bool, ...]:
    """On which side each lead is; a section through a lead, or past all of them, is refused."""
    found = []
    for block in device.lead_blocks(parameters):
        here = side[np.asarray(block.sites)]
        if here.any() != here.all():
            raise InvalidInput(
                f"a section cuts through the orbitals that lead {block.name!r} touches; move it "
                "into the device"
            )
        found.append(bool(here.any()))
    if len(set(found)) < 2:
        raise InvalidInput(
            "a section has all leads on one side, so no current passes it; put it between them"
        )
    return tuple(found)


def _current(h: Any, side: BoolArray) -> Any:
    """I = i (P H (1-P) - adjoint), in units of energy (ħ = 1)."""
    p = sparse.diags(side.astype(float))
    q = sparse.diags((~side).astype(float))
    crossing = (p @ h @ q).tocsr()
    current = 1j * (crossing - crossing.conj().T)
    current.eliminate_zeros()
    return current.tocsr()


def _among(current: Any, orbitals: IntArray) -> ComplexArray:
    block: ComplexArray = current[orbitals][:, orbitals].toarray()
    return block
