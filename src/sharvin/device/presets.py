"""Devices with a name in every laboratory: Hall bars, Corbino disks, H-bars."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.leads import SelfEnergyLead
from sharvin.device.regions import Region, rectangle, ring
from sharvin.errors import InvalidInput
from sharvin.matter.model import Model
from sharvin.typing import NumberArray
from sharvin.units import quantity


def hall_bar(
    model: Model,
    *,
    length: float | str,
    width: float | str,
    probe_width: float | str | Sequence[float | str],
    separation: float | str | None = None,
    arm: float | str = 0.0,
    probes: int = 2,
    **options: Any,
) -> Device:
    r"""Bar along x with a contact at each end and voltage probes on both sides.

    With two probes a side (six terminals) the leads are ``source`` (left), ``drain`` (right),
    ``1, 2`` (top, from left to right) and ``3, 4`` (bottom, from left to right); then

    - :math:`R_{xy}` is ``resistance(current=("source", "drain"), voltage=("1", "3"))``,
      :math:`+h/\nu e^2` for electrons in a field along +z,
    - :math:`R_{xx}` is ``resistance(current=("source", "drain"), voltage=("1", "2"))``.

    Parameters
    ----------
    model : Model
    length, width : float or str
        Of the bar, without the arms, nm.
    probe_width : float or str, or a sequence of them
        One for all probes, or one for each in the order of their names.
    separation : float or str, optional
        Between the middles of the first and the last probe of a side; by default half the length.
    arm : float or str
        Length of the arms between the bar and the probes, nm. Without arms the probes touch the
        bar itself.
    probes : int
        On each side; one makes a cross of four terminals.
    **options
        As for `Device`: ``field="B"``, ``potential=``, ``disorder=``, ``conserved=``, ...

    Returns
    -------
    Device

    References
    ----------
    M. Büttiker, Phys. Rev. B 38, 9375 (1988).
    """
    long, wide, reach = (quantity(x, "nm") for x in (length, width, arm))
    if int(probes) != probes or probes < 1:
        raise InvalidInput(f"a Hall bar needs at least one probe a side, got probes={probes!r}")
    widths = _widths(probe_width, 2 * probes)
    apart = long / 2 if separation is None else quantity(separation, "nm")
    middles = np.linspace(-apart / 2, apart / 2, probes) if probes > 1 else np.zeros(1)
    _check_probes(middles, widths, long)
    region = rectangle(long, wide)
    leads = {"source": lead("left"), "drain": lead("right")}
    if reach > 0:  # arms beyond the corners would join the outermost slabs of the bar
        inside = rectangle(long, wide)
        leads = {name: lead(side, within=inside) for name, side in _ENDS.items()}
    elif reach < 0:
        raise InvalidInput(f"the arms of a Hall bar need a length of at least 0, got {arm!r}")
    for index, breadth in enumerate(widths):
        side, at = "top" if index < probes else "bottom", float(middles[index % probes])
        if reach > 0:
            low = wide / 2 if side == "top" else -wide / 2 - reach
            region = region | rectangle(breadth, reach, corner=(at - breadth / 2, low))
        leads[str(index + 1)] = lead(side, at=at, width=breadth)
    return Device(model, region=region, leads=leads, **options)


def corbino(
    model: Model,
    *,
    inner: float | str,
    outer: float | str,
    contact: float | str | None = None,
    broadening: float | str | None = None,
    **options: Any,
) -> Device:
    r"""Disk with a hole, its rims in contact with metal: leads ``inner`` and ``outer``.

    No edge joins the two contacts, so in a field it measures :math:`\sigma_{xx}`: between Landau
    levels nothing flows. A contact is a metal of constant self-energy :math:`-i\Gamma/2`.

    Parameters
    ----------
    model : Model
    inner, outer : float or str
        Radii, nm.
    contact : float or str, optional
        Width of the rims that the metal covers; by default one and a half lattice constants.
    broadening : float or str, optional
        Γ in meV; by default twice the largest hopping, which reflects least.
    **options
        As for `Device`.
    """
    low, high = quantity(inner, "nm"), quantity(outer, "nm")
    spacing = float(np.linalg.norm(model.lattice.vectors, axis=1).max())
    rim = 1.5 * spacing if contact is None else quantity(contact, "nm")
    if not 0 < low < low + 2 * rim < high:
        raise InvalidInput(
            f"a Corbino disk needs 0 < inner < outer with room for two contacts of {rim:g} nm, "
            f"got inner={inner!r}, outer={outer!r}"
        )
    strength = _largest_hop(model) * 2 if broadening is None else quantity(broadening, "meV")
    if not strength > 0:
        raise InvalidInput(f"a contact needs a positive broadening, got {broadening!r}")
    region = ring(low, high)
    rims = {"inner": ring(low, low + rim), "outer": ring(high - rim, high)}
    leads = {name: _metal(model, region, rim, strength, options) for name, rim in rims.items()}
    return Device(model, region=region, leads=leads, **options)


def h_bar(
    model: Model,
    *,
    leg_length: float | str,
    leg_width: float | str,
    bridge_length: float | str,
    bridge_width: float | str,
    **options: Any,
) -> Device:
    r"""Two legs along y joined by a bridge along x: a contact at each of the four ends.

    Leads ``1, 2, 3, 4`` go around: top left, bottom left, bottom right, top right. The nonlocal
    resistance :math:`R_{14,23}` of helical edges is h/4e².

    Parameters
    ----------
    model : Model
    leg_length, leg_width, bridge_length, bridge_width : float or str
        In nm.
    **options
        As for `Device`.

    References
    ----------
    A. Roth et al., Science 325, 294 (2009).
    """
    tall, leg = quantity(leg_length, "nm"), quantity(leg_width, "nm")
    long, wide = quantity(bridge_length, "nm"), quantity(bridge_width, "nm")
    if not (min(leg, long, wide) > 0 and tall > wide):
        raise InvalidInput(
            "an H-bar needs positive lengths and legs longer than the bridge is wide, got "
            f"leg_length={leg_length!r}, bridge_width={bridge_width!r}"
        )
    middle = (long + leg) / 2
    region: Region = rectangle(long + leg, wide)
    for at in (-middle, middle):
        region = region | rectangle(leg, tall, center=(at, 0.0))
    ends = (("top", -middle), ("bottom", -middle), ("bottom", middle), ("top", middle))
    leads = {str(i + 1): lead(side, at=at, width=leg) for i, (side, at) in enumerate(ends)}
    return Device(model, region=region, leads=leads, **options)


_ENDS = {"source": "left", "drain": "right"}


def _widths(given: Any, count: int) -> list[float]:
    single = isinstance(given, str) or np.ndim(given) == 0
    widths = [quantity(w, "nm") for w in ([given] * count if single else given)]
    if len(widths) != count or not min(widths) > 0:
        raise InvalidInput(
            f"probe_width must be one positive length or {count} of them, got {given!r}"
        )
    return widths


def _check_probes(middles: Any, widths: list[float], length: float) -> None:
    """Refuse probes that overlap or lie beyond the bar."""
    for side in (widths[: len(middles)], widths[len(middles) :]):
        half = np.array(side) / 2
        low, high = middles - half, middles + half
        if low[0] < -length / 2 or high[-1] > length / 2:
            raise InvalidInput(
                f"probes reach from {low[0]:g} to {high[-1]:g} nm along a bar of {length:g} nm; "
                "choose a smaller separation or probe_width"
            )
        if (low[1:] < high[:-1]).any():
            raise InvalidInput(
                "neighboring probes overlap; choose a larger separation or narrower probes"
            )


def _largest_hop(model: Model) -> float:
    blocks = [model.hopping_block(i, model.defaults) for i in range(len(model.hoppings))]
    return max(float(np.abs(block).max()) for block in blocks)


def _metal(
    model: Model, region: Region, rim: Region, broadening: float, options: dict[str, Any]
) -> SelfEnergyLead:
    """Wide-band contact on all orbitals of the sites in a rim."""
    trial = Device(
        model,
        region=region,
        leads={"rim": SelfEnergyLead(lambda energy: np.zeros((1, 1)), [0])},
        origin=options.get("origin"),
    )
    sites, positions = trial.orbital_site, trial.positions
    assert positions is not None
    orbitals = np.flatnonzero(rim(positions)[sites])
    sigma: NumberArray = -0.5j * broadening * np.eye(len(orbitals))

    def self_energy(energy: float) -> NumberArray:
        return sigma

    return SelfEnergyLead(self_energy, orbitals)
