from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scatterers import (
    chiral_edge,
    delta_barrier,
    helical_ring,
    pinched_hall_bar,
    random_device,
    weak_probe,
)
from sharvin.errors import InvalidInput, UnitError, UnknownName, Unreliable
from sharvin.observables import conductance_matrix, resistance
from sharvin.scattering import SMatrix, join

seeds = st.integers(0, 2**32 - 1)

# Elimination without subtraction keeps the relative accuracy of T; small differences of voltages
# and the pseudo-inverse used for comparison lose some digits in random devices.
RTOL = 1e-9
EXACT = 1e-14  # closed-form scatterers made of zeros and ones


def test_the_current_enters_at_its_first_lead_and_the_first_voltage_counts_positive():
    # Chiral edge 0 -> 1 -> 2 -> 0: probe 1 takes the potential of the source, which is upstream.
    edge = chiral_edge(leads=3, channels=1)
    assert resistance(edge, current=("0", "2"), voltage=("1", "2")) == pytest.approx(1, rel=EXACT)
    assert resistance(edge, current=("0", "2"), voltage=("1", "0")) == pytest.approx(0, abs=EXACT)
    assert resistance(edge, current=("2", "0"), voltage=("1", "0")) == pytest.approx(0, abs=EXACT)
    assert resistance(edge, current=("0", "2"), voltage=("2", "1")) == pytest.approx(-1, rel=EXACT)


# --- laws ------------------------------------------------------------------------------------


def four_terminal(seed):
    return random_device(seed, a=2, b=3, c=1, d=2)


@given(seeds)
def test_the_ground_does_not_matter(seed):
    # Another route: the least-squares solution of I = G V, whatever ground that has.
    s = four_terminal(seed)
    volts = np.linalg.pinv(conductance_matrix(s)) @ [1, 0, -1, 0]
    measured = resistance(s, current=("a", "c"), voltage=("b", "d"))
    scale = resistance(s, current=("a", "c"), voltage=("a", "c"))
    assert measured == pytest.approx(volts[1] - volts[3], abs=RTOL * scale)


@given(seeds)
def test_reversing_the_field_exchanges_current_and_voltage(seed):
    # M. Büttiker, Phys. Rev. Lett. 57, 1761 (1986): R_ij,kl(B) = R_kl,ij(-B).
    s = four_terminal(seed)
    reversed_s = replace(s, data=s.data.T)
    forth = resistance(s, current=("a", "c"), voltage=("b", "d"))
    back = resistance(reversed_s, current=("b", "d"), voltage=("a", "c"))
    assert forth == pytest.approx(back, abs=RTOL * abs(resistance_scale(s)))


def resistance_scale(s):
    return max(
        resistance(s, current=(i, j), voltage=(i, j)) for i in "abcd" for j in "abcd" if i != j
    )


@given(seeds)
def test_exchanging_leads_cyclically_sums_to_zero(seed):
    # Büttiker 1988: R_ij,kl + R_ik,lj + R_il,jk = 0 follows from superposition and reciprocity,
    # so for a symmetric S.
    u = four_terminal(seed).data
    s = SMatrix(u @ u.T, ("a", "b", "c", "d"), (2, 3, 1, 2))
    cycle = [
        resistance(s, current=("a", "b"), voltage=("c", "d")),
        resistance(s, current=("a", "c"), voltage=("d", "b")),
        resistance(s, current=("a", "d"), voltage=("b", "c")),
    ]
    assert sum(cycle) == pytest.approx(0, abs=RTOL * resistance_scale(s))


@given(seeds)
def test_two_terminal_resistance_is_positive_and_at_least_that_of_the_modes(seed):
    s = four_terminal(seed)
    assert resistance(s, current=("a", "b"), voltage=("a", "b")) >= 0.5 * (1 - RTOL)


# --- closed forms ----------------------------------------------------------------------------


@pytest.mark.parametrize("filling", [1, 2, 3])
def test_a_hall_bar_is_quantized(filling):
    # Leads run around the bar: 0 source, 1 and 2 one side, 3 drain, 4 and 5 the other.
    bar = chiral_edge(leads=6, channels=filling)
    hall = resistance(bar, current=("0", "3"), voltage=("1", "5"))
    along = resistance(bar, current=("0", "3"), voltage=("1", "2"))
    assert hall == pytest.approx(1 / filling, rel=EXACT)
    assert along == pytest.approx(0, abs=EXACT)
    ohm = resistance(bar, current=("0", "3"), voltage=("1", "5"), unit="Ohm")
    assert ohm == pytest.approx(25812.80745930 / filling, rel=1e-12)


@pytest.mark.parametrize(("channels", "through"), [(2, 1), (10, 2), (5, 4), (3, 3)])
def test_a_constriction_in_a_quantizing_field(channels, through):
    # H. van Houten et al., Phys. Rev. B 37, 8534 (1988): R_L = (h/e²)(1/N_min - 1/N_L).
    bar = pinched_hall_bar(channels, through)
    along = resistance(bar, current=("0", "3"), voltage=("1", "2"))
    assert along == pytest.approx(1 / through - 1 / channels, abs=EXACT)
    # The diagonal voltages see the constriction's and the leads' own Hall resistance.
    assert resistance(bar, current=("0", "3"), voltage=("1", "4")) == pytest.approx(1 / through)
    diagonal = resistance(bar, current=("0", "3"), voltage=("5", "2"))
    assert diagonal == pytest.approx(1 / through - 2 / channels, abs=EXACT)


@pytest.mark.parametrize(
    ("leads", "current", "voltage", "value"),
    [
        (4, "12", "12", 3 / 4),
        (4, "13", "13", 1),
        (4, "14", "23", 1 / 4),
        (6, "14", "14", 3 / 2),
        (6, "14", "23", 1 / 2),
        (6, "13", "13", 4 / 3),
        (6, "26", "35", 2 / 3),
        (6, "14", "26", 0),
    ],
)
def test_a_helical_edge_is_nonlocal(leads, current, voltage, value):
    # A. Roth et al., Science 325, 294 (2009): links of e²/h between neighbors.
    ring = helical_ring(leads)
    measured = resistance(ring, current=tuple(current), voltage=tuple(voltage))
    assert measured == pytest.approx(value, abs=EXACT)


@pytest.mark.parametrize("coupling", [0.3, 1e-6, 1e-20])
def test_a_weak_probe_reads_as_well_as_a_strong_one(coupling):
    # By symmetry it sits half-way. G[P, P] = 1 - R_PP of the weakest is pure rounding.
    s = weak_probe(coupling)
    across = resistance(s, current=("L", "R"), voltage=("L", "R"))
    half = resistance(s, current=("L", "R"), voltage=("L", "P"))
    assert half == pytest.approx(across / 2, rel=EXACT)


@pytest.mark.parametrize("z", [0.5, 2.0])
def test_two_weak_probes_read_the_waves_that_they_touch(z):
    # To lowest order in the coupling, a probe left of a barrier is fed with |1 + r e^{2ik}|² from
    # the left and with T from the right (Büttiker, Phys. Rev. B 40, 3409 (1989)); here k = 0.
    barrier = delta_barrier(z, "in", "out")
    left = SMatrix(weak_probe(1e-12).data, ("P", "L", "near"), (1, 1, 1))
    right = SMatrix(weak_probe(1e-12).data, ("Q", "far", "R"), (1, 1, 1))
    s = join(join(left, barrier, {"near": "in"}), right, {"out": "far"})
    t = 1 / (1 + 1j * z)
    fed_left, fed_right = abs(1 + (t - 1)) ** 2, abs(t) ** 2
    assert fed_left == pytest.approx(fed_right)  # at a point-like barrier both see the same wave
    volts = resistance(s, current=("L", "R"), voltage=("P", "Q"))
    assert volts == pytest.approx(0, abs=1e-6)


def test_degeneracy_divides_once():
    bar = replace(chiral_edge(leads=4, channels=1), degeneracy=2)
    assert resistance(bar, current=("0", "2"), voltage=("1", "3")) == pytest.approx(0.5, rel=EXACT)


@pytest.mark.parametrize("extra", [0, 1])
def test_leads_that_take_no_part_are_left_out(extra):
    # A closed lead, or one that only reflects, must not make the equations singular.
    edge = chiral_edge(leads=4, channels=1)
    data = np.eye(4 + extra, dtype=complex)
    data[:4, :4] = edge.data
    s = SMatrix(data, (*edge.leads, "idle"), (1, 1, 1, 1, extra))
    assert resistance(s, current=("0", "2"), voltage=("1", "3")) == pytest.approx(1, rel=EXACT)


# --- refusals --------------------------------------------------------------------------------


def test_a_floating_voltage_is_refused():
    edge = chiral_edge(leads=4, channels=1)
    data = np.eye(5, dtype=complex)
    data[:4, :4] = edge.data
    blocked = SMatrix(data, (*edge.leads, "idle"), (1,) * 5)
    with pytest.raises(InvalidInput, match=r"'idle' exchanges nothing.*couple it more strongly"):
        resistance(blocked, current=("0", "2"), voltage=("1", "idle"))
    closed = SMatrix(edge.data, (*edge.leads, "shut"), (1, 1, 1, 1, 0))
    with pytest.raises(InvalidInput, match=r"'shut' has no open mode.*choose an energy"):
        resistance(closed, current=("0", "2"), voltage=("shut", "1"))
    with pytest.raises(InvalidInput, match="'shut' has no open mode"):
        resistance(closed, current=("shut", "2"), voltage=("0", "1"))
    with pytest.raises(InvalidInput, match="exchanges nothing"):
        resistance(weak_probe(1e-25), current=("L", "R"), voltage=("L", "P"))


def test_two_islands_carry_no_current_between_them():
    apart = join(delta_barrier(1.0, "a", "b"), delta_barrier(1.0, "c", "d"), {})
    with pytest.raises(InvalidInput, match="'c' exchanges nothing with lead 'a'"):
        resistance(apart, current=("a", "c"), voltage=("a", "b"))


def test_a_coupling_within_the_error_of_s_is_no_coupling():
    trusted = replace(weak_probe(1e-14), error_estimate=1e-9)
    assert resistance(trusted, current=("L", "R"), voltage=("L", "P")) == pytest.approx(0.5)
    doubtful = replace(weak_probe(1e-14), error_estimate=1e-6)
    with pytest.raises(InvalidInput, match="floats"):
        resistance(doubtful, current=("L", "R"), voltage=("L", "P"))


def test_a_scatterer_that_loses_current_is_refused():
    lossy = SMatrix([[0, 0.9], [1, 0]], ("a", "b"), (1, 1))
    with pytest.raises(Unreliable, match=r"not conserve current.*check_unitarity"):
        resistance(lossy, current=("a", "b"), voltage=("a", "b"))


def test_leads_must_be_two_known_different_names():
    s = delta_barrier(1.0)
    with pytest.raises(UnknownName, match="unknown lead 'drain'; known: 'L', 'R'"):
        resistance(s, current=("L", "drain"), voltage=("L", "R"))
    with pytest.raises(InvalidInput, match="current needs two different leads"):
        resistance(s, current=("L", "L"), voltage=("L", "R"))
    with pytest.raises(InvalidInput, match="voltage must be a pair"):
        resistance(s, current=("L", "R"), voltage="LR")
    with pytest.raises(InvalidInput, match="current must be a pair"):
        resistance(s, current=("L",), voltage=("L", "R"))
    with pytest.raises(UnitError, match="resistance"):
        resistance(s, current=("L", "R"), voltage=("L", "R"), unit="uS")
