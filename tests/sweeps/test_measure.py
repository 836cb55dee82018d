"""The verbs: a number for an S-matrix, a labelled array for a device."""

import numpy as np
import pytest
from scipy.special import expit

import sharvin as sv
from sharvin.errors import InvalidInput, ShapeMismatch, UnitError, UnknownName, Unreliable
from sharvin.observables.resistance import probe_resistance
from sharvin.units import BOLTZMANN
from sweeps.devices import chain, thresholds, wire

PORTS = {"to": "drain", "from_": "source"}
ENDS = {"to": "right", "from_": "left"}


def test_an_smatrix_gives_a_number_and_a_device_an_array_of_the_same_numbers():
    device = wire()
    energies = [3.0, 7.0, 12.0]
    g = sv.conductance(device, **PORTS, energy=energies, gate=2.0, unit="uS")
    single = [sv.smatrix(device, energy=e, gate=2.0) for e in energies]
    expected = [sv.conductance(s, **PORTS, unit="uS") for s in single]
    np.testing.assert_allclose(g.values, expected, rtol=1e-12)  # lanes round differently
    f = sv.fano_factor(device, **PORTS, energy=energies, gate=2.0)
    np.testing.assert_allclose(f.values, [sv.fano_factor(s, **PORTS) for s in single], atol=1e-11)
    t = sv.transmission(device, **PORTS, energy=energies, gate=2.0)
    np.testing.assert_allclose(t.values, [sv.transmission(s, **PORTS) for s in single], atol=1e-11)


def test_dimensions_come_in_the_order_of_the_call():
    device = chain()
    a = sv.conductance(device, **ENDS, gate=[0.0, 0.5], energy=[0.1, 0.2, 0.3])
    b = sv.conductance(device, **ENDS, energy=[0.1, 0.2, 0.3], gate=[0.0, 0.5])
    assert a.dims == ("gate", "energy")
    assert b.dims == ("energy", "gate")
    np.testing.assert_array_equal(a.values, b.values.T)
    smeared = sv.conductance(
        device, **ENDS, temperature=["0 K", "1 K"], gate=[0.0, 0.5], chemical_potential=0.1
    )
    assert smeared.dims == ("temperature", "gate")


def test_the_impurity_in_closed_form_over_a_grid():
    """T = 1 / (1 + U² / (4 t² - E²)), so that a transposed grid would not pass."""
    u, e = np.array([0.0, 0.7, 3.0]), np.array([-1.0, 0.5])
    t = sv.transmission(chain(), **ENDS, gate=u, energy=e)
    np.testing.assert_allclose(t, 1 / (1 + u[:, None] ** 2 / (4 - e**2)), atol=1e-12)


def test_numbers_become_scalar_coordinates_with_units():
    g = sv.conductance(
        wire(field="B"), **PORTS, density="3.56e15 m^-2", gate=1.5, B=["0 T", "500 mT"],
        temperature="0 K", unit="2e²/h",
    )  # fmt: skip
    assert g.dims == ("B",)
    assert g.attrs["units"] == "2e²/h"
    assert g.attrs["long_name"] == "conductance"
    assert g.B.attrs["units"] == "T"
    assert g.B.values.tolist() == [0.0, 0.5]
    assert float(g.gate) == 1.5
    assert float(g.density) == 3.56e15
    assert g.density.attrs["units"] == "m^-2"
    # 2 pi hbar² n / 2 m, published as 12.72 meV
    assert float(g.chemical_potential) == pytest.approx(12.72, abs=0.005)
    for key in ("sharvin_version", "device_hash", "sweep_hash", "energies_used", "seconds"):
        assert key in g.attrs


def test_defaults_of_the_device_are_shown():
    g = sv.conductance(wire(), **PORTS, energy=5.0)
    assert g.shape == ()
    assert float(g.gate) == 0.0


@pytest.mark.parametrize("temperature", [0.6, 4.2])
def test_a_clean_wire_is_a_sum_of_fermi_functions(temperature):
    """Every subband is transmitted at once: G = sum f(E_n - mu), with the lattice's exact E_n."""
    mu = np.linspace(1.0, 7.0, 4)
    g = sv.transmission(wire(), **PORTS, chemical_potential=mu, temperature=temperature)
    exact = expit((mu[:, None] - thresholds(20)) / (BOLTZMANN * temperature)).sum(axis=1)
    assert np.all(np.abs(g - exact) <= g.error + 1e-6)
    assert np.abs(g - exact).max() < 1e-3  # the default tolerance


def test_a_tighter_tolerance_is_kept():
    options = {"chemical_potential": 4.0, "temperature": 2.0, "gate": 3.0}
    fine = sv.transmission(wire(), **PORTS, **options, tolerance=1e-7)
    coarse = sv.transmission(wire(), **PORTS, **options, tolerance=1e-3)
    assert float(fine.error) < 2e-7
    assert abs(float(fine) - float(coarse)) <= float(coarse.error)
    assert fine.attrs["energies_used"] > coarse.attrs["energies_used"]


def test_zero_temperature_beside_others_is_the_exact_energy():
    both = sv.conductance(wire(), **PORTS, chemical_potential=5.0, temperature=[0, 1.0], gate=2)
    exact = sv.conductance(wire(), **PORTS, energy=5.0, gate=2)
    assert float(both[0]) == pytest.approx(float(exact), abs=1e-12)


def test_a_resistance_at_a_temperature_is_that_of_averaged_transmissions():
    device = chain(7, probes=(1, 3, 5))
    pairs = {"current": ("left", "right"), "voltage": ("probe1", "probe5")}
    options = {"gate": 0.8, "chemical_potential": 0.3, "temperature": 1.0}
    found = sv.resistance(device, **pairs, **options, tolerance=1e-6)
    x = np.linspace(-20, 20, 241)
    points = [{"energy": 0.3 + BOLTZMANN * e, "gate": 0.8} for e in x]
    table = np.array([s.transmissions for s in sv.smatrices(device, points)])
    averaged = np.trapezoid(table / (4 * np.cosh(x / 2) ** 2)[:, None, None], x, axis=0)
    expected = probe_resistance(averaged, device.lead_names, **pairs)
    assert float(found) == pytest.approx(expected, abs=float(found.error) + 1e-7)
    assert float(found.error) < 1e-3


def test_four_terminals_at_zero_temperature():
    device = chain(7, probes=(1, 3, 5))
    pairs = {"current": ("left", "right"), "voltage": ("probe1", "probe5")}
    r = sv.resistance(device, **pairs, gate=[0.0, 0.8], energy=0.3)
    expected = [sv.resistance(sv.smatrix(device, energy=0.3, gate=u), **pairs) for u in (0.0, 0.8)]
    np.testing.assert_allclose(r, expected, rtol=1e-9)
    assert np.all(r.error < 1e-6 * np.abs(r) + 1e-9)


def test_an_energy_on_a_band_edge_is_moved_and_this_is_recorded():
    """2t - 2t cos(pi n / 21) at n = 7 is exactly t: a commensurate wire of 20 rows."""
    t = sv.units.HBAR2_OVER_2ME / (0.067 * 36.0)
    edge = float(thresholds(20)[6])
    assert edge == pytest.approx(t)
    g = sv.transmission(wire(), **PORTS, energy=[edge - 1.0, edge, edge + 1.0])
    assert g.attrs["energies_moved"] >= 1
    assert 0 < g.attrs["farthest_move_meV"] < 1e-3
    assert round(float(g[1])) in (6, 7)


def test_points_without_an_answer_are_nan_and_counted():
    device = chain()
    with pytest.warns(RuntimeWarning, match="1 points have no number.*no open mode"):
        r = sv.resistance(
            device, current=("left", "right"), voltage=("left", "right"), energy=[0.5, 3.0], gate=0
        )
    assert np.isfinite(r[0])
    assert np.isnan(r[1])
    assert r.attrs["points_refused"] == 1


def test_no_answer_at_all_is_refused():
    with pytest.raises(Unreliable, match="no point of the sweep has an answer"):
        sv.resistance(
            chain(), current=("left", "right"), voltage=("left", "right"), energy=3.0, gate=0
        )


def test_any_function_of_an_smatrix():
    device = chain()
    modes = sv.sweep(lambda s: s.modes[0], device, energy=[0.0, 3.0], gate=0.2)
    assert modes.values.tolist() == [1.0, 0.0]

    def both(s):
        return {"there": s.transmission(to="right", from_="left"), "back": s.modes[1]}

    found = sv.sweep(both, device, energy=[0.0, 0.5], gate=[0.0, 1.0, 2.0])
    assert set(found.data_vars) == {"there", "back"}
    assert found["there"].dims == ("energy", "gate")
    assert found.attrs["complete"] == 1


def test_a_function_that_changes_its_mind_is_refused():
    names = iter(["a", "a", "b", "c", "d"])
    with pytest.raises(InvalidInput, match="same names"):
        sv.sweep(lambda s: {next(names): 1.0}, chain(), energy=[0.0, 0.1], gate=0, workers=1)


BAD = [
    ({"gtae": 1.0, "energy": 1.0}, UnknownName, "did you mean 'gate'"),
    ({"enrgy": 1.0}, UnknownName, "did you mean 'energy'"),
    ({"gate": 1.0}, InvalidInput, "Fermi level is missing"),
    ({"energy": 1.0, "density": 1e15}, InvalidInput, "give one of them"),
    ({"energy": "1 nm"}, UnitError, "is a length"),
    ({"energy": []}, ShapeMismatch, "holds no values"),
    ({"energy": [[1.0, 2.0]]}, ShapeMismatch, "flat list"),
    ({"energy": np.inf}, InvalidInput, "must be finite"),
    ({"chemical_potential": 1.0, "temperature": -1}, InvalidInput, "negative"),
    ({"chemical_potential": 1.0, "temperature": "1 meV"}, UnitError, "temperature"),
    ({"energy": 1.0, "temperature": 1}, InvalidInput, "say chemical_potential="),
    ({"energy": 1.0, "gate": "1 meV"}, InvalidInput, "bare number"),
    ({"density": "-1e15 m^-2"}, InvalidInput, "positive"),
    ({"energy": 1.0, "workers": 0}, InvalidInput, "at least 1"),
    ({"energy": 1.0, "executor": "thread"}, UnknownName, "did you mean 'threads'"),
    ({"energy": 1.0, "tolerance": 0}, InvalidInput, "between 0 and 1"),
    ({"energy": 1.0, "unit": "nm"}, UnitError, "length"),
    ({"energy": 1.0, "to": "darin"}, UnknownName, "did you mean 'drain'"),
    ({"energy": 1.0, "to": "source"}, InvalidInput, "two different leads"),
    ({"energy": 1.0, "cluster": "node7"}, InvalidInput, "cluster must be"),
]


@pytest.mark.parametrize(("options", "kind", "message"), BAD)
def test_bad_input_is_one_clear_line(options, kind, message):
    if "cluster" in options:
        pytest.importorskip("distributed")
    with pytest.raises(kind, match=message) as caught:
        sv.conductance(wire(), **{**PORTS, **options})
    assert "\n" not in str(caught.value)


def test_a_missing_parameter_is_named():
    with pytest.raises(InvalidInput, match="needs a value for its parameter 'gate'"):
        sv.conductance(chain(), **ENDS, energy=0.1)


def test_density_needs_a_gas():
    with pytest.raises(InvalidInput, match="give chemical_potential="):
        sv.conductance(chain(), **ENDS, density=1e15, gate=0)


@pytest.mark.parametrize("scaling", [1, 10])
def test_a_density_of_graphene_fills_its_landau_levels(scaling):
    """Four per flux quantum: at n = 4 N eB/h the Fermi energy of zero field is level N."""
    from sharvin.sweeps.gas import fermi_energy

    model = sv.graphene(scaling=scaling)
    flux = 2.0 / sv.units.FLUX_QUANTUM  # at 2 T, per nm²
    velocity = 0.75**0.5 * 0.246 * 2700.0
    for level in (1, 2, 5):
        expected = velocity * np.sqrt(2 * level * 2 * np.pi * flux)
        assert fermi_energy(model, 4 * level * flux) == pytest.approx(expected, rel=1e-12)
        assert fermi_energy(model, -4 * level * flux) == pytest.approx(-expected, rel=1e-12)
    with pytest.raises(InvalidInput, match="next-nearest"):
        fermi_energy(sv.graphene(next_nearest=100.0), flux)


def test_half_integer_plateaus_of_graphene_from_densities():
    bar = sv.hall_bar(
        sv.graphene(scaling=14), length=260, width=130, probe_width=110, separation=140, field="B"
    )
    unit = 3.0e18 / sv.units.FLUX_QUANTUM  # filling 1 at 3 T, m^-2
    found = sv.resistance(
        bar, current=("source", "drain"), voltage={"R_xy": ("1", "3"), "R_xx": ("1", "2")},
        density=[-6 * unit, -2 * unit, 2 * unit, 6 * unit, 10 * unit], B=3.0,
    )  # fmt: skip
    np.testing.assert_allclose(1 / found.R_xy, [-6, -2, 2, 6, 10], rtol=1e-6)
    np.testing.assert_allclose(found.R_xx, 0, atol=1e-7)


def test_options_of_a_sweep_do_not_fit_an_smatrix():
    s = sv.smatrix(chain(), energy=0.1, gate=0)
    with pytest.raises(InvalidInput, match="takes no 'gate'"):
        sv.conductance(s, **ENDS, gate=1.0)


def test_noise_has_no_factor_at_a_temperature():
    with pytest.raises(InvalidInput, match="no thermal average"):
        sv.fano_factor(wire(), **PORTS, chemical_potential=3.0, temperature=1.0)


def test_explain_says_what_regime_and_how_well():
    g = sv.conductance(
        wire(), **PORTS, density="3.56e15 m^-2", temperature=[0.6, 4.2], gate=[1.0, 2.0]
    )
    text = sv.explain(g)
    assert "wavelength is 42 nm" in text  # published: 42.01 nm
    assert "0.47 µm" in text  # hbar v_F / kT at 4.2 K
    assert "1.28 meV" in text  # FWHM of -f' at 4.2 K: 1.2760 meV
    assert f"{g.attrs['energies_used']} energies" in text
    assert "Büttiker" in text
    assert "\n" not in text
    assert "conserves current" in sv.explain(sv.smatrix(wire(), energy=5.0))
    with pytest.raises(InvalidInput, match="SMatrix or a result"):
        sv.explain(3.0)


def test_several_voltages_of_one_current_are_solved_together():
    bar = sv.hall_bar(
        sv.square_lattice(), length=40, width=16, probe_width=6, separation=18, field="B"
    )
    given = {"current": ("source", "drain"), "progress": False, "B": [100.0, 207.0]}
    given |= {"chemical_potential": -3.3, "temperature": [0.0, 0.3]}
    pairs = {"R_xy": ("1", "3"), "R_xx": ("1", "2")}
    both = sv.resistance(bar, voltage=pairs, **given)
    assert list(both.data_vars) == ["R_xy", "R_xx"]
    for name, pair in pairs.items():
        alone = sv.resistance(bar, voltage=pair, **given)
        # averages are refined until every number is good enough: two at once may go further
        assert np.abs(both[name].values - alone.values).max() < 1e-3
    with pytest.raises(InvalidInput, match="name pairs"):
        sv.resistance(bar, voltage={}, **given)
    with pytest.raises(InvalidInput, match="one pair"):
        sv.resistance(
            sv.smatrix(bar, energy=-3.3, B=0.0), current=("source", "drain"), voltage=pairs
        )
