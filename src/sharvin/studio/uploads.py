"""Measured files that pages have sent: kept under names of our own until the studio ends."""

import secrets
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

from sharvin.errors import InvalidInput

_KEPT = 16


class Uploads:
    """Files in a folder, the latest few.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: OrderedDict[str, tuple[str, Path]] = OrderedDict()

    def put(self, name: str, content: bytes) -> tuple[str, Path]:
        """Id and path of a new file; the page's own name for it never becomes a path."""
        self._folder.mkdir(parents=True, exist_ok=True)
        id_ = secrets.token_hex(8)
        path = self._folder / id_
        path.write_bytes(content)
        self._known[id_] = (name, path)
        while len(self._known) > _KEPT:
            _, (_, oldest) = self._known.popitem(last=False)
            oldest.unlink(missing_ok=True)
        return id_, path

    def find(self, which: str) -> tuple[str, Path]:
        """Name and path of the file with this id, or of the latest with this name."""
        for id_, (name, path) in reversed(self._known.items()):
            if which in (id_, name):
                return name, path
        raise InvalidInput("this file is not loaded any more; drop it on the page again")

    def clear(self) -> None:
        """Remove all of them."""
        for _, path in self._known.values():
            path.unlink(missing_ok=True)
        self._known.clear()
        with suppress(OSError):
            self._folder.rmdir()
