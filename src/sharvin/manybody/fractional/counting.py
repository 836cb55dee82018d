"""How many states have no energy: what the counting of zero modes says without a computer."""

from math import comb

from sharvin.errors import InvalidInput


def laughlin_zero_modes_torus(particles: int, flux: int, *, exclusion: int = 3) -> int:
    r"""Zero-energy states on a torus: Laughlin's q-fold ground state and its quasiholes.

    .. math:: \frac{N_\phi}{N} \binom{N_\phi - (q - 1) N - 1}{N - 1}

    Particles on a ring of orbitals, at most one in any q neighboring ones.

    Parameters
    ----------
    particles, flux : int
    exclusion : int
        q: 3 for fermions at 1/3, 2 for bosons at 1/2.

    References
    ----------
    B. A. Bernevig, N. Regnault, arXiv:1204.5682 (2012).
    """
    n, phi, q = _checked(particles, flux, exclusion)
    if phi < q * n:
        return 0
    return phi * comb(phi - (q - 1) * n - 1, n - 1) // n


def laughlin_zero_modes_sphere(particles: int, flux: int, *, exclusion: int = 3) -> int:
    r"""Zero-energy states on a sphere, :math:`\binom{N + n}{n}` for n = flux - q(N - 1) holes.

    Also of a cylinder, disk or ring of flux + 1 orbitals.

    References
    ----------
    F. D. M. Haldane, Phys. Rev. Lett. 67, 937 (1991).
    """
    n, phi, q = _checked(particles, flux, exclusion)
    holes = phi - q * (n - 1)
    return comb(n + holes, n) if holes >= 0 else 0


def ground_state_charges(particles: int, flux: int, filling: tuple[int, int]) -> tuple[int, ...]:
    r"""Momenta of the q degenerate ground states of a torus at filling p/q.

    From the most spread pattern of the thin torus, such as 100100 at 1/3; they differ by N/p.

    Raises
    ------
    InvalidInput
        For a filling that ``particles`` and ``flux`` do not make.
    """
    p, q = filling
    if particles * q != flux * p or particles < 1:
        raise InvalidInput(
            f"{particles} particles at {flux} flux quanta have filling {particles / flux:.4g}, not "
            f"{p}/{q}: there is no q-fold ground state to name; flux {particles * q / p:g} would do"
        )
    sites = [(n * q) // p for n in range(particles)]
    first = sum(sites)
    return tuple(sorted({(first + shift * particles) % flux for shift in range(q)}))


def _checked(particles: int, flux: int, exclusion: int) -> tuple[int, int, int]:
    values = (particles, flux, exclusion)
    if any(int(v) != v or v < 1 for v in values):
        raise InvalidInput(
            f"particles, flux and exclusion must be whole numbers from 1 on, got {values}"
        )
    return int(particles), int(flux), int(exclusion)
