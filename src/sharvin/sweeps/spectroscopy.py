"""Current and differential conductance at finite bias, over any axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sharvin.device.device import Device
from sharvin.scattering.smatrix import Port
from sharvin.sweeps.bias_job import BiasJob, BiasNumbers
from sharvin.sweeps.executors import cores
from sharvin.sweeps.sweep import version
from sharvin.typing import RealArray
from sharvin.units import CONDUCTANCE_PER_MODE, ratio

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE = 1e-3


def bias_spectroscopy(
    device: Device,
    *,
    to: Port,
    from_: Port,
    bias: Any,
    profile: Any = "rigid",
    share: float = 0.5,
    unit: str = "e²/h",
    tolerance: float = TOLERANCE,
    workers: int | None = None,
    **axes: Any,
) -> "xr.Dataset":
    r"""Current and differential conductance between two leads at finite bias.

    .. math:: I = g\,\frac{e}{h} \int T(E, V)\,[f(E - \mu_s) - f(E - \mu_d)]\,dE, \qquad
              \mu_s = \mu + \alpha eV,\quad \mu_d = \mu - (1 - \alpha) eV

    A positive bias raises the source (`from_`), and a positive current is a flow of electrons
    from source to drain (`to`). What the potential does is an assumption, and is stated:

    - ``"rigid"``: it stays; one curve T(E) serves all biases, and
      :math:`dI/dV = \alpha \langle T \rangle_{\mu_s} + (1 - \alpha) \langle T \rangle_{\mu_d}`
      exactly. A clean contact then has half plateaus where the two levels sit on neighboring
      plateaus, and diamonds that close at :math:`eV = \Delta E`.
    - ``"linear"``: it falls evenly from contact to contact, and the leads follow their levels.
    - a function ``drop(x, y)``: the fraction of the voltage that has dropped, 0 at the source
      and 1 at the drain; or the name of a parameter of the device that takes eV in meV.

    With the last three T is solved anew for every bias, and dI/dV is the slope of I over an
    evenly spaced axis of biases (five points).

    Parameters
    ----------
    device : Device
        With two leads; further ones would need a voltage of their own.
    to, from_ : lead or (lead, label)
        Drain and source.
    bias : number, string or axis
        Voltage in mV.
    profile : str or callable
    share : float
        The part of eV by which the source rises, 0 to 1: a half is the symmetric bias.
    unit : str
        Of the differential conductance.
    tolerance : float
        Accepted error of T(E), and so of dI/dV in e²/h per spin.
    workers : int, optional
        Threads; by default one per core.
    **axes
        ``chemical_potential`` or ``density``, ``temperature``, and the device's parameters;
        numbers, strings with units, or lists.

    Returns
    -------
    xarray.Dataset
        ``current`` in nA and ``conductance`` = dI/dV in `unit`, each with an error of its own
        (``current_error``, ``conductance_error``): doubt of the interpolated T(E) and the
        solver's. Dimensions in the order of the call, ``bias`` last. ``attrs`` say the profile
        and how many S-matrices it took.

    Raises
    ------
    InvalidInput
        Where a bias lifts a chemical potential out of its lead's band.

    References
    ----------
    L. I. Glazman and A. V. Khaetskii, Europhys. Lett. 9, 263 (1989); L. P. Kouwenhoven et al.,
    Phys. Rev. B 39, 8040 (1989); N. K. Patel et al., Phys. Rev. B 44, 13549 (1991).

    Examples
    --------
    >>> import sharvin as sv
    >>> wire = sv.Device(
    ...     sv.electron_gas(mass=0.067, spacing="6 nm"),
    ...     region=sv.rectangle(length="30 nm", width="60 nm"),
    ...     leads={"source": sv.lead("left"), "drain": sv.lead("right")},
    ... )
    >>> found = sv.bias_spectroscopy(
    ...     wire, to="drain", from_="source", chemical_potential=3.0, bias=[0.5, 1.0], unit="2e²/h"
    ... )
    >>> found.conductance.values.round(6).tolist(), found.current.values.round(3).tolist()
    ([1.0, 1.0], [38.74, 77.481])
    """
    job = BiasJob.of(device, to, from_, bias, profile, share, tolerance, axes)
    values = job.run(max(1, int(workers or cores())))
    return _labelled(job, values, unit)


def _labelled(job: BiasJob, values: Sequence[BiasNumbers], unit: str) -> "xr.Dataset":
    import xarray as xr

    axes = job.axes
    parameters = [a for a in axes.parameters if a.name != job.profile.knob]
    names = [a.name for a in parameters] + [axes.level.name, "temperature", "bias"]
    lengths = [len(a.values) for a in parameters]
    lengths += [len(axes.levels), len(axes.temperatures), len(job.bias)]
    order = [a.name for a in axes.given if not a.is_point and a.name != job.profile.knob]
    order += [] if job.is_point else ["bias"]
    per_mode = job.given.degeneracy
    amperes = per_mode * CONDUCTANCE_PER_MODE * 1e-3 / 1e-9  # nA per meV of integrated T
    siemens = per_mode * ratio("e²/h", unit)

    def array(numbers: list[RealArray], factor: float, about: dict[str, str]) -> "xr.DataArray":
        whole = xr.DataArray(factor * np.stack(numbers).reshape(lengths), dims=names)
        points = {n: 0 for n in names if n not in order}
        return whole.isel(points).transpose(*order).assign_attrs(about)

    found = {}
    for column, text in ((0, ""), (1, "_error")):
        of = "estimated error of the " if column else ""
        found[f"current{text}"] = array(
            [v.integral[..., column] for v in values], amperes,
            {"units": "nA", "long_name": f"{of}current"},
        )  # fmt: skip
        found[f"conductance{text}"] = array(
            [v.slope[..., column] for v in values], siemens,
            {"units": unit, "long_name": f"{of}differential conductance"},
        )  # fmt: skip
    coords: dict[str, Any] = {}
    for axis in axes.given:
        if axis.name != job.profile.knob:
            about = {"units": axis.unit, "long_name": axis.long_name}
            held = axis.values[0] if axis.is_point else list(axis.values)
            coords[axis.name] = ((), held, about) if axis.is_point else (axis.name, held, about)
    about = {"units": "mV", "long_name": "bias"}
    coords["bias"] = ((), job.bias[0], about) if job.is_point else ("bias", job.bias, about)
    attrs = {
        "profile": job.profile.text,
        "share": job.share,
        "tolerance": job.tolerance,
        "energies": sum(v.energies for v in values),
        "version": version(),
        "device_hash": job.given.content_hash,
    }
    return xr.Dataset(found, coords, attrs)
