"""The scattering matrix: the one object that solvers make and observables read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import chain
from operator import index
from typing import Any, TypeAlias

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName
from sharvin.scattering.freezing import checked_leads, frozen_complex, lead_position, lead_span
from sharvin.typing import ComplexArray, IntArray, RealArray

Label: TypeAlias = str | float  # "up", or the value of the conserved quantity itself
Port: TypeAlias = str | tuple[str, Label]  # a lead, or its modes that carry one label
LeadLabels: TypeAlias = tuple[tuple[Label, ...] | None, ...]

# Labels that are numbers are eigenvalues, known to rounding: S_z = 0.4999999999 is 0.5.
LABEL_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class SMatrix:
    r"""Amplitudes between the open modes of all leads, at one energy.

    A wave with amplitudes :math:`a` in the incoming modes leaves with :math:`b = S a`, so **rows
    are outgoing modes and columns are incoming modes**. Modes carry unit current, which makes
    :math:`S` unitary for a Hermitian device.

    The matrix is complete: every lead is both a block of rows and a block of columns. The number
    of open modes changes with energy, so sweeps stack *observables*, never S-matrices.

    A *port*, the argument of `block` and `transmission`, is the name of a lead (``"drain"``) or,
    where the modes of a lead carry labels, a pair of lead and label (``("drain", "up")``).

    Parameters
    ----------
    data : complex array, shape (n, n)
        Copied and made read-only; ``n = sum(modes)``.
    leads : sequence of str
        Distinct names, in block order.
    modes : sequence of int
        Open modes of each lead (zero is allowed: a lead below its first subband).
    energy : float
        In the unit of the Hamiltonian; NaN where there is none.
    degeneracy : int
        Identical copies of the modes that were left out of the calculation (spin, say). Observables
        multiply by it once; `transmission` never does.
    error_estimate : float
        Expected largest error of an element of `data`; NaN when unknown.
    labels_out, labels_in : sequence, optional
        Per lead, one label (str or float) for each outgoing or incoming mode, or None.
    labels : sequence, optional
        Labels that exist although no mode carries them at this energy; those in use are added.
        Only a label that is not among these is refused, so that a polarized contact answers 0.

    Examples
    --------
    A beam splitter that transmits a quarter of the current:

    >>> r, t = np.sqrt(0.75), 0.5j
    >>> s = SMatrix([[r, t], [t, r]], leads=("L", "R"), modes=(1, 1))
    >>> round(s.transmission(to="R", from_="L"), 12)
    0.25
    """

    data: ComplexArray = field(repr=False)
    leads: tuple[str, ...]
    modes: tuple[int, ...]
    energy: float = float("nan")
    degeneracy: int = 1
    error_estimate: float = float("nan")
    labels_out: LeadLabels | None = field(default=None, repr=False)
    labels_in: LeadLabels | None = field(default=None, repr=False)
    labels: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        leads, modes = checked_leads(self.leads, self.modes)
        data = frozen_complex(self.data, "data")
        n = sum(modes)
        if data.shape != (n, n):
            raise ShapeMismatch(
                f"data has shape {data.shape}, but leads {leads} with {modes} open modes "
                f"need ({n}, {n})"
            )
        outgoing = _lead_labels("labels_out", self.labels_out, leads, modes)
        incoming = _lead_labels("labels_in", self.labels_in, leads, modes)
        carried = (own for side in (outgoing, incoming) for own in side or () if own)
        self._store(
            data=data,
            leads=leads,
            modes=modes,
            energy=float(self.energy),
            degeneracy=_degeneracy(self.degeneracy),
            error_estimate=_error_estimate(self.error_estimate),
            labels_out=outgoing,
            labels_in=incoming,
            labels=tuple(dict.fromkeys(chain(self.labels, *carried))),
        )

    def _store(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        # Unpickled arrays are writable: going through __init__ freezes them again.
        return type(self), tuple(getattr(self, f.name) for f in fields(self))

    def block(self, *, to: Port, from_: Port) -> ComplexArray:
        """Amplitudes into port `to` from port `from_`, shape (modes of to, modes of from_).

        The same port twice gives the reflection block.
        """
        picked: ComplexArray = self.data[np.ix_(self.rows_of(to), self.columns_of(from_))]
        return picked

    def transmission(self, *, to: Port, from_: Port) -> float:
        """Probability T summed over modes, between 0 and the smaller mode count.

        Without `degeneracy`. The same lead twice gives the reflection.
        """
        if isinstance(to, str) and isinstance(from_, str):
            i, j = lead_position(self.leads, to), lead_position(self.leads, from_)
            return float(self.transmissions[i, j])
        return float(_intensity(self.block(to=to, from_=from_)).sum())

    @cached_property
    def transmissions(self) -> RealArray:
        """T[i, j] = sum of |S|² into lead i from lead j, shape (leads, leads), read-only."""
        owner = np.repeat(np.arange(len(self.leads)), self.modes)
        member = (owner == np.arange(len(self.leads))[:, None]).astype(float)
        totals: RealArray = member @ _intensity(self.data) @ member.T
        totals.flags.writeable = False  # it is cached: nobody may edit the shared copy
        return totals

    def unitarity_defect(self) -> float:
        """Largest entry of |S†S - 1|: how far current conservation is violated."""
        gram = self.data.conj().T @ self.data
        return float(np.max(np.abs(gram - np.eye(len(gram))), initial=0.0))

    def modes_of(self, lead: str) -> slice:
        """Rows (equally, columns) of `data` that belong to `lead`."""
        return lead_span(self.leads, self.modes, lead)

    def rows_of(self, port: Port) -> IntArray:
        """Rows of `data` that belong to `port`: its outgoing modes."""
        return self._places(port, self.labels_out)

    def columns_of(self, port: Port) -> IntArray:
        """Columns of `data` that belong to `port`: its incoming modes."""
        return self._places(port, self.labels_in)

    def _places(self, port: Port, lead_labels: LeadLabels | None) -> IntArray:
        if isinstance(port, str):
            own = self.modes_of(port)
            return np.arange(own.start, own.stop)
        if not isinstance(port, tuple) or len(port) != 2:
            raise InvalidInput(
                f"a port is a lead's name or a pair (lead, label), for example "
                f"('drain', 'up'); got {port!r}"
            )
        lead, wanted = port
        position = lead_position(self.leads, lead)
        carried = None if lead_labels is None else lead_labels[position]
        if carried is None:
            raise InvalidInput(
                f"the modes of lead {lead!r} carry no labels, so {wanted!r} selects nothing; give "
                "the device a conserved quantity, or ask for the whole lead"
            )
        if not any(_same(label, wanted) for label in self.labels):
            raise UnknownName.among("label", wanted, map(str, self.labels))
        start = self.modes_of(lead).start
        chosen = [start + k for k, label in enumerate(carried) if _same(label, wanted)]
        return np.array(chosen, dtype=np.int64)


def _intensity(amplitudes: ComplexArray) -> RealArray:
    intensity: RealArray = amplitudes.real**2 + amplitudes.imag**2
    return intensity


def _same(label: Label, wanted: object) -> bool:
    if isinstance(label, str) or isinstance(wanted, str):
        return label == wanted
    return isinstance(wanted, (int, float)) and abs(label - wanted) <= LABEL_TOLERANCE


def _lead_labels(
    name: str,
    given: Iterable[Sequence[Label] | None] | None,
    leads: tuple[str, ...],
    modes: tuple[int, ...],
) -> LeadLabels | None:
    if given is None:
        return None
    labels = tuple(None if own is None else tuple(own) for own in given)
    if len(labels) != len(leads):
        raise ShapeMismatch(f"{name} has {len(labels)} entries, but there are {len(leads)} leads")
    for lead, own, count in zip(leads, labels, modes, strict=True):
        if own is not None and len(own) != count:
            raise ShapeMismatch(
                f"{name} of lead {lead!r} has {len(own)} labels, but {count} modes are open"
            )
    return labels


def _degeneracy(value: object) -> int:
    try:
        degeneracy = index(value)  # type: ignore[arg-type]
    except TypeError:
        degeneracy = 0
    if degeneracy < 1:
        raise InvalidInput(f"degeneracy must be a whole number of at least 1, got {value!r}")
    return degeneracy


def _error_estimate(value: float) -> float:
    if value < 0:
        raise InvalidInput(
            f"error_estimate must not be negative (NaN means unknown), got {value!r}"
        )
    return float(value)
