"""Commands on the gallery: one page per phenomenon, and the scorecard of all."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

_FAILED = 1  # exit code of a scorecard with a failed row


def gallery(
    id_: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A page; without it, the list.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the figure.")] = Path("results"),
    full: Annotated[bool, typer.Option("--full", help="Finer grids, more samples.")] = False,
) -> None:
    """Compute, check and draw one phenomenon, or list all.

    Example: sharvin gallery saddle-point
    """
    from sharvin.app.pages import catalog, page

    if id_ is None:
        for name, title in catalog():
            typer.echo(f"{name:<20} {title}")
        typer.echo("\nsharvin gallery ID computes a page; sharvin verify checks all of them")
        return
    found = page(id_, out, full=full)
    typer.echo(f"{found.title}\n\n{found.statement}\n")
    for check in found.checks:
        typer.echo(_check(vars_of(check)))
    typer.echo(f"\n{found.kind}; " + "; ".join(found.references))
    for path in found.files:
        typer.echo(f"figure: {path}")


def verify(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[IDS]...", help="Pages; without them, all.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="With what takes minutes.")] = False,
    file: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write the scorecard as JSON; - prints it."),
    ] = None,
) -> None:
    """Compare computed numbers with expected ones: the scorecard."""
    from sharvin.app.pages import verify as compare

    is_piped = file == "-"
    rows = compare(ids or [], full=full, progress=None if is_piped else _print_row)
    text = json.dumps(rows, indent=2, ensure_ascii=False)
    if is_piped:
        typer.echo(text)
    elif file is not None:
        Path(file).write_text(text + "\n", encoding="utf-8")
    good = sum(_passed(row) for row in rows)
    if not is_piped:
        seconds = sum(row["seconds"] for row in rows)
        typer.echo(f"{good} of {len(rows)} phenomena agree, {seconds:.1f} s")
    if good < len(rows):
        raise typer.Exit(_FAILED)


def _passed(row: Any) -> bool:
    return bool(row["checks"]) and all(check["passed"] for check in row["checks"])


def _print_row(row: Any) -> None:
    mark = "ok  " if _passed(row) else "FAIL"
    typer.echo(f"{mark} {row['id']:<20} {row['seconds']:6.1f} s   {row['kind']}")
    for check in row["checks"]:
        if not check["passed"]:
            typer.echo("     " + _check(check))


def _check(check: Any) -> str:
    mark = "ok  " if check["passed"] else "FAIL"
    if check["value"] is None:
        return f"{mark} {check['name']}"
    return (
        f"{mark} {check['name']}: {check['value']:.7g}, expected {check['expected']:.7g} "
        f"± {check['tolerance']:.1g}"
    )


def vars_of(check: Any) -> dict[str, Any]:
    """Fields of a check by name."""
    names = ("name", "value", "expected", "tolerance", "passed")
    return {name: getattr(check, name) for name in names}
