"""Every page of the gallery computes, agrees with its expected numbers and draws."""

import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from sharvin import gallery
from sharvin.errors import UnknownName
from sharvin.gallery import registry, scan
from sharvin.gallery import verify as verify_function
from sharvin.gallery.check import Check
from sharvin.gallery.verify import passed

# DESIGN.md §9, as far as it is built, in its order.
NAMES = [
    "landauer", "staircase", "saddle-point", "adiabatic", "regimes",
    "thermal", "finite-bias", "reservoirs", "thermoelectric", "four-terminal",
    "series-resistance", "shot-noise", "fano-third", "zeeman",
    "valley", "contact-disorder", "ucf", "weak-localisation", "anderson",
    "ohm", "kubo", "aharonov-bohm", "quantum-hall", "quantum-spin-hall", "anomalous-hall",
    "thouless-pump", "babinet", "resonant-level", "coulomb-blockade", "kondo",
    "zero-point-seven", "luttinger", "fractional-pump", "anyons", "andreev-majorana",
]  # fmt: skip
KINDS = {"computed", "exact small system", "formula", "phenomenology"}


def test_the_pages_are_those_of_the_mission():
    assert list(gallery.ids()) == NAMES


@pytest.fixture(scope="module", params=NAMES)
def page_and_data(request):
    page = gallery.phenomenon(request.param)
    return page, page.compute()


def test_every_number_is_as_expected(page_and_data):
    page, data = page_and_data
    checks = page.checks(data)
    wrong = [(c.name, c.value, c.expected, c.tolerance) for c in checks if not c.passed]
    assert not wrong
    assert len(checks) >= 5
    assert all(check.reason for check in checks)


def test_every_page_says_what_it_is(page_and_data):
    page, data = page_and_data
    assert page.kind in KINDS
    assert len(page.statement) > 100
    assert page.references
    assert page.model() is not None
    assert data.sizes


def test_no_check_ignores_the_data(page_and_data):
    """Every computed number is replaced by another; what still passes are bounds and counts."""
    page, data = page_and_data
    spoiled = data.copy(deep=True)
    numbers = [name for name in spoiled.data_vars if spoiled[name].dtype.kind in "fiu"]
    for place, name in enumerate(numbers):
        spoiled[name] = spoiled[name] * (1.3 + 0.17 * place) + 0.31
    with np.errstate(all="ignore"):
        checks = page.checks(spoiled)
    passed_still = [check.name for check in checks if check.passed]
    assert len(passed_still) <= len(checks) / 3, passed_still


def test_every_page_draws(page_and_data, tmp_path):
    page, data = page_and_data
    figure = page.figure(data)
    assert isinstance(figure, Figure)
    figure.savefig(tmp_path / "page.png")
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_ylabel() or axes.get_title()


def fake_page(monkeypatch, compute, checks):
    """The page "regimes" with other insides."""
    page = replace(gallery.phenomenon("regimes"), compute=compute, checks=checks)
    monkeypatch.setattr(verify_module(), "phenomenon", lambda _: page)


def verify_module():
    import sys

    return sys.modules["sharvin.gallery.verify"]


def test_the_scorecard_has_its_shape():
    seen = []
    rows = gallery.verify(["regimes"], progress=seen.append)
    assert rows == seen
    (row,) = json.loads(json.dumps(rows))
    assert set(row) == {"id", "kind", "checks", "seconds"}
    assert row["id"] == "regimes"
    assert row["kind"] == "computed"
    assert row["seconds"] > 0
    for check in row["checks"]:
        assert set(check) == {"name", "value", "expected", "tolerance", "passed"}
        assert check["passed"] is True
        assert abs(check["value"] - check["expected"]) <= check["tolerance"]
    assert passed(rows[0])


def test_a_wrong_number_fails(monkeypatch):
    fake_page(monkeypatch, lambda full: None, lambda _: (Check("half", 0.4, 0.5, 0.01, "test"),))
    (row,) = gallery.verify(["regimes"])
    assert not row["checks"][0]["passed"]
    assert not passed(row)


def test_an_error_becomes_a_failed_check_with_its_message(monkeypatch):
    def compute(full):
        raise RuntimeError("no such\n  contact")

    fake_page(monkeypatch, compute, lambda _: ())
    (row,) = gallery.verify(["regimes"])
    (check,) = row["checks"]
    assert check["name"] == "RuntimeError: no such contact"
    assert check["value"] is None
    assert not check["passed"]
    assert row["kind"] == "computed"


def test_not_a_number_is_a_failure_and_valid_json(monkeypatch):
    fake_page(monkeypatch, lambda full: None, lambda _: (Check("x", np.nan, 1, 9, "test"),))
    rows = gallery.verify(["regimes"])
    assert not passed(rows[0])
    assert "NaN" not in json.dumps(rows, allow_nan=False)


def test_a_page_without_checks_has_not_passed(monkeypatch):
    fake_page(monkeypatch, lambda full: None, lambda _: ())
    assert not passed(gallery.verify(["regimes"])[0])


def test_full_reaches_the_computation(monkeypatch):
    asked = []
    fake_page(monkeypatch, lambda full: asked.append(full), lambda _: ())
    gallery.verify(["regimes"], full=True)
    assert asked == [True]


def test_an_unknown_page_is_refused_before_anything_is_computed(monkeypatch):
    monkeypatch.setattr(verify_module(), "_row", lambda *_: pytest.fail("computed"))
    with pytest.raises(UnknownName, match="did you mean 'saddle-point'"):
        gallery.verify(["landauer", "sadle-point"])


def test_a_check_that_could_not_fail_is_refused():
    for expected, tolerance in ((1.0, np.inf), (np.nan, 1.0), (1.0, -1.0)):
        with pytest.raises(ValueError, match="could not fail"):
            Check("x", 1.0, expected, tolerance, "test")


def test_an_interval_is_a_check():
    assert Check.between("x", 0.6, 0.6, 1.0, "test").passed
    assert not Check.between("x", 0.59, 0.6, 1.0, "test").passed
    assert not Check.between("x", 1.01, 0.6, 1.0, "test").passed


def test_verify_is_a_function_and_pages_load_one_by_one():
    assert verify_function is gallery.verify
    assert registry.phenomenon("regimes") is gallery.phenomenon("regimes")
    points = scan.energies(np.array([1.0, 2.0]), gate=0.5)
    assert points == [{"energy": 1.0, "gate": 0.5}, {"energy": 2.0, "gate": 0.5}]
