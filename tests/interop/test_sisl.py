"""Hamiltonians of sisl become models with the same bands, spins included."""

from types import SimpleNamespace

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput

K = np.array([[0.1, 0.2, 0.0], [-0.37, 0.05, 0.0], [0.5, 0.25, 0.0]])  # of the reciprocal vectors
ROUNDING = 1e-8  # meV: a Fourier sum over a few momenta of energies of 1e4 meV


class Spin:
    def __init__(self, kind):
        self.is_polarized = kind == "polarized"
        self.is_nambu = kind == "nambu"


class Honeycomb:
    """What `from_sisl` asks of a ``sisl.Hamiltonian``, with numbers that we know."""

    def __init__(self, spin="unpolarized", hop=-2.7, height=0.0):
        self.spin, self.hop, self.orthogonal = Spin(spin), hop, True
        self.is_wide = spin == "spin-orbit"
        self.nsc, self.no, self.na = np.array([3, 3, 1]), 2, 2
        cell = 2.46 * np.array([[1, 0, 0], [0.5, 3**0.5 / 2, 0], [0, 0, 10]])
        xyz = np.array([[0, 0, 0], [0, 2.46 / 3**0.5, height]])
        self.geometry = SimpleNamespace(cell=cell, xyz=xyz, o2a=lambda orbitals: orbitals)

    def scalar(self, k, split=0.0):
        f = 1 + np.exp(-2j * np.pi * k[1]) + np.exp(2j * np.pi * (k[0] - k[1]))
        return np.array([[0.1 + split, self.hop * f.conj()], [self.hop * f, -0.1 + split]])

    def Hk(self, k, spin=0, format="array"):
        if not self.is_wide:
            return self.scalar(k, 0.3 * (1 - 2 * spin) if self.spin.is_polarized else 0.0)
        sigma_x = np.array([[0, 1], [1, 0]])
        return np.kron(self.scalar(k), np.eye(2)) + np.sin(2 * np.pi * k[0]) * np.kron(
            np.eye(2), sigma_x
        )


@pytest.mark.parametrize("spin", ["unpolarized", "polarized", "spin-orbit"])
def test_bands_are_those_of_sisl(spin):
    source = Honeycomb(spin)
    model = sv.from_sisl(source, fermi_energy="50 meV")
    assert model.degeneracy == (2 if spin == "unpolarized" else 1)
    assert model.lattice.space == 2
    for k in K:
        if spin == "polarized":
            bands = np.concatenate([np.linalg.eigvalsh(source.Hk(k, spin=s)) for s in (0, 1)])
        else:
            bands = np.linalg.eigvalsh(source.Hk(k))
        found = model.bands(k[:2] @ model.lattice.reciprocal)
        assert found == pytest.approx(np.sort(1000 * bands) - 50, abs=ROUNDING)


def test_a_buckled_sheet_keeps_its_height_and_a_polarized_one_its_spin():
    assert sv.from_sisl(Honeycomb(height=0.4)).lattice.basis[1, 2] == pytest.approx(0.04)
    sheet = sv.from_sisl(Honeycomb("polarized"))
    ribbon = sv.Device(
        sheet, region=sv.rectangle(3, 2), leads={"L": sv.lead("left"), "R": sv.lead("right")}
    )
    s = sv.smatrix(ribbon, energy="1.1 eV")
    up, down = (s.transmission(to=("R", a), from_=("L", a)) for a in ("up", "down"))
    assert up + down == pytest.approx(s.transmission(to="R", from_="L"), abs=1e-9)
    assert s.transmission(to=("R", "up"), from_=("L", "down")) == pytest.approx(0, abs=1e-12)
    assert up != pytest.approx(down, abs=0.5)  # the spins are split by 0.6 eV


def test_what_is_no_model_is_refused():
    with pytest.raises(InvalidInput, match=r"needed is a sisl.Hamiltonian, got dict"):
        sv.from_sisl({})
    overlapping = Honeycomb()
    overlapping.orthogonal = False
    with pytest.raises(InvalidInput, match="overlapping orbitals"):
        sv.from_sisl(overlapping)
    with pytest.raises(InvalidInput, match=r"sharvin\.nambu"):
        sv.from_sisl(Honeycomb("nambu"))
    molecule = Honeycomb()
    molecule.nsc = np.array([1, 1, 1])
    with pytest.raises(InvalidInput, match="from_matrices"):
        sv.from_sisl(molecule)
    with pytest.raises(InvalidInput, match="not Hermitian"):
        sv.from_sisl(_Lossy())


class _Lossy(Honeycomb):
    def Hk(self, k, spin=0, format="array"):
        return super().Hk(k) - 0.01j * np.eye(2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("spin", ["unpolarized", "polarized", "spin-orbit"])
def test_live_sisl_agrees(spin):
    sisl = pytest.importorskip("sisl", reason="sisl is not installed")
    rng = np.random.default_rng(5)
    h = sisl.Hamiltonian(sisl.geom.graphene(orthogonal=True), spin=spin)
    for atom in h.geometry:
        for near in h.geometry.close(atom, R=2.5):
            h[atom, near] = rng.normal(size=h.shape[2]) if h.shape[2] > 1 else rng.normal()
    h = 0.5 * (h + h.transpose(spin=True, conjugate=True) if spin == "spin-orbit"
               else h + h.transpose())  # fmt: skip
    model = sv.from_sisl(h)
    for k in K:
        kinds = (0, 1) if spin == "polarized" else (0,)
        bands = np.concatenate([h.eigh(k, spin=s) if spin == "polarized" else h.eigh(k)
                                for s in kinds])  # fmt: skip
        found = model.bands(k[:2] @ model.lattice.reciprocal)
        assert found == pytest.approx(1000 * np.sort(bands), abs=1e-5)
