"""Every deliberate error is a SharvinError and still the builtin that a caller expects."""

import pytest

from sharvin import errors


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.InvalidInput, ValueError),
        (errors.ShapeMismatch, ValueError),
        (errors.UnknownName, KeyError),
        (errors.UnitError, ValueError),
        (errors.Unreliable, ArithmeticError),
        (errors.BandEdge, ArithmeticError),
        (errors.MissingExtra, ImportError),
    ],
)
def test_a_caller_may_catch_the_builtin_or_ours(error, builtin):
    assert issubclass(error, builtin)
    assert issubclass(error, errors.SharvinError)


def test_an_unknown_name_lists_the_nearest():
    message = str(errors.UnknownName.among("lead", "sorce", ["source", "drain"]))
    assert message == "unknown lead 'sorce'; did you mean 'source'?"


def test_an_unknown_name_far_from_all_lists_all():
    message = str(errors.UnknownName.among("lead", "x9", ["source", "drain"]))
    assert message == "unknown lead 'x9'; known: 'drain', 'source'"
    assert "no lead here" in str(errors.UnknownName.among("lead", 3, []))
