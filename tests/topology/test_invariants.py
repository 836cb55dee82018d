"""Integers of clean bands: published values, laws, two routes, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharvin.errors import InvalidInput, Unreliable
from sharvin.matter import (
    Hopping,
    Lattice,
    Model,
    bhz,
    chain,
    electron_gas,
    haldane,
    hofstadter,
    kane_mele,
    kitaev_chain,
    nambu,
    qwz,
    rashba_nanowire,
    rice_mele,
)
from sharvin.topology import (
    anomalous_hall,
    berry_curvature,
    chern_number,
    curvature_map,
    link_chern_number,
    majorana_number,
    tknn_integer,
    tknn_integers,
    wannier_centers,
    winding,
    winding_number,
    z2_invariant,
)
from sharvin.topology.winding import pfaffian


def random_insulator(seed, orbitals=3):
    """Short-ranged two-dimensional model without any symmetry, sites anywhere in the cell."""
    rng = np.random.default_rng(seed)

    def block():
        return (rng.normal(size=(orbitals, orbitals, 2)) @ [1, 1j]) / 2

    onsite = block()
    return Model(
        Lattice([[1.0, 0.2], [-0.3, 1.4]]),
        [onsite + onsite.conj().T + np.diag(2.0 * np.arange(orbitals))],
        [Hopping(block(), step) for step in ((1, 0), (0, 1), (1, 1))],
        orbitals=orbitals,
    )


@pytest.mark.parametrize(
    ("mass", "expected"), [(-3, 0), (-1.9, 1), (-1, 1), (-0.05, 1), (0.05, -1), (1, -1), (3, 0)]
)
def test_qwz_changes_where_published_even_on_a_coarse_grid(mass, expected):
    assert chern_number(qwz(), filled=1, mass=mass, grid=8) == expected


def test_haldane_has_its_phase_diagram():
    critical = 3 * np.sqrt(3) * 0.1
    for phase in (-2.0, -0.7, 0.4, np.pi / 2, 3.0):
        edge = critical * abs(np.sin(phase))
        for staggered, inside in ((0.9 * edge, 1), (-0.9 * edge, 1), (1.1 * edge, 0)):
            expected = int(np.sign(np.sin(phase))) * inside
            found = chern_number(haldane(phase=phase), filled=1, staggered=staggered)
            assert found == expected, (phase, staggered)


@pytest.mark.parametrize("flux", ["1/3", "2/5", "3/7", "5/13"])
def test_every_hofstadter_gap_obeys_the_diophantine_equation(flux):
    integers = tknn_integers(flux)
    p, q = Fraction(flux).numerator, Fraction(flux).denominator
    assert sorted(integers) == list(range(1, q))
    model = hofstadter(flux)
    for filled, c in integers.items():
        assert (filled - p * c) % q == 0
        assert 2 * abs(c) < q
        assert chern_number(model, filled=filled, grid=12) == c


def test_hofstadter_levels_are_the_published_ones():
    # PHYSICS.md 30: the lowest Landau levels at one flux quantum per twenty plaquettes.
    model = hofstadter("1/20")
    low = model.bands([[0.0, 0.0], [0.3, 0.05]])[:, :4]
    # widths of these levels: the published digits are those of the lowest three
    assert low[0, :2] == pytest.approx([-3.698030, -3.117867], abs=2e-6)
    assert low[1, :2] == pytest.approx(low[0, :2], abs=2e-6)
    assert tknn_integers("1/5") == {1: 1, 2: 2, 3: -2, 4: -1}
    assert tknn_integers("1/4") == {1: 1, 3: -1}


@settings(max_examples=5)
@given(st.integers(0, 2**32))
def test_chern_numbers_of_all_bands_add_up_to_zero_and_reverse_under_conjugation(seed):
    model = random_insulator(seed)
    conjugate = Model(
        model.lattice,
        [model.onsite_block(0, {}).conj()],
        [Hopping(h.block.at({}).conj(), h.offset) for h in model.hoppings],
        orbitals=3,
    )
    single = [chern_number(model, bands=(n, n + 1)) for n in range(3)]
    assert sum(single) == 0
    assert chern_number(model, filled=2) == single[0] + single[1]
    assert chern_number(conjugate, filled=1) == -single[0]


def test_curvature_integrates_to_the_chern_number_and_maps_it():
    model = haldane(staggered=0.3)
    # The curvature is analytic: the sum over a grid converges exponentially in its size.
    for filled in (1,):
        density = curvature_map(model, filled=filled, grid=60)
        area = abs(np.linalg.det(model.lattice.reciprocal)) / 60**2
        assert float(density.sum()) * area / (2 * np.pi) == pytest.approx(1, abs=1e-6)
    assert density.attrs["units"] == "nm²"
    k = np.array([[0.3, -0.8], [1.1, 2.0]])
    lower = berry_curvature(model, k, filled=1)
    assert berry_curvature(model, k, bands=(1, 2)) == pytest.approx(-lower)
    # A Dirac point of mass m and velocity v: v²/2m² (ħ = 1), up to trigonal warping (none at K).
    here = berry_curvature(haldane(next_nearest=0.05), [4 * np.pi / 3, 0.0], filled=1)
    mass, velocity = 3 * np.sqrt(3) * 0.05, np.sqrt(3) / 2
    assert here == pytest.approx(velocity**2 / (2 * mass**2), rel=1e-9)


def test_curvature_feels_where_the_orbitals_are_and_its_integral_does_not():
    moved = haldane(staggered=0.3)
    shifted = Model(
        Lattice(moved.lattice.vectors, [[0.0, 0.0], [0.1, 0.2]]),
        [0.3, -0.3],
        [Hopping(h.block.at({}), h.offset, h.to, h.from_) for h in moved.hoppings],
    )
    k = [0.7, 0.4]
    assert abs(berry_curvature(moved, k, filled=1) - berry_curvature(shifted, k, filled=1)) > 1e-3
    one, two = (anomalous_hall(m, mu=0.0) for m in (moved, shifted))
    assert one == pytest.approx(two, abs=1e-9)


def test_hall_conductivity_is_minus_the_chern_number_in_a_gap_and_fades_with_temperature():
    assert anomalous_hall(qwz(), mu=0.0) == pytest.approx(-1, abs=1e-9)
    assert anomalous_hall(qwz(mass=1.0), mu=0.0, unit="S") == pytest.approx(3.874e-5, rel=1e-3)
    table = anomalous_hall(haldane(), mu=[-3.5, 0.0, 3.5], temperature=[0.1, 1.0, 3.0])
    assert table.dims == ("mu", "temperature")
    middle = table.sel(mu=0.0).values
    # f differs from a step by exp(-gap/2kT), gap 1.04 meV: 3e-26, 2e-3, 0.13.
    assert middle[0] == pytest.approx(-1, abs=1e-9)
    assert -1 < middle[1] < -0.98
    assert middle[1] < middle[2] < -0.4
    assert abs(table.sel(mu=[-3.5, 3.5], temperature=0.1)).max() < 1e-9


def test_z2_tables():
    # PHYSICS.md 35, MANYBODY.md 8: with Rashba coupling the transition moves below 0.312.
    staggered = [z2_invariant(kane_mele(rashba=0.05), filled=2, staggered=v)
                 for v in (0.1, 0.2, 0.28, 0.35, 0.4)]  # fmt: skip
    assert staggered == [1, 1, 1, 0, 0]
    square = bhz(a=1, b=1, d=0, spacing=1)
    assert [z2_invariant(square, filled=2, mass=m) for m in (-1, 1, 3, 5, 7, 9)] == [
        0, 1, 1, 1, 1, 0,
    ]  # fmt: skip
    assert z2_invariant(bhz(), filled=2) == 1
    assert z2_invariant(bhz(), energy=0.0, mass=10.0) == 0


@pytest.mark.parametrize("mass", [-10.0, 10.0])
def test_z2_is_the_parity_of_the_spin_chern_number(mass):
    model = bhz(mass=mass)
    up = Model(
        model.lattice,
        [model.onsite_block(0, {"mass": mass})[:2, :2]],
        [Hopping(model.hopping_block(n, {})[:2, :2], h.offset)
         for n, h in enumerate(model.hoppings)],
        orbitals=2,
    )  # fmt: skip
    spin = chern_number(up, filled=1)
    assert spin == (-1 if mass < 0 else 0)
    assert z2_invariant(model, filled=2) == abs(spin) % 2


def test_wannier_centers_flow_by_the_chern_number():
    centers = wannier_centers(qwz(mass=-1.0), filled=1, lines=60)[:, 0]
    steps = np.mod(np.diff(np.append(centers, centers[0])) + 0.5, 1) - 0.5
    # y momentum winds once: x follows with the sign of -C (x and y trade places)
    assert round(steps.sum()) == -chern_number(qwz(mass=-1.0), filled=1)


def test_wannier_centers_of_a_chain_sit_on_its_strong_bonds():
    strong_inside = wannier_centers(rice_mele(dimerization=0.5), filled=1)
    strong_outside = wannier_centers(rice_mele(dimerization=-0.5), filled=1)
    assert [strong_inside[0], strong_outside[0]] == pytest.approx([0.25, 0.75], abs=1e-9)
    site_b = wannier_centers(rice_mele(staggered=1e4), filled=1)
    assert site_b == pytest.approx([0.5], abs=1e-6)


def test_a_pump_is_a_chern_number_over_momentum_and_phase():
    model, n = rice_mele(), 40
    k = 2 * np.pi * np.arange(n) / n / 2
    states = []
    for theta in 2 * np.pi * np.arange(n) / n:
        h = model.bloch(k[:, None], dimerization=0.5 * np.cos(theta), staggered=np.sin(theta))
        states.append(np.linalg.eigh(h)[1][:, :, :1])
    assert abs(link_chern_number(np.array(states).swapaxes(0, 1))) == 1
    assert link_chern_number(np.array(states)) == -link_chern_number(
        np.array(states).swapaxes(0, 1)
    )


def test_winding_numbers():
    turns = np.exp(1j * np.linspace(0, 6 * np.pi, 50, endpoint=False))
    assert (winding(turns), winding(turns.conj()), winding(turns + 2)) == (3, -3, 0)
    for delta, expected in ((0.5, 0), (-0.5, 1), (-0.01, 1)):
        assert winding_number(rice_mele(), chiral=[1, -1], dimerization=delta) == expected
    gamma = np.diag([1.0, -1.0])
    assert winding_number(rice_mele(dimerization=-0.5), chiral=-gamma) == -1


def test_majorana_numbers_change_where_the_gap_closes():
    kitaev = kitaev_chain()
    found = [majorana_number(kitaev, mu=mu) for mu in (-3, -1.9, 0, 1.9, 2.1)]
    assert found == [1, -1, -1, -1, 1]
    wire = rashba_nanowire(mu=0.2)
    # ½ g µ_B B = sqrt(0.25² + 0.2²) at 0.2212 T
    assert [majorana_number(wire, B=b) for b in (0.0, 0.21, 0.23, 1.0)] == [1, 1, -1, -1]


@given(st.integers(0, 2**32), st.integers(1, 4))
def test_a_pfaffian_squares_to_the_determinant(seed, half):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(2 * half, 2 * half, 2)) @ [1, 1j]
    a = a - a.T
    assert pfaffian(a) ** 2 == pytest.approx(np.linalg.det(a), rel=1e-9)
    assert pfaffian([[0, 2], [-2, 0]]) == 2


METAL = electron_gas(mass=1, spacing=1, spin="degenerate")
HOLES = Model(
    Lattice([[1.0]]), [np.diag([1.0, 1.0])], [Hopping(np.diag([1.0, -1.0]), (1,))], orbitals=2,
    charges=[[-1, 1]],
)  # fmt: skip
REFUSED = [
    (
        lambda: chern_number(qwz(mass=0.0), filled=1),
        Unreliable,
        r"bands 0 and 1.*touch.*k = .*fractions \((0.5000, 0.0000|0.0000, 0.5000)\)",
    ),
    (lambda: chern_number(hofstadter("1/4"), filled=2), Unreliable, "bands 1 and 2.*touch"),
    (
        lambda: chern_number(haldane(staggered=3 * np.sqrt(3) * 0.1), filled=1),
        Unreliable,
        r"touch.*0\.3333|touch.*0\.6667",
    ),
    (lambda: chern_number(qwz(), energy=1.5), Unreliable, "meets band 1 near k"),
    (lambda: chern_number(qwz(), energy=9.0), InvalidInput, "above all bands"),
    (lambda: chern_number(qwz()), InvalidInput, "say which bands: filled=1"),
    (lambda: chern_number(qwz(), filled=1, energy=0), InvalidInput, "got 2 of these"),
    (lambda: chern_number(qwz(), filled=3), InvalidInput, "has 2 bands"),
    (lambda: chern_number(qwz(), filled=1, grid=3), InvalidInput, "from 4 to"),
    (lambda: chern_number(haldane(staggered=0.5195), filled=1, grid=383), Unreliable, "too sharp"),
    (lambda: chern_number(qwz(), filled=1, mas=1), InvalidInput, "did you mean 'mass'"),
    (lambda: chern_number(chain(), filled=1), InvalidInput, "needs a model with 2 periodic"),
    (lambda: chern_number(np.eye(2), filled=1), InvalidInput, "needs a Model, got ndarray"),
    (lambda: z2_invariant(haldane(), filled=1), InvalidInput, "carries no spin"),
    (
        lambda: z2_invariant(
            haldane(), filled=1, time_reversal=np.array([[0, 1], [-1, 0]])
        ),
        InvalidInput,
        r"not time-reversal symmetric: H\(-k\) differs",
    ),
    (lambda: z2_invariant(kane_mele(), filled=1), Unreliable, "touch"),
    (lambda: z2_invariant(kane_mele(), filled=2, staggered=0.06 * 27**0.5), Unreliable, "touch"),
    (lambda: hofstadter(np.sqrt(2) / 5), InvalidInput, "incommensurate.*take a fraction"),
    (lambda: hofstadter("one third"), InvalidInput, "must be a fraction"),
    (lambda: hofstadter((1, 0)), InvalidInput, "must be a fraction"),
    (lambda: tknn_integer("1/4", 2), Unreliable, "gap above 2 bands is closed"),
    (lambda: tknn_integer("1/3", 3), Unreliable, "none above 3"),
    (lambda: winding([1, 0, 1j]), Unreliable, "passes through zero at point 1"),
    (lambda: winding([1, -1, 1j]), Unreliable, "take more points"),
    (
        lambda: winding_number(rice_mele(staggered=0.1), chiral=[1, -1]),
        InvalidInput,
        "not chiral",
    ),
    (lambda: winding_number(rice_mele(dimerization=0), chiral=[1, -1]), Unreliable, "touch"),
    (lambda: majorana_number(HOLES), InvalidInput, "not particle-hole symmetric"),
    (lambda: majorana_number(chain()), InvalidInput, "not in Nambu order"),
    (lambda: majorana_number(nambu(chain(degeneracy=2), pairing=1)), InvalidInput, "comes twice"),
    (lambda: majorana_number(kitaev_chain(), mu=2), Unreliable, "touch.*0.5000"),
    (lambda: anomalous_hall(qwz(), mu=0, temperature=-1), InvalidInput, "no temperature below 0"),
    (lambda: link_chern_number(np.ones((2, 2, 1, 1))), InvalidInput, "at least 3 x 3"),
]  # fmt: skip


@pytest.mark.parametrize(("build", "error", "message"), REFUSED)
def test_what_has_no_answer_is_refused_in_one_line(build, error, message):
    with pytest.raises(error, match=message) as refusal:
        build()
    assert "\n" not in str(refusal.value)
