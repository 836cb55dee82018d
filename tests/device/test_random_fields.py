"""Random potentials: statistics as promised, and the same at a place whatever is around it."""

import numpy as np
import pytest

from sharvin.device import Device, correlated_disorder, disk, donor_disorder, lead, rectangle
from sharvin.device.random_fields import gaussian_noise
from sharvin.device.regions import interval
from sharvin.errors import InvalidInput, UnitError
from sharvin.matter import electron_gas, graphene
from sharvin.matter.chain import chain

GAS = electron_gas(mass=0.067, spacing=10)
DONORS = {"setback": "40 nm", "depth": "60 nm"}
AXIS = 15.0 * np.arange(400)
SHEET = np.stack(np.meshgrid(AXIS, AXIS, indexing="ij"), axis=-1).reshape(-1, 2)
FIELDS = {
    "gaussian": correlated_disorder(1.0, "45 nm"),
    "donors": donor_disorder(**DONORS, strength=1.0),
    "donors without a surface": donor_disorder(setback=40, strength=1.0),
}


@pytest.mark.parametrize("name", FIELDS)
def test_variance_and_correlation_length_are_what_was_asked_for(name):
    field, size = FIELDS[name], AXIS[-1]
    u = field.shape(SHEET, seed=3).reshape(400, 400)
    length = field.correlation_length
    # A Gaussian field on an area A has about A / (π l²) independent values of U² and A / (2π l²)
    # of U: five standard errors.
    assert abs(u.mean()) < 5 * np.sqrt(2 * np.pi) * length / size
    assert u.var() == pytest.approx(1, abs=5 * np.sqrt(2 * np.pi) * length / size)
    steps = int(length / 15)
    share = length / 15 - steps
    products = [(u[: 400 - n] * u[n:]).mean() for n in (steps, steps + 1)]
    found = (products[0] * (1 - share) + products[1] * share) / u.var()
    assert found == pytest.approx(np.exp(-0.5), abs=0.06)
    # a Gaussian distribution: third and fourth cumulants
    assert abs((u**3).mean()) < 0.25
    assert abs((u**4).mean() / u.var() ** 2 - 3) < 0.4


def test_the_gaussian_covariance_is_gaussian():
    u = FIELDS["gaussian"].shape(SHEET, seed=11).reshape(400, 400)
    for nodes in (2, 4, 6):
        r = 15 * nodes
        along, across = (u[nodes:] * u[:-nodes]).mean(), (u[:, nodes:] * u[:, :-nodes]).mean()
        for found in (along, across):
            assert found == pytest.approx(np.exp(-((r / 45) ** 2) / 2), abs=0.06)


def test_a_place_keeps_its_energy_in_any_device_and_order():
    rng = np.random.default_rng(0)
    points = rng.uniform(-200, 200, (300, 2))
    order = rng.permutation(300)
    for field in FIELDS.values():
        whole = field.shape(points, seed=5)
        assert np.array_equal(field.shape(points[order], seed=5), whole[order])
        # another box around the sites: rounding of another Fourier transform is all that changes
        assert np.allclose(field.shape(points[:20], seed=5), whole[:20], atol=1e-8)
        assert not np.allclose(field.shape(points, seed=6), whole, atol=0.1)


def test_a_seed_gives_different_kinds_of_disorder_different_noise():
    one, two = gaussian_noise((0, 0), (50, 50), 1, -1), gaussian_noise((0, 0), (50, 50), 1, -2)
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 5 / 50
    assert np.array_equal(gaussian_noise((10, 20), (5, 6), 1, -1), one[10:15, 20:26])


def test_the_strength_of_donors_follows_from_their_density():
    # Without a surface U(q) = (e²/2ε) e^{-qs} / (q + 2/a_B), whose variance per donor is
    # (e²/2ε)² / (2π) ∫ q e^{-2qs} / (q + 2/a_B)² dq.
    from scipy.integrate import quad

    bohr = 0.0529177 * 12.9 / 0.067
    charge = 2 * np.pi * 1439.964 / 12.9  # e²/2ε in meV nm
    power, _ = quad(lambda q: q * np.exp(-80 * q) / (q + 2 / bohr) ** 2, 0, 1)
    expected = charge * np.sqrt(0.01 * power / (2 * np.pi))
    field = donor_disorder(setback=40, density="1e16 m^-2")
    assert field.strength.knob.number == pytest.approx(expected, rel=1e-5)
    # image charges in the surface weaken it
    assert donor_disorder(**DONORS, density="1e16 m^-2").strength.knob.number < 0.7 * expected
    deep = donor_disorder(setback=40, depth=1e5, density="1e16 m^-2")
    assert deep.strength.knob.number == pytest.approx(expected, rel=1e-3)


def test_as_disorder_it_ends_at_the_leads_and_as_potential_it_does_not():
    field = correlated_disorder("rms", "30 nm", seed="sample")
    for name in ("disorder", "potential"):
        device = Device(GAS, rectangle(200, 100), {"l": lead("left")}, **{name: field})
        assert set(device.parameters) == {"rms", "sample"}
        on, off = (device.values({"rms": w, "sample": 2})[device.pattern.diagonal] for w in (2, 0))
        x = device.positions[:, 0]
        shape = field.shape(device.positions, 2)
        assert np.allclose(on - off, 2 * shape, atol=1e-12)
        cells = [np.diag(device.lead_blocks({"rms": w, "sample": 2})[0].cell) for w in (2, 0)]
        edge = 2 * shape[x == x.min()] * (name == "potential")
        assert np.allclose(cells[0] - cells[1], edge, atol=1e-7)
    with pytest.raises(InvalidInput, match="whole number"):
        device.values({"rms": 1, "sample": 0.5})


def test_a_sweep_of_the_strength_draws_once(monkeypatch):
    draws = []
    monkeypatch.setattr(
        "sharvin.device.random_fields.gaussian_noise",
        lambda *given: draws.append(given) or gaussian_noise(*given),
    )
    device = Device(GAS, rectangle(100, 60), disorder=correlated_disorder("w", 30))
    for strength in (0.1, 0.2, 0.3):
        device.values({"w": strength})
    assert len(draws) == 1


def test_other_lattices_and_dimensions():
    sheet = Device(graphene(), disk(3), disorder=correlated_disorder(1, 2.0))
    assert np.ptp(sheet.values({})[sheet.pattern.diagonal]) > 0.1
    line = Device(chain(), interval(4000), disorder=correlated_disorder(1, 10.0))
    u = line.values({})[line.pattern.diagonal]
    assert u.std() == pytest.approx(1, abs=0.25)
    with pytest.raises(InvalidInput, match="two-dimensional"):
        Device(chain(), interval(9), disorder=donor_disorder(setback=5, strength=1)).values({})


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: correlated_disorder(1, 0), InvalidInput, "must be positive"),
        (lambda: correlated_disorder("1 T", 10), UnitError, "strength of the disorder"),
        (lambda: donor_disorder(setback=40), InvalidInput, "a density or a strength"),
        (lambda: donor_disorder(setback=40, density=1, strength=1), InvalidInput, "one of them"),
        (lambda: donor_disorder(setback=80, depth=60, strength=1), InvalidInput, "between"),
        (lambda: donor_disorder(setback=40, density="-1 m^-2"), InvalidInput, "cannot be"),
        (lambda: correlated_disorder(1, 1e-3).shape(SHEET, 0), InvalidInput, "use disorder"),
    ],
)
def test_disorder_that_means_nothing_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
