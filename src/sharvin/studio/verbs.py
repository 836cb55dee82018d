"""Every verb of the socket: its arguments, and whether the server or a worker answers it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sharvin.app.new import new, templates
from sharvin.errors import SharvinError, UnknownName
from sharvin.gallery.registry import ids
from sharvin.studio import arguments, formula_pages, wire
from sharvin.studio.edits import edited
from sharvin.studio.fit_kinds import KINDS
from sharvin.studio.jobs import Jobs
from sharvin.studio.lane import Lane
from sharvin.studio.pages import Pages
from sharvin.studio.uploads import Uploads

Args = Mapping[str, Any]
_LAYERS = ("ldos", "current")


class Verbs:
    """Answers requests: what is quick here, what solves in a lane.

    Parameters
    ----------
    quick, slow : Lane
        For what follows a slider, and for measured data.
    jobs : Jobs
    uploads : Uploads
    pages : Pages
    """

    def __init__(self, quick: Lane, slow: Lane, jobs: Jobs, uploads: Uploads, pages: Pages) -> None:
        self._quick, self._slow, self._jobs, self._uploads = quick, slow, jobs, uploads
        self._here: dict[str, tuple[tuple[str, ...], Callable[[Args], Any]]] = {
            "gallery.list": ((), lambda _: pages.listed()),
            "gallery.stored": (("id",), lambda a: pages.stored(_page_id(a))),
            "gallery.stop": (("id",), lambda a: pages.stop(_page_id(a))),
            "formula.list": ((), lambda _: formula_pages.listed()),
            "formula.curve": (("id", "values"), _curve),
            "device.templates": ((), lambda _: [{"name": n, "toml": new(n)} for n in templates()]),
            "device.edit": (("toml", "changes"), _edit),
            "data.kinds": ((), lambda _: [kind.listed(id_) for id_, kind in KINDS.items()]),
            "jobs.list": ((), lambda _: jobs.listed()),
            "job.cancel": (("job",), lambda a: {"job": jobs.cancel(arguments.job_id(a))}),
            "job.resume": (("job",), lambda a: {"job": jobs.resume(arguments.job_id(a))}),
            "job.code": (("job",), lambda a: jobs.code(arguments.job_id(a))),
        }
        self._there: dict[str, tuple[tuple[str, ...], Callable[[Args, Any], Awaitable[bytes]]]] = {
            "gallery.run": (("id",), lambda a, _: pages.run(_page_id(a))),
            "device.check": (("toml",), self._device("device.check", _toml)),
            "device.scene": (("toml", "params"), self._device("device.scene", _place)),
            "device.point": (("toml", "params", "energy"), self._device("device.point", _point)),
            "device.layer": (
                ("toml", "params", "energy", "kind", "lead"),
                self._device("device.layer", _layer),
            ),
            "device.bands": (("toml", "params", "lead"), self._device("device.bands", _bands)),
            "sweep.start": (("toml",), self._sweep),
            "job.data": (("job",), self._job_data),
            "data.load": (("name", "b64", "columns"), self._data_load),
            "data.fit": (("data", "name", "kind", "columns", "options"), self._data_fit),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """All verbs."""
        return (*self._here, *self._there)

    async def handle(self, verb: str, args: Args, slot: Any) -> bytes:
        """JSON object with ``ok`` and ``result`` or ``error``; it never raises."""
        try:
            if verb in self._here:
                names, function = self._here[verb]
                arguments.known(args, names)
                return wire.text({"ok": True, "result": function(args)})
            if verb in self._there:
                names, ask = self._there[verb]
                arguments.known(args, names)
                return await ask(args, slot)
            raise UnknownName.among("verb", verb[:80], self.names)
        except SharvinError as error:
            return wire.text({"ok": False, "error": str(error), "where": None})

    def _device(
        self, verb: str, read: Callable[[Args], dict[str, Any]]
    ) -> Callable[[Args, Any], Awaitable[bytes]]:
        return lambda args, slot: self._quick.call(verb, read(args), slot)

    async def _sweep(self, args: Args, slot: Any) -> bytes:
        toml = arguments.toml(args)
        body = await self._quick.call("device.check", {"toml": toml})
        found = wire.parsed(body)
        if not found["ok"]:
            return body
        checked = found["result"]
        if not checked["ok"]:
            first = checked["problems"][0]
            where = {"line": first["line"], "key": first["key"]}
            sentence = f"{first['key']}: {first['message']}".removeprefix(": ")
            return wire.text({"ok": False, "error": sentence, "where": where})
        if not checked["can_sweep"]:
            sentence = "the device file has no [experiment]; say there what is to be measured"
            return wire.text({"ok": False, "error": sentence, "where": None})
        job = self._jobs.start(toml, checked["title"])
        return wire.text({"ok": True, "result": {"job": job}})

    async def _job_data(self, args: Args, slot: Any) -> bytes:
        folder = self._jobs.folder(arguments.job_id(args))
        return await self._quick.call("job.data", {"folder": str(folder)}, slot)

    async def _data_load(self, args: Args, slot: Any) -> bytes:
        name = arguments.string(args, "name")
        id_, path = self._uploads.put(name, arguments.data(args))
        given = {"path": str(path), "name": name, "columns": args.get("columns")}
        body = await self._slow.call("data.load", given, slot)
        start = b'{"ok":true,"result":{'
        return body.replace(start, start + b'"data":"%s",' % id_.encode(), 1)

    async def _data_fit(self, args: Args, slot: Any) -> bytes:
        name, path = self._uploads.find(
            arguments.string(args, "data" if "data" in args else "name")
        )
        given = {
            "path": str(path),
            "name": name,
            "kind": arguments.choice(args, "kind", tuple(KINDS)),
            "columns": args.get("columns"),
            "options": arguments.options(args, "options"),
        }
        return await self._slow.call("data.fit", given, slot)


def _curve(args: Args) -> Any:
    name = arguments.choice(args, "id", tuple(formula_pages.pages()))
    return formula_pages.curve(name, arguments.numbers(args, "values"))


def _page_id(args: Args) -> str:
    return arguments.choice(args, "id", ids())


def _edit(args: Args) -> dict[str, str]:
    return {"toml": edited(arguments.toml(args), args.get("changes"))}


def _toml(args: Args) -> dict[str, Any]:
    return {"toml": arguments.toml(args)}


def _place(args: Args) -> dict[str, Any]:
    return {"toml": arguments.toml(args), "params": arguments.numbers(args, "params")}


def _point(args: Args) -> dict[str, Any]:
    return {**_place(args), "energy": arguments.optional_number(args, "energy")}


def _layer(args: Args) -> dict[str, Any]:
    lead = None if args.get("lead") is None else arguments.string(args, "lead")
    return {**_point(args), "kind": arguments.choice(args, "kind", _LAYERS), "lead": lead}


def _bands(args: Args) -> dict[str, Any]:
    return {**_place(args), "lead": arguments.string(args, "lead")}
