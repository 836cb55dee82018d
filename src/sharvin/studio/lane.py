"""A worker process and the requests that wait for it: one at a time, the latest wins."""

import asyncio
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sharvin.studio import limits, wire
from sharvin.studio.environment import environment

SUPERSEDED = b'{"ok":false,"error":"superseded"}'
STOPPED = b'{"ok":false,"error":"stopped","where":null}'
STEP = b'{"step":'  # how a frame begins that says how far an answer is
_HEADER = 8  # bytes that say how long a message is


@dataclass(eq=False)
class Request:
    """A call that waits for an answer; ``hear`` is told of every step on the way."""

    verb: str
    args: dict[str, Any]
    slot: Any = None
    hear: Callable[[str], None] = field(default=lambda step: None)
    is_stopped: bool = False
    answer: "asyncio.Future[bytes]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, body: bytes) -> None:
        """Answer, unless somebody did."""
        if not self.answer.done():
            self.answer.set_result(body)


class Lane:
    """One process that answers one request after the other; a crash is a message.

    Parameters
    ----------
    name : str
    seconds : float
        After which a request is given up and the process with it.
    """

    def __init__(self, name: str, seconds: float = limits.SECONDS) -> None:
        self.name = name
        self._seconds = seconds
        self._waiting: deque[Request] = deque()
        self._current: Request | None = None
        self._since = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve; the process itself starts with the first request."""
        self._task = asyncio.create_task(self._serve(), name=f"lane {self.name}")

    async def close(self) -> None:
        """End the process and answer whoever still waits."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for request in [*self._waiting, *([self._current] if self._current else [])]:
            request.settle(_failure("the studio is shutting down"))
        await self._end()

    async def call(
        self,
        verb: str,
        args: dict[str, Any],
        slot: Any = None,
        hear: Callable[[str], None] | None = None,
    ) -> bytes:
        """JSON object with ``ok`` and ``result`` or ``error``."""
        request = Request(verb, args, slot)
        if hear is not None:
            request.hear = hear
        if slot is not None:
            self.forget(lambda other: other.slot == slot)
        self._waiting.append(request)
        self._wake.set()
        return await request.answer

    def forget(self, which: Callable[[Request], bool]) -> None:
        """Answer these requests with ``superseded``; nobody waits for them any more."""
        for request in [r for r in self._waiting if which(r)]:
            self._waiting.remove(request)
            request.settle(SUPERSEDED)
        if self._current is not None and which(self._current):
            self._current.settle(SUPERSEDED)

    def stop(self, which: Callable[[Request], bool]) -> None:
        """Answer these requests with ``stopped``, and end the process if it computes one."""
        for request in [r for r in self._waiting if which(r)]:
            self._waiting.remove(request)
            request.settle(STOPPED)
        if self._current is not None and which(self._current):
            self._current.is_stopped = True
            self._current.settle(STOPPED)

    async def _serve(self) -> None:
        while True:
            while not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            request = self._current = self._waiting.popleft()
            try:
                request.settle(await self._answer(request))
            except (OSError, EOFError, asyncio.IncompleteReadError):
                await self._end()
                request.settle(
                    _failure(
                        "the process that computed this ended unexpectedly (out of memory?); "
                        "a new one is starting, the other pages go on"
                    )
                )
            finally:
                self._current = None

    async def _answer(self, request: Request) -> bytes:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        body = wire.text({"verb": request.verb, "args": request.args})
        process.stdin.write(len(body).to_bytes(_HEADER, "little") + body)
        await process.stdin.drain()
        self._since = time.monotonic()
        reading = asyncio.create_task(_last_frame(process.stdout, request.hear))
        try:
            while True:
                left = self._since + self._seconds - time.monotonic()
                done, _ = await asyncio.wait({reading}, timeout=max(0.0, min(left, 0.25)))
                if done:
                    return reading.result()
                refusal = self._given_up(request, time.monotonic() - self._since)
                if refusal is not None:
                    await self._end()
                    return refusal
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
                await reading

    def _given_up(self, request: Request, passed: float) -> bytes | None:
        """Answer of a request that its process shall not finish, after so many seconds."""
        if request.is_stopped:
            return STOPPED
        if request.answer.done() and self._waiting and passed > limits.PATIENCE:
            return SUPERSEDED
        if passed > self._seconds:
            return _failure(
                f"no answer within {self._seconds:.0f} s; use a smaller device, or start "
                "a sweep, which may take as long as it needs"
            )
        return None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await spawn("sharvin.studio.worker")
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await kill(process)


async def spawn(module: str, *arguments: str) -> asyncio.subprocess.Process:
    """Process that runs ``python -m module``, with pipes and one BLAS thread."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the current folder holds the user's files, not modules
        "-m",
        module,
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )


async def kill(process: asyncio.subprocess.Process) -> None:
    """End a process at once; what it keeps is kept in transactions."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
    transport = getattr(process, "_transport", None)
    if transport is not None:  # closes the pipes now, not when the loop is gone
        transport.close()


async def _last_frame(stream: asyncio.StreamReader, hear: Callable[[str], None]) -> bytes:
    """The answer; what comes before it says how far it is."""
    while (frame := await _frame(stream)).startswith(STEP):
        hear(str(wire.parsed(frame)["step"]))
    return frame


async def _frame(stream: asyncio.StreamReader) -> bytes:
    size = int.from_bytes(await stream.readexactly(_HEADER), "little")
    return await stream.readexactly(size)


def _failure(sentence: str) -> bytes:
    return wire.text({"ok": False, "error": sentence, "where": None})
