"""Static functional renormalization group of a Hubbard barrier at zero temperature."""

from dataclasses import dataclass

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.manybody.contact.barrier import HubbardBarrier
from sharvin.manybody.contact.chain import check_zeeman, transmission
from sharvin.manybody.contact.halves import FoldedChain, bubbles, multiplied
from sharvin.typing import RealArray

START, STOP = 100.0, 1e-5  # the cutoff runs between these multiples of the hopping
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
        self.chain, self.vertex_flow = FoldedChain(barrier), vertex_flow

    def start(self) -> RealArray:
        barrier = self.chain.barrier
        first = _first_vertex(barrier) if self.vertex_flow else np.zeros(barrier.sites)
        diagonals = [-first, first, -first, _first_self_energy(barrier)]
        return self.chain.from_diagonals(diagonals)

    def __call__(self, log_cutoff: float, flat: RealArray) -> RealArray:
        cutoff, halves = np.exp(log_cutoff), self.chain.halves
        blocks = halves.split(flat)
        slope = np.zeros_like(flat)
        slopes = halves.split(slope)
        (p, x, d, sigma), (p_, x_, d_, sigma_) = blocks
        g = self.chain.green(1j * cutoff, sigma, sigma_)
        local = self.chain.interaction + halves.diagonal(p, p_)
        local += 1.5 * halves.diagonal(x, x_) + 0.5 * halves.diagonal(d, d_)
        # The diagonal of D_s is that of D_ud alone: equal spins do not meet on a site.
        full_d = halves.with_diagonal(d, d_, local)
        if self.vertex_flow:
            pairs, pairs_, holes, holes_ = bubbles(*g, *g)
            full_p, full_x = (halves.with_diagonal(*c, local) for c in ((p, p_), (x, x_)))
            for block, (pair, hole) in enumerate(((pairs, holes), (pairs_, holes_))):
                slopes[block][0] = full_p[block] @ pair @ full_p[block]
                slopes[block][1] = full_x[block] @ hole @ full_x[block]
                slopes[block][2] = -(full_d[block] @ hole @ full_d[block])
        fock = multiplied(0.5 * (d - x) - p - x, 0.5 * (d_ - x_) - p_ - x_, *g)
        hartree = -halves.applied(full_d[0], halves.diagonal(*g).real)
        slopes[0][3], slopes[1][3] = halves.with_diagonal(*fock, hartree)
        slope *= cutoff / np.pi
        return slope

    def largest(self, flat: RealArray) -> float:
        return max(float(np.abs(c[:3]).max(initial=0.0)) for c in self.chain.halves.split(flat))

    def unpack(self, flat: RealArray) -> tuple[RealArray, dict[str, RealArray]]:
        p, x, d, sigma = self.chain.halves.unfold(*self.chain.halves.split(flat))
        same = (d - x) / 2
        vertex = {"P": p, "X": x, "D_uu": same, "D_ud": (d + x) / 2, "D_dd": same}
        return np.array([sigma, sigma]), vertex


class _Polarized:
    """Flow of both spins: P, X, D_uu, D_ud, D_dd and two self-energies."""

    def __init__(self, barrier: HubbardBarrier, zeeman: float, vertex_flow: bool) -> None:
        self.chain, self.zeeman, self.vertex_flow = FoldedChain(barrier), zeeman, vertex_flow

    def start(self) -> RealArray:
        barrier = self.chain.barrier
        first = _first_vertex(barrier) if self.vertex_flow else np.zeros(barrier.sites)
        spins = [_first_self_energy(barrier, -sign * self.zeeman) for sign in (1, -1)]
        return self.chain.from_diagonals([-first, first, -first, 0 * first, -first, *spins])

    def __call__(self, log_cutoff: float, flat: RealArray) -> RealArray:
        cutoff, halves = np.exp(log_cutoff), self.chain.halves
        blocks = halves.split(flat)
        slope = np.zeros_like(flat)
        slopes = halves.split(slope)
        up, down = (
            self.chain.green(1j * cutoff + sign * self.zeeman / 2, blocks[0][n], blocks[1][n])
            for sign, n in ((1, 5), (-1, 6))
        )
        p, x, uu, ud, dd = (
            (even, odd) for even, odd in zip(blocks[0][:5], blocks[1][:5], strict=True)
        )
        local = self.chain.interaction + sum(halves.diagonal(*channel) for channel in (p, x, ud))
        full = [halves.with_diagonal(*channel, local) for channel in (p, x, ud)]
        full += [halves.with_diagonal(*channel, 0 * local) for channel in (uu, dd)]
        if self.vertex_flow:
            pairs, pairs_, holes, holes_ = bubbles(*up, *down)
            _, _, bubble_u, bubble_u_ = bubbles(*up, *up)
            _, _, bubble_d, bubble_d_ = bubbles(*down, *down)
            even = (pairs, holes, bubble_u, bubble_d)
            for block, found in enumerate((even, (pairs_, holes_, bubble_u_, bubble_d_))):
                slopes[block][:5] = _ladders([channel[block] for channel in full], *found)
        mixed = full[2][0]
        for n, own, same, other, hartree in (
            (5, uu, up, down, (mixed, full[3][0])),
            (6, dd, down, up, (mixed.T, full[4][0])),
        ):
            fock = multiplied(*own, *same)
            cross = multiplied(p[0] + x[0], p[1] + x[1], *other)
            level = halves.applied(hartree[0], halves.diagonal(*other).real)
            level += halves.applied(hartree[1], halves.diagonal(*same).real)
            slopes[0][n], slopes[1][n] = halves.with_diagonal(
                fock[0] - cross[0], fock[1] - cross[1], -level
            )
        slope *= cutoff / np.pi
        return slope

    def largest(self, flat: RealArray) -> float:
        return max(float(np.abs(c[:5]).max(initial=0.0)) for c in self.chain.halves.split(flat))

    def unpack(self, flat: RealArray) -> tuple[RealArray, dict[str, RealArray]]:
        p, x, uu, ud, dd, up, down = self.chain.halves.unfold(*self.chain.halves.split(flat))
        return np.array([up, down]), {"P": p, "X": x, "D_uu": uu, "D_ud": ud, "D_dd": dd}


def _ladders(
    full: list[RealArray], pairs: RealArray, holes: RealArray, up: RealArray, down: RealArray
) -> RealArray:
    """Slopes of P, X, D_uu, D_ud, D_dd in one block, times π."""
    p, x, ud, uu, dd = full
    left, right = uu @ up, ud @ down
    return np.array(
        [
            p @ pairs @ p,
            x @ holes @ x,
            -(left @ uu + right @ ud.T),
            -(left @ ud + right @ dd),
            -(ud.T @ up @ ud + dd @ down @ dd),
        ]
    )


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
            largest = equation.largest(solver.y)
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
