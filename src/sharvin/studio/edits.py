"""What a picture changes in a device file: a length, a gate or a contact more or less.

Only these places of the text change; comments, order and units of everything else stay as they
were written. Lengths come in nm.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sharvin.app.toml import Document, Place, parse
from sharvin.errors import InvalidInput, UnknownName
from sharvin.studio import arguments, limits

Change = Mapping[str, Any]
_MOST = 16  # changes at once
_DEEP = 2  # levels of lists in a value: corners
_SIDES = ("left", "right", "top", "bottom")
_KEYS = {
    "gates": ("center", "gap", "length", "x", "y", "corners"),
    "leads": ("side", "at", "width"),
}
_GATES = {  # keys that a new gate needs, in the order in which they are written
    "gate": ("x", "y"),
    "split_gate": ("gap", "length", "center"),
    "polygon_gate": ("corners",),
}
_DEPTH, _VOLTAGE = '"60 nm"', '"-0.5 V"'  # of a new gate, where no other one tells
_ELSEWHERE = "is written in one line with others; change it in the text"


def edited(toml: str, changes: Any) -> str:
    """Device file after ``changes``, one after the other.

    Parameters
    ----------
    toml : str
    changes : list of mapping
        ``{"do": "set", "place": ["gates", 0, "gap"], "value": 240}``, ``{"do": "add",
        "what": "gates", "kind": "gate", "values": {"x": [0, 90], "y": [50, None]}}`` or
        ``{"do": "remove", "place": ["leads", "probe"]}``. None is a side at infinity.

    Raises
    ------
    InvalidInput
        For what a picture does not show, and for tables written in one line.
    """
    if not isinstance(changes, list) or not 0 < len(changes) <= _MOST:
        raise InvalidInput(f"'changes' must be a list of 1 to {_MOST} changes")
    for change in changes:
        if not isinstance(change, Mapping):
            raise InvalidInput("a change is an object with 'do' and 'place'")
        act = _ACTS[arguments.choice(change, "do", tuple(_ACTS))]
        try:
            toml = act(parse(toml, Path("device.toml")), change)
        except RecursionError:
            raise InvalidInput("the device file is nested too deeply") from None
    if len(toml.encode()) > limits.TOML:
        raise InvalidInput(f"the device file would be larger than {limits.TOML // 1024} kB")
    return toml


def _set(document: Document, change: Change) -> str:
    section, which, key = _place(document, change, 3)
    table: Place = (section, which)
    literal = _literal(str(key), change.get("value"))
    span = document.spans.get((*table, key))
    if span is None:
        return _inserted(document, table, str(key), literal)
    start, end = span
    after = document.text[end:]
    gap = after[: len(after) - len(after.lstrip(" "))]
    if gap and after[len(gap) :].startswith("#"):  # comments stay in their column
        room = max(1, len(gap) + end - start - len(literal))
        after = " " * room + after[len(gap) :]
    return document.text[:start] + literal + after


def _add(document: Document, change: Change) -> str:
    what = arguments.choice(change, "what", tuple(_KEYS))
    values = change.get("values")
    if not isinstance(values, Mapping):
        raise InvalidInput("'values' must be an object of lengths in nm")
    return (_with_gate if what == "gates" else _with_lead)(document, change, values)


def _with_gate(document: Document, change: Change, values: Change) -> str:
    kind = arguments.choice(change, "kind", tuple(_GATES))
    gates = document.data.get("gates", [])
    if gates and not _has_header(document, ("gates", 0)):
        raise InvalidInput(f"'gates' {_ELSEWHERE}")
    depth = [document.spans[place] for place in document.spans if _is_depth(place)]
    name = _free(document, "gate")
    lines = [f'kind = "{kind}"']
    lines += [f"{key} = {_literal(key, values.get(key))}" for key in _GATES[kind]]
    lines.append(f"depth = {document.text[slice(*depth[-1])] if depth else _DEPTH}")
    lines.append(f'voltage = "{name}"')
    text = _with_table(document, "[[gates]]", lines)
    return _inserted(parse(text, document.path), ("parameters",), name, _VOLTAGE)


def _with_lead(document: Document, _: Change, values: Change) -> str:
    name = _free(document, "probe")
    keys = [key for key in _KEYS["leads"] if key in values]
    lines = [f"{key} = {_literal(key, values[key])}" for key in keys]
    return _with_table(document, f"[leads.{name}]", lines)


def _remove(document: Document, change: Change) -> str:
    section, which = table = _place(document, change, 2)
    if not _has_header(document, table):
        raise InvalidInput(f"{section} {which} {_ELSEWHERE}")
    text = _without_lines(document.text, document.lines[table], _last_line(document, table))
    for name in _texts(document.value(table)):
        rest = parse(text, document.path)
        if name in _texts({k: v for k, v in rest.data.items() if k not in ("axes", "parameters")}):
            continue  # another part still listens to this parameter
        for home in ("parameters", "axes"):
            if name in rest.data.get(home, ()):
                text = _without_key(rest, home, name)
    return text


_ACTS: dict[str, Callable[[Document, Change], str]] = {
    "set": _set, "add": _add, "remove": _remove
}  # fmt: skip


def _place(document: Document, change: Change, size: int) -> tuple[Any, ...]:
    """Place of a table or of a key in it, if the file has this table."""
    place = change.get("place")
    if not isinstance(place, list) or len(place) != size:
        raise InvalidInput(f"'place' must be a list of {size}, such as [\"gates\", 0]")
    section = arguments.choice({"place": place[0]}, "place", tuple(_KEYS))
    known: Any = document.data.get(section, {})
    which = place[1]
    if section == "gates":
        if isinstance(which, bool) or not isinstance(which, int) or not 0 <= which < len(known):
            raise InvalidInput(f"there are {len(known)} gates, got number {which!r}"[:200])
    elif not isinstance(which, str) or which not in known:
        raise UnknownName.among("lead", str(which)[: limits.NAME], list(known))
    if size == 3:
        arguments.choice({"key": place[2]}, "key", _KEYS[section])
    return tuple(place)


def _literal(key: str, value: Any, depth: int = 0) -> str:
    """A length, a list of lengths or a side as TOML."""
    if key == "side":
        return json.dumps(arguments.choice({"side": value}, "side", _SIDES))
    if isinstance(value, list) and depth < _DEEP and len(value) <= limits.NAME:
        return "[" + ", ".join(_literal(key, entry, depth + 1) for entry in value) + "]"
    if value is None and key in ("x", "y") and depth == 1:
        return '"inf"'
    number = round(arguments.number(value, key), 3)
    return f'"{number + 0.0:.10g} nm"'  # minus zero is zero


def _inserted(document: Document, table: Place, key: str, literal: str) -> str:
    """Text with one more key in a table, which is made where there is none."""
    text, end = document.text, document.spans.get(table)
    if end is not None and text[end[0]] == "{":
        inside = text[end[0] + 1 : end[1] - 1].strip()
        body = f"{{ {inside}{', ' if inside else ''}{key} = {literal} }}"
        return text[: end[0]] + body + text[end[1] :]
    if table not in document.lines:
        return _appended(text, [f"[{table[0]}]", f"{key} = {literal}"])
    lines = text.split("\n")
    last = _last_line(document, table)
    end_of_line = "\r" if lines[last - 1].endswith("\r") else ""
    lines.insert(last, f"{key} = {literal}{end_of_line}")
    return "\n".join(lines)


def _with_table(document: Document, header: str, body: list[str]) -> str:
    """Text with a table after the last one of its like, or after the contacts."""
    section = "gates" if header.startswith("[[") else "leads"
    homes = [place[:2] for place in document.lines if len(place) > 1 and place[0] == section]
    homes = homes or [place[:2] for place in document.lines if place[:1] == ("leads",)]
    ends = [_last_line(document, home) for home in homes if home in document.lines]
    if not ends:
        return _appended(document.text, [header, *body])
    lines = document.text.split("\n")
    return "\n".join([*lines[: max(ends)], "", header, *body, *lines[max(ends) :]])


def _appended(text: str, block: list[str]) -> str:
    return text.rstrip() + "\n\n" + "\n".join(block) + "\n"


def _last_line(document: Document, table: Place) -> int:
    """Line of the last value of a table, or of its header."""
    size = len(table)
    ends = [end for place, (_, end) in document.spans.items() if place[:size] == table]
    return document.text.count("\n", 0, max(ends)) + 1 if ends else document.lines[table]


def _without_lines(text: str, first: int, last: int) -> str:
    lines = text.split("\n")
    before, after = lines[: first - 1], lines[last:]
    while before and after and not before[-1].strip() and not after[0].strip():
        after = after[1:]
    return "\n".join([*before, *after])


def _without_key(document: Document, table: str, key: str) -> str:
    line = document.lines[(table, key)]
    if document.text.split("\n")[line - 1].lstrip().startswith(f"{table} "):
        raise InvalidInput(f"'{table}' {_ELSEWHERE}")
    if len(document.data[table]) > 1:
        return _without_lines(document.text, line, line)
    return _without_lines(document.text, document.lines[(table,)], line)


def _has_header(document: Document, table: Place) -> bool:
    line = document.text.split("\n")[document.lines[table] - 1].strip()
    return line.startswith("[") and document.spans.get(table) is None


def _is_depth(place: Place) -> bool:
    return len(place) == 3 and place[0] == "gates" and place[2] == "depth"


def _free(document: Document, stem: str) -> str:
    """Name that nothing in the file has."""
    taken = {*_texts(document.data), *document.data.get("leads", ())}
    taken |= {name for home in ("parameters", "axes") for name in document.data.get(home, ())}
    names = (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _texts(value: Any) -> set[str]:
    """Every text in a value."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, Mapping) else value
    return set().union(*map(_texts, inner)) if isinstance(value, Mapping | list) else set()
