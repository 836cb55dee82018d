"""From a measured file to a report, a figure and corrected data."""

import html
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.app.curves import CURVES
from sharvin.errors import InvalidInput, SharvinError, UnknownName, Unreliable

if TYPE_CHECKING:
    import xarray as xr

    from sharvin.analysis.fit import Fit

Column = str | int | tuple[str | int, str]


@dataclass(frozen=True, eq=False)
class Analysis:
    """What an analysis found and which files it wrote.

    Parameters
    ----------
    kind : str
        The one that was asked for, or that "auto" proposes.
    fits : tuple of Fit
    text : str
        Their reports.
    files : tuple of Path
        Figure, corrected data (NetCDF and CSV) and the page.
    proposals : tuple of str
        For "auto": what was tried, and why it was taken or not.
    """

    kind: str
    fits: tuple["Fit", ...]
    text: str
    files: tuple[Path, ...]
    proposals: tuple[str, ...] = ()

    @property
    def problem(self) -> str:
        """Why there is no result; empty when a fit converged."""
        if any(fit.converged for fit in self.fits):
            return ""
        return "; ".join(fit.problem for fit in self.fits) or f"no {self.kind} found"


def _plateaus(record: "xr.Dataset", _: Mapping[str, float]) -> tuple["Fit", ...]:
    from sharvin.analysis.contacts import fit_plateaus

    return (fit_plateaus(record),)


def _risers(record: "xr.Dataset", options: Mapping[str, float]) -> tuple["Fit", ...]:
    from sharvin.analysis.contacts import fit_plateaus
    from sharvin.analysis.risers import fit_risers

    found = fit_plateaus(record)
    if not found.converged:
        return (found,)
    count = len(found.parts["plateaus"])
    return (found, *(fit_risers(found, trace=k, **options) for k in range(count)))


def _peaks(record: "xr.Dataset", options: Mapping[str, float]) -> tuple["Fit", ...]:
    from sharvin.analysis.peaks import fit_peaks

    return fit_peaks(record, **options)


def _diamonds(record: "xr.Dataset", _: Mapping[str, float]) -> tuple["Fit", ...]:
    from sharvin.analysis.diamonds import fit_diamonds

    return (fit_diamonds(record),)


# What each kind is called on the command line.
KINDS: dict[str, Callable[["xr.Dataset", Mapping[str, float]], tuple["Fit", ...]]] = {
    "diamonds": _diamonds,
    "plateaus": _plateaus,
    "risers": _risers,
    "peaks": _peaks,
    **CURVES,
}
# What "auto" tries, in this order. Curves are left out: a smooth curve suits several of them.
_PROPOSED = ("diamonds", "plateaus", "peaks")


def analyse(
    files: Sequence[Path],
    *,
    kind: str = "auto",
    columns: Mapping[str, Column] | None = None,
    out: Path = Path("results"),
    lever_arm: float | None = None,
) -> Analysis:
    """Load, fit, report, draw: everything that ``sharvin analyse`` does.

    Parameters
    ----------
    files : sequence of Path
        One file, or several that hold one variable each.
    kind : str
        One of `KINDS`, or "auto".
    columns : mapping, optional
        As in `sharvin.analysis.load`.
    out : Path
        Folder for the results; created when needed.
    lever_arm : float, optional
        In eV/V, for kinds that turn voltages into energies.
    """
    from sharvin.analysis.load import load

    if kind != "auto" and kind not in KINDS:
        raise UnknownName.among("kind of analysis", kind, [*KINDS, "auto"])
    if not files:
        raise InvalidInput("no file to analyze")
    record = load(files[0] if len(files) == 1 else list(files), columns=columns)
    options = {} if lever_arm is None else {"lever_arm": lever_arm}
    chosen, fits, proposals = (
        _propose(record, options) if kind == "auto" else (kind, KINDS[kind](record, options), ())
    )
    text = "\n\n".join(fit.report() for fit in fits)
    written = _write(fits, chosen, text, files, out)
    return Analysis(chosen, fits, text, written, proposals)


def _propose(
    record: "xr.Dataset", options: Mapping[str, float]
) -> tuple[str, tuple["Fit", ...], tuple[str, ...]]:
    """The first kind whose fit converges; every refusal is kept."""
    said = []
    for kind in _PROPOSED:
        try:
            fits = KINDS[kind](record, options)
        except SharvinError as error:
            said.append(f"{kind}: {error}")
            continue
        if fits[0].converged:
            return kind, fits, (*said, f"{kind}: proposed")
        said.append(f"{kind}: {fits[0].problem}")
    raise Unreliable("nothing found to analyze; " + "; ".join(said))


def _write(
    fits: Sequence["Fit"], kind: str, text: str, files: Sequence[Path], out: Path
) -> tuple[Path, ...]:
    from sharvin.plot.fit import fit as draw

    out.mkdir(parents=True, exist_ok=True)
    stem = f"{files[0].stem}-{kind}"
    written = []
    pictures = []
    for number, one in enumerate(fits[:12]):
        figure = draw(one)
        path = out / (f"{stem}.png" if number == 0 else f"{stem}-{number + 1}.png")
        figure.savefig(path)
        pictures.append(path.read_bytes())
        written.append(path)
    corrected = fits[0].parts.get("corrected")
    if corrected is not None:
        written += _data(corrected, out / f"{stem}-corrected")
    page = out / f"{stem}.html"
    page.write_text(_page(kind, text, files, pictures), encoding="utf-8")
    return (*written, page)


def _data(record: "xr.Dataset", stem: Path) -> list[Path]:
    """Corrected data as NetCDF and CSV."""
    netcdf, table = stem.with_suffix(".nc"), stem.with_suffix(".csv")
    record.to_netcdf(netcdf, engine="h5netcdf")
    frame = record.to_dataframe().reset_index().dropna()
    units = {str(n): str(record[n].attrs.get("units", "")) for n in record.variables}
    names = [f"{n} ({units[n]})" if units.get(n) else str(n) for n in frame.columns]
    buffer = BytesIO()
    frame.to_csv(buffer, index=False, header=names, float_format="%.8g")
    table.write_bytes(buffer.getvalue())
    return [netcdf, table]


def _page(kind: str, text: str, files: Sequence[Path], pictures: Sequence[bytes]) -> str:
    """One self-contained page: figures and report."""
    names = ", ".join(html.escape(path.name) for path in files)
    images = "\n".join(
        f'<img alt="figure" src="data:image/png;base64,{b64encode(p).decode()}">' for p in pictures
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{names}: {html.escape(kind)}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 62rem; margin: 2rem auto;
padding: 0 1rem; }}
img {{ max-width: 100%; }} pre {{ background: #f5f7f9; padding: 1rem; white-space: pre-wrap; }}
h1 {{ font-size: 1.4rem; }}
</style>
<h1>{names}: {html.escape(kind)}</h1>
{images}
<pre>{html.escape(text)}</pre>
</html>
"""


def column(text: str) -> tuple[str, Any]:
    """``NAME=COLUMN:UNIT`` of the command line; either of column and unit may be missing.

    Examples
    --------
    >>> column("gate=Vg:V")
    ('gate', ('Vg', 'V'))
    >>> column("G=1:uS")
    ('G', (1, 'uS'))
    >>> column("G=uS")
    ('G', 'uS')
    """
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise InvalidInput(f"--column takes NAME=COLUMN:UNIT, for example gate=Vg:V, got {text!r}")
    where, colon, unit = rest.strip().rpartition(":")
    place: str | int = where if colon else rest.strip()
    if isinstance(place, str) and place.isdigit():
        place = int(place)
    return name.strip(), (place, unit) if colon else place
