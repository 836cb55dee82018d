"""Attacks on the door: what must not come in is refused before anything looks at it."""

import json

import pytest

pytest.importorskip("starlette", reason="needs the studio's server: pip install 'sharvin[studio]'")
pytest.importorskip("httpx", reason="needs a test client: pip install 'sharvin[test]'")

from starlette.websockets import WebSocketDisconnect

from sharvin.errors import InvalidInput
from sharvin.studio import arguments, limits
from sharvin.studio.server import Settings, application
from studio.client import TestClient

TOKEN, PORT = "a-token-for-tests", 8123
BASE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    (folder.parent / "secret.txt").write_text("secret")
    return folder


@pytest.fixture(scope="module")
def client(results):
    settings = Settings(TOKEN, PORT, results, is_warm=False)
    with TestClient(application(settings), base_url=BASE, raise_server_exceptions=False) as client:
        yield client


def ask(client, path, token=TOKEN, **headers):
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(path, headers=bearer | headers)


def exchange(client, *messages):
    """Answers to raw messages on one socket, as many as there are messages."""
    with client.websocket_connect(f"/ws?token={TOKEN}", headers={"host": BASE[7:]}) as socket:
        for message in messages:
            socket.send_text(message)
        return [json.loads(socket.receive_text()) for _ in messages]


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ä"])
@pytest.mark.parametrize("path", ["/api/jobs", "/api/openapi.json", "/api/docs", "/api/", "/api"])
def test_data_needs_the_token(client, path, token):
    headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
    assert client.get(path, headers=headers).status_code == 401
    assert client.get(path, params={"token": token}).status_code == 401


def test_two_tokens_are_no_token(client):
    assert client.get(f"/api/jobs?token=wrong&token={TOKEN}").status_code == 401


def test_the_right_token_opens(client):
    assert ask(client, "/api/jobs").json() == []
    assert client.get("/api/jobs", params={"token": TOKEN}).status_code == 200
    assert client.get("/").status_code == 200  # the page itself holds no data


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        f"evil.example:{PORT}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1.nip.io:{PORT}",
    ],
)
def test_a_name_that_is_not_ours_is_misdirected(client, host):
    """DNS rebinding: the attacker's name points here, but the browser sends the name."""
    for path in ("/", "/api/jobs", "/assets/app.js"):
        assert ask(client, path, host=host).status_code == 421
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(f"/ws?token={TOKEN}", headers={"host": host}),
    ):
        pass


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", f"https://127.0.0.1:{PORT}", "http://127.0.0.1:1"]
)
def test_a_page_of_another_origin_is_refused(client, origin):
    assert ask(client, "/api/jobs", origin=origin).status_code == 403
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(
            f"/ws?token={TOKEN}", headers={"host": BASE[7:], "origin": origin}
        ),
    ):
        pass


def test_our_own_origin_is_welcome(client):
    assert ask(client, "/api/jobs", origin=f"http://localhost:{PORT}").status_code == 200


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_socket_needs_the_token(client, token):
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect(f"/ws?token={token}", headers={"host": BASE[7:]}),
    ):
        pass


@pytest.mark.parametrize(
    "path",
    [
        "/assets/..%2f..%2fserver.py",
        "/assets/%2e%2e/server.py",
        "/assets/....//server.py",
        "/assets//etc/passwd",
        "/assets/..%5c..%5cserver.py",
        "/assets/%00",
        "/api/jobs/..%2f..%2fsecret.txt",
        "/api/jobs/%2e%2e/file/toml",
        "/api/jobs/../../secret.txt/file/toml",
        "/api/jobs/0000000000000000/file/..%2f..%2f..%2fsecret.txt",
        "/api/jobs/0000000000000000/file/nc",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_the_folder(client, path):
    found = ask(client, path)
    assert 400 <= found.status_code < 500
    assert "secret" not in found.text
    assert "import" not in found.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_is_answered(client, method):
    found = client.request(method, "/api/jobs", headers={"Authorization": f"Bearer {TOKEN}"})
    assert found.status_code == 405


def test_a_body_is_refused_by_its_length(client):
    found = ask(client, "/api/jobs", **{"content-length": str(2**30)})
    assert found.status_code == 413
    assert ask(client, "/", **{"content-length": "9" * 400}).status_code == 413
    assert ask(client, "/", **{"content-length": "-1"}).status_code == 413


def test_answers_forbid_what_they_do_not_need(client):
    found = ask(client, "/")
    policy = found.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in found.headers


BROKEN = {
    "open": "{",
    "list": "[1, 2]",
    "number": "7",
    "deep": "[" * 50_000,
    "no verb": '{"id": 1}',
    "no id": '{"verb": "gallery.list"}',
    "id of text": '{"id": "1", "verb": "gallery.list"}',
    "huge id": '{"id": 1e30, "verb": "gallery.list"}',
    "args of text": '{"id": 1, "verb": "gallery.list", "args": "x"}',
    "unknown verb": '{"id": 1, "verb": "os.system", "args": {}}',
    "private verb": '{"id": 1, "verb": "warm", "args": {"step": "point"}}',
    "unknown argument": '{"id": 1, "verb": "gallery.list", "args": {"path": "/etc/passwd"}}',
    "nan": '{"id": 1, "verb": "formula.curve", "args": {"id": "kondo", "values": {"s": NaN}}}',
    "infinite": '{"id": 1, "verb": "formula.curve", "args": {"id": "kondo", "values": {"s": 1e999}}}',  # noqa: E501
    "text for a number": '{"id": 1, "verb": "formula.curve", "args": {"id": "ring", "values": {"barrier": "1"}}}',  # noqa: E501
    "traversing job": '{"id": 1, "verb": "job.data", "args": {"job": "../../../etc/passwd"}}',
    "job that is not": '{"id": 1, "verb": "job.cancel", "args": {"job": "0123456789abcdef"}}',
    "traversing page": '{"id": 1, "verb": "gallery.run", "args": {"id": "../server"}}',
    "traversing fit": '{"id": 1, "verb": "data.fit", "args": {"name": "/etc/passwd", "kind": "kondo"}}',  # noqa: E501
    "no toml": '{"id": 1, "verb": "device.check", "args": {}}',
    "toml that is too long": json.dumps(
        {"id": 1, "verb": "device.check", "args": {"toml": "#" * 300_000}}
    ),
    "layer that is not": '{"id": 1, "verb": "device.layer", "args": {"toml": "", "kind": "spin"}}',
    "absurd parameter": '{"id": 1, "verb": "device.point", "args": {"toml": "", "params": {"a": 1e999}}}',  # noqa: E501
}


@pytest.mark.parametrize("case", BROKEN)
def test_messages_that_make_no_sense_are_answered_with_a_sentence(client, case):
    (answer, after) = exchange(client, BROKEN[case], '{"id": 2, "verb": "jobs.list"}')
    assert answer["ok"] is False
    assert len(answer["error"]) > 10
    assert "Traceback" not in answer["error"]
    assert after == {"id": 2, "ok": True, "result": []}


def test_nothing_was_written_but_the_own_folder(client, results):
    assert {p.name for p in results.iterdir()} <= {"studio"}
    assert list((results / "studio").iterdir()) == []


def test_the_description_names_every_route(client):
    found = ask(client, "/api/openapi.json").json()
    assert found["openapi"].startswith("3.")
    assert "/api/jobs/{id}/file/{kind}" in found["paths"]
    page = ask(client, "/api/docs").text
    for path in found["paths"]:
        assert path in page
    assert "<script" not in page
    assert "http" not in page.replace("HTTP", "")


def test_quick_verbs_answer_without_a_worker(client):
    listed, curve, templates = exchange(
        client,
        '{"id": 1, "verb": "formula.list"}',
        '{"id": 2, "verb": "formula.curve", "args": {"id": "ring", "values": {"coupling": 0.1}}}',
        '{"id": 3, "verb": "device.templates"}',
    )
    assert {p["id"] for p in listed["result"]} >= {"saddle-point", "kondo", "ring"}
    assert len(curve["result"]["x"]) == len(curve["result"]["curves"][0]["y"])
    assert "[material]" in templates["result"][0]["toml"]


def test_the_largest_file_fits_a_message_and_a_larger_one_is_refused_in_a_sentence():
    assert limits.UPLOAD * 4 / 3 + limits.BODY < limits.MESSAGE
    with pytest.raises(InvalidInput, match="larger than 23 MB"):
        arguments.data({"b64": "A" * (limits.UPLOAD * 4 // 3 + 8)})
