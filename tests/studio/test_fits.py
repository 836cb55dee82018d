"""Every kind of fit from a file on a page to its values, through the worker's own verbs.

Each example is made with known numbers; its fit must find them within a few of its own errors.
"""

import base64
from dataclasses import dataclass, field

import numpy as np
import pytest

from sharvin import analysis, formulas
from sharvin.formulas import hikami
from sharvin.formulas.thermal import thermal_step
from sharvin.studio import wire, worker
from sharvin.studio.fit_kinds import KINDS
from sharvin.units import BOLTZMANN, CONDUCTANCE_PER_MODE
from sharvin.units import ELEMENTARY_CHARGE as E

# One value each of fifteen fits with fixed seeds: beyond 4 sigma by chance once in a thousand.
SIGMAS = 4.0
QUANTUM = 2 * CONDUCTANCE_PER_MODE


@dataclass(frozen=True)
class Example:
    """A file, what its columns are, and what went into it."""

    header: str
    table: list
    columns: dict
    truth: dict
    options: dict = field(default_factory=dict)


def plateaus(rng):
    gate = np.linspace(-1.0, 0.0, 400)
    steps = thermal_step(8 * (gate + 1), np.arange(6) + 1.0, 0.05) * QUANTUM
    g = 1 / (1 / np.maximum(steps, 1e-9) + 450.0) + rng.normal(0, 2e-8, gate.size)
    return Example("gate (V),G (uS)", [gate, 1e6 * g], {"gate": "gate", "G": "G"}, {"R_s": 450.0})


def bias_diamonds(_):
    record = analysis.synthetic_bias_map(
        subbands=3, points=(121, 61), noise=0.02, hbar_omega_y=(3.0, 2.6)
    )
    stacked = record.G.stack(row=("bias", "gate"))
    unit = record.G.attrs["units"]
    return Example(
        f"gate (V),bias (mV),G ({unit})",
        [stacked.gate.values, stacked.bias.values, stacked.values],
        {"gate": "gate", "bias": "bias", "G": "G"},
        {"spacing_1": 3.0, "spacing_2": 2.6},
    )


def peak(rng):
    gate = np.linspace(-5e-3, 5e-3, 201)
    width = 1e-3 * BOLTZMANN * 0.5 / 0.1  # 0.5 K through a lever arm of 0.1, in V
    g = 0.1 * QUANTUM / np.cosh(gate / (2 * width)) ** 2 + rng.normal(0, 2e-8, gate.size)
    return Example(
        "gate (mV),G (uS)", [1e3 * gate, 1e6 * g], {"gate": "gate", "G": "G"},
        {"width": width}, {"shape": "thermal", "lever_arm": 0.1},
    )  # fmt: skip


def hall(rng):
    field_ = np.linspace(-1, 1, 81)
    density, mobility = 3e15, 10.0
    r_xy = field_ / (density * E) + rng.normal(0, 2, 81)
    r_xx = 2.0 / (density * E * mobility) + rng.normal(0, 0.5, 81)
    return Example(
        "B (mT),Rxy (Ohm),Rxx (Ohm)", [1e3 * field_, r_xy, r_xx],
        {"field": "B", "r_xy": "Rxy", "r_xx": "Rxx"}, {"density": density, "mobility": mobility},
        {"aspect": 2.0},
    )  # fmt: skip


def hall_plateaus(rng):
    field_ = np.linspace(0.5, 9.0, 1500)
    filling = 4.0 * 9.0 / field_ / 2
    quantized = np.round(filling / 2) * 2
    r = 25812.80745 / np.maximum(quantized, 2) + rng.normal(0, 2.0, field_.size)
    return Example(
        "B (T),Rxy (Ohm)", [field_, r], {"field": "B", "r_xy": "Rxy"}, {"nu2": 25812.80745 / 2}
    )


def oscillations(rng):
    field_ = np.linspace(0.6, 5.0, 800)
    density, mass = 3e15, 0.067
    frequency = density * 6.62607015e-34 / (2 * E)
    omega = E * field_ / (mass * 9.1093837e-31)
    x = 2 * np.pi**2 * 1.380649e-23 * 1.5 / (1.054571817e-34 * omega)
    damped = x / np.sinh(x) * np.exp(-np.pi / (omega * 1e-12))
    r = 50 * (1 + 0.5 * damped * np.cos(2 * np.pi * frequency / field_ + np.pi))
    return Example(
        "B (T),R (Ohm)", [field_, r + rng.normal(0, 0.2, field_.size)],
        {"field": "B", "resistance": "R"}, {"density": density},
        {"temperature": 1.5, "mass": mass, "degeneracy": 2},
    )  # fmt: skip


def magnetoconductance(rng):
    field_ = np.linspace(-0.02, 0.02, 161)
    sigma = 20 + hikami.hikami(np.abs(field_), 600.0) + rng.normal(0, 2e-3, field_.size)
    return Example(
        "B (mT),sigma", [1e3 * field_, sigma],
        {"field": "B", "conductivity": ["sigma", "e²/h"]}, {"coherence_length": 600.0},
        {"spin_orbit": "none"},
    )  # fmt: skip


def fluctuations(rng):
    field_ = np.linspace(0, 1, 600)
    center, width = np.linspace(-0.2, 1.2, 700), 0.01
    kernel = np.exp(-0.5 * ((field_[:, None] - center) / width) ** 2)
    g = kernel @ rng.normal(size=700)
    g = 8 + 0.4 * g / g.std() + rng.normal(0, 0.01, field_.size)
    return Example("B (T),G", [field_, g], {"field": "B", "conductance": ["G", "e²/h"]}, {})


def aharonov_bohm(rng):
    field_ = np.linspace(-0.2, 0.2, 500)
    period = 4135.667696 / (np.pi * 400.0**2)  # h/e over the area of a ring
    g = 6 + 0.1 * np.cos(2 * np.pi * field_ / period) + 2 * field_**2
    return Example(
        "B (T),G", [field_, g + rng.normal(0, 0.02, field_.size)],
        {"field": "B", "conductance": ["G", "e²/h"]}, {"period": period}, {"radius": 400.0},
    )  # fmt: skip


def noise(rng):
    bias = np.linspace(-2e-3, 2e-3, 81)
    g, fano, kt = 1.5 * CONDUCTANCE_PER_MODE, 0.4, 1.380649e-23 * 0.8
    half = np.where(bias == 0, 1.0, E * bias / (2 * kt))
    shot = np.where(bias == 0, 2 * kt, E * bias / np.tanh(half))
    s = 4 * kt * g * (1 - fano) + 2 * g * fano * shot
    s *= 1 + rng.normal(0, 0.004, bias.size)
    return Example(
        "V (mV),S (A²/Hz),G", [1e3 * bias, s, np.full(bias.size, 1.5)],
        {"bias": "V", "noise": "S", "conductance": ["G", "e²/h"]},
        {"fano": fano, "temperature": 0.8},
    )  # fmt: skip


def kondo(rng):
    t = np.geomspace(0.05, 10, 40)
    g = formulas.kondo_conductance(t, kondo_temperature=0.8) + rng.normal(0, 0.002, 40)
    return Example(
        "T (mK),G (2e2/h)", [1e3 * t, g], {"temperature": ["T", "mK"], "conductance": "G"},
        {"kondo_temperature": 0.8},
    )  # fmt: skip


def dephasing(rng):
    t = np.geomspace(0.1, 10, 25)
    length = 900 * t**-0.5 * (1 + rng.normal(0, 0.02, t.size))
    return Example(
        "T (K),L (um)", [t, length / 1e3], {"temperature": "T", "length": "L"}, {"exponent": 1.0}
    )


def hopping(rng):
    t = np.geomspace(0.5, 20, 40)
    g = 3.0 * np.exp(-((40 / t) ** (1 / 3))) * (1 + rng.normal(0, 0.01, t.size))
    return Example(
        "T (K),G (uS)", [t, g], {"temperature": "T", "conductance": "G"},
        {"ln_hopping_temperature": np.log(40.0)}, {"law": "mott", "dimension": 2},
    )  # fmt: skip


def power_law(rng):
    t = np.geomspace(0.1, 10, 40)
    g = 0.02 * t**1.2 * (1 + rng.normal(0, 0.01, t.size))
    return Example(
        "T (K),G (uS)", [t, g], {"temperature": "T", "conductance": "G"}, {"exponent": 1.2},
        {"kind": "strong"},
    )  # fmt: skip


def localization(rng):
    length = np.linspace(100, 2000, 30)
    g = np.exp(0.1 - 2 * length / 500 + rng.normal(0, 0.05, length.size))
    return Example(
        "L (nm),G", [length, g], {"length": "L", "conductance": "G"}, {"localization_length": 500.0}
    )


EXAMPLES = {
    "plateaus": plateaus, "bias-diamonds": bias_diamonds, "peak": peak, "hall": hall,
    "hall-plateaus": hall_plateaus, "oscillations": oscillations,
    "magnetoconductance": magnetoconductance, "fluctuations": fluctuations,
    "aharonov-bohm": aharonov_bohm, "noise": noise, "kondo": kondo, "dephasing": dephasing,
    "hopping": hopping, "power-law": power_law, "localization": localization,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_fitted_to_what_went_into_it(kind, tmp_path):
    example = EXAMPLES[kind](np.random.default_rng(5))
    path = tmp_path / "measured"  # uploads have no name of their own
    rows = np.stack(example.table, axis=1)
    np.savetxt(path, rows, delimiter=",", header=example.header, comments="", fmt="%.12g")
    given = {"path": str(path), "name": "measured.csv"}
    loaded = wire.parsed(worker.answer({"verb": "data.load", "args": {**given, "columns": None}}))
    assert loaded["ok"], loaded
    args = {**given, "kind": kind, "columns": example.columns, "options": example.options}
    answer = wire.parsed(worker.answer({"verb": "data.fit", "args": args}))
    assert answer["ok"], answer
    found = answer["result"]
    assert found["problem"] == ""
    assert found["figure_svg"].startswith("<svg")
    assert found["report"]
    values = {one["name"]: one for one in found["values"]}
    assert values
    for name, truth in example.truth.items():
        assert name in values, sorted(values)
        off = abs(values[name]["value"] - truth)
        assert off < SIGMAS * values[name]["error"], (values[name], truth)
        assert values[name]["error"] < 0.2 * abs(truth)  # a value that says nothing fits anything
    curve = found["curve"]
    assert len(_listed(curve["x"])) == len(_listed(curve["fitted"])) == len(_listed(curve["y"]))


def _listed(sent):
    if isinstance(sent, list):
        return sent
    return np.frombuffer(base64.b64decode(sent["b64"]), "<f4")


def test_every_function_that_is_offered_exists():
    for kind in KINDS.values():
        assert callable(getattr(analysis, kind.function))
