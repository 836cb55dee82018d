"""A store survives kill -9, refuses to mix, and a resumed sweep has the same bits."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sharvin as sv
from sharvin.errors import InvalidInput
from sharvin.sweeps.journal import Journal
from sweeps.devices import chain, wire

ROOT = Path(__file__).resolve().parents[2]
ENDS = {"to": "right", "from_": "left"}
# Several dozen chunks of some milliseconds each.
GATES = np.linspace(0.0, 6.0, 80)
JOB = """
import sys
import numpy as np
import sharvin as sv
from sweeps.devices import wire
g = sv.conductance(
    wire("60 nm"), to="drain", from_="source", gate=np.linspace(0.0, 6.0, 80),
    chemical_potential=6.0, temperature=[0.0, 1.0], store=sys.argv[1], workers=2, progress=False,
)
print("done")
"""


def job(store=None, **options):
    return sv.conductance(
        wire("60 nm"), to="drain", from_="source", gate=GATES,
        chemical_potential=6.0, temperature=[0.0, 1.0], store=store, **options,
    )  # fmt: skip


def start(store):
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    return subprocess.Popen(
        [sys.executable, "-c", JOB, str(store)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(store):
    try:
        with sqlite3.connect(store, timeout=10) as file:
            return file.execute("SELECT count(*) FROM chunks").fetchone()[0]
    except sqlite3.Error:
        return 0


def wait_for(store, count, process, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if store.exists() and finished(store) >= count:
            return
        time.sleep(0.005)


@pytest.fixture(scope="module")
def whole():
    return job(workers=1)


def same(a, b):
    """The same numbers bit for bit, errors included."""
    np.testing.assert_array_equal(a.values.view(np.int64), b.values.view(np.int64))
    np.testing.assert_array_equal(a.error.values, b.error.values)


def test_killed_at_any_moment_and_resumed(tmp_path, whole):
    """Before the first chunk, after it, and twice in the middle."""
    store = tmp_path / "job.sharvin"
    kept = 0
    for pause, chunks in ((0.5, 0), (0.0, 1), (0.01, 4), (0.03, 9)):
        process = start(store)
        wait_for(store, kept + chunks, process)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if store.exists() and finished(store):
            assert finished(store) >= kept  # nothing that was there is lost
            kept = finished(store)
            partial = sv.open_store(store)
            there = np.isfinite(partial.values)
            np.testing.assert_array_equal(partial.values[there], whole.values[there])
    assert kept > 0
    result = job(store)
    same(result, whole)
    assert result.attrs["complete"] == 1


def test_a_finished_store_is_read_and_not_computed_again(tmp_path, whole):
    store = tmp_path / "job.sharvin"
    same(job(store), whole)
    seen = []
    again = job(store, progress=seen.append)
    same(again, whole)
    assert not seen
    same(sv.open_store(store), whole)
    assert again.identical(sv.open_store(store))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"energy": [0.1, 0.3]}, "axes changed"),
        ({"gate": 0.6}, "axes changed"),
        ({"unit": "S"}, "observable changed"),
        ({"to": "left", "from_": "right"}, "measured changed"),
        ({"tolerance": 1e-5}, "tolerance changed"),
    ],
)
def test_a_changed_job_is_refused(tmp_path, changes, what):
    store = tmp_path / "job.sharvin"
    options = {**ENDS, "energy": [0.1, 0.2], "gate": 0.5, "store": store}
    before = sv.conductance(chain(), **options)
    with pytest.raises(InvalidInput, match=what):
        sv.conductance(chain(), **{**options, **changes})
    assert before.identical(sv.open_store(store))  # and the store is as it was


def test_a_changed_device_is_refused(tmp_path):
    store = tmp_path / "job.sharvin"
    options = {**ENDS, "energy": [0.1, 0.2], "gate": 0.5, "store": store}
    sv.conductance(chain(5), **options)
    with pytest.raises(InvalidInput, match="the device changed"):
        sv.conductance(chain(7), **options)


def test_resume_can_be_forbidden(tmp_path):
    store = tmp_path / "job.sharvin"
    options = {**ENDS, "energy": 0.1, "gate": 0.5, "store": store, "resume": False}
    sv.conductance(chain(), **options)
    with pytest.raises(InvalidInput, match="resume=True"):
        sv.conductance(chain(), **options)


def test_other_files_are_left_alone(tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("my notes, longer than the header of a database would be" * 20)
    options = {**ENDS, "energy": 0.1, "gate": 0.5}
    with pytest.raises(InvalidInput, match="not a store"):
        sv.conductance(chain(), **options, store=notes)
    assert notes.read_text().startswith("my notes")
    with pytest.raises(InvalidInput, match="is a folder"):
        sv.conductance(chain(), **options, store=tmp_path)
    with pytest.raises(InvalidInput, match="folder that does not exist"):
        sv.conductance(chain(), **options, store=tmp_path / "no" / "where")
    with pytest.raises(InvalidInput, match="there is no store"):
        sv.open_store(tmp_path / "nothing.sharvin")


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(tmp_path, whole):
    store = tmp_path / "job.sharvin"

    def interrupt(progress):
        if progress.done > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"chunks are safe in .*job.sharvin.*continues"):
        job(store, progress=interrupt)
    partial = sv.open_store(store)
    assert partial.attrs["complete"] == 0
    assert 0 < np.isfinite(partial.values).sum() < whole.size
    assert "parts are computed yet" in sv.explain(partial)
    same(job(store), whole)


def test_progress_is_told_and_ends_at_the_end(tmp_path):
    seen = []
    job(tmp_path / "job.sharvin", progress=seen.append)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    assert seen[0].done == 0
    assert seen[-1].done == seen[-1].total == 80
    assert seen[-1].energies > 80
    assert "80/80 points (100 %)" in str(seen[-1])


def test_netcdf_keeps_units_and_provenance(tmp_path, whole):
    path = sv.to_netcdf(whole, tmp_path / "result.nc")
    with xr.open_dataarray(path, engine="h5netcdf") as back:
        back.load()
    same(back, whole)
    assert back.attrs["units"] == "e²/h"
    assert back.gate.attrs == whole.gate.attrs
    assert back.attrs["device_hash"] == whole.attrs["device_hash"]
    assert [p.name for p in tmp_path.iterdir()] == ["result.nc"]  # no temporary file is left
    with pytest.raises(InvalidInput, match="does not exist"):
        sv.to_netcdf(whole, tmp_path / "no" / "where.nc")


def test_a_dataset_goes_through_a_store_and_a_file(tmp_path):
    def both(s):
        return {"there": s.transmission(to="right", from_="left"), "modes": s.modes[0]}

    store = tmp_path / "job.sharvin"
    found = sv.sweep(both, chain(), energy=[0.1, 0.2], gate=[0.0, 1.0], store=store)
    assert found.identical(sv.open_store(store))
    sv.to_netcdf(found, tmp_path / "result.nc")


def test_the_journal_is_in_write_ahead_mode(tmp_path):
    with Journal.begin(tmp_path / "a", {"sweep_hash": "x"}) as journal:
        mode = journal._file.execute("PRAGMA journal_mode").fetchone()[0]
        assert mode == "wal"
        assert journal._file.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
