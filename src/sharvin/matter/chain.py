"""One orbital per site in a row: the simplest conductor."""

from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.units import quantity


def chain(
    *,
    spacing: float | str = 1.0,
    hopping: float | str = 1.0,
    onsite: float | str = 0.0,
    degeneracy: int = 1,
) -> Model:
    r"""One-dimensional chain with nearest-neighbor hopping.

    .. math:: E(k) = \epsilon - 2 t \cos(k a)

    Parameters
    ----------
    spacing : float or str
        Lattice constant a, in nm.
    hopping, onsite : float or str
        t (the matrix element is -t) and ε, in meV. Energies are as given: the band of the
        defaults reaches from -2 to 2 meV.
    degeneracy : int
        2 for spin.
    """
    a = quantity(spacing, "nm", name="spacing")
    t = quantity(hopping, "meV", name="hopping")
    energy = quantity(onsite, "meV", name="onsite")
    return Model(
        Lattice([[a]]),
        onsite=[energy],
        hoppings=[Hopping(-t, (1,))],
        degeneracy=degeneracy,
        name="chain",
    )
