"""What every section of a device file has in common."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

# A parameter that a section asks for: where in the section, its name, its unit.
Asked = tuple[str, str, str]


class Section(BaseModel):
    """Part of a device file: frozen, and without room for keys that nobody reads."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=False
    )

    def asked(self) -> Iterator[Asked]:
        """Yield the parameters of the device that this section names."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            unit = knob_unit(field.json_schema_extra)
            if unit is not None and isinstance(value, str):
                yield field.alias or name, value, unit


def knob(unit: str) -> dict[str, Any]:
    """Mark of a field that takes a number or the name of a parameter."""
    return {"parameter_unit": unit}


def knob_unit(extra: Any) -> str | None:
    """Unit of a field marked with `knob`, None for any other."""
    return extra.get("parameter_unit") if isinstance(extra, dict) else None
