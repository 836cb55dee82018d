"""What travels to a page, and what is refused from it."""

import base64

import numpy as np
import pytest

from sharvin.errors import InvalidInput, UnknownName
from sharvin.studio import arguments, limits, wire


def test_long_arrays_travel_as_bytes_and_short_ones_as_lists():
    long = np.linspace(0, 1, 3000).reshape(30, 100)
    sent = wire.parsed(wire.text(long))
    assert sent["shape"] == [30, 100]
    back = np.frombuffer(base64.b64decode(sent["b64"]), "<f4").reshape(30, 100)
    np.testing.assert_allclose(back, long, atol=1e-7)  # single precision
    assert wire.parsed(wire.text({"a": np.arange(3)})) == {"a": [0, 1, 2]}


def test_numbers_that_are_not_finite_become_null():
    values = {"a": [1.0, float("nan")], "b": np.array([np.inf, 2.0]), "c": np.float64("nan")}
    assert wire.parsed(wire.text(values)) == {"a": [1.0, None], "b": [None, 2.0], "c": None}


@pytest.mark.parametrize(
    "message",
    ["", "{", "NaN", '{"a": Infinity}', "[" * 100_000, b"\xff\xfe", '{"a": ' + "9" * 5000 + "}"],
    ids=["empty", "open", "nan", "infinity", "deep", "bytes", "digits"],
)
def test_what_is_not_json_is_refused_in_a_sentence(message):
    with pytest.raises(InvalidInput, match="not valid JSON"):
        wire.parsed(message)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400, True, "1", None, [1]])
def test_only_finite_numbers_are_numbers(value):
    with pytest.raises(InvalidInput, match="number"):
        arguments.number(value, "gate")


@pytest.mark.parametrize(
    "value", ["../../etc/passwd", "0" * 15, "0" * 17, "G" * 16, "0" * 15 + "\n", 7, None]
)
def test_a_job_is_named_by_sixteen_digits_and_nothing_else(value):
    with pytest.raises(InvalidInput, match="sixteen"):
        arguments.job_id({"job": value})


def test_sizes_are_limited():
    with pytest.raises(InvalidInput, match="256 kB"):
        arguments.toml({"toml": "x" * (limits.TOML + 1)})
    with pytest.raises(InvalidInput, match="characters"):
        arguments.string({"name": "x" * 1000}, "name")
    with pytest.raises(InvalidInput, match="base64"):
        arguments.data({"b64": "%%%"})
    with pytest.raises(InvalidInput, match="not text"):
        arguments.toml({"toml": "a = '\ud800'"})


def test_arguments_that_nobody_reads_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'toml'"):
        arguments.known({"tolm": ""}, ("toml", "params"))
