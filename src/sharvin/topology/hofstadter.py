"""Chern numbers of a lattice in a field, from the Diophantine equation of its gaps."""

from sharvin.errors import Unreliable
from sharvin.matter.hofstadter import Flux, rational_flux


def tknn_integers(flux: Flux) -> dict[int, int]:
    r"""Chern number of every gap of a square lattice with p/q flux quanta per plaquette.

    .. math:: r = q\, s + p\, C, \qquad |C| < q/2, \qquad r = 1 \dots q - 1

    Parameters
    ----------
    flux : str, Fraction, (int, int)
        φ = p/q = eBa²/h; see `sharvin.hofstadter`.

    Returns
    -------
    dict
        From the number r of filled bands to C. The gap in the middle of an even q is closed and
        left out. A Hall bar of electrons reads h/(C e²), see `sharvin.topology.chern_number`.

    References
    ----------
    D. J. Thouless, M. Kohmoto, M. P. Nightingale, M. den Nijs, Phys. Rev. Lett. 49, 405 (1982);
    P. Streda, J. Phys. C 15, L717 (1982).
    """
    phi = rational_flux(flux)
    p, q = phi.numerator, phi.denominator
    if q == 1:
        return {}
    found = {}
    for r in range(1, q):
        if 2 * r == q:
            continue
        c = r * pow(p, -1, q) % q
        found[r] = c - q if 2 * c > q else c
    return found


def tknn_integer(flux: Flux, filled: int) -> int:
    """Chern number above ``filled`` bands; the closed gap in the middle is refused."""
    phi = rational_flux(flux)
    integers = tknn_integers(phi)
    if filled in integers:
        return integers[filled]
    if 2 * filled == phi.denominator:
        raise Unreliable(
            f"at flux {phi} the gap above {filled} bands is closed: bands touch at zero energy, "
            f"at {phi.denominator} points of the zone"
        )
    raise Unreliable(
        f"flux {phi} has {phi.denominator} bands and gaps above 1 to {phi.denominator - 1} of "
        f"them, none above {filled}"
    )
