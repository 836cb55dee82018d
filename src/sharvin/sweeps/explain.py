"""One paragraph on any result: where it stands in physics, how good it is, what was assumed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.errors import InvalidInput
from sharvin.progress import clock
from sharvin.scattering.smatrix import SMatrix
from sharvin.sweeps.gas import Gas
from sharvin.units import BOLTZMANN

if TYPE_CHECKING:
    import xarray as xr

_REFERENCES = {
    "conductance": "M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986)",
    "transmission": "D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981)",
    "fano_factor": "Ya. M. Blanter and M. Büttiker, Phys. Rep. 336, 1 (2000)",
    "resistance": "M. Büttiker, IBM J. Res. Dev. 32, 317 (1988)",
}


def explain(result: "SMatrix | xr.DataArray | xr.Dataset") -> str:
    """A paragraph that says what a result is, in which regime, how accurate, on what assumptions.

    Parameters
    ----------
    result : SMatrix, or what a verb returned for a device

    Returns
    -------
    str
        Plain text without line breaks.
    """
    if isinstance(result, SMatrix):
        return _of_smatrix(result)
    attrs = getattr(result, "attrs", {})
    if "sweep_hash" not in attrs:
        raise InvalidInput(
            f"explain() is for an SMatrix or a result of a sweep, got {type(result).__name__}"
        )
    parts = [_what(result), _regime(result), _accuracy(attrs), _gaps(attrs), _assumptions(result)]
    return " ".join(part for part in parts if part)


def _of_smatrix(s: SMatrix) -> str:
    counts = ", ".join(f"{n} in {lead!r}" for lead, n in zip(s.leads, s.modes, strict=True))
    energy = "" if np.isnan(s.energy) else f" at {s.energy:.6g} meV"
    copies = f", each standing for {s.degeneracy} equal copies" if s.degeneracy > 1 else ""
    known = not np.isnan(s.error_estimate)
    error = f"{s.error_estimate:.1e}" if known else "unknown"
    return (
        f"A complete scattering matrix{energy} between {len(s.leads)} leads with open modes "
        f"{counts}{copies}. Its elements are uncertain by {error} (estimated from a residual "
        f"probe); it conserves current to {s.unitarity_defect():.1e}, which was checked and not "
        "repaired. Rows are outgoing modes, columns incoming ones, at unit current. Electrons are "
        "independent and coherent between the leads. "
        "Reference: D. S. Fisher and P. A. Lee, Phys. Rev. B 23, 6851 (1981)."
    )


def _what(result: Any) -> str:
    attrs = result.attrs
    name = attrs.get("long_name") or ", ".join(map(str, result.data_vars))
    unit = f" in {attrs['units']}" if attrs.get("units") else ""
    axes = [
        f"{len(result[dim])} values of {result[dim].attrs.get('long_name', dim)} "
        f"({_span(result[dim])})"
        for dim in result.dims
    ]
    over = " over " + " and ".join(axes) if axes else ""
    return f"{name[:1].upper()}{name[1:]}{unit} {attrs['measures']}{over}, of a {_device(attrs)}."


def _device(attrs: Mapping[str, Any]) -> str:
    text = str(attrs["device"])
    return f"{text[:1].lower()}{text[1:]} ({attrs['model']})"


def _span(axis: Any) -> str:
    values, unit = np.asarray(axis), axis.attrs.get("units", "")
    if len(values) <= 3:
        return f"{', '.join(f'{v:.4g}' for v in values)} {unit}".rstrip()
    return f"{values.min():.4g} to {values.max():.4g} {unit}".rstrip()


def _regime(result: Any) -> str:
    """Lengths of the gas behind the leads, where there is one."""
    level = _level(result)
    temperature = float(np.max(result["temperature"])) if "temperature" in result.coords else 0.0
    kt = BOLTZMANN * temperature
    text = ""
    mass = result.attrs.get("effective_mass")
    if mass is not None and level is not None and level > 0:
        gas = Gas(float(mass))
        text = (
            f"At the Fermi energy of {level:.4g} meV the wavelength is "
            f"{gas.wavelength(level):.3g} nm"
        )
        if temperature > 0:
            text += (
                f"; at {temperature:.3g} K the ballistic thermal length ħv/kT is "
                f"{gas.thermal_length(level, temperature) / 1000:.3g} µm"
            )
        text += ". "
    if temperature > 0:
        text += (
            f"Steps are smeared over 3.53 kT = {3.5255 * kt:.3g} meV at {temperature:.3g} K and "
            f"vanish for spacings below about {4 * kt:.3g} meV. "
        )
    return text + (
        "Transport is coherent and elastic from lead to lead: the mean free path is that of the "
        "potential as given, the coherence length is taken as infinite."
    )


def _level(result: Any) -> float | None:
    for name in ("chemical_potential", "energy"):
        if name in result.coords:
            return float(np.max(result[name]))
    return None


def _accuracy(attrs: Mapping[str, Any]) -> str:
    count = f"{attrs['energies_used']} energies were solved in {clock(float(attrs['seconds']))} "
    text = count + f"of one core, S-matrices uncertain by at most {attrs['smatrix_error']:.1e}"
    if attrs["quadrature_error"] > 0:
        text += (
            f"; thermal averages read T(E) between them with an estimated error of "
            f"{attrs['quadrature_error']:.1e} in transmission (asked for: {attrs['tolerance']:.1e})"
        )
    if attrs["energies_moved"]:
        text += (
            f"; {attrs['energies_moved']} energies sat on a band edge of a lead and were moved, by "
            f"at most {attrs['farthest_move_meV']:.1e} meV"
        )
    if attrs.get("error_estimate"):
        text += f". Together the result is uncertain by up to {attrs['error_estimate']:.1e}"
        text += f" {attrs['units']}" if attrs["units"] else ""
    return text + "."


def _gaps(attrs: Mapping[str, Any]) -> str:
    text = ""
    if not attrs["complete"]:
        done, total = attrs["chunks_finished"], attrs["chunks_total"]
        text += f"Only {done} of {total} parts are computed yet. "
    if attrs["points_refused"]:
        text += f"{attrs['points_refused']} points have no number: {attrs['refused_because']}. "
    return text.rstrip()


def _assumptions(result: Any) -> str:
    attrs = result.attrs
    copies = int(attrs["degeneracy"])
    text = "Electrons do not interact beyond what the potential contains; the response is linear"
    if copies > 1:
        text += f"; every mode counts {copies} times (degeneracy, counted once)"
    if "density" in result.coords:
        text += "; the Fermi energy belongs to the density at zero field"
    reference = _REFERENCES.get(str(getattr(result, "name", "")))
    text += f". Reference: {reference}." if reference else "."
    return text + f" (sharvin {attrs['sharvin_version']}, sweep {attrs['sweep_hash'][:12]})"
