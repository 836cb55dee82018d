"""From a measured file to report, figure and data, through the command line."""

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from sharvin import analysis
from sharvin.app.analyse import KINDS, column
from sharvin.cli.app import main


def run(monkeypatch, capsys, *arguments):
    """Exit code, standard output and standard error of ``sharvin analyse ARGUMENTS``."""
    monkeypatch.setattr(sys, "argv", ["sharvin", "analyse", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


def table(path, **columns):
    """A table as an instrument writes it: a line of names, then numbers."""
    np.savetxt(
        path, np.column_stack(list(columns.values())), delimiter=",", header=",".join(columns),
        comments="",
    )  # fmt: skip
    return path


@pytest.fixture
def staircase(tmp_path):
    record = analysis.synthetic_contact(points=500, plateaus=4, series_resistance=400.0)
    return table(tmp_path / "stairs.csv", Vg=record.gate.values, G=record.G.values)


@pytest.fixture
def ramp(tmp_path):
    """Nothing but a straight line and noise."""
    x = np.linspace(0.0, 1.0, 400)
    noise = 0.1 * np.random.default_rng(0).standard_normal(x.size)
    return table(tmp_path / "ramp.csv", Vg=x, G=40 * x + noise)


MICROSIEMENS = ("-c", "gate=Vg:V", "-c", "G=G:uS")


def test_a_staircase_gives_its_series_resistance_and_every_file(
    monkeypatch, capsys, staircase, tmp_path
):
    out = tmp_path / "results"
    code, text, err = run(monkeypatch, capsys, staircase, *MICROSIEMENS, "--out", out)
    assert (code, err) == (0, "")
    assert "plateaus: proposed" in text  # auto says what it took
    assert "R_s = 40" in text or "R_s = 399" in text  # 400 Ω with an error of about one
    names = {path.name for path in out.iterdir()}
    stem = "stairs-plateaus"
    assert names == {f"{stem}{end}" for end in (".png", ".html", "-corrected.nc", "-corrected.csv")}
    assert all(f"wrote {out / name}" in text for name in names)
    assert (out / f"{stem}.png").read_bytes().startswith(b"\x89PNG")
    page = (out / f"{stem}.html").read_text(encoding="utf-8")
    assert "data:image/png;base64," in page
    assert "R_N = R_s" in page


def test_corrected_data_lie_on_whole_numbers_in_both_formats(
    monkeypatch, capsys, staircase, tmp_path
):
    run(
        monkeypatch, capsys, staircase, "--kind", "plateaus", *MICROSIEMENS, "--out", tmp_path,
    )  # fmt: skip
    with xr.open_dataset(tmp_path / "stairs-plateaus-corrected.nc", engine="h5netcdf") as record:
        corrected = record.G_corrected.values
        gate = record.gate.values
    middle = np.abs(gate - (-1.5 + 0.1 * 3.0)) < 0.01  # third plateau: no riser is near
    # Noise of a point is 0.005 steps, here averaged over twenty; R_s is known to about one ohm.
    assert corrected[middle].mean() == pytest.approx(3.0, abs=0.01)
    lines = (tmp_path / "stairs-plateaus-corrected.csv").read_text().splitlines()
    assert "(V)" in lines[0]
    place = next(i for i, name in enumerate(lines[0].split(",")) if "G_corrected" in name)
    again = np.array([float(line.split(",")[place]) for line in lines[1:]])
    np.testing.assert_allclose(again, corrected[np.isfinite(corrected)], rtol=1e-6)  # eight digits


def test_a_map_gives_the_diamonds_it_was_made_of(monkeypatch, capsys, tmp_path):
    record = analysis.synthetic_diamonds(diamonds=2, points=(81, 81))
    grid = np.zeros((82, 82))
    grid[0, 1:], grid[1:, 0] = record.gate, record.bias
    grid[1:, 1:] = record.I
    path = tmp_path / "map.dat"
    np.savetxt(path, grid)
    code, text, _ = run(
        monkeypatch, capsys, path, "-c", "gate=0:V", "-c", "bias=1:mV", "-c", "I=2:nA",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0
    assert "diamonds: proposed" in text
    assert "Coulomb diamonds: 2 complete" in text
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"map-diamonds.png",
                                                             "map-diamonds.html"}  # fmt: skip


def test_an_unrelated_trace_is_refused_but_its_figure_is_written(
    monkeypatch, capsys, ramp, tmp_path
):
    out = tmp_path / "out"
    code, _, err = run(monkeypatch, capsys, ramp, "--kind", "plateaus", *MICROSIEMENS, "--out", out)
    assert code == 2
    assert err.startswith("sharvin: no plateaus found")
    assert err.count("\n") == 1
    assert "no plateaus found" in (out / "ramp-plateaus.html").read_text(encoding="utf-8")


def test_auto_says_what_it_tried(monkeypatch, capsys, ramp, tmp_path):
    code, _, err = run(monkeypatch, capsys, ramp, *MICROSIEMENS, "--out", tmp_path / "out")
    assert code == 2
    assert "no plateaus found" in err
    assert "no peaks found" in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-c", "gate=Vgg:V", "-c", "G=G:uS"), "unknown column 'Vgg'; did you mean 'Vg'?"),
        (("--kind", "plateau"), "did you mean 'plateaus'"),
        (("-c", "gate"), "--column takes NAME=COLUMN:UNIT"),
        (("--kind", "kondo"), "unknown column 'T'"),
        (("--kind", "kondo", "-c", "T=Vg:V", "-c", "G=G:uS"), "is a voltage"),
        (("--kind", "kondo", "-c", "T=Vg", "-c", "G=G:uS"), "(-c T=COLUMN:K)"),
    ],
)
def test_a_mistake_is_one_line(monkeypatch, capsys, staircase, tmp_path, arguments, message):
    code, out, err = run(monkeypatch, capsys, staircase, *arguments, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_binary_content_is_one_line(monkeypatch, capsys, tmp_path):
    path = tmp_path / "garbage.dat"
    path.write_bytes(np.random.default_rng(0).bytes(4000))
    code, out, err = run(monkeypatch, capsys, path, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert "binary content, not a table" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["load", "clean"])
def test_a_verb_stays_a_verb_when_its_file_is_imported_first(name):
    code = f"import sharvin.analysis.{name}; assert callable(sharvin.analysis.{name})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def _curves():
    """Kind -> columns, units on the command line, value, and what it was made with."""
    field = np.linspace(-0.05, 0.05, 201)
    kelvin = np.geomspace(0.05, 5.0, 40)
    bias = np.linspace(-1.0, 1.0, 101)
    two = np.full(bias.size, 2.0)
    noise = analysis.synthetic_noise(bias, fano=0.3, temperature=0.3, conductance=2.0)
    hall, _ = analysis.synthetic_hall(field, density=3e15)
    sigma = analysis.synthetic_magnetoconductance(field, coherence_length=600.0)
    lengths = 1e-3 * analysis.synthetic_dephasing(kelvin)
    hops = analysis.synthetic_hopping(kelvin, hopping_temperature=20.0)
    resonance = analysis.synthetic_kondo(kelvin, kondo_temperature=0.5)
    power = analysis.synthetic_power_law(kelvin, exponent=0.8)
    # Microvolts, millitesla and the like: the units of the table are not those of the fit.
    return {
        "noise": ({"bias": 1e3 * bias, "S": noise, "G": two},
                  ("bias=bias:uV", "S=S:A²/Hz", "G=G:e²/h"), "fano", 0.3),
        "hall": ({"B": 1e3 * field, "Rxy": hall}, ("B=B:mT", "Rxy=Rxy:Ohm"), "density", 3e15),
        "magnetoconductance": ({"B": field, "s": sigma}, ("B=B:T", "conductivity=s:e²/h"),
                               "coherence_length", 600.0),
        "dephasing": ({"T": kelvin, "L": lengths}, ("T=T:K", "L_phi=L:um"), "length", 900.0),
        "hopping": ({"T": kelvin, "G": hops}, ("T=T:K", "G=G:e²/h"),
                    "ln_hopping_temperature", np.log(20.0)),
        "kondo": ({"T": 1e3 * kelvin, "G": resonance}, ("T=T:mK", "G=G:e²/h"),
                  "kondo_temperature", 0.5),
        "luttinger": ({"T": kelvin, "G": power}, ("T=T:K", "G=G:2e²/h"), "exponent", 0.8),
    }  # fmt: skip


CURVES = _curves()


def test_every_curve_kind_is_tested_and_named_by_the_help(monkeypatch, capsys):
    others = {"diamonds", "bias-diamonds", "plateaus", "risers", "peaks"}
    assert {*KINDS} - others == {*CURVES}
    _, text, _ = run(monkeypatch, capsys, "--help")
    assert all(kind in text for kind in KINDS)


@pytest.mark.parametrize("kind", CURVES)
def test_a_curve_gives_the_number_it_was_made_with(tmp_path, kind):
    columns, places, name, value = CURVES[kind]
    path = table(tmp_path / "curve.csv", **columns)
    record = analysis.load(path, columns=dict(map(column, places)))
    (fit,) = KINDS[kind](record, {})
    # Five errors: one run in two million misses by chance, and the seeds are fixed.
    assert abs(fit.values[name] - value) < 5 * fit.errors[name]
    assert fit.errors[name] < 0.1 * value


def test_a_curve_leaves_figure_and_page(monkeypatch, capsys, tmp_path):
    columns, places, *_ = CURVES["kondo"]
    path = table(tmp_path / "curve.csv", **columns)
    options = [word for place in places for word in ("-c", place)]
    out = tmp_path / "out"
    code, text, _ = run(monkeypatch, capsys, path, "--kind", "kondo", *options, "--out", out)
    assert code == 0
    assert "kondo_temperature" in text
    assert "G in e²/h" in text  # that of the maximum
    assert {p.name for p in out.iterdir()} == {"curve-kondo.png", "curve-kondo.html"}


def map_table(path, record, name):
    """A map as an instrument writes it: first row the gate, first column the bias."""
    body = record[name].values
    grid = np.zeros((body.shape[0] + 1, body.shape[1] + 1))
    grid[0, 1:], grid[1:, 0], grid[1:, 1:] = record.gate, record.bias, body
    np.savetxt(path, grid)
    return path


def _proposals():
    """Kind -> how its synthetic example is written and what else the call says."""
    dot = analysis.synthetic_diamonds(diamonds=2, points=(81, 81))
    contact = analysis.synthetic_bias_map(subbands=3, points=(91, 45), noise=0.02)
    stairs = analysis.synthetic_contact(points=400, plateaus=4)
    x = np.linspace(0.0, 1.0, 300)
    peaks = sum(20 / np.cosh((x - c) / 0.03) ** 2 for c in (0.2, 0.5, 0.8))
    peaks = peaks + 0.2 * np.random.default_rng(0).standard_normal(x.size)
    axes = ("gate=0:V", "bias=1:mV")
    found = {
        "diamonds": (lambda p: map_table(p, dot, "I"), (*axes, "I=2:nA")),
        "bias-diamonds": (lambda p: map_table(p, contact, "G"), (*axes, "G=2:uS")),
        "plateaus": (lambda p: table(p, gate=stairs.gate, G=stairs.G), ("gate=gate:V", "G=G:uS")),
        "peaks": (lambda p: table(p, gate=x, G=peaks), ("gate=gate:V", "G=G:uS")),
    }
    for kind, (columns, places, *_) in CURVES.items():
        found[kind] = (lambda p, c=columns: table(p, **c), places)
    return found


PROPOSALS = _proposals()


@pytest.mark.parametrize("kind", PROPOSALS)
def test_auto_proposes_the_kind_that_made_the_data(tmp_path, kind):
    from sharvin.app.analyse import _propose

    write, places = PROPOSALS[kind]
    record = analysis.load(write(tmp_path / "data.txt"), columns=dict(map(column, places)))
    chosen, fits, said = _propose(record, {})
    assert chosen == kind
    assert fits[0].converged
    assert said[-1].startswith(f"{kind}: proposed")


@pytest.mark.parametrize(
    ("kind", "option", "message"),
    [
        ("plateaus", ("--lever-arm", "0.05"), "means nothing to plateaus; it is used by"),
        ("diamonds", ("--lever-arm", "0.05"), "means nothing to diamonds"),
        ("kondo", ("--lever-arm", "0.05"), "means nothing to kondo"),
        ("auto", ("--lever-arm", "0.05"), "means nothing to plateaus"),
        ("peaks", ("--series-resistance", "300"), "used by --kind bias-diamonds"),
        ("risers", ("--lever-arm", "-1"), "--lever-arm is positive"),
        ("bias-diamonds", ("--series-resistance", "-1"), "zero or more"),
    ],
)
def test_an_option_without_a_meaning_is_refused(
    monkeypatch, capsys, staircase, tmp_path, kind, option, message
):
    arguments = (staircase, "--kind", kind, *MICROSIEMENS, *option, "--out", tmp_path / "out")
    code, out, err = run(monkeypatch, capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_lever_arm_turns_risers_into_energies(tmp_path, staircase):
    record = analysis.load(staircase, columns=dict(map(column, ("gate=Vg:V", "G=G:uS"))))
    _, risers = KINDS["risers"](record, {"lever_arm": 0.05})
    assert "ħω_x at most" in risers.report()


def test_bias_diamonds_leave_both_curvatures_and_two_figures(monkeypatch, capsys, tmp_path):
    write, places = PROPOSALS["bias-diamonds"]
    options = [word for place in places for word in ("-c", place)]
    path, out = write(tmp_path / "map.dat"), tmp_path / "out"
    code, text, err = run(
        monkeypatch, capsys, path, "--kind", "bias-diamonds", *options, "--out", out
    )
    assert (code, err) == (0, "")
    assert "spacing_1" in text
    assert "hbar_omega_x_1" in text
    names = {"map-bias-diamonds.png", "map-bias-diamonds-2.png", "map-bias-diamonds.html"}
    assert {p.name for p in out.iterdir()} == names


def test_a_map_without_diamonds_is_refused_with_its_figure(monkeypatch, capsys, tmp_path):
    _, places = PROPOSALS["bias-diamonds"]
    contact = analysis.synthetic_bias_map(subbands=1, points=(41, 31))
    path = map_table(tmp_path / "map.dat", contact, "G")
    options = [word for place in places for word in ("-c", place)]
    out = tmp_path / "out"
    code, _, err = run(monkeypatch, capsys, path, "--kind", "bias-diamonds", *options, "--out", out)
    assert code == 2
    assert err.startswith("sharvin: no bias diamonds found: one riser only")
    assert (out / "map-bias-diamonds.png").exists()


@pytest.mark.parametrize("kind", CURVES)
def test_a_flat_curve_is_refused(monkeypatch, capsys, tmp_path, kind):
    columns, places, *_ = CURVES[kind]
    first, *others = columns
    rng = np.random.default_rng(1)
    flat = {n: np.full(columns[n].size, columns[n].mean()) for n in others}
    flat = {n: v * (1 + 0.01 * rng.standard_normal(v.size)) for n, v in flat.items()}
    path = table(tmp_path / "flat.csv", **{first: columns[first]}, **flat)
    options = [word for place in places for word in ("-c", place)]
    monkeypatch.setattr("sharvin.app.analyse._write", lambda *_: ())  # figures are tested above
    code, _, err = run(monkeypatch, capsys, path, "--kind", kind, *options)
    assert code == 2
    assert err.count("\n") == 1
