"""Hofstadter's model: a square lattice with a rational number of flux quanta per plaquette."""

from fractions import Fraction
from typing import TypeAlias

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.units import quantity

Flux: TypeAlias = str | Fraction | tuple[int, int] | int | float

LARGEST_CELL = 400  # sites; beyond, a field in a Device is the better tool
EXACT = 1e-12  # a float this close to a fraction means it


def hofstadter(
    flux: Flux,
    *,
    hopping: float | str = 1.0,
    spacing: float | str = 1.0,
    degeneracy: int = 1,
) -> Model:
    r"""Square lattice with φ = p/q flux quanta through each plaquette; q sites in a cell along y.

    .. math:: H = -t \sum_{x,y} \big( e^{2\pi i \varphi y} |x+1, y\rangle\langle x, y|
              + |x, y+1\rangle\langle x, y| + \text{adjoint} \big), \qquad
              \varphi = \frac{e B a^2}{h}

    for electrons, charge -e, in a field B along +z and :math:`\mathbf A = (-B y, 0)`: what a
    `Device` of `square_lattice` with that field is, made periodic. q bands; the gap above r
    filled ones has Chern number C with r = q s + p C, see `sharvin.topology.tknn_integers`.

    Parameters
    ----------
    flux : str, Fraction, (int, int), int or float
        φ, such as ``"1/3"`` or ``(1, 3)``. A float must be a fraction to 12 digits.
    hopping : float or str
        t, in meV.
    spacing : float or str
        Lattice constant a, in nm.
    degeneracy : int
        2 for spin.

    Raises
    ------
    InvalidInput
        For a flux that is no fraction with a denominator of at most 400: it has no magnetic cell.

    References
    ----------
    D. R. Hofstadter, Phys. Rev. B 14, 2239 (1976).
    """
    phi = rational_flux(flux)
    q = phi.denominator
    a = quantity(spacing, "nm", name="spacing")
    t = quantity(hopping, "meV", name="hopping")
    # exact modulo one before the float: 2π times a large number would lose digits
    turns = [float(Fraction(phi.numerator * y % q, q)) for y in range(q)]
    along = [Hopping(-t * _turned(turn), (1, 0), to=y, from_=y) for y, turn in enumerate(turns)]
    across = [Hopping(-t, (0, 0), to=y + 1, from_=y) for y in range(q - 1)]
    return Model(
        Lattice([[a, 0.0], [0.0, q * a]], [[0.0, y * a] for y in range(q)]),
        onsite=[0.0] * q,
        hoppings=[*along, *across, Hopping(-t, (0, 1), to=0, from_=q - 1)],
        degeneracy=degeneracy,
        name=f"Hofstadter model at flux {phi}",
    )


def rational_flux(flux: Flux) -> Fraction:
    """Flux per plaquette as a fraction; refused when it is none with a small denominator."""
    try:
        exact = Fraction(*flux) if isinstance(flux, tuple) else Fraction(flux)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise InvalidInput(
            f"flux must be a fraction of the flux quantum, such as '1/3' or (1, 3), got {flux!r}"
        ) from error
    near = exact.limit_denominator(LARGEST_CELL)
    if abs(near - exact) > EXACT:
        raise InvalidInput(
            f"a flux of {flux!r} quanta per plaquette is incommensurate: it has no magnetic cell "
            f"of at most {LARGEST_CELL} sites; take a fraction such as '{near}', or give a Device "
            "of square_lattice a field, which may have any value"
        )
    return near


def _turned(turn: float) -> complex | float:
    if turn in (0.0, 0.5):  # a real matrix stays real
        return 1.0 - 4.0 * turn
    return complex(np.exp(2j * np.pi * turn))
