"""The pages in a real browser: they load, follow the library, survive a restart, hand out files.

Needs Playwright for Python and a Chromium of the system; skipped where one is absent. With
SHARVIN_SCREENSHOTS=docs the pictures of the documentation are made on the way.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import sharvin as sv
from sharvin.app.new import new
from sharvin.formulas import saddle
from sharvin.units import ELEMENTARY_CHARGE as E
from studio.studio_process import running_studio

pytest.importorskip("playwright", reason="needs Playwright: pip install playwright")
pytest.importorskip("starlette", reason="needs the studio's server: pip install 'sharvin[studio]'")
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("SHARVIN_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
SHOTS = os.environ.get("SHARVIN_SCREENSHOTS")
PATIENCE = 60_000  # ms; a loaded machine is slow, a broken page never answers

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs a Chromium of the system: apt install chromium"
)

WIRE = """\
title = "A wire with impurities"

[material]
kind = "electron_gas"
mass = 0.067
spacing = "5 nm"

[region]
shape = "rectangle"
length = "400 nm"
width = "250 nm"

[leads.source]
side = "left"

[leads.drain]
side = "right"

[[disorder]]
kind = "short_range"
strength = "W"
seed = 1

[experiment]
measure = "conductance"
from = "source"
to = "drain"
energy = "10 meV"
unit = "2e²/h"

[axes]
W = { from = "0 meV", to = "8 meV", points = POINTS }
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        found = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if root else []
        )
        yield found
        found.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_studio(tmp_path_factory.mktemp("results")) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test when it says an error or asks anybody else for anything."""
    yield from watched(browser, width=1280, height=860)


def watched(browser: Browser, *, width: int, height: int, theme: str = "light") -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,  # type: ignore[arg-type]
        device_scale_factor=1.25 if SHOTS else 1,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    elsewhere = [
        url for url in asked if not re.match(r"(http|ws)://127\.0\.0\.1:|blob:|data:", url)
    ]
    context.close()
    assert said == []
    assert elsewhere == []


def open_at(page: Page, studio: str, place: str) -> None:
    page.goto("about:blank")
    page.goto(f"{studio}#/{place}")
    page.wait_for_function(
        "name => document.documentElement.dataset.ready === name", arg=place.split("?")[0]
    )


def wait_until(page: Page, claim: str) -> None:
    """Wait for a claim about the page; as a function, since the page forbids eval."""
    page.wait_for_function(f"() => {claim}")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.wait_for_timeout(400)
        page.screenshot(path=Path(SHOTS) / f"studio-{name}.png", full_page=True)


def curves(page: Page) -> dict[str, np.ndarray]:
    """Numbers behind the chart on the page, with x under its name."""
    found = page.evaluate("document.querySelector('figure.chart').chart")
    numbers = {one["label"]: np.array(one["y"], dtype=float) for one in found["curves"]}
    return {"x": np.array(found["x"], dtype=float), **numbers}


def write_file(page: Page, text: str) -> None:
    """Replace the device file by the editor, as a reader would."""
    details = page.locator("details.file")
    if details.get_attribute("open") is None:
        details.locator("summary").first.click()
    page.get_by_label("Device file (TOML)").fill(text)


LOADED = {
    "device": ".reading output",
    "sweep": "table.axes input",
    "gallery": "table.checks",
    "data": ".drop",
}


@pytest.mark.parametrize("place", list(LOADED))
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_every_page_loads_without_an_error(
    browser: Browser, studio: str, place: str, width: int, theme: str
) -> None:
    pages = watched(browser, width=width, height=860, theme=theme)
    page = next(pages)
    open_at(page, studio, f"{place}?id=landauer" if place == "gallery" else place)
    page.wait_for_selector(LOADED[place])
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(fits), "the page is wider than the window"
    unnamed = page.evaluate(
        """[...document.querySelectorAll('button, a, input, select, textarea, canvas, [role=img]')]
        .filter(e => e.offsetParent && !(e.ariaLabel || e.textContent.trim() || e.labels?.length
            || e.getAttribute('aria-labelledby') || e.alt || e.parentElement.closest('[role=img]')))
        .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert unnamed == []
    if place == "device" and width == 390:
        page.wait_for_timeout(1500 if SHOTS else 0)
        shot(page, "phone")
    if place == "gallery" and width == 1280:
        shot(page, "gallery")
    for _ in pages:
        pass


def test_a_slider_moves_the_curve_to_the_numbers_of_the_library(page: Page, studio: str) -> None:
    open_at(page, studio, "gallery?formula=saddle-point")
    wait_until(page, "document.querySelector('figure.chart')?.chart?.version >= 1")
    slider = page.get_by_label("ħωy", exact=True)
    slider.press("ArrowRight")
    slider.press("PageUp")
    wait_until(page, "document.querySelector('figure.chart').chart.version >= 2")
    value = float(slider.input_value())
    page.wait_for_timeout(300)  # the last of several answers
    shown = curves(page)
    omega_x = float(page.get_by_label("ħωx", exact=True).input_value())
    expected = saddle.saddle_point(
        shown["x"], hbar_omega_x=omega_x, hbar_omega_y=value, modes=22
    ).sum(axis=-1)
    assert value > 3.0
    np.testing.assert_allclose(shown["T = 0"], expected, rtol=1e-9)  # ten digits are sent
    assert f"v.omega_y={value:g}" in page.url
    shot(page, "formula")
    page.reload()
    expect(page.get_by_label("ħωy", exact=True)).to_have_value(f"{value:g}")


def test_the_point_of_the_device_page_is_that_of_the_library(page: Page, studio: str) -> None:
    text = WIRE.replace("POINTS", "9")
    open_at(page, studio, "device")
    write_file(page, text)
    slider = page.get_by_label("W", exact=True)
    slider.press("ArrowRight")
    value = float(slider.input_value())
    output = page.locator(".reading output")
    device = sv_device(text)
    s = sv.smatrix(device, energy=10.0, W=value)
    expected = 2 * s.transmission(to="drain", from_="source")
    page.wait_for_function(
        "v => Math.abs(document.querySelector('.reading output')?.dataset.value - v) < 1e-6",
        arg=expected,
    )
    assert float(output.get_attribute("data-value") or "nan") == pytest.approx(expected, abs=1e-9)


def sv_device(text: str) -> "sv.Device":
    from sharvin.studio.opened import opened

    return opened(text).device


def test_a_mistake_is_shown_at_its_line(page: Page, studio: str) -> None:
    open_at(page, studio, "device?template=wire")
    text = new("wire").replace('width = "120 nm"', 'width = "120 meV"')
    write_file(page, text)
    line = text.splitlines().index('width = "120 meV"') + 1
    problem = page.locator(".problem")
    expect(problem).to_contain_text(f"Line {line}")
    problem.click()
    selected = page.evaluate("getSelection().toString()")
    assert selected in ("", 'width = "120 meV"')
    expect(page.get_by_label("Device file (TOML)")).to_be_focused()


def test_a_gate_in_the_picture_leads_to_its_table(page: Page, studio: str) -> None:
    open_at(page, studio, "device?template=qpc")
    page.wait_for_selector(".reading output")
    editor = page.get_by_label("Device file (TOML)")
    for attempt in range(20):  # the picture may still move while the page around it is filled
        box = page.locator(".stage canvas").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.45 * box["width"], box["y"] + 0.2 * box["height"])
        try:
            expect(editor).to_be_focused(timeout=2_000)
            break
        except AssertionError:
            if attempt == 19:
                raise
    chosen = editor.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert chosen.startswith("[[gates]]")


@pytest.mark.parametrize("layer", ["ldos", "current"])
def test_layers_are_drawn_over_the_device(page: Page, studio: str, layer: str) -> None:
    open_at(page, studio, f"device?template=qpc&layer={layer}")
    page.wait_for_function(
        "() => { const c = document.querySelector('.stage canvas');"
        "return c && /(density of states|Current density)/.test(c.ariaLabel || '') }"
    )
    assert "Values from" in (page.locator(".stage canvas").get_attribute("aria-label") or "")
    if layer == "current":
        if SHOTS:  # with a curve along the slider
            page.get_by_label("gate", exact=True).press("ArrowRight")
            page.get_by_role("button", name="Compute the curve").click()
            page.wait_for_timeout(20_000)
        shot(page, "device")


@pytest.mark.slow
def test_a_sweep_is_stopped_resumed_after_a_restart_and_downloaded(
    page: Page, tmp_path: Path
) -> None:
    import xarray as xr

    from sharvin.app.run import run

    points = 200  # too many to be done before the page can say stop
    results = tmp_path / "results"
    state = page.locator(".jobhead .state")
    with running_studio(results) as studio:
        open_at(page, studio, "sweep")
        write_file(page, WIRE.replace("POINTS", str(points)))
        expect(page.locator("table.axes")).to_contain_text("W")
        page.get_by_role("button", name="Start").click()
        wait_until(page, "document.querySelector('.jobhead progress')?.value > 0")
        page.get_by_role("button", name="Stop").click()
        expect(state).to_have_text("stopped")
        done = page.evaluate("document.querySelector('.jobhead progress').value")
        assert 0 < done < points
        page.goto("about:blank")  # a page that stays open would say, rightly, that nobody answers
    with running_studio(results) as studio:
        open_at(page, studio, "sweep")
        expect(state).to_have_text("stopped")
        page.get_by_role("button", name="Resume").click()
        expect(state).to_have_text("finished")
        page.wait_for_selector(".result figure")
        wait_until(
            page, "!document.querySelector('.result figure').chart.curves[0].y.includes(null)"
        )
        shown = curves(page)
        shot(page, "sweep")
        files = {}
        for kind in ("nc", "csv", "png", "toml", "py"):
            with page.expect_download() as download:
                page.locator(f"[data-file={kind}]").click()
            files[kind] = tmp_path / f"download.{kind}"
            download.value.save_as(files[kind])
        page.goto("about:blank")
    with xr.open_dataarray(files["nc"], engine="h5netcdf") as opened:
        stored = opened.load()
    np.testing.assert_allclose(shown["x"], stored["W"].values)
    np.testing.assert_allclose(
        next(v for k, v in shown.items() if k != "x"), stored.values.squeeze(), rtol=1e-9
    )
    again = run(files["toml"], out=tmp_path / "again").result
    np.testing.assert_array_equal(again.values, stored.values)
    assert files["png"].read_bytes().startswith(b"\x89PNG")
    assert files["csv"].read_text("utf-8").count("\n") >= points
    assert "device.toml" in files["py"].read_text("utf-8")


def test_a_measured_file_is_fitted(page: Page, studio: str, tmp_path: Path) -> None:
    field = np.linspace(-1.0, 1.0, 81)
    noise = np.random.default_rng(1).normal(0.0, 2.0, (2, 81))
    density, mobility = 3e15, 10.0
    r_xx = 1 / (density * E * mobility) + noise[0]
    r_xy = field / (density * E) + noise[1]
    path = tmp_path / "hall.csv"
    rows = np.stack([1e3 * field, r_xy / 1e3, r_xx], axis=1)
    np.savetxt(path, rows, delimiter=",", header="B (mT),Rxy (kOhm),Rxx (Ohm)", comments="")

    open_at(page, studio, "data?kind=hall")
    page.get_by_label("File with measured data").set_input_files(path)
    expect(page.get_by_label("column of Hall resistance")).to_have_value("Rxy")
    expect(page.get_by_label("unit of Hall resistance")).to_have_value("kOhm")
    page.get_by_label("column of longitudinal resistance").select_option("")
    np.testing.assert_allclose(curves(page)["measured"], r_xy / 1e3, rtol=1e-9)
    page.get_by_role("button", name="Fit", exact=True).click()
    found = page.locator("[data-name=density]")
    # the noise of 2 Ω on 81 points leaves a few parts in ten thousand
    assert float(found.get_attribute("data-value") or "nan") == pytest.approx(density, rel=5e-3)
    expect(page.locator(".paper img")).to_be_visible()
    shot(page, "data")


def test_a_file_that_is_no_table_is_refused_in_a_sentence(
    page: Page, studio: str, tmp_path: Path
) -> None:
    path = tmp_path / "noise.csv"
    path.write_bytes(bytes(range(256)))
    open_at(page, studio, "data")
    page.get_by_label("File with measured data").set_input_files(path)
    expect(page.locator(".note")).to_contain_text("noise.csv")


def test_a_page_of_the_gallery_shows_figure_checks_and_references(page: Page, studio: str) -> None:
    open_at(page, studio, "gallery?id=landauer")
    expect(page.locator(".paper img")).to_be_visible()
    rows = page.locator("table.checks tbody tr")
    assert rows.count() == page.locator("table.checks tr.held").count() > 5
    assert page.locator(".references li").count() > 1
    page.get_by_label("Find a phenomenon").fill("noise")
    shown = page.locator(".contents li:visible").all_inner_texts()
    assert any("noise" in text.lower() for text in shown)
    assert len(shown) < page.locator(".contents li").count() / 2


def test_the_pages_are_worked_by_keys_alone(page: Page, studio: str) -> None:
    open_at(page, studio, "gallery?formula=saddle-point")
    wait_until(page, "document.querySelector('figure.chart')?.chart?.version >= 1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"
    page.locator(".plot").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    x = curves(page)["x"]
    expect(page.locator(".key .at")).to_contain_text(f"{1e3 * x[1]:.4g} µeV")
