"""Mirror symmetric devices: halves give the S-matrix of the whole; what is not symmetric is not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sharvin as sv
from sharvin.solvers import mirror
from sharvin.solvers.junction import Junction, junction_of

# Two eliminations of one device differ by rounding times their growth.
SAME = 1e-10


@pytest.fixture(autouse=True)
def small_devices_too(monkeypatch):
    monkeypatch.setattr(mirror, "WORTH", 1)


def strip(table, **leads):
    """Strip with the given onsite energies (length, width); `bias` tilts it across."""
    length, width = table.shape

    def potential(x, y, bias=0.0):
        i, j = np.rint(x - x.min()).astype(int), np.rint(y - y.min()).astype(int)
        return table[i % length, j % width] + bias * (j - (width - 1) / 2)

    return sv.Device(
        sv.square_lattice(),
        region=sv.rectangle(length=f"{length} nm", width=f"{width} nm"),
        leads=leads or {"left": sv.lead("left"), "right": sv.lead("right")},
        potential=potential,
    )


def symmetric(length, width, seed):
    table = np.random.default_rng(seed).uniform(-1, 1, (length, width))
    return table + table[:, ::-1]


def whole(device, **point):
    """S of a device taken as a whole."""
    return next(iter(sv.smatrices(device, [point], junction=Junction(device))))


def mirrors(device, **parameters):
    point = junction_of(device, many=True).point(0.3, device.resolve(parameters))
    return [s.mirror is not None for s in point.layout.interior.sectors]


@settings(max_examples=25, deadline=None)
@given(width=st.integers(4, 9), length=st.integers(12, 20), seed=st.integers(0, 999))
def test_halves_give_the_whole(width, length, seed):
    device = strip(symmetric(length, width, seed))
    assert mirrors(device) == [True]
    points = [{"energy": e} for e in (-0.6123, 0.2345, 0.7331, 1.1)]
    for s, point in zip(sv.smatrices(device, points), points, strict=True):
        reference = whole(device, **point)
        assert s.modes == reference.modes
        assert np.abs(s.data - reference.data).max() <= max(
            SAME, s.error_estimate + reference.error_estimate
        )
        alone = sv.smatrix(device, **point)
        assert np.abs(alone.data - reference.data).max() <= max(SAME, alone.error_estimate * 2)


def test_a_tilt_ends_the_symmetry_and_its_use():
    device = strip(symmetric(18, 6, 1))
    assert mirrors(device, bias=0.0) == [True]
    for bias in (0.1, 1e-12, 0.0):
        point = {"energy": 0.4, "bias": bias}
        s = next(iter(sv.smatrices(device, [point])))
        assert np.abs(s.data - whole(device, **point).data).max() < SAME
    # 1e-12 is no rounding: it must not be symmetrized away
    tilted = Junction(device, many=True)
    assert not tilted.point(0.4, {"bias": 1e-12}).layout.interior.sectors[0].mirror


def test_leads_on_one_side_only():
    table = symmetric(14, 6, 3)
    side = strip(table, left=sv.lead("left"), top=sv.lead("top", at="0 nm", width="4 nm"))
    assert mirrors(side) == [False]


def test_unequal_leads_on_a_symmetric_device():
    """Only the inside needs the symmetry."""
    rng = np.random.default_rng(5)
    n, width = 60, 5
    x, y = np.divmod(np.arange(n), width)
    positions = np.stack([x, y], axis=1).astype(float)
    near = np.abs(positions[:, None] - positions[None]).sum(axis=2) == 1
    h = -1.0 * near + np.diag(symmetric(n // width, width, 7).ravel())
    cell = rng.standard_normal((width, width))
    hop = rng.standard_normal((width, width))
    device = sv.Device.from_matrices(
        h,
        leads={
            "one": sv.MatrixLead(cell=cell + cell.T, hop=hop, sites=np.arange(width)),
            "two": sv.MatrixLead(
                cell=np.zeros((width, width)), hop=-np.eye(width), sites=np.arange(n - width, n)
            ),
        },
        positions=positions,
    )
    assert mirrors(device) == [True]
    s = sv.smatrix(device, energy=0.35)
    assert s.unitarity_defect() < SAME
    assert np.abs(s.data - whole(device, energy=0.35).data).max() < SAME
