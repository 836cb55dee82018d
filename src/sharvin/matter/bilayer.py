"""Bernal bilayer graphene, and the commensurate twisted bilayer atom by atom."""

from itertools import product

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.honeycomb import SHIFT, VECTORS
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.typing import RealArray
from sharvin.units import FLUX_QUANTUM, quantity

INTERLAYER = 0.335  # nm
A1, B1, A2, B2 = range(4)
LARGEST_CELL = 2000  # atoms
# Slater-Koster decay length and the distance beyond which a bond between layers is below 0.3 % of
# the vertical one.
DECAY = 0.184
FARTHEST = 0.50  # nm, in the plane


def bilayer_graphene(
    *,
    gamma0: float | str = 3160.0,
    gamma1: float | str = 381.0,
    gamma3: float | str = 0.0,
    gamma4: float | str = 0.0,
    bias: float | str = 0.0,
    lattice_constant: float | str = 0.246,
    scaling: float = 1.0,
) -> Model:
    r"""Two layers of graphene in Bernal stacking; sites A1, B1 (below), A2 above B1, B2.

    .. math:: E^2 = \frac{\gamma_1^2}{2} + \frac{U^2}{4} + \epsilon^2
              \pm \sqrt{\frac{\gamma_1^4}{4} + \epsilon^2 (\gamma_1^2 + U^2)}, \qquad
              \epsilon = \gamma_0 |f(\mathbf k)|

    for γ_3 = γ_4 = 0. A bias U (layer 1 at +U/2, layer 2 at -U/2) opens a gap of
    :math:`\gamma_1 U/\sqrt{\gamma_1^2 + U^2}`. Spin is in the degeneracy of 2. Sites have a
    height z, so that potentials ``f(x, y, z)`` and regions tell layers apart.

    Parameters
    ----------
    gamma0, gamma1, gamma3, gamma4 : float or str
        In meV: A-B in a layer (matrix element -γ_0), B1-A2 (+γ_1), A1-B2 (-γ_3, trigonal
        warping; 380 is measured), A1-A2 and B1-B2 (+γ_4; 140 is measured).
    bias : float or str
        U, in meV; the default of the parameter ``"bias"``.
    lattice_constant : float or str
        In nm.
    scaling : float
        s >= 1 as in `graphene`: bonds with a component in the plane are divided by s, lengths in
        the plane multiplied; γ_1 stays.

    References
    ----------
    E. McCann and M. Koshino, Rep. Prog. Phys. 76, 056503 (2013); numbers from A. B. Kuzmenko et
    al., Phys. Rev. B 80, 165406 (2009).
    """
    s = float(scaling)
    a = s * quantity(lattice_constant, "nm", name="lattice_constant")
    if not (np.isfinite(s) and s >= 1 and a > 0):
        raise InvalidInput(
            f"bilayer_graphene needs scaling >= 1 and a positive lattice constant, got "
            f"scaling={scaling}, lattice_constant={lattice_constant}"
        )
    g0, g1, g3, g4 = (quantity(g, "meV", name="gamma") for g in (gamma0, gamma1, gamma3, gamma4))
    basis = np.zeros((4, 3))
    basis[:, :2] = a * np.array([0 * SHIFT, SHIFT, SHIFT, 2 * SHIFT])
    basis[2:, 2] = INTERLAYER
    vectors = np.hstack([a * VECTORS, np.zeros((2, 1))])
    bonds = [(A1, B1, -g0 / s), (A2, B2, -g0 / s), (A1, B2, -g3 / s)]
    bonds += [(A1, A2, g4 / s), (B1, B2, g4 / s)]
    hoppings = [Hopping(g1, (0, 0), to=A2, from_=B1)]
    hoppings += [
        Hopping(strength, offset, to=to, from_=from_)
        for from_, to, strength in bonds
        if strength
        for offset in _neighbors(vectors, basis[to] - basis[from_], a / np.sqrt(3))
    ]
    return Model(
        Lattice(vectors, basis),
        onsite=[{"bias": 0.5}, {"bias": 0.5}, {"bias": -0.5}, {"bias": -0.5}],
        hoppings=hoppings,
        defaults={"bias": quantity(bias, "meV", name="bias")},
        units={"bias": "meV"},
        degeneracy=2,
        max_field=FLUX_QUANTUM / (2 * np.pi * (4 * a) ** 2) if s > 1 else np.inf,
        name="bilayer graphene" if s == 1 else f"bilayer graphene scaled by {s:g}",
    )


def twisted_bilayer_lattice(
    index: int = 1,
    *,
    hopping: float | str = 2700.0,
    interlayer: float | str = 480.0,
    bias: float | str = 0.0,
    lattice_constant: float | str = 0.246,
) -> Model:
    r"""Twisted bilayer graphene with all its atoms, at the commensurate angle of an index m.

    .. math:: \cos\theta = \frac{3 m^2 + 3 m + 1/2}{3 m^2 + 3 m + 1}, \qquad
              N = 4 (3 m^2 + 3 m + 1)

    21.8° and 28 atoms for m = 1, 13.2° and 76 for 2, 5.1° and 508 for 6. Rotated around a pair of
    atoms; the top layer is turned counterclockwise by θ and the moiré vectors are along x and at
    60°, so that leads can leave to the left and right. Bonds between the layers follow Slater and
    Koster; rigid layers, spin in the degeneracy of 2. For small angles use
    `twisted_bilayer_graphene`.

    Parameters
    ----------
    index : int
        m >= 1.
    hopping, interlayer : float or str
        t of nearest neighbors in a layer (matrix element -t), and the bond of two atoms on top of
        each other, in meV.
    bias : float or str
        Energy of the bottom layer above the top one, meV; default of the parameter ``"bias"``.
    lattice_constant : float or str
        In nm.

    References
    ----------
    G. Trambly de Laissardière, D. Mayou, L. Magaud, Nano Lett. 10, 804 (2010); P. Moon and M.
    Koshino, Phys. Rev. B 85, 195458 (2012).
    """
    if int(index) != index or index < 1:
        raise InvalidInput(f"index must be a whole number from 1 on, got {index!r}")
    m = int(index)
    count = 4 * (3 * m * m + 3 * m + 1)
    if count > LARGEST_CELL:
        raise InvalidInput(
            f"index {m} has {count} atoms in a cell, more than {LARGEST_CELL}; use the continuum "
            "model twisted_bilayer_graphene for such small angles"
        )
    a = quantity(lattice_constant, "nm", name="lattice_constant")
    t, vertical = quantity(hopping, "meV"), quantity(interlayer, "meV")
    bottom, top = _layer(m, m + 1), _layer(m + 1, m)
    places = a * np.vstack([bottom, top])
    heights = np.repeat([0.0, INTERLAYER], count // 2)
    length = a * np.sqrt(3 * m * m + 3 * m + 1)
    vectors = length * VECTORS
    hoppings = []
    for offset in product((-1, 0, 1), repeat=2):
        shift = np.array(offset) @ vectors
        apart = places[:, None, :] + shift - places[None, :, :]  # to, from
        flat = np.linalg.norm(apart, axis=-1)
        same = heights[:, None] == heights[None, :]
        first = (offset > (0, 0)) | ((offset == (0, 0)) & _below(count))
        near = same & (flat > 0.1 * a) & (flat < 0.6 * a) & first
        hoppings += [Hopping(-t, offset, int(i), int(j)) for i, j in np.argwhere(near)]
        across = (heights[:, None] > heights[None, :]) & (flat < FARTHEST)
        strength = _slater_koster(flat, a, t, vertical)
        hoppings += [
            Hopping(float(strength[i, j]), offset, int(i), int(j)) for i, j in np.argwhere(across)
        ]
    return Model(
        Lattice(np.hstack([vectors, np.zeros((2, 1))]), np.column_stack([places, heights])),
        onsite=[{"bias": 0.5 - (height > 0)} for height in heights],
        hoppings=hoppings,
        defaults={"bias": quantity(bias, "meV", name="bias")},
        units={"bias": "meV"},
        degeneracy=2,
        name=f"twisted bilayer graphene at {commensurate_angle(m):.3f}°",
    )


def commensurate_angle(index: int) -> float:
    """Twist angle in degrees of `twisted_bilayer_lattice`."""
    m = 3 * index * index + 3 * index
    return float(np.degrees(np.arccos((m + 0.5) / (m + 1))))


def _layer(m: int, n: int) -> RealArray:
    """Atoms (in lattice constants) of a layer whose cell m a_1 + n a_2 is turned to x."""
    long = np.array([m, n]) @ VECTORS
    turn = np.array([[long[0], long[1]], [-long[1], long[0]]]) / np.linalg.norm(long)
    reach = np.arange(-2 * (m + n), 2 * (m + n) + 1)
    cells = np.stack(np.meshgrid(reach, reach, indexing="ij"), axis=-1).reshape(-1, 2)
    # around the rotation center, an atom A
    atoms = np.vstack([cells @ VECTORS, cells @ VECTORS + SHIFT]) @ turn.T
    inside = atoms @ np.linalg.inv(np.linalg.norm(long) * VECTORS)
    kept = ((inside > -1e-9) & (inside < 1 - 1e-9)).all(axis=1)
    return np.asarray(atoms[kept])


def _below(count: int) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Each pair of a cell once."""
    return np.tril(np.ones((count, count), dtype=bool), -1)


def _slater_koster(flat: RealArray, a: float, t: float, vertical: float) -> RealArray:
    """Bond between atoms of two layers at a distance in the plane, meV."""
    distance = np.hypot(flat, INTERLAYER)
    cosine = (INTERLAYER / distance) ** 2
    decay = DECAY * a
    sigma = vertical * np.exp(-(distance - INTERLAYER) / decay)
    pi = -t * np.exp(-(distance - a / np.sqrt(3)) / decay)
    bond: RealArray = cosine * sigma + (1 - cosine) * pi
    return bond


def _neighbors(vectors: RealArray, shift: RealArray, length: float) -> list[tuple[int, int]]:
    """Cells whose site, ``shift`` away in its own cell, lies at a length in the plane."""
    found = []
    for offset in product(range(-3, 4), range(-3, 4)):
        step = (np.array(offset) @ vectors + shift)[:2]
        if abs(float(np.linalg.norm(step)) - length) < 1e-6 * length:
            found.append(offset)
    return found
