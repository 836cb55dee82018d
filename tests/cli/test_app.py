"""The command line teaches, and answers a mistake with one line."""

import sys

import pytest

import sharvin
from sharvin.cli.app import main
from sharvin.errors import Unreliable


def run(monkeypatch, capsys, *arguments):
    """Exit code, standard output and standard error of ``sharvin ARGUMENTS``."""
    monkeypatch.setattr(sys, "argv", ["sharvin", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


def test_help_names_the_commands_and_the_way_into_python(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "--help")
    assert code == 0
    assert "from-kwant" in out
    assert "import sharvin as sv" in out


def test_version_is_the_package_version(monkeypatch, capsys):
    assert run(monkeypatch, capsys, "--version") == (0, f"sharvin {sharvin.__version__}\n", "")


def test_help_of_a_command_shows_an_example(monkeypatch, capsys):
    code, out, _ = run(monkeypatch, capsys, "from-kwant", "--help")
    assert code == 0
    assert "sharvin from-kwant qpc.py:system --check" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.py:s", "--check", "-p", "phi"], "--params takes NAME=VALUE"),
        (["a.py:s", "--check", "-p", "2phi=3"], "got '2phi=3'"),
        (["a.py", "--check"], "SCRIPT:SYSTEM"),
        (["a.py:s"], "--check"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_two(monkeypatch, capsys, arguments, message):
    code, out, err = run(monkeypatch, capsys, "from-kwant", *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("sharvin: ")
    assert err.count("\n") == 1
    assert message in err
    assert "Traceback" not in err


def test_a_refusal_deep_inside_is_still_one_line(monkeypatch, capsys):
    def refuse(*_, **__):
        raise Unreliable("the energy lies\n  at a band edge")

    monkeypatch.setattr("sharvin.cli.kwant.compare", refuse)
    code, _, err = run(monkeypatch, capsys, "from-kwant", "a.py:s", "--check")
    assert (code, err) == (2, "sharvin: the energy lies at a band edge\n")


def test_parameters_are_numbers_where_they_read_as_numbers(monkeypatch, capsys):
    seen = {}
    monkeypatch.setattr(
        "sharvin.cli.kwant.compare", lambda target, **kwargs: seen.update(target=target, **kwargs)
    )
    arguments = ["qpc.py:system", "--check", "--energy", "0.2", "--energy", "1"]
    run(monkeypatch, capsys, "from-kwant", *arguments, "-p", "a=1,b=0.5", "--params", "c=1j,d=on")
    assert seen["target"] == "qpc.py:system"
    assert seen["energies"] == [0.2, 1.0]
    assert seen["params"] == {"a": 1, "b": 0.5, "c": 1j, "d": "on"}
    assert seen["check"] is True


class Found:
    """Stands in for a comparison, so that this test needs no Kwant."""

    def __init__(self, difference):
        self.difference = difference

    def table(self):
        return "T to 0 from 1   1.0   1.0"


@pytest.mark.parametrize(("difference", "expected"), [(1e-12, 0), (1e-3, 1), (float("nan"), 1)])
def test_agreement_is_success_and_a_difference_is_not(monkeypatch, capsys, difference, expected):
    asked = []

    def check_script(target, *, energy, params):
        asked.append((target, energy, params))
        return Found(difference)

    monkeypatch.setattr("sharvin.interop.kwant.check.check_script", check_script)
    arguments = ["from-kwant", "qpc.py:system", "--check", "--energy", "0.2", "-p", "phi=0.5"]
    code, out, _ = run(monkeypatch, capsys, *arguments)
    assert asked == [("qpc.py:system", 0.2, {"phi": 0.5})]
    assert code == expected
    assert "T to 0 from 1" in out
    assert ("differ by" in out) == bool(expected)
