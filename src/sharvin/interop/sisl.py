"""Models from sisl: tight-binding and DFT Hamiltonians of periodic structures."""

from itertools import product
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.interop.blocks import hermitian_blocks, model_terms, shifted
from sharvin.matter.conserved import Conserved
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.spin import PAULI, SIGMA_Z
from sharvin.typing import ComplexArray, IntArray, NumberArray, RealArray
from sharvin.units import quantity

EV = 1000.0  # meV; sisl counts in eV and Å
ANGSTROM = 0.1  # nm
ROUNDING = 1e-6  # eV: files of DFT codes are not adjoint to the last digit
FLAT = 1e-9  # nm


def from_sisl(
    hamiltonian: Any, *, fermi_energy: float | str = 0.0, cutoff: float | str = 0.0
) -> Model:
    r"""Model with the Hamiltonian of a ``sisl.Hamiltonian``.

    .. math:: H(\mathbf k) = \sum_{\mathbf R} e^{i \mathbf k \cdot \mathbf R}
              \langle \mathbf 0\, m | H | \mathbf R\, n \rangle

    Atoms become sites, eV become meV and Å become nm. Lattice vectors along which nothing hops
    (``nsc`` of 1) are left out, and so is the height of a flat structure. With spin each orbital
    becomes two, (up, down); without, the model's degeneracy is 2.

    Parameters
    ----------
    hamiltonian : sisl.Hamiltonian
        With an orthogonal basis.
    fermi_energy : float or str
        Becomes zero, meV.
    cutoff : float or str
        Smaller matrix elements are left out, meV.

    Returns
    -------
    Model

    Raises
    ------
    InvalidInput
        For overlapping orbitals, Nambu spinors, a molecule, or numbers that are not Hermitian.

    References
    ----------
    N. Papior, sisl (Python package), doi:10.5281/zenodo.597181.

    Examples
    --------
    >>> import sisl  # doctest: +SKIP
    >>> ribbon = sisl.Hamiltonian(sisl.geom.graphene())  # doctest: +SKIP
    >>> ribbon.construct([(0.1, 1.44), (0, -2.7)])  # doctest: +SKIP
    >>> from_sisl(ribbon).bands([0.0, 0.0]).round(6).tolist()  # doctest: +SKIP
    [-8100.0, 8100.0]
    """
    _check(hamiltonian)
    geometry = hamiltonian.geometry
    periodic = [axis for axis in range(3) if hamiltonian.nsc[axis] > 1]
    if not periodic:
        raise InvalidInput(
            "this sisl Hamiltonian is not periodic (nsc is 1 along every vector); take its matrix "
            "to Device.from_matrices instead"
        )
    cells, blocks = _blocks(hamiltonian)
    table = hermitian_blocks(cells[:, periodic], EV * blocks, EV * ROUNDING, "the sisl Hamiltonian")
    has_spin = len(blocks[0]) == 2 * hamiltonian.no
    owner = np.repeat(geometry.o2a(np.arange(hamiltonian.no)), 2 if has_spin else 1)
    sites = [np.flatnonzero(owner == atom) for atom in range(hamiltonian.na)]
    sites = [own for own in sites if len(own)]
    places = geometry.xyz[[owner[own[0]] for own in sites]]
    onsite, hoppings = model_terms(
        shifted(table, float(quantity(fermi_energy, "meV")), float(quantity(cutoff, "meV"))), sites
    )
    sizes = [len(own) // (2 if has_spin else 1) for own in sites]
    return Model(
        _lattice(ANGSTROM * geometry.cell[periodic], ANGSTROM * places),
        onsite=onsite,
        hoppings=hoppings,
        orbitals=[len(own) for own in sites],
        degeneracy=1 if has_spin else 2,
        conserved=_conserved(hamiltonian, sizes),
        spin=[np.stack([np.kron(np.eye(n), s) for s in PAULI]) for n in sizes] if has_spin else (),
        name="sisl model",
    )


def _check(hamiltonian: Any) -> None:
    missing = [n for n in ("Hk", "geometry", "nsc", "spin") if not hasattr(hamiltonian, n)]
    if missing:
        raise InvalidInput(f"needed is a sisl.Hamiltonian, got {type(hamiltonian).__name__}")
    if not hamiltonian.orthogonal:
        raise InvalidInput(
            "this sisl Hamiltonian has overlapping orbitals (orthogonal is False); a model needs "
            "an orthogonal basis, such as Wannier functions: see from_wannier90"
        )
    if getattr(hamiltonian.spin, "is_nambu", False):
        raise InvalidInput(
            "this sisl Hamiltonian has Nambu spinors; give the normal one, and make it "
            "superconducting with sharvin.nambu"
        )


def _blocks(hamiltonian: Any) -> tuple[IntArray, ComplexArray]:
    """⟨0 m|H|R n⟩ in eV of every cell, by the inverse Fourier sum over as many momenta.

    Exact, and the same for every kind of spin: sisl itself builds H(k).
    """
    counts = tuple(int(n) for n in hamiltonian.nsc)
    cells = np.array(list(product(*(range(-(n // 2), n // 2 + 1) for n in counts))))
    momenta = np.array(list(product(*(np.arange(n) / n for n in counts))))
    matrices = np.array([_at(hamiltonian, k) for k in momenta])
    phases = np.exp(-2j * np.pi * cells @ momenta.T) / len(momenta)
    blocks: ComplexArray = np.tensordot(phases, matrices, axes=1)
    noise = 1e-14 * np.abs(matrices).max(initial=0.0) * len(momenta)
    blocks[np.abs(blocks) < noise] = 0.0
    blocks.real[np.abs(blocks.real) < noise] = 0.0
    blocks.imag[np.abs(blocks.imag) < noise] = 0.0
    return cells, blocks


def _at(hamiltonian: Any, k: RealArray) -> ComplexArray:
    """H(k), spins interleaved (up, down)."""
    if not hamiltonian.spin.is_polarized:
        matrix: ComplexArray = np.asarray(hamiltonian.Hk(k, format="array"), dtype=np.complex128)
        return matrix
    up, down = (
        np.asarray(hamiltonian.Hk(k, spin=s, format="array"), dtype=np.complex128) for s in (0, 1)
    )
    both: ComplexArray = np.kron(up, np.diag([1.0, 0.0])) + np.kron(down, np.diag([0.0, 1.0]))
    return both


def _conserved(hamiltonian: Any, sizes: list[int]) -> dict[str, Conserved]:
    if not hamiltonian.spin.is_polarized:
        return {}
    operators: tuple[NumberArray, ...] = tuple(np.kron(np.eye(n), SIGMA_Z) for n in sizes)
    return {"spin": Conserved(operators, {1.0: "up", -1.0: "down"})}


def _lattice(vectors: RealArray, places: RealArray) -> Lattice:
    """In the plane where the structure is flat."""
    is_flat = np.abs(vectors[:, 2]).max() < FLAT and np.ptp(places[:, 2]) < FLAT
    dimensions = 2 if is_flat else 3
    return Lattice(vectors[:, :dimensions], places[:, :dimensions])
