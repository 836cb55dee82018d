"""Times of what looks inside a device: derivatives, tip maps, current maps, bias maps.

``python benchmarks/inside.py [NAME ...]`` runs all or some of: sensitivity, tip, currents, rigid,
following. CPU seconds are those of all threads of this process; on a busy machine they tell more
than the wall clock.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import workloads

import sharvin as sv


def timed(function: Callable[[], object]) -> tuple[object, float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = function()
    return found, time.process_time() - cpu, time.perf_counter() - wall


def sensitivity() -> None:
    """All onsite derivatives against one S-matrix, at several gate voltages of W1."""
    device = workloads.point_contact(200, 100)
    ends = {"to": "1", "from_": "0"}
    for gate in (0.25, 0.5, 1.0, 2.0):
        point = {"energy": 0.8, "gate": gate}
        ones, alls = [], []
        for _ in range(5):
            ones.append(timed(lambda point=point: sv.smatrix(device, **point))[1])
            alls.append(timed(lambda point=point: sv.sensitivity(device, **ends, **point))[1])
        one, all_ = min(ones), min(alls)
        print(f"gate {gate}: S {one * 1e3:.1f} ms, with 20000 derivatives {all_ * 1e3:.1f} ms, "
              f"ratio {all_ / one:.2f}")  # fmt: skip


def tip(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A tip of radius five sites."""
    return 0.5 * np.clip(1 - (x**2 + y**2) / 25, 0, None) ** 2


def tip_map(workers: int = 1) -> None:
    """100 x 100 positions over W1."""
    device = workloads.point_contact(200, 100)
    x, y = np.linspace(2, 197, 100), np.linspace(2, 97, 100)
    found, cpu, wall = timed(
        lambda: sv.scanning_gate(
            device, tip=tip, x=x, y=y, to="1", from_="0", energy=0.8, gate=1.0, workers=workers
        )
    )
    print(f"10000 tips, {workers} worker: {cpu:.1f} s CPU, {wall:.1f} s; largest error "
          f"{float(found.error.max()):.0e}")  # fmt: skip


def currents() -> None:
    """Current density of 640 x 640 sites."""
    n = 640
    device = workloads.strip(
        sv.square_lattice(onsite=4.0), n, n,
        potential=lambda x, y, gate: gate * np.exp(-(((x - n / 2) / 60) ** 2))
        * ((y - n / 2) / 160) ** 2,
    )  # fmt: skip
    given = {"energy": 0.2, "gate": 0.4, "from_": "0"}
    sv.current_density(device, **given)  # the plan, and what is compiled
    found, cpu, wall = timed(lambda: sv.current_density(device, **given))
    t = found.smatrix.transmission(to="1", from_="0")
    off = abs(found.through(found.positions[:, 0] < n / 2) - t)
    print(f"{n * n} sites, {found.smatrix.modes[0]} modes, T = {t:.4f}: {cpu:.1f} s CPU, "
          f"{wall:.1f} s; current through the middle is off by {off:.0e}")  # fmt: skip


def rigid(gates: int = 200, biases: int = 200) -> None:
    """Bias map of W1's contact with a rigid potential."""
    device = workloads.point_contact(200, 100)
    bias = np.linspace(-0.2, 0.2, biases)
    found, cpu, wall = timed(
        lambda: sv.bias_spectroscopy(
            device, to="1", from_="0", chemical_potential=0.8, bias=bias,
            gate=np.linspace(0.5, 2.0, gates),
        )
    )  # fmt: skip
    _report(f"rigid {gates} x {biases}", found, cpu, wall)


def following(gates: int = 60, biases: int = 60) -> None:
    """Bias map with a linear drop across the device."""
    device = workloads.point_contact(200, 100)
    bias = np.linspace(-0.2, 0.2, biases)
    found, cpu, wall = timed(
        lambda: sv.bias_spectroscopy(
            device, to="1", from_="0", chemical_potential=0.8, bias=bias, profile="linear",
            gate=np.linspace(0.5, 2.0, gates),
        )
    )  # fmt: skip
    _report(f"linear {gates} x {biases}", found, cpu, wall)


def _report(name: str, found: object, cpu: float, wall: float) -> None:
    current = np.abs(found.current_error) / np.abs(found.current).max()
    print(f"{name}: {found.attrs['energies']} S-matrices, {cpu:.0f} s CPU, {wall:.0f} s; "
          f"largest error of I {float(current.max()):.1e} of its largest, of dI/dV "
          f"{float(found.conductance_error.max()):.1e} e²/h")  # fmt: skip


RUNS = {
    "sensitivity": sensitivity,
    "tip": tip_map,
    "currents": currents,
    "rigid": rigid,
    "following": following,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or RUNS:
        print(f"-- {name}", flush=True)
        RUNS[name]()
