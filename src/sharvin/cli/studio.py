"""Command ``sharvin studio``."""

from pathlib import Path
from typing import Annotated

import typer


def studio(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes any.")
    ] = 0,
    results: Annotated[Path, typer.Option(help="Folder for sweeps and their results.")] = Path(
        "results"
    ),
    is_open: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Open the laboratory in the browser: devices, sweeps, gallery, data.

    It answers on this machine only, to whoever has the token in the printed address.
    """
    from sharvin.studio.serve import start

    start(port, results, open_browser=is_open)
