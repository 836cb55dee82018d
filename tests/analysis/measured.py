"""The real traces, where they are; every test that needs them says why it is skipped."""

from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def data(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"measured data are not part of the package: no {path.name} in ../shared/data")
    return path
