"""Points joined together give what each gives alone."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.device.leads import MatrixLead
from sharvin.solvers.junction import Junction
from sharvin.solvers.smatrix import _reduce, join_leads, resolve
from sharvin.solvers.together import glue_together

# Two formulations of one well-conditioned system: rounding times the size of K, which is 1e3.
ROUNDING = 1e-11


def strip(model=None, **more):
    return sv.Device(
        sv.square_lattice() if model is None else model,
        region=sv.rectangle(24, 9),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        disorder=sv.disorder(1.5, "seed"),
        **more,
    )


@pytest.mark.parametrize("field", [0.0, 40.0])
def test_together_as_alone(field):
    device = strip(field=field)
    points = [{"energy": -1.0, "seed": seed} for seed in range(8)]
    for s, point in zip(sv.smatrices(device, points), points, strict=True):
        alone = sv.smatrix(device, **point)
        assert np.abs(s.data - alone.data).max() < ROUNDING
        assert s.unitarity_defect() < ROUNDING
        # the estimate sees the same errors through the same vectors
        assert s.error_estimate < 1e-8


def test_the_error_estimate_is_that_of_the_general_way():
    device = strip()
    junction = Junction(device)
    resolved = [resolve(device, {"energy": -1.0, "seed": n}) for n in range(8)]
    points = junction.points([e for e, _ in resolved], [p for _, p in resolved])
    parts = _reduce(points)
    channels = junction.channels(points[0])
    together = glue_together([p[0] for p in parts], [channels] * 8, points[0].layout.places)
    for point, part, one in zip(points, parts, together, strict=True):
        alone = join_leads(point, part, channels)
        assert one is not None
        assert np.abs(one.data - alone.data).max() < ROUNDING
        # residuals of two solves are different rounding
        assert 0.1 < one.error / alone.error < 10


def test_points_of_several_energies_and_seeds_keep_their_places():
    device = strip()
    points = [{"energy": e, "seed": n} for e in (-1.0, -0.7) for n in (3, 1, 4, 1, 5)]
    found = [s.transmission(to="drain", from_="source") for s in sv.smatrices(device, points)]
    alone = [sv.smatrix(device, **p).transmission(to="drain", from_="source") for p in points]
    np.testing.assert_allclose(found, alone, rtol=1e-9)
    assert found[1] == pytest.approx(found[3], rel=1e-12)
    assert len(set(np.round(found, 6))) == 8


@st.composite
def random_devices(draw):
    """A random scatterer between wires in closed form, of one or several orbitals, or not."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    m, cells = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    is_complex = draw(st.booleans())
    n = m * cells

    def hermitian(size):
        h = rng.normal(size=(size, size))
        if is_complex:
            h = h + 1j * rng.normal(size=(size, size))
        return (h + h.conj().T) / 2

    def wire():
        ladder = np.diag(np.full(m - 1, -0.7), 1)
        cell, hop = ladder + ladder.T, -draw(st.sampled_from([0.8, 1.3])) * np.eye(m)
        if draw(st.booleans()):
            # not in closed form: cell and hop do not commute
            cell = cell + np.diag(rng.normal(size=m))
            hop = hop * np.linspace(1.0, 1.2, m)
        return {"cell": cell, "hop": hop, "coupling": hop}

    ends = {"source": np.arange(m), "drain": np.arange(n - m, n)}
    if cells == 1:
        ends = {"source": np.arange(m)}
    leads = {name: MatrixLead(sites=sites, **wire()) for name, sites in ends.items()}
    return sv.Device.from_matrices(hermitian(n), leads)


@settings(max_examples=25, deadline=None)
@given(random_devices(), st.lists(st.floats(-3.0, 3.0), min_size=8, max_size=8))
def test_energies_together_as_alone(device, energies):
    """Leads open and close channels between the energies of one stack."""
    alone = []
    for energy in energies:
        try:
            alone.append(sv.smatrix(device, energy=energy))
        except sv.errors.Unreliable:
            assume(False)
    together = list(sv.smatrices(device, [{"energy": e} for e in energies]))
    for s, one in zip(together, alone, strict=True):
        assert s.modes == one.modes
        apart = np.abs(s.data - one.data).max(initial=0.0)
        assert apart <= 10 * max(s.error_estimate, one.error_estimate)
        assert s.error_estimate < 1e-7


def test_channels_in_closed_form_are_those_of_the_modes():
    device = strip()
    junction = Junction(device)
    energies = np.linspace(-3.9, 3.7, 8)
    points = junction.points(energies, [device.resolve({"seed": 1})] * 8)
    for point, together in zip(points, junction.channels_of_all(points), strict=True):
        for lead, one in enumerate(junction.channels(point)):
            other = together[lead]
            assert other.count == one.count
            assert other.turn is None
            assert one.turn is None
            for name in ("hermitian", "v", "direct", "error", "mode_error"):
                np.testing.assert_allclose(
                    getattr(other, name), getattr(one, name), rtol=1e-12, atol=1e-13, err_msg=name
                )


def test_an_energy_at_a_band_edge_is_refused_with_its_reason():
    """The others of its stack are not."""
    device = sv.Device.from_matrices(
        [[0.0, -1.0], [-1.0, 0.0]],
        {
            name: MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[site], coupling=[[-1.0]])
            for site, name in enumerate(("source", "drain"))
        },
    )
    energies = [0.1 * n for n in range(7)]
    assert len(list(sv.smatrices(device, [{"energy": e} for e in energies]))) == 7
    junction = Junction(device)
    points = junction.points([*energies, 2.0], [{}] * 8)
    assert [one is None for one in junction.channels_of_all(points)] == [False] * 7 + [True]
    with pytest.raises(sv.errors.BandEdge, match="band edge"):
        list(sv.smatrices(device, [{"energy": e} for e in [*energies, 2.0]]))
