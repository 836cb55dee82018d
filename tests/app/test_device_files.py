"""Device files: what is right is read, what is wrong is answered with file, line, key and cure."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sharvin.app import build
from sharvin.app.device_file import load
from sharvin.app.new import new, templates
from sharvin.app.quantities import RESERVED
from sharvin.app.toml import DeviceFileError, read
from sharvin.cli.app import main
from sharvin.device.parameters import RESERVED as RESERVED_BY_DEVICES

ROOT = Path(__file__).resolve().parents[2]
BAD = sorted((ROOT / "tests" / "bad_devices").glob("*.toml"))
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
SECONDS = 1.0  # of processor time: the clock on the wall also counts what others compute


def expected(path):
    """Line, key and part of the message that the marked line of a bad file announces."""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if "# <-- " in line:
            key, part = line.split("# <-- ")[1].split("|", 1)
            return number, key.strip(), part.strip()
    raise AssertionError(f"{path} marks no line")


def written(folder, text):
    path = folder / "device.toml"
    path.write_text(text)
    return path


def test_there_are_at_least_forty_wrong_files():
    assert len(BAD) >= 40


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_wrong_file_gets_one_line_with_place_and_cure(path, monkeypatch, capsys):
    number, key, part = expected(path)
    monkeypatch.setattr(sys, "argv", ["sharvin", "run", str(path)])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith(f"sharvin: {path}:{number}: {key}")
    assert part in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_wrong_file_is_refused_in_under_a_second_and_without_the_solver():
    program = (
        "import sys, time\n"
        "from sharvin.cli.app import main\n"
        "sys.argv = ['sharvin', 'run', sys.argv[1]]\n"
        "try:\n    main()\n"
        "finally:\n    print(time.process_time(), *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(BAD[0])],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 2
    seconds, *modules = done.stdout.split()
    assert not {"numba", "scipy", "xarray", "matplotlib"} & set(modules)
    assert float(seconds) < SECONDS


def test_several_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = new("qpc").replace('"500 nm"', '"-5 nm"').replace("mass = 0.067", "mass = -1")
    with pytest.raises(DeviceFileError) as caught:
        load(written(tmp_path, text))
    first, second = str(caught.value).splitlines()
    assert "material.mass" in first
    assert "gates[0].length" in second


@pytest.mark.parametrize("kind", templates())
def test_a_template_is_a_valid_device_file(kind, tmp_path):
    file, _ = load(written(tmp_path, new(kind)))
    assert file.experiment is not None


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_valid_device_file(path):
    file, _ = load(path)
    assert file.title


def test_commented_lines_of_the_template_are_right_too(tmp_path):
    kept = []
    for line in new("qpc").splitlines():
        inner = re.sub(r"^# (?=\[|\w+ = )", "", line)
        kept.append(line if 'width = "300 nm"' in line or line.startswith("# at") else inner)
    text = "\n".join(kept)
    file, _ = load(written(tmp_path, text))
    assert file.field is not None
    assert len(file.disorder) == 1
    assert file.fixed == {"B": 0.0}
    assert file.units == {"B": "T", "gate": "V"}


def test_the_example_is_the_wafer_of_1988():
    file, document = load(ROOT / "examples" / "qpc_van_wees.toml")
    assert file.experiment.density == pytest.approx(3.56e15)
    assert file.experiment.temperature == (0.0, 0.6, 4.2)
    device = build.device(file, document)
    assert len(device.sites) == 32_500
    gate = file.swept["gate"]
    assert np.array_equal(gate, np.linspace(gate[0], gate[-1], 200))


def test_names_that_devices_refuse_are_refused_in_files():
    assert RESERVED_BY_DEVICES <= RESERVED


def test_a_device_from_a_file_is_the_device_from_python(tmp_path):
    from sharvin.device.device import Device
    from sharvin.device.gates import split_gate
    from sharvin.device.lead import lead
    from sharvin.device.regions import rectangle
    from sharvin.matter.electron_gas import electron_gas

    text = new("qpc").replace('"1.5 um"', '"300 nm"').replace('"0.78 um"', '"240 nm"')
    file, document = load(written(tmp_path, text))
    same = Device(
        electron_gas(mass=0.067, spacing="6 nm"),
        region=rectangle(length="300 nm", width="240 nm"),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=split_gate(gap="250 nm", length="500 nm", depth="60 nm", voltage="gate"),
    )
    found = build.device(file, document)
    assert found.parameters == same.parameters
    point = {"gate": -0.9}
    assert np.array_equal(found.values(point), same.values(point))


SHAPES = {
    "rectangle": 'shape = "rectangle"\nlength = "90 nm"\nwidth = "60 nm"',
    "disk": 'shape = "disk"\nradius = "50 nm"',
    "ring": 'shape = "ring"\ninner = "30 nm"\nouter = "60 nm"',
    "polygon": 'shape = "polygon"\ncorners = [["0 nm", "0 nm"], ["90 nm", "0 nm"], '
    '["0 nm", "90 nm"]]',
}
GATES = {
    "gate": 'kind = "gate"\nx = ["-9 nm", "9 nm"]\ny = ["9 nm", "inf"]\ndepth = "30 nm"\n'
    'voltage = "V"',
    "polygon_gate": 'kind = "polygon_gate"\ncorners = [["0 nm", "0 nm"], ["9 nm", "0 nm"], '
    '["0 nm", "9 nm"]]\ndepth = "30 nm"\nvoltage = "V"',
    "saddle": 'kind = "saddle"\nomega_x = "1 meV"\nomega_y = "V"',
    "taper": 'kind = "taper"\nomega_y = "3 meV"\nlength = "40 nm"\nheight = "V"',
    "cosh_barrier": 'kind = "cosh_barrier"\nheight = "V"\nlength = "40 nm"',
    "table": 'kind = "table"\nfile = "table.csv"\nfactor = "V"',
}
AXIS = (-60, -20, 20, 60)
DISORDERS = {
    "short_range": 'kind = "short_range"\nstrength = "1 meV"\nseed = "V"',
    "correlated": 'kind = "correlated"\nstrength = "V"\ncorrelation_length = "20 nm"',
    "donors": 'kind = "donors"\nsetback = "30 nm"\nstrength = "V"',
}


def small(region=SHAPES["rectangle"], extra="", value="0"):
    return (
        '[material]\nkind = "electron_gas"\nmass = 0.067\nspacing = "6 nm"\n'
        f'[region]\n{region}\n[leads.a]\nside = "left"\n{extra}\n[parameters]\nV = {value}\n'
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_becomes_a_device_of_about_its_area(shape, tmp_path):
    text = small(SHAPES[shape]).replace("[parameters]\nV = 0\n", "")
    file, document = load(written(tmp_path, text))
    sites = len(build.device(file, document).sites)
    # the edge blurs the count; ten sites across blur it by less than a third
    assert sites * 36 == pytest.approx(file.region.area, rel=0.35)


@pytest.mark.parametrize("kind", [*GATES, *DISORDERS])
def test_every_potential_takes_its_parameter(kind, tmp_path):
    section = f"[[gates]]\n{GATES[kind]}" if kind in GATES else f"[[disorder]]\n{DISORDERS[kind]}"
    rows = [f"{x},{y},{x * y}" for x in AXIS for y in AXIS]
    (tmp_path / "table.csv").write_text("x,y,U\n" + "\n".join(rows))
    file, document = load(written(tmp_path, small(extra=section)))
    device = build.device(file, document)
    assert device.parameters == ("V",)
    assert np.isfinite(device.potential_energy({"V": 1.0})).all()


def test_lines_are_found_in_arrays_tables_and_strings(tmp_path):
    text = (
        'a = """\nx = 1\n"""\n[[t]]\n"q k" = { u = 1, v = [1,\n 2] }\n[[t]]\nb = "]#"\n'
        "[t.s]\nc = 1979-05-27 # d = 3\n"
    )
    document = read(written(tmp_path, text))
    found = {place: line for place, line in document.lines.items() if place}
    assert found[("a",)] == 1
    assert found[("t", 0, "q k", "u")] == 5
    assert found[("t", 0, "q k", "v", 1)] == 6
    assert found[("t", 1, "b")] == 8
    assert found[("t", 1, "s", "c")] == 10
    assert document.line(("t", 1, "missing")) == 7


def test_a_missing_file_says_how_to_get_one(tmp_path):
    with pytest.raises(DeviceFileError, match="sharvin new qpc"):
        load(tmp_path / "nothing.toml")


def test_what_only_the_lattice_can_refuse_still_has_its_place(tmp_path):
    extra = f"[[gates]]\n{GATES['table']}"
    (tmp_path / "table.csv").write_text("x,y,U\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n")
    file, document = load(written(tmp_path, small(extra=extra)))
    with pytest.raises(
        DeviceFileError, match=r"device.toml:11: gates\[0\]: .*points along x and y"
    ):
        build.device(file, document)


def test_every_key_is_documented():
    from sharvin.app.device_file import DeviceFile
    from sharvin.app.problems import _classes

    text = (ROOT / "docs" / "device-files.md").read_text()
    sections = {DeviceFile}
    while True:
        fields = [field for one in sections for field in one.model_fields.values()]
        more = {inner for field in fields for inner in _classes(field.annotation)}
        if more <= sections:
            break
        sections |= more
    keys = {field.alias or name for one in sections for name, field in one.model_fields.items()}
    assert len(keys) > 40
    missing = [key for key in sorted(keys) if f"`{key}`" not in text and f"[{key}" not in text]
    assert not missing


def test_the_toml_in_the_documentation_is_valid():
    import tomllib

    text = (ROOT / "docs" / "device-files.md").read_text()
    for block in re.findall(r"^```toml\n(.*?)^```", text, flags=re.M | re.S):
        assert tomllib.loads(block)["axes"]["gate"]["points"] == 200
