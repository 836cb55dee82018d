"""The process of one sweep: ``python -m sharvin.studio.job_worker FOLDER``.

It computes FOLDER/device.toml into FOLDER, chunk by chunk through the journal, and writes a line
of JSON per step. When its input closes, the server is gone and it ends, too.
"""

import os
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import IO

from sharvin.errors import SharvinError
from sharvin.progress import Progress
from sharvin.studio import wire

_LONGEST = 2_000  # characters of a message


def main(folder: Path) -> None:
    """Compute the job of a folder, from wherever it was left."""
    from sharvin.app.run import Options, run

    threading.Thread(target=_leave_with_server, daemon=True).start()
    with os.fdopen(os.dup(1), "wb") as target:
        os.dup2(2, 1)
        workers = max(1, (os.cpu_count() or 2) - 1)  # one core stays with the pages
        options = Options(resume=True, workers=workers, progress=lambda p: _tell(target, _step(p)))
        with warnings.catch_warnings(record=True) as notes:
            warnings.simplefilter("always", RuntimeWarning)
            try:
                run(folder / "device.toml", folder, options)
            except SharvinError as error:
                _tell(target, {"error": " ".join(str(error).split())[:_LONGEST]})
                return
            except Exception as error:
                traceback.print_exc()
                _tell(target, {"error": f"{type(error).__name__}: {str(error)[:300]}"})
                return
        said = [str(n.message) for n in notes if issubclass(n.category, RuntimeWarning)]
        _tell(target, {"finished": True, "message": "; ".join(dict.fromkeys(said))[:_LONGEST]})


def _step(progress: Progress) -> dict[str, object]:
    return {"done": progress.done, "total": progress.total, "eta_s": progress.left}


def _tell(target: IO[bytes], line: dict[str, object]) -> None:
    target.write(wire.text(line) + b"\n")
    target.flush()


def _leave_with_server() -> None:
    while os.read(0, 1024):  # not through sys.stdin, whose lock would outlive the program
        pass
    os._exit(0)  # what is finished is in the journal


if __name__ == "__main__":
    main(Path(sys.argv[1]))
