"""A studio as a user starts it: lightness, floods, sweeps that survive a restart."""

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("starlette", reason="needs the studio's server: pip install 'sharvin[studio]'")
pytest.importorskip("uvicorn", reason="needs the studio's server: pip install 'sharvin[studio]'")
pytest.importorskip("websockets", reason="needs the studio's server: pip install 'sharvin[studio]'")

from studio.studio_process import SOURCES, running_studio
from studio.talk import PATIENCE, on_page

SWEEP = """
title = "small wire"
[material]
kind = "electron_gas"
mass = 0.067
spacing = "5 nm"
[region]
shape = "rectangle"
length = "250 nm"
width = "150 nm"
[leads.source]
side = "left"
[leads.drain]
side = "right"
[[disorder]]
kind = "short_range"
strength = "1 meV"
seed = 1
[experiment]
measure = "conductance"
from = "source"
to = "drain"
energy = { from = "2 meV", to = "12 meV", points = POINTS }
"""


def download(address, path):
    base, token = address.split("/?token=")
    request = urllib.request.Request(base + path, headers={"Authorization": f"Bearer {token}"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=PATIENCE) as answer:
        return answer.read()


def test_the_server_loads_neither_numba_nor_scipy():
    """Lists and formulas, the verbs that the server answers itself."""
    program = """
import sys, json
from starlette.testclient import TestClient
from pathlib import Path
from sharvin.studio.server import Settings, application
app = application(Settings("t", 80, Path(sys.argv[1]), is_warm=False))
with TestClient(app, base_url="http://127.0.0.1:80") as client:
    with client.websocket_connect("/ws?token=t", headers={"host": "127.0.0.1:80"}) as ws:
        toml = 'leads = { a = { side = "left" } }'
        change = {"do": "set", "place": ["leads", "a", "at"], "value": 1}
        asked = [("gallery.list", {}), ("formula.list", {}), ("device.templates", {}),
                 ("data.kinds", {}), ("device.edit", {"toml": toml, "changes": [change]})]
        ws.send_json({"id": 0, "verb": "formula.list"})
        ids = [page["id"] for page in ws.receive_json()["result"]]
        for verb, args in asked + [("formula.curve", {"id": i, "values": {}}) for i in ids]:
            ws.send_json({"id": 1, "verb": verb, "args": args})
            assert ws.receive_json()["ok"], verb
heavy = ("numba", "scipy", "xarray", "matplotlib", "pydantic", "pandas")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-P", "-c", program, os.devnull + "x"],
        capture_output=True, text=True, cwd="/tmp", env=os.environ | {"PYTHONPATH": str(SOURCES)},
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    results = tmp_path_factory.mktemp("studio") / "results"
    with running_studio(results) as address:
        yield address, results


def test_at_rest_it_is_small(studio):
    status = Path("/proc")
    if not status.is_dir():
        pytest.skip("needs /proc to read the memory of a process")
    port = studio[0].split(":")[2].split("/")[0]
    found = [
        entry
        for entry in status.iterdir()
        if entry.name.isdigit() and _is_studio(entry, str(studio[1]))
    ]
    assert len(found) == 1, port
    line = next(x for x in (found[0] / "status").read_text().splitlines() if "VmRSS" in x)
    assert int(line.split()[1]) < 52 * 1024  # kB; measured 44 MB, 47 after every verb


def _is_studio(entry, results):
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return results.encode() in words and b"sharvin.studio.serve" in words


def test_a_flood_of_connections_leaves_it_alive(studio):
    address, _ = studio
    port = int(address.split(":")[2].split("/")[0])

    async def flood(page):
        pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        assert (await page.ask("jobs.list"))["ok"]
        assert b'"openapi"' in await asyncio.to_thread(download, address, "/api/openapi.json")
        for _, writer in pairs:
            writer.close()

    on_page(address, flood)


def test_a_gigabyte_is_refused_unread(studio):
    address, _ = studio
    port = int(address.split(":")[2].split("/")[0])

    async def push(page):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /api/jobs HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {2**30}\r\n"
        writer.write(head.encode() + b"\r\n")
        sent, status = 0, b""
        with suppress(ConnectionError, TimeoutError):  # either way it is not read
            while sent < 2**30:
                writer.write(b"x" * 2**20)
                sent += 2**20
                await asyncio.wait_for(writer.drain(), 2)
        with suppress(ConnectionError, TimeoutError):
            status = await asyncio.wait_for(reader.read(12), 2)
        assert sent < 2**28  # what the sockets hold, not the gigabyte
        assert status in (b"HTTP/1.1 405", b"")
        writer.close()
        assert (await page.ask("jobs.list"))["ok"]

    on_page(address, push)


def test_a_message_that_is_too_long_ends_only_its_own_socket(studio):
    from websockets.exceptions import ConnectionClosed

    async def shout(page):
        with suppress(ConnectionClosed, ConnectionError):  # already while it is sent, perhaps
            await page.socket.send('{"id": 1, "verb": "' + "x" * (33 * 2**20) + '"}')
        with pytest.raises((ConnectionClosed, ConnectionError)):
            await asyncio.wait_for(page.socket.recv(), PATIENCE)

    on_page(studio[0], shout)
    assert on_page(studio[0], lambda page: page.ask("jobs.list"))["ok"]


def test_the_latest_request_of_a_slot_wins(studio):
    toml = SWEEP.replace("POINTS", "5")

    async def slide(page):
        for number in range(1, 13):
            args = {"toml": toml, "params": {}, "energy": 3.0 + 0.5 * number}
            request = {"id": number, "verb": "device.point", "args": args, "slot": "point"}
            await page.socket.send(json.dumps(request))
        found = {}
        while len(found) < 12:
            answer = json.loads(await asyncio.wait_for(page.socket.recv(), PATIENCE))
            found[answer["id"]] = answer
        return found

    answers = on_page(studio[0], slide)
    assert answers[12]["ok"]
    assert answers[12]["result"]["energy"] == 9.0
    superseded = [a for a in answers.values() if a.get("error") == "superseded"]
    assert len(superseded) >= 10  # all but the last, and one that may have been quick enough


def test_wrong_device_files_start_no_sweep(studio):
    wrong = on_page(studio[0], lambda page: page.ask("sweep.start", toml="title = 1"))
    assert not wrong["ok"]
    assert wrong["where"]["line"] >= 1
    bare = SWEEP[: SWEEP.index("[experiment]")]
    nothing = on_page(studio[0], lambda page: page.ask("sweep.start", toml=bare))
    assert "[experiment]" in nothing["error"]


def test_a_sweep_whose_process_is_killed_goes_on_to_the_same_numbers(studio, tmp_path):
    import xarray as xr

    from sharvin.app.run import Options, run

    if not Path("/proc").is_dir():
        pytest.skip("needs /proc to find the process of a sweep")
    address, _ = studio
    toml = SWEEP.replace("POINTS", "512")

    async def lose(page):
        job = (await page.ask("sweep.start", toml=toml))["result"]["job"]["id"]
        await page.until(job, lambda j: j["done"] > 0 or j["state"] != "running")
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _is_job(entry, job):
                os.kill(int(entry.name), signal.SIGKILL)
        failed = await page.until(job, lambda j: j["state"] != "running")
        part = await page.ask("job.data", job=job)
        await page.ask("job.resume", job=job)
        done = await page.until(job, lambda j: j["state"] not in ("waiting", "running"))
        return job, part, failed, done, await page.ask("job.code", job=job)

    job, part, failed, finished, code = on_page(address, lose)
    assert failed["state"] == "failed"
    assert 0 < failed["done"] < 512
    assert "ended unexpectedly" in failed["message"]
    values = part["result"]["values"]
    assert any(v is not None for v in values)
    assert any(v is None for v in values)
    assert finished["state"] == "finished", finished
    assert finished["done"] == finished["total"] == 512
    files = {k: download(address, f"/api/jobs/{job}/file/{k}") for k in ("nc", "csv", "png")}
    sent = download(address, f"/api/jobs/{job}/file/toml").decode()
    assert sent == code["result"]["toml"] == toml
    assert files["png"].startswith(b"\x89PNG")
    (tmp_path / "back.nc").write_bytes(files["nc"])
    again = tmp_path / "again.toml"
    again.write_text(sent)
    result = run(again, tmp_path / "again", Options(progress=False, workers=1)).result
    with xr.open_dataarray(tmp_path / "back.nc", engine="h5netcdf") as opened:
        np.testing.assert_array_equal(opened.values, result.values)
        assert opened.attrs["units"] == "2e²/h"


@pytest.mark.parametrize("state", ["running", "waiting", "finished"])
def test_after_a_restart_a_job_stands_still(tmp_path, state):
    """Whatever it did when the studio ended; it goes on when somebody says so."""
    from sharvin.studio.jobs import Jobs

    id_ = "0123456789abcdef"
    folder = tmp_path / "studio" / id_
    folder.mkdir(parents=True)
    job = {"id": id_, "name": "x", "state": state, "done": 3, "total": 9, "eta_s": 1.0,
           "started": 1.0, "message": ""}  # fmt: skip
    (folder / "job.json").write_text(json.dumps(job))
    other = folder.with_name("fedcba9876543210")
    other.mkdir()
    (other / "job.json").write_text(json.dumps(job))  # a folder that says it is another
    jobs = Jobs(tmp_path, None)
    jobs.open()
    (found,) = jobs.listed()
    assert found["state"] == ("finished" if state == "finished" else "cancelled")
    assert found["done"] == 3


def test_a_page_of_the_gallery_is_computed_once_and_kept(studio):
    """With its steps on the way; who asks meanwhile gets the same answer."""
    address, results = studio

    async def compute(page):
        before = await page.ask("gallery.stored", id="reservoirs")
        numbers = [await page.begin("gallery.run", id="reservoirs") for _ in range(2)]
        first, second = [await page.answer(number) for number in numbers]
        stored = await page.ask("gallery.stored", id="reservoirs")
        listed = await page.ask("gallery.list")
        return before, first, second, stored, listed, page.events

    before, first, second, stored, listed, events = on_page(address, compute)
    assert before["result"] is None
    assert first["result"] == second["result"] == stored["result"]
    found = stored["result"]
    assert found["is_current"]
    assert found["figure_svg"].startswith("<svg")
    assert all(check["passed"] for check in found["checks"])
    steps = [e["step"] for e in events if e.get("event") == "page" and e["id"] == "reservoirs"]
    assert steps == ["waiting", "loading the solvers", "computing", "checking", "drawing", None]
    (row,) = [row for row in listed["result"] if row["id"] == "reservoirs"]
    assert row["stored"]["held"] == row["stored"]["checks"] == len(found["checks"])
    kept = sorted(path.name for path in (results / "studio" / "pages").iterdir())
    assert kept == ["reservoirs.json", "reservoirs.svg"]


def test_a_page_that_is_stopped_says_so_and_the_next_one_is_computed(studio):
    async def interrupt(page):
        number = await page.begin("gallery.run", id="kondo")
        await page.hear(lambda message: message.get("step") == "loading the solvers")
        await page.ask("gallery.stop", id="kondo")
        return await page.answer(number), await page.ask("gallery.stored", id="kondo")

    answer, stored = on_page(studio[0], interrupt)
    assert answer["error"] == "stopped"
    assert stored["result"] is None


def _is_job(entry, job):
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"sharvin.studio.job_worker" in words and any(job.encode() in word for word in words)


def test_a_measured_file_is_loaded_and_fitted(studio):
    from sharvin.formulas import kondo_conductance

    t = np.geomspace(0.05, 10, 40)
    noise = 0.002 * np.random.default_rng(1).normal(size=40)
    g = kondo_conductance(t, kondo_temperature=0.8) + noise
    rows = "\n".join(f"{1e3 * a},{b}" for a, b in zip(t, g, strict=True))
    content = base64.b64encode(f"T (mK),G (2e2/h)\n{rows}\n".encode()).decode()

    async def fit(page):
        loaded = await page.ask("data.load", name="../../dot.csv", b64=content, columns=None)
        columns = {"temperature": ["T", "mK"], "conductance": "G"}
        named = await page.ask("data.fit", name="../../dot.csv", kind="kondo", columns=columns)
        by_id = await page.ask(
            "data.fit", data=loaded["result"]["data"], kind="kondo", columns=columns, options={}
        )
        wrong = await page.ask("data.load", name="x.csv", b64="AAAA", columns=None)
        missing = await page.ask("data.fit", name="/etc/passwd", kind="kondo", columns=columns)
        return loaded, named, by_id, wrong, missing

    loaded, named, by_id, wrong, missing = on_page(studio[0], fit)
    assert [(c["name"], c["unit"]) for c in loaded["result"]["columns"]] == [
        ("T", "mK"), ("G", loaded["result"]["columns"][1]["unit"])
    ]  # fmt: skip
    assert loaded["result"]["rows"] == 40
    found = {v["name"]: v for v in named["result"]["values"]}["kondo_temperature"]
    assert abs(found["value"] - 0.8) < 4 * found["error"]
    assert found["unit"] == "K"
    assert named["result"]["figure_svg"].startswith("<svg")
    assert by_id["result"]["values"] == named["result"]["values"]
    assert not wrong["ok"]
    assert str(studio[1]) not in wrong["error"]
    assert "not loaded" in missing["error"]
