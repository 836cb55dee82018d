"""Commands on device files: new, show, run, explain, export."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sharvin.errors import InvalidInput

if TYPE_CHECKING:
    from sharvin.app.run import Report

_INTERRUPTED = 130  # exit code of a program stopped by Ctrl-C
_FILE = typer.Argument(metavar="DEVICE.toml", help="The device file.", show_default=False)
_STORED = typer.Argument(
    metavar="RESULT", help="NAME.nc, or NAME.sharvin (also unfinished).", show_default=False
)


def new(
    kind: Annotated[str, typer.Argument(help="qpc, wire or hall_bar.")] = "qpc",
) -> None:
    """Print a commented device file to start from.

    Example: sharvin new qpc > mine.toml
    """
    from sharvin.app.new import new as template

    typer.echo(template(kind), nl=False)


def show(
    device: Annotated[Path, _FILE],
    out: Annotated[
        Path | None, typer.Option(help="PNG or PDF to write.", show_default="NAME-device.png")
    ] = None,
    params: Annotated[
        list[str] | None,
        typer.Option("--params", "-p", metavar="NAME=VALUE", help="Where: -p gate=-0.9 -p B=1T."),
    ] = None,
) -> None:
    """Draw the device; nothing is computed yet.

    The picture shows geometry, gates, potential, Fermi contour and leads.
    """
    from sharvin.app.show import show as draw

    shown = draw(device, out, _chosen(params or []))
    for line in shown.lines:
        typer.echo(line)
    for path in shown.files:
        typer.echo(f"picture: {path}")


def run(
    device: Annotated[Path, _FILE],
    out: Annotated[Path, typer.Option(help="Folder for figure, data and journal.")] = Path(
        "results"
    ),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads.", show_default="one per core")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue an earlier run of the same file.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget an earlier run.")] = False,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help='A Dask scheduler, "tcp://...", or "local".'),
    ] = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="Worker processes instead of threads.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Compute the experiment of a device file.

    Ctrl-C and --resume lose nothing.
    Writes NAME.png, NAME.pdf, NAME.csv and NAME.nc (labelled NetCDF) into the folder.
    """
    from sharvin.app.run import Options
    from sharvin.app.run import run as compute

    options = Options(
        workers=workers,
        resume=resume,
        fresh=fresh,
        cluster=cluster,
        executor="processes" if processes else None,
        progress=not quiet,
    )
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", RuntimeWarning)
        try:
            report = compute(device, out, options)
        except KeyboardInterrupt as stop:
            typer.echo(f"sharvin: {stop or 'stopped'} (add --resume)", err=True)
            raise typer.Exit(_INTERRUPTED) from None
    for note in notes:
        if issubclass(note.category, RuntimeWarning):
            typer.echo(f"note: {note.message}", err=True)
    _print(report)


def explain(result: Annotated[Path, _STORED]) -> None:
    """Say in one paragraph what a stored result is.

    Regime, errors, assumptions, references.
    """
    from sharvin.app.explain import explain as tell

    typer.echo(tell(result))


def export(
    result: Annotated[Path, _STORED],
    out: Annotated[
        Path | None, typer.Option(help="Path without its ending.", show_default="as RESULT")
    ] = None,
) -> None:
    """Write figure, table and data of a stored result again.

    An unfinished one (NAME.sharvin) has gaps.
    """
    from sharvin.app.export import export as write

    files, _, _ = write(result, out)
    for path in files:
        typer.echo(f"{path}")


def _chosen(items: list[str]) -> dict[str, str]:
    chosen = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(f"-p takes NAME=VALUE, for example gate=-0.9, got {item!r}")
        chosen[name.strip()] = value.strip()
    return chosen


def _uncertainty(attrs: Mapping[str, Any]) -> str:
    """The error of the result; several readings of one run share that of the transmissions."""
    if "error_estimate" in attrs:
        return f"estimated error {float(attrs['error_estimate']):.1e} {attrs.get('units', '')}"
    worst = max(float(attrs.get(f"{name}_error", 0.0)) for name in ("quadrature", "smatrix"))
    return f"transmissions uncertain by {worst:.1e}"


def _print(report: "Report") -> None:
    attrs = report.result.attrs
    name, unit = report.axis
    if report.plateaus:
        typer.echo(f"\nplateau   {name} ({unit})".ljust(34) + "flat part of step    mean value")
        for p in report.plateaus:
            where = f"{p.start:9.4g} ... {p.stop:.4g}"
            typer.echo(f"{p.number:>7}   {where:<24}{100 * p.share:>8.0f} %{p.value:>20.5f}")
        typer.echo(f"(flat: within 1 % of a step; {attrs.get('units', '')})\n")
    seconds = attrs.get("seconds")
    if seconds is not None:
        typer.echo(
            f"{report.result.size} values from {attrs.get('energies_used', '?')} S-matrices, "
            f"{seconds:.3g} core seconds; {_uncertainty(attrs)}"
        )
    kinds = {".png": "figure", ".nc": "data", ".csv": "table"}
    for path in report.files:
        if path.suffix in kinds:
            typer.echo(f"{kinds[path.suffix] + ':':<8} {path}")
