"""The command line. Everything heavy is imported inside the commands that need it.

A `SharvinError` is an answer to the user, not a crash: it is printed as one line.
"""

import sys
from typing import Annotated

import typer

from sharvin.cli import devices, measured, pages, studio
from sharvin.errors import InvalidInput, SharvinError

_FAILED = 2  # exit code of a refusal; the same that a mistyped option gives

app = typer.Typer(
    name="sharvin",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich alone would take longer than everything else
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Start with: sharvin new qpc > qpc.toml; sharvin show qpc.toml; sharvin run qpc.toml. "
        "In Python: import sharvin as sv; sv.Device(...), sv.smatrix(device, energy=...), "
        "sv.conductance(device, ...). help(sv.Device) shows how to describe a device."
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        from sharvin import __version__

        typer.echo(f"sharvin {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Quantum transport: from a device to its scattering matrix and what a laboratory measures.

    Lengths are in nm, energies in meV, fields in T; write other units out ("1.5 um", "0.1 eV").
    """


app.command("new")(devices.new)
app.command("show", no_args_is_help=True)(devices.show)
app.command("run", no_args_is_help=True)(devices.run)
app.command("explain", no_args_is_help=True)(devices.explain)
app.command("export", no_args_is_help=True)(devices.export)
app.command("analyse", no_args_is_help=True)(measured.analyse)
app.command("gallery")(pages.gallery)
app.command("verify")(pages.verify)
app.command("studio")(studio.studio)


@app.command("from-kwant", no_args_is_help=True)
def from_kwant(
    target: Annotated[
        str,
        typer.Argument(
            metavar="SCRIPT:SYSTEM",
            help="A Python file and the name in it of a finalized Kwant system, or of a function "
            "without arguments that returns one: qpc.py:system.",
        ),
    ],
    check: Annotated[
        bool,
        typer.Option("--check", help="Solve with both and print transmission, time and memory."),
    ] = False,
    energy: Annotated[
        list[float] | None,
        typer.Option(help="Energy in the system's own unit; give it several times for several."),
    ] = None,
    params: Annotated[
        list[str] | None,
        typer.Option("--params", "-p", metavar="NAME=VALUE", help="A parameter of the system."),
    ] = None,
) -> None:
    """Compare both packages on your own Kwant system.

    Example: sharvin from-kwant qpc.py:system --check --energy 0.2 -p phi=0.01
    """
    from sharvin.cli.kwant import compare

    compare(target, energies=energy or [], params=_assignments(params or []), check=check)


def _assignments(items: list[str]) -> dict[str, float | complex | str]:
    """NAME=VALUE pairs; numbers where they read as numbers."""
    values: dict[str, float | complex | str] = {}
    for item in (part for text in items for part in text.split(",")):
        name, equals, value = item.partition("=")
        if not equals or not name.strip().isidentifier():
            raise InvalidInput(f"--params takes NAME=VALUE, for example phi=0.01, got {item!r}")
        values[name.strip()] = _number(value.strip())
    return values


def _number(text: str) -> float | complex | str:
    for kind in (int, float, complex):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def main() -> None:
    """Entry point of the command ``sharvin``."""
    try:
        app(standalone_mode=True)
    except SharvinError as error:
        # One line, or one line per problem of a device file.
        lines = [" ".join(line.split()) for line in _lines(error)]
        typer.echo("\n".join(f"sharvin: {line}" for line in lines), err=True)
        sys.exit(_FAILED)


def _lines(error: SharvinError) -> list[str]:
    from_file = (
        type(error).__name__ == "DeviceFileError"
    )  # its module is not imported just for this
    return str(error).splitlines() if from_file else [str(error)]
