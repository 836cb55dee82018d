"""Threads, processes and a cluster give the same bits, also when workers die."""

import os
import signal
import sys
import threading

import numpy as np
import pytest

import sharvin as sv
from sharvin.errors import InvalidInput
from sharvin.sweeps.axes import read_axes
from sharvin.sweeps.executors import in_processes, in_threads, on_cluster, ship
from sharvin.sweeps.readings import MeasureReading, TransmissionReading
from sharvin.sweeps.sweep import Sweep
from sweeps.devices import chain, wire


def a_sweep(points=12):
    device = wire("60 nm", field="B")
    axes = read_axes(
        device,
        {
            "gate": np.linspace(0, 6, points),
            "B": [0.0, 0.5],
            "chemical_potential": 6.0,
            "temperature": [0.0, 1.0],
        },
    )
    return Sweep(device, TransmissionReading("drain", "source", "e²/h"), axes, 1e-3)


@pytest.fixture(scope="module")
def sweep():
    return a_sweep()


@pytest.fixture(scope="module")
def expected(sweep):
    return dict(in_threads(sweep, range(len(sweep.chunks)), workers=1))


def same(found, expected):
    assert found.keys() == expected.keys()
    for number, outcome in expected.items():
        np.testing.assert_array_equal(
            found[number].values.view(np.int64), outcome.values.view(np.int64)
        )
        np.testing.assert_array_equal(found[number].errors, outcome.errors)


def test_any_number_of_threads_in_any_order(sweep, expected):
    same(dict(in_threads(sweep, range(len(sweep.chunks)), workers=3)), expected)
    backward = list(reversed(range(len(sweep.chunks))))
    same(dict(in_threads(sweep, backward, workers=2)), expected)


def test_chunks_do_not_depend_on_who_computes(sweep):
    rows = [row for chunk in sweep.chunks for row in chunk]
    assert rows == list(range(sweep.rows))
    for chunk in sweep.chunks:
        assert [row for cell in sweep.cells(chunk) for row in cell] == list(chunk)


def test_a_decoupled_chunk_has_the_same_bits_wherever_it_comes():
    """Where a bond is zero the device falls apart; what came before must not matter."""
    h = np.diag([0.1, 0.2, 0.3, 0.4]) - np.eye(4, k=1) - np.eye(4, k=-1)
    h[0, 1] = h[1, 0] = 0.0
    bond = np.zeros((4, 4))
    bond[0, 1] = bond[1, 0] = bond[0, 3] = bond[3, 0] = 1.0
    leads = {
        name: sv.MatrixLead(cell=[[0.0]], hop=[[-1.0]], sites=[site])
        for name, site in (("left", 0), ("right", 3))
    }
    device = sv.Device.from_matrices({"": h, "bond": bond}, leads=leads)
    bonds = np.where(np.arange(200) % 67 == 1, 0.0, np.linspace(0.1, 1.0, 200))
    axes = read_axes(device, {"bond": bonds, "energy": [0.2]})
    sweep = Sweep(device, TransmissionReading("right", "left"), axes, 1e-3)
    order = range(len(sweep.chunks))
    same(
        dict(in_threads(sweep, list(reversed(order)), workers=1)),
        dict(in_threads(sweep, order, workers=1)),
    )


def children():
    """Worker processes that multiprocessing has started here."""
    import multiprocessing

    return [child.pid for child in multiprocessing.active_children()]


@pytest.mark.slow
def test_processes_give_the_same_bits_even_when_they_are_killed(sweep, expected):
    found, killed = {}, 0
    for number, outcome in in_processes(sweep, range(len(sweep.chunks)), workers=2):
        assert number not in found
        found[number] = outcome
        if killed < 2 and len(found) % 3 == 1 and children():
            os.kill(children()[0], signal.SIGKILL)
            killed += 1
    assert killed == 2
    same(found, expected)


def test_what_cannot_be_shipped_is_refused():
    lock = threading.Lock()
    reading = MeasureReading(lambda s: lock and 1.0, ("measure",))
    device = chain()
    job = Sweep(device, reading, read_axes(device, {"energy": 0.1, "gate": 0}), 1e-3)
    with pytest.raises(InvalidInput, match="executor='threads'"):
        ship(job)


def test_a_device_survives_the_journey():
    import pickle

    for device in (chain(probes=(1,)), wire(field="B")):
        reading = TransmissionReading(device.lead_names[1], device.lead_names[0])
        axes = {"energy": 0.5} | dict.fromkeys(device.parameters, 0.2)
        job = Sweep(device, reading, read_axes(device, axes), 1e-3)
        back = pickle.loads(ship(job))
        assert back.device.content_hash == device.content_hash
        assert back.content_hash == job.content_hash


@pytest.mark.slow
def test_a_local_cluster_gives_the_same_bits_when_a_worker_is_killed(sweep, expected):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = client.run(os.getpid)
        found = {}
        for number, outcome in on_cluster(
            sweep, range(len(sweep.chunks)), cluster=client, workers=2
        ):
            if not found:
                os.kill(next(iter(pids.values())), signal.SIGKILL)
            found[number] = outcome
    same(found, expected)


def test_without_dask_the_extra_is_named(monkeypatch, sweep):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(sv.errors.MissingExtra, match=r"sharvin\[cluster\]"):
        next(on_cluster(sweep, [0], cluster="local", workers=1))
