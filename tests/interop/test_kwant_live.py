"""The drop-in functions against Kwant itself, where it is installed."""

import pickle
import warnings
from typing import Any

import numpy as np
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Kwant warns when it has to do without MUMPS
    kwant = pytest.importorskip("kwant", reason="Kwant is not installed (numpy < 2, own wheels)")

from sharvin.errors import InvalidInput
from sharvin.interop import kwant as dropin

pytestmark = [
    pytest.mark.kwant,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]

# Kwant's own modes and solver lose up to five digits in random systems of this size.
ATOL = 1e-10
ENERGY = 0.37


def random_system(seed: int, norb: int, leads: int, *, real: bool = False) -> Any:
    """Random chain with side leads; every block is dense."""
    rng = np.random.default_rng(seed)

    def block(hermitian: bool) -> np.ndarray:
        raw = rng.normal(size=(norb, norb)) + (0 if real else 1j) * rng.normal(size=(norb, norb))
        return raw + raw.conj().T if hermitian else 3 * raw

    lattice = kwant.lattice.square(norbs=norb)
    system = kwant.Builder()
    for x in range(4):
        system[lattice(x, 0)] = block(hermitian=True)
    for x in range(3):
        system[lattice(x, 0), lattice(x + 1, 0)] = block(hermitian=False)
    ways = [((-1, 0), 0), ((1, 0), 3), ((0, 1), 1), ((0, -1), 2)]
    for direction, x in ways[:leads]:
        lead = kwant.Builder(kwant.TranslationalSymmetry(direction))
        start = lattice(x, 0)
        lead[start] = block(hermitian=True)
        lead[start, lattice(x + direction[0], direction[1])] = block(hermitian=False)
        system.attach_lead(lead)
    return system.finalized()


def in_basis_of(ours: Any, theirs: Any) -> np.ndarray:
    """Our S in Kwant's modes, which are other combinations of the same waves."""
    turns: dict[str, list[np.ndarray]] = {"in": [], "out": []}
    for mine, other in zip(ours.lead_info, theirs.lead_info, strict=True):
        n = len(other.momenta) // 2
        for key, half in (("in", slice(0, n)), ("out", slice(n, None))):
            a, b = other.wave_functions[:, half], mine.wave_functions[:, half]
            turn = np.linalg.lstsq(a, b, rcond=None)[0]
            np.testing.assert_allclose(a @ turn, b, atol=1e-8)
            turns[key].append(turn)
    blocks = {key: block_diagonal(parts) for key, parts in turns.items()}
    return blocks["out"] @ ours.data @ np.linalg.inv(blocks["in"])


def block_diagonal(parts: list[np.ndarray]) -> np.ndarray:
    size = sum(len(p) for p in parts)
    whole, start = np.zeros((size, size), dtype=complex), 0
    for part in parts:
        whole[start : start + len(part), start : start + len(part)] = part
        start += len(part)
    return whole


@pytest.mark.parametrize("seed", range(6))
def test_s_and_lead_info_describe_the_same_modes_as_kwant(seed: int) -> None:
    system = random_system(seed, norb=3, leads=2 + seed % 3, real=seed % 2 == 0)
    ours, theirs = dropin.smatrix(system, ENERGY), kwant.smatrix(system, ENERGY)
    np.testing.assert_allclose(in_basis_of(ours, theirs), theirs.data, atol=1e-8)
    for mine, other in zip(ours.lead_info, theirs.lead_info, strict=True):
        np.testing.assert_allclose(mine.momenta, other.momenta, atol=1e-8)
        np.testing.assert_allclose(mine.velocities, other.velocities, atol=1e-7)
    for i in range(len(system.leads)):
        assert ours.num_propagating(i) == theirs.num_propagating(i)
        for j in range(len(system.leads)):
            assert ours.transmission(i, j) == pytest.approx(theirs.transmission(i, j), abs=ATOL)


@pytest.mark.parametrize("what", ["modes", "all"])
def test_precalculated_leads_keep_kwants_amplitudes(what: str) -> None:
    # Here the modes are Kwant's own, so S and waves agree element by element.
    system = random_system(8, norb=3, leads=3).precalculate(ENERGY, what=what)
    ours, theirs = dropin.smatrix(system, ENERGY), kwant.smatrix(system, ENERGY)
    np.testing.assert_allclose(ours.data, theirs.data, atol=1e-8)
    mine, other = (f.wave_function(system, ENERGY) for f in (dropin, kwant))
    for lead in range(3):
        np.testing.assert_allclose(mine(lead), other(lead), atol=1e-8)


def test_declared_symmetries_choose_the_basis() -> None:
    symmetry = {"time_reversal": np.array([[0, 1], [-1, 0]])}
    lattice = kwant.lattice.square(norbs=2)
    system = kwant.Builder()
    lead = kwant.Builder(kwant.TranslationalSymmetry((-1, 0)), **symmetry)
    spin = np.array([[0, -1j], [1j, 0]])
    for builder, length in ((system, 3), (lead, 1)):
        builder[(lattice(x, y) for x in range(length) for y in range(3))] = 4 * np.eye(2)
        builder[kwant.HoppingKind((1, 0), lattice)] = -np.eye(2) + 0.3j * spin
        builder[kwant.HoppingKind((0, 1), lattice)] = -np.eye(2)
    system[lattice(1, 1)] = 4.5 * np.eye(2)
    system.attach_lead(lead)
    system.attach_lead(lead.reversed())
    finalized = system.finalized()
    ours, theirs = dropin.smatrix(finalized, 2.7), kwant.smatrix(finalized, 2.7)
    np.testing.assert_allclose(ours.data, theirs.data, atol=1e-8)
    # With T² = -1 and partners as modes, reflection is antisymmetric: no backscattering.
    reflection = ours.submatrix(0, 0)
    np.testing.assert_allclose(reflection, -reflection.T, atol=1e-8)


def test_green_function_waves_and_density_are_kwants() -> None:
    system = random_system(11, norb=2, leads=3)
    ours, theirs = (f.greens_function(system, ENERGY) for f in (dropin, kwant))
    np.testing.assert_allclose(ours.data, theirs.data, atol=ATOL)
    for mine, other in zip(ours.lead_info, theirs.lead_info, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-9)
    np.testing.assert_allclose(dropin.ldos(system, ENERGY), kwant.ldos(system, ENERGY), atol=ATOL)
    densities = [
        sum((np.abs(f.wave_function(system, ENERGY)(lead)) ** 2).sum(axis=0) for lead in range(3))
        for f in (dropin, kwant)
    ]
    np.testing.assert_allclose(*densities, atol=1e-9)


def test_asking_for_less_never_changes_the_answer() -> None:
    # Kwant 1.5 returns -1.559 and the like here: it deduces the missing corner with a sign slip.
    system = random_system(3, norb=3, leads=2)
    whole = dropin.smatrix(system, ENERGY)
    part = dropin.smatrix(system, ENERGY, out_leads=[0], in_leads=[0])
    np.testing.assert_array_equal(part.data, whole.submatrix(0, 0))
    for i in range(2):
        for j in range(2):
            assert part.transmission(i, j) == whole.transmission(i, j)
    alone = dropin.smatrix(system, ENERGY, out_leads=[0], in_leads=[0], check_hermiticity=False)
    with pytest.raises(InvalidInput, match="not asked for"):
        alone.transmission(1, 1)


def test_a_dead_lead_does_not_shift_the_others() -> None:
    # Kwant 1.5 answers for the wrong lead when the first one has no hopping.
    lattice = kwant.lattice.chain(norbs=1)
    system = kwant.Builder()
    system[(lattice(x) for x in range(3))] = lambda site: 0.4 * site.tag[0]
    system[lattice.neighbors()] = -1
    for direction, hop in ((-1, 0), (1, -1), (-1, -0.7)):
        lead = kwant.Builder(kwant.TranslationalSymmetry((direction,)))
        lead[lattice(0)], lead[lattice.neighbors()] = 0, hop
        system.attach_lead(lead)
    finalized = system.finalized()
    whole = dropin.smatrix(finalized, 0.3)
    for lead in (1, 2):
        part = dropin.smatrix(finalized, 0.3, out_leads=[lead], in_leads=[lead])
        assert part.transmission(lead, lead) == whole.transmission(lead, lead)
    assert whole.transmission(1, 1) + whole.transmission(2, 1) == pytest.approx(1, abs=1e-12)


def test_a_system_can_be_pickled_after_it_was_solved() -> None:
    system = random_system(5, norb=2, leads=2)
    before = dropin.smatrix(system, ENERGY)
    again = dropin.smatrix(pickle.loads(pickle.dumps(system)), ENERGY)
    np.testing.assert_array_equal(again.data, before.data)


def test_shot_noise_of_kwant_accepts_our_result() -> None:
    system = random_system(6, norb=3, leads=2)
    noise = [
        kwant.physics.two_terminal_shotnoise(f.smatrix(system, ENERGY)) for f in (dropin, kwant)
    ]
    assert noise[0] == pytest.approx(noise[1], abs=1e-9)


def test_self_energy_leads_have_transmissions_by_gamma() -> None:
    system = random_system(7, norb=2, leads=3)
    expected = dropin.smatrix(system, ENERGY)
    lead = system.leads[2]

    class Contact:
        parameters: frozenset[str] = frozenset()

        def selfenergy(self, energy: float, args: Any = (), *, params: Any = None) -> np.ndarray:
            return lead.selfenergy(energy)

    system.leads[2] = Contact()
    with pytest.raises(InvalidInput, match="lead 2 is known by its self-energy only"):
        dropin.smatrix(system, ENERGY)
    by_gamma = dropin.greens_function(system, ENERGY)
    part = dropin.smatrix(system, ENERGY, out_leads=[0, 1], in_leads=[0, 1])
    for i in range(3):
        for j in range(3):
            for result in (by_gamma, part):
                assert result.transmission(i, j) == pytest.approx(
                    expected.transmission(i, j), abs=ATOL
                )


def test_check_script_prints_both_sides(tmp_path: Any) -> None:
    script = tmp_path / "wire.py"
    script.write_text(
        "import kwant\n"
        "def make():\n"
        "    lat = kwant.lattice.chain(norbs=1)\n"
        "    syst = kwant.Builder()\n"
        "    syst[(lat(x) for x in range(5))] = lambda site, v: v * (site.tag[0] == 2)\n"
        "    syst[lat.neighbors()] = -1\n"
        "    lead = kwant.Builder(kwant.TranslationalSymmetry((-1,)))\n"
        "    lead[lat(0)], lead[lat.neighbors()] = 0, -1\n"
        "    syst.attach_lead(lead)\n"
        "    syst.attach_lead(lead.reversed())\n"
        "    return syst\n"
    )
    result = dropin.check_script(f"{script}:make", energy=0.5, params={"v": 0.8})
    # One site of energy v in a chain: T = 4 sin²k / (4 sin²k + v²) with E = -2 cos k.
    expected = (4 - 0.25) / (4 - 0.25 + 0.64)
    assert result.ours.transmissions[1, 0] == pytest.approx(expected, abs=1e-12)
    assert result.difference < 1e-9
    table = result.table()
    for word in ("sharvin", "kwant", "T to 1 from 0", "time of a point", "peak memory"):
        assert word in table


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("wire.py", "must read SCRIPT:SYSTEM"),
        ("nowhere.py:system", "no script 'nowhere.py'"),
        ("{broken}:system", "failed: NameError"),
        ("{plain}:system", "defines no 'system'; it defines other"),
        ("{plain}:other", "finalized Kwant system"),
    ],
)
def test_check_script_refuses_in_one_line(tmp_path: Any, target: str, message: str) -> None:
    (tmp_path / "broken.py").write_text("undefined_name\n")
    (tmp_path / "plain.py").write_text("other = 3\n")
    target = target.format(broken=tmp_path / "broken.py", plain=tmp_path / "plain.py")
    with pytest.raises(InvalidInput, match=message) as caught:
        dropin.check_script(target)
    assert "\n" not in str(caught.value)
