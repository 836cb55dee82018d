r"""How the self-energy of a periodic lead moves with the onsite block of its cells.

With the surface Green function :math:`g = (E - h - \Sigma)^{-1}`, so that
:math:`\Sigma = v^\dagger g v`, a change :math:`\delta = dh - dE` of every cell moves it by the
solution of a discrete Lyapunov equation,

.. math:: d\Sigma = v^\dagger g\,(\delta + d\Sigma)\,g v .
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sharvin.device.blocks import LeadBlocks
from sharvin.solvers.channels import Channels
from sharvin.solvers.contacts import Contact
from sharvin.typing import ComplexArray, NumberArray

# Relative residual beyond which an answer is not believed (defective or nearly resonant waves).
ROUGH = 1e-9
# Eigenvectors in a field lose five digits, which one correction restores.
REFINED, ENOUGH = 3, 1e-12


@dataclass(frozen=True, eq=False)
class Surface:
    """End of a lead at one energy.

    Parameters
    ----------
    lead : LeadBlocks
    contact : Contact
    channels : Channels
        Without ports.
    energy : float
    """

    lead: LeadBlocks
    contact: Contact
    channels: Channels
    energy: float

    @cached_property
    def root(self) -> ComplexArray:
        """W with Gamma = W W†, on the rows of the cell that the bond reaches."""
        c = self.channels
        w = np.asarray(c.v if c.turn is None else c.v @ c.turn, complex)
        phases = self.contact.phases
        return w if phases is None else phases[:, None] * w

    @cached_property
    def bonds(self) -> tuple[ComplexArray, ComplexArray]:
        """Matrices v† g and g v, on the rows that the bond reaches: shapes (q, m) and (m, q)."""
        rows = self.contact.rows
        sigma = self.channels.hermitian - 0.5j * (self.channels.v @ self.channels.v.conj().T)
        phases = self.contact.phases
        if phases is not None:
            sigma = phases[:, None] * sigma * phases.conj()
        inverse = self.energy * np.eye(len(self.lead.cell)) - self.lead.cell.astype(complex)
        inverse[np.ix_(rows, rows)] -= sigma
        g = np.linalg.inv(inverse)
        v = self.lead.hop[:, rows]
        return v.conj().T @ g, g @ v

    @cached_property
    def waves(self) -> tuple[Any, Any]:
        """Eigenvalues and eigenvectors of both, restricted to the rows."""
        onto, out_of = self.bonds
        rows = self.contact.rows
        return np.linalg.eig(onto[:, rows]), np.linalg.eig(out_of[rows])

    def moved(self, change: NumberArray) -> tuple[ComplexArray, ComplexArray] | None:
        r"""Derivatives of Σ and W on the contact, for a change δ of every cell, shape (m, m).

        W moves parallel to itself: :math:`W^\dagger dW` is Hermitian. None where the equations
        are not solved to nine digits.
        """
        rows = self.contact.rows
        onto, out_of = self.bonds
        source = onto @ change @ out_of
        try:
            sigma = self._solved(source)
            for _ in range(REFINED):
                rest = source + onto[:, rows] @ sigma @ out_of[rows] - sigma
                size = float(np.abs(sigma).max(initial=0.0)) or 1.0
                if np.abs(rest).max(initial=0.0) < ENOUGH * size:
                    break
                sigma = sigma + self._solved(rest)
        except np.linalg.LinAlgError:
            return None
        gamma = 1j * (sigma - sigma.conj().T)
        root = self._parallel(gamma)
        off = gamma - root @ self.root.conj().T - self.root @ root.conj().T
        worst = max(float(np.abs(rest).max(initial=0.0)), float(np.abs(off).max(initial=0.0)))
        if not worst < ROUGH * size:
            return None
        phases = self.contact.phases
        if phases is None:
            return sigma, root
        turned = phases.conj()[:, None]
        return turned * sigma * phases, turned * root

    def _solved(self, source: ComplexArray) -> ComplexArray:
        """X of X - v†g X gv = source, to as many digits as the eigenvectors have."""
        (far, y), (near, x) = self.waves
        inner = np.linalg.solve(y, source) @ x / (1 - far[:, None] * near)
        found: ComplexArray = np.linalg.solve(x.T, (y @ inner).T).T
        return found

    def _parallel(self, gamma: ComplexArray) -> ComplexArray:
        """The dW with dW W† + W dW† = dGamma and W† dW Hermitian."""
        w = self.root
        sizes, basis = np.linalg.eigh(w.conj().T @ w)
        both = gamma @ w
        along = basis.conj().T @ (w.conj().T @ both) @ basis / (sizes[:, None] + sizes)
        rest = both - w @ (basis @ along @ basis.conj().T)
        root: ComplexArray = (rest @ basis / sizes) @ basis.conj().T
        return root
