"""Verbs on a device give what the library gives, and refuse what cannot be."""

import base64

import numpy as np
import pytest

from sharvin.app.new import new, templates
from sharvin.device.device import Device
from sharvin.device.lead import lead
from sharvin.device.regions import rectangle
from sharvin.matter.electron_gas import electron_gas
from sharvin.solvers.smatrix import smatrix
from sharvin.solvers.states import ldos
from sharvin.studio import device_verbs, opened, outlines, wire, worker
from sharvin.studio.dispersion import dispersion
from sharvin.studio.raster import Raster
from sharvin.units import HBAR2_OVER_2ME

STRIP = """
title = "strip"
[material]
kind = "electron_gas"
mass = 0.067
spacing = "5 nm"
[region]
shape = "rectangle"
length = "100 nm"
width = "60 nm"
[leads.source]
side = "left"
[leads.drain]
side = "right"
[[gates]]
kind = "saddle"
omega_x = "1 meV"
omega_y = "3 meV"
height = "top"
[field]
perpendicular = "B"
[parameters]
B = "0.5 T"
[axes]
top = { from = "0 meV", to = "8 meV", points = 5 }
[experiment]
measure = "conductance"
from = "source"
to = "drain"
chemical_potential = "9 meV"
"""


def same_device():
    from sharvin.device.constrictions import saddle

    return Device(
        electron_gas(mass=0.067, spacing=5.0),
        region=rectangle(100.0, 60.0),
        leads={"source": lead("left"), "drain": lead("right")},
        potential=saddle(omega_x=1.0, omega_y=3.0, height="top", mass=0.067),
        field="B",
    )


def array(sent):
    if isinstance(sent, list):
        return np.array(sent, dtype=float)
    return np.frombuffer(base64.b64decode(sent["b64"]), "<f4").reshape(sent["shape"])


def test_a_point_is_the_s_matrix_of_the_library():
    found = device_verbs.point(STRIP, {"top": 3.0}, 11.0)
    s = smatrix(same_device(), energy=11.0, top=3.0, B=0.5)
    np.testing.assert_allclose(found["transmissions"], s.transmissions, atol=1e-9)
    assert found["modes"] == list(s.modes)
    assert found["leads"] == ["source", "drain"]
    assert (found["to"], found["from"]) == ("drain", "source")
    assert found["conductance"] == pytest.approx(2 * s.transmission(to="drain", from_="source"))


def test_without_an_energy_the_level_of_the_file_is_taken():
    assert device_verbs.point(STRIP, {})["energy"] == 9.0
    assert (
        device_verbs.point(STRIP, {})["conductance"]
        == (device_verbs.point(STRIP, {"top": 4.0, "B": 0.5}, 9.0)["conductance"])
    )


def test_the_check_lists_what_sliders_need():
    found = device_verbs.check(STRIP)
    assert found["ok"]
    assert found["sites"] == 20 * 12
    top = {"name": "top", "unit": "meV", "min": 0.0, "max": 8.0, "value": 4.0}
    assert top in found["parameters"]
    (field,) = (p for p in found["parameters"] if p["name"] == "B")
    assert field["min"] < field["value"] == 0.5 < field["max"]


def test_problems_name_line_and_key():
    found = device_verbs.check(STRIP.replace('"5 nm"', '"5 parsecs"'))
    (problem,) = found["problems"]
    assert not found["ok"]
    assert problem["line"] == 6
    assert problem["key"] == "material.spacing"
    assert "parsecs" in problem["message"]
    broken = device_verbs.check('title = "x\n')
    assert broken["problems"][0]["line"] == 1


@pytest.mark.parametrize("kind", templates())
def test_templates_are_right(kind):
    found = device_verbs.check(new(kind))
    assert found["ok"], found["problems"]
    assert found["can_sweep"]


def test_a_scene_is_the_potential_on_its_grid():
    found = device_verbs.scene(STRIP, {"top": 2.0})
    image = array(wire.clean(found["potential"]))
    assert image.shape == (12, 20) == (len(found["y"]), len(found["x"]))
    device = same_device()
    expected = device.potential_energy({"top": 2.0, "B": 0.0})
    for (x, y), energy in zip(device.positions, expected, strict=True):
        row, column = np.argmin(np.abs(np.array(found["y"]) - y)), np.argmin(
            np.abs(np.array(found["x"]) - x)
        )  # fmt: skip
        assert image[row, column] == pytest.approx(energy, abs=1e-9)
    assert found["level"] == 9.0
    assert {entry["name"] for entry in found["leads"]} == {"source", "drain"}


def test_layers_are_densities_of_the_library():
    found = device_verbs.layer(STRIP, {"top": 2.0}, 9.0, "ldos", None)
    image = array(wire.clean(found["values"]))
    expected = 2 * ldos(same_device(), energy=9.0, top=2.0, B=0.5).sum() / 25.0
    assert np.nansum(image) == pytest.approx(expected, rel=1e-6)


def test_the_current_flows_out_of_the_contact_into_the_other():
    found = device_verbs.layer(STRIP, {"top": 2.0, "B": 0.0}, 9.0, "current", "source")
    u = array(wire.clean(found["u"]))
    total = device_verbs.point(STRIP, {"top": 2.0, "B": 0.0}, 9.0)["conductance"]
    # the density summed over a cross-section, columns 5 nm wide
    np.testing.assert_allclose(u[:, 5:15].sum(axis=0) * 5.0, total, rtol=1e-6)
    back = device_verbs.layer(STRIP, {"top": 2.0, "B": 0.0}, 9.0, "current", "drain")
    np.testing.assert_allclose(array(wire.clean(back["u"])), -u[:, ::-1], atol=1e-6)


def test_bands_of_a_strip_are_cosines():
    t = HBAR2_OVER_2ME / 0.067 / 25.0
    cell = np.diag(np.full(6, 4 * t)) - t * (np.eye(6, k=1) + np.eye(6, k=-1))
    k, bands = dispersion(cell, -t * np.eye(6), 1.0)
    across = 2 * t * (1 - np.cos(np.pi * np.arange(1, 7) / 7))
    np.testing.assert_allclose(bands, across + 2 * t * (1 - np.cos(k[:, None])), atol=1e-10)


def test_a_wide_contact_shows_the_bands_at_its_level():
    n, t = 200, 1.0
    cell = np.diag(np.full(n, 4 * t)) - t * (np.eye(n, k=1) + np.eye(n, k=-1))
    k, bands = dispersion(cell, -t * np.eye(n), 0.02)
    across = 2 * t * (1 - np.cos(np.pi * np.arange(1, n + 1) / (n + 1)))
    expected = across + 2 * t * (1 - np.cos(k[:, None]))
    np.testing.assert_allclose(bands, expected[:, : bands.shape[1]], atol=1e-9)
    assert (bands.min(axis=0) <= 0.02).sum() == (across <= 0.02).sum()


def test_the_bands_that_a_page_gets_open_where_modes_do():
    found = device_verbs.bands(STRIP, {"top": 0.0, "B": 0.5}, "source")
    bands = np.array(found["bands"])
    assert bands.shape[1] == len(found["k"])
    assert found["open"] == device_verbs.point(STRIP, {"top": 0.0}, 9.0)["modes"][0]


def test_pixels_of_a_honeycomb_have_no_holes():
    toml = new("wire").replace(
        'kind = "electron_gas"\nmass = 0.067                # in electron masses: GaAs\n'
        'spacing = "4 nm"',
        'kind = "graphene"\nscaling = 20',
    )
    found = opened.opened(toml)
    image = found.raster.image(np.ones(found.sites))
    assert np.isnan(image[1:-1, 1:-1]).sum() == 0


def test_a_raster_keeps_the_mean_when_pixels_grow():
    x, y = np.meshgrid(np.arange(1000.0), np.arange(8.0))
    raster = Raster.over(np.stack([x.ravel(), y.ravel()], axis=1), 1.0)
    image = raster.image(x.ravel())
    assert image.shape[1] <= 360
    np.testing.assert_allclose(image[0, 3], np.mean(raster.x[3]), atol=1e-9)


def test_outlines_close_around_the_region():
    file, _ = opened.read(STRIP)
    assert outlines.region(file.region) == [[-50, -30], [50, -30], [50, 30], [-50, 30]]
    source, drain = outlines.leads(file)
    assert max(x for x, _ in source["polygon"]) == -50
    assert min(x for x, _ in drain["polygon"]) == 50


REFUSED = {
    "unknown parameter": ("device.point", {"params": {"tpo": 1.0}, "energy": 9.0}, "did you mean"),
    "unknown lead": ("device.bands", {"params": {}, "lead": "sorce"}, "did you mean 'source'"),
    "unknown layer lead": (
        "device.layer",
        {"params": {}, "energy": 9.0, "kind": "current", "lead": "x"},
        "unknown lead",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_sentences(case):
    verb, args, part = REFUSED[case]
    answer = wire.parsed(worker.answer({"verb": verb, "args": {"toml": STRIP, **args}}))
    assert not answer["ok"]
    assert part in answer["error"]
    assert "Traceback" not in answer["error"]


@pytest.mark.parametrize("value", [1e300, -1e300, 1e-320, 1e8])
def test_absurd_parameters_give_a_number_or_a_sentence(value):
    for verb, args in (
        ("device.point", {"params": {"top": value, "B": 0.0}, "energy": 9.0}),
        ("device.point", {"params": {"B": value}, "energy": 9.0}),
        ("device.point", {"params": {}, "energy": value}),
    ):
        answer = wire.parsed(worker.answer({"verb": verb, "args": {"toml": STRIP, **args}}))
        if answer["ok"]:
            assert answer["result"]["conductance"] is not None
        else:
            assert answer["error"]


@pytest.mark.parametrize("file", ["/etc/passwd", "../../secret.csv", "potential.csv"])
def test_a_device_file_from_a_page_reads_no_other_file(file):
    """Not even whether it exists can be asked."""
    toml = STRIP + f'[[gates]]\nkind = "table"\nfile = "{file}"\n'
    found = device_verbs.check(toml)
    assert [p["key"] for p in found["problems"]] == ["gates[1]"]
    assert "may not" in found["problems"][0]["message"]


@pytest.mark.parametrize(
    "toml", ["", "a = " + "[" * 20_000, "x" * 100_000, "\x00", "[[gates]]\n" * 5000]
)
def test_files_that_make_no_sense_are_refused(toml):
    found = device_verbs.check(toml)
    assert not found["ok"]
    assert found["problems"][0]["message"]


def test_a_device_that_is_too_large_for_a_slider_is_named_so():
    big = STRIP.replace('"100 nm"', '"20 um"').replace('"60 nm"', '"5 um"')
    assert device_verbs.check(big)["ok"]
    answer = wire.parsed(
        worker.answer({"verb": "device.point", "args": {"toml": big, "params": {}}})
    )
    assert "start a sweep" in answer["error"]
