"""The square lattice with one orbital per site."""

from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.units import quantity


def square_lattice(
    *,
    spacing: float | str = 1.0,
    hopping: float | str = 1.0,
    onsite: float | str = 0.0,
    next_nearest: float | str = 0.0,
    degeneracy: int = 1,
) -> Model:
    r"""Square lattice with nearest and, if wanted, diagonal hopping.

    .. math:: E(\mathbf k) = \epsilon - 2 t (\cos k_x a + \cos k_y a)
              - 4 t' \cos k_x a \cos k_y a

    Parameters
    ----------
    spacing : float or str
        Lattice constant a, in nm.
    hopping, onsite, next_nearest : float or str
        t, ε and t', in meV (matrix elements -t and -t'). Energies are as given: the band of the
        defaults reaches from -4 to 4 meV.
    degeneracy : int
        2 for spin.
    """
    a = quantity(spacing, "nm", name="spacing")
    t = quantity(hopping, "meV", name="hopping")
    diagonal = quantity(next_nearest, "meV", name="next_nearest")
    hoppings = [Hopping(-t, (1, 0)), Hopping(-t, (0, 1))]
    if diagonal:
        hoppings += [Hopping(-diagonal, (1, 1)), Hopping(-diagonal, (1, -1))]
    return Model(
        Lattice([[a, 0.0], [0.0, a]]),
        onsite=[quantity(onsite, "meV", name="onsite")],
        hoppings=hoppings,
        degeneracy=degeneracy,
        name="square lattice",
    )
