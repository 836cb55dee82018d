"""Command ``sharvin studio``: a server on 127.0.0.1 and the browser on its page."""

import os
import secrets
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from sharvin.errors import InvalidInput, SharvinError
from sharvin.optional import require
from sharvin.studio import limits
from sharvin.studio.environment import environment

_HOST = "127.0.0.1"


def serve(
    port: int = 0,
    results: str | Path = "results",
    *,
    open_browser: bool = True,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve the studio until Ctrl-C.

    Parameters
    ----------
    port : int
        0 takes any that is free.
    results : path
        Folder for the results of sweeps.
    open_browser : bool
    announce : callable
        Hears the address, with its token, once it answers.

    Raises
    ------
    MissingExtra
        Without starlette, uvicorn or websockets.
    InvalidInput
        When the port is taken.
    """
    _require()
    import uvicorn

    from sharvin.studio.server import Settings, application

    folder = Path(results).absolute()
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file; results need a folder")
    listening = _listen(port)
    number = listening.getsockname()[1]
    token = secrets.token_urlsafe(24)
    address = f"http://{_HOST}:{number}/?token={token}"

    class Server(uvicorn.Server):
        """Says where it is as soon as it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce(address)
            if open_browser:
                _open(address)

    config = uvicorn.Config(
        application(Settings(token, number, folder)),
        log_level="warning",
        access_log=False,  # it would write the token into logs
        server_header=False,
        proxy_headers=False,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=limits.MESSAGE,
        ws_per_message_deflate=False,  # packing costs more than a loopback carries
        limit_concurrency=limits.CONNECTIONS,
        timeout_graceful_shutdown=2,
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C is how a studio ends
        Server(config).run(sockets=[listening])


def start(port: int, results: Path, *, open_browser: bool) -> None:
    """Serve in this process, after it has forgotten what it had loaded: `serve` with arguments.

    The command line brings modules that a server never needs, 10 MB that would stay until it ends.
    """
    _require()
    if os.name != "posix":  # elsewhere exec would hand the terminal back while the server runs
        serve(port, results, open_browser=open_browser)
        return
    wanted = [str(port), str(results), str(int(open_browser))]
    sys.stdout.flush()
    # -P: the current folder holds the user's files, not modules
    os.execve(sys.executable, [sys.executable, "-P", "-m", __name__, *wanted], environment())


def _require() -> None:
    for module in ("starlette", "uvicorn", "websockets"):
        require(module, extra="studio")


def _main(arguments: list[str]) -> None:
    port, results, is_open = arguments
    try:
        say = partial(print, flush=True)  # also where the output is a file or a pipe
        serve(int(port), results, open_browser=is_open == "1", announce=say)
    except SharvinError as error:
        sys.stderr.write(f"sharvin: {error}\n")
        raise SystemExit(2) from None


def _listen(port: int) -> socket.socket:
    if not 0 <= port < 65536:
        raise InvalidInput(f"a port is a number from 0 (any) to 65535, got {port}")
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except OSError as error:
        listening.close()
        raise InvalidInput(
            f"port {port} cannot be used ({error.strerror}); leave --port out to take any"
        ) from None
    return listening


def _open(address: str) -> None:
    """Open the browser without waiting for it."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


if __name__ == "__main__":
    _main(sys.argv[1:])
