"""From a device file to a figure and data, through the command line."""

import sys

import numpy as np
import pytest
import xarray as xr

from sharvin.app.new import new
from sharvin.cli.app import main

WIRE = (
    new("wire")
    .replace('"4 nm"', '"8 nm"')
    .replace('"200 nm"', '"64 nm"')
    .replace("points = 200", "points = 23")
)


def run(monkeypatch, capsys, *arguments):
    """Exit code, standard output and standard error of ``sharvin ARGUMENTS``."""
    monkeypatch.setattr(sys, "argv", ["sharvin", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


@pytest.fixture
def wire(tmp_path):
    path = tmp_path / "wire.toml"
    path.write_text(WIRE)
    return path


def test_new_prints_a_file_that_show_draws(monkeypatch, capsys, tmp_path):
    code, text, _ = run(monkeypatch, capsys, "new", "qpc")
    assert code == 0
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('"6 nm"', '"20 nm"'))
    picture = tmp_path / "picture.png"
    code, out, _ = run(monkeypatch, capsys, "show", path, "--out", picture, "-p", "gate=-900 mV")
    assert code == 0
    assert "2 925 sites" in out
    assert "gate = −0.9 V" in out
    assert f"picture: {picture}" in out
    assert picture.stat().st_size > 10_000


def test_an_unknown_template_or_parameter_is_one_line(monkeypatch, capsys, wire):
    code, out, err = run(monkeypatch, capsys, "new", "qcp")
    assert (code, out) == (2, "")
    assert "did you mean 'qpc'" in err
    code, _, err = run(monkeypatch, capsys, "show", wire, "-p", "gate=1")
    assert code == 2
    assert "there is no parameter here" in err


def test_a_run_leaves_figure_table_and_data_and_says_where(monkeypatch, capsys, wire, tmp_path):
    out = tmp_path / "results"
    code, said, _ = run(monkeypatch, capsys, "run", wire, "--out", out, "--workers", 1, "--quiet")
    assert code == 0
    for suffix in ("png", "pdf", "csv", "nc", "sharvin"):
        assert (out / f"wire.{suffix}").stat().st_size > 0
    for suffix in ("png", "csv", "nc"):
        assert str(out / f"wire.{suffix}") in said
    with xr.open_dataarray(out / "wire.nc", engine="h5netcdf") as g:
        # a clean wire counts its modes: exact up to rounding
        assert np.allclose(g, np.round(g), atol=1e-9)
        assert g.attrs["units"] == "2e²/h"
        assert g.attrs["device_file"] == WIRE
        assert g.energy.attrs["units"] == "meV"
    assert "plateau" in said


def test_an_earlier_run_is_continued_or_forgotten_only_when_asked(
    monkeypatch, capsys, wire, tmp_path
):
    command = ("run", wire, "--out", tmp_path / "r", "--workers", 1, "--quiet")
    assert run(monkeypatch, capsys, *command)[0] == 0
    first = (tmp_path / "r" / "wire.csv").read_bytes()
    code, _, err = run(monkeypatch, capsys, *command)
    assert code == 2
    assert "--resume" in err
    assert "--fresh" in err
    code, _, _ = run(monkeypatch, capsys, *command, "--resume")
    assert code == 0
    assert (tmp_path / "r" / "wire.csv").read_bytes() == first
    wire.write_text(WIRE.replace('"64 nm"', '"72 nm"'))
    code, _, err = run(monkeypatch, capsys, *command, "--resume")
    assert code == 2
    assert "device changed" in err
    assert run(monkeypatch, capsys, *command, "--fresh")[0] == 0


def test_stored_results_are_exported_and_explained(monkeypatch, capsys, wire, tmp_path):
    out = tmp_path / "r"
    run(monkeypatch, capsys, "run", wire, "--out", out, "--workers", 1, "--quiet")
    code, said, _ = run(
        monkeypatch, capsys, "export", out / "wire.sharvin", "--out", tmp_path / "b"
    )
    assert code == 0
    assert (tmp_path / "b.csv").read_text() == (out / "wire.csv").read_text()
    assert str(tmp_path / "b.png") in said
    code, said, _ = run(monkeypatch, capsys, "explain", out / "wire.nc")
    assert code == 0
    assert "conductance" in said.lower()
    code, _, err = run(monkeypatch, capsys, "explain", tmp_path / "nothing.nc")
    assert code == 2
    assert "there is no such file" in err


def test_a_file_without_an_experiment_can_be_shown_but_not_run(monkeypatch, capsys, tmp_path):
    path = tmp_path / "bare.toml"
    path.write_text(WIRE[: WIRE.index("[experiment]")])
    code, _, err = run(monkeypatch, capsys, "run", path, "--out", tmp_path)
    assert code == 2
    assert "there is no [experiment]" in err
    assert run(monkeypatch, capsys, "show", path, "--out", tmp_path / "p.png")[0] == 0


def test_a_device_too_large_is_refused_before_it_is_built(monkeypatch, capsys, wire, tmp_path):
    monkeypatch.setattr("sharvin.app.budget.available_memory", lambda: 1e3)
    monkeypatch.setattr("sharvin.app.build.device", lambda *_: pytest.fail("it was built"))
    code, _, err = run(monkeypatch, capsys, "run", wire, "--out", tmp_path)
    assert code == 2
    assert "of memory; this machine has" in err


def test_a_resistance_and_a_fano_factor_run_too(monkeypatch, capsys, wire, tmp_path):
    ends = 'measure = "conductance"\nfrom = "source"\nto = "drain"\n'
    for measure, lines in {
        "resistance": 'measure = "resistance"\ncurrent = ["source", "drain"]\n'
        'voltage = ["source", "drain"]\n',
        "fano_factor": 'measure = "fano_factor"\nfrom = "source"\nto = "drain"\n',
    }.items():
        text = WIRE.replace(ends, lines).replace('unit = "2e²/h"\n', "")
        text = text.replace('from = "0.05 meV"', 'from = "2 meV"')
        wire.write_text(text)
        code, said, err = run(
            monkeypatch, capsys, "run", wire, "--out", tmp_path / measure, "--workers", 1, "-q"
        )
        assert code == 0, err
        assert str(tmp_path / measure / "wire.png") in said


def test_ctrl_c_says_how_to_go_on(monkeypatch, capsys, wire, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt("stopped; 3 of 4 chunks are safe")

    monkeypatch.setattr("sharvin.sweeps.measure.conductance", stop)
    code, _, err = run(monkeypatch, capsys, "run", wire, "--out", tmp_path)
    assert code == 130
    assert err == "sharvin: stopped; 3 of 4 chunks are safe (add --resume)\n"
