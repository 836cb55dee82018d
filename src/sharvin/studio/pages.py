"""Pages of the gallery: computed by a worker, one at a time, kept in the results folder."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sharvin.studio import wire
from sharvin.studio.catalog import catalog, fingerprint
from sharvin.studio.lane import Lane


class Pages:
    """What was computed of the gallery, and what is being computed.

    Parameters
    ----------
    folder : Path
        Figure and checks of each page; they outlive the studio.
    lane : Lane
    tell : callable
        Hears ``{"event": "page", "id": ..., "step": ...}``.
    """

    def __init__(self, folder: Path, lane: Lane, tell: Callable[[bytes], Awaitable[None]]) -> None:
        self._folder, self._lane, self._tell = folder, lane, tell
        self._runs: dict[str, asyncio.Task[bytes]] = {}
        self._steps: dict[str, str] = {}
        self._known: dict[str, dict[str, Any]] | None = None
        self._messages: set[asyncio.Task[None]] = set()

    def listed(self) -> list[dict[str, Any]]:
        """Every page without its figure; ``stored`` says how its last run went, or is None."""
        if self._known is None:
            found = {row["id"]: self._read(row["id"]) for row in catalog()}
            self._known = {id_: _short(page) for id_, page in found.items() if page}
        return [
            {**row, "stored": self._known.get(row["id"]), "step": self._steps.get(row["id"])}
            for row in catalog()
        ]

    def stored(self, id_: str) -> dict[str, Any] | None:
        """Last result of a page; ``is_current`` unless its source has changed since."""
        page = self._read(id_)
        with suppress(OSError, ValueError):
            figure = (self._folder / f"{id_}.svg").read_text("utf-8")
            return page and self._told(page, figure)
        return None

    async def run(self, id_: str) -> bytes:
        """Compute a page; who asks while it is computed gets the same answer."""
        if id_ not in self._runs:
            self._runs[id_] = asyncio.create_task(self._run(id_), name=f"page {id_}")
        return await asyncio.shield(self._runs[id_])

    def stop(self, id_: str) -> None:
        """Stop computing a page; whoever waits for it hears so."""
        self._lane.stop(lambda request: request.args.get("id") == id_)

    async def _run(self, id_: str) -> bytes:
        source = fingerprint(id_)
        self._say(id_, "waiting")
        try:
            body = await self._lane.call(
                "gallery.run", {"id": id_}, hear=lambda step: self._say(id_, step)
            )
            answer = wire.parsed(body)
            if not answer["ok"]:
                return body
            page = {**answer["result"], "when": time.time(), "source": source}
            figure = page.pop("figure_svg")
            await asyncio.to_thread(self._write, id_, page, figure)
            self.listed()
            if self._known is not None:
                self._known[id_] = _short(page)
            return wire.text({"ok": True, "result": self._told(page, figure)})
        finally:
            del self._runs[id_]
            self._say(id_, None)

    def _say(self, id_: str, step: str | None) -> None:
        """Tell every page what is done for this one; None when nothing is any more."""
        if step is None:
            self._steps.pop(id_, None)
        else:
            self._steps[id_] = step
        stored = (self._known or {}).get(id_)
        event = wire.text({"event": "page", "id": id_, "step": step, "stored": stored})
        message = asyncio.ensure_future(self._tell(event))
        self._messages.add(message)
        message.add_done_callback(self._messages.discard)

    @staticmethod
    def _told(page: dict[str, Any], figure: str) -> dict[str, Any]:
        is_current = page.get("source") == fingerprint(page["id"])
        return {**page, "figure_svg": figure, "is_current": is_current}

    def _read(self, id_: str) -> dict[str, Any] | None:
        with suppress(OSError, ValueError):
            page = json.loads((self._folder / f"{id_}.json").read_text("utf-8"))
            if isinstance(page, dict) and page.get("id") == id_:
                return page
        return None

    def _write(self, id_: str, page: dict[str, Any], figure: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for suffix, body in ((".svg", figure.encode()), (".json", wire.text(page))):
            beside = self._folder / f"{id_}.partial"
            beside.write_bytes(body)
            os.replace(beside, self._folder / f"{id_}{suffix}")


def _short(page: dict[str, Any]) -> dict[str, Any]:
    checks = page.get("checks", [])
    held = sum(bool(check.get("passed")) for check in checks)
    return {
        "seconds": page.get("seconds"), "when": page.get("when"),
        "held": held, "checks": len(checks),
    }  # fmt: skip
