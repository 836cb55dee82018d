"""Models from Wannier90: the Hamiltonian in a file ``seedname_hr.dat``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.interop.blocks import hermitian_blocks, model_terms, shifted
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.typing import ComplexArray, IntArray, RealArray
from sharvin.units import quantity

EV = 1000.0  # meV; the file is in eV
# The file has six decimals: what should be a pair of adjoint numbers may differ in the last.
ROUNDING = 2.1e-6  # eV
SAME_PLACE = 1e-6  # nm


def from_wannier90(
    path: str | Path,
    *,
    vectors: ArrayLike,
    centers: ArrayLike | None = None,
    fermi_energy: float | str = 0.0,
    cutoff: float | str = 0.0,
    degeneracy: int = 1,
    spin: ArrayLike | None = None,
) -> Model:
    r"""Model with the Hamiltonian of a ``_hr.dat`` file.

    .. math:: H(\mathbf k) = \sum_{\mathbf R} \frac{e^{i \mathbf k \cdot \mathbf R}}{n_{\mathbf R}}
              \langle \mathbf 0\, m | H | \mathbf R\, n \rangle

    with the degeneracy weights :math:`n_{\mathbf R}` of the file. Energies become meV, from
    `fermi_energy` on.

    Parameters
    ----------
    path : str or Path
    vectors : array, shape (d, D)
        Lattice vectors as rows, in nm. With two rows the file must have no hop along the third.
    centers : array, shape (orbitals, D), optional
        Wannier centers in nm (``seedname_centres.xyz`` has them in Å). Orbitals at one place
        become one site; without centers all sit on one site at the origin.
    fermi_energy : float or str
        Becomes zero, meV.
    cutoff : float or str
        Smaller matrix elements are left out, meV.
    degeneracy : int
        2 for a calculation without spin.
    spin : array, shape (3, orbitals, orbitals), optional
        Spin operators, for a single site; see `Model`.

    Returns
    -------
    Model

    Raises
    ------
    InvalidInput
        For a malformed file, naming the line, and for one that is not Hermitian.

    References
    ----------
    G. Pizzi et al., J. Phys.: Condens. Matter 32, 165902 (2020).
    """
    table = read_hr(path)
    lattice_vectors = _lengths(vectors, "vectors", 2)
    cells = _in_dimension(table.cells, len(lattice_vectors), str(path))
    blocks = hermitian_blocks(cells, EV * table.blocks, EV * ROUNDING, str(path))
    sites, places = _sites(centers, table.orbitals, lattice_vectors.shape[1])
    onsite, hoppings = model_terms(
        shifted(blocks, float(quantity(fermi_energy, "meV")), float(quantity(cutoff, "meV"))), sites
    )
    return Model(
        Lattice(lattice_vectors, places),
        onsite=onsite,
        hoppings=hoppings,
        orbitals=[len(own) for own in sites],
        degeneracy=degeneracy,
        name=Path(path).name.removesuffix("_hr.dat") or "Wannier model",
        spin=() if spin is None else [np.asarray(spin)],
    )


@dataclass(frozen=True, eq=False)
class HrTable:
    """Contents of a file: ⟨0 m|H|R n⟩/n_R in eV.

    Parameters
    ----------
    cells : int array, shape (cells, 3)
        R.
    blocks : complex array, shape (cells, orbitals, orbitals)
    comment : str
    """

    cells: IntArray
    blocks: ComplexArray
    comment: str

    @property
    def orbitals(self) -> int:
        """Number of Wannier functions."""
        return int(self.blocks.shape[-1])


def read_hr(path: str | Path) -> HrTable:
    """Read a ``_hr.dat`` file; the degeneracy weights are divided out.

    Raises
    ------
    InvalidInput
        What is wrong, in which line, and what should be there.
    """
    file = Path(path)
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error
    orbitals = _count(lines, 1, file, "the number of Wannier functions")
    cells = _count(lines, 2, file, "the number of cells R")
    weights, start = _weights(lines, cells, file)
    rows = _rows(lines, start, cells * orbitals**2, file)
    indices = rows[:, 3:5]
    if not ((indices >= 1) & (indices <= orbitals)).all():
        wrong = int(np.flatnonzero(((indices < 1) | (indices > orbitals)).any(axis=1))[0])
        raise InvalidInput(
            f"{file.name}, line {start + wrong + 1}: orbitals {indices[wrong].astype(int).tolist()}"
            f" are not among 1 to {orbitals}"
        )
    found = rows[:: orbitals**2, :3].astype(np.int64)
    shaped = rows.reshape(cells, orbitals**2, 7)
    _check_order(shaped, found, orbitals, start, file)
    blocks = np.zeros((cells, orbitals, orbitals), dtype=np.complex128)
    m, n = (shaped[:, :, axis].astype(int) - 1 for axis in (3, 4))
    blocks[np.arange(cells)[:, None], m, n] = shaped[:, :, 5] + 1j * shaped[:, :, 6]
    return HrTable(found, blocks / weights[:, None, None], lines[0].strip())


def _count(lines: list[str], number: int, file: Path, what: str) -> int:
    text = lines[number].strip() if number < len(lines) else ""
    if not text.isdigit() or int(text) < 1:
        raise InvalidInput(
            f"{file.name}, line {number + 1}: expected {what}, one whole number, got {text!r}"
        )
    return int(text)


def _weights(lines: list[str], cells: int, file: Path) -> tuple[RealArray, int]:
    """Degeneracy weights, fifteen in a line, and the index of the line after them."""
    found: list[int] = []
    index = 3
    while len(found) < cells:
        words = lines[index].split() if index < len(lines) else []
        if not words or not all(word.isdigit() and int(word) > 0 for word in words):
            raise InvalidInput(
                f"{file.name}, line {index + 1}: expected degeneracy weights, positive whole "
                f"numbers ({len(found)} of {cells} read), got {' '.join(words)!r}"
            )
        found += map(int, words)
        index += 1
    if len(found) > cells:
        raise InvalidInput(
            f"{file.name}, line {index}: {len(found)} degeneracy weights, but line 3 says {cells}"
        )
    return np.array(found, dtype=np.float64), index


def _rows(lines: list[str], start: int, count: int, file: Path) -> RealArray:
    """Matrix elements, shape (count, 7)."""
    rows = np.empty((count, 7))
    for number in range(count):
        index = start + number
        text = lines[index] if index < len(lines) else ""
        words = text.split()
        try:
            values = [float(int(word)) for word in words[:5]] + [float(w) for w in words[5:]]
        except ValueError:
            values = []
        if len(values) != 7 or not np.isfinite(values).all():
            end = " (the file ends here)" if index >= len(lines) else ""
            raise InvalidInput(
                f"{file.name}, line {index + 1}: expected five whole numbers R1 R2 R3 m n and two "
                f"numbers Re Im, element {number + 1} of {count}, got {text.strip()!r}{end}"
            )
        rows[number] = values
    extra = next((i for i in range(start + count, len(lines)) if lines[i].strip()), None)
    if extra is not None:
        raise InvalidInput(
            f"{file.name}, line {extra + 1}: more matrix elements than the {count} that lines 2 "
            "and 3 announce"
        )
    return rows


def _check_order(shaped: RealArray, found: IntArray, orbitals: int, start: int, file: Path) -> None:
    """Each cell in one piece, once, with every pair of orbitals."""
    moved = (shaped[:, :, :3] != found[:, None, :]).any(axis=-1)
    pairs = shaped[:, :, 3] * (orbitals + 1) + shaped[:, :, 4]
    wrong = np.sort(pairs, axis=1)
    repeated = np.zeros(pairs.shape, dtype=bool)
    repeated[:, 1:] = wrong[:, 1:] == wrong[:, :-1]
    for cell in np.flatnonzero(moved.any(axis=1) | repeated.any(axis=1)):
        line = start + int(cell) * orbitals**2 + int(moved[cell].argmax()) + 1
        raise InvalidInput(
            f"{file.name}, line {line}: cell R = {found[cell].tolist()} needs {orbitals**2} lines "
            "in a row, one for every pair of orbitals"
        )
    _, first = np.unique(found, axis=0, return_index=True)
    if len(first) < len(found):
        again = next(i for i in range(len(found)) if i not in set(first.tolist()))
        raise InvalidInput(
            f"{file.name}, line {start + again * orbitals**2 + 1}: cell R = "
            f"{found[again].tolist()} comes a second time"
        )


def _lengths(values: Any, what: str, dimensions: int) -> RealArray:
    found = np.array(quantity(values, "nm", name=what), dtype=np.float64)
    if found.ndim != dimensions:
        raise ShapeMismatch(f"{what} must be rows of coordinates in nm, got shape {found.shape}")
    return found


def _in_dimension(cells: IntArray, dimension: int, name: str) -> IntArray:
    if not 1 <= dimension <= 3:
        raise ShapeMismatch(f"vectors must be one, two or three rows in nm, got {dimension}")
    beyond = cells[:, dimension:].any(axis=1)
    if beyond.any():
        raise InvalidInput(
            f"{name} hops to R = {cells[beyond][0].tolist()}, but vectors has only {dimension} "
            "rows; give one row for every direction"
        )
    return cells[:, :dimension]


def _sites(
    centers: ArrayLike | None, orbitals: int, space: int
) -> tuple[list[IntArray], RealArray]:
    """Orbitals of each site, and the places of the sites."""
    if centers is None:
        return [np.arange(orbitals)], np.zeros((1, space))
    places = _lengths(centers, "centers", 2)
    if places.shape != (orbitals, space):
        raise ShapeMismatch(
            f"centers have shape {places.shape}, but {orbitals} orbitals in {space} dimensions need"
            f" ({orbitals}, {space})"
        )
    _, first, owner = np.unique(
        np.round(places / SAME_PLACE).astype(np.int64), axis=0, return_index=True,
        return_inverse=True,
    )  # fmt: skip
    # in the order in which they come in the file
    order = np.argsort(first)
    return [np.flatnonzero(owner.ravel() == n) for n in order], places[first[order]]
