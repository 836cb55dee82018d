"""Files of every kind become the same record; bad ones are refused in a sentence, untouched."""

import json
import sqlite3

import h5py
import numpy as np
import pytest
import xarray as xr

from sharvin.analysis.load import load
from sharvin.errors import InvalidInput, ShapeMismatch, UnitError, UnknownName

GATE, G = np.array([-1.5, -1.4, -1.3, -1.2]), np.array([0.5, 77.5, 154.25, 200.0])
WANTED = {"gate": ("Vg", "V"), "G": (1, "uS")}

DIALECTS = {
    "comma": "Vg (V),G (uS)\n-1.5,0.5\n-1.4,77.5\n-1.3,154.25\n-1.2,200\n",
    "german": "# Montag\nVg [V];G [uS]\n-1,5;0,5\n-1,4;77,5\n-1,3;154,25\n-1,2;200\n",
    "tab": "% a log\n%Vg\tG\n-1.5\t0.5\n-1.4\t77.5\n-1.3\t154.25\n-1.2\t2e2\n",
    "spaces": "  Vg      G\n  -1.5    0.5\n  -1.4   77.5\n -1.3  154.25\n -1.2  200 \n",
    "units below": "Vg,G\nV,uS\n-1.5,0.5,\n-1.4,77.5,\n-1.3,154.25,\n-1.2,200,\n",
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
def test_text_of_any_dialect_gives_the_same_numbers(tmp_path, text):
    path = tmp_path / "trace.csv"
    path.write_text(text, encoding="utf-8")
    record = load(path, columns=WANTED)
    assert record.gate.values == pytest.approx(GATE)
    assert record.G.values == pytest.approx(G)
    assert record.G.attrs["units"] == "uS"
    assert len(record.attrs["sha256"]) == 64


def test_ragged_columns_end_in_nan_and_pairs_of_files_make_traces(tmp_path):
    (tmp_path / "v.csv").write_text("1,2\n2,3\n3,\n")
    (tmp_path / "g.csv").write_text("10,20\n20,30\n30,\n")
    record = load((tmp_path / "v.csv", tmp_path / "g.csv"), columns={"gate": "V", "G": "uS"})
    assert dict(record.sizes) == {"point": 3, "trace": 2}
    assert np.isnan(record.G.values[2, 1])
    (tmp_path / "g.csv").write_text("10,20\n20,30\n")
    with pytest.raises(ShapeMismatch, match="same rows"):
        load((tmp_path / "v.csv", tmp_path / "g.csv"))


def test_a_table_with_axes_is_a_map(tmp_path):
    rows = ["\t0.1\t0.2\t0.3\t0.4"] + [f"{b}\t1\t2\t3\t4" for b in (-2, -1, 0, 1)]
    (tmp_path / "map.dat").write_text("\n".join(rows))
    record = load(tmp_path / "map.dat", columns={"gate": "V", "bias": "mV", "I": "A"})
    assert record.I.dims == ("bias", "gate")
    assert record.gate.values == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_arrays_xarray_netcdf_and_numpy_files(tmp_path):
    data = xr.Dataset({"Vg": ("n", GATE, {"units": "V"}), "G": ("n", G, {"units": "uS"})})
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    np.save(tmp_path / "a.npy", np.stack([GATE, G], axis=1))
    np.savez(tmp_path / "a.npz", Vg=GATE, G=G)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["Vg"], file["G"] = GATE, G
    by_name = {"gate": ("Vg", "V"), "G": ("G", "uS")}
    by_place = {"gate": (0, "V"), "G": (1, "uS")}
    for source, columns in (
        (data, by_name), (tmp_path / "a.nc", by_name), (tmp_path / "a.npz", by_name),
        (tmp_path / "a.h5", by_name), (tmp_path / "a.npy", by_place), ([GATE, G], by_place),
    ):  # fmt: skip
        record = load(source, columns=columns)
        assert record.gate.values == pytest.approx(GATE)
        assert record.G.values == pytest.approx(G)


def database(path, version=9):
    parameters = {
        "vg": {"name": "vg", "label": "gate", "unit": "V"},
        "vb": {"name": "vb", "label": "bias", "unit": "mV"},
        "i": {"name": "i", "label": "current", "unit": "A"},
    }
    text = json.dumps(
        {"interdependencies_": {"parameters": parameters, "dependencies": {"i": ["vb", "vg"]}}}
    )
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {version}")
        db.execute(
            "CREATE TABLE runs (run_id INTEGER, result_table_name TEXT, run_description TEXT)"
        )
        db.execute("INSERT INTO runs VALUES (1, 'results-1', ?)", (text,))
        db.execute('CREATE TABLE "results-1" (id INTEGER PRIMARY KEY, vb REAL, vg REAL, i REAL)')
        for b in (-1.0, 0.0, 1.0):
            for v in (0.1, 0.2):
                db.execute('INSERT INTO "results-1" (vb, vg, i) VALUES (?, ?, ?)', (b, v, b * v))
    db.close()


def test_a_qcodes_run_is_read_as_a_map_and_its_file_left_alone(tmp_path):
    path = tmp_path / "experiments.db"
    database(path)
    before = path.read_bytes()
    record = load(path)
    assert record.i.dims == ("vb", "vg")
    assert record.i.values == pytest.approx(np.outer([-1, 0, 1], [0.1, 0.2]))
    assert record.vb.attrs["units"] == "mV"
    assert path.read_bytes() == before
    with pytest.raises(UnknownName, match="run 7"):
        load(path, run=7)


def test_databases_that_cannot_be_read_say_why(tmp_path):
    database(tmp_path / "new.db", version=12)
    with pytest.raises(InvalidInput, match="schema 12 is newer"):
        load(tmp_path / "new.db")
    database(tmp_path / "locked.db")
    holder = sqlite3.connect(tmp_path / "locked.db", isolation_level="EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(InvalidInput, match="locked"):
        load(tmp_path / "locked.db")
    holder.close()


def test_a_labber_log_is_read_by_channel(tmp_path):
    with h5py.File(tmp_path / "log.hdf5", "w") as file:
        names = np.array([(b"Vg", b""), (b"G", b"")], dtype=[("name", "S9"), ("info", "S9")])
        file["Data/Channel names"] = names
        file["Data/Data"] = np.stack([GATE, G], axis=1)[:, :, None]
        kinds = np.array([(b"Vg", b"V"), (b"G", b"S")], dtype=[("name", "S9"), ("unitPhys", "S9")])
        file["Channels"] = kinds
    record = load(tmp_path / "log.hdf5")
    assert record.Vg.values == pytest.approx(GATE)
    assert record.Vg.attrs["units"] == "V"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02garbage\xff" * 50, "binary content"),
        (b"only words here\nand here\n", "no line of numbers"),
        (b"nan,nan\nnan,nan\n", "no line of numbers|empty or NaN"),
        (b"\x89HDF\r\n\x1a\nbroken", "cannot be opened"),
        (b"SQLite format 3\x00broken" * 9, "damaged|cannot be read"),
        (b"PK\x03\x04broken", "not a NumPy file"),
    ],
)
def test_broken_files_are_refused_and_left_alone(tmp_path, content, said):
    path = tmp_path / "file.dat"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        load(path)
    assert path.read_bytes() == content


def test_wrong_columns_and_units_are_named(tmp_path):
    path = tmp_path / "trace.csv"
    path.write_text(DIALECTS["comma"])
    with pytest.raises(UnknownName, match="did you mean 'Vg'"):
        load(path, columns={"gate": ("Vgg", "V")})
    with pytest.raises(UnitError, match="disagree"):
        load(path, columns={"gate": ("Vg", "K")})
    with pytest.raises(UnitError, match="in V says the file, in mV says the call"):
        load(path, columns={"gate": ("Vg", "mV")})
    with pytest.raises(InvalidInput, match="does not exist"):
        load(tmp_path / "none.csv")
    with pytest.raises(ShapeMismatch, match="same length"):
        load({"x": [1, 2], "y": [1, 2, 3]})
