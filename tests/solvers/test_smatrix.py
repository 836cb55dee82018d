"""The solver against closed forms, a dense reference, and the laws of scattering."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.errors import BandEdge, InvalidInput, UnknownName
from solvers.random_devices import random_raw, reference_transmissions

# A dense solve of a few dozen unknowns of order one; the condition number of a random open
# device rarely passes 1e4, and the reference itself is no better than that.
ATOL = 1e-9
seeds = st.integers(0, 10**6)


def chain(energy_offsets=(), *, hop=-1.0):
    """A clean or disordered 1D chain between two leads."""
    n = max(1, len(energy_offsets))
    h = np.diag(np.asarray(energy_offsets, float) if energy_offsets else np.zeros(1))
    h = h + hop * (np.eye(n, k=1) + np.eye(n, k=-1))
    lead = {"cell": [[0.0]], "hop": [[hop]]}
    return sv.Device.from_matrices(
        h,
        leads={
            "left": sv.MatrixLead(**lead, sites=[0]),
            "right": sv.MatrixLead(**lead, sites=[n - 1]),
        },
    )


def one_way(n=3):
    """Three-site ring with flux and three chain leads: transmits one way round."""
    phase = np.exp(1j * np.pi / 6)
    h = np.array([[0, phase, phase.conj()], [phase.conj(), 0, phase], [phase, phase.conj(), 0]])
    leads = {str(i): sv.MatrixLead(cell=[[0.0]], hop=[[1.0]], sites=[i]) for i in range(n)}
    return sv.Device.from_matrices(h, leads=leads)


def random_smatrix(raw):
    """S of a random device; energies at which it has no open mode are passed over."""
    device = raw.device()
    s = sv.smatrix(device, energy=raw.energy)
    assume(sum(s.modes) > 0)
    return device, s


def test_rows_are_outgoing():
    # <0|H|1> = e^{i pi/6}: with flux pi/2 through the triangle the current circulates; only a
    # device that breaks reciprocity can tell S from its transpose.
    s = sv.smatrix(one_way(), energy=0.3)
    there, back = s.transmission(to="1", from_="0"), s.transmission(to="0", from_="1")
    t = reference_transmissions_of_ring()
    assert there == pytest.approx(t[1, 0], abs=ATOL)
    assert back == pytest.approx(t[0, 1], abs=ATOL)
    assert abs(there - back) > 0.1


def reference_transmissions_of_ring():
    """|t|² of the three-site ring from its 3 x 3 Green function with sigma = e^{ik}."""
    phase = np.exp(1j * np.pi / 6)
    h = np.array([[0, phase, phase.conj()], [phase.conj(), 0, phase], [phase, phase.conj(), 0]])
    sigma = (0.3 - 1j * np.sqrt(4 - 0.09)) / 2
    g = np.linalg.inv((0.3 - sigma) * np.eye(3) - h)
    return np.sqrt(4 - 0.09) ** 2 * np.abs(g) ** 2


def test_single_impurity():
    """T = 1 / (1 + (u / v)²), v = 2 sin k the group velocity (textbook)."""
    for u in (0.0, 0.7, -3.0):
        s = sv.smatrix(chain([u]), energy=0.5)
        velocity = np.sqrt(4 - 0.25)
        expected = 1 / (1 + (u / velocity) ** 2)
        assert s.transmission(to="right", from_="left") == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(
    ("width", "energy"), [(20, 2.0), (20, 4.0), (50, 2.0), (50, 4.0), (40, 3.0)]
)
def test_clean_strips_transmit_every_mode(width, energy):
    """Round energies make sub-blocks of a clean lattice exactly singular; T is still N."""
    s = sv.smatrix(strip(width, 30), energy=energy - 4.0)
    modes = s.modes[0]
    band = -2 * np.cos(np.arange(1, width + 1) * np.pi / (width + 1))
    assert modes == np.sum(np.abs(energy - 4.0 - band) < 2)
    assert s.transmission(to="right", from_="left") == pytest.approx(modes, abs=1e-10)


def test_a_commensurate_strip_has_its_edge_exactly_at_three():
    """2 cos(n pi / 21) = 1 at n = 7: refused at E = 3t, answered at the energies it names."""
    device = strip(20, 10)
    with pytest.raises(BandEdge, match=r"-1\.0000.* or -0\.9999"):
        sv.smatrix(device, energy=-1.0)
    for energy in (-1 + 1e-7, -1 - 1e-7):
        s = sv.smatrix(device, energy=energy)
        assert s.transmission(to="right", from_="left") == pytest.approx(s.modes[0], abs=1e-7)


def strip(width, length, onsite=None):
    """Square-lattice strip, hopping -1."""
    import scipy.sparse as sp

    def line(n):
        return -sp.diags([np.ones(n - 1), np.ones(n - 1)], [1, -1])

    h = sp.kron(sp.identity(length), line(width)) + sp.kron(line(length), sp.identity(width))
    if onsite is not None:
        h = h + sp.diags(onsite)
    sites = np.arange(width)
    lead = {"cell": line(width), "hop": -np.eye(width)}
    places = np.stack(np.divmod(np.arange(length * width), width), axis=1).astype(float)
    return sv.Device.from_matrices(
        h.tocsr(),
        leads={
            "left": sv.MatrixLead(**lead, sites=sites),
            "right": sv.MatrixLead(**lead, sites=sites + width * (length - 1)),
        },
        positions=places,
    )


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 4), st.booleans(), st.booleans())
def test_agrees_with_a_dense_reference(seed, leads, real, coupling):
    raw = random_raw(seed, leads=leads, real=real, coupling=coupling)
    _, s = random_smatrix(raw)
    expected = reference_transmissions(raw)
    off_diagonal = ~np.eye(leads, dtype=bool)
    assert np.abs(s.transmissions - expected)[off_diagonal].max(initial=0.0) < ATOL


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 4), st.booleans(), st.booleans())
def test_s_is_unitary_and_says_how_exact_it_is(seed, leads, real, coupling):
    _, s = random_smatrix(random_raw(seed, leads=leads, real=real, coupling=coupling))
    assert s.unitarity_defect() < ATOL
    assert 0 < s.error_estimate < 1e-7


@settings(max_examples=40, deadline=None)
@given(seeds, st.booleans())
def test_reversing_the_field_transposes_transmissions(seed, coupling):
    raw = random_raw(seed, leads=3, real=False, coupling=coupling)
    _, s = random_smatrix(raw)
    conj = {
        name: (cell.conj(), hop.conj(), sites, None if c is None else c.conj())
        for name, (cell, hop, sites, c) in raw.leads.items()
    }
    reversed_ = type(raw)(raw.hamiltonian.conj(), conj, raw.energy)
    back = sv.smatrix(reversed_.device(), energy=raw.energy)
    assert np.abs(s.transmissions - back.transmissions.T).max() < ATOL


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_real_device_has_a_symmetric_s(seed):
    _, s = random_smatrix(random_raw(seed, leads=3, real=True))
    assert np.abs(s.data - s.data.T).max() < ATOL


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_lattice_gauge_changes_nothing(seed):
    """H -> U† H U with random phases on every device orbital, couplings turned along."""
    raw = random_raw(seed, leads=3, real=False, coupling=True)
    _, s = random_smatrix(raw)
    turn = np.exp(2j * np.pi * np.random.default_rng(seed).random(len(raw.hamiltonian)))
    h = turn.conj()[:, None] * raw.hamiltonian * turn
    leads = {n: (a, v, i, c * turn[i]) for n, (a, v, i, c) in raw.leads.items()}
    turned = sv.smatrix(type(raw)(h, leads, raw.energy).device(), energy=raw.energy)
    assert np.abs(s.data - turned.data).max() < ATOL


@settings(max_examples=25, deadline=None)
@given(seeds, st.booleans())
def test_a_phase_on_the_coupling_is_a_gauge(seed, real):
    """coupling = hop * phases is solved without appending a cell, to the same transmissions."""
    raw = random_raw(seed, leads=2, real=real)
    random_smatrix(raw)
    rng = np.random.default_rng(seed)
    leads = {
        name: (cell, hop, sites, hop * np.exp(2j * np.pi * rng.random(len(sites))))
        for name, (cell, hop, sites, _) in raw.leads.items()
    }
    turned = type(raw)(raw.hamiltonian, leads, raw.energy)
    got = sv.smatrix(turned.device(), energy=raw.energy)
    expected = reference_transmissions(turned)
    assert np.abs(got.transmissions - expected)[~np.eye(2, dtype=bool)].max() < ATOL


@settings(max_examples=30, deadline=None)
@given(seeds, st.booleans())
def test_states_conserve_current_and_reproduce_s(seed, real):
    """Current into each lead, from the wave inside, is |S|² minus what came in."""
    raw = random_raw(seed, leads=3, real=real, coupling=True)
    device, s = random_smatrix(raw)
    psi = sv.states(device, energy=raw.energy).waves
    assert psi.shape == (len(raw.hamiltonian), sum(s.modes))
    # (E - H) psi = sum over leads of coupling† psi_1: what leaves through a lead is
    # 2 Im(psi† P_l (E - H) psi) over the lead's sites, if no site has two leads.
    used = np.concatenate([sites for _, _, sites, _ in raw.leads.values()])
    assume(len(set(used)) == len(used))
    flow = raw.energy * psi - raw.hamiltonian @ psi
    for number, (name, (_, _, sites, _)) in enumerate(raw.leads.items()):
        current = -2 * np.imag(np.einsum("ij,ij->j", psi[sites].conj(), flow[sites]))
        incoming = np.repeat(np.eye(3)[number], s.modes)
        outgoing = np.sum(np.abs(s.data[s.modes_of(name)]) ** 2, axis=0)
        assert np.abs(current - (outgoing - incoming)).max(initial=0.0) < ATOL
    outside = np.setdiff1d(np.arange(len(psi)), used)
    assert np.abs(flow[outside]).max(initial=0.0) < ATOL * max(1.0, np.abs(psi).max(initial=0.0))


@settings(max_examples=30, deadline=None)
@given(seeds, st.booleans())
def test_fisher_lee_equals_wave_matching(seed, real):
    """T_ij = Tr Gamma_i G_ij Gamma_j G_ij† with G from `green`, against |S|²."""
    raw = random_raw(seed, leads=3, real=real)
    device, s = random_smatrix(raw)
    from solvers.random_devices import surface_green

    gammas = {}
    for name, (cell, hop, _, _) in raw.leads.items():
        sigma = hop.conj().T @ surface_green(cell, hop, raw.energy) @ hop
        gammas[name] = 1j * (sigma - sigma.conj().T)
    for to in raw.leads:
        for from_ in raw.leads:
            if to == from_:
                continue
            g = sv.green(device, energy=raw.energy, to=to, from_=from_)
            t = np.trace(gammas[to] @ g @ gammas[from_] @ g.conj().T).real
            assert t == pytest.approx(s.transmission(to=to, from_=from_), abs=ATOL)


@settings(max_examples=20, deadline=None)
@given(seeds, st.booleans())
def test_local_density_is_the_sum_of_injected_waves(seed, real):
    """rho = sum |psi|² / 2 pi where every state reaches a lead (spectral theorem)."""
    raw = random_raw(seed, leads=3, real=real)
    device, _ = random_smatrix(raw)
    waves = sv.states(device, energy=raw.energy).waves
    density = sv.ldos(device, energy=raw.energy)
    expected = np.sum(np.abs(waves) ** 2, axis=1) / (2 * np.pi)
    assert np.abs(density - expected).max() < ATOL * max(1.0, density.max())


def test_asking_for_many_points_changes_no_answer():
    rng = np.random.default_rng(0)
    device = strip(6, 12, rng.uniform(-1, 1, 72))
    points = [{"energy": e} for e in np.linspace(-1.0, 1.0, 19)]
    many = list(sv.smatrices(device, points, workers=2))
    for point, s in zip(points, many, strict=True):
        alone = sv.smatrix(device, **point)
        assert s.modes == alone.modes
        assert np.abs(s.data - alone.data).max() < ATOL


def test_decoupled_spins_do_not_mix():
    rng = np.random.default_rng(3)
    u = rng.uniform(-1, 1, 40)
    one = strip(4, 10, u)
    import scipy.sparse as sp

    h = one.pattern, one.values({})
    single = sp.csr_matrix((h[1], h[0].indices, h[0].indptr))
    line = -(np.eye(4, k=1) + np.eye(4, k=-1))
    both = sp.block_diag([single, single + 0.3 * sp.identity(40)])
    sites = np.r_[np.arange(4), 40 + np.arange(4)]
    lead = {"cell": np.kron(np.diag([1, 1]), line), "hop": -np.eye(8)}
    device = sv.Device.from_matrices(
        both,
        leads={
            "left": sv.MatrixLead(**lead, sites=sites),
            "right": sv.MatrixLead(**lead, sites=sites + 36),
        },
    )
    s = sv.smatrix(device, energy=0.2)
    first = sv.smatrix(one, energy=0.2).transmission(to="right", from_="left")
    second = sv.smatrix(strip(4, 10, u + 0.3), energy=0.2).transmission(to="right", from_="left")
    assert s.transmission(to="right", from_="left") == pytest.approx(first + second, abs=ATOL)
    assert s.unitarity_defect() < ATOL


def test_transmission_is_resolved_by_a_conserved_spin():
    """Two spin chains with different barriers and one flip-free wire between them."""
    barriers = np.diag([0.7, -1.9])
    lead = {"cell": np.zeros((2, 2)), "hop": -np.eye(2), "conserved": np.diag([1.0, -1.0])}
    labels = {1.0: "up", -1.0: "down"}
    device = sv.Device.from_matrices(
        barriers,
        leads={
            "left": sv.MatrixLead(**lead, labels=labels, sites=[0, 1]),
            "right": sv.MatrixLead(**lead, labels=labels, sites=[0, 1]),
        },
    )
    energy = 0.5
    s = sv.smatrix(device, energy=energy)
    for spin, u in (("up", 0.7), ("down", -1.9)):
        expected = 1 / (1 + u**2 / (4 - energy**2))
        for other in ("up", "down"):
            got = s.transmission(to=("right", spin), from_=("left", other))
            assert got == pytest.approx(expected if spin == other else 0.0, abs=1e-13)


def test_a_standing_wave_that_no_lead_sees_changes_nothing():
    """Two equal stubs on one site: their odd combination sits at E = 0.3, cut off exactly."""
    h = np.array([[0.0, 0.5, 0.5], [0.5, 0.3, 0.0], [0.5, 0.0, 0.3]])
    wire = {"cell": [[0.0]], "hop": [[-1.0]], "sites": [0]}
    device = sv.Device.from_matrices(
        h, leads={"left": sv.MatrixLead(**wire), "right": sv.MatrixLead(**wire)}
    )
    # The even one makes the site opaque: T = 1 / (1 + (0.5 / (E - 0.3) / v)²) -> 0.
    s = sv.smatrix(device, energy=0.3)
    assert s.transmission(to="right", from_="left") == pytest.approx(0.0, abs=1e-12)
    near = 0.3 + 1e-3
    expected = 1 / (1 + (0.5 / 1e-3) ** 2 / (4 - near**2))
    got = sv.smatrix(device, energy=near).transmission(to="right", from_="left")
    assert got == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("coupling", [1e-2, 1e-4, 1e-6, 1e-7, 1e-8, 1e-9, 1e-11, 1e-13, 0.0])
@pytest.mark.parametrize("verb", [sv.smatrix, lambda *a, **k: sv.states(*a, **k).smatrix])
def test_a_resonance_narrower_than_rounding_is_right_or_refused(coupling, verb):
    """A level beside the wire, hit exactly: T = 0 however weak its coupling, and 1 without any."""
    h = -np.eye(5, k=1) - np.eye(5, k=-1)
    h[4, :], h[:, 4] = 0.0, 0.0
    h[4, 4], h[4, 2], h[2, 4] = 0.3, coupling, coupling
    wire = {"cell": [[0.0]], "hop": [[-1.0]]}
    device = sv.Device.from_matrices(
        h,
        leads={"left": sv.MatrixLead(**wire, sites=[0]), "right": sv.MatrixLead(**wire, sites=[3])},
    )
    try:
        s = verb(device, energy=0.3)
    except sv.errors.Unreliable:
        assert 1e-13 < coupling < 1e-7  # its width is at or below the rounding of its energy
    else:
        got = s.transmission(to="right", from_="left")
        off = abs(got - (coupling == 0.0))
        # Below 1e-12 the width is 1e-8 of the rounding of E: any neighbor of this E has T = 1.
        assert off <= 10 * s.error_estimate or (coupling < 1e-12 and abs(got - 1) < 1e-7)


def test_a_self_energy_lead_is_the_lead_it_stands_for():
    device = chain([0.4, -0.2, 0.9])
    energy = 0.3

    def sigma(e):
        return np.array([[(e - 1j * np.sqrt(4 - e**2)) / 2]])

    h = np.diag([0.4, -0.2, 0.9]) - np.eye(3, k=1) - np.eye(3, k=-1)
    swapped = sv.Device.from_matrices(
        h,
        leads={
            "left": sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[0]),
            "right": sv.SelfEnergyLead(self_energy=sigma, sites=[2]),
        },
    )
    s, r = sv.smatrix(device, energy=energy), sv.smatrix(swapped, energy=energy)
    assert np.abs(s.transmissions - r.transmissions).max() < 1e-13


def test_a_lead_without_modes_and_a_dead_lead_are_no_trouble():
    h = np.diag([0.1, 0.2])
    h[0, 1] = h[1, 0] = 1.0
    device = sv.Device.from_matrices(
        h,
        leads={
            "dead": sv.MatrixLead(cell=[[0.3]], hop=[[0.0]], sites=[0]),
            "closed": sv.MatrixLead(cell=[[50.0]], hop=[[1.0]], sites=[1]),
            "a": sv.MatrixLead(cell=[[0.0]], hop=[[1.0]], sites=[0]),
            "b": sv.MatrixLead(cell=[[0.0]], hop=[[1.0]], sites=[1]),
        },
    )
    s = sv.smatrix(device, energy=0.5)
    assert s.modes == (0, 0, 1, 1)
    assert s.unitarity_defect() < 1e-13
    assert s.transmission(to="b", from_="dead") == 0.0


def test_a_dead_lead_with_its_own_coupling_adds_its_cell():
    """A stub of one site hangs on the wire: T = 1 / (1 + (w² / (E - e0) / v)²)."""
    h = np.array([[0.0]])
    wire = {"cell": [[0.0]], "hop": [[-1.0]], "sites": [0]}
    device = sv.Device.from_matrices(
        h,
        leads={
            "left": sv.MatrixLead(**wire),
            "right": sv.MatrixLead(**wire),
            "stub": sv.MatrixLead(cell=[[0.3]], hop=[[0.0]], sites=[0], coupling=[[0.5]]),
        },
    )
    energy = 0.7
    expected = 1 / (1 + (0.25 / (energy - 0.3)) ** 2 / (4 - energy**2))
    s = sv.smatrix(device, energy=energy)
    assert s.transmission(to="right", from_="left") == pytest.approx(expected, abs=1e-13)


def test_a_surface_state_at_the_energy_is_answered():
    """SSH lead ending in its weak bond at E = 0: Sigma is infinite, S is not."""
    cell = np.array([[0.0, 0.4], [0.4, 0.0]])
    hop = np.array([[0.0, 1.0], [0.0, 0.0]])
    wire = {"cell": [[0.0]], "hop": [[-1.0]], "sites": [0]}
    for name, turn in (("weak", hop), ("strong", hop.T)):
        device = sv.Device.from_matrices(
            np.zeros((1, 1)),
            leads={
                "left": sv.MatrixLead(**wire),
                "right": sv.MatrixLead(**wire),
                name: sv.MatrixLead(cell=cell, hop=turn, sites=[0], coupling=[[0.7], [0.0]]),
            },
        )
        s = sv.smatrix(device, energy=0.0)
        blocked = np.abs(s.transmission(to="right", from_="left"))
        near = sv.smatrix(device, energy=1e-7).transmission(to="right", from_="left")
        assert blocked == pytest.approx(near, abs=1e-5)
        assert s.modes == (1, 1, 0)


def test_a_band_edge_is_refused_with_the_cure():
    with pytest.raises(BandEdge) as caught:
        sv.smatrix(chain([0.1]), energy=2.0)
    assert "use 1.9999" in str(caught.value)


def test_unknown_parameters_and_leads_are_named():
    device = sv.Device.from_matrices(
        {"": np.zeros((1, 1)), "gate": np.eye(1)},
        leads={"left": sv.MatrixLead(cell=[[0.0]], hop=[[1.0]], sites=[0])},
    )
    with pytest.raises(UnknownName, match="gate"):
        sv.smatrix(device, energy=0.1, gat=0.2)
    with pytest.raises(UnknownName, match="left"):
        sv.green(device, energy=0.1, gate=0.0, to="lefft", from_="left")
    with pytest.raises(InvalidInput, match="out of range"):
        sv.green(device, energy=0.1, gate=0.0, to=[5], from_="left")
    with pytest.raises(InvalidInput, match="gate"):
        sv.smatrix(device, energy=0.1)
