"""Strings with units become numbers at the border, or are refused with one clear line."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharvin import units
from sharvin.errors import UnitError
from sharvin.units import quantity, ratio

EXACT = [
    ("12.7 meV", "meV", 12.7),
    ("3 ueV", "meV", 0.003),
    ("3 \u00b5eV", "meV", 0.003),  # micro sign
    ("3 \u03bceV", "meV", 0.003),  # Greek mu
    ("0.5 eV", "meV", 500.0),
    ("1.5um", "nm", 1500.0),
    ("250 nm", "nm", 250.0),
    ("2 mm", "nm", 2e6),
    ("1 m", "nm", 1e9),
    ("2.46 Å", "nm", 0.246),
    ("2.46 \u212b", "nm", 0.246),  # angstrom sign
    ("1.5 T", "T", 1.5),
    ("30 mT", "T", 0.03),
    ("10 mK", "K", 0.01),
    ("-0.9 V", "V", -0.9),
    ("\u22120.9 V", "V", -0.9),  # typographic minus
    ("10 uV", "V", 1e-5),
    ("38.7 uS", "S", 38.7e-6),
    ("12.9 kOhm", "Ohm", 12900.0),
    ("12.9 k\u2126", "Ω", 12900.0),  # ohm sign
    ("5 pA", "nA", 0.005),
    ("3 uA", "A", 3e-6),
    ("3.56e15 m^-2", "nm^-2", 0.00356),
    ("3.56e11 cm^-2", "1/nm^2", 0.00356),
    ("3.56e11 cm⁻²", "nm⁻²", 0.00356),
    ("1 /nm^2", "m**-2", 1e18),
    ("0.1 eV Å", "meV nm", 10.0),
    ("0.1 eV*Å", "meV·nm", 10.0),
    ("5 2e²/h", "e²/h", 10.0),
    ("7 ps", "fs", 7000.0),
]


@pytest.mark.parametrize(("text", "unit", "expected"), EXACT)
def test_a_string_becomes_the_nearest_number(text, unit, expected):
    assert quantity(text, unit) == pytest.approx(expected, rel=4e-16)


def test_a_unit_read_as_itself_keeps_every_digit():
    for digits in ("0.1", "12.7", "1e-7", "-.3"):
        assert quantity(f"{digits} meV", "meV") == float(digits)


@pytest.mark.parametrize(
    ("name", "value"),
    [  # PHYSICS.md §0 and CODATA
        ("CONDUCTANCE_PER_MODE", 3.874045865e-5),
        ("RESISTANCE_QUANTUM", 25812.8074593045),
        ("FLUX_QUANTUM", 4135.667697),
        ("BOLTZMANN", 0.086173333),
        ("HBAR2_OVER_2ME", 38.0998212),
        ("BOHR_MAGNETON", 0.05788381798),
        ("HBAR", 0.658211957),
    ],
)
def test_constants_have_their_published_values(name, value):
    assert getattr(units, name) == pytest.approx(value, rel=1e-8)


def test_quanta_of_conductance_and_resistance_are_units():
    assert quantity("2e²/h", "S") == pytest.approx(7.748091729863649e-5, rel=1e-15)
    assert quantity("2e^2/h", "S") == quantity("2e²/h", "S")
    assert quantity("0.5 h/e²", "Ohm") == pytest.approx(12906.403729652, rel=1e-13)
    assert ratio("2e²/h", "e²/h") == 2.0
    assert ratio("h/e^2", "kOhm") == pytest.approx(25.8128074593045, rel=1e-14)


def test_electronvolts_and_joules_agree():
    assert quantity("1 J", "eV") == pytest.approx(1 / units.ELEMENTARY_CHARGE, rel=1e-15)


def test_bare_numbers_pass_through():
    assert quantity(3, "meV") == 3.0
    assert type(quantity(np.float64(2), "meV")) is float
    assert type(quantity(np.array(2), "meV")) is float
    assert quantity(np.inf, "nm") == np.inf


def test_arrays_and_lists_keep_their_shape():
    assert quantity(["0 K", "600 mK", 4.2], "K").tolist() == [0.0, 0.6, 4.2]
    assert quantity(np.array([["1 T", "2 T"]]), "T").tolist() == [[1.0, 2.0]]
    assert quantity(("1 um", "2 um"), "nm").tolist() == [1000.0, 2000.0]
    given_array = np.arange(3)
    result = quantity(given_array, "meV")
    assert result.dtype == np.float64
    assert result.tolist() == [0.0, 1.0, 2.0]
    assert quantity([], "T").shape == (0,)


def test_an_array_is_copied():
    mine = np.zeros(2)
    quantity(mine, "T")[0] = 1
    assert mine[0] == 0


REFUSED = [
    ("12.7", "meV", "'12.7' has no unit; write '12.7 meV'"),
    (
        "0.6 K",
        "meV",
        "'0.6 K' is a temperature, but an energy is needed; write for example '1 meV'",
    ),
    ("1 V", "meV", "is a voltage, but an energy"),
    ("1 T", "nm", "is a magnetic field, but a length"),
    ("3e15 m^-3", "nm^-2", "another kind of quantity, but an areal density"),
    ("12 mev", "meV", "unknown unit 'mev'; did you mean meV"),
    ("12 bananas", "nm", "unknown unit 'bananas'"),
    ("1 kh", "nm", "unknown unit 'kh'"),
    ("foo", "nm", "'foo' is not a number with a unit; write for example '1 nm'"),
    ("", "T", "'' is not a number with a unit"),
    ("nan K", "K", "is not a number"),
    ("1e5e K", "K", "is another kind of quantity, but a temperature"),
    (True, "T", "got True"),
    (None, "T", "got None"),
    (1j, "T", "got 1j"),
    ([[1, 2], [3]], "T", "where a number of T"),
    (np.array([1j]), "T", "where a number of T"),
    (float("nan"), "T", "NaN"),
    (np.array([1.0, np.nan]), "T", "NaN"),
]


@pytest.mark.parametrize(("value", "unit", "message"), REFUSED)
def test_what_has_no_meaning_is_refused_in_one_line(value, unit, message):
    with pytest.raises(UnitError) as refusal:
        quantity(value, unit, name="field")
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("field: ")
    assert "\n" not in str(refusal.value)


def test_ratio_refuses_units_of_different_kinds():
    with pytest.raises(UnitError, match="'meV' is an energy, but 'nm' is a length"):
        ratio("meV", "nm")


@given(st.text(max_size=12))
def test_no_text_does_anything_but_give_a_number_or_a_unit_error(text):
    with contextlib.suppress(UnitError):
        assert isinstance(quantity(text, "meV"), float)


@given(
    st.floats(-1e30, 1e30),
    st.sampled_from([("meV", "J"), ("nm", "m"), ("T", "mT"), ("kΩ", "h/e²"), ("nm^-2", "cm^-2")]),
)
def test_there_and_back_again(number, pair):
    one, other = pair
    there = quantity(f"{number!r} {one}", other)
    # Two conversions, each with at most three roundings.
    assert quantity(f"{there!r} {other}", one) == pytest.approx(number, rel=2e-15, abs=1e-280)
