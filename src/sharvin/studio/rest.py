"""Jobs and results over plain HTTP, for scripts, with their description as OpenAPI."""

import json
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sharvin.errors import SharvinError
from sharvin.studio import arguments
from sharvin.studio.jobs import FILES, Jobs

_NO_STORE = {"Cache-Control": "no-store"}
_JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "name": {"type": "string"},
        "state": {"enum": ["waiting", "running", "finished", "cancelled", "failed"]},
        "done": {"type": "integer", "description": "points computed"},
        "total": {"type": "integer", "description": "points of the sweep"},
        "eta_s": {"type": ["number", "null"], "description": "seconds to go"},
        "started": {"type": "number", "description": "seconds since 1970"},
        "message": {"type": "string"},
    },
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_KIND = {"name": "kind", "in": "path", "required": True, "schema": {"enum": list(FILES)}}


def routes(jobs: Jobs, version: str) -> list[Route]:
    """Everything under /api."""

    async def every(_: Request) -> Response:
        return JSONResponse(jobs.listed(), headers=_NO_STORE)

    async def one(request: Request) -> Response:
        try:
            return JSONResponse(jobs.one(_id(request)), headers=_NO_STORE)
        except SharvinError as error:
            return _missing(str(error))

    async def file(request: Request) -> Response:
        try:
            found = jobs.file(_id(request), request.path_params["kind"])
        except SharvinError as error:
            return _missing(str(error))
        if found is None:
            return _missing(f"this job has no such file; a finished one has {', '.join(FILES)}")
        path, media, name = found
        return FileResponse(path, media_type=media, filename=name, headers=_NO_STORE)

    async def openapi(_: Request) -> Response:
        return JSONResponse(description(version), headers=_NO_STORE)

    async def docs(_: Request) -> Response:
        return HTMLResponse(_page(description(version)), headers=_NO_STORE)

    return [
        Route("/api/jobs", every),
        Route("/api/jobs/{id}", one),
        Route("/api/jobs/{id}/file/{kind}", file),
        Route("/api/openapi.json", openapi),
        Route("/api/docs", docs),
    ]


def _id(request: Request) -> str:
    return arguments.job_id({"job": request.path_params["id"]})


def _missing(sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=404, headers=_NO_STORE)


def description(version: str) -> dict[str, Any]:
    """OpenAPI 3.1 description of these routes."""
    job = {"$ref": "#/components/schemas/Job"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sharvin studio",
            "version": version,
            "description": "Sweeps of the studio on this machine and their results. Send the token "
            "of the studio's address as a bearer token, or as ?token=.",
        },
        "components": {
            "schemas": {"Job": _JOB},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "query": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
        "security": [{"bearer": []}, {"query": []}],
        "paths": {
            "/api/jobs": _get("All jobs, the newest first", {"type": "array", "items": job}),
            "/api/jobs/{id}": _get("One job", job, [_ID]),
            "/api/jobs/{id}/file/{kind}": _get(
                "A file of a job: NetCDF, table, figure, device file or Python",
                {"type": "string", "contentMediaType": "application/octet-stream"},
                [_ID, _KIND],
                media="application/octet-stream",
            ),
            "/api/openapi.json": _get("This description", {"type": "object"}),
        },
    }


def _get(
    summary: str,
    schema: dict[str, Any],
    parameters: list[dict[str, Any]] | None = None,
    media: str = "application/json",
) -> dict[str, Any]:
    answers = {
        "200": {"description": summary, "content": {media: {"schema": schema}}},
        "401": {"description": "the token is missing or wrong"},
    }
    if parameters:
        answers["404"] = {"description": "there is no such job or file"}
    return {"get": {"summary": summary, "parameters": parameters or [], "responses": answers}}


def _page(about: dict[str, Any]) -> str:
    """The description as a page that loads nothing."""
    said = {path: entry["get"]["summary"] for path, entry in about["paths"].items()}
    rows = "".join(
        f"<tr><td><code>GET {escape(path)}</code></td><td>{escape(text)}</td></tr>"
        for path, text in said.items()
    )
    schema = escape(json.dumps(about["components"]["schemas"]["Job"], indent=2))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Sharvin studio: API</title>'
        "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;"
        "max-width:60rem;margin:3rem auto;padding:0 1rem}td{padding:.4rem 1.5rem .4rem 0;"
        "vertical-align:top}code,pre{font:14px/1.5 ui-monospace,monospace}</style>"
        f"<h1>Sharvin studio: API</h1><p>{escape(about['info']['description'])}</p>"
        f"<table>{rows}</table><h2>Job</h2><pre>{schema}</pre></html>"
    )
