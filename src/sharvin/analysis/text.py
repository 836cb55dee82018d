"""Numbers with errors as a physicist writes them: 279(6) Ω."""

import math


def with_error(value: float, error: float, unit: str = "") -> str:
    """``value(error) unit``, the error with one digit, or two where the first is a one.

    Examples
    --------
    >>> with_error(279.31, 5.7, "Ω")
    '279(6) Ω'
    >>> with_error(0.02134, 0.00112, "eV/V")
    '0.0213(11) eV/V'
    >>> with_error(1.5e-9, 2e-11, "A")
    '1.50(2)e-9 A'
    """
    tail = f" {unit}" if unit and unit != "1" else ""
    if not math.isfinite(value):
        return f"{value}{tail}"
    if not (math.isfinite(error) and error > 0):
        mark = "" if error == 0 else " ± ?"
        return f"{value:.6g}{mark}{tail}"
    power = _shift(value, error)
    value, error = value / 10.0**power, error / 10.0**power
    digits = _digits(error)
    body = (
        f"{value:.{digits}f}({round(error * 10**digits)})"
        if digits > 0
        else _whole(value, error, digits)
    )
    return f"{body}{f'e{power}' if power else ''}{tail}"


def _digits(error: float) -> int:
    """Decimals after the point that the error allows."""
    first = math.floor(math.log10(error))
    lead = round(error / 10.0**first, 1)
    return (1 if lead < 1.95 else 0) - first


def _whole(value: float, error: float, digits: int) -> str:
    return f"{round(value, digits):.0f}({round(error, digits):.0f})"


def _shift(value: float, error: float) -> int:
    """Power of ten taken out: zero for numbers that are easy to read."""
    size = max(abs(value), error)
    exponent = math.floor(math.log10(size))
    return 0 if -4 < exponent < 6 else exponent
