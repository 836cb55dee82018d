"""The whole job of `make demo` against a Kwant loop: wall time on the same machine, same numbers.

Usage: python benchmarks/staircase.py --kwant-python PATH [--gates 20] [--sharvin-only]

`sharvin run` computes all voltages on two cores, kernels compiled. The Kwant script computes
``--gates`` of the voltages, serially and in a pool of two processes; its time is scaled to all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from protocol import HERE, ONE_THREAD

from sharvin.app import build
from sharvin.app.run import load
from sharvin.sweeps.gas import fermi_energy
from sharvin.units import HBAR2_OVER_2ME

EXAMPLE = HERE.parent / "examples" / "qpc_van_wees.toml"
WORKERS = 2


def describe(path: Path) -> tuple[dict[str, np.ndarray], int]:
    """Numbers that the Kwant script needs, and how many voltages the whole job has."""
    file, document = load(EXAMPLE)
    device = build.device(file, document)
    sites = device.sites.positions
    spacing, mass = 6.0, 0.067
    place = np.rint((sites - sites.min(axis=0)) / spacing).astype(int)
    unit = np.zeros(place.max(axis=0) + 1)
    unit[place[:, 0], place[:, 1]] = device.potential_energy({"gate": 1.0})
    gates = np.array(file.swept["gate"])
    numbers = {
        "unit": unit,
        "hopping": np.array(HBAR2_OVER_2ME / (mass * spacing**2)),
        "level": np.array(fermi_energy(device.model, 3.56e-3)),
        "temperatures": np.array([0.0, 0.6, 4.2]),
        "gates": gates,
    }
    np.savez(path, **numbers)
    return numbers, len(gates)


def run_sharvin(folder: Path) -> tuple[float, "object"]:
    """Wall time of `sharvin run`, and its data."""
    import xarray as xr

    command = [sys.executable, "-m", "sharvin", "run", str(EXAMPLE), "--out", str(folder)]
    started = time.perf_counter()
    subprocess.run([*command, "--workers", str(WORKERS)], check=True)
    seconds = time.perf_counter() - started
    return seconds, xr.load_dataarray(folder / f"{EXAMPLE.stem}.nc", engine="h5netcdf")


def run_kwant(python: str, job: Path, gates: int, workers: int) -> dict:
    """What the Kwant script prints."""
    command = [python, str(HERE / "kwant_staircase.py"), str(job), str(gates), str(workers)]
    done = subprocess.run(
        command, env=os.environ | ONE_THREAD, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kwant-python", metavar="PATH", help="Kwant's interpreter")
    parser.add_argument("--gates", type=int, default=20, help="voltages that Kwant computes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        job = Path(scratch) / "job.npz"
        numbers, count = describe(job)
        seconds, data = run_sharvin(Path(scratch) / "results")
        print(f"sharvin run, {count} voltages, {WORKERS} cores: {seconds:.1f} s", flush=True)
        if options.kwant_python is None:
            return
        for workers in (1, WORKERS):
            found = run_kwant(options.kwant_python, job, options.gates, workers)
            scaled = found["seconds"] * count / len(found["gates"])
            own = data.sel(gate=found["gates"], method="nearest").values
            apart = np.abs(np.array(found["rows"]) - own).max(axis=0)
            print(
                f"Kwant, {workers} process(es), {len(found['gates'])} voltages: "
                f"{found['seconds']:.1f} s, scaled to all {scaled:.0f} s, "
                f"{scaled / seconds:.1f} times sharvin's; largest difference of G at "
                + ", ".join(
                    f"{t:g} K {d:.1e}" for t, d in zip(numbers["temperatures"], apart, strict=True)
                ),
                flush=True,
            )


if __name__ == "__main__":
    main()
