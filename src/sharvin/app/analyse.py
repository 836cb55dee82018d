"""From a measured file to a report, a figure and corrected data."""

import html
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.app.curves import CURVES, left_over
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


def _bias_diamonds(record: "xr.Dataset", options: Mapping[str, float]) -> tuple["Fit", ...]:
    from sharvin.analysis.bias_diamonds import fit_bias_diamonds
    from sharvin.analysis.saddle import fit_saddle

    found = fit_bias_diamonds(record, series_resistance=options.get("series_resistance", 0.0))
    return (found, fit_saddle(found)) if found.converged else (found,)


# What each kind is called on the command line.
KINDS: dict[str, Callable[["xr.Dataset", Mapping[str, float]], tuple["Fit", ...]]] = {
    "diamonds": _diamonds,
    "bias-diamonds": _bias_diamonds,
    "plateaus": _plateaus,
    "risers": _risers,
    "peaks": _peaks,
    **CURVES,
}
# Which kinds a number of the command line means something to.
_USED_BY = {
    "lever_arm": ("risers", "peaks"),
    "series_resistance": ("bias-diamonds",),
}
# What "auto" tries, in this order; a map is never a trace, nor the other way round. Curves come in
# between, those whose columns are all there.
_MAPS, _TRACES = ("bias-diamonds", "diamonds"), ("plateaus", "peaks")


def analyse(
    files: Sequence[Path],
    *,
    kind: str = "auto",
    columns: Mapping[str, Column] | None = None,
    out: Path = Path("results"),
    lever_arm: float | None = None,
    series_resistance: float | None = None,
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
        In eV/V, for kinds that turn voltages into energies: risers and peaks.
    series_resistance : float, optional
        In Ω, for bias diamonds.

    Raises
    ------
    InvalidInput
        Also for an option that the kind has no use for.
    """
    from sharvin.analysis.load import load

    if kind != "auto" and kind not in KINDS:
        raise UnknownName.among("kind of analysis", kind, [*KINDS, "auto"])
    if not files:
        raise InvalidInput("no file to analyze")
    options = _options(lever_arm, series_resistance)
    if kind != "auto":
        _meaningful(kind, options)
    record = load(files[0] if len(files) == 1 else list(files), columns=columns)
    if kind == "auto":
        chosen, fits, proposals = _propose(record, options)
        _meaningful(chosen, options)
    else:
        chosen, fits, proposals = kind, KINDS[kind](record, options), ()
    text = "\n\n".join(fit.report() for fit in fits)
    written = _write(fits, chosen, text, files, out)
    return Analysis(chosen, fits, text, written, proposals)


def _options(lever_arm: float | None, series_resistance: float | None) -> dict[str, float]:
    """The numbers that were given, checked."""
    if lever_arm is not None and not lever_arm > 0:
        raise InvalidInput(f"--lever-arm is positive, in eV/V, got {lever_arm:g}")
    if series_resistance is not None and not series_resistance >= 0:
        raise InvalidInput(f"--series-resistance is zero or more, in Ω, got {series_resistance:g}")
    given = {"lever_arm": lever_arm, "series_resistance": series_resistance}
    return {name: value for name, value in given.items() if value is not None}


def _meaningful(kind: str, options: Mapping[str, float]) -> None:
    """Refuse an option that the kind would ignore."""
    for name in options:
        users = _USED_BY[name]
        if kind not in users:
            raise InvalidInput(
                f"--{name.replace('_', '-')} means nothing to {kind}; it is used by "
                f"--kind {' and '.join(users)}"
            )


def _propose(
    record: "xr.Dataset", options: Mapping[str, float]
) -> tuple[str, tuple["Fit", ...], tuple[str, ...]]:
    """The first kind whose fit converges; every refusal is kept.

    Of several curves that fit the same columns, the one that leaves the least over.
    """
    said: list[str] = []
    for kinds in (_MAPS, _curves(record), _TRACES):
        found: list[tuple[str, tuple[Fit, ...]]] = []
        for kind in kinds:
            used = {n: v for n, v in options.items() if kind in _USED_BY[n]}
            try:
                fits = KINDS[kind](record, used)
            except SharvinError as error:
                said.append(f"{kind}: {error}")
                continue
            if not fits[0].converged:
                said.append(f"{kind}: {fits[0].problem}")
                continue
            found.append((kind, fits))
            if kind not in CURVES:
                break
        if found:
            points = max((v.size for v in record.variables.values()), default=0)
            scores = [left_over(fits[0], points) for _, fits in found]
            best = scores.index(min(scores))
            said += [
                f"{kind}: fits as well, but leaves {100 * score:.2g} % of the data over"
                for place, ((kind, _), score) in enumerate(zip(found, scores, strict=True))
                if place != best
            ]
            kind, fits = found[best]
            score = f", leaves {100 * scores[best]:.2g} %" if len(found) > 1 else ""
            return kind, fits, (*said, f"{kind}: proposed{score}")
    raise Unreliable("nothing found to analyze; " + "; ".join(said))


def _curves(record: "xr.Dataset") -> tuple[str, ...]:
    """Curves of which the record has every column; with a gate, a temperature is a mere log."""
    from sharvin.analysis.records import has

    if has(record, "gate"):
        return ()
    return tuple(name for name, one in CURVES.items() if all(has(record, c) for c in one.columns))


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
