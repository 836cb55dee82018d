"""Conductance while a charged tip is moved over a device."""

import warnings
from typing import TYPE_CHECKING, Any

from sharvin.device.device import Device
from sharvin.scattering.smatrix import Port
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.sweeps.labelled import refused_message
from sharvin.sweeps.run import Options, finish
from sharvin.sweeps.tip_job import Scan, Tip
from sharvin.sweeps.tip_labels import assemble_tip, describe_tip

if TYPE_CHECKING:
    import xarray as xr


def scanning_gate(
    device: Device,
    *,
    tip: Tip,
    x: Any,
    y: Any,
    to: Port,
    from_: Port,
    energy: float | str,
    unit: str = "e²/h",
    **options: Any,
) -> "xr.DataArray":
    r"""Conductance map of a device under a movable tip.

    .. math:: G(x_0, y_0) = g\,\frac{e^2}{h}\, T[\,U(x, y) + U_{tip}(x - x_0, y - y_0)\,]

    A tip that ends (a potential that is exactly zero beyond some distance) costs one small solve
    with the Green function under it, whatever the device's size; one without an end is solved
    anew at every position. The leads do not feel the tip.

    Parameters
    ----------
    device : Device
        With positions.
    tip : callable
        ``tip(x, y)`` in meV, vectorized over coordinates in nm counted from the tip.
    x, y : array or string list
        Tip positions, in nm.
    to, from_ : lead or (lead, label)
    energy : float or str
        Fermi energy, in meV.
    unit : str
        Any unit of conductance.
    **options
        The device's parameters, one number each, and ``store``, ``resume``, ``workers``,
        ``executor``, ``cluster``, ``progress``, as for `conductance`.

    Returns
    -------
    xarray.DataArray
        Dimensions ``(x, y)``; coordinate ``error`` estimates the error of each value.
        ``attrs["bare"]`` is the conductance without the tip.

    References
    ----------
    M. A. Topinka et al., Science 289, 2323 (2000), for the experiment.
    """
    how, parameters = Options.among(options)
    scan = Scan.of(device, tip, (x, y), energy, parameters, to, from_)
    with one_blas_thread():
        about = describe_tip(scan, unit)
        result = assemble_tip(about, finish(scan, about, how))
    message = refused_message(result)
    if message:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    return result
