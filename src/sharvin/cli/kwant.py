"""What ``sharvin from-kwant`` prints."""

from collections.abc import Mapping, Sequence

import typer

from sharvin.errors import InvalidInput

# Both solvers claim their transmissions to about this; a larger difference deserves a look.
AGREEMENT = 1e-9
_DISAGREE = 1  # exit code


def compare(
    target: str, *, energies: Sequence[float], params: Mapping[str, object], check: bool
) -> None:
    """Print both solvers' answers at each energy; exit with 1 where they differ."""
    path, colon, name = target.rpartition(":")
    if not (path and colon and name.isidentifier()):
        raise InvalidInput(f"{target!r} must read SCRIPT:SYSTEM, for example qpc.py:system")
    if not check:
        raise InvalidInput(
            "from-kwant has one thing to do yet: add --check to solve with both packages; in "
            "Python, sharvin.from_kwant(system) gives a Device"
        )
    from sharvin.interop.kwant.check import check_script

    differ = False
    for energy in energies or [0.0]:
        found = check_script(target, energy=energy, params=params)
        typer.echo(found.table() + "\n")
        if not found.difference <= AGREEMENT:
            differ = True
            typer.echo(f"the two differ by {found.difference:.1e}: one of them is wrong here")
    if differ:
        raise typer.Exit(_DISAGREE)
