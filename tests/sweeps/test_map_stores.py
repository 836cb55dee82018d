"""Bias maps, tip maps and reservoirs are jobs like any sweep: stored, resumed, the same bits."""

import pickle
from contextlib import suppress

import numpy as np
import pytest
import xarray as xr

import sharvin as sv
from sharvin.errors import InvalidInput, Unreliable
from sharvin.sweeps import bench, laboratory, scanning, spectroscopy, tip_job
from sharvin.sweeps.executors import ship

BIAS = np.linspace(-0.5, 0.5, 5)


@pytest.fixture(scope="module")
def wire():
    return sv.Device(
        sv.electron_gas(mass=0.067, spacing="10 nm"),
        region=sv.rectangle("80 nm", "60 nm"),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        potential=sv.saddle(height="gate", omega_x="1 meV", omega_y="3 meV"),
    )


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    monkeypatch.setattr(tip_job, "BLOCKS", (2,))  # so that a small map has several tiles


def bias_map(wire, **options):
    return sv.bias_spectroscopy(
        wire, to="drain", from_="source", bias=BIAS, gate=np.linspace(-1, 1, 5),
        chemical_potential="7 meV", temperature="0.4 K", tolerance=1e-2, **options,
    )  # fmt: skip


def following_map(wire, **options):
    return sv.bias_spectroscopy(
        wire, to="drain", from_="source", bias=BIAS, gate=[-1.0, 1.0], profile="linear",
        chemical_potential="7 meV", tolerance=5e-2, unit="S", **options,
    )  # fmt: skip


def all_currents(wire, **options):
    return sv.current(
        wire, voltages={"source": ["0 mV", "0.5 mV"]}, gate=[-1.0, 0.0, 1.0],
        chemical_potential="7 meV", temperature=["0.5 K", "1 K"], tolerance=1e-3, **options,
    )  # fmt: skip


def shot_noise(wire, **options):
    return sv.noise(
        wire, lead="drain", voltages={"source": "0.4 mV"}, gate=[-1.0, 1.0],
        chemical_potential=["6 meV", "7 meV"], temperature="0.5 K", tolerance=1e-3, **options,
    )  # fmt: skip


def tip_map(wire, **options):
    return sv.scanning_gate(
        wire, tip=lambda x, y: np.where(x**2 + y**2 < 15.0**2, 20.0, 0.0),
        x=np.linspace(-30, 30, 7), y=np.linspace(-20, 20, 5), to="drain", from_="source",
        energy="7 meV", gate=0.0, **options,
    )  # fmt: skip


MAPS = [bias_map, following_map, all_currents, shot_noise, tip_map]


class Stop:
    """A progress function that presses Ctrl-C once part of the work is done."""

    def __init__(self, share):
        self.share, self.seen = share, []

    def __call__(self, progress):
        self.seen.append(progress.done)
        if progress.total * self.share <= progress.done < progress.total:
            raise KeyboardInterrupt


@pytest.mark.parametrize("verb", MAPS)
def test_an_interrupted_map_is_continued_to_the_same_bits(verb, wire, tmp_path):
    whole = verb(wire, workers=1)
    store, stop = tmp_path / "map.sharvin", Stop(0.3)
    with pytest.raises(KeyboardInterrupt, match=r"chunks are safe in .*map.sharvin"):
        verb(wire, store=store, workers=1, progress=stop)
    part = sv.open_store(store)
    assert part.attrs["complete"] == 0
    numbers = part.to_dataarray() if isinstance(part, xr.Dataset) else part
    assert 0 < int(np.isfinite(numbers).sum()) < numbers.size
    seen = Stop(2.0)
    again = verb(wire, store=store, workers=2, progress=seen)
    assert seen.seen[0] == stop.seen[-1] > 0  # what was finished is not computed again
    drop = {"seconds": 0.0}
    xr.testing.assert_equal(again, whole)
    stored = sv.open_store(store)
    xr.testing.assert_equal(stored, again)
    assert {**stored.attrs, **drop} == {**again.attrs, **drop}
    assert again.attrs["complete"] == 1


def test_a_job_sent_to_another_process_gives_the_same_bits(wire, monkeypatch):
    shipped = []
    for room in (laboratory, scanning, spectroscopy):
        monkeypatch.setattr(room, "finish", lambda job, about, how: shipped.append(job) or {})
    for verb in (bias_map, all_currents, tip_map):
        with suppress(Unreliable):  # nothing is computed: the job is all that is wanted
            verb(wire)
    for job in shipped:
        arrived = pickle.loads(ship(job))
        assert arrived.content_hash == job.content_hash
        here, there = (one.worker().solve(0) for one in (job, arrived))
        assert np.array_equal(here.values, there.values, equal_nan=True)
        assert np.array_equal(here.errors, there.errors, equal_nan=True)


def test_a_store_belongs_to_one_question(wire, tmp_path):
    store = tmp_path / "map.sharvin"
    all_currents(wire, store=store)
    with pytest.raises(InvalidInput, match="holds another sweep"):
        shot_noise(wire, store=store)
    with pytest.raises(InvalidInput, match="resume=True"):
        all_currents(wire, store=store, resume=False)


def test_the_unit_is_no_part_of_the_numbers(wire, tmp_path):
    store = tmp_path / "map.sharvin"
    modes = tip_map(wire, store=store)
    calls = Stop(2.0)
    siemens = tip_map(wire, store=store, unit="S", progress=calls)
    assert calls.seen == []
    np.testing.assert_allclose(siemens, modes * sv.units.CONDUCTANCE_PER_MODE, rtol=1e-12)


def test_a_row_without_an_answer_is_named_and_the_others_stay(wire, monkeypatch):
    real = bench.tabulate

    def fails_at(device, values, loads, **options):
        if values["gate"] == 0.0:
            raise Unreliable("lost in the dark")
        return real(device, values, loads, **options)

    monkeypatch.setattr(bench, "tabulate", fails_at)
    with pytest.warns(RuntimeWarning, match="1 points have no number .* lost in the dark"):
        found = all_currents(wire)
    assert np.isnan(found.sel(gate=0.0)).all()
    assert np.isfinite(found.sel(gate=[-1.0, 1.0])).all()
    with pytest.raises(Unreliable, match="no point has an answer: lost in the dark"):
        sv.current(
            wire, lead="drain", voltages={"source": "1 mV"}, gate=0.0, chemical_potential="7 meV"
        )
