"""Two interpreters, one campaign: requests and answers as JSON lines over pipes.

Kwant needs numpy < 2 and lives in an interpreter of its own, and both sides are to be timed in
turn on the same core. A worker answers one request at a time; what it prints goes to stderr.
"""

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


class PeerFailed(RuntimeError):
    """The worker raised an exception, whose text this is, or it died."""


class Peer:
    """A worker process: ``peer.ask("point", index=3)``."""

    def __init__(self, python: str, script: str, core: int | None = None) -> None:
        environment = os.environ | ONE_THREAD
        source = str(HERE.parent / "src")
        environment["PYTHONPATH"] = os.pathsep.join(
            [source, *filter(None, [environment.get("PYTHONPATH")])]
        )
        if core is not None:
            environment["SHARVIN_BENCH_CORE"] = str(core)
        self._process = subprocess.Popen(
            [python, str(HERE / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def ask(self, request: str, **arguments: Any) -> Any:
        """Send one request and wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": request, **arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerFailed(f"the worker ended with status {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerFailed(answer["error"])
        return answer["value"]

    def close(self) -> None:
        """End the worker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(handlers: Mapping[str, Callable[..., Any]]) -> None:
    """Answer requests from stdin until it ends."""
    core = os.environ.get("SHARVIN_BENCH_CORE")
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    # Libraries print, and a stray line would be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"value": handlers[request.pop("do")](**request)}
        except Exception as error:  # the other side decides what a failure means
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def pack(arrays: Mapping[str, np.ndarray]) -> str:
    """Arrays as text; exact, and independent of the NumPy version on either side."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def unpack(text: str) -> dict[str, np.ndarray]:
    """Inverse of `pack`."""
    with np.load(io.BytesIO(base64.b64decode(text))) as arrays:
        return dict(arrays)
