"""The command refuses in one sentence what cannot be served."""

import socket
import sys

import pytest

from sharvin.cli.app import main
from sharvin.errors import InvalidInput, MissingExtra
from sharvin.studio.serve import serve


def test_without_the_extra_the_command_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.setattr(sys, "argv", ["sharvin", "studio", "--no-open"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    # whichever of its packages is missed first
    assert "pip install 'sharvin[studio]'" in said
    assert said.count("\n") == 1


def test_a_port_that_is_taken_is_named(tmp_path):
    pytest.importorskip("uvicorn", reason="needs the server: pip install 'sharvin[studio]'")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"port {port} cannot be used"):
            serve(port, tmp_path, open_browser=False)


def test_results_go_into_a_folder(tmp_path):
    pytest.importorskip("uvicorn", reason="needs the server: pip install 'sharvin[studio]'")
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InvalidInput, match="is a file"):
        serve(0, file, open_browser=False)


def test_a_missing_package_is_a_missing_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(MissingExtra, match="studio"):
        serve(0, tmp_path, open_browser=False)
