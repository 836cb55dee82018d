"""Kill `sharvin run` with SIGKILL at random moments, resume it each time, compare the data.

Usage: python benchmarks/kills.py [--kills 20] [--seed 1]
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xarray as xr
from protocol import HERE

DEVICE = """
[material]
kind = "electron_gas"
mass = 0.067
spacing = "6 nm"
[region]
shape = "rectangle"
length = "300 nm"
width = "300 nm"
[leads.source]
side = "left"
[leads.drain]
side = "right"
[[gates]]
kind = "split_gate"
gap = "120 nm"
length = "100 nm"
depth = "60 nm"
voltage = "gate"
screening = true
[experiment]
measure = "conductance"
from = "source"
to = "drain"
density = "3.56e15 m^-2"
temperature = ["0 K", "0.6 K", "4.2 K"]
[axes]
gate = { from = "-1.8 V", to = "-0.5 V", points = 100 }
"""


def start(device: Path, out: Path) -> subprocess.Popen:
    command = [sys.executable, "-m", "sharvin", "run", str(device), "--out", str(out), "--resume"]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
    return subprocess.Popen(
        [*command, "--workers", "2"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        device = Path(scratch) / "contact.toml"
        device.write_text(DEVICE)
        whole, broken = Path(scratch) / "whole", Path(scratch) / "broken"
        began = time.perf_counter()
        assert start(device, whole).wait() == 0
        length = time.perf_counter() - began
        kills = 0
        while True:
            run = start(device, broken)
            try:
                run.wait(timeout=chance.uniform(0.3, 0.3 + 4 * length / options.kills))
            except subprocess.TimeoutExpired:
                if kills < options.kills:
                    os.kill(run.pid, signal.SIGKILL)
                    kills += 1
                    run.wait()
                    continue
            assert run.wait() == 0
            if kills >= options.kills:
                break
            (broken / "contact.sharvin").unlink()  # finished before enough kills: once more
        one, two = (
            xr.load_dataarray(folder / "contact.nc", engine="h5netcdf")
            for folder in (whole, broken)
        )
        same = one.identical(two) or bool((one.values == two.values).all())
        print(f"{kills} kills, {length:.1f} s uninterrupted; same numbers: {same}")
        raise SystemExit(not same)


if __name__ == "__main__":
    main()
