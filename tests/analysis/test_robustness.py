"""Bad data for every fit: noise, gaps, any order, a jump, and traces of something else."""

import numpy as np
import pytest

from sharvin.analysis.examples import examples
from sharvin.errors import SharvinError

EXAMPLES = {example.name: example for example in examples()}
# One value among fifty is further away than 3.5 standard deviations once in forty runs.
FAR = 4.5
# Not curves against one variable: no order to reverse, or no point to move.
FEW = ("localization length",)

every = pytest.mark.parametrize("name", EXAMPLES)


def distances(fit, truth):
    return {k: abs(fit.values[k] - v) / fit.errors[k] for k, v in truth.items()}


def near(fit, truth, far=FAR):
    assert fit.converged, fit.problem
    worst = distances(fit, truth)
    assert max(worst.values()) < far, worst


@every
def test_signal_over_noise_of_ten_still_gives_the_truth_or_nothing(name):
    example = EXAMPLES[name]
    fit = example.run(1, example.rough)
    near(fit, example.truth)


@every
def test_missing_points_do_no_harm(name):
    example = EXAMPLES[name]
    data = np.array(example.make(example.x, example.noise, 2))
    if name not in FEW:
        data[..., 4] = np.nan
        data[..., example.x.size // 2] = np.nan
    near(example.fit(example.x, data), example.truth)


@every
def test_the_direction_of_the_sweep_does_not_matter(name):
    example = EXAMPLES[name]
    data = example.make(example.x, example.noise, 5)
    forward = example.fit(example.x, data)
    backward = example.fit(example.x[::-1], data[..., ::-1])
    for key, value in forward.values.items():
        # the minimum is found to a small part of the error
        assert backward.values[key] == pytest.approx(value, abs=0.05 * forward.errors[key])


@every
def test_points_may_lie_anywhere(name):
    example = EXAMPLES[name]
    rng = np.random.default_rng(8)
    n = example.x.size
    places = np.sort(np.clip(np.arange(n) + rng.uniform(-0.45, 0.45, n), 0, n - 1))
    x = np.interp(places, np.arange(n), example.x)
    near(example.fit(x, example.make(x, example.noise, 6)), example.truth)


@every
def test_a_jump_is_noticed(name):
    """Half of the signal added from the middle on: refused, said in the notes, or harmless."""
    if name in FEW:
        pytest.skip("ten points have no middle")
    example = EXAMPLES[name]
    data = np.array(example.make(example.x, example.noise, 7))
    half = example.x.size // 2
    data[..., half:] += 0.5 * np.ptp(data, axis=-1, keepdims=True)
    try:
        fit = example.fit(example.x, data)
    except SharvinError:
        return
    if not fit.converged:
        return
    suspicious = fit.tests()["runs"] < 0.01 or any(
        "jump" in note or "bound" in note for note in fit.notes
    )
    close = max(distances(fit, example.truth).values()) < FAR
    assert suspicious or close, fit.report()


def unrelated(example, kind):
    n = example.x.size
    rng = np.random.default_rng(0)
    z = np.linspace(0, 1, n)
    shape = np.shape(example.make(example.x, example.noise, 0))
    curve = {
        "noise": 1 + 0.05 * rng.standard_normal(shape),
        "wave": np.broadcast_to(1 + 0.4 * np.sin(2 * np.pi * 2.3 * z), shape)
        + 0.01 * rng.standard_normal(shape),
        "steps": np.broadcast_to(1 + np.floor(3.5 * z) % 2, shape)
        + 0.01 * rng.standard_normal(shape),
    }[kind]
    return curve


@every
@pytest.mark.parametrize("kind", ["noise", "wave", "steps"])
def test_an_unrelated_trace_is_refused(name, kind):
    example = EXAMPLES[name]
    try:
        fit = example.fit(example.x, unrelated(example, kind))
    except SharvinError as error:
        assert "Traceback" not in str(error)  # noqa: PT017
        return
    if name in ("conductance fluctuations", "Aharonov-Bohm") and kind == "wave":
        return  # slow waves may be fluctuations; a wave may be a ring
    assert not fit.converged, fit.report()
    assert "not reliable" in fit.report()
