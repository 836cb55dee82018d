"""Numbers out of a text file of any dialect: separators, comments, headers, ragged columns."""

import re
from collections.abc import Sequence
from csv import reader
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from sharvin.errors import InvalidInput, UnitError
from sharvin.typing import RealArray
from sharvin.units import ratio

_COMMENTS = ("#", "%", "!", "//", "*")
_MISSING = {"", "nan", "na", "n/a", "-", "--", "null", "none", "inf", "-inf"}
# Separator and decimal mark, in the order in which ties are broken.
_DIALECTS = (("\t", "."), (";", ","), (";", "."), (",", "."), ("\t", ","), (None, "."), (None, ","))
_SAMPLE = 60  # lines that decide the dialect
_UNIT = re.compile(r"^(.*?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\]|/\s*([^/\s]\S*))\s*$")


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of numbers, NaN where a cell is empty.

    Parameters
    ----------
    data : real array, shape (rows, columns)
    names, units : tuple of str
        One for each column; empty where the file does not say.
    """

    data: RealArray
    names: tuple[str, ...]
    units: tuple[str, ...]


def read_table(path: Path) -> Table:
    """All numbers of a text file, with the names and units that its header gives.

    Raises
    ------
    InvalidInput
        For binary or empty files, and for text without a block of numbers.
    """
    lines = [line.rstrip("\r\n") for line in _text(path).splitlines()]
    bare = [line for line in lines if line.strip() and not _is_comment(line)]
    if not bare:
        raise InvalidInput(f"{path}: the file holds no numbers; a table of numbers is needed")
    separator, decimal = _dialect(bare)
    rows, header = _rows(lines, separator, decimal)
    if not rows:  # a column of words or times in every line: it is kept as empty
        separator, decimal = _dialect(bare, mixed=True)
        if separator is not None:
            rows, header = _rows(lines, separator, decimal, mixed=True)
    if not rows:
        raise InvalidInput(
            f"{path}: no line of numbers in {len(bare)} lines of text; a table of numbers, "
            "columns separated by commas, semicolons, tabs or spaces, is needed"
        )
    width = max(map(len, rows))
    data = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        data[i, : len(row)] = row
    if not np.isfinite(data).any():
        raise InvalidInput(f"{path}: all {data.size} cells are empty or NaN")
    names, units = _header(header, separator, width)
    # A separator at the end of each line makes a column that nobody named.
    while width > 1 and np.isnan(data[:, width - 1]).all() and not names[width - 1]:
        width -= 1
        names, units = _header(header, separator, width)
    return Table(data[:, :width], names, units)


def split_unit(label: str) -> tuple[str, str]:
    """Name and unit of a header cell: ``Vg (V)``, ``Vg [V]`` and ``Vg / V`` are read.

    Examples
    --------
    >>> split_unit("G (2e^2/h)")
    ('G', '2e^2/h')
    >>> split_unit("Vsd")
    ('Vsd', '')
    """
    match = _UNIT.match(label.strip())
    if match is None:
        return label.strip(), ""
    unit = next(group for group in match.groups()[1:] if group is not None).strip()
    return (match.group(1).strip(), unit) if is_unit(unit) else (label.strip(), "")


def is_unit(text: str) -> bool:
    """Whether sharvin can read this as a unit."""
    try:
        ratio(text, text)
    except (UnitError, ValueError):
        return False
    return bool(text)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise InvalidInput(f"{path}: the file is empty")
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if raw.startswith(mark):
            try:
                text = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    else:
        text = raw.decode("latin-1")
    control = sum(ord(c) < 32 and c not in "\t\r\n\f\v" for c in text[:4096])
    if control > 0 or ("�" in text):
        raise InvalidInput(
            f"{path}: binary content, not a table; known are text tables, NetCDF, HDF5, QCoDeS "
            "databases (.db) and NumPy files (.npy, .npz)"
        )
    return text


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(_COMMENTS)


def _cells(line: str, separator: str | None) -> list[str]:
    if separator is not None and '"' in line:  # a quoted name may hold the separator
        return [cell.strip() for cell in next(reader([line], delimiter=separator), [])]
    cells = line.split() if separator is None else line.split(separator)
    return [cell.strip().strip('"') for cell in cells]


def _number(cell: str, decimal: str) -> float | None:
    """Value of a cell, NaN if it is empty, None if it is no number."""
    if cell.lower() in _MISSING:
        return float("nan")
    if decimal == ",":
        if "." in cell:
            return None
        cell = cell.replace(",", ".")
    try:
        return float(cell.replace("D", "e").replace("−", "-"))
    except ValueError:
        return None


def _dialect(lines: Sequence[str], *, mixed: bool = False) -> tuple[str | None, str]:
    """Separator and decimal mark that turn most cells into numbers, in rows of equal length.

    In `mixed` rows two numbers are enough, whatever stands beside them.
    """
    middle = max(0, min(len(lines) // 2, len(lines) - _SAMPLE))
    sample = lines[middle : middle + _SAMPLE]

    def quality(dialect: tuple[str | None, str]) -> float:
        separator, decimal = dialect
        good, widths = 0, []
        for line in sample:
            cells = _cells(line, separator)
            numbers = [_number(cell, decimal) for cell in cells]
            if _is_row(numbers, mixed):
                good += 1
                widths.append(len(cells))
        if not good:
            return 0.0
        equal = sum(w == widths[-1] for w in widths) / len(widths)
        several = 1.0 if max(widths) > 1 else 0.5
        return good / len(sample) * (0.5 + 0.5 * equal) * several

    return max(_DIALECTS, key=quality)


def _is_row(numbers: Sequence[float | None], mixed: bool) -> bool:
    good = sum(n is not None and not np.isnan(n) for n in numbers)
    return good > 1 if mixed else good > 0 and all(n is not None for n in numbers)


def _rows(
    lines: Sequence[str], separator: str | None, decimal: str, *, mixed: bool = False
) -> tuple[list[list[float]], list[str]]:
    """Rows of numbers, and the lines above the first of them.

    Below the first row, a word among numbers (an overload) is an empty cell.
    """
    rows: list[list[float]] = []
    header: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        numbers = (
            None if _is_comment(line) else [_number(c, decimal) for c in _cells(line, separator)]
        )
        inside = (
            bool(rows)
            and len(numbers or ()) == len(rows[-1])
            and any(n is not None for n in numbers or ())
        )
        if numbers is None or (
            any(n is None for n in numbers) and not _is_row(numbers, mixed) and not inside
        ):
            if not rows:
                header.append(line)
            continue
        row = [np.nan if n is None else n for n in numbers]
        if rows or not np.isnan(row).all():
            rows.append(row)
    return rows, header


def _header(
    header: Sequence[str], separator: str | None, width: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and units from the last line above the numbers that has a cell for each column."""
    blank = ("",) * width
    found: list[list[str]] = []
    for line in header:
        text = line.strip().lstrip("".join(_COMMENTS)).strip()
        for candidate in (separator, "\t", ";", ",", None):
            cells = _cells(text, candidate)
            if candidate is not None and len(cells) == width + 1 and not cells[-1]:
                cells = cells[:-1]
            if len(cells) == width:
                found.append(cells)
                break
    if not found:
        return blank, blank
    last = found[-1]
    if len(found) > 1 and all(is_unit(cell.strip("()[]")) or not cell for cell in last):
        return tuple(found[-2]), tuple(cell.strip("()[]") for cell in last)
    pairs = [split_unit(cell) for cell in last]
    return tuple(name for name, _ in pairs), tuple(unit for _, unit in pairs)


def as_map(data: RealArray) -> tuple[RealArray, RealArray, RealArray] | None:
    """Rows' coordinate, columns' coordinate and body, if the first row and column are axes.

    The corner is empty (or a line begins one cell late), and both axes run one way.
    """
    rows, columns = data.shape
    if rows < 4 or columns < 4:
        return None
    top, side, body = data[0, 1:], data[1:, 0], data[1:, 1:]
    if np.isnan(data[0, -1]) and np.isfinite(data[0, :-1]).all() and np.isfinite(side).all():
        top = data[0, :-1]  # no cell at all above the first column
    if not (np.isfinite(top).all() and np.isfinite(side).all()):
        return None
    if not all(_one_way(axis) for axis in (top, side)):
        return None
    return side, top, body


def _one_way(axis: RealArray) -> bool:
    steps = [b - a for a, b in pairwise(axis.tolist())]
    return all(s > 0 for s in steps) or all(s < 0 for s in steps)
