"""Current and differential conductance at finite bias, over any axes."""

from typing import TYPE_CHECKING, Any

from sharvin.device.device import Device
from sharvin.scattering.smatrix import Port
from sharvin.sweeps.bias_job import BiasJob
from sharvin.sweeps.bias_labels import assemble_bias, describe_bias
from sharvin.sweeps.run import Options, finish

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
    **options: Any,
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
    **options
        The axes (``chemical_potential`` or ``density``, ``temperature``, the device's
        parameters: numbers, strings with units, or lists) and ``store``, ``resume``,
        ``workers``, ``executor``, ``cluster``, ``progress``, as for `conductance`.

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
    how, axes = Options.among(options)
    job = BiasJob.of(device, to, from_, bias, profile, share, tolerance, axes)
    about = describe_bias(job, unit)
    return assemble_bias(about, finish(job, about, how))
