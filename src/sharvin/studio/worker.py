"""The process that computes for the pages: requests on its input, answers on its output.

Started by the server as ``python -m sharvin.studio.worker``; it ends when its input does.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import IO, Any

from sharvin.errors import SharvinError
from sharvin.studio import wire

_HEADER = 8
_STEPPED = ("gallery.run",)  # verbs that say how far they are
# Verb -> module and function; each is imported when it is first asked for.
_VERBS = {
    "warm": ("device_verbs", "warm"),
    "device.check": ("device_verbs", "check"),
    "device.scene": ("device_verbs", "scene"),
    "device.point": ("device_verbs", "point"),
    "device.layer": ("device_verbs", "layer"),
    "device.bands": ("device_verbs", "bands"),
    "gallery.run": ("page_verbs", "run"),
    "job.data": ("job_verbs", "data"),
    "data.load": ("data_verbs", "load"),
    "data.fit": ("data_verbs", "fit"),
}


def main() -> None:
    """Answer until the server is gone."""
    source = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as target:
        os.dup2(2, 1)  # whatever prints must not print into the answers
        warnings.simplefilter("ignore")
        while (request := _read(source)) is not None:
            _write(target, answer(request, lambda step: _write(target, wire.text({"step": step}))))


def _write(target: IO[bytes], body: bytes) -> None:
    target.write(len(body).to_bytes(_HEADER, "little") + body)
    target.flush()


def answer(request: Mapping[str, Any], tell: Callable[[str], None] = lambda step: None) -> bytes:
    """JSON object with ``ok`` and ``result`` or ``error``; it never raises."""
    try:
        given = {"tell": tell} if request["verb"] in _STEPPED else {}
        found = _verb(request["verb"])(**request["args"], **given)
        return wire.text({"ok": True, "result": found})
    except SharvinError as error:
        return wire.text({"ok": False, **told(error)})
    except MemoryError:
        return _refusal("there is not enough memory for this; make the device smaller")
    except RecursionError:
        return _refusal("the device file is nested too deeply")
    except Exception as error:
        traceback.print_exc()
        return _refusal(
            f"this could not be computed ({type(error).__name__}: {str(error)[:200]}); "
            "the terminal of the studio shows where"
        )


def told(error: SharvinError) -> dict[str, Any]:
    """An error as one sentence and, for a device file, where it stands in it."""
    problems = getattr(error, "problems", ())
    if not problems:
        return {"error": " ".join(str(error).split()), "where": None}
    line, key, complaint = problems[0]
    return {
        "error": f"{key}: {complaint}" if key else complaint,
        "where": {"line": line, "key": key},
    }


def _refusal(sentence: str) -> bytes:
    return wire.text({"ok": False, "error": sentence, "where": None})


def _verb(name: str) -> Callable[..., Any]:
    module, function = _VERBS[name]
    found: Callable[..., Any] = getattr(import_module(f"sharvin.studio.{module}"), function)
    return found


def _read(source: IO[bytes]) -> Any:
    head = source.read(_HEADER)
    if len(head) < _HEADER:
        return None
    size = int.from_bytes(head, "little")
    body = source.read(size)
    return None if len(body) < size else wire.parsed(body)


if __name__ == "__main__":
    main()
