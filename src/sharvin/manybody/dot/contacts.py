"""Reservoirs that a dot exchanges electrons with: rates, temperatures, voltages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch, UnknownName, Unreliable
from sharvin.manybody.dot.model import HERMITIAN
from sharvin.manybody.dot.states import States
from sharvin.typing import NumberArray, RealArray
from sharvin.units import BOLTZMANN, quantity

BROAD = 1.0  # Γ in units of k_B T, from which on the first order says nothing


@dataclass(frozen=True, eq=False)
class Contacts:
    r"""Tunneling rates and temperatures of all leads.

    Parameters
    ----------
    names : tuple of str
    rates : array, shape (leads, n, n)
        :math:`Γ_{α,ij} = 2πρ_α \sum_k t_{αk,i} t^*_{αk,j}` in meV: Hermitian, not negative.
    thermal_energies : array, shape (leads,)
        k_B T, meV.
    """

    names: tuple[str, ...]
    rates: NumberArray
    thermal_energies: RealArray

    @property
    def broadening(self) -> float:
        """Width of the broadest orbital over the lowest k_B T: what the first order neglects."""
        width = np.linalg.eigvalsh(self.rates.sum(axis=0))[-1]
        return float(width / self.thermal_energies.min())

    def checked(self) -> "Contacts":
        """Itself, if rates are below k_B T."""
        if self.broadening > BROAD:
            raise Unreliable(
                f"the level width is {self.broadening:.2g} k_B T: an expansion in tunneling needs "
                "Γ < k_B T. Take a higher temperature or smaller rates; without interaction use "
                "smatrix, and for the Kondo regime manybody.nrg"
            )
        return self

    def weights(self, states: States) -> RealArray:
        r"""Rates :math:`\sum_{ij} Γ_{ij} \langle f|d^†_i|a\rangle\langle a|d_j|f\rangle`.

        Returns
        -------
        array, shape (1 or points, leads, transitions)
            Of every pair of states that the dot itself connects.
        """
        low, high = states.transitions
        d = states.ladder[:, :, low, high]
        found = np.einsum("pit,lij,pjt->plt", d.conj(), self.rates, d)
        return np.ascontiguousarray(found.real)

    def amplitudes(self, states: States) -> tuple[NumberArray, list[int]]:
        r"""Matrices :math:`A_c = \sum_i v^*_{ci} d_i` of independent channels, and their leads.

        With :math:`Γ_{ij} = \sum_c v_{ci} v^*_{cj}` per lead.

        Returns
        -------
        array, shape (1 or points, channels, s, s); list of int
        """
        vectors, owner = [], []
        for lead, gamma in enumerate(self.rates):
            values, basis = np.linalg.eigh(gamma)
            for value, vector in zip(values, basis.T, strict=True):
                if value > HERMITIAN * max(values[-1], 1e-300):
                    vectors.append(np.sqrt(value) * vector.conj())
                    owner.append(lead)
        return np.einsum("ci,pist->pcst", np.array(vectors), states.ladder), owner


def contacts(rates: Mapping[str, Any], temperature: Any, orbitals: int) -> Contacts:
    """Check rates and temperatures.

    Parameters
    ----------
    rates : mapping
        Per lead a rate for all orbitals, one per orbital, or a matrix; meV.
    temperature : float, str or mapping
        K; a mapping gives one per lead.

    Raises
    ------
    InvalidInput
        For negative rates, matrices that are not Hermitian, or temperatures that are not positive.
    Unreliable
        Where the rates exceed k_B T.
    """
    if not rates:
        raise InvalidInput("a dot needs at least one lead: rates={'source': 0.01, 'drain': 0.01}")
    matrices = np.array([_rate(rate, orbitals, name) for name, rate in rates.items()])
    return Contacts(tuple(rates), matrices, _thermal(temperature, tuple(rates))).checked()


def _rate(given: Any, n: int, name: str) -> NumberArray:
    array = np.array(given)
    if array.dtype.kind not in "fiuc":
        array = np.asarray(quantity(given, "meV", name=f"rate of {name!r}"))
    if array.ndim == 0:
        array = np.full(n, array)
    if array.ndim == 1:
        array = np.diag(array)
    if array.shape != (n, n):
        raise ShapeMismatch(f"rate of {name!r} must be a number, {n} numbers or a {n} x {n} matrix")
    if not np.isfinite(array).all():
        raise InvalidInput(f"rate of {name!r} has entries that are not finite")
    array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    scale = np.abs(array).max()
    if np.abs(array - array.conj().T).max() > HERMITIAN * scale:
        raise InvalidInput(f"the rate matrix of {name!r} is not Hermitian")
    if np.linalg.eigvalsh(array)[0] < -HERMITIAN * scale:
        raise InvalidInput(f"the rate of {name!r} is negative: rates are 2πρ|t|², in meV")
    return array


def _thermal(temperature: Any, names: tuple[str, ...]) -> RealArray:
    if isinstance(temperature, Mapping):
        for name in temperature:
            if name not in names:
                raise UnknownName.among("lead", name, names)
        missing = [name for name in names if name not in temperature]
        if missing:
            raise InvalidInput(f"temperature is missing for {missing[0]!r}")
        kelvin = [temperature[name] for name in names]
    else:
        kelvin = [temperature] * len(names)
    values = np.array([float(quantity(k, "K", name="temperature")) for k in kelvin])
    if not ((values > 0) & np.isfinite(values)).all():
        raise InvalidInput(
            f"temperatures must be positive, got {values.min()} K: at T = 0 the first order in "
            "tunneling does not apply"
        )
    return BOLTZMANN * values
