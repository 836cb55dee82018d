"""Constants, and the border where strings with units become plain numbers.

Inside sharvin every energy is in meV, every length in nm, every field in T, every temperature in
K and every time in ps. Strings such as ``"12.7 meV"`` or ``"250 nm"`` are read here and nowhere
else; this file knows no physics beyond dimensions.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from sharvin.errors import UnitError
from sharvin.typing import RealArray

# The SI of 2019 fixes these three exactly.
ELEMENTARY_CHARGE = 1.602176634e-19  # C
PLANCK = 6.62607015e-34  # J s
BOLTZMANN_SI = 1.380649e-23  # J/K
# Measured (CODATA 2022).
_ELECTRON_MASS = 9.1093837139e-31  # kg
_BOHR_MAGNETON_SI = 9.2740100657e-24  # J/T
_BOHR_RADIUS_SI = 5.29177210544e-11  # m

_MEV = 1e-3 * ELEMENTARY_CHARGE  # J
_HBAR_SI = PLANCK / (2 * np.pi)  # J s

HBAR = _HBAR_SI / _MEV * 1e12  # 0.6582 meV ps
HBAR2_OVER_2ME = _HBAR_SI**2 / (2 * _ELECTRON_MASS) / _MEV * 1e18  # 38.0998 meV nm²
BOLTZMANN = BOLTZMANN_SI / _MEV  # 0.0861733 meV/K
BOHR_MAGNETON = _BOHR_MAGNETON_SI / _MEV  # 0.0578838 meV/T
BOHR_RADIUS = _BOHR_RADIUS_SI * 1e9  # 0.0529177 nm
FLUX_QUANTUM = PLANCK / ELEMENTARY_CHARGE * 1e18  # h/e = 4135.667696 T nm²
CONDUCTANCE_PER_MODE = ELEMENTARY_CHARGE**2 / PLANCK  # e²/h = 3.874046e-5 S, one spin
RESISTANCE_QUANTUM = PLANCK / ELEMENTARY_CHARGE**2  # h/e² = 25812.807 Ω

_Dimension = tuple[int, int, int, int, int]  # powers of kg, m, s, A, K


class _Unit(NamedTuple):
    """A unit as ``coefficient * 10**exponent`` SI; the power of ten apart keeps it exact."""

    dimension: _Dimension
    coefficient: float = 1.0
    exponent: int = 0

    def times(self, other: "_Unit", power: int) -> "_Unit":
        """Return ``self * other**power``."""
        pairs = zip(self.dimension, other.dimension, strict=True)
        dimension: Any = tuple(a + power * b for a, b in pairs)
        return _Unit(
            dimension,
            self.coefficient * other.coefficient**power,
            self.exponent + power * other.exponent,
        )


_NUMBER = _Unit((0, 0, 0, 0, 0))
_UNITS = {
    "eV": _Unit((1, 2, -2, 0, 0), ELEMENTARY_CHARGE),
    "J": _Unit((1, 2, -2, 0, 0)),
    "m": _Unit((0, 1, 0, 0, 0)),
    "Å": _Unit((0, 1, 0, 0, 0), 1.0, -10),
    "Angstrom": _Unit((0, 1, 0, 0, 0), 1.0, -10),
    "T": _Unit((1, 0, -2, -1, 0)),
    "G": _Unit((1, 0, -2, -1, 0), 1.0, -4),
    "K": _Unit((0, 0, 0, 0, 1)),
    "V": _Unit((1, 2, -3, -1, 0)),
    "A": _Unit((0, 0, 0, 1, 0)),
    "S": _Unit((-1, -2, 3, 2, 0)),
    "Ω": _Unit((1, 2, -3, -2, 0)),
    "Ohm": _Unit((1, 2, -3, -2, 0)),
    "ohm": _Unit((1, 2, -3, -2, 0)),
    "s": _Unit((0, 0, 1, 0, 0)),
    "Hz": _Unit((0, 0, -1, 0, 0)),
    "W": _Unit((1, 2, -3, 0, 0)),
    "e": _Unit((0, 0, 1, 1, 0), ELEMENTARY_CHARGE),
    "h": _Unit((1, 2, -1, 0, 0), PLANCK),
}
_UNPREFIXED = {"e", "h", "Å", "Angstrom"}
_PREFIXES = {
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "m": -3,
    "c": -2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}

# Dimension -> what a reader calls it, and a unit for the example in an error message.
_KINDS = {
    (1, 2, -2, 0, 0): "an energy",
    (0, 1, 0, 0, 0): "a length",
    (0, 2, 0, 0, 0): "an area",
    (0, -1, 0, 0, 0): "an inverse length",
    (0, -2, 0, 0, 0): "an areal density",
    (1, 0, -2, -1, 0): "a magnetic field",
    (0, 0, 0, 0, 1): "a temperature",
    (1, 2, -3, -1, 0): "a voltage",
    (0, 0, 0, 1, 0): "a current",
    (-1, -2, 3, 2, 0): "a conductance",
    (1, 2, -3, -2, 0): "a resistance",
    (0, 0, 1, 0, 0): "a time",
    (0, 0, -1, 0, 0): "a frequency",
    (1, 3, -2, 0, 0): "an energy times a length",
}
# fmt: off
_COMMON = (
    "ueV", "meV", "eV", "J", "nm", "um", "µm", "mm", "m", "Å", "mT", "T", "mK", "K", "uV", "mV",
    "V", "uS", "S", "kOhm", "Ohm", "kΩ", "Ω", "pA", "nA", "uA", "A", "fs", "ps", "ns", "GHz",
    "nm^-2", "cm^-2", "m^-2", "e²/h", "2e²/h", "h/e²",
)
# fmt: on

_LETTERS = str.maketrans(
    {
        "\u00b5": "u",  # micro sign
        "\u03bc": "u",  # Greek mu: looks the same, and keyboards give either
        "\u2126": "Ω",  # ohm sign -> Greek omega
        "\u212b": "Å",  # angstrom sign -> letter
        "\u2212": "-",  # typographic minus
        "\u00b7": "*",
        "\u22c5": "*",
    }
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*")
_FACTOR = re.compile(r"([A-Za-zÅΩ]+)(?:(?:\^|\*\*)?(-?\d+)|([⁻⁰¹²³⁴-⁹]+))?")


@overload
def quantity(value: float | str, unit: str, *, name: str = ...) -> float: ...
@overload
def quantity(
    value: NDArray[Any] | Iterable[Any], unit: str, *, name: str = ...
) -> float | RealArray: ...
def quantity(value: Any, unit: str, *, name: str = "") -> float | RealArray:
    """``value`` as a number of ``unit``.

    Parameters
    ----------
    value : float, str, or array or (nested) list of these
        A bare number is taken to be in ``unit`` already. A string must carry its unit:
        ``"12.7 meV"``, ``"-0.9 V"``, ``"3.56e15 m^-2"``, ``"0.1 eV Å"``, ``"2e²/h"``.
    unit : str
        The unit of the result, in the same notation.
    name : str, optional
        What the number is for; it starts the error message.

    In a composed unit each ``/`` divides by the one factor after it: ``m^2/V/s``.

    Returns
    -------
    float, or real array of the shape of ``value``

    Examples
    --------
    >>> quantity("1.5 um", "nm")
    1500.0
    >>> quantity(["0 K", "600 mK"], "K").tolist()
    [0.0, 0.6]
    """
    prefix = f"{name}: " if name else ""
    if isinstance(value, str):
        return _read(value, unit, prefix)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
        numbers = value.astype(np.float64)
    else:
        entries = np.array(value, dtype=object)
        flat = [_number(entry, unit, prefix) for entry in entries.ravel()]
        numbers = np.array(flat, dtype=np.float64).reshape(entries.shape)
    if np.isnan(numbers).any():
        raise UnitError(f"{prefix}got NaN where a number of {unit} is needed")
    return numbers if numbers.ndim else float(numbers)


def ratio(unit: str, to: str) -> float:
    """How many ``to`` make one ``unit``.

    Examples
    --------
    >>> ratio("2e²/h", "e²/h")
    2.0
    """
    one, target = _unit(unit), _unit(to)
    if one.dimension != target.dimension:
        raise UnitError(f"{unit!r} is {_kind(one)}, but {to!r} is {_kind(target)}")
    return _scaled(1.0, one, target)


def _number(entry: object, unit: str, prefix: str) -> float:
    if isinstance(entry, str):
        return _read(entry, unit, prefix)
    if isinstance(entry, (int, float, np.integer, np.floating)) and not isinstance(entry, bool):
        return float(entry)
    raise UnitError(
        f"{prefix}got {entry!r} where a number of {unit} or a string such as '1 {unit}' is needed"
    )


def _read(text: str, unit: str, prefix: str) -> float:
    """Number of ``unit`` that ``text`` stands for."""
    example = f"for example '1 {unit}'"
    match = _QUANTITY.fullmatch(text.translate(_LETTERS))
    if match is None:
        raise UnitError(f"{prefix}{text!r} is not a number with a unit; write {example}")
    digits, symbol = match.groups()
    target = _unit(unit)
    if not symbol:
        if target.dimension == _NUMBER.dimension:
            return _scaled(float(digits), _NUMBER, target)
        raise UnitError(
            f"{prefix}{text!r} has no unit; write '{digits} {unit}', or a bare number in {unit}"
        )
    try:
        given = _unit(symbol)
    except UnitError as error:
        raise UnitError(f"{prefix}{error} (in {text!r}); write {example}") from None
    if given.dimension != target.dimension:
        raise UnitError(
            f"{prefix}{text!r} is {_kind(given)}, but {_kind(target)} is needed; write {example}"
        )
    return _scaled(float(digits), given, target)


def _scaled(number: float, unit: _Unit, target: _Unit) -> float:
    # Powers of ten up to 1e22 are exact, so multiplying by one or dividing by one rounds once.
    shift = unit.exponent - target.exponent
    number = number * 10.0**shift if shift >= 0 else number / 10.0**-shift
    if unit.coefficient == target.coefficient:
        return number
    return number * (unit.coefficient / target.coefficient)


def _kind(unit: _Unit) -> str:
    return _KINDS.get(unit.dimension, "another kind of quantity")


@lru_cache(maxsize=256)
def _unit(symbol: str) -> _Unit:
    """Read a product of powers of units, such as ``meV nm``, ``1/nm^2`` or ``2e²/h``."""
    text = symbol.translate(_LETTERS).strip()
    total, sign, position = _NUMBER, 1, 0
    leading = re.match(r"\d+(?![\d.])", text)
    if leading:  # the 2 of 2e²/h, the 1 of 1/nm²
        total = _NUMBER._replace(coefficient=float(leading.group()))
        position = leading.end()
    while position < len(text):
        if text[position] in " */":
            sign = -1 if text[position] == "/" else sign if text[position] == " " else 1
            position += 1
            continue
        factor = _FACTOR.match(text, position)
        base = factor and _prefixed(factor.group(1))
        if not factor or not base:
            raise _unknown(symbol)
        written = factor.group(2) or (factor.group(3) or "1").translate(_SUPERSCRIPTS)
        total = total.times(base, sign * int(written))
        sign, position = 1, factor.end()
    return total


def _prefixed(name: str) -> _Unit | None:
    if name in _UNITS:
        return _UNITS[name]
    prefix, base = name[0], name[1:]
    if prefix not in _PREFIXES or base not in _UNITS or base in _UNPREFIXED:
        return None
    unit = _UNITS[base]
    return unit._replace(exponent=unit.exponent + _PREFIXES[prefix])


def _unknown(symbol: str) -> UnitError:
    folded = {name.lower(): name for name in _COMMON}
    near = get_close_matches(symbol.lower(), folded, n=3, cutoff=0.6)
    hint = "; did you mean " + " or ".join(folded[name] for name in near) + "?" if near else ""
    return UnitError(f"unknown unit {symbol!r}{hint}")
