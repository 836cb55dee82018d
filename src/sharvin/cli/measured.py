"""The command on measured data."""

from pathlib import Path
from typing import Annotated

import typer

from sharvin.errors import Unreliable


def analyse(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="A table, NetCDF, HDF5, QCoDeS or NumPy file, or one file per variable.",
        ),
    ],
    kind: Annotated[
        str,
        typer.Option(
            help="plateaus, risers, bias-diamonds, peaks, diamonds, noise, hall, "
            "magnetoconductance, dephasing, hopping, kondo, luttinger; auto proposes one."
        ),
    ] = "auto",
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column", "-c", metavar="NAME=COLUMN:UNIT",
            help="Where a variable is: gate=Vg:V or G=1:uS; without it, by name or by order.",
        ),
    ] = None,
    lever_arm: Annotated[
        float | None,
        typer.Option(help="In eV/V: turns widths of risers and peaks into energies."),
    ] = None,
    series_resistance: Annotated[
        float | None, typer.Option(help="In Ohm: taken out of a map of bias diamonds.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("results"),
) -> None:  # fmt: skip
    """Fit measured data: report, figure, corrected data and a page.

    Example: sharvin analyse trace.csv --kind plateaus -c gate=0:V -c G=1:uS
    """
    from sharvin.app.analyse import analyse as work
    from sharvin.app.analyse import column as read

    columns = dict(read(item) for item in column or [])
    found = work(
        files, kind=kind, columns=columns or None, out=out, lever_arm=lever_arm,
        series_resistance=series_resistance,
    )  # fmt: skip
    for line in found.proposals:
        typer.echo(line)
    typer.echo(found.text)
    for path in found.files:
        typer.echo(f"wrote {path}")
    if found.problem:  # the figure and page show what was measured; a script must see the refusal
        raise Unreliable(found.problem)
