"""One page's connection: requests with ids in, answers in any order out, events in between."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sharvin.errors import InvalidInput, SharvinError
from sharvin.studio import limits, wire
from sharvin.studio.lane import SUPERSEDED

# verb, arguments, slot -> JSON object with ok and result or error
Handler = Callable[[str, dict[str, Any], Any], Awaitable[bytes]]


class Session:
    """A page that is open.

    Parameters
    ----------
    socket : WebSocket
    handle : callable
        Computes the answer to a verb.
    """

    def __init__(self, socket: WebSocket, handle: Handler) -> None:
        self._socket = socket
        self._handle = handle
        self._tasks: set[asyncio.Task[None]] = set()
        self._latest: dict[str, object] = {}
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Answer until the page is closed."""
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._take(message.get("text") or message.get("bytes") or b"")
        except WebSocketDisconnect:
            return
        finally:
            for task in self._tasks:
                task.cancel()

    async def send(self, body: bytes) -> None:
        """Send one message; a page that is gone hears nothing."""
        with suppress(RuntimeError, WebSocketDisconnect, OSError):
            async with self._sending:
                await self._socket.send_text(body.decode())

    async def _take(self, message: str | bytes) -> None:
        number: Any = None
        try:
            request = wire.parsed(message)
            if not isinstance(request, dict):
                raise InvalidInput('a request is an object, {"id": 1, "verb": "...", "args": {}}')
            number = _number(request.get("id"))
            verb, args, slot = _parts(request)
            if len(self._tasks) >= limits.WAITING:
                raise InvalidInput(f"{limits.WAITING} requests wait already; this one is refused")
        except SharvinError as error:
            await self.send(
                wire.text({"id": number, "ok": False, "error": str(error), "where": None})
            )
            return
        mark = object()
        if slot is not None:
            self._latest[slot] = mark
        task = asyncio.create_task(self._answer(number, verb, args, slot, mark))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(
        self, number: int, verb: str, args: dict[str, Any], slot: str | None, mark: object
    ) -> None:
        body = await self._handle(verb, args, None if slot is None else (id(self), slot))
        if slot is not None and self._latest.get(slot) is not mark:
            body = SUPERSEDED
        await self.send(b'{"id":%d,' % number + body[1:])


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise InvalidInput("'id' must be a whole number that is not negative")
    return value


def _parts(request: dict[str, Any]) -> tuple[str, dict[str, Any], str | None]:
    verb, args, slot = request.get("verb"), request.get("args", {}), request.get("slot")
    if not isinstance(verb, str):
        raise InvalidInput("'verb' must be text, such as \"gallery.list\"")
    if not isinstance(args, dict):
        raise InvalidInput("'args' must be an object")
    if slot is not None and (not isinstance(slot, str) or len(slot) > limits.NAME):
        raise InvalidInput("'slot' must be a short text")
    return verb, args, slot
