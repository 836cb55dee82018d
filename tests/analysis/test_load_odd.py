"""Files as instruments and people really write them, and what is said about those that fail."""

import sqlite3

import numpy as np
import pytest

from sharvin import analysis
from sharvin.errors import InvalidInput, ShapeMismatch

X = np.linspace(-1.0, 0.0, 40)
Y = 80 / (1 + np.exp(-20 * (X + 0.5)))


def written(path, header, row, encoding="utf-8"):
    lines = [header, *(row(i, x, y) for i, (x, y) in enumerate(zip(X, Y, strict=True)))]
    path.write_text("\n".join(lines), encoding=encoding)
    return path


def test_times_and_comments_beside_the_numbers_are_passed_over(tmp_path):
    path = written(
        tmp_path / "log.csv", "time,Vg (V),G (uS),comment",
        lambda i, x, y: f"2024-05-01 12:00:{i:02d},{x:.9f},{y:.9f},ok",
    )  # fmt: skip
    record = analysis.load(path)
    np.testing.assert_allclose(record["Vg"], X, atol=1e-9)
    assert record["G"].attrs["units"] == "uS"
    assert np.isnan(record["comment"]).all()


def test_a_quoted_name_may_hold_the_separator(tmp_path):
    path = written(
        tmp_path / "quoted.csv", '"Vg, front (V)","G (uS)"', lambda _, x, y: f"{x:.9f},{y:.9f}"
    )
    assert list(analysis.load(path).variables) == ["Vg, front", "G"]


def test_an_overload_is_a_missing_reading_not_a_missing_row(tmp_path):
    path = written(
        tmp_path / "ovld.csv", "Vg (V),G (uS)",
        lambda i, x, y: f"{x:.9f},{'OVLD' if i == 7 else f'{y:.9f}'}",
    )  # fmt: skip
    values = analysis.load(path)["G"].values
    assert values.size == X.size
    assert np.flatnonzero(np.isnan(values)).tolist() == [7]


def test_a_named_column_without_any_value_keeps_its_name(tmp_path):
    path = written(tmp_path / "nan.csv", "Vg (V),G (uS)", lambda _, x, y: f"{x:.9f},nan")
    with pytest.raises(InvalidInput, match="all 40 points of the trace are NaN"):
        analysis.fit_plateaus(analysis.load(path))


def test_prose_is_still_no_table(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("cooled on Monday, warmed up, twice\nthe gate leaks, a little\n")
    with pytest.raises(InvalidInput, match="no line of numbers"):
        analysis.load(path)


def test_netcdf_of_the_old_kind(tmp_path):
    record = analysis.synthetic_contact(points=60)
    record.to_netcdf(tmp_path / "old.nc", engine="scipy")
    again = analysis.load(tmp_path / "old.nc")
    np.testing.assert_array_equal(again["G"], record["G"])
    (tmp_path / "cut.nc").write_bytes((tmp_path / "old.nc").read_bytes()[:90])
    with pytest.raises(InvalidInput, match="cannot be read as NetCDF"):
        analysis.load(tmp_path / "cut.nc")


def test_a_damaged_array_of_a_database_is_named(tmp_path):
    path = tmp_path / "lab.db"
    description = (
        '{"interdependencies_": {"parameters": {"V": {"unit": "V"}, "G": {"unit": "uS"}}, '
        '"dependencies": {"G": ["V"]}}}'
    )
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 9")
        base.execute("CREATE TABLE runs (run_id, result_table_name, run_description)")
        base.execute("INSERT INTO runs VALUES (1, 'r', ?)", (description,))
        base.execute("CREATE TABLE r (id INTEGER PRIMARY KEY, V, G)")
        base.execute("INSERT INTO r (V, G) VALUES (?, ?)", (b"xx", b"yy"))
    base.close()
    with pytest.raises(InvalidInput, match="'G' is damaged"):
        analysis.load(path)


def test_lengths_that_differ_are_both_named(tmp_path):
    import h5py

    with h5py.File(tmp_path / "uneven.h5", "w") as file:
        file["Vg"], file["G"] = X, Y[:30]
    with pytest.raises(ShapeMismatch, match=r"'Vg' has \(40,\), 'G' has \(30,\)"):
        analysis.fit_plateaus(analysis.load(tmp_path / "uneven.h5"))


def test_one_spike_on_a_riser_is_one_spike_and_no_jump():
    fine = np.linspace(-1.0, 0.0, 400)
    noisy = np.interp(fine, X, Y) + 0.02 * np.random.default_rng(0).standard_normal(400)
    noisy[200] += 30.0
    found = analysis.clean(fine, noisy)
    assert found.spikes.tolist() == [200]
    assert found.jumps.size == 0
