"""Every fit on synthetic data: do its intervals hold the truth, and does it say what it did?"""

import pytest

from sharvin.analysis.examples import examples

EXAMPLES = {example.name: example for example in examples()}
SETS = 24
# With a coverage of 92 %, fewer than 17 of 24 happen once in ten thousand.
LEAST = 17 / SETS
SLOW = (
    "Landau fan", "conductance fluctuations", "Coulomb diamonds", "spacings of peaks",
    "spacings of peaks that scatter",
)  # fmt: skip

every = pytest.mark.parametrize("name", EXAMPLES)


@every
def test_intervals_hold_the_truth(name):
    slow = name in SLOW
    example = EXAMPLES[name]
    covered = example.covered(SETS // 4 if slow else SETS)
    assert min(covered.values()) >= (0.4 if slow else LEAST), covered


@every
def test_a_wrong_truth_is_not_covered(name):
    """The test above can fail: 10 standard deviations are noticed."""
    example = EXAMPLES[name]
    fit = example.run(3)
    for key, value in example.truth.items():
        low, high = fit.interval(key)
        shifted = value + 10 * fit.errors[key]
        assert not low <= shifted <= high


@every
def test_reports_name_model_values_and_units(name):
    fit = EXAMPLES[name].run(4)
    text = fit.report()
    assert fit.model in text
    assert fit.formula in text
    assert all(key in text for key in fit.names)


@pytest.mark.parametrize(
    "name", ["noise", "Shubnikov-de Haas", "weak localization", "Kondo", "Luttinger power law"]
)
def test_the_bootstrap_agrees_with_the_covariance(name):
    example = EXAMPLES[name]
    fit = example.run(11)
    again = fit.bootstrap(60)
    for key in example.truth:
        # The spread of 60 samples is known to 9 %, that of residuals to 1/sqrt(2n); three of both.
        assert again.errors[key] == pytest.approx(fit.errors[key], rel=0.45)
