"""The door of the studio: who may ask, from where, and how much.

A page of another origin cannot read the token, and a name that somebody points at 127.0.0.1 is not
one of ours (DNS rebinding); both are refused before anything else looks at the request.
"""

import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from sharvin.studio import limits, wire

_NAMES = ("127.0.0.1", "localhost")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        b"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)


class Guard:
    """ASGI middleware that answers what must not come in.

    Parameters
    ----------
    app : ASGI application
    token : str
    port : int
        Only ``127.0.0.1:PORT`` and ``localhost:PORT`` are this server.
    """

    def __init__(self, app: Any, token: str, port: int) -> None:
        self._app = app
        self._token = token.encode()
        self._hosts = {f"{name}:{port}".encode() for name in _NAMES}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal is not None:
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
                return
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(send)
        if refusal is not None:
            await _answer(guarded, *refusal)
            return
        await self._app(scope, receive, guarded)

    def _refusal(self, scope: Any) -> tuple[int, str] | None:
        """Status and sentence, or None for a request that may pass."""
        headers = scope["headers"]
        hosts = _all(headers, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 421, "this server answers only to 127.0.0.1 and localhost with its port"
        if any(origin not in self._origins for origin in _all(headers, b"origin")):
            return 403, "a page of another origin may not ask"
        if scope["type"] == "websocket":
            return None if self._knows(scope, by_query=True) else (401, "the token is wrong")
        return self._http_refusal(scope, headers)

    def _http_refusal(self, scope: Any, headers: Any) -> tuple[int, str] | None:
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "only GET and HEAD are answered here; the pages use the socket"
        if _too_long(_all(headers, b"content-length")) or _all(headers, b"transfer-encoding"):
            return 413, "a request needs no body here"
        path = scope["path"]
        is_data = path == "/api" or path.startswith("/api/")
        if is_data and not self._knows(scope, by_query=True):
            return 401, "the token is missing or wrong; open the address that the terminal shows"
        return None

    def _knows(self, scope: Any, *, by_query: bool) -> bool:
        """Whether the request carries the token; compared in constant time."""
        given = [
            value.removeprefix(b"Bearer ")
            for value in _all(scope["headers"], b"authorization")
            if value.startswith(b"Bearer ")
        ]
        if by_query and not given:
            query = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=20)
            given = [value.encode("utf-8", "replace") for value in query.get("token", [])]
        return len(given) == 1 and secrets.compare_digest(given[0], self._token)


def _all(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]


def _too_long(lengths: list[bytes]) -> bool:
    return any(not text.isdigit() or int(text[:20]) > limits.BODY for text in lengths)


def _with_headers(send: Any) -> Any:
    async def send_guarded(message: Any) -> None:
        if message["type"] == "http.response.start":
            present = {key.lower() for key, _ in message.get("headers", ())}
            extra = [(key, value) for key, value in _HEADERS if key not in present]
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await send(message)

    return send_guarded


async def _answer(send: Any, status: int, sentence: str) -> None:
    body = wire.text({"error": sentence})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),  # whatever else it wanted to send is not read
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
