"""The parser against files that we write, and what it says about broken ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.interop.wannier90 import from_wannier90, read_hr

# Six decimals of an eV, times a few dozen terms that add up.
PRINTED = 1e-6 * 1000 * 40


def write_hr(path, cells, blocks, weights, comment="written for a test"):
    """A file as Wannier90 writes it: blocks in eV are multiplied by the weights."""
    size = len(blocks[0])
    lines = [comment, f"{size:12d}", f"{len(cells):12d}"]
    lines += [
        "".join(f"{w:5d}" for w in weights[start : start + 15])
        for start in range(0, len(weights), 15)
    ]
    for cell, block, weight in zip(cells, blocks, weights, strict=True):
        for n in range(size):
            for m in range(size):  # the first orbital runs fastest
                z = block[m, n] * weight
                r = "".join(f"{step:5d}" for step in cell)
                lines.append(f"{r}{m + 1:5d}{n + 1:5d}{z.real:12.6f}{z.imag:12.6f}")
    path.write_text("\n".join(lines) + "\n")
    return path


def table_of(model):
    """⟨0 m|H|R n⟩ in eV of a model, from its Bloch Hamiltonian by a Fourier sum."""
    reach = range(-2, 3)
    places = np.array([[i, j] for i in range(8) for j in range(8)]) / 8
    h = model.bloch(places @ model.lattice.reciprocal) / 1000
    cells, blocks = [], []
    for i in reach:
        for j in reach:
            phase = np.exp(-2j * np.pi * places @ [i, j])
            block = (phase[:, None, None] * h).mean(axis=0)
            cells.append((i, j, 0))
            blocks.append(block)
    return cells, blocks


@pytest.mark.parametrize("centers", [False, True])
def test_a_model_comes_back_from_the_file(tmp_path, centers):
    model = sv.haldane(hopping=1000.0, next_nearest=150.0, phase=0.8, staggered=200.0)
    cells, blocks = table_of(model)
    weights = [1 + n % 3 for n in range(len(cells))]
    path = write_hr(tmp_path / "toy_hr.dat", cells, blocks, weights)
    again = from_wannier90(
        path, vectors=model.lattice.vectors,
        centers=model.lattice.basis if centers else None, cutoff="0.01 meV",
    )  # fmt: skip
    k = np.array([[0.3, -1.2], [2.0, 0.4]])
    assert again.bloch(k) == pytest.approx(model.bloch(k), abs=PRINTED)
    assert again.name == "toy"
    assert len(again.orbitals) == (2 if centers else 1)
    assert len(again.hoppings) == (len(model.hoppings) if centers else 3)
    assert sv.chern_number(again, filled=1) == sv.chern_number(model, filled=1) == 1


def test_weights_divide(tmp_path):
    cells, blocks = [(-1, 0, 0), (0, 0, 0), (1, 0, 0)], [np.array([[0.5]])] * 3
    path = write_hr(tmp_path / "w_hr.dat", cells, blocks, [2, 1, 2])
    assert "    1.000000" in path.read_text()
    chain = from_wannier90(path, vectors=[[0.3, 0.0, 0.0]], fermi_energy="0.1 eV")
    k = np.array([0.7, 0.0, 0.0])
    assert chain.bands(k) == pytest.approx([400 + 1000 * np.cos(0.21)], abs=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 3))
def test_any_hermitian_table_is_read_back(tmp_path_factory, seed, size, reach):
    rng = np.random.default_rng(seed)
    cells, blocks = [], []
    for r in np.ndindex(*(2 * reach + 1,) * 3):
        cell = np.array(r) - reach
        cells.append(tuple(cell))
    table = {}
    for cell in cells:
        opposite = tuple(-c for c in cell)
        block = np.round(rng.normal(size=(size, size, 2)) @ [1, 1j], 3)
        table[cell] = table[opposite].conj().T if opposite in table else block
        if cell == (0, 0, 0):
            table[cell] = (block + block.conj().T) / 2
    blocks = [table[cell] for cell in cells]
    path = write_hr(tmp_path_factory.mktemp("hr") / "r_hr.dat", cells, blocks, [1] * len(cells))
    vectors = np.eye(3) + 0.1 * rng.normal(size=(3, 3))
    model = from_wannier90(path, vectors=vectors)
    k = rng.normal(size=3)
    phases = np.exp(1j * (np.array(cells) @ vectors @ k))
    expected = 1000 * np.einsum("r,rmn->mn", phases, blocks)
    assert model.bloch(k) == pytest.approx(expected, abs=1e-6 * 1000 * len(cells))


def test_the_table_itself_can_be_read(tmp_path):
    path = write_hr(tmp_path / "t_hr.dat", [(0, 0, 0)], [np.diag([0.1, -0.2])], [1])
    table = read_hr(path)
    assert table.orbitals == 2
    assert table.comment == "written for a test"
    assert table.blocks[0] == pytest.approx(np.diag([0.1, -0.2]))


GOOD = """comment
  1
  3
    1    1    1
  -1    0    0    1    1   -0.500000    0.000000
   0    0    0    1    1    0.100000    0.000000
   1    0    0    1    1   -0.500000    0.000000
"""
FIRST = "  -1    0    0    1    1   -0.500000    0.000000"
MIDDLE = "   0    0    0    1    1    0.100000    0.000000"
LAST = "   1    0    0    1    1   -0.500000    0.000000"
BROKEN = [
    (GOOD.replace("\n  1\n", "\n  one\n"), r"line 2: expected the number of Wannier functions"),
    (GOOD.replace("\n  3\n", "\n  -3\n"), r"line 3: expected the number of cells"),
    (GOOD.replace("    1    1    1\n", "    1    x    1\n"), r"line 4: expected degeneracy"),
    (GOOD.replace("    1    1    1\n", "    1    0    1\n", 1), r"line 4: expected degeneracy"),
    (GOOD.replace("    1    1    1\n", " 1 1 1 1\n", 1), r"line 4: 4 degeneracy weights"),
    (GOOD.replace("0.100000", "0.1O0000"), r"line 6: expected five whole numbers.*element 2 of 3"),
    (GOOD.replace("0.100000", "nan"), r"line 6: expected five"),
    (GOOD.replace(MIDDLE, "0 0 0 1 1 0.1"), "line 6"),
    (GOOD.replace(MIDDLE, "0 0 0 1 2 0.1 0"), r"line 6: orbitals \[1, 2\]"),
    ("\n".join(GOOD.splitlines()[:6]), r"line 7: .*the file ends here"),
    (GOOD + "1 1 1 1 1 0 0\n", r"line 8: more matrix elements than the 3"),
    (GOOD.replace(LAST, FIRST), r"line 7: cell R = \[-1, 0, 0\] comes a"),
    ("", "line 2: expected the number"),
    (GOOD.replace(FIRST, "-1 0 0 1 1 -0.5 0.1"), r"not Hermitian.*1\.00e-01 eV"),
    (GOOD.replace("   0    0    0    1", "   2    0    0    1"), r"has no cell R = \[0\]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_file_is_refused_with_its_line(tmp_path, text, message):
    path = tmp_path / "bad_hr.dat"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message) as refusal:
        from_wannier90(path, vectors=[[0.3, 0, 0]])
    assert "\n" not in str(refusal.value)


def test_what_does_not_fit_the_file_is_refused(tmp_path):
    path = tmp_path / "good_hr.dat"
    path.write_text(GOOD)
    with pytest.raises(ShapeMismatch, match=r"centers have shape \(2, 3\)"):
        from_wannier90(path, vectors=[[0.3, 0, 0]], centers=np.zeros((2, 3)))
    path.write_text(GOOD.replace("    0    0    1    1   -0.5", "    0    1    1    1   -0.5"))
    with pytest.raises(InvalidInput, match="give one row for every direction"):
        from_wannier90(path, vectors=[[0.3, 0, 0]])
    with pytest.raises(InvalidInput, match=r"cannot read .*No such file"):
        from_wannier90(tmp_path / "none_hr.dat", vectors=[[0.3, 0, 0]])
