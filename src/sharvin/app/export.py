"""Verb ``export``: labelled data, table and figure on disk."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.analysis.plateaus import Plateau
from sharvin.errors import InvalidInput

if TYPE_CHECKING:
    import xarray as xr

Written = tuple[tuple[Path, ...], tuple[Plateau, ...], tuple[str, str]]


def write_all(result: "xr.DataArray", stem: Path, *, picture: Any = None) -> Written:
    """Write STEM.png, .pdf, .csv and .nc; returns paths, plateaus and what they lie on."""
    from sharvin.plot.table import save, save_table
    from sharvin.sweeps.labelled import to_netcdf

    drawn, plateaus, axis = figure(result, picture=picture)
    files = save(drawn, stem) if drawn is not None else []
    files.append(save_table(result, stem.with_name(f"{stem.name}.csv")))
    data = stem.with_name(f"{stem.name}.nc")
    to_netcdf(result, data)
    return (*files, data), plateaus, axis


def one_array(result: "xr.DataArray | xr.Dataset") -> "xr.DataArray":
    """Several readings of one run as one array, along a dimension ``reading``."""
    import xarray as xr

    if isinstance(result, xr.DataArray):
        return result
    units = {str(result[name].attrs.get("units", "")) for name in result.data_vars}
    joined = result.to_dataarray("reading", name="resistance")
    joined = joined.transpose(*(d for d in joined.dims if d != "reading"), "reading")
    joined.attrs = {**result.attrs, "units": units.pop(), "long_name": "resistance"}
    return joined


def figure(
    result: "xr.DataArray", *, picture: Any = None
) -> tuple[Any, tuple[Plateau, ...], tuple[str, str]]:
    """The figure that suits a result: a staircase, a map, or none for a single number."""
    from sharvin.analysis.plateaus import find_plateaus
    from sharvin.plot.maps import map as draw_map
    from sharvin.plot.staircase import is_counted, split_axes, staircase

    title = str(result.attrs.get("title", ""))
    subtitle = str(result.attrs.get("subtitle", ""))
    if "reading" in result.dims:
        from sharvin.plot.hall import hall_traces

        return hall_traces(result, title=title, subtitle=subtitle), (), ("", "")
    long = [str(name) for name in result.dims if result.sizes[name] > 1]
    if not long or len(long) > 3:
        return None, (), ("", "")
    many = [name for name in long if result.sizes[name] > 8 and name != "temperature"]
    if len(long) == 2 and len(many) == 2:
        return draw_map(result, title=title), (), ("", "")
    if len(long) == 3:
        result = result.isel({min(long, key=lambda name: result.sizes[name]): 0})
        return draw_map(result, title=title), (), ("", "")
    drawn = staircase(result, title=title, subtitle=subtitle, scene=picture)
    if not is_counted(result):
        return drawn, (), ("", "")
    along, curves = split_axes(result)
    coldest = result.squeeze()
    if curves:
        coldest = coldest.isel({curves: int(coldest.coords[curves].values.argmin())})
    x = result.coords[along]
    found = find_plateaus(x.values, coldest.values)
    return drawn, found, (along, str(x.attrs.get("units", "")))


def export(source: str | Path, out: str | Path | None = None) -> Written:
    """Write figure, table and data of a stored result again: from NAME.nc or NAME.sharvin.

    A journal that is not finished gives the points that it has; the others are NaN.
    """
    path = Path(source)
    result = read(path)
    stem = Path(out) if out else path.with_suffix("")
    if stem.suffix in (".png", ".pdf", ".csv", ".nc"):
        stem = stem.with_suffix("")
    return write_all(result, stem)


def read(path: Path) -> "xr.DataArray":
    """Result in a file, finished or not."""
    if not path.is_file():
        raise InvalidInput(f"{path}: there is no such file")
    if path.suffix == ".nc":
        import xarray as xr

        with xr.open_dataarray(path, engine="h5netcdf") as opened:
            return opened.load()
    if path.suffix == ".sharvin":
        from sharvin.sweeps.labelled import open_store

        return one_array(open_store(path))
    raise InvalidInput(f"{path}: needed is a result, NAME.nc or NAME.sharvin")
