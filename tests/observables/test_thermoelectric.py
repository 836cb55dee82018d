"""Linear response to heat: symmetries on random devices, and leads that float."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import delta_barrier, random_device
from sharvin.errors import InvalidInput, UnknownName
from sharvin.observables.currents import currents
from sharvin.observables.reservoirs import reservoirs
from sharvin.observables.response import onsager_matrix
from sharvin.observables.thermoelectric import thermoelectric
from sharvin.scattering import SMatrix

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_a_flat_transmission_obeys_wiedemann_and_franz(seed):
    s = random_device(seed, a=2, b=3, c=1)
    found = thermoelectric(s, reservoirs(s.leads, temperature=0.5), hot="a", cold="c")
    assert found.lorenz_ratio == pytest.approx(1, rel=1e-10)
    assert found.seebeck == pytest.approx(0, abs=1e-15)
    assert found.peltier == pytest.approx(0, abs=1e-15)
    assert found.figure_of_merit == pytest.approx(0, abs=1e-15)


@given(seeds)
def test_small_changes_of_the_currents_are_the_onsager_matrix(seed):
    s = random_device(seed, a=2, b=3, c=1)
    even = reservoirs(s.leads, temperature=1.0, level=4.0)
    matrix = onsager_matrix(s, even)
    volt, warm = 1e-8, 1e-5
    push = currents(s, reservoirs(s.leads, voltages={"b": volt}, temperature=1.0, level=4.0))
    heat = currents(
        s, reservoirs(s.leads, temperatures={"b": 1 + warm}, temperature=1.0, level=4.0)
    )
    assert push.charge / volt == pytest.approx(matrix[:3, 1], rel=1e-6, abs=1e-12)
    assert heat.heat / warm == pytest.approx(matrix[3:, 4], rel=1e-4, abs=1e-22)
    assert matrix.sum(axis=0)[:3] == pytest.approx(
        matrix[3:].sum(axis=0)[:3], abs=1e-12 * np.abs(matrix).max()
    )


def test_thermopower_needs_two_known_connected_leads_and_warmth():
    s = delta_barrier(1.0)
    warm = reservoirs(s.leads, temperature=1.0)
    with pytest.raises(UnknownName, match="unknown lead 'hot'"):
        thermoelectric(s, warm, hot="hot", cold="R")
    with pytest.raises(InvalidInput, match="two different leads"):
        thermoelectric(s, warm, hot="L", cold="L")
    with pytest.raises(InvalidInput, match="needs a temperature above zero"):
        thermoelectric(s, reservoirs(s.leads), hot="L", cold="R")
    with pytest.raises(InvalidInput, match="starts from equal reservoirs"):
        onsager_matrix(s, reservoirs(s.leads, voltages={"L": 1e-3}, temperature=1.0))
    idle = SMatrix(np.kron(np.eye(2), [[0, 1], [1, 0]])[:3, :3] + np.diag([0, 0, 1.0]),
                   ("a", "b", "c"), (1, 1, 1))  # fmt: skip
    with pytest.raises(InvalidInput, match="lead 'c' exchanges nothing"):
        thermoelectric(idle, reservoirs(idle.leads, temperature=1.0), hot="a", cold="b")
    closed = SMatrix(np.eye(2), ("a", "b"), (1, 1))
    with pytest.raises(InvalidInput, match="no current passes from 'a' to 'b'"):
        thermoelectric(closed, reservoirs(closed.leads, temperature=1.0), hot="a", cold="b")
