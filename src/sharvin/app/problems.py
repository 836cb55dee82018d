"""From pydantic's errors to one sentence each: key, what came, what would be right."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sharvin.app.section import Section
from sharvin.app.toml import DeviceFileError, Document, Place, spelled
from sharvin.errors import UnknownName

MOST_SHOWN = 8
# pydantic's name of an error -> what a reader needs to hear
_NEEDED = {
    "string_type": "needed is text in quotes",
    "bool_type": "needed is true or false, without quotes",
    "bool_parsing": "needed is true or false, without quotes",
    "tuple_type": "needed is a list in [brackets]",
    "list_type": "needed is a list in [brackets]",
    "dict_type": "needed is a table; write [{key}.NAME] above its keys",
    "model_type": "needed is a table with keys of its own",
    "model_attributes_type": "needed is a table; write [{key}] above its keys",
}


_HINT = "; `sharvin new qpc` prints a whole file to start from"


def from_pydantic(error: ValidationError, document: Document, root: type[Section]) -> list[Any]:
    """Place and complaint of every error."""
    found = []
    for item in error.errors():
        loc = item["loc"]
        if item["type"].startswith("union_tag") and isinstance(item["input"], Mapping):
            loc = (*loc, item["ctx"]["discriminator"].strip("'"))
        place, tags = _place(loc, document.data)
        if item["type"] == "missing" and place and isinstance(place[-1], int):
            item["type"], place = "too_short", place[:-1]
        found.append((place, _complaint(item, place, tags, root)))
    return found


def refuse(problems: list[tuple[Place, str]], document: Document) -> None:
    """Raise one error with a line for every problem, in the order of the file."""
    if not problems:
        return
    ordered = sorted(problems, key=lambda problem: document.line(problem[0]))
    errors = [document.error(*problem) for problem in ordered]
    lines = [str(error) for error in errors[:MOST_SHOWN]]
    if len(ordered) > MOST_SHOWN:
        lines.append(f"... and {len(ordered) - MOST_SHOWN} more")
    raise DeviceFileError("\n".join(lines), [error.problems[0] for error in errors])


def written(value: Any) -> str:
    """``value`` as it would stand in the file."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {written(entry)}" for key, entry in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _place(loc: Place, data: Any) -> tuple[Place, tuple[str, ...]]:
    """Place in the file, and the kinds that pydantic inserted into it."""
    place: list[str | int] = []
    tags: list[str] = []
    for index, step in enumerate(loc):
        inside = isinstance(data, list) or (isinstance(data, Mapping) and step in data)
        if inside or index == len(loc) - 1:
            place.append(step)
            try:
                data = data[step]
            except (KeyError, IndexError, TypeError):
                data = None
        else:
            tags.append(str(step))
    return tuple(place), tuple(tags)


def _complaint(
    item: Mapping[str, Any], place: Place, tags: tuple[str, ...], root: type[Section]
) -> str:
    kind, came = item["type"], written(item["input"])
    key = str(place[-1]) if place else ""
    section = _section(root, place[:-1], tags)
    field = _fields(section).get(key) if section else None
    if kind == "extra_forbidden":
        known = sorted(_fields(section)) if section else []
        return f"{UnknownName.among('key', key, known)}"
    if kind == "missing":
        return f"is missing{_example(key, field) or _HINT}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _kinds(item, place)
    if kind == "literal_error":
        return f"got {came}; needed is one of {', '.join(map(written, _choices(field)))}"
    if kind == "value_error":
        reason = str(item["ctx"]["error"])
        return f"got {came}: {reason}" + ("" if "write" in reason else _example(key, field))
    if kind in ("too_short", "too_long"):
        context = item.get("ctx", {})
        count = context.get("min_length", context.get("max_length", "more"))
        return f"got {came}; needed are {count} entries{_example(key, field)}"
    if kind == "tuple_type" and isinstance(item["input"], Mapping):
        return f"needed is a list of tables; write [[{key}]], with two brackets, above each"
    needed = _NEEDED.get(kind, item["msg"]).format(key=key)
    return f"got {came}; {needed}{_example(key, field)}"


def _example(key: str, field: FieldInfo | None) -> str:
    if field is None or not field.examples:
        return ""
    text = field.description
    return f"; write for example {key} = {written(field.examples[0])}" + (
        f" ({text})" if text else ""
    )


def _kinds(item: Mapping[str, Any], place: Place) -> str:
    """Complaint about the key that says which kind of section this is."""
    context = item["ctx"]
    key = context["discriminator"].strip("'")
    if item["type"] == "union_tag_not_found":
        came = item["input"]
        if not isinstance(came, Mapping):
            return f"got {written(came)}; needed is a table with the key {key}"
        return f"is missing; write for example {key} = {_FIRST[str(place[0])]}"
    known = [text.strip("' ") for text in context["expected_tags"].split(",")]
    return f"{UnknownName.among(key, context['tag'], known)}"


_FIRST = {
    "material": '"electron_gas"',
    "region": '"rectangle"',
    "gates": '"split_gate"',
    "disorder": '"short_range"',
    "experiment": '"conductance"',
}


def _choices(field: FieldInfo | None) -> tuple[Any, ...]:
    return get_args(field.annotation) if field is not None else ()


def _fields(section: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields of a section by the key that stands in the file."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _section(root: type[Section], place: Place, tags: tuple[str, ...]) -> type[BaseModel] | None:
    """Class of the section at ``place``; ``tags`` choose among several kinds."""
    section: type[BaseModel] | None = root
    left = list(tags)
    for step in place:
        fields = _fields(section) if section else {}
        if isinstance(step, str) and step in fields:
            section = _chosen(list(_classes(fields[step].annotation)), fields[step], left)
    return section


def _chosen(classes: list[type[BaseModel]], field: FieldInfo, tags: list[str]) -> Any:
    if len(classes) < 2:
        return classes[0] if classes else None
    for one in classes:
        for inner in one.model_fields.values():
            if tags and tags[0] in get_args(inner.annotation):
                tags.pop(0)
                return one
    return None


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """Sections that an annotation mentions, inside unions, lists and mappings too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _classes(inner)


__all__ = ["from_pydantic", "refuse", "spelled", "written"]
