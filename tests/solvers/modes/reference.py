"""An independent answer: decimation of the half-infinite lead in 420-bit arithmetic or better."""

import numpy as np
from flint import acb, acb_mat, ctx

BITS = (420, 700, 1500, 3000)  # until two agree: clean energies cancel hundreds of bits
IMAGINARY = 1e-36  # of the energy, relative to |H|: far below double precision, far above 2^-420
DOUBLINGS = 135  # 2^135 cells damp a wave by this imaginary part


def _big(matrix):
    return acb_mat([[acb(complex(x).real, complex(x).imag) for x in row] for row in matrix])


def _middle(matrix):
    rows = [[matrix[i, j].mid() for j in range(matrix.ncols())] for i in range(matrix.nrows())]
    return acb_mat(rows)


def _small(matrix):
    return np.array([[complex(x) for x in row] for row in matrix.tolist()])


def reflection(cell, hop, energy, a, *, scale):
    """R = (1 - i R0)(1 + i R0)^-1 with R0 = a^H g a, g the surface Green function at E + i 0."""
    kept = ctx.prec
    try:
        last = np.full((a.shape[1], a.shape[1]), np.nan)
        for bits in BITS:
            ctx.prec = bits
            r = _reflection(cell, hop, energy, a, scale)
            if np.abs(r - last).max(initial=0.0) < 1e-14:
                return r
            last = r
        raise ArithmeticError("no precision was enough")
    finally:
        ctx.prec = kept


def _reflection(cell, hop, energy, a, scale):
    m, r = len(cell), a.shape[1]
    e = (acb(energy) + acb(0, IMAGINARY * scale)) * _unit(m)
    bulk, surface = _big(cell), _big(cell)
    out, back = _big(hop), _big(np.conj(hop).T)
    for _ in range(DOUBLINGS):
        # seen from cell 1: its outer neighbor answers through back (hop^H) and out (hop)
        g = _middle((e - bulk).inv(nonstop=True))
        surface = _middle(surface + back * g * out)
        bulk = _middle(bulk + back * g * out + out * g * back)
        out, back = _middle(out * g * out), _middle(back * g * back)
        if max(abs(complex(x)) for row in out.tolist() for x in row) < 1e-60 * scale:
            break
    impedance = _big(np.conj(a).T) * (e - surface).inv(nonstop=True) * _big(a) * acb(0, 1)
    return _small((_unit(r) - impedance) * (_unit(r) + impedance).inv(nonstop=True))


def _unit(m):
    return acb_mat([[acb(int(i == j)) for j in range(m)] for i in range(m)])


def counted(reflection, floor=1e-9):
    """Number of open modes: what a contraction loses."""
    s = np.linalg.svd(reflection, compute_uv=False)
    return int((1 - s**2 > floor).sum())
