"""Points joined together give what each gives alone."""

import numpy as np
import pytest

import sharvin as sv
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
    together = glue_together([p[0] for p in parts], channels, points[0].layout.places)
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
