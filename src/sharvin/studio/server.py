"""The web application: pages, socket and API behind one guard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from sharvin import __version__
from sharvin.studio import limits, rest
from sharvin.studio.guard import Guard
from sharvin.studio.jobs import Jobs
from sharvin.studio.lane import Lane
from sharvin.studio.pages import Pages
from sharvin.studio.socket import Session
from sharvin.studio.uploads import Uploads
from sharvin.studio.verbs import Verbs

_MEDIA = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".map": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
WARMING = ("point", "ldos", "current", "results")  # in the order in which pages ask
_NO_PAGES = (
    "<!doctype html><meta charset=utf-8><title>Sharvin studio</title>"
    "<p>The pages of the studio are not in this installation; build src/sharvin/studio/web."
)


@dataclass(frozen=True)
class Settings:
    """What a studio needs to know.

    Parameters
    ----------
    token : str
        Whoever has it may ask.
    port : int
    results : Path
        The only folder that is written to.
    is_warm : bool
        Whether the first worker starts at once.
    """

    token: str
    port: int
    results: Path
    is_warm: bool = True


def application(settings: Settings) -> Any:
    """Return the ASGI application of a studio."""
    studio = _Studio(settings)
    routes = [
        Route("/", studio.index),
        Route("/assets/{name}", studio.asset),
        *rest.routes(studio.jobs, __version__),
        WebSocketRoute("/ws", studio.socket),
    ]
    inner = Starlette(routes=routes, lifespan=studio.lifespan)
    return Guard(inner, settings.token, settings.port)


class _Studio:
    """What the routes share: the open pages, the workers, the jobs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sessions: set[Session] = set()
        self._quick, self._slow = Lane("quick"), Lane("slow", 10 * limits.SECONDS)
        self._shelf = Lane("pages", 10 * limits.SECONDS)  # a page must not wait for another's fit
        self.jobs = Jobs(settings.results, self._broadcast)
        self._uploads = Uploads(settings.results / "studio" / "uploads")
        pages = Pages(settings.results / "studio" / "pages", self._shelf, self._broadcast)
        self._verbs = Verbs(self._quick, self._slow, self.jobs, self._uploads, pages)
        self._static = _static_files()

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Start the workers' lanes and read the jobs; stop all of it at the end."""
        self.jobs.open()
        lanes = self._quick, self._slow, self._shelf
        for lane in lanes:
            lane.start()
        warming = asyncio.create_task(self._warm())
        try:
            yield
        finally:
            warming.cancel()
            await self.jobs.close()
            for lane in lanes:
                await lane.close()
            self._uploads.clear()

    async def _warm(self) -> None:
        """One small step after the other, so that whoever asks waits for one at most."""
        for step in WARMING if self._settings.is_warm else ():
            await self._quick.call("warm", {"step": step})

    async def index(self, _: Request) -> Response:
        """Return the page itself; it holds no data."""
        body = self._static.get("index.html")
        headers = {"Cache-Control": "no-store"}
        return HTMLResponse(_NO_PAGES if body is None else body.read_bytes(), headers=headers)

    async def asset(self, request: Request) -> Response:
        """Return a file of the bundle; only names that the bundle has are known."""
        name = request.path_params["name"]
        path = self._static.get(name)
        if path is None:
            return PlainTextResponse("there is no such file", status_code=404)
        media = _MEDIA.get(Path(name).suffix, "application/octet-stream")
        # Names do not change with the content: the browser asks again each time.
        return Response(path.read_bytes(), media_type=media, headers={"Cache-Control": "no-cache"})

    async def socket(self, socket: WebSocket) -> None:
        """Serve one page until it is closed."""
        if len(self._sessions) >= limits.SOCKETS:
            await socket.close(1013, "too many pages are open")
            return
        await socket.accept()
        session = Session(socket, self._verbs.handle)
        self._sessions.add(session)
        try:
            await session.serve()
        finally:
            self._sessions.discard(session)
            for lane in (self._quick, self._slow):
                lane.forget(lambda r: isinstance(r.slot, tuple) and r.slot[0] == id(session))

    async def _broadcast(self, message: bytes) -> None:
        await asyncio.gather(*(session.send(message) for session in list(self._sessions)))


def _static_files() -> dict[str, Any]:
    """Files of the bundle by name, read from the package."""
    folder = files("sharvin.studio").joinpath("static")
    found: dict[str, Any] = {}
    for place in (folder, folder.joinpath("assets")):
        if place.is_dir():
            found |= {entry.name: entry for entry in place.iterdir() if entry.is_file()}
    return found
