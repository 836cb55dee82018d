"""What one attempt at a lead's modes must satisfy: each tolerance with its reason."""

import math

import numpy as np

EPS = float(np.finfo(np.float64).eps)

# Singular values of the hop, and of a chunk's transmission, below this fraction of the largest
# carry nothing that double precision could tell from zero.
RANK = 1e-14
# | log|lambda| | below this: whether the wave travels is decided by its current, not by |lambda|.
CIRCLE = 3e-6
# One-cell Bloch residual of the candidates, independent of chunk length and filter.
RESIDUAL = 1e-9
# One-cell fixed-point residual of the reflection; near crossings it is as large as the error, so
# this only stops nonsense and the error bound decides.
FIXED_POINT = 1e-8
# The broadening must be made by the outgoing modes alone; an exchanged pair makes it indefinite.
FLUX = 1e-8
# Largest entry met while joining chunks: a loss of four digits at most.
GROWTH = 1e4
# A Robin angle whose cell amplifies rounding beyond this (twenty times this for many ports, where
# some resonance is always near) resonates: another one may not.
RESONANT = 1e-12
# Below this reciprocal condition number the cell holds a state that its ports hardly see.
SINGULAR = 1e-13
# Eigenvalues closer than this are one cluster, resolved by the signs of its currents.
CLUSTER = 1e-7
# Same-direction modes are carried into each other by a unitary translation.
UNITARY = 1e-7
# Largest accepted relative error of a mode's velocity, hence of a transmission near a band edge.
MODE = 1e-7
# A-priori bound of the reflection below which one formulation is enough ...
SURE = 3e-10
# ... provided that the modes are good to this, too ...
SURE_MODE = 1e-9
# ... and ten times the largest accepted difference of two formulations otherwise.
AGREE = 1e-7
# Sigma loses twice as many digits as |R0| has: beyond this only the ports are worth using.
POLE = 1e4
# The rank of the hop up to which the one-cell pencil is faster than a filter of many cells.
SMALL = 40
# ... and the rank up to which real Robin chunks keep enough digits to be worth their speed.
MEDIUM = 128
# Equal momenta: one group, whose basis is chosen by a fixed label. Anything wider would mix modes
# that are not the same Bloch wave.
SAME_MOMENTUM = 1e-10
SAME_VELOCITY = 1e-7
# Momenta above pi minus this count as -pi: rounding must not send a mode around the zone.
BRANCH_CUT = 1e-9


class Doubt(ArithmeticError):
    """One formulation cannot vouch for its answer: the next one is tried.

    Parameters
    ----------
    reason : str
        What failed and by how much.
    edge : bool
        Whether a mode of (nearly) vanishing velocity is the cause.
    clearance : float
        Distance in energy at which the same check would pass, where it is known.
    """

    def __init__(self, reason: str, *, edge: bool = False, clearance: float = math.nan) -> None:
        super().__init__(reason)
        self.edge = edge
        self.clearance = clearance
