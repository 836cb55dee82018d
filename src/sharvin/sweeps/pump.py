"""The pump as an experiment: a device, a closed path of its parameters, charge per cycle."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.errors import InvalidInput
from sharvin.observables.pump import pumped_charge as _pumped_charge
from sharvin.scattering.smatrix import SMatrix
from sharvin.solvers.smatrix import smatrices
from sharvin.sweeps.executors import cores


def pumped_charge(
    x: Device | Sequence[SMatrix],
    *,
    to: str,
    path: Mapping[str, Any] | None = None,
    energy: float | str | None = None,
    workers: int | None = None,
    **parameters: Any,
) -> tuple[float, float]:
    """Charge that arrives in a lead per slow cycle of two or more parameters, in electrons.

    Parameters
    ----------
    x : Device or sequence of SMatrix
        For S-matrices along a closed path, none of the options below.
    to : str
        Lead whose electrons are counted, positive where they leave the device.
    path : mapping of str to array
        Values of the pumping parameters around the cycle, all of one even length; the last point
        is joined to the first. They must not change the leads.
    energy : float or str
        Fermi energy, in meV.
    workers : int, optional
    **parameters
        The device's other parameters.

    Returns
    -------
    float, float
        The charge, degeneracy included, and an estimate of its error. See
        `sharvin.observables.pump.pumped_charge` for the formula.
    """
    if not isinstance(x, Device):
        if path is not None or energy is not None or parameters:
            raise InvalidInput("S-matrices along a cycle take no energy, path or parameters")
        return _pumped_charge(x, to=to)
    x.check_lead(to)
    if energy is None or not path:
        raise InvalidInput(
            "a pump needs energy= and path={name: values around the cycle} of its parameters"
        )
    loops = {name: np.atleast_1d(np.asarray(values, dtype=float)) for name, values in path.items()}
    lengths = {len(loop) for loop in loops.values()}
    if len(lengths) != 1:
        raise InvalidInput(f"the parameters of a cycle need equally many values, got {lengths}")
    points = [
        {"energy": energy, **parameters, **{name: loop[k] for name, loop in loops.items()}}
        for k in range(lengths.pop())
    ]
    cycle = list(smatrices(x, points, workers=workers or cores()))
    return _pumped_charge(cycle, to=to)
