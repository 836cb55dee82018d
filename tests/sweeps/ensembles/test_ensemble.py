"""Ensembles: the same numbers however they are computed, goals, refusals, labels."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput, UnknownName, Unreliable

ROOT = Path(__file__).resolve().parents[3]


def strip(length=16, width=6, strength=2.0, **more):
    return sv.Device(
        sv.square_lattice(),
        region=sv.rectangle(length, width),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        disorder=sv.disorder(strength, "seed"),
        **more,
    )


def by_hand(device, seeds, **point):
    """Transmissions, one solve after another."""
    return [
        sv.smatrix(device, seed=n, **point).transmission(to="drain", from_="source") for n in seeds
    ]


def test_samples_are_those_of_single_solves():
    device = strip()
    found = sv.ensemble(device, samples=20, energy=-1.0, first_seed=7)
    np.testing.assert_allclose(
        found.conductance, by_hand(device, range(7, 27), energy=-1.0), rtol=1e-9
    )
    assert found.seed.values.tolist() == list(range(7, 27))
    assert found.attrs["samples"] == 20
    values = found.conductance.values
    assert float(found.conductance_mean) == pytest.approx(values.mean())
    assert float(found.conductance_variance) == pytest.approx(values.var(ddof=1))
    assert float(found.conductance_mean_error) == pytest.approx(values.std(ddof=1) / np.sqrt(20))


def test_axes_share_the_disorder_of_their_sample():
    device = strip(field="B")
    found = sv.ensemble(device, ["transmission"], samples=3, energy=[-1.0, -0.6], B=[0.0, 60.0])
    assert found.transmission.dims == ("sample", "energy", "B")
    for j, energy in enumerate((-1.0, -0.6)):
        for k, field in enumerate((0.0, 60.0)):
            expected = by_hand(device, range(3), energy=energy, B=field)
            np.testing.assert_allclose(found.transmission[:, j, k], expected, rtol=1e-8)
    # two terminals: even in the field, sample by sample
    mirrored = sv.ensemble(device, "transmission", samples=3, energy=-1.0, B=-60.0)
    np.testing.assert_allclose(
        mirrored.transmission, found.transmission.sel(energy=-1.0, B=60.0), rtol=1e-8
    )


def test_eigenvalues_add_up_and_make_the_noise():
    found = sv.ensemble(strip(), ["eigenvalues", "noise", "conductance"], samples=10, energy=-1.0)
    t = found.eigenvalues.values
    assert found.eigenvalues.dims == ("sample", "channel")
    assert (np.diff(t, axis=1) <= 0).all()
    np.testing.assert_allclose(t.sum(axis=1), found.conductance, rtol=1e-10)
    np.testing.assert_allclose((t * (1 - t)).sum(axis=1), found.noise, rtol=1e-10)


def test_spin_counts_once():
    model = sv.square_lattice(degeneracy=2)
    device = sv.Device(
        model, region=sv.rectangle(8, 5), disorder=sv.disorder(1.0, "seed"),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    )  # fmt: skip
    found = sv.ensemble(device, ["conductance", "transmission", "noise"], samples=4, energy=-1.0)
    np.testing.assert_allclose(found.conductance, 2 * found.transmission)
    alone = sv.ensemble(device, lambda s: sv.transmission_eigenvalues(
        s, to="drain", from_="source")[0], samples=4, energy=-1.0)  # fmt: skip
    assert next(iter(alone.data_vars)) == "lambda"
    assert (found.noise < found.conductance).all()


def test_own_measures_and_temperatures():
    device = strip()

    def both(s):
        t = s.transmission(to="drain", from_="source")
        return {"t": t, "log": np.log(t)}

    found = sv.ensemble(device, both, samples=5, energy=-1.0)
    np.testing.assert_allclose(np.exp(found.log), found.t)
    warm = sv.ensemble(device, samples=3, chemical_potential=-1.0, temperature=[0.0, 100.0])
    assert warm.conductance.dims == ("sample", "temperature")
    expected = sv.conductance(
        device, to="drain", from_="source", chemical_potential=-1.0, temperature=100.0, seed=1
    )
    # the accepted error of a thermal average is 1e-3
    assert float(warm.conductance[1, 1]) == pytest.approx(float(expected), abs=2e-3)


def test_any_workers_any_order_any_number_of_samples(tmp_path):
    device = strip()
    many = {"energy": [-1.0, -0.9], "observable": ["conductance", "eigenvalues"]}
    one = sv.ensemble(device, samples=40, workers=1, **many)
    two = sv.ensemble(device, samples=40, workers=2, **many)
    assert np.array_equal(one.conductance, two.conductance)
    assert np.array_equal(one.eigenvalues, two.eigenvalues, equal_nan=True)
    more = sv.ensemble(device, samples=70, workers=2, store=tmp_path / "a.db", **many)
    assert np.array_equal(more.conductance[:40], one.conductance)
    less = sv.ensemble(device, samples=33, store=tmp_path / "a.db", **many)
    assert np.array_equal(less.conductance, one.conductance[:33])
    kept = sv.open_store(tmp_path / "a.db")
    assert np.array_equal(kept.conductance[:70], more.conductance)
    with pytest.raises(InvalidInput, match="holds another sweep"):
        sv.ensemble(strip(strength=1.0), samples=40, store=tmp_path / "a.db", **many)
    with pytest.raises(InvalidInput, match="finished groups of this ensemble"):
        sv.ensemble(device, samples=40, store=tmp_path / "a.db", resume=False, **many)


KILLED = """
import sys, numpy as np
sys.path.insert(0, sys.argv[2])
import sharvin as sv
device = sv.Device(
    sv.square_lattice(), region=sv.rectangle(40, 16),
    leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    disorder=sv.disorder(2.0, "seed"),
)
print("ready", flush=True)
g = sv.ensemble(device, samples=1600, energy=-1.0, store=sys.argv[1], workers=2)
np.save(sys.argv[1] + ".npy", g.conductance.values)
"""


def test_killed_and_resumed(tmp_path):
    script, store = tmp_path / "job.py", tmp_path / "e.db"
    script.write_text(KILLED)
    command = [sys.executable, str(script), str(store), str(ROOT / "src")]
    run = subprocess.Popen(command, stdout=subprocess.PIPE)
    run.stdout.readline()
    for _ in range(600):
        if store.exists() and len(_finished(store)) >= 3:
            break
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    run.wait()
    run.stdout.close()
    done = len(_finished(store))
    assert 3 <= done < 100
    subprocess.run(command, check=True, capture_output=True)
    resumed = np.load(str(store) + ".npy")
    device = strip(40, 16)
    whole = sv.ensemble(device, samples=1600, energy=-1.0, workers=1)
    assert np.array_equal(resumed, whole.conductance)


def _finished(store):
    import sqlite3

    try:
        with sqlite3.connect(store) as file:
            rows = file.execute("SELECT number FROM chunks").fetchall()
        file.close()
    except sqlite3.OperationalError:
        return []
    return rows


def test_a_standard_error_is_reached_and_not_overdone():
    device = strip()
    found = sv.ensemble(device, standard_error=0.05, energy=[-1.0, -0.5])
    assert float(found.conductance_mean_error.max()) <= 0.05
    # looks come at 1.4 times as many samples, so at most twice too many are taken
    assert float(found.conductance_mean_error.max()) > 0.05 / np.sqrt(2) or found.samples == 64
    again = sv.ensemble(device, standard_error=0.05, energy=[-1.0, -0.5], workers=1)
    assert np.array_equal(again.conductance, found.conductance)
    percent = sv.ensemble(device, standard_error="2 %", energy=-1.0)
    assert float(percent.conductance_mean_error / percent.conductance_mean) <= 0.02


def test_a_goal_out_of_reach_is_refused_with_the_number_it_needs():
    with pytest.raises(Unreliable, match=r"needs about .* samples, more than the 200 allowed"):
        sv.ensemble(strip(), standard_error=1e-4, most=200, energy=-1.0)


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"samples": 1}, InvalidInput, "samples must be at least 2"),
        ({"samples": 2.5}, InvalidInput, "whole number, got 2.5"),
        ({"samples": 5, "standard_error": 0.1}, InvalidInput, "give one of them"),
        ({"samples": 5, "most": 9}, InvalidInput, "say samples="),
        ({"standard_error": 0.0}, InvalidInput, "must be positive"),
        ({"standard_error": "soon"}, InvalidInput, "percentage such as '1 %'"),
        ({"standard_error": 0.1, "most": 1}, InvalidInput, "most must be at least 2"),
        ({"observable": "conductivity"}, UnknownName, "did you mean 'conductance'"),
        ({"observable": []}, InvalidInput, "different names"),
        ({"seed": "sample"}, InvalidInput, "no parameter 'sample' that counts samples"),
        ({"first_seed": 1.5}, InvalidInput, "first_seed must be a whole number"),
        ({"first_seed": 2**60}, InvalidInput, "below 2"),
        ({"to": "drain"}, InvalidInput, "say between which leads"),
        ({"to": "drian", "from_": "source"}, UnknownName, "drain"),
        ({"observable": ["noise"], "temperature": 1.0}, InvalidInput, "one S-matrix"),
        ({"regime": "chaotic"}, UnknownName, "regime"),
        ({"Energy": 1}, UnknownName, "did you mean 'energy'"),
    ],
)
def test_bad_input_is_one_clear_sentence(more, error, message):
    given = {"energy": -1.0} | more
    if "temperature" in given:
        given["chemical_potential"] = given.pop("energy")
    with pytest.raises(error, match=message):
        sv.ensemble(strip(), **given)


def test_seeds_are_counted_not_given():
    with pytest.raises(InvalidInput, match="counts the samples"):
        sv.ensemble(strip(field="B"), seed="B", B=[1.0], energy=-1.0)


def test_a_box_too_small_for_its_regime_is_told_with_the_numbers():
    with pytest.warns(RuntimeWarning, match=r"too short to be diffusive: L/l = .*L/Nl = .*N = "):
        sv.ensemble(strip(strength=0.5), samples=8, energy=-1.0, regime="diffusive")
    with pytest.warns(RuntimeWarning, match="too long to be diffusive"):
        sv.ensemble(strip(strength=6.0), samples=8, energy=-1.0, regime="diffusive")
    with pytest.warns(RuntimeWarning, match="too short to be localized"):
        sv.ensemble(strip(), samples=8, energy=-1.0, regime="localized")
    with pytest.warns(RuntimeWarning, match="too much to be ballistic"):
        sv.ensemble(strip(strength=3.0), samples=8, energy=-1.0, regime="ballistic")
    sv.ensemble(strip(strength=0.1), samples=8, energy=-1.0, regime="ballistic")  # no warning


def test_the_result_can_be_written(tmp_path):
    found = sv.ensemble(strip(), samples=4, energy=-1.0)
    sv.to_netcdf(found, tmp_path / "e.nc")
    import xarray as xr

    with xr.open_dataset(tmp_path / "e.nc", engine="h5netcdf") as back:
        np.testing.assert_array_equal(back.conductance, found.conductance)
    json.dumps(dict(found.attrs))
    assert found.conductance.attrs["units"] == "e²/h"
