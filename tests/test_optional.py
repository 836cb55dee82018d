"""A missing optional dependency is named together with the command that installs it."""

import pytest

from sharvin.errors import MissingExtra
from sharvin.optional import require


def test_a_module_that_is_there_comes_back():
    import json

    assert require("json", extra="web") is json


def test_a_missing_one_is_refused_with_the_install_line():
    with pytest.raises(MissingExtra, match=r"pip install 'sharvin\[studio\]'"):
        require("no_such_module.part", extra="studio")
    with pytest.raises(MissingExtra, match=r"pip install no_such_module$"):
        require("no_such_module")


def test_a_module_whose_own_import_fails_is_not_called_missing(tmp_path, monkeypatch):
    (tmp_path / "broken_module_xyz.py").write_text("import a_dependency_that_is_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="a_dependency_that_is_not_there"):
        require("broken_module_xyz", extra="studio")
