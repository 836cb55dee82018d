"""Current, heat, noise and counting of devices over axes: labels, two routes, refusals."""

import numpy as np
import pytest

import sharvin as sv
from scatterers import delta_barrier
from sharvin.errors import InvalidInput, UnknownName
from sweeps.devices import chain, wire

E = sv.units.ELEMENTARY_CHARGE


def test_numbers_for_a_matrix_and_labels_for_a_device():
    s = delta_barrier(1.0)
    one = sv.units.CONDUCTANCE_PER_MODE * 0.5e-3
    assert sv.current(s, voltages={"L": "1 mV"}) == pytest.approx([one, -one])
    assert sv.current(s, lead="R", voltages={"L": "1 mV"}) == pytest.approx(-one)
    noise = sv.noise_matrix(s, voltages={"L": "1 mV"}, temperature="0 K")
    assert noise == pytest.approx(2 * E * one * 0.5 * np.array([[1, -1], [-1, 1]]))
    assert sv.noise(s, lead="L", with_="R", voltages={"L": "1 mV"}) == pytest.approx(noise[0, 1])
    table = sv.current(
        chain(), voltages={"left": ["0 V", "0.1 mV"]}, chemical_potential=[0.1, 0.3],
        temperatures={"right": [1.0, 2.0]}, temperature="1 K", gate=0.5,
    )  # fmt: skip
    assert table.dims == ("chemical_potential", "voltage_left", "temperature_right", "lead")
    assert table.attrs["units"] == "A"
    assert table["error"].shape == table.shape
    assert list(table["lead"].values) == ["left", "right"]
    cell = table.isel(chemical_potential=1, voltage_left=1, temperature_right=1)
    alone = sv.current(
        chain(), voltages={"left": 1e-4}, chemical_potential=0.3,
        temperatures={"right": 2.0}, temperature=1.0, gate=0.5,
    )  # fmt: skip
    assert cell.values == pytest.approx(alone.values, rel=1e-5)


def test_a_table_serves_every_verb():
    device = wire(width="60 nm")
    table = sv.spectrum(
        device, chemical_potential=12.0, voltages={"source": "1 mV"}, temperature=1.0, gate=4.0,
        noise=True,
    )  # fmt: skip
    bias = {"voltages": {"source": "0.5 mV"}, "temperature": 0.8, "chemical_potential": 12.0}
    from_table = sv.noise_matrix(table, **bias)
    direct = sv.noise_matrix(device, **bias, gate=4.0)
    assert from_table == pytest.approx(direct.values, rel=1e-4)
    heat = sv.heat_currents(table, **bias)
    assert sv.reservoir_heat(table, **bias) == pytest.approx(-heat)
    with pytest.raises(InvalidInput, match="needs chemical_potential= in meV"):
        sv.current(table, voltages={"source": 1e-4})


def test_joule_heat_of_a_device_adds_up():
    heat = sv.reservoir_heat(
        wire(), chemical_potential=9.0, voltages={"source": "2 mV"}, temperature=2.0, gate=6.0
    )
    flow = sv.current(
        wire(), chemical_potential=9.0, voltages={"source": "2 mV"}, temperature=2.0, gate=6.0
    )
    assert float(heat.sum()) == pytest.approx(float(flow[0]) * 2e-3, rel=1e-9)


def test_counting_agrees_with_current_and_noise_where_transmission_changes():
    options = {
        "chemical_potential": 8.9, "voltages": {"source": "0.3 mV"}, "temperature": 0.5,
        "gate": 6.0,
    }  # fmt: skip
    device = wire(width="60 nm")
    found = sv.cumulants(device, lead="source", order=4, **options)
    assert found.dims == ("order",)
    assert found.values[0] == pytest.approx(
        float(sv.current(device, lead="source", **options)) / E, rel=1e-5
    )
    assert found.values[1] == pytest.approx(
        float(sv.noise(device, lead="source", **options)) / (2 * E**2), rel=1e-5
    )


def test_thermopower_of_a_sharp_step_is_ln_two():
    # S = -(k/e) ln 2 / (N + 1/2) at the bottom of subband N (PHYSICS: -119.5, -39.82 µV/K).
    device = wire(width="60 nm")
    t = sv.units.HBAR2_OVER_2ME / (0.067 * 36)
    edges = 2 * t - 2 * t * np.cos(np.pi * np.arange(1, 3) / 11)
    found = sv.thermopower(
        device, hot="source", cold="drain", chemical_potential=edges, temperature="0.5 K", gate=0.0
    )
    expected = -sv.units.BOLTZMANN * 1e-3 * np.log(2) / np.array([0.5, 1.5])
    assert found.values == pytest.approx(expected, rel=1e-6)
    whole = sv.thermoelectric(
        device, hot="source", cold="drain", chemical_potential=edges, temperature=0.5, gate=0.0
    )
    assert whole.seebeck.values == pytest.approx(found.values, rel=1e-12)
    assert whole.peltier.values == pytest.approx(0.5 * found.values, rel=1e-12)


def test_onsager_symmetry_of_a_device_in_a_field():
    gas = sv.electron_gas(mass=0.067, spacing="6 nm")
    device = sv.Device(
        gas,
        region=sv.rectangle(length="60 nm", width="66 nm"),
        leads={
            "a": sv.lead("left"),
            "b": sv.lead("right"),
            "c": sv.lead("top", at="-9 nm", width="30 nm"),
        },
        potential=lambda x, y: 0.004 * (x + 10) * y,
        field="B",
    )
    tables = [
        sv.spectrum(device, chemical_potential=12.0, temperature=0.2, B=b) for b in (1.5, -1.5)
    ]
    options = {"chemical_potential": 12.0, "temperature": 0.2}
    forth, back = (sv.onsager_matrix(table, **options) for table in tables)
    size = np.abs(forth).max(axis=1)[:, None]
    assert np.abs(forth - back.T).max(axis=1) == pytest.approx(0, abs=3e-5 * size.max())
    charge, heat = forth[:3, :3], forth[3:, 3:]
    assert charge == pytest.approx(back[:3, :3].T, abs=1e-5 * np.abs(charge).max())
    assert heat == pytest.approx(back[3:, 3:].T, abs=1e-4 * np.abs(heat).max())
    assert np.abs(charge - charge.T).max() > 1e-2 * np.abs(charge).max()  # the field matters


def test_wrong_settings_are_refused_in_one_sentence():
    device = chain()
    with pytest.raises(UnknownName, match="unknown lead 'source'"):
        sv.current(device, chemical_potential=0.0, voltages={"source": 1e-3}, gate=0.0)
    with pytest.raises(UnknownName, match="unknown lead 'source'"):
        sv.current(device, chemical_potential=0.0, lead="source", gate=0.0)
    with pytest.raises(InvalidInput, match="must not be negative"):
        sv.noise_matrix(device, chemical_potential=0.0, temperatures={"left": -1}, gate=0.0)
    with pytest.raises(InvalidInput, match="the bias reaches beyond the band"):
        sv.current(device, chemical_potential=0.0, voltages={"left": "3 mV"}, gate=0.0)
    with pytest.raises(InvalidInput, match="no lead has an open mode between"):
        sv.current(device, chemical_potential=9.0, gate=0.0)
    with pytest.raises(InvalidInput, match="say chemical_potential= instead of energy="):
        sv.current(device, energy=0.0, gate=0.0)
    with pytest.raises(InvalidInput, match="part must be one of"):
        sv.noise_matrix(delta_barrier(1.0), part="cold")
    with pytest.raises(InvalidInput, match="takes no 'gate'"):
        sv.current(delta_barrier(1.0), gate=0.0)
    with pytest.raises(InvalidInput, match="flat list"):
        sv.current(device, chemical_potential=0.0, voltages={"left": [[1.0]]}, gate=0.0)
