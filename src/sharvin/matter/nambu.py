r"""Superconductors as Bogoliubov-de Gennes models: the Nambu order, stated once.

On every site all electron orbitals come first and then all hole orbitals, in the same order:

.. math:: \Psi = (c_1, \dots, c_n, c_1^\dagger, \dots, c_n^\dagger), \qquad
          H = \begin{pmatrix} h & \Delta \\ \Delta^\dagger & -h^* \end{pmatrix}, \qquad
          \tau_x H^* \tau_x = -H, \quad \Delta^T = -\Delta

Models whose spin is a degeneracy of two keep half of it, :math:`(c_\uparrow,
c_\downarrow^\dagger)`, with :math:`\Delta^T = \Delta` and :math:`\tau_y H^* \tau_y = -H`; the
other half is its equal copy. Charges are -1 (electrons) and +1 (holes).
"""

from collections.abc import Mapping
from functools import wraps
from itertools import pairwise
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.matter.block import Block
from sharvin.matter.conserved import Conserved
from sharvin.matter.hopping import Hopping
from sharvin.matter.model import Model
from sharvin.matter.spin import SIGMA_X, SIGMA_Y
from sharvin.typing import NumberArray
from sharvin.units import quantity

LABELS = {1.0: "electron", -1.0: "hole"}
TOLERANCE = 1e-10  # of the largest matrix element


def nambu(
    model: Model,
    *,
    pairing: float | str,
    phase: float = 0.0,
    parameter: str = "pairing",
) -> Model:
    r"""Superconducting version of a model, with singlet pairing on every site.

    .. math:: H = \begin{pmatrix} h & \Delta e^{i\varphi}\, i\sigma_y \\
              \text{adjoint} & -h^* \end{pmatrix}

    ``h`` is the model, its energies measured from the Fermi energy: shift its onsite energies or
    give the device a potential (holes feel the opposite). Leads that conserve particles are
    resolved by ``"particle"`` with labels electron and hole.

    Parameters
    ----------
    model : Model
        With spin in its orbitals, or as a degeneracy of two (then real, as time reversal has it).
    pairing : float or str
        Δ, in meV; the default of the parameter `parameter`.
    phase : float
        φ, in rad.
    parameter : str
        Name of the parameter.

    Raises
    ------
    InvalidInput
        For a model without spin: it has no singlet; write its pairing into a `Model`.

    References
    ----------
    P. G. de Gennes, Superconductivity of Metals and Alloys (1966).
    """
    gap = quantity(pairing, "meV", name="pairing")
    if parameter in model.parameters:
        raise InvalidInput(f"{model.name} already has a parameter {parameter!r}; choose another")
    singlets = _singlets(model)
    onsite = []
    for site, singlet in enumerate(singlets):
        corner = np.exp(1j * phase) * singlet
        zero = np.zeros_like(corner)
        pair = np.block([[zero, corner], [corner.conj().T, zero]])
        onsite.append(_added(_doubled(model.onsite[site]), parameter, pair))
    tau_z = [np.diag([1.0] * n + [-1.0] * n) for n in model.orbitals]
    return Model(
        model.lattice,
        onsite=onsite,
        hoppings=[
            Hopping(_doubled(hop.block), hop.offset, hop.to, hop.from_) for hop in model.hoppings
        ],
        orbitals=[2 * n for n in model.orbitals],
        defaults={**model.defaults, parameter: gap},
        units={**model.units, parameter: "meV"},
        degeneracy=model.degeneracy,
        charges=[-np.diag(matrix) for matrix in tau_z],
        conserved={"particle": Conserved(tuple(tau_z), LABELS)},
        max_field=model.max_field,
        name=f"superconducting {model.name}",
        spin=[np.stack([_direct(s, -s.conj()) for s in spin]) for spin in model.spin],
    )


def particle_hole(model: Model) -> NumberArray:
    r"""Unitary C of the particle-hole symmetry :math:`C H(\mathbf k)^* C^\dagger = -H(-\mathbf k)`.

    Shape (n, n) over one cell: τ_x, or τ_y for models whose spin is a degeneracy.

    Raises
    ------
    InvalidInput
        When the model is not written in the Nambu order of this module.
    """
    blocks = []
    for site, charge in enumerate(model.charges):
        half = len(charge) // 2
        if len(charge) % 2 or (charge[:half] >= 0).any() or (charge[half:] != -charge[:half]).any():
            raise InvalidInput(
                f"{model.name} is not in Nambu order: site {site} has charges {charge.tolist()}, "
                "but needs its electrons (-1) first and then as many holes (+1)"
            )
        tau = SIGMA_X if model.degeneracy % 2 else SIGMA_Y
        blocks.append(np.kron(tau, np.eye(half)))
    size = sum(map(len, blocks))
    total = np.zeros((size, size), dtype=np.complex128)
    start = 0
    for block in blocks:
        part = slice(start, start + len(block))
        total[part, part] = block
        start += len(block)
    return total


def check_nambu(model: Model, params: Mapping[str, float] | None = None) -> None:
    r"""Refuse a Bogoliubov-de Gennes model whose holes are not what its electrons lack.

    Every block must obey :math:`C M^* C^\dagger = -M`, which for all wave vectors is
    :math:`C H(\mathbf k)^* C^\dagger = -H(-\mathbf k)`.
    """
    values = model.resolve(params or {})
    whole = particle_hole(model)
    starts = np.concatenate(([0], np.cumsum(model.orbitals)))
    parts = [slice(low, high) for low, high in pairwise(starts)]
    found: list[tuple[str, NumberArray, slice, slice]] = [
        (f"onsite block of site {site}", model.onsite_block(site, values), part, part)
        for site, part in enumerate(parts)
    ]
    found += [
        (f"hopping {n}", model.hopping_block(n, values), parts[hop.to], parts[hop.from_])
        for n, hop in enumerate(model.hoppings)
    ]
    size = max(float(np.abs(matrix).max()) for _, matrix, _, _ in found)
    for what, matrix, rows, columns in found:
        mirrored = whole[rows, rows] @ matrix.conj() @ whole[columns, columns].conj().T
        defect = float(np.abs(mirrored + matrix).max())
        if defect > TOLERANCE * size:
            raise InvalidInput(
                f"{model.name} is not particle-hole symmetric: its {what} differs from minus its "
                f"mirror image by {defect:.3g} meV; holes need -h* where electrons have h, and "
                "a pairing that is antisymmetric in orbital and spin"
            )


def _singlets(model: Model) -> list[NumberArray]:
    if model.spin:
        return [1j * spin[1] for spin in model.spin]
    if model.degeneracy % 2 == 0:
        return [np.eye(n) for n in model.orbitals]
    raise InvalidInput(
        f"{model.name} has no spin, neither in its orbitals nor as a degeneracy of two, so it has "
        "no singlet to pair; write its pairing into a Model of your own"
    )


def _direct(electrons: NumberArray, holes: NumberArray) -> NumberArray:
    (rows, columns), zero = electrons.shape, np.zeros_like(electrons)
    assert holes.shape == (rows, columns)
    return np.block([[electrons, zero], [zero, holes]])


def _doubled(block: Block) -> Any:
    """Source of the block of electrons and holes."""
    if block.terms is not None:
        return {name: _direct(m, -m.conj()) for name, m in block.terms.items()}
    source = block.source

    @wraps(source)
    def doubled(**params: float) -> NumberArray:
        matrix = np.array(source(**params)).reshape(block.shape)
        return _direct(matrix, -matrix.conj())

    return doubled


def _added(source: Any, parameter: str, matrix: NumberArray) -> Any:
    """Source plus the parameter times a matrix."""
    if isinstance(source, Mapping):
        return {**source, parameter: matrix}
    raise InvalidInput(
        "the onsite blocks of a superconducting model must be arrays or mappings such as "
        "{'': matrix, 'B': matrix}; write the function of this model so"
    )
