"""The pages in a real browser: they load, follow the library, survive a restart, hand out files.

Needs Playwright for Python and a Chromium of the system; skipped where one is absent. With
SHARVIN_SCREENSHOTS=docs the pictures of the documentation are made on the way.
"""

import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

from studio.talk import on_page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("SHARVIN_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
SHOTS = os.environ.get("SHARVIN_SCREENSHOTS")
PATIENCE = 180_000  # ms; a loaded machine is slow, a broken page never answers

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
    """Pictures for the documentation: 1280 px in light, 390 px in dark."""
    if not SHOTS:
        return
    for width, theme, suffix in ((390, "dark", "-phone"), (1280, "light", "")):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 860})
        page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
        page.wait_for_timeout(800)
        page.screenshot(path=Path(SHOTS) / f"studio-{name}{suffix}.png", full_page=True)


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
    "gallery": ".run button",
    "data": ".drop",
}
UNNAMED = """[...document.querySelectorAll(
    'button, a, input, select, textarea, canvas, [role=img]')]
    .filter(e => e.offsetParent && !(e.ariaLabel || e.textContent.trim() || e.labels?.length
        || e.getAttribute('aria-labelledby') || e.alt || e.parentElement.closest('[role=img]')))
    .map(e => e.outerHTML.slice(0, 120))"""


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
    assert page.evaluate(UNNAMED) == []
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
    omega_x = float(page.get_by_label("ħωx", exact=True).input_value())
    x = curves(page)["x"]
    expected = saddle.saddle_point(x, hbar_omega_x=omega_x, hbar_omega_y=value, modes=22)
    # the last of several answers: ten digits are sent
    page.wait_for_function(
        """([i, y]) => { const c = document.querySelector('figure.chart').chart.curves
        .find(one => one.label === 'T = 0'); return Math.abs(c.y[i] - y) < 1e-8 }""",
        arg=[200, float(expected[200].sum())],
    )
    assert value > 3.0
    np.testing.assert_allclose(curves(page)["T = 0"], expected.sum(axis=-1), rtol=1e-9)
    page.wait_for_url(f"**v.omega_y={value:g}*")
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
    expected = s.transmission(to="drain", from_="source")  # in 2e²/h, as the file wants it
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


CONTACT = """\
[material]
kind = "electron_gas"
mass = 0.067
spacing = "15 nm"

[region]
shape = "rectangle"
length = "900 nm"
width = "600 nm"

[leads.source]
side = "left"

[leads.drain]
side = "right"
width = "300 nm"            # a window

[[gates]]                   # the only one
kind = "split_gate"
gap = "250 nm"
length = "300 nm"           # along the current
depth = "60 nm"
voltage = "gate"

[experiment]
measure = "conductance"
from = "source"
to = "drain"
energy = "8 meV"
unit = "2e²/h"

[parameters]
gate = "-0.6 V"
"""


def said(page: Page) -> dict[str, Any]:
    """What the device file says now."""
    return tomllib.loads(page.get_by_label("Device file (TOML)").input_value())


def until_said(page: Page, pattern: str) -> dict[str, Any]:
    """The same, as soon as its text matches a pattern."""
    page.wait_for_function(
        "p => new RegExp(p).test(document.querySelector('textarea').value)", arg=pattern
    )
    return said(page)


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the device lies on the screen, once the picture stands still."""
    where = "([x, y]) => document.querySelector('.stage figure').plane.at(x, y)"
    page.locator(".stage canvas").scroll_into_view_if_needed()
    found = page.evaluate(where, [x, y])
    while (again := page.evaluate(where, [x, y])) != found:
        found = again
    return found[0], found[1]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *[(a + b) / 2 for a, b in zip(start, end, strict=True)]))
    page.mouse.move(*on_screen(page, *end))
    page.mouse.up()


def reading(page: Page, text: str, **params: float) -> float:
    """Wait until the page shows what the library gives for this text; return it."""
    device = sv_device(text)
    s = sv.smatrix(device, energy=8.0, **params)
    expected = float(s.transmission(to="drain", from_="source"))
    page.wait_for_function(
        "v => Math.abs(document.querySelector('.reading output')?.dataset.value - v) < 1e-9",
        arg=expected,
    )
    return expected


def open_contact(page: Page, studio: str) -> None:
    open_at(page, studio, "device?template=wire")
    write_file(page, CONTACT)
    wait_until(page, "document.querySelectorAll('.inspector select option').length === 4")
    page.wait_for_selector(".reading output")


def test_gates_are_moved_stretched_drawn_and_deleted_in_the_picture(
    page: Page, studio: str, tmp_path: Path
) -> None:
    open_contact(page, studio)
    before = reading(page, CONTACT, gate=-0.6)
    drag(page, (0, 200), (90, 230))
    moved = until_said(page, r'center = \["90 nm", "\d+ nm"\]')["gates"][0]
    assert moved["center"][1] == "30 nm"
    drag(page, (90, 155), (90, 180))  # the handle at the upper edge of the gap
    stretched = until_said(page, r'gap = "300 nm"')
    assert stretched["gates"][0]["center"] == moved["center"]
    page.locator(".stage canvas").press("ArrowLeft")
    text = page.get_by_label("Device file (TOML)").input_value
    until_said(page, r'center = \["(?!90)')
    wide = reading(page, text(), gate=-0.6)
    assert wide > before + 0.5  # another mode or more through the wider gap
    kept = [line for line in text().splitlines() if "#" in line]
    assert kept == [line for line in CONTACT.splitlines() if "#" in line]  # comments stay

    page.get_by_role("button", name="+ Gate").click()
    drag(page, (-300, -100), (-200, 100))
    drawn = until_said(page, r'kind = "gate"')["gates"][1]
    assert drawn["x"] == ["-300 nm", "-200 nm"]
    assert drawn["y"] == ["-100 nm", "100 nm"]
    expect(page.get_by_label("gate2", exact=True)).to_be_visible()  # its voltage has a slider
    assert reading(page, text(), gate=-0.6, gate_2=-0.5) < wide - 0.1
    with page.expect_download() as download:
        page.get_by_role("button", name="Save .toml").click()
    download.value.save_as(tmp_path / "device.toml")
    saved = (tmp_path / "device.toml").read_text("utf-8")
    assert saved == text()
    reading(page, saved, gate=-0.6, gate_2=-0.5)  # reruns to the same number

    page.locator(".stage canvas").press("Delete")
    wait_until(page, "!document.querySelector('textarea').value.includes('gate_2')")
    page.keyboard.press("Control+z")
    until_said(page, "gate_2")
    page.keyboard.press("Control+Shift+z")
    wait_until(page, "!document.querySelector('textarea').value.includes('gate_2')")
    for _ in range(5):
        page.get_by_role("button", name="Undo").click()
    wait_until(page, "!document.querySelector('textarea').value.includes('center')")
    reading(page, CONTACT, gate=-0.6)


def test_contacts_are_moved_along_the_edge_and_set_in_numbers(page: Page, studio: str) -> None:
    open_contact(page, studio)
    drag(page, (460, 0), (460, 100))
    assert until_said(page, 'at = "100 nm"')["leads"]["drain"]["width"] == "300 nm"
    drag(page, (450, 250), (450, 200))  # its upper end
    assert until_said(page, 'width = "250 nm"')["leads"]["drain"]["at"] == "75 nm"
    drag(page, (460, 75), (200, 310))  # over the corner
    assert until_said(page, 'side = "top"')["leads"]["drain"]["width"] == "250 nm"
    page.get_by_label("Gate or contact").select_option("leads/source")
    page.locator(".lengths").get_by_label("width").fill("200")
    page.keyboard.press("Enter")
    text = page.get_by_label("Device file (TOML)").input_value
    assert until_said(page, 'width = "200 nm"')["leads"]["source"] == {
        "side": "left", "width": "200 nm"
    }  # fmt: skip
    reading(page, text(), gate=-0.6)
    page.get_by_role("button", name="Show in the file").click()
    editor = page.get_by_label("Device file (TOML)")
    expect(editor).to_be_focused()
    chosen = editor.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert chosen == "[leads.source]"
    page.get_by_role("button", name="+ Contact").click()
    page.mouse.click(*on_screen(page, -150, -290))
    assert until_said(page, "leads.probe")["leads"]["probe"]["side"] == "bottom"
    wait_until(page, "document.querySelectorAll('.matrix tbody tr').length === 3")


def test_a_hall_bar_shows_its_resistances_and_what_is_chosen(page: Page, studio: str) -> None:
    text = new("hall_bar").replace('spacing = "5 nm"', 'spacing = "10 nm"')
    open_at(page, studio, "device?template=hall_bar")
    write_file(page, text)
    page.wait_for_selector(".matrix tbody tr:nth-child(6)")
    device = sv_device(text)
    s = sv.smatrix(device, energy=12.7, B=3.25)
    current = ("source", "drain")
    shown = {"R_xy": ("1", "3"), "R_xx": ("1", "2")}
    output = page.locator(".reading output")
    for name, voltage in shown.items():
        expected = sv.resistance(s, current=current, voltage=voltage)
        if name == "R_xx":
            page.get_by_label("What is read").select_option(name)
        page.wait_for_function(
            "v => Math.abs(document.querySelector('.reading output').dataset.value - v) < 1e-9",
            arg=expected,
        )
        assert output.get_attribute("data-unit") == "h/e²"
    page.get_by_role("button", name="Read G from 1 to 2").click()
    expect(output).to_have_attribute("data-unit", "e²/h")
    value = float(output.get_attribute("data-value") or "nan")
    assert value == pytest.approx(2 * s.transmission(to="2", from_="1"), abs=1e-9)


@pytest.mark.parametrize("layer", ["ldos", "current"])
def test_layers_are_drawn_over_the_device(page: Page, studio: str, layer: str) -> None:
    open_at(page, studio, f"device?template=qpc&layer={layer}")
    page.wait_for_function(
        "() => { const c = document.querySelector('.stage canvas');"
        "return c && /(density of states|Current density)/.test(c.ariaLabel || '') }"
    )
    assert "Values from" in (page.locator(".stage canvas").get_attribute("aria-label") or "")
    if layer == "current" and SHOTS:  # with a curve along the slider and a gate in hand
        page.get_by_label("gate", exact=True).press("ArrowRight")
        page.get_by_role("button", name="Compute the curve").click()
        wait_until(page, "document.querySelector('.trace figure').chart?.x.length > 60")
        page.get_by_label("Gate or contact").select_option("gates/0")
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


def test_every_page_of_the_gallery_states_and_can_be_run(page: Page, studio: str) -> None:
    from sharvin.studio.catalog import catalog

    open_at(page, studio, "gallery")
    for row in catalog():
        page.evaluate("id => { location.hash = `#/gallery?id=${id}` }", row["id"])
        expect(page.locator("h1")).to_have_text(row["title"])
        expect(page.locator(".statement").first).to_have_text(row["statement"])
        expect(page.locator(".kind b")).to_have_text(row["kind"])
        assert page.locator(".references li").count() == len(row["references"])
        expect(page.locator(".run")).to_have_attribute("data-state", re.compile("none|stored"))
        assert page.locator(".run button").count() == 1
        assert page.evaluate(UNNAMED) == []
    page.get_by_label("Find a phenomenon").fill("noise")
    shown = page.locator(".contents li:visible").all_inner_texts()
    assert any("noise" in text.lower() for text in shown)
    assert len(shown) < page.locator(".contents li").count() / 2


QUICK = ("reservoirs", "landauer") if SHOTS else ("reservoirs", "series-resistance")


def test_pages_of_the_gallery_are_computed_watched_stopped_and_kept(
    page: Page, studio: str
) -> None:
    open_at(page, studio, "gallery?id=kondo")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".run")).to_have_attribute("data-state", "none")
    for name in QUICK:
        open_at(page, studio, f"gallery?id={name}")
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator(".run progress")).to_be_visible()
        expect(page.locator(".paper img")).to_be_visible()
        rows = page.locator("table.checks tbody tr")
        assert rows.count() == page.locator("table.checks tr.held").count() > 2
        expect(page.locator(f"[data-id={name}] .mark")).to_have_text("✓")
    shot(page, "gallery")
    page.reload()
    expect(page.locator(".paper img")).to_be_visible()  # it was kept
    expect(page.get_by_role("button", name="Run again", exact=True)).to_be_visible()
    expect(page.locator(".whole")).to_contain_text(f"on {len(QUICK)} of")


def test_a_simulation_is_laid_over_measured_data(page: Page, studio: str, tmp_path: Path) -> None:
    from sharvin.app.run import Options, run

    toml = CONTACT.replace('"15 nm"', '"30 nm"').replace('[parameters]\ngate = "-0.6 V"', (
        '[axes]\ngate = { from = "-0.8 V", to = "-0.2 V", points = 13 }'
    ))  # fmt: skip

    async def sweep(talk: Any) -> Any:
        job = (await talk.ask("sweep.start", toml=toml))["result"]["job"]["id"]
        return await talk.until(job, lambda j: j["state"] not in ("waiting", "running"))

    job = on_page(studio, sweep)
    assert job["state"] == "finished", job
    (tmp_path / "device.toml").write_text(toml, "utf-8")
    result = run(tmp_path / "device.toml", tmp_path, Options(progress=False)).result
    gate, conductance = result["gate"].values, result.values.squeeze()
    measured = 77.48091729863649 * conductance + 3.0  # 2e²/h in µS, and an offset
    rows = np.stack([1e3 * gate, measured], axis=1)
    path = tmp_path / "contact.csv"
    np.savetxt(path, rows, delimiter=",", header="gate (mV),G (uS)", comments="", fmt="%.12g")

    open_at(page, studio, "data?kind=plateaus")
    page.get_by_label("File with measured data").set_input_files(path)
    page.get_by_label("Simulation to lay over").select_option(job["id"])
    wait_until(page, "document.querySelector('figure.chart')?.chart?.curves.length === 2")
    shown = curves(page)
    np.testing.assert_allclose(shown["x"], 1e3 * gate, rtol=1e-9)
    (label,) = [name for name in shown if name.startswith("sweep")]
    np.testing.assert_allclose(shown[label], shown["measured"] - 3.0, atol=1e-5)  # float32 is sent


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
