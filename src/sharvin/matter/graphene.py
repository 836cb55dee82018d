"""Graphene, also on the scaled lattice that makes micrometer devices affordable."""

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.units import FLUX_QUANTUM, quantity


def graphene(
    *,
    hopping: float | str = 2700.0,
    lattice_constant: float | str = 0.246,
    next_nearest: float | str = 0.0,
    scaling: float = 1.0,
) -> Model:
    r"""Honeycomb lattice of carbon π orbitals; the Dirac point is at zero energy.

    .. math:: E(\mathbf k) = \pm t |f(\mathbf k)| - t' (|f(\mathbf k)|^2 - 3), \qquad
              \hbar v_F = \tfrac{\sqrt 3}{2} a t

    Rows of atoms along x are zigzag: a ribbon along x has zigzag edges, one along y armchair.
    Spin is in the degeneracy of 2; the valleys are in the bands. A nonzero t' moves the Dirac
    point to 3t'.

    Parameters
    ----------
    hopping : float or str
        t, in meV (matrix element -t).
    lattice_constant : float or str
        a = √3 times the carbon-carbon distance, in nm.
    next_nearest : float or str
        t', in meV (matrix element -t').
    scaling : float
        s >= 1 replaces a by s·a and t by t/s, which keeps the Dirac velocity. Trustworthy for
        energies well below 3πt/s and fields where s·a stays under a quarter of the magnetic
        length: `Model.check_field` refuses stronger ones.

    References
    ----------
    M.-H. Liu et al., Phys. Rev. Lett. 114, 036601 (2015).
    A. H. Castro Neto et al., Rev. Mod. Phys. 81, 109 (2009).
    """
    s = float(scaling)
    a = s * quantity(lattice_constant, "nm", name="lattice_constant")
    t = quantity(hopping, "meV", name="hopping") / s
    t_next = quantity(next_nearest, "meV", name="next_nearest")
    if not (np.isfinite(s) and s >= 1 and a > 0):
        raise InvalidInput(
            f"graphene needs scaling >= 1 and a positive lattice constant, got scaling={scaling}, "
            f"lattice_constant={lattice_constant}"
        )
    if t_next and s > 1:
        raise InvalidInput(
            "scaling keeps only the Dirac velocity, which says nothing about next_nearest; "
            "leave one of them out"
        )
    hoppings = [Hopping(-t, offset, to=1, from_=0) for offset in [(0, 0), (0, -1), (1, -1)]]
    if t_next:
        hoppings += [
            Hopping(-t_next, offset, to=site, from_=site)
            for site in (0, 1)
            for offset in [(1, 0), (0, 1), (1, -1)]
        ]
    return Model(
        Lattice(
            a * np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]]), [[0.0, 0.0], [0.0, a / np.sqrt(3)]]
        ),
        onsite=[0.0, 0.0],
        hoppings=hoppings,
        degeneracy=2,
        # Unscaled, the lattice is the real one and holds at any field.
        max_field=FLUX_QUANTUM / (2 * np.pi * (4 * a) ** 2) if s > 1 else np.inf,
        name="graphene" if s == 1 else f"graphene scaled by {s:g}",
    )
