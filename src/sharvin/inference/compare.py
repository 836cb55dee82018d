"""A simulation beside a measurement, on the points of the measurement."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.inference.traces import trace_of
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Comparison:
    """Measured and simulated values at the same points.

    Parameters
    ----------
    x, measured, simulated : real array, shape (points,)
        In the units of the measurement; only where both exist.
    names : (str, str)
        Of abscissa and ordinate.
    units : (str, str)
    left_out : int
        Measured points outside of the simulation.
    """

    x: RealArray
    measured: RealArray
    simulated: RealArray
    names: tuple[str, str]
    units: tuple[str, str]
    left_out: int

    @property
    def difference(self) -> RealArray:
        """Measured less simulated."""
        return self.measured - self.simulated

    @property
    def rms(self) -> float:
        """Root mean square of the difference."""
        return float(np.sqrt((self.difference**2).mean()))

    @property
    def explained(self) -> float:
        """Share of the measured variance that the simulation explains: one is all of it."""
        spread = float(((self.measured - self.measured.mean()) ** 2).sum())
        return 1 - float((self.difference**2).sum()) / spread if spread else float("nan")

    def to_dataset(self) -> "xr.Dataset":
        """Both curves and their difference with units."""
        import xarray as xr

        x_name, y_name = self.names
        about = {"units": self.units[1]}
        return xr.Dataset(
            {
                "measured": (x_name, self.measured, about),
                "simulated": (x_name, self.simulated, about),
                "difference": (x_name, self.difference, about),
            },
            {x_name: (x_name, self.x, {"units": self.units[0]})},
            {"quantity": y_name, "rms": self.rms, "left_out": self.left_out},
        )

    def report(self) -> str:
        """One line."""
        return (
            f"{self.x.size} points of {self.names[1]} against {self.names[0]}: difference "
            f"{self.rms:.3g} {self.units[1]} rms, {100 * self.explained:.1f} % of the variance "
            f"explained" + (f"; {self.left_out} points outside" if self.left_out else "")
        )


def compare(
    record: Any, simulation: Any, *, x: str | None = None, y: str | None = None
) -> Comparison:
    """The simulation at the points of the record, in the units of the record.

    Between its points the simulation is joined by straight lines; measured points outside of it
    are left out and counted.

    Parameters
    ----------
    record : xarray.DataArray, Dataset or pair of arrays
        One trace.
    simulation : xarray.DataArray, Dataset or pair of arrays
        One curve, such as ``conductance(device, gate=[...])`` returns.
    x, y : str, optional
        Names of the variables in a Dataset; the DataArrays need none.

    Returns
    -------
    Comparison

    Raises
    ------
    InvalidInput
        When the two have no range in common.
    UnitError
        When they measure different things.
    """
    unit = _unit(record, y, 1)
    x_unit = _unit(record, x, 0)
    at, of, names = trace_of(record, x, y, unit="")
    there, curve, _ = trace_of(simulation, x, y, unit=unit, x_unit=x_unit, least=2)
    common = (at >= there[0]) & (at <= there[-1])
    if not common.any():
        raise InvalidInput(
            f"the record runs from {at[0]:g} to {at[-1]:g} {x_unit} and the simulation from "
            f"{there[0]:g} to {there[-1]:g}: they have no point in common"
        )
    return Comparison(
        at[common], of[common], np.interp(at[common], there, curve), names, (x_unit, unit),
        int((~common).sum()),
    )  # fmt: skip


def _unit(record: Any, name: str | None, axis: int) -> str:
    """Unit of the abscissa (0) or ordinate (1) of a record; empty where nothing says."""
    if isinstance(record, tuple | list):
        return str(getattr(record[axis], "attrs", {}).get("units", ""))
    if not hasattr(record, "coords"):
        return ""
    if name is not None and name in getattr(record, "variables", getattr(record, "coords", {})):
        return str(record[name].attrs.get("units", ""))
    if axis == 1:
        return str(record.attrs.get("units", ""))
    dim = record.dims[0] if len(record.dims) == 1 else None
    return str(record[dim].attrs.get("units", "")) if dim in record.coords else ""
