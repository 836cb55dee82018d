"""What a superconductor does to a current: Andreev reflection, NS conductance, Andreev levels."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from sharvin.errors import InvalidInput
from sharvin.scattering.smatrix import SMatrix
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import ratio

ELECTRON, HOLE = "electron", "hole"
# Largest error of |S| columns for which phases of the round trip mean anything.
UNITARY = 1e-8


def andreev_blocks(s: SMatrix, *, to: str, from_: str) -> dict[str, ComplexArray]:
    """Amplitudes between two normal leads, resolved by electron and hole.

    Parameters
    ----------
    s : SMatrix
        Of a Bogoliubov-de Gennes device, its modes labelled electron and hole.
    to, from_ : str
        Leads, or the same lead twice for its reflection.

    Returns
    -------
    dict of complex arrays, shape (modes out, modes in)
        ``"ee"``, ``"he"``, ``"eh"``, ``"hh"``: first what comes out, then what came in, so
        ``"he"`` is Andreev reflection of an electron.
    """
    for lead in (to, from_):
        _check_normal(s, lead)
    letters = {"e": ELECTRON, "h": HOLE}
    return {
        out + in_: s.block(to=(to, letters[out]), from_=(from_, letters[in_]))
        for out in letters
        for in_ in letters
    }


def ns_conductance(s: SMatrix, *, lead: str, unit: str = "e²/h") -> float:
    r"""Differential conductance of a normal lead on a grounded superconductor.

    .. math:: G(V) = g\,\frac{e^2}{h} \big( N_e - R_{ee} + R_{he} \big)_{E = eV}

    at zero temperature, with the energy of S counted from the chemical potential of the
    superconductor. Electrons that leave through other leads are counted as gone to ground.

    Parameters
    ----------
    s : SMatrix
        Modes of `lead` labelled electron and hole.
    lead : str
    unit : str
        Any unit of conductance. A perfect channel with spin gives 4 e²/h.

    References
    ----------
    G. E. Blonder, M. Tinkham, T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982).
    """
    _check_normal(s, lead)
    electron = (lead, ELECTRON)
    incoming = len(s.columns_of(electron))
    normal = s.transmission(to=electron, from_=electron)
    andreev = s.transmission(to=(lead, HOLE), from_=electron)
    return s.degeneracy * (incoming - normal + andreev) * ratio("e²/h", unit)


def ns_conductance_matrix(s: SMatrix, *, unit: str = "e²/h") -> tuple[tuple[str, ...], RealArray]:
    r"""Linear conductances between all normal leads, the superconductor being ground.

    .. math:: I_i = \sum_j G_{ij} V_j, \qquad
              G_{ij} = g\,\frac{e^2}{h} \big( N^e_i \delta_{ij} - T^{ee}_{ij} + T^{he}_{ij} \big)

    A positive current flows into the device. Rows do not sum to zero: the superconductor takes the
    difference. Crossed Andreev reflection makes off-diagonal elements positive.

    Returns
    -------
    (leads, matrix)
        Names of the leads whose modes are electrons and holes, and a real array (leads, leads).
    """
    leads = tuple(lead for lead in s.leads if _is_normal(s, lead))
    if not leads:
        raise InvalidInput(_UNLABELLED)
    matrix = np.zeros((len(leads), len(leads)))
    for i, to in enumerate(leads):
        for j, from_ in enumerate(leads):
            passed = s.transmission(to=(to, ELECTRON), from_=(from_, ELECTRON))
            crossed = s.transmission(to=(to, HOLE), from_=(from_, ELECTRON))
            open_ = len(s.columns_of((to, ELECTRON))) if i == j else 0
            matrix[i, j] = open_ - passed + crossed
    return leads, s.degeneracy * matrix * ratio("e²/h", unit)


def andreev_levels(s: SMatrix, *, phases: Mapping[str, ArrayLike], gap: float) -> RealArray:
    r"""Energies of the states that a normal region binds between superconductors.

    Every lead of the normal region is taken to run into a superconductor of its own phase. With
    :math:`r_A = \mathrm{diag}(e^{i\varphi_j})` the levels solve

    .. math:: \det\big[ 1 - e^{-2i \arccos(E/\Delta)}\, r_A^* S\, r_A S^* \big] = 0,

    the round trip electron - hole - electron, in the limit of a junction short against the
    coherence length (S does not change over Δ) and a gap small against the Fermi energy.

    Parameters
    ----------
    s : SMatrix
        Of the normal region at the Fermi energy, solved from a real Hamiltonian or with leads
        outside the field, so that outgoing modes are the time-reversed incoming ones.
    phases : mapping of str to float or array
        Phase of the superconductor behind each lead, rad; arrays broadcast together.
    gap : float
        Δ in any unit.

    Returns
    -------
    real array, shape (..., modes)
        Ascending, in the unit of `gap`, twice as many as the positive ones: the levels of
        electrons and holes are the same states. One channel of transmission T between phases 0 and
        φ gives :math:`\pm \Delta \sqrt{1 - T \sin^2(\varphi/2)}`.

    References
    ----------
    C. W. J. Beenakker, Phys. Rev. Lett. 67, 3836 (1991).
    """
    if set(phases) != set(s.leads):
        raise InvalidInput(
            f"phases must name every lead once: needed are {', '.join(s.leads)}, got "
            f"{', '.join(phases)}"
        )
    if not gap > 0:
        raise InvalidInput(f"the gap must be positive, got {gap!r}")
    defect = s.unitarity_defect()
    if defect > UNITARY:
        raise InvalidInput(
            f"S loses particles (unitarity defect {defect:.1e}), so that no level is sharp; "
            "give the S-matrix of a closed normal region with all its leads"
        )
    each = np.broadcast_arrays(*(np.asarray(phases[lead], dtype=np.float64) for lead in s.leads))
    turn = np.exp(1j * np.repeat(np.stack(each, axis=-1), s.modes, axis=-1))
    data = s.data
    trip = (turn.conj()[..., :, None] * data * turn[..., None, :]) @ data.conj()
    # Phases come in pairs ±χ, one of each pair being the level at -E.
    found = -np.sort(-np.cos(np.angle(np.linalg.eigvals(trip)) / 2), axis=-1)
    levels: RealArray = np.concatenate([-found[..., ::2], found[..., 1::2][..., ::-1]], axis=-1)
    return gap * levels


_UNLABELLED = (
    "no lead of this S-matrix has modes labelled electron and hole; solve a Bogoliubov-de Gennes "
    "model whose normal leads conserve particles, such as "
    "lead('left', parameters={'pairing': 0}) on nambu(...) or kitaev_chain(...)"
)


def _is_normal(s: SMatrix, lead: str) -> bool:
    labels = s.labels_in and s.labels_in[s.leads.index(lead)]
    return labels is not None and {ELECTRON, HOLE} <= set(s.labels)


def _check_normal(s: SMatrix, lead: str) -> None:
    if not s.rows_of(lead).size or _is_normal(s, lead):
        return
    raise InvalidInput(
        f"the modes of lead {lead!r} are not told apart as electrons and holes: " + _UNLABELLED
    )
