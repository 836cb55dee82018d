"""Twisted bilayer graphene: the continuum model of Bistritzer and MacDonald."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.matter.lattice import Lattice
from sharvin.matter.spin import IDENTITY, SIGMA_X, SIGMA_Y, SIGMA_Z
from sharvin.typing import ComplexArray, IntArray, RealArray
from sharvin.units import quantity

VELOCITY = 594.4  # ħv, meV nm: √3/2 · 0.246 nm · 2.79 eV
POISSON = 0.16
GRUNEISEN = 3.14  # of the nearest-neighbor bond
FIRST_MAGIC = 0.586  # α of the first flat band in the chiral limit


@dataclass(frozen=True, eq=False)
class TwistedBilayer:
    r"""One valley and spin of two graphene layers at a small angle: `twisted_bilayer_graphene`.

    .. math:: H_{QQ'}(\mathbf k) = \delta_{QQ'} \big[\hbar v\, (\mathbf k - \mathbf Q) \cdot
              \boldsymbol\sigma_{\pm\theta/2} + m_\pm \sigma_z \big]
              + \sum_{j=1}^3 (\delta_{Q - Q', -q_j} + \delta_{Q' - Q, -q_j})\, T_j

    .. math:: T_j = w_0 + w_1 \big(\cos \tfrac{2\pi(j-1)}{3} \sigma_x
              + \sin \tfrac{2\pi(j-1)}{3} \sigma_y \big)

    Q runs over the Dirac points of both layers in the extended zone; k counts from the middle of
    the moiré zone. The other valley is the time reverse.

    Parameters
    ----------
    angle : float
        θ in degrees, the top layer counterclockwise.
    w0, w1 : float
        Tunneling at AA and at AB stacking, meV.
    velocity : float
        ħv, meV nm.
    masses : (float, float)
        m of the bottom and the top layer, meV.
    valley : {1, -1}
    strain, strain_angle : float
        Uniaxial strain of the layers against each other (half each), and its direction in degrees.
    lattice_constant : float
        nm.
    cutoff : float
        Largest \|Q\| in units of \|q_j\|.
    """

    angle: float
    w0: float
    w1: float
    velocity: float
    masses: tuple[float, float]
    valley: int
    strain: float
    strain_angle: float
    lattice_constant: float
    cutoff: float
    degeneracy: int = 2

    @property
    def name(self) -> str:
        """For messages."""
        return f"twisted bilayer graphene at {self.angle:g}°, valley {self.valley:+d}"

    @cached_property
    def _layers(self) -> tuple[RealArray, RealArray]:
        """Maps of reciprocal vectors of the bottom and top layer, shape (2, 2) each."""
        return _deformed(self, -1), _deformed(self, 1)

    @cached_property
    def transfers(self) -> RealArray:
        """q_1, q_2, q_3, 1/nm, shape (3, 2)."""
        bottom, top = self._layers
        turns = 2 * np.pi * np.arange(3) / 3
        corners = 4 * np.pi / (3 * self.lattice_constant) * _unit(turns)
        return np.asarray(-(corners @ (top - bottom).T), dtype=np.float64)

    @cached_property
    def lattice(self) -> Lattice:
        """Moiré lattice; its reciprocal vectors are q_1 - q_2 and q_2 - q_3."""
        q1, q2, q3 = self.transfers
        reciprocal = np.stack([q1 - q2, q2 - q3])
        vectors: RealArray = 2 * np.pi * np.linalg.inv(reciprocal).T
        return Lattice(vectors)

    @property
    def alpha(self) -> float:
        """w_1 / ħ v k_θ, which is 0.586 at the first magic angle of the chiral limit."""
        return self.w1 / (self.velocity * float(np.linalg.norm(self.transfers[0])))

    @cached_property
    def _waves(self) -> tuple[IntArray, IntArray, RealArray]:
        """Layer (waves,), steps (waves, 2) in the reciprocal lattice, and Q (waves, 2)."""
        reach = int(2 * self.cutoff) + 2
        numbers = np.arange(-reach, reach + 1)
        steps = np.stack(np.meshgrid(numbers, numbers, indexing="ij"), axis=-1).reshape(-1, 2)
        size = float(np.linalg.norm(self.transfers, axis=1).max())
        layers, kept, places = [], [], []
        for layer, center in enumerate((-self.transfers[0], self.transfers[0])):
            q = center + steps @ self.lattice.reciprocal
            inside = np.linalg.norm(q, axis=1) <= self.cutoff * size * (1 + 1e-9)
            layers.append(np.full(int(inside.sum()), layer))
            kept.append(steps[inside])
            places.append(q[inside])
        return np.concatenate(layers), np.concatenate(kept), np.concatenate(places)

    @cached_property
    def _tunneling(self) -> ComplexArray:
        """What does not depend on k, (n, n): tunneling and masses."""
        layers, _, places = self._waves
        n = len(layers)
        h = np.zeros((n, 2, n, 2), dtype=np.complex128)
        apart = places[:, None, :] - places[None, :, :]
        pair = (layers[:, None] == 1) & (layers[None, :] == 0)
        size = float(np.linalg.norm(self.transfers[0]))
        for j, q in enumerate(self.transfers):
            turn = 2 * np.pi * j / 3
            block = self.w0 * IDENTITY + self.w1 * (np.cos(turn) * SIGMA_X + np.sin(turn) * SIGMA_Y)
            meet = pair & (np.linalg.norm(apart + q, axis=-1) < 1e-6 * size)
            for top, bottom in np.argwhere(meet):
                h[top, :, bottom, :] += block
                h[bottom, :, top, :] += block.conj().T
        for wave, layer in enumerate(layers):
            h[wave, :, wave, :] += self.masses[layer] * SIGMA_Z
        return h.reshape(2 * n, 2 * n)

    def bloch(self, k: ArrayLike, **params: float) -> ComplexArray:
        """Hamiltonian at wave vectors (..., 2) in 1/nm, shape (..., n, n), meV."""
        if params:
            raise UnknownName.among("parameter", next(iter(params)), [])
        waves = np.asarray(k, dtype=np.float64)
        if waves.ndim == 0 or waves.shape[-1] != 2:
            raise ShapeMismatch(f"k has shape {waves.shape}, but its last axis must hold 2 numbers")
        h = self._positive(self.valley * waves)
        found: ComplexArray = h if self.valley > 0 else h.conj()
        return found

    def bands(self, k: ArrayLike) -> RealArray:
        """Energies at wave vectors (..., 2), ascending, shape (..., n), meV."""
        return np.linalg.eigvalsh(self.bloch(k)).astype(np.float64, copy=False)

    @property
    def neutrality(self) -> int:
        """Number of bands below the charge neutrality point."""
        return len(self._waves[0])

    def translated(self, states: ComplexArray, steps: IntArray) -> ComplexArray:
        """States (..., n, m) at k + G from those at k, G = steps times the reciprocal vectors.

        Amplitudes beyond the cutoff are lost: keep to bands near neutrality.
        """
        layers, numbers, _ = self._waves
        shifted = numbers - self.valley * np.asarray(steps)
        match = (layers[:, None] == layers[None, :]) & (
            shifted[:, None, :] == numbers[None, :, :]
        ).all(axis=-1)
        from_ = match.argmax(axis=1)
        split = states.reshape(*states.shape[:-2], len(layers), 2, states.shape[-1])
        moved = split[..., from_, :, :] * match.any(axis=1)[:, None, None]
        found: ComplexArray = moved.reshape(states.shape)
        return found

    def slopes(self, k: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
        """Derivatives of `bloch` along x and y, meV nm; the same at every k, shape (n, n)."""
        zero = self._positive(np.zeros(2))
        parts = [self._positive(np.array(e)) - zero for e in ((1.0, 0.0), (0.0, 1.0))]
        x, y = parts if self.valley > 0 else [-part.conj() for part in parts]
        return x, y

    def _positive(self, waves: RealArray) -> ComplexArray:
        layers, _, places = self._waves
        n = len(layers)
        h: ComplexArray = np.broadcast_to(self._tunneling, (*waves.shape[:-1], 2 * n, 2 * n)).copy()
        for layer, map_ in enumerate(self._layers):
            own = np.flatnonzero(layers == layer)
            # back to the frame of the layer, where the Dirac cone is round and upright
            p = (waves[..., None, :] - places[own]) @ np.linalg.inv(map_).T
            p = self.velocity * (p + _gauge_field(self, 2 * layer - 1))
            up = p[..., 0] - 1j * p[..., 1]
            h[..., 2 * own, 2 * own + 1] += up
            h[..., 2 * own + 1, 2 * own] += up.conj()
        return h


def twisted_bilayer_graphene(
    angle: float = 1.05,
    *,
    w0: float | str = 79.7,
    w1: float | str = 97.5,
    mass: float | str | tuple[float, float] = 0.0,
    valley: int = 1,
    strain: float = 0.0,
    strain_angle: float = 0.0,
    velocity: float | str = VELOCITY,
    lattice_constant: float | str = 0.246,
    cutoff: float = 6.0,
) -> TwistedBilayer:
    r"""Moiré bands of one valley and spin of twisted bilayer graphene, near neutrality.

    Electrons and holes differ a little, and signs decide how: bonds within a layer have the matrix
    element -t, those between layers are positive, so that the cone at K is +ħv k·σ with the same
    sublattices on top of each other at j = 1 (at -K this is the -ħv of the papers below). The
    default's flat bands lie between -10.5 and 12.8 meV. The other valley and the other sense of
    rotation have the same energies, at -k and at the mirror image of k; the opposite sign of w0,
    w1 or v mirrors energies, E to -E, and w0 = 0 makes them symmetric at every k.

    Parameters
    ----------
    angle : float
        In degrees.
    w0, w1 : float or str
        Tunneling in AA and AB regions, meV. Relaxation makes w0 smaller; w0 = 0 is the chiral
        limit, whose bands are flat where ``alpha`` is 0.586.
    mass : float, or pair
        Sublattice potential ±m in meV, as from an aligned layer of boron nitride: of the bottom
        layer, or (bottom, top). It gives the flat bands Chern numbers ±1 in each valley.
    valley : {1, -1}
        +1 is the corner K = (4π/3a, 0) of graphene, where the lower band's Berry curvature is
        positive for a positive mass.
    strain, strain_angle : float
        Relative uniaxial strain (0.003 is common) and its direction in degrees.
    velocity : float or str
        ħv, meV nm.
    lattice_constant : float or str
        Of graphene, nm.
    cutoff : float
        Plane waves within this many \|q_j\|; 6 gives the flat bands to 1e-3 meV near 1°.

    References
    ----------
    R. Bistritzer and A. H. MacDonald, PNAS 108, 12233 (2011). Relaxation: M. Koshino et al.,
    Phys. Rev. X 8, 031087 (2018). Chiral limit: G. Tarnopolsky, A. J. Kruchkov, A. Vishwanath,
    Phys. Rev. Lett. 122, 106405 (2019). Strain: Z. Bi, N. F. Q. Yuan, L. Fu, Phys. Rev. B 100,
    035448 (2019).
    """
    masses: Any = tuple(mass) if isinstance(mass, tuple | list) else (mass, 0.0)
    if len(masses) != 2:
        raise ShapeMismatch(f"mass must be one number or (bottom, top), got {mass!r}")
    if valley not in (1, -1):
        raise InvalidInput(f"valley must be 1 or -1, got {valley!r}")
    if not 0 < abs(angle) <= 12 or abs(strain) > 0.05:
        raise InvalidInput(
            f"the continuum model holds for angles up to 12 degrees and strains up to 0.05, not "
            f"for {angle:g} and {strain:g}; see twisted_bilayer_lattice"
        )
    if not 2 <= cutoff <= 20:
        raise InvalidInput(f"cutoff must lie between 2 and 20, got {cutoff:g}")
    energies = [quantity(m, "meV", name="mass") for m in masses]
    return TwistedBilayer(
        angle=float(angle),
        w0=quantity(w0, "meV", name="w0"),
        w1=quantity(w1, "meV", name="w1"),
        velocity=quantity(velocity, "meV nm", name="velocity"),
        masses=(energies[0], energies[1]),
        valley=int(valley),
        strain=float(strain),
        strain_angle=float(strain_angle),
        lattice_constant=quantity(lattice_constant, "nm", name="lattice_constant"),
        cutoff=float(cutoff),
    )


def _unit(angles: RealArray) -> RealArray:
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


def _strain(bilayer: TwistedBilayer, side: int) -> RealArray:
    """Strain tensor of the bottom (-1) or top (+1) layer."""
    c, s = np.cos(np.radians(bilayer.strain_angle)), np.sin(np.radians(bilayer.strain_angle))
    turn = np.array([[c, -s], [s, c]])
    half = side * bilayer.strain / 2
    tensor: RealArray = turn @ np.diag([half, -POISSON * half]) @ turn.T
    return tensor


def _deformed(bilayer: TwistedBilayer, side: int) -> RealArray:
    """Map of wave vectors of a layer: those of lattice points inversely transposed."""
    turn = np.radians(side * bilayer.angle / 2)
    c, s = np.cos(turn), np.sin(turn)
    moved = np.array([[c, -s], [s, c]]) @ (np.eye(2) + _strain(bilayer, side))
    return np.asarray(np.linalg.inv(moved).T, dtype=np.float64)


def _gauge_field(bilayer: TwistedBilayer, side: int) -> RealArray:
    """Shift of the Dirac point by strained bonds, 1/nm."""
    e = _strain(bilayer, side)
    size = np.sqrt(3) * GRUNEISEN / (2 * bilayer.lattice_constant)
    shift: RealArray = size * np.array([e[0, 0] - e[1, 1], -2 * e[0, 1]])
    return shift
