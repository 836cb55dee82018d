"""Static functional renormalization group of a Hubbard barrier at zero temperature."""

from dataclasses import dataclass

import numba
import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import check_zeeman, inverse_green, transmission
from sharvin.typing import ComplexArray, RealArray

START, STOP = 100.0, 1e-5  # the cutoff runs between these multiples of the hopping
NEGLIGIBLE = 1e-40  # products of smaller numbers would be denormal, which is slow
MAX_VERTEX = 50.0  # of the hopping; a flow that reaches it has diverged
MAX_EVALUATIONS = 3000  # a converging flow needs 100 to 300


@dataclass(frozen=True, eq=False)
class Flow:
    """End of a flow: what a static theory of the interacting contact has to say at T = 0.

    Parameters
    ----------
    barrier : HubbardBarrier
    zeeman : float
        Splitting of the spins.
    transmissions : real array, shape (2,)
        Of up and down at the chemical potential.
    self_energy : real array, shape (2, sites, sites)
        Static; up, down.
    vertex : mapping of str to real array, shape (sites, sites)
        Channels "P" (pairs), "X" (exchange), "D_uu", "D_ud", "D_dd" (density), without U.
    symmetry_defect : float
        Largest :math:`|X - D_{ud} + D_{uu}|` over U: zero without a field by spin rotation. Flows
        without a field are solved in the symmetric form, whose defect is zero by construction,
        unless `resolve_spin` asked otherwise.
    evaluations : int
        Of the flow equation.
    """

    barrier: HubbardBarrier
    zeeman: float
    transmissions: RealArray
    self_energy: RealArray
    vertex: dict[str, RealArray]
    symmetry_defect: float
    evaluations: int

    @property
    def conductance(self) -> float:
        """In e²/h, both spins."""
        return float(self.transmissions.sum())


def functional_rg(
    barrier: HubbardBarrier,
    *,
    zeeman: float = 0.0,
    vertex_flow: bool = True,
    resolve_spin: bool = False,
    tolerance: float = 1e-5,
) -> Flow:
    r"""Zero-temperature conductance with interactions, by a flow of self-energy and vertex.

    A cutoff Λ on the imaginary axis is lowered from infinity. Vertex and self-energy are static;
    the vertex keeps three channels of site pairs that feed each other on the diagonal (coupled
    ladders), for example

    .. math:: \partial_\Lambda P = \tilde P\, \Pi\, \tilde P, \qquad
              \Pi_{ij} = \tfrac1\pi \operatorname{Re} G^\uparrow_{ij} G^{\downarrow *}_{ij}, \qquad
              \tilde P_{ii} = U_i + P_{ii} + X_{ii} + D_{ii}

    It is exact to second order in U for the vertex at zero frequency, to first order in U for the
    conductance, and conserves spin and charge. It knows no temperature and no inelastic
    processes.

    Parameters
    ----------
    barrier : HubbardBarrier
    zeeman : float
        Splitting :math:`g \mu_B B`, in the barrier and in the leads, in the unit of the hopping.
    vertex_flow : bool
        False keeps the bare U: the self-energy alone flows.
    resolve_spin : bool
        Flow both spins apart even without a field: slower, and then spin rotation is a test.
    tolerance : float
        Relative, of the integration.

    Returns
    -------
    Flow

    Raises
    ------
    Unreliable
        Where the vertex diverges: the repulsion is too strong for the method.

    References
    ----------
    F. Bauer, J. Heyder and J. von Delft, Phys. Rev. B 89, 045128 (2014).
    """
    check_zeeman(barrier, zeeman)
    if not 1e-12 <= tolerance <= 1e-2:
        raise InvalidInput(f"tolerance must lie between 1e-12 and 1e-2, got {tolerance!r}")
    equation: _Equation
    if zeeman == 0 and not resolve_spin:
        equation = _Unpolarized(barrier, vertex_flow)
    else:
        equation = _Polarized(barrier, zeeman, vertex_flow)
    end, evaluations = _integrate(equation, barrier, tolerance)
    self_energy, vertex = equation.unpack(end)
    up, down = (
        transmission(barrier, sign * zeeman / 2, sigma)
        for sign, sigma in zip((1, -1), self_energy, strict=True)
    )
    scale = max(float(barrier.interaction.max()), 1e-300)
    defect = np.abs(vertex["X"] - vertex["D_ud"] + vertex["D_uu"]).max() / scale
    return Flow(
        barrier, zeeman, np.array([up, down]), self_energy, vertex, float(defect), evaluations
    )


class _Unpolarized:
    r"""Flow without a field: spin rotation leaves P, X and the density's charge part D_s.

    .. math:: D_{uu} = (D_s - X)/2, \qquad D_{ud} = (D_s + X)/2
    """

    def __init__(self, barrier: HubbardBarrier, vertex_flow: bool) -> None:
        self.barrier, self.vertex_flow = barrier, vertex_flow
        self.shape = (4, barrier.sites, barrier.sites)

    def start(self) -> RealArray:
        y = np.zeros(self.shape)
        np.fill_diagonal(y[3], _first_self_energy(self.barrier))
        if self.vertex_flow:
            first = _first_vertex(self.barrier)
            for channel, sign in ((0, -1), (1, 1), (2, -1)):
                np.fill_diagonal(y[channel], sign * first)
        return y.ravel()

    def __call__(self, log_cutoff: float, flat: RealArray) -> RealArray:
        cutoff = np.exp(log_cutoff)
        p, x, d, sigma = y = flat.reshape(self.shape)
        g = _inverse(inverse_green(self.barrier, 1j * cutoff, sigma))
        pairs, holes, real = _bubbles(g, g)
        here = np.arange(len(g))
        local = self.barrier.interaction + p[here, here] + 1.5 * x[here, here]
        local += 0.5 * d[here, here]
        slope = np.zeros_like(y)
        if self.vertex_flow:
            for number, (channel, bubble, sign) in enumerate(
                ((p, pairs, 1), (x, holes, 1), (d, holes, -1))
            ):
                # The diagonal of D_s is that of D_ud alone: equal spins do not meet on a site.
                full = _with_diagonal(channel, local)
                np.matmul(full @ bubble, full, out=slope[number])
                slope[number] *= sign / np.pi
        charge = _with_diagonal(d, local)
        slope[3] = (0.5 * (d - x) - p - x) * real / np.pi
        slope[3][here, here] = -(charge @ real[here, here]) / np.pi
        slope *= cutoff
        return slope.ravel()

    def vertices(self, flat: RealArray) -> RealArray:
        return flat[: -(self.barrier.sites**2)]

    def unpack(self, flat: RealArray) -> tuple[RealArray, dict[str, RealArray]]:
        p, x, d, sigma = flat.reshape(self.shape)
        same = (d - x) / 2
        vertex = {"P": p, "X": x, "D_uu": same, "D_ud": (d + x) / 2, "D_dd": same}
        return np.array([sigma, sigma]), vertex


class _Polarized:
    """Flow of both spins: P, X, D_uu, D_ud, D_dd and two self-energies."""

    def __init__(self, barrier: HubbardBarrier, zeeman: float, vertex_flow: bool) -> None:
        self.barrier, self.zeeman, self.vertex_flow = barrier, zeeman, vertex_flow
        self.shape = (7, barrier.sites, barrier.sites)

    def start(self) -> RealArray:
        y = np.zeros(self.shape)
        for spin, sign in ((5, 1), (6, -1)):
            np.fill_diagonal(y[spin], _first_self_energy(self.barrier, -sign * self.zeeman))
        if self.vertex_flow:
            first = _first_vertex(self.barrier)
            for channel, sign in ((0, -1), (1, 1), (2, -1), (4, -1)):
                np.fill_diagonal(y[channel], sign * first)
        return y.ravel()

    def __call__(self, log_cutoff: float, flat: RealArray) -> RealArray:
        cutoff = np.exp(log_cutoff)
        y = flat.reshape(self.shape)
        p, x, uu, ud, dd = y[:5]
        up, down = (
            _inverse(inverse_green(self.barrier, 1j * cutoff + sign * self.zeeman / 2, sigma))
            for sign, sigma in ((1, y[5]), (-1, y[6]))
        )
        here = np.arange(len(p))
        local = self.barrier.interaction + p[here, here] + x[here, here] + ud[here, here]
        full_p, full_x, full_ud = (_with_diagonal(channel, local) for channel in (p, x, ud))
        full_uu, full_dd = (_with_diagonal(channel, 0.0) for channel in (uu, dd))
        pairs, holes, _ = _bubbles(up, down)
        _, bubble_u, ru = _bubbles(up, up)
        _, bubble_d, rd = _bubbles(down, down)
        slope = np.zeros_like(y)
        if self.vertex_flow:
            slope[0] = full_p @ pairs @ full_p
            slope[1] = full_x @ holes @ full_x
            left, right = full_uu @ bubble_u, full_ud @ bubble_d
            slope[2] = -(left @ full_uu + right @ full_ud.T)
            slope[3] = -(left @ full_ud + right @ full_dd)
            slope[4] = -(full_ud.T @ bubble_u @ full_ud + full_dd @ bubble_d @ full_dd)
        slope[5] = uu * ru - (p + x) * rd
        slope[5][here, here] = -(full_ud @ rd[here, here] + full_uu @ ru[here, here])
        slope[6] = dd * rd - (p + x) * ru
        slope[6][here, here] = -(full_ud.T @ ru[here, here] + full_dd @ rd[here, here])
        slope *= cutoff / np.pi
        return slope.ravel()

    def vertices(self, flat: RealArray) -> RealArray:
        return flat[: -2 * self.barrier.sites**2]

    def unpack(self, flat: RealArray) -> tuple[RealArray, dict[str, RealArray]]:
        p, x, uu, ud, dd, up, down = flat.reshape(self.shape)
        return np.array([up, down]), {"P": p, "X": x, "D_uu": uu, "D_ud": ud, "D_dd": dd}


_Equation = _Unpolarized | _Polarized


def _integrate(
    equation: _Equation, barrier: HubbardBarrier, tolerance: float
) -> tuple[RealArray, int]:
    """Values at the end of the flow; refused as soon as the vertex has grown beyond reason."""
    from scipy.integrate import RK45
    from threadpoolctl import threadpool_limits

    begin, end = (np.log(scale * barrier.hopping) for scale in (START, STOP))
    absolute = 0.03 * tolerance * max(float(barrier.interaction.max()), 1e-3 * barrier.hopping)
    with threadpool_limits(limits=1, user_api="blas"):
        solver = RK45(equation, begin, equation.start(), end, rtol=0.3 * tolerance, atol=absolute)
        while solver.status == "running":
            solver.step()
            largest = float(np.abs(equation.vertices(solver.y)).max())
            if not largest < MAX_VERTEX * barrier.hopping or solver.nfev > MAX_EVALUATIONS:
                _refuse(barrier, largest, np.exp(solver.t))
        if solver.status == "failed":
            _refuse(barrier, largest, np.exp(solver.t))
    return solver.y, int(solver.nfev)


def _refuse(barrier: HubbardBarrier, largest: float, cutoff: float) -> None:
    strength = f" (U / sqrt(Ω_x τ) = {barrier.strength:.2f})" if barrier.curvature > 0 else ""
    raise Unreliable(
        f"the flow diverges: at a cutoff of {cutoff:.1e} the vertex has reached {largest:.1e}, and "
        f"no static vertex describes a repulsion of U = {barrier.interaction.max():.3g} here"
        f"{strength}; lower the interaction (3.5 is safe for that ratio) or make the barrier "
        "sharper"
    )


def _first_self_energy(barrier: HubbardBarrier, zeeman: float = 0.0) -> RealArray:
    """Self-energy at the first cutoff: half a U from above all cutoffs, and the tail 1/Λ."""
    level = barrier.onsite + barrier.interaction / 2 - barrier.chemical_potential - zeeman / 2
    first: RealArray = barrier.interaction * (0.5 - level / (np.pi * START * barrier.hopping))
    return first


def _first_vertex(barrier: HubbardBarrier) -> RealArray:
    """Local vertex U²/πΛ at the first cutoff, to second order, from G = 1/iΛ."""
    first: RealArray = barrier.interaction**2 / (np.pi * START * barrier.hopping)
    return first


@numba.njit(nogil=True, cache=True)
def _bubbles(
    g: ComplexArray, other: ComplexArray
) -> tuple[RealArray, RealArray, RealArray]:  # pragma: no cover - compiled
    """Re G G'*, Re G G' and Re G, the products without tiny numbers far from the diagonal."""
    n = len(g)
    pairs, holes, real = np.empty((n, n)), np.empty((n, n)), np.empty((n, n))
    for i in range(n):
        for j in range(n):
            a, b = g[j, i], other[j, i]  # symmetric, and stored by columns
            rr, ii = a.real * b.real, a.imag * b.imag
            small = abs(rr) + abs(ii) < NEGLIGIBLE
            pairs[i, j] = 0.0 if small else rr + ii
            holes[i, j] = 0.0 if small else rr - ii
            real[i, j] = a.real
    return pairs, holes, real


def _with_diagonal(matrix: RealArray, diagonal: RealArray | float) -> RealArray:
    copy = matrix.copy()
    np.fill_diagonal(copy, diagonal)
    return copy


def _inverse(matrix: ComplexArray) -> ComplexArray:
    """Inverse by LAPACK's own pair of routines: a third faster than solving for the identity."""
    from scipy.linalg.lapack import zgetrf, zgetri

    # Symmetric: its transpose is the same matrix, and LAPACK need not copy it.
    factors, pivots, _ = zgetrf(matrix.T, overwrite_a=True)
    inverse, info = zgetri(factors, pivots, overwrite_lu=True)
    if info:
        raise Unreliable("a Green function of the flow is singular; lower the interaction")
    result: ComplexArray = inverse
    return result
